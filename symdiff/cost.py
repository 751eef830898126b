"""What a program takes, known before it runs: arithmetic, memory moved, memory held, step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from symdiff.planning.limits.lineage import held_bytes
from symdiff.planning.steps import GIVEN, Plan, Step
from symdiff.quantities import bytes_text, count_text

__all__ = ["Cost", "Row", "aligned", "cost_of", "operation_text"]

SHOWN = 20  # steps of a long program that are written out


class Row(NamedTuple):
    """What one step takes.

    Attributes
    ----------
    name : str
        The variable of `Program.source` that it writes.
    operation, result : str
        What it does, and the dtype and shape of what comes out.
    flops : int
        Arithmetic operations.
    bytes : int
        What it reads and writes.
    held : int
        Bytes of arrays that it needs to be there, what it makes among them, inputs and constants aside.
        A result that is written over what it was computed from is counted once.
    """

    name: str
    operation: str
    result: str
    flops: int
    bytes: int
    held: int


@dataclass(frozen=True)
class Cost:
    """What one run of a program takes. Printed, it is a table of the largest steps.

    Attributes
    ----------
    flops : int
        Additions, multiplications and calls of functions, entry by entry: a product of matrices of sizes
        m x n and n x k takes 2 m n k. Factorisations, sorts and transforms count what their algorithm
        takes, about (`Node.flops`).
    bytes : int
        Bytes moved: what every step reads and writes; a view moves nothing.
    peak_bytes : int
        The most bytes of arrays that are needed at one time, inputs, variables and constants aside.
    steps : int
        The number of steps, views among them.
    table : tuple of Row
        The steps that are no views, in order.
    """

    flops: int
    bytes: int
    peak_bytes: int
    steps: int
    table: tuple[Row, ...] = ()

    @property
    def summary(self) -> str:
        """All of it in one line."""
        return (
            f"{self.steps:,} step{'s' * (self.steps != 1)}, {count_text(self.flops)} flops, "
            f"{bytes_text(self.bytes)} moved, at most {bytes_text(self.peak_bytes)} held"
        )

    def __str__(self) -> str:
        largest = sorted(range(len(self.table)), key=lambda k: -self.table[k].flops - self.table[k].bytes)
        shown = [self.table[k] for k in sorted(largest[:SHOWN])]
        rest = [self.table[k] for k in largest[SHOWN:]]
        lines: list[tuple[str, ...]] = [("step", "operation", "result", "flops", "moved", "held")]
        lines += [(*row[:3], count_text(row.flops), *map(bytes_text, row[4:])) for row in shown]
        if rest:
            flops, moved = sum(row.flops for row in rest), sum(row.bytes for row in rest)
            lines.append((f"{len(rest):,} smaller", "", "", count_text(flops), bytes_text(moved), ""))
        return "\n".join([self.summary, *aligned(lines)])


def cost_of(plan: Plan) -> Cost:
    """What the steps of a plan take."""
    held = held_bytes(plan.steps, plan.outputs)
    for k in plan.buffers.same:  # written over an operand
        held[k] -= plan.steps[k].bytes
    real = [(k, step) for k, step in enumerate(plan.steps) if step.computes]
    table = [
        Row(f"t{k}", operation_text(step), step.result, step.flops, _moved(plan.steps, step), held[k])
        for k, step in real
    ]
    count = sum(step.kind not in GIVEN for step in plan.steps)
    flops, moved = sum(row.flops for row in table), sum(row.bytes for row in table)
    return Cost(flops, moved, plan.buffers.peak, count, tuple(table))


def _moved(steps: Sequence[Step], step: Step) -> int:
    """The bytes that a step reads and writes."""
    touched = [step, *[steps[a] for a in step.arguments if isinstance(a, int)]]
    return sum(one.size * one.dtype.itemsize for one in touched)


def operation_text(step: Step) -> str:
    """What a step does, in a word."""
    if step.kind == "entries":
        return str(step.settings[0])
    return step.kind if step.operation is None else type(step.operation).__name__.lower()


def aligned(lines: Sequence[Sequence[str]], words: int = 3) -> list[str]:
    """Lines of a table, the first columns flush left, as *words* many are words, the others flush right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            text.ljust(width) if place < words else text.rjust(width)
            for place, (text, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
