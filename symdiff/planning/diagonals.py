"""Diagonals written into arrays: sums whose terms are zero almost everywhere.

Of such a term only the core is computed. It is written into zeros, or added to the entries of a dense term
that it falls on; the dense term is made for this alone wherever nothing else needs it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from symdiff.planning.steps import VIEWS, Step
from symdiff.wiring import Labels

__all__ = ["FRESH", "Written", "in_place_where_free"]

FRESH = frozenset(
    {
        "multiply",
        "divide",
        "dot",
        "matmul",
        "vecdot",
        "scale",
        "sum",
        "add",
        "fill",
        "write_diagonal",
        "add_diagonal",
    }
)  # kinds of steps that make an array which shares memory with no other


class Written(NamedTuple):
    """A core, the output's labels, and the distinct ones among them, which are the core's."""

    register: int
    output: Labels
    distinct: Labels


def in_place_where_free(steps: Sequence[Step], outputs: Sequence[int]) -> list[Step]:
    """The steps, where diagonals are added to arrays that nothing else needs without a copy of them."""
    if not any(step.kind == "add_diagonal" for step in steps):
        return list(steps)
    roots: list[int] = []
    last: dict[int, int] = dict.fromkeys(outputs, len(steps))
    for k, step in enumerate(steps):
        source = step.arguments[0] if step.kind in VIEWS else k
        roots.append(roots[source] if isinstance(source, int) and source != k else k)
        for argument in step.arguments:
            if isinstance(argument, int):
                last[argument] = max(last.get(argument, k), k)
    ends: dict[int, int] = {}
    for register, k in last.items():
        ends[roots[register]] = max(ends.get(roots[register], k), k)
    result = list(steps)
    for k, step in enumerate(steps):
        base = step.arguments[0] if step.kind == "add_diagonal" else None
        if isinstance(base, int) and ends[roots[base]] == k and _is_free(steps, base):
            result[k] = replace(step, kind="add_diagonal_in_place")
    return result


def _is_free(steps: Sequence[Step], register: int) -> bool:
    """Whether a register is an array of its own, or shows all of one."""
    while steps[register].kind in VIEWS:
        source = steps[register].arguments[0]
        if steps[register].kind == "broadcast" or not isinstance(source, int):
            return False
        register = source
    return steps[register].kind in FRESH and steps[register].shape != ()
