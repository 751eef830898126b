"""Selecting by what stands between brackets: ``x[...]``."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

import numpy as np

from symdiff.dims import Dim, Size, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims, squeeze
from symdiff.ops.indexing import as_indices, take
from symdiff.ops.shaping import Range, slice_ranges, whole

__all__ = ["getitem"]


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
            gathers.append((place, as_indices(item)))
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
