"""Differences of neighbours along an axis, and areas under sampled curves."""

from __future__ import annotations

from typing import Any

from symdiff.dims import size_text
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import add, subtract
from symdiff.ops.axes.scans import cumsum
from symdiff.ops.broadcast import broadcast_to, expand_dims, multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.contractions import sum
from symdiff.ops.einsum import scale
from symdiff.ops.entries.comparison import not_equal
from symdiff.ops.operands import constant, full, promote
from symdiff.ops.shape.shaping import Range, concatenate, slice_ranges, whole

__all__ = ["cumulative_trapezoid", "diff", "ediff1d", "trapezoid"]


def diff(x: Any, n: int = 1, axis: int = -1, prepend: Any = None, append: Any = None) -> Node:
    """The differences of neighbouring entries along *axis*, *n* times over.

    Parameters
    ----------
    x : array_like
        Of booleans, whether neighbours differ.
    n : int
    axis : int
    prepend, append : array_like, optional
        Entries put before and after *x* first; a number stands for one entry.

    Raises
    ------
    ShapeError
        If *n* is negative, or the axis does not exist.

    References
    ----------
    ``numpy.diff``.

    Examples
    --------
    >>> diff([1, 2, 4, 7])()
    array([1, 2, 3])
    >>> diff([1, 2, 4, 7], n=2, prepend=0)()
    array([0, 1, 1])
    """
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"diff: n is an int, not {n!r}")
    if n < 0:
        raise ShapeError(f"diff: n is {n}, but a difference is taken 0 times or more")
    node = constant(x)
    if not node.ndim:
        raise ShapeError("diff: the operand is a scalar, which has no neighbours; give at least one axis")
    (place,) = normal_axes("diff", axis, node.ndim)
    node = _extended(node, place, prepend, append)
    for _ in range(n if n else 0):
        if node.shape[place] == 0:
            return node
        right, left = _part(node, place, 1, 0), _part(node, place, 0, 1)
        node = not_equal(right, left) if node.dtype.kind == "b" else subtract(right, left)
    return node


def _extended(x: Node, axis: int, prepend: Any, append: Any) -> Node:
    """*x* between entries put before and after it."""
    parts: list[Any] = []
    for part in (prepend, x, append):
        if part is None:
            continue
        node = constant(part)
        shape = (*x.shape[:axis], 1, *x.shape[axis + 1 :])
        parts.append(node if node.ndim else broadcast_to(cast(node, x.dtype), shape))
    return concatenate(parts, axis) if len(parts) > 1 else x


def _part(x: Node, axis: int, start: int, drop: int) -> Node:
    """*x* without its first *start* and its last *drop* entries along an axis."""
    ranges = [whole(size) for size in x.shape]
    ranges[axis] = Range(start, x.shape[axis] - start - drop, 1)
    return slice_ranges(x, tuple(ranges))


def ediff1d(x: Any) -> Node:
    """The differences of neighbouring entries of the flattened *x*.

    Raises
    ------
    TypeError
        If *x* is boolean.

    Examples
    --------
    >>> ediff1d([[1, 2], [4, 7]])()
    array([1, 2, 3])
    """
    node = constant(x).reshape(-1)
    if node.dtype.kind == "b":
        raise TypeError("ediff1d: the operand is bool; diff tells where neighbours differ")
    return diff(node)


def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Node:
    """The integral of a sampled function along *axis*, by the trapezoidal rule.

    Parameters
    ----------
    y : array_like
        The values.
    x : array_like, optional
        Where they are: of the shape of *y*, or one number per value along *axis*.
    dx : array_like
        The distances between neighbours, where *x* is not given.
    axis : int

    Raises
    ------
    ShapeError
        If the axis does not exist, or *x* does not fit *y*.

    References
    ----------
    ``numpy.trapezoid``.

    Examples
    --------
    >>> print(trapezoid([1.0, 2.0, 3.0])(), trapezoid([1.0, 2.0, 3.0], x=[4, 6, 8])())
    4.0 8.0
    """
    areas, place = _trapezoids("trapezoid", y, x, dx, axis)
    return sum(areas, place)


def cumulative_trapezoid(
    y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, *, initial: Any = None
) -> Node:
    """The integral of a sampled function up to each sample but the first; see `trapezoid`.

    Parameters
    ----------
    y, x, dx, axis
        As for `trapezoid`.
    initial : number, optional
        A value put in front, for as many results as there are samples.

    Raises
    ------
    ShapeError
        If the axis does not exist, or *x* does not fit *y*.

    References
    ----------
    ``scipy.integrate.cumulative_trapezoid``.

    Examples
    --------
    >>> cumulative_trapezoid([1.0, 2.0, 3.0], initial=0)()
    array([0. , 1.5, 4. ])
    """
    areas, place = _trapezoids("cumulative_trapezoid", y, x, dx, axis)
    running = cumsum(areas, place)
    if initial is None:
        return running
    shape = (*running.shape[:place], 1, *running.shape[place + 1 :])
    return concatenate([full(shape, initial, running.dtype), running], place)


def _trapezoids(name: str, y: Any, x: Any, dx: Any, axis: int) -> tuple[Node, int]:
    """The areas between neighbouring samples, and the axis along which they lie."""
    node = constant(y)
    if not node.ndim:
        raise ShapeError(f"{name}: the samples are a scalar; give at least one axis")
    (place,) = normal_axes(name, axis, node.ndim)
    if node.shape[place] == 0:
        raise ShapeError(f"{name}: axis {place} has no samples; give at least one")
    width = constant(x) if x is not None else dx
    if x is not None:
        width = _widths(name, node, width, place)
    elif not isinstance(dx, int | float):
        width = constant(dx)
        width = expand_dims(width, tuple(range(1, node.ndim - place))) if width.ndim == 1 else width
    node, width = promote(node, width)
    node, width = (cast(each, inexact(each.dtype)) for each in (node, width))
    heights = scale(add(_part(node, place, 1, 0), _part(node, place, 0, 1)), 0.5)
    return multiply(width, heights), place


def _widths(name: str, y: Node, x: Node, axis: int) -> Node:
    """The distances between samples at *x*, in a shape that broadcasts along the axis of *y*."""
    if not x.ndim or x.shape[-1 if x.ndim == 1 else axis] != y.shape[axis]:
        found = size_text(x.shape[-1]) if x.ndim else "one number"
        raise ShapeError(
            f"{name}: x has {found} where y has {size_text(y.shape[axis])} samples along axis {axis}; "
            "give one place per sample"
        )
    if x.ndim == 1:
        return expand_dims(diff(x), tuple(range(1, y.ndim - axis))) if y.ndim - axis > 1 else diff(x)
    return diff(x, axis=axis)
