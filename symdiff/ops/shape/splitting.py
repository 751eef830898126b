"""One array as several: cut into parts along an axis, or taken apart into its slices."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from symdiff.dims import shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import normal_axes
from symdiff.ops.operands import constant
from symdiff.ops.shape.shaping import Range, slice_ranges, whole

__all__ = ["array_split", "dsplit", "hsplit", "split", "unstack", "vsplit"]


def split(x: Any, sections: int | Sequence[int], axis: int = 0) -> list[Node]:
    """*x* in equal parts along an axis, or cut at given places.

    Parameters
    ----------
    sections : int or sequence of int
        The number of parts, or the places where each part but the first begins.

    Raises
    ------
    ShapeError
        If the axis is not a multiple of the number of parts, or its size is not known.

    Examples
    --------
    >>> [part().tolist() for part in split([1, 2, 3, 4], 2)]
    [[1, 2], [3, 4]]
    >>> [part().tolist() for part in split([1, 2, 3, 4], [1, 3])]
    [[1], [2, 3], [4]]
    """
    x = constant(x)
    (axis,) = normal_axes("split", axis, x.ndim)
    size = x.shape[axis]
    if isinstance(sections, int) and sections > 0 and isinstance(size, int) and size % sections:
        raise ShapeError(
            f"split: axis {axis} of size {size} is no multiple of {sections} parts; use array_split, or "
            "give the places to cut at"
        )
    return array_split(x, sections, axis)


def array_split(x: Any, sections: int | Sequence[int], axis: int = 0) -> list[Node]:
    """*x* in parts along an axis that differ in size by one at most, or cut at given places.

    Parameters
    ----------
    sections : int or sequence of int
        The number of parts, or the places where each part but the first begins.

    Raises
    ------
    ShapeError
        If the number of parts is not positive, or the size of the axis is not known.

    Examples
    --------
    >>> [part().tolist() for part in array_split([1, 2, 3, 4, 5], 3)]
    [[1, 2], [3, 4], [5]]
    """
    x = constant(x)
    (axis,) = normal_axes("array_split", axis, x.ndim)
    size = x.shape[axis]
    if not isinstance(size, int):
        raise ShapeError(
            f"array_split: axis {axis} has the symbolic size {size_text(size)}; slice it, x[:n], x[n:]"
        )
    if isinstance(sections, Sequence):
        marks = [0, *(slice(mark).indices(size)[1] for mark in sections), size]
    else:
        if isinstance(sections, bool) or not hasattr(sections, "__index__"):
            raise TypeError(f"array_split: sections are an int or a list of int, not {sections!r}")
        if sections <= 0:
            raise ShapeError(f"array_split: {sections} parts cannot be; give a number from 1 on")
        each, extra = divmod(size, sections)
        marks = [k * each + min(k, extra) for k in range(sections + 1)]
    parts = []
    for start, stop in pairwise(marks):
        ranges = list(map(whole, x.shape))
        ranges[axis] = Range(start, max(stop - start, 0), 1)
        parts.append(slice_ranges(x, tuple(ranges)))
    return parts


def hsplit(x: Any, sections: int | Sequence[int]) -> list[Node]:
    """*x* in parts along the second axis; a vector along its only one.

    Raises
    ------
    ShapeError
        If *x* is a scalar, or as for `split`.

    Examples
    --------
    >>> [part().tolist() for part in hsplit([[1, 2], [3, 4]], 2)]
    [[[1], [3]], [[2], [4]]]
    """
    x = constant(x)
    return split(x, sections, min(_deep("hsplit", x, 1).ndim - 1, 1))


def vsplit(x: Any, sections: int | Sequence[int]) -> list[Node]:
    """*x* in parts along the first axis.

    Raises
    ------
    ShapeError
        If *x* has fewer than two axes, or as for `split`.

    Examples
    --------
    >>> [part().tolist() for part in vsplit([[1, 2], [3, 4]], 2)]
    [[[1, 2]], [[3, 4]]]
    """
    return split(_deep("vsplit", constant(x), 2), sections, 0)


def dsplit(x: Any, sections: int | Sequence[int]) -> list[Node]:
    """*x* in parts along the third axis.

    Raises
    ------
    ShapeError
        If *x* has fewer than three axes, or as for `split`.

    Examples
    --------
    >>> [part().tolist() for part in dsplit([[[1, 2]]], 2)]
    [[[[1]]], [[[2]]]]
    """
    return split(_deep("dsplit", constant(x), 3), sections, 2)


def _deep(name: str, x: Node, count: int) -> Node:
    if x.ndim < count:
        raise ShapeError(
            f"{name}: the operand is {shape_text(x.shape)}; it needs {count} axes or more, or use split"
        )
    return x


def unstack(x: Any, axis: int = 0) -> list[Node]:
    """The slices of *x* along an axis, without that axis: what `stack` joins.

    Raises
    ------
    ShapeError
        If there is no such axis, or its size is not known.

    Examples
    --------
    >>> [part().tolist() for part in unstack([[1, 2], [3, 4]], axis=1)]
    [[1, 3], [2, 4]]
    """
    x = constant(x)
    (axis,) = normal_axes("unstack", axis, x.ndim)
    size = x.shape[axis]
    if not isinstance(size, int):
        raise ShapeError(f"unstack: axis {axis} has the symbolic size {size_text(size)}; index it instead")
    return [x[(slice(None),) * axis + (k,)] for k in range(size)]
