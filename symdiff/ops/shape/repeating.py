"""Entries several times: tiled, repeated next to each other, and once for every entry of another array."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Dim, Size, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import as_shape, broadcast_to, expand_dims, multiply, normal_axes
from symdiff.ops.operands import constant, promote
from symdiff.ops.places.indexing import as_indices, known, take
from symdiff.ops.shape.reshaping import reshape

__all__ = ["kron", "repeat", "tile"]


def tile(x: Any, reps: Size | Sequence[Size]) -> Node:
    """*x* laid side by side, as often along each of the last axes as *reps* says.

    Raises
    ------
    ShapeError
        If a number of repetitions is negative.

    Examples
    --------
    >>> tile([1, 2], (2, 2))()
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]])
    """
    x = constant(x)
    counts = [_count("tile", count) for count in as_shape(reps)]
    counts = [1] * (x.ndim - len(counts)) + counts
    x = reshape(x, (*[1] * (len(counts) - x.ndim), *x.shape))
    spread = expand_dims(x, tuple(range(0, 2 * x.ndim, 2))) if x.ndim else x
    pairs = list(zip(counts, x.shape, strict=True))
    spread = broadcast_to(spread, tuple(size for pair in pairs for size in pair))
    return reshape(spread, tuple(count * size for count, size in pairs))


def repeat(x: Any, repeats: Any, axis: int | None = None) -> Node:
    """*x* with each entry along *axis* several times, next to each other.

    Parameters
    ----------
    repeats : int, Dim or array_like of int
        How often; an array says it for each place along *axis*, and must be constant.
    axis : int, optional
        Without it, the entries of the flattened array are repeated.

    Raises
    ------
    ShapeError
        If a number of repetitions is negative, or there are more or fewer of them than places.
    TypeError
        If the repetitions are not constant: the shape of the result depends on them.

    Examples
    --------
    >>> repeat([1, 2], 2)()
    array([1, 1, 2, 2])
    >>> repeat([[1, 2], [3, 4]], [1, 2], axis=0)()
    array([[1, 2],
           [3, 4],
           [3, 4]])
    """
    x = constant(x)
    if axis is None:
        x, axis = reshape(x, -1), 0
    (axis,) = normal_axes("repeat", axis, x.ndim)
    if isinstance(repeats, int | np.integer | Dim):
        return _each(x, _count("repeat", repeats), axis)
    counts = known(as_indices(repeats))
    if counts is None:
        raise TypeError(
            "repeat: the numbers of repetitions are symbolic, so the shape is not known; use ints"
        )
    if counts.size == 1:
        return _each(x, _count("repeat", counts.item()), axis)
    return take(x, _places(counts, x.shape[axis], axis), axis)


def _each(x: Node, count: Size, axis: int) -> Node:
    """Each entry along *axis* equally often."""
    before, size, after = x.shape[:axis], x.shape[axis], x.shape[axis + 1 :]
    spread = broadcast_to(expand_dims(x, axis + 1), (*before, size, count, *after))
    return reshape(spread, (*before, size * count, *after))


def _places(counts: Any, size: Size, axis: int) -> Any:
    """The places along an axis, each as often as *counts* says."""
    if counts.shape != (size,):
        raise ShapeError(
            f"repeat: {counts.size} numbers of repetitions for {size_text(size)} places along axis {axis}; "
            "give one for each, or one for all"
        )
    if (counts < 0).any():
        raise ShapeError(f"repeat: {counts.min()} repetitions cannot be; give a number from 0 on")
    return np.repeat(np.arange(counts.size), counts)


def _count(name: str, count: Any) -> Any:
    """A number of repetitions."""
    if isinstance(count, Dim):
        return count
    if isinstance(count, bool) or not hasattr(count, "__index__"):
        raise TypeError(f"{name}: a number of repetitions is an int, not {count!r}")
    if count < 0:
        raise ShapeError(f"{name}: {count} repetitions cannot be; give a number from 0 on")
    return count.__index__()


def kron(x: Any, y: Any) -> Node:
    """The Kronecker product: a copy of *y* for every entry of *x*, times that entry.

    Examples
    --------
    >>> kron([1, 10], [1, 2])()
    array([ 1,  2, 10, 20])
    """
    x, y = promote(x, y)
    ndim = max(x.ndim, y.ndim)
    x, y = (reshape(node, (*[1] * (ndim - node.ndim), *node.shape)) for node in (x, y))
    wide = expand_dims(x, tuple(range(1, 2 * ndim, 2))) if ndim else x
    narrow = expand_dims(y, tuple(range(0, 2 * ndim, 2))) if ndim else y
    return reshape(multiply(wide, narrow), tuple(a * b for a, b in zip(x.shape, y.shape, strict=True)))
