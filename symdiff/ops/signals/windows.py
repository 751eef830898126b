"""Windows that slide along axes, and their transpose, which adds overlapping windows up."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import normal_axes
from symdiff.ops.operands import constant

__all__ = ["Overlap", "Window", "Windows", "overlap_add", "per_axis", "sliding_windows"]


class Window(NamedTuple):
    """Windows along one axis: *size* entries, *dilation* apart, one window every *stride* places."""

    size: int
    stride: int = 1
    dilation: int = 1

    @property
    def span(self) -> int:
        """The number of places from the first entry to the last."""
        return self.dilation * (self.size - 1) + 1

    def number(self, length: Size) -> Size:
        """How many windows an axis of this length has."""
        left = length - self.span
        if isinstance(left, Dim):
            if self.stride == 1:
                return left + 1
            raise ShapeError(
                f"windows: an axis of symbolic size {size_text(length)} has no known number of windows with "
                f"stride {self.stride}; give it a size, or use stride 1"
            )
        if left < 0 < length:  # type: ignore[operator]
            raise ShapeError(
                f"windows: an axis with {length} entries holds no window that spans {self.span}; pad the "
                "operand, or use smaller windows"
            )
        return max(left // self.stride + 1, 0)

    def length(self, count: Size) -> Size:
        """The number of places that *count* windows cover."""
        return 0 if count == 0 else self.stride * (count - 1) + self.span

    def places(self, offset: int, count: int) -> slice:
        """Where entry *offset* of each window lies."""
        start = offset * self.dilation
        return slice(start, start + self.stride * count, self.stride)


class Windows(Linear):
    """windows along some axes; their entries are new axes at the end"""

    __slots__ = ()
    axes: tuple[int, ...]  # counted from the end of the operand
    windows: tuple[Window, ...]

    def infer_shape(self) -> Shape:
        shape = list(self.operands[0].shape)
        for axis, window in zip(self.axes, self.windows, strict=True):
            shape[axis] = window.number(shape[axis])
        return (*shape, *(window.size for window in self.windows))

    def compute(self, xp: Any, x: Any) -> Any:
        """A view, which is read-only; programs copy it where it is a result."""
        return xp.zeros(self.shape, dtype=x.dtype) if 0 in self.shape else view(x, self.axes, self.windows)

    @property
    def order_in_memory(self) -> tuple[int, ...]:
        """The axes in the order in which their entries lie, of an array that lies row by row."""
        outer = self.ndim - len(self.windows)
        last = 1 + max(axis % outer for axis in self.axes)
        return (*range(last), *range(outer, self.ndim), *range(last, outer))

    def transposed(self, k: int, g: Node) -> Node:
        lengths = tuple([self.operands[0].shape[axis] for axis in self.axes])
        return Overlap(g, axes=self.axes, windows=self.windows, lengths=lengths)


def view(x: Any, axes: tuple[int, ...], windows: Sequence[tuple[int, int, int]]) -> Any:
    """Windows of an array, each a size, a stride and a dilation, along *axes*; nothing is copied."""
    spans = tuple([Window(*window).span for window in windows])
    every = np.lib.stride_tricks.sliding_window_view(x, spans, axis=axes)
    key = [slice(None)] * every.ndim
    for k, (axis, (_, stride, dilation)) in enumerate(zip(axes, windows, strict=True)):
        key[x.ndim + axis] = slice(None, None, stride)
        key[x.ndim + k] = slice(None, None, dilation)
    return every[tuple(key)]


class Overlap(Linear):
    """zeros with every window added where it lies: the transpose of Windows"""

    __slots__ = ()
    axes: tuple[int, ...]  # counted from the end of the result
    windows: tuple[Window, ...]
    lengths: Shape

    def infer_shape(self) -> Shape:
        return self.laid_out(self.operands[0].shape)

    def laid_out(self, shape: Shape) -> Shape:
        """The shape of the result, given that of the windows."""
        result = list(shape[: len(shape) - len(self.windows)])
        for axis, length in zip(self.axes, self.lengths, strict=True):
            result[axis] = length
        return tuple(result)

    def compute(self, xp: Any, x: Any) -> Any:
        outer = x.ndim - len(self.windows)
        counts = [x.shape[outer + axis] for axis in self.axes]
        result = xp.zeros(self.laid_out(x.shape), dtype=x.dtype)
        for offsets in itertools.product(*[range(window.size) for window in self.windows]):
            key = [slice(None)] * outer
            for axis, window, offset, count in zip(self.axes, self.windows, offsets, counts, strict=True):
                key[axis] = window.places(offset, count)
            result[tuple(key)] += x[(..., *offsets)]
        return result

    def transposed(self, k: int, g: Node) -> Node:
        return Windows(g, axes=self.axes, windows=self.windows)


# --- the functions that check and build ---------------------------------------------------------------


def sliding_windows(
    x: Any,
    window: int | Sequence[int],
    axis: int | Sequence[int] = -1,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
) -> Node:
    """All windows along *axis*, whose entries are new axes at the end.

    Like `numpy.lib.stride_tricks.sliding_window_view`, with strides and dilation. Inside a program it is
    a view and copies nothing.

    Parameters
    ----------
    x : array_like
    window : int or sequence of int
        Entries in a window, for each axis.
    axis : int or sequence of int
        The axes along which windows slide.
    stride, dilation : int or sequence of int
        Places from one window to the next, and from one entry of a window to the next.

    Returns
    -------
    Node
        ``x.shape`` with the number of windows along each *axis*, and behind it one axis per window.

    Raises
    ------
    ShapeError
        If a window is longer than its axis or its parameters are not positive, or if an axis of symbolic
        size has a stride other than 1.

    Examples
    --------
    >>> sliding_windows([1, 2, 3, 4, 5], 3, stride=2)()
    array([[1, 2, 3],
           [3, 4, 5]])
    """
    node = constant(x)
    axes = tuple(place - node.ndim for place in normal_axes("sliding_windows", axis, node.ndim))
    found = as_windows("sliding_windows", len(axes), window, stride, dilation)
    return windows("sliding_windows", node, axes, found)


def overlap_add(
    x: Any,
    length: Size | Sequence[Size] | None = None,
    axis: int | Sequence[int] = -1,
    stride: int | Sequence[int] = 1,
    dilation: int | Sequence[int] = 1,
) -> Node:
    """Windows added up where they overlap: the transpose of `sliding_windows`.

    Parameters
    ----------
    x : array_like
        What `sliding_windows` returns: windows along *axis*, their entries along as many axes at the end.
    length : int or sequence of int, optional
        Entries of the result along *axis*; as many as the windows cover by default.
    axis : int or sequence of int
        Axes of the result, along which windows slide.
    stride, dilation : int or sequence of int

    Returns
    -------
    Node
        Without the last axes of *x*, and with *length* entries along *axis*.

    Raises
    ------
    ShapeError
        If *length* entries do not have as many windows as *x*, or *x* has too few axes.

    Examples
    --------
    >>> overlap_add([[1, 2, 3], [10, 20, 30]], stride=2)()
    array([ 1,  2, 13, 20, 30])
    """
    node = constant(x)
    count = len(axis) if isinstance(axis, Sequence) else 1
    ndim = node.ndim - count
    if ndim < count:
        raise ShapeError(
            f"overlap_add: the operand is {shape_text(node.shape)}, and {count} axes of windows need as many "
            "for their entries behind them; expand_dims inserts axes"
        )
    axes = tuple(place - ndim for place in normal_axes("overlap_add", axis, ndim))
    found = as_windows("overlap_add", count, node.shape[ndim:], stride, dilation)
    given = length if isinstance(length, Sequence) else (length,) * count
    lengths = tuple(
        [
            _covered(node.shape[ndim + place], window, size)
            for place, window, size in zip(axes, found, given, strict=True)
        ]
    )
    return Overlap(node, axes=axes, windows=found, lengths=lengths)


def _covered(count: Size, window: Window, length: Size | None) -> Size:
    """The entries of an axis that has *count* windows; *length* if that is right."""
    covered = window.length(count) if length is None else length
    if window.number(covered) != count:
        raise ShapeError(
            f"overlap_add: {size_text(covered)} entries have {size_text(window.number(covered))} windows of "
            f"{window.size}, but the operand has {size_text(count)}; pass another length"
        )
    return covered


def windows(name: str, x: Node, axes: tuple[int, ...], found: tuple[Window, ...]) -> Node:
    """Windows along *axes*, counted from the end, each of which must hold one."""
    for axis, window in zip(axes, found, strict=True):
        size = x.shape[axis]
        if isinstance(size, int) and size < window.span:
            raise ShapeError(
                f"{name}: axis {axis} has {size} entries, and a window spans {window.span}; pad the "
                "operand, or use a smaller window"
            )
    return Windows(x, axes=axes, windows=found)


def as_windows(name: str, count: int, size: Any, stride: Any, dilation: Any) -> tuple[Window, ...]:
    """One window per axis, from numbers that stand for all axes or sequences with one for each."""
    columns = [
        per_axis(name, role, value, count)
        for role, value in (("window", size), ("stride", stride), ("dilation", dilation))
    ]
    return tuple(Window(*row) for row in zip(*columns, strict=True))


def per_axis(name: str, role: str, value: Any, count: int, least: int = 1) -> tuple[int, ...]:
    """*value* for each of *count* axes: integers, at least *least*."""
    given = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * count
    for item in given:
        if isinstance(item, bool) or not hasattr(item, "__index__"):
            raise TypeError(f"{name}: the {role} is an int, or one per axis, not {value!r}")
    if len(given) != count:
        raise ShapeError(
            f"{name}: {len(given)} numbers as {role} for {count} axes; give one, or one for each"
        )
    found = tuple(item.__index__() for item in given)
    if min(found, default=least) < least:
        raise ShapeError(f"{name}: the {role} {value!r} is less than {least}; use {least} or more")
    return found
