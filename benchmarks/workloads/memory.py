"""Stated against measured peak memory of ten programs; the time that a memory limit costs."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from harness import Settings, sample_times
from memory_programs import PROGRAMS, Problem, chain, text_model, unrolled
from outcomes import Outcome, Timing, Verdict

import symdiff as sd

__all__ = ["outcomes"]

SHARE, SLACK = 0.05, 1 << 16  # of the stated peak, and bytes, that may lie between
TENTH, FIFTH = 0.1, 0.2
SLOWER, TWICE = 1.6, 2.5


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """First what programs say of themselves, then gradients in a tenth or a fifth of their memory."""
    yield stated(settings)
    deep = 300 if settings.quick else 1000
    yield limited(f"chain of {deep} steps", chain(deep, 10_000), settings)
    steps = 100 if settings.quick else 400
    yield limited(f"tanh RNN of {steps} steps, batch 128, hidden 64, float32", unrolled(steps), settings)
    for gates, length in ((1, 120), (4, 80)):
        kind = "tanh" if gates == 1 else "LSTM"
        title = f"char-RNN {kind} of {length} steps, batch 256, hidden 64, float32"
        yield limited(title, text_model(gates, length), settings, FIFTH, TWICE)


def peak(program: sd.Program, values: list[np.ndarray]) -> tuple[int, Any]:
    """The most bytes that one call holds above what was held before, and its result."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    result = program(*values)
    after = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return after - before, result


def stated(settings: Settings) -> Outcome:
    """The first call of freshly compiled programs."""
    outcome = Outcome("peak memory of a first call, KB", plotted=False)
    outcome.lines.append(f"  {'':16} {'stated':>10} {'measured':>10} {'ratio':>7}")
    for name, make in list(PROGRAMS.items())[: 5 if settings.quick else None]:
        outputs, inputs, values = make()
        program = sd.compile(outputs, inputs)
        said = program.cost.peak_bytes
        found, _ = peak(program, values)
        outcome.lines.append(f"  {name:16} {said / 1024:10.0f} {found / 1024:10.0f} {found / said:7.2f}")
        holds = abs(found - said) <= SHARE * said + SLACK
        outcome.verdicts.append(Verdict(f"{name}: 5 % + 64 KiB", f"{(found - said) / 1024:+.0f} KB", holds))
    return outcome


def limited(
    title: str, problem: Problem, settings: Settings, share: float = TENTH, slower: float = SLOWER
) -> Outcome:
    """The same gradient with a share of the memory, and what it costs."""
    words = "a tenth" if share == TENTH else "a fifth"
    outcome = Outcome(f"{title}: {words} of the memory", base="free", plotted=False)
    outputs, inputs, values = problem
    free = sd.compile(outputs, inputs)
    natural, expected = peak(free, values)
    limit = int(share * natural)
    try:
        tight = sd.compile(outputs, inputs, memory_limit=limit)
    except sd.GraphError as error:
        outcome.lines.append(f"  {error}")
        outcome.verdicts.append(Verdict(f"compiles with {limit:,} bytes", "refused", False))
        return outcome
    needed, result = peak(tight, values)
    samples = sample_times({"free": partial(free, *values), "limited": partial(tight, *values)}, settings)
    outcome.timings = {name: Timing(times, times[0]) for name, times in samples.items()}
    ratio = outcome.ratio("limited", "free")[1]
    same = all(np.array_equal(a, b) for a, b in zip(result, expected, strict=True))
    kept = f"{needed / 1024:.0f} of {natural / 1024:.0f} KB"
    outcome.verdicts += [
        Verdict(f"measured peak <= {words}, 5 % + 64 KiB", kept, needed <= (1 + SHARE) * limit + SLACK),
        Verdict("the same to the last bit", "the same" if same else "others", same),
        Verdict(f"<= {slower:.2f} x the time", f"{ratio:.2f}", ratio <= slower),
    ]
    return outcome
