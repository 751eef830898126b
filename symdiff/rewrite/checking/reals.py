"""Values in high precision, and how far rounding may have moved them.

Where two values differ, both graphs are computed again with random errors of a few units in the last
place behind every operation. What these errors make of the results is the room that rounding has: it is
wide where a formula is ill-conditioned or cancels, and narrow elsewhere, with no bound to be guessed.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from symdiff.dtypes import is_inexact
from symdiff.node import Leaf, Node
from symdiff.ops.axes.reductions import Extreme
from symdiff.ops.axes.scans import Shift
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries.clipping import Clip
from symdiff.ops.entries.comparison import Where
from symdiff.ops.entries.complex import Complex, Conj, Imag
from symdiff.ops.entries.elementwise import Abs, Maximum, Minimum, Relu
from symdiff.ops.leaves import Constant
from symdiff.ops.linalg.results import Output
from symdiff.ops.places.overwriting import Overwrite, Put
from symdiff.rewrite.checking.evaluation import (
    MOVES,
    PASSED,
    Difference,
    Evaluation,
    TooLargeError,
    called,
    combination,
)
from symdiff.rewrite.checking.fields import coefficients, is_short
from symdiff.rewrite.checking.sampling import Point, widened

__all__ = ["High", "Neighbourhood"]

Array = np.ndarray[Any, np.dtype[Any]]
CHOICES = (
    Maximum,
    Minimum,
    Relu,
    Abs,
    Where,
    Clip,
    Extreme,
    Conj,
    Imag,
    Complex,
    Output,
    Overwrite,
    Put,
    Shift,
)
DOUBLE, TINY = np.finfo(np.float64).eps, np.finfo(np.float64).tiny
WIDE = {"f": np.dtype(np.longdouble), "c": np.dtype(np.clongdouble)}
UNITS = 4  # in the last place, of the errors behind every operation
TWINS = 3  # computations with errors
ROOM = 256  # times what the errors did
SAME = 1e-13  # relative to an entry: closer values are not looked at again


class High(Evaluation):
    """Values in the widest type that NumPy has, with random errors if a seed for them is given."""

    def __init__(self, point: Point, errors: int | None = None) -> None:
        super().__init__(point)
        self.rng = None if errors is None else np.random.default_rng([errors, 1])
        self.narrow: set[type[Node]] = set()  # operations that NumPy has in double precision only

    def compute(self, node: Node, concrete: Node, operands: list[Any]) -> Array:
        """The value, in the widest type for real and complex nodes, in its own for others."""
        if isinstance(node, Constant | Leaf):
            value = widened(node.value) if isinstance(node, Constant) else self.point.array(concrete)
            return self._rough(value, node)
        if not is_inexact(node.dtype):
            return self._called(concrete, operands).astype(node.dtype, copy=False)
        if isinstance(node, Cast) and is_inexact(node.operands[0].dtype):
            (x,) = operands
            return np.asarray(x.real if node.dtype.kind == "f" else x.astype(WIDE["c"]))
        dtype = WIDE[node.dtype.kind]
        exact = _is_exact(node)
        found = combination(concrete, operands, _number, self._step(node, exact), dtype)
        summed = found is not None
        if found is None:
            found = self._called(concrete, operands)
        if found.shape != concrete.shape:
            raise ValueError(f"{concrete!r} runs to shape {found.shape}")
        found = found.astype(dtype, copy=False)
        return found if (summed and node.operands) or exact else self._rough(found, node)

    def _step(self, node: Node, exact: bool) -> Callable[[Any], Any]:
        """What happens to every intermediate result of a sum of products."""
        if self.rng is None or exact or not node.operands:
            return lambda x: x
        unit = _unit(node)
        return lambda x: x + x * self._errors(np.asarray(x), unit)

    def _called(self, node: Node, operands: list[Any]) -> Array:
        """What the operation itself computes, in double precision where it has no wider one."""
        if type(node) not in self.narrow:
            try:
                return called(node, operands)
            except TypeError:
                if all(x.dtype not in WIDE.values() for x in operands):
                    raise
        given = [self._narrowed(x) if x.dtype in WIDE.values() else x for x in operands]
        found = called(node, given)
        self.narrow.add(type(node))
        return found

    def _narrowed(self, x: Array) -> Array:
        """An operand in double precision; an algorithm's own errors are like errors of its operand."""
        if self.rng is not None and x.size:
            x = x + self._errors(x, DOUBLE) * np.max(np.abs(x))
        return x.astype(np.complex128 if x.dtype.kind == "c" else np.float64)

    def _rough(self, value: Array, node: Node) -> Array:
        """The value with errors: relative to each entry, and to the largest one where entries mix."""
        if self.rng is None or value.dtype.kind not in "fc":
            return value
        errors = self._errors(value, 1)
        rough = value + value * errors * _unit(node)
        if not node.operands:
            return np.where(value == np.rint(value), value, rough)  # whole numbers are exact
        narrow = type(node) in self.narrow
        wide = np.finfo(value.dtype)
        rough = rough + errors * (TINY if narrow else wide.tiny * wide.eps)  # small numbers lose digits
        if not isinstance(node, Elementwise):
            largest = np.max(np.abs(value), where=np.isfinite(value), initial=0)
            rough = rough + self._errors(value, DOUBLE if narrow else wide.eps) * largest
        return np.asarray(rough)

    def _errors(self, value: Array, unit: Any) -> Array:
        assert self.rng is not None
        errors = np.asarray(self.rng.uniform(-1.0, 1.0, value.shape) * UNITS * unit)
        if value.dtype.kind == "c":
            errors = errors + 1j * self.rng.uniform(-1.0, 1.0, value.shape) * UNITS * unit
        return errors


