"""Selecting by arrays of integers: `take` and its adjoint, one entry per row, one-hot codes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dims import Shape, Size, shape_text
from symdiff.dtypes import DType, as_dtype
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes
from symdiff.ops.einsum import is_scalar_constant
from symdiff.ops.leaves import Constant
from symdiff.ops.operands import constant

__all__ = ["one_hot", "scatter_add", "take"]


def as_indices(item: Any) -> Node:
    if isinstance(item, str):
        raise TypeError(f"indexing: an index is an integer, a slice, None, ... or an array, not {item!r}")
    indices = constant(item, int) if isinstance(item, list) and not item else constant(item)
    if indices.dtype.kind == "b":
        raise TypeError(
            "indexing: a boolean mask gives a shape that depends on values; use where(mask, x, 0), "
            "or integer indices"
        )
    if indices.dtype.kind not in "iu":
        raise TypeError(f"indexing: indices are integers, slices, None or ..., not {indices.dtype}")
    return indices


class Take(Linear):
    """entries of x along an axis, at places given by an array of integers"""

    __slots__ = ()
    axis: int

    def infer_shape(self) -> Shape:
        x, indices = self.operands
        return x.shape[: self.axis] + indices.shape + x.shape[self.axis + 1 :]

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, x: Any, indices: Any) -> Any:
        check_range("take", indices, -x.shape[self.axis], x.shape[self.axis])
        return xp.take(x, indices, axis=self.axis)

    def transposed(self, k: int, g: Node) -> Node | None:
        if k == 1:
            return None
        x, indices = self.operands
        axis = self.axis + g.ndim - self.ndim
        return ScatterAdd(g, indices, axis=axis, length=x.shape[self.axis])

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


CROWDED = 8  # values per place, or
WIDE = 32  # entries per value, from which on it is faster to add up the values of one place at a time
GATHERED = 1 << 19  # bytes of values that are put in order at a time


class ScatterAdd(Linear):
    """zeros, to which entries of x are added along an axis at places given by an array of integers"""

    __slots__ = ()
    axis: int
    length: Size

    def infer_shape(self) -> Shape:
        x, indices = self.operands
        rest = x.shape[self.axis + indices.ndim :]
        found = x.shape[self.axis : self.axis + indices.ndim]
        if found != indices.shape:
            raise ShapeError(
                f"scatter_add: the values are {shape_text(found)} from axis {self.axis} on, but the "
                f"indices are {shape_text(indices.shape)}"
            )
        return (*x.shape[: self.axis], self.length, *rest)

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, x: Any, indices: Any) -> Any:
        check_range("scatter_add", indices, -self.length, self.length)  # type: ignore[arg-type]
        result = xp.zeros(self.shape, dtype=x.dtype)
        width = x.size // max(indices.size, 1)
        if indices.size <= CROWDED * self.length and width < WIDE:
            xp.add.at(result, (slice(None),) * self.axis + (indices,), x)
            return result
        into = xp.moveaxis(result, self.axis, 0)
        front = tuple(range(self.axis, self.axis + indices.ndim))
        rows = xp.moveaxis(x, front, range(indices.ndim)).reshape((indices.size, *into.shape[1:]))
        places = indices.ravel() % self.length
        order = xp.argsort(places, kind="stable")
        _add_runs(xp, into, rows, places[order], order)
        return result

    def scratch(self) -> int:
        x, indices = self.operands
        places: Any = indices.shape
        row = bytes_of(x) // max(math.prod(places), 1)
        return int(min(bytes_of(x), max(GATHERED, row)) + row + 3 * bytes_of(indices))

    def transposed(self, k: int, g: Node) -> Node | None:
        if k == 1:
            return None
        return Take(g, self.operands[1], axis=self.axis + g.ndim - self.ndim)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


def _add_runs(xp: Any, into: Any, rows: Any, places: Any, order: Any) -> None:
    """Write the sums of *rows* that have equal *places* once they are in *order*, so many at a time."""
    most = max(1, GATHERED * len(rows) // max(rows.nbytes, 1))
    last = -1
    for begin in range(0, len(order), most):
        chosen = xp.take(rows, order[begin : begin + most], axis=0)  # as `scratch` says
        own = places[begin : begin + most]
        starts = [0, *(xp.flatnonzero(xp.diff(own)) + 1).tolist()]
        for start, stop, place in zip(starts, [*starts[1:], len(own)], own[starts].tolist(), strict=True):
            if place == last:
                into[place] += xp.add.reduce(chosen[start:stop], axis=0)
            else:
                xp.add.reduce(chosen[start:stop], axis=0, out=into[place, ...])
        last = place


class OneHot(Node):
    """1 where the last index equals the entry, else 0"""

    __slots__ = ()
    length: Size
    to: DType

    def infer_shape(self) -> Shape:
        return (*self.operands[0].shape, self.length)

    def infer_dtype(self) -> DType:
        return self.to

    def compute(self, xp: Any, indices: Any) -> Any:
        check_range("one_hot", indices, 0, self.length)  # type: ignore[arg-type]
        result = xp.zeros((*indices.shape, self.length), dtype=self.to)
        rows = xp.arange(0, result.size, self.length)  # where they begin
        result.reshape(-1)[rows + indices.ravel()] = 1
        return result

    def scratch(self) -> int:
        places: Any = self.operands[0].shape
        return 24 * int(math.prod(places))  # where rows begin, the indices in one row, and their sums

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class Pick(Linear):
    """from each row of x along the last axis, the entry that an integer names"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        x, indices = self.operands
        if x.shape[:-1] != indices.shape:
            raise ShapeError(
                f"pick: rows are {shape_text(x.shape[:-1])}, but the indices are {shape_text(indices.shape)}"
            )
        return indices.shape

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, x: Any, indices: Any) -> Any:
        check_range("pick", indices, 0, x.shape[-1])
        return xp.take_along_axis(x, indices[..., None], axis=-1)[..., 0]

    def transposed(self, k: int, g: Node) -> Node | None:
        if k == 1:
            return None
        x, indices = self.operands
        return multiply(expand_dims(g, -1), OneHot(indices, length=x.shape[-1], to=g.dtype))

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


