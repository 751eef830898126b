"""What stands between brackets, by NumPy's rules: slices, then a change of axes, then one array of places.

Every key means three steps, each with an inverse: take ranges of each axis; drop, insert and permute
axes so that those indexed by arrays lie together; take places along them. `x[key]` goes down the steps,
an update of `x[key]` comes back up.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from types import EllipsisType
from typing import Any, NamedTuple

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_shapes
from symdiff.ops.einsum import contract
from symdiff.ops.operands import constant
from symdiff.ops.places.gather import places_of
from symdiff.ops.places.indexing import as_indices, check_known, known
from symdiff.ops.shape.shaping import Range, slice_ranges, whole
from symdiff.wiring import Wiring

__all__ = ["Selection", "selection"]


class Selection(NamedTuple):
    """A key, understood.

    Attributes
    ----------
    ranges : tuple of Range
        The places of each axis that slices and integers leave.
    labels : tuple
        The axes after that: a number names an axis of the source, a text an inserted one; integers'
        axes are gone, and those that arrays index lie together.
    axis : int
        Where the axes that arrays index start.
    indices : tuple of Node
        One array of integers per such axis.
    """

    ranges: tuple[Range, ...]
    labels: tuple[int | str, ...]
    axis: int
    indices: tuple[Node, ...]

    @property
    def sizes(self) -> dict[int | str, Size]:
        """The size of each axis after the slices."""
        lengths: dict[int | str, Size] = {k: places.length for k, places in enumerate(self.ranges)}
        return lengths | {label: 1 for label in self.labels if isinstance(label, str)}

    @property
    def lengths(self) -> Shape:
        """The sizes of the axes that arrays index."""
        sizes = self.sizes
        return tuple(sizes[label] for label in self.labels[self.axis : self.axis + len(self.indices)])

    @property
    def shape(self) -> Shape:
        """The shape of what is selected."""
        sizes, last = self.sizes, self.axis + len(self.indices)
        found = broadcast_shapes("indexing", *(index.shape for index in self.indices))
        return (
            *(sizes[label] for label in self.labels[: self.axis]),
            *found,
            *(sizes[label] for label in self.labels[last:]),
        )

    @property
    def places(self) -> Node:
        """The places along the axes that arrays index, as if they were one axis."""
        return places_of(self.indices, self.lengths)

    def down(self, x: Node) -> Node:
        """The slices of *x*, with axes dropped, inserted and permuted."""
        part = slice_ranges(x, self.ranges)
        return contract((part,), _change(self.labels, part.shape))

    def up(self, part: Node) -> Node:
        """The inverse change of axes: the shape of the slices again."""
        return contract((part,), Wiring.of([self.labels], range(len(self.ranges)), self.sizes))


@lru_cache(maxsize=4096)
def _change(labels: tuple[int | str, ...], shape: Shape) -> Wiring:
    """An array of this shape with its axes dropped and permuted, and others inserted, as *labels* say."""
    inserted = {label: 1 for label in labels if isinstance(label, str)}
    return Wiring.of([range(len(shape))], labels, {**dict(enumerate(shape)), **inserted})


class _Flag(NamedTuple):
    """A boolean without axes as an index: a new axis of one entry or none."""

    entries: int


def selection(x: Node, key: Any) -> Selection:
    """The meaning of *key* for an array like *x*.

    Raises
    ------
    ShapeError
        If there are too many indices, an integer is out of range, a mask has another shape than what
        it masks, or index arrays do not broadcast.
    IndexError
        If a constant array holds an index that is out of range.
    TypeError
        For what is no index, and for masks whose values are not known.
    """
    if type(key) is int and x.shape:
        return _row(x, key)
    items = _full_key(x, list(key) if isinstance(key, tuple) else [key])
    ranges: list[Range] = []
    others: list[int | str] = []  # axes that are sliced or inserted
    gathered: list[tuple[int | str, Node]] = []  # axes that arrays index
    advanced: list[tuple[int, int]] = []  # the place in the key, and how many other axes came before it
    for place, item in enumerate(items):
        axis = len(ranges)
        if item is None or isinstance(item, slice):
            others.append(f"new {place}" if item is None else axis)
            ranges += [] if item is None else [_range(x, axis, item)]
            continue
        advanced.append((place, len(others)))
        if isinstance(item, _Flag):
            gathered.append((f"new {place}", constant(np.zeros(item.entries, np.intp))))
        elif _is_integer(item):
            ranges.append(Range(_index(x, axis, item), 1, 1))
        else:
            gathered.append((axis, _array(x, axis, item)))
            ranges.append(whole(x.shape[axis]))
    together = not advanced or advanced[-1][0] - advanced[0][0] < len(advanced)
    start = advanced[0][1] if advanced and together else 0
    labels = (*others[:start], *(label for label, _ in gathered), *others[start:])
    return Selection(tuple(ranges), labels, start, tuple(index for _, index in gathered))


def _row(x: Node, index: int) -> Selection:
    """The meaning of one integer, which is what a loop over steps asks for."""
    ranges = (Range(_index(x, 0, index), 1, 1), *map(whole, x.shape[1:]))
    return Selection(ranges, tuple(range(1, len(ranges))), 0, ())


def _array(x: Node, axis: int, item: Any) -> Node:
    index = as_indices(item)
    check_known(index, axis, x.shape[axis], repr(x))
    return index


def _full_key(x: Node, key: list[Any]) -> list[Any]:
    """The key with its masks as integers, its ellipsis spelled out and trailing axes added."""
    if sum(item is ... for item in key) > 1:
        raise ShapeError("indexing: an index has at most one ellipsis")
    masks = [_mask(item) for item in key]
    widths = [
        mask.ndim if mask is not None else item is not None and item is not ...
        for item, mask in zip(key, masks, strict=True)
    ]
    used = sum(widths)
    if used > x.ndim:
        raise ShapeError(
            f"indexing: {used} indices for {x!r}, which has {x.ndim} axes; drop some, or reshape"
        )
    items: list[Any] = []
    axis = 0
    for item, mask, width in zip(key, masks, widths, strict=True):
        if isinstance(item, EllipsisType):
            items += [slice(None)] * (x.ndim - used)
            axis += x.ndim - used
        elif mask is not None:
            items += _nonzero(x, axis, mask)
        else:
            items.append(item)
        axis += width
    return items + [slice(None)] * (x.ndim - axis)


def _mask(item: Any) -> Any:
    """A boolean index whose values are known, as an array; None for anything else."""
    if isinstance(item, Node):
        return known(item) if item.dtype.kind == "b" else None
    if isinstance(item, bool | np.bool_ | np.ndarray):
        array = np.asarray(item)
        return array if array.dtype.kind == "b" else None
    if isinstance(item, Sequence) and not isinstance(item, str):
        first: Any = item
        while isinstance(first, Sequence) and not isinstance(first, str) and len(first):
            first = first[0]
        return np.array(item, bool) if isinstance(first, bool | np.bool_) and _all_bool(item) else None
    return None


def _all_bool(item: Sequence[Any]) -> bool:
    """Whether nested lists form an array of booleans."""
    try:
        return np.array(item).dtype.kind == "b"
    except (TypeError, ValueError):
        return False


def _nonzero(x: Node, axis: int, mask: Any) -> list[Any]:
    """The places where a mask holds, one array of integers per axis."""
    if mask.ndim == 0:
        return [_Flag(int(mask))]
    sizes = x.shape[axis : axis + mask.ndim]
    if mask.shape != sizes:
        raise ShapeError(
            f"indexing: a mask of {shape_text(mask.shape)} where {x!r} has {shape_text(sizes)}, from axis "
            f"{axis} on; the two must agree"
        )
    return list(np.nonzero(mask))


def _is_integer(item: Any) -> bool:
    return isinstance(item, int | np.integer | Dim) and not isinstance(item, bool)


def _index(x: Node, axis: int, index: Any) -> Size:
    size = x.shape[axis]
    if isinstance(size, int) and not (isinstance(index, Dim) or -size <= index < size):
        raise OutOfRangeError(
            f"indexing: index {index} is out of range for axis {axis} of {x!r}, which has size {size}"
        )
    negative = not isinstance(index, Dim) and index < 0
    return size + int(index) if negative else index if isinstance(index, Dim) else int(index)


class OutOfRangeError(ShapeError, IndexError):
    """An integer index beyond its axis: caught as NumPy's error, and as an axis that does not fit."""


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
    if item == slice(None, None, -1):
        return Range(size - 1, size, -1)
    if item.step not in (None, 1):
        raise ShapeError(
            f"indexing: step {item.step} along axis {axis} of symbolic size {size_text(size)} is not "
            "supported; only step 1, and all entries backwards, are"
        )
    start, stop = (
        size + bound if isinstance(bound, int) and bound < 0 else bound
        for bound in (0 if item.start is None else item.start, size if item.stop is None else item.stop)
    )
    return Range(start, stop - start, 1)