def _unit(node: Node) -> Any:
    """The rounding of the numbers in a node: of its dtype where they have many digits, or of doubles."""
    made = not node.operands and not isinstance(node, Leaf)
    exact = not made and all(is_short(c, node.dtype) for c in coefficients(node))
    return DOUBLE if exact else max(np.finfo(node.dtype).eps, DOUBLE)


def _is_exact(node: Node) -> bool:
    """Whether an operation hands on entries without rounding them."""
    if isinstance(node, Einsum):
        return bool(node.operands) and node.wiring.is_view and node.coefficient in (1, -1)
    return isinstance(node, (*PASSED, *MOVES, *CHOICES))


def _number(value: Any) -> Any:
    """A coefficient in the widest type."""
    if isinstance(value, Fraction):
        return np.longdouble(value.numerator) / np.longdouble(value.denominator)
    return np.clongdouble(value) if isinstance(value, complex) else np.longdouble(value)


class Neighbourhood:
    """A point, at which graphs are computed as they are and with errors."""

    def __init__(self, point: Point) -> None:
        self.point = point
        self.plain = High(point)
        self.twins = [High(point, seed) for seed in range(TWINS)]

    def difference(self, before: Node, after: Node) -> Difference | None:
        """The entry in which the graphs differ most; None if they agree, or *before* has no value here.

        Raises
        ------
        Exception
            What computing *after* raised, if *before* has a finite value here.
        """
        one, two = self.plain(before), self.plain(after)
        if one is None:
            return None
        if two is None:
            reason = self.plain.reasons[after]
            if isinstance(reason, TooLargeError) or not np.all(np.isfinite(one)):
                return None
            raise reason
        with np.errstate(all="ignore"):
            lost, gap = _gap(one, two)
            if not np.any(lost | (gap > SAME * np.abs(one))):
                return None
            gap = self._beyond(before, after, one, two, lost, gap)
        if not np.any(gap > 0):
            return None
        place = tuple(map(int, np.unravel_index(np.argmax(gap), gap.shape)))
        return Difference(place, one[place], two[place])

    def _beyond(self, before: Node, after: Node, one: Array, two: Array, lost: Array, gap: Array) -> Array:
        """By how many times the gap exceeds the room that rounding has; 0 where it does not."""
        room = np.zeros(one.shape, gap.dtype)
        for twin in self.twins:
            first, second = twin(before), twin(after)
            if first is None:
                return np.zeros(one.shape)
            room = np.maximum(room, _spread(one, first))
            if second is None:
                lost = np.zeros(one.shape, bool)
                room = room + np.inf
                continue
            lost = lost & np.isfinite(first) & ~np.isfinite(second)
            room = np.maximum(room, np.where(lost, 0, _spread(two, second)))
        room = ROOM * room
        excess = np.where(gap > room, gap / np.maximum(room, np.finfo(room.dtype).tiny), 0)
        return np.where(lost & (room < np.inf), np.inf, np.where(np.isnan(excess), 0, excess))


def _gap(one: Array, two: Array) -> tuple[Array, Array]:
    """Where a finite value becomes infinite or NaN, and how far finite values lie apart."""
    if one.dtype.kind not in "fc":
        return np.zeros(one.shape, bool), (one != two).astype(np.longdouble)
    both = np.isfinite(one) & np.isfinite(two)
    lost = np.isfinite(one) & ~np.isfinite(two) & (np.abs(one) < np.finfo(np.float64).max)
    return lost, np.where(both, np.abs(one - two), 0)


def _spread(value: Array, twin: Array) -> Array:
    """How far errors moved a value; infinitely far if they changed a decision, or its being finite."""
    if value.dtype.kind not in "fc":
        return np.where(value != twin, np.inf, np.longdouble(0))
    moved = np.abs(value - twin)
    return np.where(np.isfinite(moved), moved, np.where(np.isfinite(value), np.inf, 0))
