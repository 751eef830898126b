"""Averages and largest entries of windows of images."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dtypes import DType, inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.axes.reductions import max as max_
from symdiff.ops.cast import cast
from symdiff.ops.contractions import mean
from symdiff.ops.contractions import sum as sum_
from symdiff.ops.operands import constant, full
from symdiff.ops.powers import divide
from symdiff.ops.shape.rearranging import moveaxis
from symdiff.ops.signals.kernels import padded
from symdiff.ops.signals.layouts import Layout, Pairs, as_layout, paddings
from symdiff.ops.signals.windows import Window, as_windows, windows

__all__ = ["avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d"]

Ints = int | Sequence[int]


def avg_pool1d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    count_padding: bool = True,
    layout: str = "NCW",
) -> Node:
    """The averages of windows along one axis of space; see `avg_pool2d`.

    Examples
    --------
    >>> avg_pool1d([[1.0, 3.0, 5.0, 9.0]], 2)()
    array([[2., 7.]])
    """
    return _average(
        "avg_pool1d", as_layout("avg_pool1d", 1, layout), x, window, stride, padding, count_padding
    )


def avg_pool2d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    count_padding: bool = True,
    layout: str = "NCHW",
) -> Node:
    """The averages of windows of images, as `torch.nn.functional.avg_pool2d`.

    Parameters
    ----------
    x : array_like
        Images (..., channels, height, width), or with ``layout="NHWC"`` (..., height, width, channels).
    window : int or sequence of int
    stride : int or sequence of int, optional
        Places from one window to the next; by default those of the window, so that windows do not overlap.
    padding : "valid", "same", int, or for each axis an int or a pair (before, behind)
        Zeros around the images.
    count_padding : bool
        Whether they count, so that every window is divided by its size, or only the entries of *x* do.
    layout : "NCHW" or "NHWC"

    Raises
    ------
    ShapeError
        If a window is larger than the padded images.

    Examples
    --------
    >>> avg_pool2d([[[1.0, 3.0], [5.0, 7.0]]], 2)()
    array([[[4.]]])
    """
    return _average(
        "avg_pool2d", as_layout("avg_pool2d", 2, layout), x, window, stride, padding, count_padding
    )


def avg_pool3d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    count_padding: bool = True,
    layout: str = "NCDHW",
) -> Node:
    """The averages of windows along three axes of space; see `avg_pool2d`."""
    return _average(
        "avg_pool3d", as_layout("avg_pool3d", 3, layout), x, window, stride, padding, count_padding
    )


def max_pool1d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    dilation: Ints = 1,
    layout: str = "NCW",
) -> Node:
    """The largest entries of windows along one axis of space; see `max_pool2d`.

    Examples
    --------
    >>> max_pool1d([[1.0, 3.0, 5.0, 9.0]], 2)()
    array([[3., 9.]])
    """
    return _largest("max_pool1d", as_layout("max_pool1d", 1, layout), x, window, stride, padding, dilation)


def max_pool2d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    dilation: Ints = 1,
    layout: str = "NCHW",
) -> Node:
    """The largest entries of windows of images, as `torch.nn.functional.max_pool2d`.

    Entries of a window that tie share its derivative equally.

    Parameters
    ----------
    x : array_like
        Images (..., channels, height, width), or with ``layout="NHWC"`` (..., height, width, channels).
    window : int or sequence of int
    stride : int or sequence of int, optional
        Places from one window to the next; by default those of the window, so that windows do not overlap.
    padding : "valid", "same", int, or for each axis an int or a pair (before, behind)
        Places around the images that are smaller than any number.
    dilation : int or sequence of int
        Places between the entries of a window.
    layout : "NCHW" or "NHWC"

    Raises
    ------
    ShapeError
        If a window is larger than the padded images, or would see nothing but padding.

    Examples
    --------
    >>> max_pool2d([[[1.0, 3.0], [5.0, 7.0]]], 2)()
    array([[[7.]]])
    """
    return _largest("max_pool2d", as_layout("max_pool2d", 2, layout), x, window, stride, padding, dilation)


def max_pool3d(
    x: Any,
    window: Ints,
    *,
    stride: Ints | None = None,
    padding: Any = 0,
    dilation: Ints = 1,
    layout: str = "NCDHW",
) -> Node:
    """The largest entries of windows along three axes of space; see `max_pool2d`."""
    return _largest("max_pool3d", as_layout("max_pool3d", 3, layout), x, window, stride, padding, dilation)


def _average(
    name: str, layout: Layout, x: Any, window: Any, stride: Any, padding: Any, count_padding: bool
) -> Node:
    node = constant(x)
    node = cast(node, inexact(node.dtype))
    found, widths = _checked(name, layout, node, window, stride, padding, 1)
    inner = tuple(range(-layout.space, 0))
    view = _pooled(name, layout, node, found, widths, 0)
    if count_padding or not any(map(any, widths)):
        return mean(view, inner)
    ones = full((*(node.shape[axis] for axis in layout.axes),), 1, node.dtype)
    alone = Layout(layout.space, channels_first=True)
    counts = sum_(_pooled(name, alone, ones, found, widths, 0), inner)
    return divide(sum_(view, inner), counts if layout.channels_first else counts[..., None])


def _largest(
    name: str, layout: Layout, x: Any, window: Any, stride: Any, padding: Any, dilation: Any
) -> Node:
    node = constant(x)
    found, widths = _checked(name, layout, node, window, stride, padding, dilation)
    for place, (one, width) in enumerate(zip(found, widths, strict=True)):
        if max(width) >= one.span:
            raise ShapeError(
                f"{name}: with padding {width} along axis {place} of space, a window of {one.span} "
                f"places would see nothing else; pad by less than {one.span}"
            )
    view = _pooled(name, layout, node, found, widths, _lowest(node.dtype))
    inner = tuple(range(layout.space))
    in_front = moveaxis(view, tuple(range(-layout.space, 0)), inner)  # so that the loops inside are long
    return max_(in_front, inner)


def _checked(
    name: str, layout: Layout, x: Node, window: Any, stride: Any, padding: Any, dilation: Any
) -> tuple[tuple[Window, ...], Pairs]:
    """The windows that are meant, and the widths of the border."""
    layout.check(name, x)
    found = as_windows(name, layout.space, window, window if stride is None else stride, dilation)
    return found, paddings(name, padding, [x.shape[axis] for axis in layout.axes], found)


def _pooled(
    name: str, layout: Layout, x: Node, found: tuple[Window, ...], widths: Pairs, border: Any
) -> Node:
    """The windows of *x* within a border."""
    return windows(name, padded(x, layout.axes, widths, border), layout.axes, found)


def _lowest(dtype: DType) -> Any:
    """The number that no other is below."""
    if dtype.kind in "iu":
        return int(np.iinfo(dtype).min)
    return False if dtype.kind == "b" else -np.inf
