"""Order along an axis: places in ascending order, and the entries taken from there.

Sorted values are taken by their places, so a cotangent goes back to the entry that a value came from.
Entries that are equal keep their order, and so does what they pass on.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dims import Shape, size_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.axes.scans import one_axis
from symdiff.ops.operands import constant
from symdiff.ops.places.gather import take_along_axis
from symdiff.ops.shape.shaping import Range, slice_ranges, whole

__all__ = ["argsort", "cummax", "cummin", "sort", "topk"]


class Ordering(Node):
    """Places along an axis that depend on how entries compare; they have no derivative

    The axis is counted from the end.
    """

    __slots__ = ()
    axis: int

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return np.dtype(np.intp)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class ArgSort(Ordering):
    """the places of the entries along an axis in ascending or descending order, equal ones as they stand"""

    __slots__ = ()
    descending: bool

    def flops(self) -> int:
        """n log2 n comparisons for each line of n."""
        shape: Any = self.shape
        return int(math.prod(shape) * math.ceil(math.log2(shape[self.axis] + 1)))

    def compute(self, xp: Any, x: Any) -> Any:
        if not self.descending:
            return xp.argsort(x, axis=self.axis, kind="stable")
        backwards = xp.argsort(xp.flip(x, self.axis), axis=self.axis, kind="stable")
        return x.shape[self.axis] - 1 - xp.flip(backwards, self.axis)


class ArgOrder(Ordering):
    """the places of the entries along an axis in ascending order; if one is NaN, its place throughout"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        order = xp.argsort(x, axis=self.axis, kind="stable")
        if 0 in x.shape:
            return order
        unknown = xp.isnan(x)
        first = xp.argmax(unknown, axis=self.axis, keepdims=True)
        return xp.where(xp.any(unknown, axis=self.axis, keepdims=True), first, order)


class ArgRunning(Ordering):
    """the first place of the largest, or smallest, entry so far"""

    __slots__ = ()
    largest: bool

    def compute(self, xp: Any, x: Any) -> Any:
        rows = xp.moveaxis(x, self.axis, 0)
        best = (xp.maximum if self.largest else xp.minimum).accumulate(rows, axis=0)
        places = xp.zeros(rows.shape, dtype=np.intp)
        changed = (best[1:] != best[:-1]) & (best[:-1] == best[:-1])  # the first NaN stays the best
        count = xp.arange(1, max(len(rows), 1), dtype=np.intp)
        places[1:] = xp.where(changed, count.reshape((-1, *(1,) * (x.ndim - 1))), 0)
        return xp.moveaxis(xp.maximum.accumulate(places, axis=0), 0, self.axis)


def argsort(x: Any, axis: int | None = -1, *, descending: bool = False) -> Node:
    """The places of the entries along *axis* in ascending order; equal entries keep their order.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        None flattens *x*.
    descending : bool
        Begin with the largest; equal entries keep their order in this case, too.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Examples
    --------
    >>> argsort([3.0, 1.0, 2.0])()
    array([1, 2, 0])
    >>> argsort([3.0, 1.0, 3.0], descending=True)()
    array([0, 2, 1])
    """
    node, axis = one_axis("argsort", x, axis)
    return ArgSort(node, axis=axis, descending=bool(descending))


def sort(x: Any, axis: int | None = -1, *, descending: bool = False) -> Node:
    """The entries along *axis* in ascending order; NaN stands last, as in NumPy.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        None flattens *x*.
    descending : bool
        Begin with the largest.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Notes
    -----
    The derivative is that of a permutation. Where entries are equal, the order in which they stand
    decides which is which.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([3.0, 1.0, 2.0], "x")
    >>> sort(x)()
    array([1., 2., 3.])
    >>> sd.grad((sort(x) * [10, 20, 30]).sum(), x)()
    array([30., 10., 20.])
    """
    node, axis = one_axis("sort", x, axis)
    return sorted_along(node, axis, descending)


def sorted_along(x: Node, axis: int, descending: bool = False) -> Node:
    """The entries of *x* in order along an axis counted from the end."""
    return take_along_axis(x, ArgSort(x, axis=axis, descending=bool(descending)), axis)


def topk(x: Any, k: int, axis: int = -1, *, largest: bool = True) -> tuple[Node, Node]:
    """The *k* largest entries along *axis*, the largest first, and their places.

    Parameters
    ----------
    x : array_like
    k : int
    axis : int
    largest : bool
        False gives the smallest, the smallest first.

    Returns
    -------
    values, indices : Node
        Among equal entries, those that stand first are taken first.

    Raises
    ------
    ShapeError
        If the axis does not exist, or has fewer than *k* entries.
    TypeError
        If *k* is no integer.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([3.0, 1.0, 2.0], "x")
    >>> values, indices = topk(x, 2)
    >>> print(values(), indices(), sd.grad(values.sum(), x)())
    [3. 2.] [0 2] [1. 0. 1.]
    """
    if axis is None or isinstance(k, bool) or not hasattr(k, "__index__"):
        what = "axis is one int" if axis is None else f"k is an int, not {k!r}"
        raise TypeError(f"topk: {what}; flatten with reshape(-1) to choose among all entries")
    node, axis = one_axis("topk", x, axis)
    length, count = node.shape[axis], k.__index__()
    if count < 0 or (isinstance(length, int) and count > length):
        raise ShapeError(
            f"topk: k is {count}, but axis {axis} has {size_text(length)} entries; k is between 0 and that"
        )
    order = ArgSort(node, axis=axis, descending=bool(largest))
    ranges = [whole(size) for size in node.shape]
    ranges[axis] = Range(0, count, 1)
    indices = slice_ranges(order, tuple(ranges))
    return take_along_axis(node, indices, axis), indices


def cummax(x: Any, axis: int | None = None) -> Node:
    """The largest entry so far at each place along *axis*, as ``numpy.maximum.accumulate``.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        By default, *x* is flattened.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Notes
    -----
    The whole derivative goes to the entry that was the first to be that large.

    Examples
    --------
    >>> cummax([1.0, 3.0, 2.0, 5.0])()
    array([1., 3., 3., 5.])
    """
    return _running("cummax", x, axis, largest=True)


def cummin(x: Any, axis: int | None = None) -> Node:
    """The smallest entry so far at each place along *axis*; see `cummax`.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Examples
    --------
    >>> cummin([3.0, 1.0, 2.0])()
    array([3., 1., 1.])
    """
    return _running("cummin", x, axis, largest=False)


def _running(name: str, x: Any, axis: int | None, largest: bool) -> Node:
    node, axis = one_axis(name, constant(x), axis)
    return take_along_axis(node, ArgRunning(node, axis=axis, largest=largest), axis)
