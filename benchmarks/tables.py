"""Outcomes as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from outcomes import Outcome, duration

__all__ = ["summary", "table"]

WORDS = {True: "holds", False: "MISSED", None: "-"}


def table(outcome: Outcome) -> str:
    """The times of all sides and the verdicts."""
    if outcome.compact:
        return "\n".join(outcome.lines)
    return "\n".join([outcome.title, *outcome.lines, *_times(outcome), *_verdicts(outcome), ""])


def _times(outcome: Outcome) -> Iterator[str]:
    if outcome.lines and not outcome.timings:
        return
    base = outcome.base
    if outcome.timings:
        head = f"x {base}" if base in outcome.timings else ""
        yield f"  {'':22} {'per call':>10} {head:>9} {'(quartiles)':>14} {'to the first':>13}"
    for side, timing in outcome.timings.items():
        cells = f"  {side:22} {duration(timing.median):>10}"
        if base in outcome.timings:
            low, ratio, high = outcome.ratio(side, base)
            cells += f" {number(ratio):>9} {f'({number(low)}-{number(high)})':>14}"
        else:
            cells += " " * 25
        yield f"{cells} {duration(timing.first):>13}"
    for side, why in outcome.absent.items():
        yield f"  {side:22} {'-':>10}  {why}"


def _verdicts(outcome: Outcome) -> Iterator[str]:
    for verdict in outcome.verdicts:
        yield f"  target {verdict.target:36} {verdict.measured:>18}  {WORDS[verdict.holds]}"


def number(ratio: float) -> str:
    """A ratio in three digits."""
    return f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many targets hold, and those that do not."""
    verdicts = [(outcome.title, verdict) for outcome in outcomes for verdict in outcome.verdicts]
    judged = [pair for pair in verdicts if pair[1].holds is not None]
    missed = [(title, verdict) for title, verdict in judged if not verdict.holds]
    lines = [f"{len(judged) - len(missed)} of {len(judged)} targets hold"]
    lines += [f"  missed: {title}: {v.target}, measured {v.measured}" for title, v in missed]
    return "\n".join(lines)
