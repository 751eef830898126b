"""What a measurement found: times of all sides, ratios, and whether the targets hold."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

__all__ = ["Bound", "Outcome", "Target", "Timing", "Verdict", "as_data", "duration"]


@dataclass(frozen=True)
class Target:
    """Side *who* is to take at most *most* times as long as another side, and *plus* seconds.

    If *strict*, it is to take less than that.
    """

    side: str
    most: float
    strict: bool = False
    plus: float = 0.0
    who: str = "symdiff"


@dataclass(frozen=True)
class Bound:
    """symdiff is to take at most so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Timing:
    """Seconds per call of one side in each round, and its seconds from nothing to the first result."""

    samples: Sequence[float]
    first: float

    @property
    def median(self) -> float:
        """Seconds per call."""
        return statistics.median(self.samples)


@dataclass(frozen=True)
class Verdict:
    """What was to hold, what was measured, and whether it holds; None where it could not be measured."""

    target: str
    measured: str
    holds: bool | None


@dataclass
class Outcome:
    """One case of a workload: one title of the report."""

    title: str
    base: str = "hand"
    timings: dict[str, Timing] = field(default_factory=dict)
    absent: dict[str, str] = field(default_factory=dict)  # side: why
    verdicts: list[Verdict] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)  # a table of the workload's own
    compact: bool = False  # the lines are all that is printed
    plotted: bool = True

    def ratio(self, side: str, base: str) -> tuple[float, float, float]:
        """Quartiles (lower, median, upper) of the ratios of two sides' times, round by round."""
        one, two = self.timings[side].samples, self.timings[base].samples
        if len(one) != len(two):  # a side that took part in fewer rounds
            ratio = statistics.median(one) / statistics.median(two)
            return ratio, ratio, ratio
        ratios = [a / b for a, b in zip(one, two, strict=True)]
        if len(ratios) < 2:
            return ratios[0], ratios[0], ratios[0]
        lower, middle, upper = statistics.quantiles(ratios, n=4, method="inclusive")
        return lower, middle, upper

    def judge(self, targets: Sequence[Target | Bound]) -> None:
        """Add a verdict for each target."""
        for target in targets:
            if isinstance(target, Bound):
                spent = self.timings["symdiff"].median
                words = f"<= {duration(target.seconds)}"
                self.verdicts.append(Verdict(words, duration(spent), spent <= target.seconds))
                continue
            words = f"{'<' if target.strict else '<='} {target.most:.2f} x {target.side}"
            words += f" + {duration(target.plus)}" if target.plus else ""
            words = words if target.who == "symdiff" else f"{target.who}: {words}"
            missing = next((side for side in (target.who, target.side) if side not in self.timings), None)
            if missing is not None:
                why = self.absent.get(missing, "left out")
                self.verdicts.append(Verdict(words, f"not measured ({why})", None))
                continue
            ratio = self.ratio(target.who, target.side)[1]
            most = target.most + target.plus / self.timings[target.side].median
            holds = ratio < most if target.strict else ratio <= most
            self.verdicts.append(Verdict(words, f"{ratio:.2f}", holds))


def duration(seconds: float) -> str:
    """A time with its unit, in three digits or so."""
    units = ("s", 1.0), ("ms", 1e-3), ("us", 1e-6)
    unit, size = next((pair for pair in units if seconds >= pair[1]), units[-1])
    return f"{seconds / size:.3g} {unit}"


def as_data(outcome: Outcome) -> Mapping[str, object]:
    """An outcome as plain values, for a JSON file."""
    ratios = {
        side: outcome.ratio(side, outcome.base) for side in outcome.timings if outcome.base in outcome.timings
    }
    return {
        "title": outcome.title,
        "base": outcome.base,
        "seconds": {side: timing.median for side, timing in outcome.timings.items()},
        "first": {side: timing.first for side, timing in outcome.timings.items()},
        "ratios": ratios,
        "absent": outcome.absent,
        "targets": [vars(verdict) for verdict in outcome.verdicts],
        "lines": outcome.lines,
    }
