"""Selecting by several arrays of integers at once, and along an axis; both end in one array of places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Shape, Size, product, shape_text, size_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import as_shape, broadcast_shapes, normal_axes
from symdiff.ops.operands import constant
from symdiff.ops.places.indexing import as_indices, check_known, check_range, known, take
from symdiff.ops.shape.ranges import arange
from symdiff.ops.shape.reshaping import reshape

__all__ = ["along_axis", "merged", "places_of", "ravel_multi_index", "take_along_axis"]


class FlatIndex(Node):
    """the place in row-major order of an entry with one index per axis; indices broadcast"""

    __slots__ = ()
    lengths: Shape

    def infer_shape(self) -> Shape:
        return broadcast_shapes("indexing", *(operand.shape for operand in self.operands))

    def infer_dtype(self) -> DType:
        return np.dtype(np.intp)

    def compute(self, xp: Any, *indices: Any) -> Any:
        lengths: tuple[int, ...] = self.lengths  # type: ignore[assignment]
        for index, length in zip(indices, lengths, strict=True):
            check_range("indexing", index, -length, length)
        return _flat(xp, indices, lengths)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


def _flat(xp: Any, indices: Sequence[Any], lengths: Sequence[Any]) -> Any:
    """The place in row-major order, from arrays of indices that broadcast."""
    total: Any = 0
    for index, length in zip(indices, lengths, strict=True):
        places = index.astype(np.intp, copy=False)
        if places.size and places.min() < 0:
            places = xp.where(places < 0, places + length, places)
        total = total * length + places
    return xp.asarray(total)


def places_of(indices: Sequence[Node], lengths: Shape) -> Node:
    """One array of places in axes of *lengths* merged into one, from one index array per axis."""
    if len(indices) == 1:
        return indices[0]
    broadcast_shapes("indexing", *(index.shape for index in indices))
    values = [known(index) for index in indices]
    if all(value is not None for value in values) and all(isinstance(size, int) for size in lengths):
        return constant(_flat(np, values, lengths))
    return FlatIndex(*indices, lengths=lengths)


def merged(x: Node, axis: int, count: int) -> Node:
    """*x* with *count* axes from *axis* on as one; itself when that is one already."""
    if count == 1:
        return x
    sizes = x.shape[axis : axis + count]
    return reshape(x, (*x.shape[:axis], product(sizes), *x.shape[axis + count :]))


def along_axis(name: str, x: Node, indices: Node, axis: int) -> tuple[Node, Shape]:
    """The places in the flattened *x* that *indices* name along *axis*, and the shape of what is there."""
    if indices.ndim != x.ndim:
        raise ShapeError(
            f"{name}: the indices have {indices.ndim} axes ({shape_text(indices.shape)}), but the array "
            f"has {x.ndim} ({shape_text(x.shape)}); insert axes of size 1, or call take"
        )
    sizes = [1 if k == axis else size for k, size in enumerate(x.shape)]
    shape = broadcast_shapes(name, indices.shape, tuple(sizes))
    for k, (own, size) in enumerate(zip(shape, x.shape, strict=True)):
        if k != axis and own != size:
            raise ShapeError(
                f"{name}: axis {k} of the indices is {size_text(own)}, but the array has {size_text(size)} "
                "there; all axes but the one indexed broadcast to the array's"
            )
    check_known(indices, axis, x.shape[axis], f"{name}'s array")
    grids = [indices if k == axis else _grid(size, k, x.ndim) for k, size in enumerate(x.shape)]
    return places_of(grids, x.shape), shape


def _grid(size: Size, axis: int, ndim: int) -> Node:
    """0, 1, ... along one of *ndim* axes."""
    shape = (*[1] * axis, size, *[1] * (ndim - axis - 1))
    if isinstance(size, int):
        return constant(np.arange(size).reshape(shape))
    return reshape(arange(size), shape)


def ravel_multi_index(indices: Sequence[Any], shape: int | Size | Sequence[Size]) -> Node:
    """The place in row-major order of entries that have one index per axis; negative ones count from the end.

    Parameters
    ----------
    indices : sequence of array_like of int
        One for each axis; they broadcast.
    shape : int, Dim or tuple of them
        The axes.

    Raises
    ------
    ShapeError
        If there are more or fewer indices than axes, or they do not broadcast.
    IndexError
        If an index is out of range: at once where it is constant, else when run.

    References
    ----------
    ``numpy.ravel_multi_index``.

    Examples
    --------
    >>> ravel_multi_index(([0, 1], [2, -1]), (2, 3))()
    array([2, 5])
    """
    lengths, nodes = as_shape(shape), [as_indices(index) for index in indices]
    if len(nodes) != len(lengths) or not nodes:
        raise ShapeError(
            f"ravel_multi_index: {len(nodes)} arrays of indices for the {len(lengths)} axes of "
            f"{shape_text(lengths)}; give one for each"
        )
    for axis, (node, length) in enumerate(zip(nodes, lengths, strict=True)):
        check_known(node, axis, length, f"the shape {shape_text(lengths)}")
    return FlatIndex(nodes[0], lengths=lengths) if len(nodes) == 1 else places_of(nodes, lengths)


def take_along_axis(x: Any, indices: Any, axis: int | None = -1) -> Node:
    """The entries of *x* along *axis* that an array of as many axes names: one choice of its own per row.

    The result of `argsort` or `argmax` with *keepdims* is an array of that kind. The derivative puts a
    cotangent back where its entry came from; entries taken twice add up.

    Parameters
    ----------
    x : array_like
    indices : array_like of int
        As many axes as *x*; all but *axis* broadcast against those of *x*.
    axis : int, optional
        None flattens *x*, and then *indices* has one axis.

    Raises
    ------
    ShapeError
        If the axes do not fit.
    IndexError
        If an index is out of range: at once where it is constant, else when run.

    References
    ----------
    ``numpy.take_along_axis``.

    Examples
    --------
    >>> take_along_axis([[10.0, 30.0, 20.0], [6.0, 5.0, 4.0]], [[0, 2, 1], [2, 1, 0]])()
    array([[10., 20., 30.],
           [ 4.,  5.,  6.]])
    """
    node, index = constant(x), as_indices(indices)
    if axis is None:
        node, axis = reshape(node, -1), 0
    (axis,) = normal_axes("take_along_axis", axis, node.ndim)
    places, _ = along_axis("take_along_axis", node, index, axis)
    return take(merged(node, 0, node.ndim), places)
