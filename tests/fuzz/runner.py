"""Batches of random programs: each is examined, and what fails is made small and told once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings

import symdiff as sd
from tests.fuzz.graphs import Program, programs
from tests.fuzz.ordering import Ordering
from tests.fuzz.properties import Examined, PropertyError, Skip, examine

__all__ = ["BATCH", "Report", "run_batch"]

BATCH = 100  # programs of one seed
PATIENCE = 30.0  # seconds for making a failure smaller
SHOWN = 4000  # characters of a message


@dataclass
class Failure:
    """A property that some program breaks, and the smallest such program that was found."""

    name: str
    batch: int
    text: str


@dataclass
class Report:
    """What came of some batches."""

    graphs: int = 0
    skipped: int = 0
    seconds: float = 0.0
    operations: Counter[str] = field(default_factory=Counter)  # graphs that hold a node of the class
    steps: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    sizes: Counter[int] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[Failure] = field(default_factory=list)

    def __iadd__(self, other: Report) -> Report:
        self.graphs += other.graphs
        self.skipped += other.skipped
        self.seconds += other.seconds
        for name in ("operations", "steps", "rules", "counts", "sizes", "broken", "refused"):
            getattr(self, name).update(getattr(other, name))
        told = {failure.name for failure in self.failures}
        self.failures += [failure for failure in other.failures if failure.name not in told]
        return self

    def add(self, program: Program, found: Examined) -> None:
        """Count a program that keeps to every property."""
        self.steps.update(program.names)
        self.operations.update(dict.fromkeys(found.operations, 1))
        self.rules.update(found.rules)
        self.counts.update(found.counts)
        self.sizes[found.counts["nodes"]] += 1


def describe(program: Program, error: Exception) -> str:
    """A failure as text: the message, the steps, the graph, and its variables."""
    y = program.build(Ordering())
    lines = [
        str(error)[:SHOWN],
        "",
        f"steps: {program!r}",
        "",
        str(sd.listing(y))[:SHOWN],
        "",
        f"y = {y}"[:SHOWN],
    ]
    with np.printoptions(precision=17, threshold=40):
        lines += [f"{variable!r}: {variable.value.tolist()}" for variable in program.variables]
    return "\n".join(lines)


Examine = Callable[[Program], Examined]


class EnoughError(BaseException):
    """A failure is small enough, or took long enough; no `Exception`, which Hypothesis would catch."""


@dataclass
class Smallest:
    """The smallest program so far that breaks a property."""

    name: str
    size: int
    program: Program
    error: PropertyError
    start: float = field(default_factory=time.perf_counter)


class Batch:
    """The programs of one seed."""

    def __init__(self, number: int, of: Any, graphs: int, examination: Examine, shrink: bool) -> None:
        self.number = number
        self.seed = of
        self.graphs = graphs
        self.examination = examination
        self.shrink = shrink
        self.told: dict[str, Failure] = {}
        self.report = Report()

    def run(self, patience: int | None = None) -> Report:
        """Examine all programs, again from the start after every failure that is new."""
        start = time.perf_counter()
        while patience is None or len(self.told) < patience:
            self.report = Report()
            self.found: Smallest | None = None
            try:
                self._once()
                break
            except (Exception, EnoughError):
                if self.found is None:
                    raise
                text = describe(self.found.program, self.found.error)
                self.told[self.found.name] = Failure(self.found.name, self.number, text)
        self.report.failures = list(self.told.values())
        self.report.seconds = time.perf_counter() - start
        return self.report

    def _once(self) -> None:
        phases = [Phase.generate, *[Phase.shrink] * self.shrink]
        configured = settings(
            max_examples=self.graphs,
            database=None,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=phases,
            verbosity=Verbosity.quiet,
            report_multiple_bugs=False,
        )
        seed(self.seed)(configured(given(programs())(self.one)))()

    def one(self, program: Program) -> None:
        """Examine a program; fail if it breaks a property that no other one has broken."""
        self.report.graphs += 1
        self.report.refused.update(program.refused)
        try:
            found = self.examination(program)
        except Skip:
            self.report.skipped += 1
        except PropertyError as error:
            self.report.broken[error.name] += 1
            if error.name not in self.told and (self.found is None or self.found.name == error.name):
                self._keep(program, error)
                raise
        else:
            self.report.add(program, found)

    def _keep(self, program: Program, error: PropertyError) -> None:
        """Remember the smallest program that breaks the property, for as long as it is made smaller."""
        size = len(sd.toposort(program.build(Ordering())))
        if self.found is None:
            self.found = Smallest(error.name, size, program, error)
        elif size <= self.found.size:
            self.found = Smallest(error.name, size, program, error, self.found.start)
        if not self.shrink or time.perf_counter() > self.found.start + PATIENCE:
            raise EnoughError


def run_batch(
    number: int,
    of: int,
    graphs: int = BATCH,
    examination: Examine = examine,
    shrink: bool = True,
    patience: int | None = None,
) -> Report:
    """Examine *graphs* programs, chosen by the seed *of* and the *number* of the batch.

    A batch ends when so many kinds of failure were told as it has *patience* for.
    """
    batch = Batch(number, of * 1_000_003 + number, graphs, examination, shrink)
    return batch.run(patience)
