"""Which values a program keeps, and which it computes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from symdiff.cost import aligned, operation_text
from symdiff.planning.limits.lineage import held_at_peak
from symdiff.planning.steps import GIVEN, Plan, Step, pruned
from symdiff.quantities import bytes_text, count_text

__all__ = ["Kept", "MemoryPlan", "Repeated", "memory_plan"]

SHOWN = 12  # lines of a long list that are written out


class Kept(NamedTuple):
    """An array that is held where most are: its variable, operation, result, bytes and last reader."""

    name: str
    operation: str
    result: str
    bytes: int
    until: str


class Repeated(NamedTuple):
    """A value that is computed more than once: its first variable, operation, result, bytes, flops, times."""

    name: str
    operation: str
    result: str
    bytes: int
    flops: int
    times: int


@dataclass(frozen=True)
class MemoryPlan:
    """What a program keeps and what it computes again. Printed, it is a summary.

    Attributes
    ----------
    limit : int or None
        The bytes that `compile` allowed.
    peak_bytes, once_bytes : int
        The most bytes held at one time, and how many that would be if no value were computed twice.
    flops, once_flops : int
        The operations of one run, and how many that would be.
    kept : tuple of Kept
        The arrays that are held where most bytes are, largest first.
    repeated : tuple of Repeated
        The values that are computed more than once, in order.
    """

    limit: int | None
    peak_bytes: int
    once_bytes: int
    flops: int
    once_flops: int
    kept: tuple[Kept, ...]
    repeated: tuple[Repeated, ...]

    def __str__(self) -> str:
        allowed = "" if self.limit is None else f" of {bytes_text(self.limit)} allowed"
        runs = sum(value.times for value in self.repeated)
        lines = [
            f"at most {bytes_text(self.peak_bytes)} held{allowed}; "
            f"{bytes_text(self.once_bytes)} if each value were computed once",
            f"{count_text(self.flops)} flops; {count_text(self.once_flops)} if each were computed once",
            f"{len(self.kept):,} arrays held at the peak, {bytes_text(sum(v.bytes for v in self.kept))}"
            + ":" * bool(self.kept),
        ]
        kept = [(v.name, v.operation, v.result, f"until {v.until}", bytes_text(v.bytes)) for v in self.kept]
        lines += _shortened(kept, 4)
        lines.append(
            f"{len(self.repeated):,} values computed again, {runs:,} times in all" + ":" * bool(runs)
        )
        return "\n".join(lines + _shortened(_grouped(self.repeated), 2))


def _grouped(values: Sequence[Repeated]) -> list[tuple[str, ...]]:
    """Lines for values that are computed again, alike ones together, those with most flops first."""
    groups: dict[tuple[str, str], list[Repeated]] = {}
    for value in values:
        groups.setdefault((value.operation, value.result), []).append(value)
    ordered = sorted(groups.items(), key=lambda item: -sum(v.times * (v.flops + v.bytes) for v in item[1]))
    return [
        (
            *key,
            f"{len(group):,} values",
            f"{sum(v.times for v in group):,} times",
            f"{bytes_text(group[0].bytes)} each",
            f"{count_text(sum((v.times - 1) * v.flops for v in group))} flops more",
        )
        for key, group in ordered
    ]


def _shortened(lines: Sequence[tuple[str, ...]], words: int) -> list[str]:
    """A list with a count in place of what is too long."""
    if not lines:
        return []
    found = [f"  {line}" for line in aligned(lines[:SHOWN], words)]
    return found + [f"  and {len(lines) - SHOWN:,} more"] * (len(lines) > SHOWN)


def memory_plan(
    plan: Plan, limit: int | None, peak: Callable[[Sequence[Step], Sequence[int]], int]
) -> MemoryPlan:
    """What a plan keeps and computes again; *peak* says how many bytes steps need."""
    steps, outputs = plan.steps, plan.outputs
    values = _values(steps)
    once = pruned([step.moved(values) for step in steps], [values[register] for register in outputs])
    own = [k for k, step in enumerate(steps) if step.computes]
    times = Counter(values[k] for k in own)
    return MemoryPlan(
        limit,
        plan.buffers.peak,
        peak(*once),
        plan.flops,
        sum(step.flops for step in once[0]),
        _kept(steps, outputs),
        tuple([_repeated(steps, k, times[k]) for k in own if times[k] > 1]),
    )


def _values(steps: Sequence[Step]) -> list[int]:
    """For each register, the first one that holds the same value."""
    first: dict[Any, int] = {}
    values: list[int] = []
    for k, step in enumerate(steps):
        arguments = tuple([values[a] if isinstance(a, int) else a for a in step.arguments])
        if step.kind == "barrier":
            values.append(values[step.arguments[0]])  # type: ignore[index]
            continue
        operation = step.operation
        named = None if operation is None else (type(operation), operation.attributes)
        key = (step.kind, arguments, step.settings, step.shape, step.dtype, named)
        values.append(k if step.kind in GIVEN else first.setdefault(key, k))
    return values


def _kept(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[Kept, ...]:
    """What is held where most bytes are."""
    held = [
        Kept(
            f"t{k}",
            operation_text(steps[k]),
            steps[k].result,
            steps[k].bytes,
            f"t{last}" if last < len(steps) else "the end",
        )
        for k, last in held_at_peak(steps, outputs)
    ]
    return tuple(sorted(held, key=lambda value: -value.bytes))


def _repeated(steps: Sequence[Step], k: int, times: int) -> Repeated:
    """A value that is computed *times* times."""
    step = steps[k]
    return Repeated(f"t{k}", operation_text(step), step.result, step.bytes, step.flops, times)
