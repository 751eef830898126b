"""The product of entries along axes, whose derivatives never divide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import product
from symdiff.node import Node
from symdiff.ops.axes.reductions import Reduction
from symdiff.ops.axes.scans import Cumprod, widened
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes, transpose
from symdiff.ops.operands import constant
from symdiff.ops.shape.reshaping import reshape

__all__ = ["Prod", "flattened", "prod", "reduce_any_size"]


class Prod(Reduction):
    """the product of the entries along axes

    The derivative by one entry is the product of those before it times the product of those after it.
    """

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.prod(x, axis=self.axes, dtype=x.dtype)

    def weights(self) -> Node:
        (x,) = self.operands
        flat, order = flattened(x, self.axes)
        ahead, behind = (Cumprod(flat, axis=-1, reverse=reverse) for reverse in (False, True))
        others = multiply(ahead.before(), behind.before())
        permuted = reshape(others, [x.shape[axis] for axis in order])
        return transpose(permuted, sorted(range(x.ndim), key=order.__getitem__))


def flattened(x: Node, axes: Sequence[int]) -> tuple[Node, list[int]]:
    """*x* with *axes* made one, which is the last, and the order of axes in which that was done."""
    kept = [axis for axis in range(x.ndim) if axis not in axes]
    order = [*kept, *axes]
    if len(axes) == 1:
        return transpose(x, order), order
    count = product(x.shape[axis] for axis in axes)
    return reshape(transpose(x, order), (*(x.shape[axis] for axis in kept), count)), order


def reduce_any_size(
    operation: type[Reduction], x: Node, axis: int | Sequence[int] | None, keepdims: bool
) -> Node:
    """A reduction with NumPy's *axis* and *keepdims*, which no entries and no axes have a value for."""
    axes = tuple(sorted(normal_axes(operation.__name__.lower(), axis, x.ndim)))
    reduced = operation(x, axes=axes)
    return expand_dims(reduced, axes) if keepdims and axes else reduced


def prod(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The product along *axis*, or of all entries; 1 for none.

    Every derivative is made of products of the other entries, so it is right where entries are 0.

    Parameters
    ----------
    x : array_like
        Booleans and short integers are multiplied as long integers, as in `numpy.prod`.
    axis : int or sequence of int, optional
        By default, all axes.
    keepdims : bool
        Keep the axes, with size 1.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([2.0, 0.0, 4.0], "x")
    >>> print(prod(x)(), sd.grad(prod(x), x)())
    0.0 [0. 8. 0.]
    """
    return reduce_any_size(Prod, widened(constant(x), np.multiply), axis, keepdims)
