"""Side by side in one run: alternating calls, medians, ratios, agreement checked before timing."""

from __future__ import annotations

import os

for _library in ("OPENBLAS", "OMP", "MKL", "VECLIB"):  # the same number of threads on all sides
    os.environ.setdefault(f"{_library}_NUM_THREADS", "1")

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

__all__ = ["agree", "compare", "median_times", "sample_times"]


FEWEST = 3  # rounds that every side takes part in


def median_times(
    sides: Mapping[str, Callable[[], Any]], rounds: int = 40, seconds: float = 0.02
) -> dict[str, float]:
    """Seconds per call of each side: the median over rounds, in which the sides take turns."""
    samples = sample_times(sides, rounds, seconds)
    return {name: statistics.median(values) for name, values in samples.items()}


def sample_times(
    sides: Mapping[str, Callable[[], Any]], rounds: int = 40, seconds: float = 0.02, budget: float = 60.0
) -> dict[str, list[float]]:
    """Seconds per call of each side in each round, in which the sides take turns.

    A side whose calls would take more than *budget* seconds in all takes part in fewer rounds.
    """
    calls, turns = {}, {}
    for name, call in sides.items():
        call()
        start = time.perf_counter()
        call()
        spent = max(time.perf_counter() - start, 1e-7)
        calls[name] = max(1, int(seconds / spent))
        turns[name] = min(rounds, max(FEWEST, int(budget / (spent * calls[name]))))
    samples: dict[str, list[float]] = {name: [] for name in sides}
    for turn in range(rounds):
        for name, call in sides.items():
            if turn * turns[name] // rounds == (turn - 1) * turns[name] // rounds:
                continue  # spread over the run
            start = time.perf_counter()
            for _ in range(calls[name]):
                call()
            samples[name].append((time.perf_counter() - start) / calls[name])
    return samples


def compare(
    title: str, sides: Mapping[str, Callable[[], Any]], base: str, rounds: int = 40
) -> dict[str, float]:
    """Time the sides and print a table with ratios to *base*."""
    times = median_times(sides, rounds)
    print(f"{title} ({os.environ['OPENBLAS_NUM_THREADS']} BLAS thread, median of {rounds} rounds)")
    for name, seconds in times.items():
        print(f"  {name:24} {seconds * 1e3:9.4f} ms   {seconds / times[base]:6.2f} x {base}")
    return times


def agree(one: Any, two: Any, tolerance: float) -> None:
    """Stop unless two lists of arrays agree to a relative tolerance."""
    for k, (a, b) in enumerate(zip(one, two, strict=True)):
        error = np.max(np.abs(np.asarray(a) - np.asarray(b))) / (np.max(np.abs(np.asarray(b))) + 1e-30)
        if not error < tolerance:
            raise SystemExit(f"result {k} disagrees: relative error {error:.2e}")
