"""Entries in another order: axes exchanged, entries flipped, turned and rolled."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import Size
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import normal_axes, transpose
from symdiff.ops.operands import constant
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import Range, concatenate, slice_ranges, whole

__all__ = [
    "flip",
    "fliplr",
    "flipud",
    "moveaxis",
    "ravel",
    "roll",
    "rollaxis",
    "rot90",
    "swapaxes",
]


# --- axes -----------------------------------------------------------------------------------------------


def ravel(x: Any) -> Node:
    """The entries of *x* in row-major order along one axis.

    Examples
    --------
    >>> ravel([[1, 2], [3, 4]])()
    array([1, 2, 3, 4])
    """
    return reshape(x, -1)


def swapaxes(x: Any, axis1: int, axis2: int) -> Node:
    """*x* with two axes exchanged.

    Raises
    ------
    ShapeError
        If an axis does not exist.

    Examples
    --------
    >>> import symdiff as sd
    >>> swapaxes(sd.ones((2, 3, 4)), 0, -1).shape
    (4, 3, 2)
    """
    x = constant(x)
    ((one,), (two,)) = (normal_axes("swapaxes", axis, x.ndim) for axis in (axis1, axis2))
    order = list(range(x.ndim))
    order[one], order[two] = two, one
    return transpose(x, order)


def moveaxis(x: Any, source: int | Sequence[int], destination: int | Sequence[int]) -> Node:
    """*x* with the axes *source* at the places *destination*, the others in their order.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice, or the two lists differ in length.

    Examples
    --------
    >>> import symdiff as sd
    >>> moveaxis(sd.ones((2, 3, 4)), 0, -1).shape
    (3, 4, 2)
    """
    x = constant(x)
    old = normal_axes("moveaxis", source, x.ndim)
    new = normal_axes("moveaxis", destination, x.ndim)
    if len(old) != len(new):
        raise ShapeError(f"moveaxis: {len(old)} axes go to {len(new)} places; name as many of each")
    order = [axis for axis in range(x.ndim) if axis not in old]
    for place, axis in sorted(zip(new, old, strict=True)):
        order.insert(place, axis)
    return transpose(x, order)


def rollaxis(x: Any, axis: int, start: int = 0) -> Node:
    """*x* with one axis moved to stand before the axis that is at *start* now; *moveaxis* is simpler.

    Raises
    ------
    ShapeError
        If there is no such axis or place.

    Examples
    --------
    >>> import symdiff as sd
    >>> rollaxis(sd.ones((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    x = constant(x)
    (axis,) = normal_axes("rollaxis", axis, x.ndim)
    (place,) = (
        normal_axes("rollaxis", start, x.ndim + 1) if start >= 0 else normal_axes("rollaxis", start, x.ndim)
    )
    return moveaxis(x, axis, place - 1 if place > axis else place)


# --- the order of entries -------------------------------------------------------------------------------


def flip(x: Any, axis: int | Sequence[int] | None = None) -> Node:
    """*x* with its entries backwards along *axis*, or along all axes.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> flip([[1, 2], [3, 4]], axis=1)()
    array([[2, 1],
           [4, 3]])
    """
    x = constant(x)
    axes = normal_axes("flip", axis, x.ndim)
    return slice_ranges(
        x, tuple(Range(n - 1, n, -1) if k in axes and n != 0 else whole(n) for k, n in enumerate(x.shape))
    )


def fliplr(x: Any) -> Node:
    """*x* backwards along its second axis.

    Raises
    ------
    ShapeError
        If *x* has fewer than two axes.

    Examples
    --------
    >>> fliplr([[1, 2], [3, 4]])()
    array([[2, 1],
           [4, 3]])
    """
    return flip(_at_least("fliplr", constant(x), 2), 1)


def flipud(x: Any) -> Node:
    """*x* backwards along its first axis.

    Raises
    ------
    ShapeError
        If *x* is a scalar.

    Examples
    --------
    >>> flipud([[1, 2], [3, 4]])()
    array([[3, 4],
           [1, 2]])
    """
    return flip(_at_least("flipud", constant(x), 1), 0)


def _at_least(name: str, x: Node, count: int) -> Node:
    if x.ndim < count:
        raise ShapeError(f"{name}: the operand has {x.ndim} axes, not {count} or more; insert some")
    return x


def rot90(x: Any, k: int = 1, axes: Sequence[int] = (0, 1)) -> Node:
    """*x* turned by *k* quarters in the plane of two axes, from the first to the second.

    Raises
    ------
    ShapeError
        Unless *axes* are two different axes of *x*.

    Examples
    --------
    >>> rot90([[1, 2], [3, 4]])()
    array([[2, 4],
           [1, 3]])
    """
    node: Node = constant(x)
    plane = normal_axes("rot90", tuple(axes), node.ndim)
    if len(plane) != 2:
        raise ShapeError(f"rot90: a plane has two axes, not {tuple(axes)}; name two")
    one, two = plane
    match k % 4:
        case 1:
            return swapaxes(flip(node, two), one, two)
        case 2:
            return flip(node, plane)
        case 3:
            return flip(swapaxes(node, one, two), two)
    return node


def roll(x: Any, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Node:
    """*x* with its entries moved on by *shift* along *axis*; those pushed out come back in at the start.

    Parameters
    ----------
    shift : int or sequence of int
        One for each axis, or one for all.
    axis : int or sequence of int, optional
        Without it, the flattened array is rolled. Along an axis of symbolic size, a shift must not be
        longer than the axis turns out to be.

    Raises
    ------
    ShapeError
        If an axis does not exist, or shifts and axes do not pair up.

    Examples
    --------
    >>> roll([1, 2, 3, 4], 1)()
    array([4, 1, 2, 3])
    """
    x = constant(x)
    if axis is None:
        return reshape(roll(reshape(x, -1), shift, 0), x.shape)
    result: Node = x
    axes = [normal_axes("roll", one, x.ndim)[0] for one in (axis if isinstance(axis, Sequence) else [axis])]
    shifts = list(shift) if isinstance(shift, Sequence) else [shift]
    if len(shifts) != len(axes) and 1 not in (len(shifts), len(axes)):
        raise ShapeError(f"roll: {len(shifts)} shifts for {len(axes)} axes; give one for each, or one in all")
    if any(isinstance(step, bool) or not hasattr(step, "__index__") for step in shifts):
        raise TypeError(f"roll: a shift is an int, not {shift!r}")
    for step, one in zip(_paired(shifts, len(axes)), _paired(axes, len(shifts)), strict=True):
        result = _rolled(result, step.__index__(), one)
    return result


def _paired(items: list[int], count: int) -> list[int]:
    return items * count if len(items) == 1 else items


def _rolled(x: Node, shift: int, axis: int) -> Node:
    """Two slices, the other way round."""
    size = x.shape[axis]
    if size == 0 or (isinstance(size, int) and shift % size == 0) or shift == 0:
        return x
    steps: Size = shift % size if isinstance(size, int) else shift
    cut = size - steps if shift > 0 or isinstance(size, int) else -shift
    ranges = list(map(whole, x.shape))
    parts = []
    for piece in (Range(cut, size - cut, 1), Range(0, cut, 1)):
        ranges[axis] = piece
        parts.append(slice_ranges(x, tuple(ranges)))
    return concatenate(parts, axis)