def bytes_of(node: Node) -> int:
    """The memory that an array of known size takes."""
    shape: tuple[int, ...] = node.shape  # type: ignore[assignment]
    return math.prod(shape) * node.dtype.itemsize


def check_range(name: str, indices: Any, low: int, size: int) -> None:
    """Complain about indices outside ``low <= index < size``."""
    if indices.size and not (low <= indices.min() and indices.max() < size):
        raise IndexError(
            f"{name}: indices run from {indices.min()} to {indices.max()}, but there are {size} places"
        )


def known(node: Node) -> Any:
    """The value of a constant as an array; None for what only a run can know."""
    if isinstance(node, Constant):
        return node.value
    if is_scalar_constant(node) and all(isinstance(size, int) for size in node.shape):
        return np.full(node.shape, node.coefficient, node.dtype)  # type: ignore[attr-defined]
    return None


def check_known(index: Node, axis: int, size: Size, of: str) -> None:
    """Complain about a constant index that is outside an axis of known size.

    Raises
    ------
    IndexError
        Naming the index, the axis and its size.
    """
    values = known(index)
    if values is None or not isinstance(size, int):
        return
    outside = values[(values < -size) | (values >= size)]
    if outside.size:
        raise IndexError(
            f"indexing: index {outside[0]} is out of range for axis {axis} of {of}, which has size {size}"
        )


def take(x: Any, indices: Any, axis: int = 0) -> Node:
    """Entries of *x* along *axis* at the places in *indices*, an array of integers of any shape.

    Raises
    ------
    IndexError
        If an index is out of range: at once where it is constant, else when run.

    Examples
    --------
    >>> take([10.0, 20.0, 30.0], [2, 0, 2])()
    array([30., 10., 30.])
    """
    x, places = constant(x), as_indices(indices)
    (axis,) = normal_axes("take", axis, x.ndim)
    check_known(places, axis, x.shape[axis], "take's array")
    return Take(x, places, axis=axis)


def scatter_add(values: Any, indices: Any, size: Size, axis: int = 0) -> Node:
    """Zeros of *size* along *axis*, to which *values* are added at the places in *indices*.

    The adjoint of `take`: places that stand several times collect a sum.

    Examples
    --------
    >>> scatter_add([1.0, 2.0, 4.0], [2, 0, 2], size=3)()
    array([2., 0., 5.])
    """
    values, places = constant(values), as_indices(indices)
    (axis,) = normal_axes("scatter_add", axis, values.ndim - places.ndim + 1)
    return ScatterAdd(values, places, axis=axis, length=size)


def one_hot(indices: Any, size: Size, dtype: Any = float) -> Node:
    """1 at the place that each index names and 0 elsewhere, along a new last axis.

    Raises
    ------
    IndexError
        When run, if an index is negative or not below *size*.

    Examples
    --------
    >>> one_hot([2, 0], 3)()
    array([[0., 0., 1.],
           [1., 0., 0.]])
    """
    return OneHot(as_indices(indices), length=size, to=as_dtype(dtype))
