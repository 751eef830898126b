"""Values of nodes at a point, each computed once, by arithmetic that a subclass chooses."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from symdiff.contraction import binary_tree, contract_arrays, pair_flops
from symdiff.dims import product
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.cast import Identity, StopGradient
from symdiff.ops.einsum import Einsum
from symdiff.ops.linalg.triangular import Triangle
from symdiff.ops.places.indexing import Pick, Take
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Concatenate, Place, Slice
from symdiff.ops.signals.windows import Windows
from symdiff.rewrite.checking.sampling import Point
from symdiff.wiring import Wiring

__all__ = [
    "ENTRIES",
    "MOVES",
    "PASSED",
    "WORK",
    "Difference",
    "Evaluation",
    "TooLargeError",
    "called",
    "combination",
]

ENTRIES = 1 << 20  # of one array; larger ones are not computed
WORK = 1 << 22  # multiplications and additions of one contraction
PASSED = (Identity, StopGradient, Region, Barrier)  # the value of operand 0
MOVES = (Slice, Place, Concatenate, Reshape, Take, Pick, Triangle, Windows)  # entries, and zeros
Array = np.ndarray[Any, np.dtype[Any]]


class Difference(NamedTuple):
    """An entry in which two graphs differ."""

    place: tuple[int, ...]
    before: Any
    after: Any


class TooLargeError(Exception):
    """A value that would take too long."""


class Evaluation:
    """The values of nodes at a point; None for those that cannot be computed there."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.values: dict[Node, Any] = {}
        self.reasons: dict[Node, Exception] = {}

    def __call__(self, node: Node) -> Any:
        """The value of *node*, and on the way of everything below it that is not known yet."""
        if node not in self.values:
            with np.errstate(all="ignore"):
                for each in toposort(node, stop=self.values):
                    if each not in self.values:
                        self.values[each] = self._value(each)
        return self.values[node]

    def _value(self, node: Node) -> Any:
        for operand in node.operands:
            if operand in self.reasons:
                self.reasons[node] = self.reasons[operand]
                return None
        try:
            concrete = self.point.concrete(node)
            if product(concrete.shape) > ENTRIES:  # type: ignore[operator]
                raise TooLargeError
            return self.compute(node, concrete, [self.values[operand] for operand in node.operands])
        except Exception as reason:  # whatever an operation raises for values outside its domain
            self.reasons[node] = reason
            return None

    def compute(self, node: Node, concrete: Node, operands: list[Any]) -> Any:
        """The value of *node*, whose sizes are known in *concrete*, given those of its operands."""
        raise NotImplementedError


def called(node: Node, values: list[Array]) -> Array:
    """What the operation of *node* itself computes."""
    value = np.asarray(node.compute(np, *values))
    if isinstance(node, Einsum) and node.wiring.orphans:  # sizes that were symbols, and are factors
        value = (value * math.prod(node.wiring.orphans)).astype(value.dtype)
    return value


def combination(
    node: Node, values: list[Array], number: Callable[[Any], Any], reduced: Callable[[Any], Any], dtype: Any
) -> Array | None:
    """The value of a sum of products in some arithmetic; None for other nodes.

    *number* turns coefficients into numbers of that arithmetic; *reduced* makes of every result along the
    way what that arithmetic has for it.
    """
    match node:
        case Einsum(wiring=wiring, coefficient=coefficient):
            core = _contracted(wiring, values, reduced, dtype)
            factor = number(coefficient) * number(math.prod(wiring.orphans))
            return np.asarray(reduced(core * reduced(factor)))
        case Add(coefficients=coefficients):
            terms = [reduced(x * number(c)) for x, c in zip(values, coefficients, strict=True)]
            return np.asarray(reduced(sum(terms[1:], start=terms[0])))
        case Polynomial(coefficients=coefficients):
            (x,) = values
            *lower, top = map(number, coefficients)
            total = np.zeros_like(x) + top
            for c in reversed(lower):
                total = reduced(reduced(total * x) + c)
            return np.asarray(total)
    return None


def _contracted(wiring: Wiring, values: list[Array], reduced: Callable[[Any], Any], dtype: Any) -> Array:
    """An einsum without its factors, pair by pair."""
    if len(values) < 2:
        return np.asarray(reduced(contract_arrays(np, wiring, values, 1, dtype)))
    parts = list(values)
    for i, j, pair in binary_tree(wiring):
        if pair_flops(pair) > WORK:
            raise TooLargeError
        right, left = parts.pop(max(i, j)), parts.pop(min(i, j))
        parts.append(np.asarray(reduced(contract_arrays(np, pair, (left, right), 1, dtype))))
    return parts[0]
