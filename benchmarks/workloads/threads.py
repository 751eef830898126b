"""Ten threads that share one program, and ten that compile at once: the same results, and no lock-up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import Any

import numpy as np
from harness import Settings
from outcomes import Outcome, Verdict

import symdiff as sd

__all__ = ["outcomes"]

THREADS, CALLS, PATIENCE = 10, 1000, 120.0


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Calls, then compilations."""
    calls = CALLS // 10 if settings.quick else CALLS
    yield raced("calls", calls, lambda: _program(), lambda program, k: program(_input(k)))
    yield raced("compilations", max(1, calls // 100), lambda: None, lambda _, k: _program()(_input(k)))


def _program() -> sd.Program:
    """A small network and its gradients."""
    rng = np.random.default_rng(0)
    w = [sd.Variable(rng.normal(size=(16, 16)), f"w{k}") for k in range(3)]
    x = sd.Placeholder((8, 16), float, "x")
    h: sd.Node = x
    for weight in w:
        h = sd.tanh(h @ weight)
    loss = (h * h).sum()
    return sd.compile([loss, *sd.grad(loss, w)], [x])


def _input(k: int) -> np.ndarray:
    return np.random.default_rng(k).normal(size=(8, 16))


def raced(what: str, count: int, prepare: Callable[[], Any], job: Callable[[Any, int], Any]) -> Outcome:
    """*count* jobs in each of ten threads against the same jobs in turn."""
    shared = prepare()

    def lane(number: int) -> list[Any]:
        return [job(shared, number * count + k) for k in range(count)]

    start = time.perf_counter()
    serial = [lane(number) for number in range(THREADS)]
    alone = time.perf_counter() - start
    pool = ThreadPoolExecutor(THREADS)
    start = time.perf_counter()
    futures = [pool.submit(lane, number) for number in range(THREADS)]
    _, late = wait(futures, PATIENCE)
    spent = time.perf_counter() - start
    title = f"{THREADS} threads x {count} {what}"
    total = THREADS * count
    lines = [f"  {total / alone:.0f} {what} a second one after another, {total / spent:.0f} in threads"]
    verdicts = [Verdict("all threads end", f"{len(late)} do not", not late)]
    if not late:
        same = _identical(serial, [future.result() for future in futures])
        verdicts.append(Verdict("results are those of one thread", "the same" if same else "others", same))
    pool.shutdown(wait=not late, cancel_futures=True)
    return Outcome(title, verdicts=verdicts, lines=lines, plotted=False)


def _identical(one: Any, two: Any) -> bool:
    """Whether nested lists of arrays are equal to the last bit."""
    if isinstance(one, (list, tuple)):
        return len(one) == len(two) and all(map(_identical, one, two))
    return bool(np.array_equal(one, two))
