"""Side by side in one run: alternating calls, medians, ratios, agreement checked before timing."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from outcomes import Bound, Outcome, Target, Timing

__all__ = [
    "Call",
    "Contest",
    "DisagreementError",
    "Settings",
    "Side",
    "agree",
    "contest",
    "ready",
    "sample_times",
]

Call = Callable[[], Any]
FEWEST = 3  # rounds that every side takes part in
OURS = ("hand", "symdiff")  # a failure of one of these ends the run


class DisagreementError(Exception):
    """Two sides do not compute the same."""


@dataclass(frozen=True)
class Settings:
    """How to measure: as the command line says."""

    rounds: int = 40
    threads: int = 1
    quick: bool = False
    peers: tuple[str, ...] | None = None  # modules that may be imported; None is all
    clock: Callable[[], float] = time.perf_counter
    seconds: float = 0.02  # that a side's turn takes at least
    budget: float = 20.0  # seconds that a side may take in all

    def sizes(self, *given: Any) -> tuple[Any, ...]:
        """The first of the sizes in a quick run, all of them otherwise."""
        return given[:1] if self.quick else given

    def why_absent(self, module: str | None) -> str | None:
        """Why a side that needs *module* cannot take part."""
        if module is None:
            return None
        if self.peers is not None and module not in self.peers:
            return "left out"
        return None if importlib.util.find_spec(module) else "not installed"


@dataclass(frozen=True)
class Side:
    """One contestant: *make* prepares all that may be prepared, and gives what is timed.

    *needs* names the module that it stands or falls with, *read* turns a result into a list of arrays
    to compare, and a side that is not *checked* does only part of the work. A side that takes minutes
    runs *once*, where its first call is what counts.
    """

    make: Callable[[], Call]
    needs: str | None = None
    read: Callable[[Any], Sequence[Any]] = list
    checked: bool = True
    once: bool = False


@dataclass(frozen=True)
class Contest:
    """Sides that compute the same, how well they must agree with *base*, and what is aimed at."""

    title: str
    sides: Mapping[str, Side]
    targets: Sequence[Target | Bound] = ()
    tolerance: float = 1e-4
    base: str = "hand"


def ready(function: Callable[..., Any], *arguments: Any) -> Callable[[], Call]:
    """What makes a side that has nothing to prepare: its call is *function* of *arguments*."""
    return lambda: partial(function, *arguments)


def contest(given: Contest, settings: Settings) -> Outcome:
    """Make all sides, check that they agree, and time them in turns."""
    outcome = Outcome(given.title, given.base)
    calls: dict[str, Call] = {}
    first: dict[str, float] = {}
    reference: list[np.ndarray] = []
    for name in sorted(given.sides, key=lambda name: name != given.base):
        side = given.sides[name]
        why = settings.why_absent(side.needs)
        if why is None:
            try:
                _warm(side.needs)
                calls[name], first[name], result = _started(side, settings.clock)
            except Exception as error:
                if name in OURS or isinstance(error, DisagreementError):
                    raise
                why = f"failed: {type(error).__name__}: {str(error).splitlines()[0][:60]}"
        if why is not None:
            outcome.absent[name] = why
            continue
        if name == given.base:
            reference = result
        elif side.checked:
            agree(f"{given.title}: {name}", result, reference, given.tolerance)
    timed = {name: calls[name] for name in given.sides if name in calls and not given.sides[name].once}
    samples = sample_times(timed, settings)
    for name in given.sides:
        if name in calls:
            outcome.timings[name] = Timing(samples.get(name, [first[name]]), first[name])
    outcome.judge(given.targets)
    return outcome


def _warm(module: str | None) -> None:
    """Import a library and start its engine, which no side is to be charged for."""
    if module is not None:
        library = importlib.import_module(module)
        if module == "jax":
            library.config.update("jax_enable_x64", True)  # float32 stays what it is
            library.block_until_ready(library.jit(lambda x: x + 1)(0.0))


def _started(side: Side, clock: Callable[[], float]) -> tuple[Call, float, list[np.ndarray]]:
    """The call to time, seconds up to its first result, and that result."""
    start = clock()
    call = side.make()
    raw = call()
    spent = clock() - start
    return call, spent, [np.array(x) for x in side.read(raw)] if side.checked else []


def sample_times(sides: Mapping[str, Call], settings: Settings) -> dict[str, list[float]]:
    """Seconds per call of each side in each round, in which the sides take turns.

    A side whose calls would take more than the budget takes part in fewer rounds, spread over the run; one
    of which three calls would is called once.
    """
    clock, rounds = settings.clock, settings.rounds
    samples: dict[str, list[float]] = {}
    calls, turns = {}, {}
    for name, call in sides.items():
        start = clock()
        call()
        spent = max(clock() - start, 1e-7)
        calls[name] = max(1, int(settings.seconds / spent))
        turns[name] = min(rounds, max(FEWEST, int(settings.budget / (spent * calls[name]))))
        slow = FEWEST * spent > settings.budget
        turns[name], samples[name] = (0, [spent]) if slow else (turns[name], [])
    gc.collect()
    gc.freeze()  # what all sides have built is not searched again and again during the calls
    for turn in range(rounds):
        for name, call in sides.items():
            if turn * turns[name] // rounds == (turn - 1) * turns[name] // rounds:
                continue
            count = range(calls[name])
            start = clock()
            for _ in count:
                call()
            samples[name].append((clock() - start) / calls[name])
    gc.unfreeze()
    return samples


def agree(title: str, one: Sequence[Any], two: Sequence[Any], tolerance: float) -> None:
    """Stop unless two lists of arrays agree to a tolerance relative to each array's largest entry."""
    if len(one) != len(two):
        raise DisagreementError(f"{title}: {len(one)} results, but {len(two)} are expected")
    for k, (a, b) in enumerate(zip(one, two, strict=True)):
        if np.shape(a) != np.shape(b):
            raise DisagreementError(
                f"{title}: result {k} has shape {np.shape(a)}, but {np.shape(b)} is expected"
            )
        error = np.max(np.abs(np.asarray(a) - np.asarray(b))) / (np.max(np.abs(np.asarray(b))) + 1e-30)
        if not error < tolerance:
            raise DisagreementError(f"{title}: result {k} disagrees: relative error {error:.2e}")
