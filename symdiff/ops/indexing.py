"""Selecting by index: ``x[...]``, `take` and its adjoint, one-hot codes."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text, size_text
from symdiff.dtypes import DType, as_dtype
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes, squeeze
from symdiff.ops.operands import constant
from symdiff.ops.shaping import Range, slice_ranges, whole

__all__ = ["getitem", "one_hot", "scatter_add", "take"]


def getitem(x: Node, key: Any) -> Node:
    """``x[key]`` for integers, slices, ``...``, ``None`` and one array of integers.

    Raises
    ------
    ShapeError
        If there are too many indices or an index is out of range.
    TypeError
        For boolean masks, whose result has no known shape.
    """
    items = _full_key(x, key if isinstance(key, tuple) else (key,))
    ranges: list[Range] = []
    gathers: list[tuple[int, Node]] = []
    dropped, inserted = [], []
    place = 0  # axis of the result before integers are dropped
    for item in items:
        if item is None:
            inserted.append(place)
            place += 1
            continue
        axis = len(ranges)
        size = x.shape[axis]
        if isinstance(item, slice):
            ranges.append(_range(x, axis, item))
        elif _is_integer(item):
            ranges.append(Range(_index(x, axis, item), 1, 1))
            dropped.append(place)
        else:
            ranges.append(whole(size))
            gathers.append((place, _indices(item)))
        place += 1
    result = slice_ranges(x, tuple(ranges))
    result = expand_dims(result, tuple(inserted)) if inserted else result
    advanced = [k for k, item in enumerate(items) if _is_integer(item) or not isinstance(item, slice | None)]
    if gathers and advanced[-1] - advanced[0] >= len(advanced):
        raise ShapeError(
            "indexing: integers and arrays of integers with a slice between them move axes to the front "
            "in NumPy; call take for the array, then index with the rest"
        )
    if len(gathers) > 1:
        raise ShapeError("indexing: only one array of integers at a time; call take for each axis")
    for axis, indices in gathers:
        result = take(result, indices, axis)
        dropped = [k if k < axis else k + indices.ndim - 1 for k in dropped]
    return squeeze(result, tuple(dropped)) if dropped else result


def _full_key(x: Node, key: tuple[Any, ...]) -> list[Any]:
    """The key with its ellipsis spelled out and trailing axes added."""
    used = sum(item is not None and item is not ... for item in key)
    if sum(item is ... for item in key) > 1:
        raise ShapeError("indexing: an index has at most one ellipsis")
    if used > x.ndim:
        raise ShapeError(
            f"indexing: {used} indices for {x!r}, which has {x.ndim} axes; drop some, or reshape"
        )
    rest = [slice(None)] * (x.ndim - used)
    place = next((k for k, item in enumerate(key) if isinstance(item, EllipsisType)), len(key))
    return [*key[:place], *rest, *key[place + 1 :]]


def _is_integer(item: Any) -> bool:
    return isinstance(item, int | np.integer | Dim) and not isinstance(item, bool)


def _index(x: Node, axis: int, index: Any) -> Size:
    size = x.shape[axis]
    if isinstance(size, int) and not (isinstance(index, Dim) or -size <= index < size):
        raise ShapeError(
            f"indexing: index {index} is out of range for axis {axis} of {x!r}, which has size {size}"
        )
    negative = not isinstance(index, Dim) and index < 0
    return size + int(index) if negative else index if isinstance(index, Dim) else int(index)


def _range(x: Node, axis: int, item: slice) -> Range:
    """A Python slice as start, count and step."""
    size = x.shape[axis]
    symbolic = [part for part in (size, item.start, item.stop) if isinstance(part, Dim)]
    if not symbolic:
        try:
            first, last, step = item.indices(size)  # type: ignore[arg-type]
        except (TypeError, ValueError) as reason:
            raise TypeError(f"indexing: {item} is no slice of axis {axis}: {reason}") from None
        return Range(first, len(range(first, last, step)), step)
    if item.step not in (None, 1):
        raise ShapeError(
            f"indexing: step {item.step} along axis {axis} of symbolic size {size_text(size)} is not "
            "supported; only step 1 is"
        )
    start, stop = (
        size + bound if isinstance(bound, int) and bound < 0 else bound
        for bound in (0 if item.start is None else item.start, size if item.stop is None else item.stop)
    )
    return Range(start, stop - start, 1)


def _indices(item: Any) -> Node:
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
        return ScatterAdd(g, indices, axis=axis, size=x.shape[self.axis])

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


class ScatterAdd(Linear):
    """zeros, to which entries of x are added along an axis at places given by an array of integers"""

    __slots__ = ()
    axis: int
    size: Size

    def infer_shape(self) -> Shape:
        x, indices = self.operands
        rest = x.shape[self.axis + indices.ndim :]
        found = x.shape[self.axis : self.axis + indices.ndim]
        if found != indices.shape:
            raise ShapeError(
                f"scatter_add: the values are {shape_text(found)} from axis {self.axis} on, but the "
                f"indices are {shape_text(indices.shape)}"
            )
        return (*x.shape[: self.axis], self.size, *rest)

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, x: Any, indices: Any) -> Any:
        result = xp.zeros(self.infer_shape(), dtype=x.dtype)
        xp.add.at(result, (slice(None),) * self.axis + (indices,), x)
        return result

    def transposed(self, k: int, g: Node) -> Node | None:
        if k == 1:
            return None
        return Take(g, self.operands[1], axis=self.axis + g.ndim - self.ndim)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


class OneHot(Node):
    """1 where the last index equals the entry, else 0"""

    __slots__ = ()
    size: Size
    to: DType

    def infer_shape(self) -> Shape:
        return (*self.operands[0].shape, self.size)

    def infer_dtype(self) -> DType:
        return self.to

    def compute(self, xp: Any, indices: Any) -> Any:
        check_range("one_hot", indices, 0, self.size)  # type: ignore[arg-type]
        return xp.equal(indices[..., None], xp.arange(self.size)).astype(self.to)

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
        return multiply(expand_dims(g, -1), OneHot(indices, size=x.shape[-1], to=g.dtype))

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else super().jvp(k, dx)


def check_range(name: str, indices: Any, low: int, size: int) -> None:
    """Complain about indices outside ``low <= index < size``."""
    if indices.size and not (low <= indices.min() and indices.max() < size):
        raise IndexError(
            f"{name}: indices run from {indices.min()} to {indices.max()}, but there are {size} places"
        )


def take(x: Any, indices: Any, axis: int = 0) -> Node:
    """Entries of *x* along *axis* at the places in *indices*, an array of integers of any shape.

    Raises
    ------
    IndexError
        When run, if an index is out of range.

    Examples
    --------
    >>> take([10.0, 20.0, 30.0], [2, 0, 2])()
    array([30., 10., 30.])
    """
    x, places = constant(x), _indices(indices)
    (axis,) = normal_axes("take", axis, x.ndim)
    return Take(x, places, axis=axis)


def scatter_add(values: Any, indices: Any, size: Size, axis: int = 0) -> Node:
    """Zeros of *size* along *axis*, to which *values* are added at the places in *indices*.

    The adjoint of `take`: places that stand several times collect a sum.

    Examples
    --------
    >>> scatter_add([1.0, 2.0, 4.0], [2, 0, 2], size=3)()
    array([2., 0., 5.])
    """
    values, places = constant(values), _indices(indices)
    (axis,) = normal_axes("scatter_add", axis, values.ndim)
    return ScatterAdd(values, places, axis=axis, size=size)


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
    return OneHot(_indices(indices), size=size, to=as_dtype(dtype))
