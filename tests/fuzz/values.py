"""Values of graphs, node by node, as they are and with random errors before and behind every operation.

What the errors make of a result is the room that rounding has. It is wide where a formula is
ill-conditioned or cancels, and narrow elsewhere, so no tolerance has to be guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.leaves import Constant, Variable

__all__ = ["Comparison", "Values"]

Array = Any
SINGLE = 2.0**8  # errors in units in the last place, of operations in at most single precision
DOUBLE = 2.0**16  # the same in double precision
UNITS = 2.0**9  # in the last place, that rounding inside one operation is taken to cost at most
TWINS = 3
CLOSE = 1e-10  # relative: closer values are not looked at again
FLOOR = 1e-200


class Values:
    """The values of nodes, each computed once by the node's own `compute`."""

    def __init__(self, errors: int | None = None) -> None:
        self.known: dict[Node, Array] = {}
        self.rng = None if errors is None else np.random.default_rng(errors)

    def __call__(self, node: Node) -> Array:
        """The value of *node*."""
        if node not in self.known:
            with np.errstate(all="ignore"):
                for each in toposort(node, stop=self.known):
                    if each not in self.known:
                        self.known[each] = self._value(each)
        return self.known[node]

    def _value(self, node: Node) -> Array:
        if isinstance(node, Variable | Constant):
            return node.value
        operands = [self.rough(self.known[operand]) for operand in node.operands]
        value = node.compute(np, *operands)
        return self.rough(value) if operands else value

    def rough(self, value: Array) -> Array:
        """The value with errors relative to each entry, if there are to be any."""
        if self.rng is None or np.asarray(value).dtype.kind not in "fc":
            return value
        value = np.asarray(value)
        eps = float(np.finfo(value.dtype).eps)
        size = (SINGLE if eps > 1e-10 else DOUBLE) * eps
        return (value + value * self.rng.uniform(-size, size, value.shape)).astype(value.dtype)


class Comparison:
    """Values with and without errors, for deciding whether two numbers are equal up to rounding.

    Parameters
    ----------
    single : bool
        Whether some operation of the graphs is in single precision.
    """

    def __init__(self, single: bool = False) -> None:
        self.plain = Values()
        self.twins = [Values(seed) for seed in range(TWINS)]
        self.room = UNITS / (SINGLE if single else DOUBLE)
        self.close = 1e-6 if single else CLOSE

    def difference(
        self, one: Callable[[Values], Array], two: Callable[[Values], Array]
    ) -> tuple[Array, Array] | None:
        """Both arrays where they differ by more than rounding explains, else None; NaNs differ."""
        first, second = np.asarray(one(self.plain)), np.asarray(two(self.plain))
        if first.shape != second.shape:
            return first, second
        with np.errstate(all="ignore"):
            gap = np.abs(first.astype(np.complex128) - second)
            gap = np.where(np.isnan(gap), np.inf, gap)
            scale = np.abs(first) + 0.01 * np.max(np.abs(first), initial=0)
            if np.all(gap <= self.close * scale + FLOOR):
                return None
            room = np.zeros(gap.shape)
            for twin in self.twins:
                for side, value in ((one, first), (two, second)):
                    moved = np.abs(side(twin) - value.astype(np.complex128))
                    room = np.maximum(room, np.where(np.isnan(moved), np.inf, moved))
            wrong = gap > self.room * room + self.close * scale + FLOOR
            lost = ~np.isfinite(second) & np.isfinite(first)
        return (first, second) if np.any(wrong | lost) else None
