"""Reductions that are not sums: extremes and their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.contractions import sum as sum_
from symdiff.ops.einsum import contract
from symdiff.ops.entries.comparison import compare
from symdiff.ops.operands import constant
from symdiff.ops.powers import divide
from symdiff.wiring import Wiring

__all__ = ["argmax", "argmin", "max", "min"]


class Reduction(Node):
    """A function of all entries along some axes, which the result lacks."""

    __slots__ = ()
    axes: tuple[int, ...]

    def infer_shape(self) -> Shape:
        shape = self.operands[0].shape
        return tuple(size for axis, size in enumerate(shape) if axis not in self.axes)

    def spread(self, value: Node) -> Node:
        """*value*, of this shape, broadcast back over the axes that were reduced.

        Leading batch axes of *value* stay in front.
        """
        (x,) = self.operands
        batch = value.ndim - self.ndim
        labels = [(axis, size) for axis, size in enumerate(x.shape, batch)]
        sizes = {**dict(enumerate(value.shape[:batch])), **dict(labels)}
        own = [*range(batch), *(axis for axis, _ in labels if axis - batch not in self.axes)]
        return contract((value,), Wiring.of([own], range(batch + x.ndim), sizes))

    def weights(self) -> Node:
        """The derivative by each entry of the operand, when the result is one number per slice."""
        raise NotImplementedError(f"{type(self).__name__} has no derivative rule: define weights")

    def vjp(self, k: int, g: Node) -> Node | None:
        return multiply(self.spread(g), self.weights())

    def jvp(self, k: int, dx: Node) -> Node | None:
        batch = dx.ndim - self.operands[0].ndim
        return sum_(multiply(self.weights(), dx), tuple(axis + batch for axis in self.axes))


class Extreme(Reduction):
    """The largest or smallest entry along axes; entries that tie share the derivative equally"""

    __slots__ = ()

    def weights(self) -> Node:
        (x,) = self.operands
        chosen = cast(compare("equal", x, self.spread(self)), x.dtype)
        return divide(chosen, self.spread(sum_(chosen, self.axes)))


class Max(Extreme):
    """the largest entry along axes"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.max(x, axis=self.axes)


class Min(Extreme):
    """the smallest entry along axes"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.min(x, axis=self.axes)


class ArgExtreme(Reduction):
    """the first place of the largest or smallest entry along one axis"""

    __slots__ = ()

    def infer_dtype(self) -> DType:
        return np.dtype(np.intp)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class ArgMax(ArgExtreme):
    """the first place of the largest entry along one axis"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.argmax(x, axis=self.axes[0])


class ArgMin(ArgExtreme):
    """the first place of the smallest entry along one axis"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.argmin(x, axis=self.axes[0])


def reduce(operation: type[Reduction], x: Node, axis: int | Sequence[int] | None, keepdims: bool) -> Node:
    """A reduction with NumPy's *axis* and *keepdims*."""
    name = operation.__name__.lower()
    axes = tuple(sorted(normal_axes(name, axis, x.ndim)))
    if not axes:
        return x
    if 0 in [x.shape[axis] for axis in axes]:
        raise ShapeError(f"{name}: axis {axes} of an operand without entries has no {name}")
    reduced = operation(x, axes=axes)
    return expand_dims(reduced, axes) if keepdims else reduced


def max(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The largest entry along *axis*; entries that tie share the derivative equally.

    Raises
    ------
    ShapeError
        If an axis does not exist, or there are no entries to choose from.

    Examples
    --------
    >>> max([[1, 5], [7, 2]], axis=1)()
    array([5, 7])
    """
    return reduce(Max, constant(x), axis, keepdims)


def min(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The smallest entry along *axis*; entries that tie share the derivative equally."""
    return reduce(Min, constant(x), axis, keepdims)


def argmax(x: Any, axis: int | None = None, keepdims: bool = False) -> Node:
    """The first place of the largest entry along *axis*, or in the flattened array."""
    return _place(ArgMax, constant(x), axis, keepdims)


def argmin(x: Any, axis: int | None = None, keepdims: bool = False) -> Node:
    """The first place of the smallest entry along *axis*, or in the flattened array."""
    return _place(ArgMin, constant(x), axis, keepdims)


def _place(operation: type[ArgExtreme], x: Node, axis: int | None, keepdims: bool) -> Node:
    if axis is not None and not hasattr(axis, "__index__"):
        raise TypeError(f"{operation.__name__.lower()}: axis is one int or None, not {axis!r}")
    flat = x.reshape(-1) if axis is None else x
    place = reduce(operation, flat, 0 if axis is None else axis, keepdims and axis is not None)
    return expand_dims(place, tuple(range(x.ndim))) if keepdims and axis is None else place
