"""Borders around arrays: of one value, or made from the entries inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Dim, Size, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_to
from symdiff.ops.entries.comparison import where
from symdiff.ops.operands import constant, full
from symdiff.ops.places.indexing import take
from symdiff.ops.shape.shaping import Range, place

__all__ = ["pad"]

INSIDE = ("edge", "reflect", "symmetric", "wrap")  # borders made of entries of the array


def pad(x: Any, width: int | Sequence[Any], value: Any = 0, *, mode: str = "constant") -> Node:
    """*x* with a border around it.

    Parameters
    ----------
    width : int, (before, after), or one such pair per axis
        Entries to add at both ends of each axis.
    value : array_like
        The border in the mode "constant"; a node has a derivative as well.
    mode : {"constant", "edge", "reflect", "symmetric", "wrap"}
        What the border is made of: *value*, the outermost entry, the entries mirrored at the outermost
        one or with it, or the entries from the other end. All but the first need axes of known size.

    Raises
    ------
    ShapeError
        If a width is negative, the pairs do not match the axes, or an axis to be continued is empty or of
        symbolic size.
    ValueError
        If there is no such mode.

    References
    ----------
    ``numpy.pad``.

    Examples
    --------
    >>> pad([1, 2], (1, 2), 9)()
    array([9, 1, 2, 9, 9])
    >>> pad([1, 2, 3], 2, mode="reflect")()
    array([3, 2, 1, 2, 3, 2, 1])
    """
    node = constant(x)
    pairs = _pairs(node, width)
    if isinstance(value, str):
        raise TypeError(f"pad: the border is a number, not {value!r}; choose a mode by mode={value!r}")
    if mode in INSIDE:
        return _continued(node, pairs, mode)
    if mode != "constant":
        raise ValueError(f"pad: there is no mode {mode!r}; it is constant, {', '.join(INSIDE)}")
    return _bordered(node, pairs, value)


def _bordered(node: Node, pairs: Sequence[tuple[Size, Size]], value: Any) -> Node:
    """*node* with a border of one value."""
    shape = tuple(size + before + after for size, (before, after) in zip(node.shape, pairs, strict=True))
    ranges = tuple(Range(before, size, 1) for size, (before, _) in zip(node.shape, pairs, strict=True))
    padded = place(node, ranges, shape)
    if not isinstance(value, Node) and value == 0:
        return padded
    inside = place(full(node.shape, True), ranges, shape)
    return where(inside, padded, broadcast_to(constant(value, node.dtype), shape))


def _continued(x: Node, pairs: Sequence[tuple[Size, Size]], mode: str) -> Node:
    """*x* with borders made of its own entries, one axis after the other."""
    for axis, (pair, size) in enumerate(zip(pairs, x.shape, strict=True)):
        if pair == (0, 0):
            continue
        if size == 0 or not all(isinstance(each, int) for each in (size, *pair)):
            raise ShapeError(
                f"pad: mode {mode!r} continues axis {axis}, whose size {size_text(size)} must be known and "
                "not 0; use mode 'constant'"
            )
        places: Any = np.arange(size)  # type: ignore[arg-type]
        x = take(x, np.pad(places, pair, mode=mode), axis)  # type: ignore[call-overload]
    return x


def _pairs(x: Node, width: int | Sequence[Any]) -> list[tuple[Size, Size]]:
    """Widths in the forms that NumPy takes, as one pair per axis."""
    if not isinstance(width, int | Dim) and not hasattr(width, "__iter__"):
        raise TypeError(f"pad: a width is an int, (before, after), or such a pair per axis, not {width!r}")
    given: list[Any] = [width] if isinstance(width, int | Dim) else list(width)
    if given and all(isinstance(item, int | Dim) for item in given):
        given = [tuple(given) if len(given) == 2 else (given[0], given[0])]
    pairs = [tuple(pair) for pair in (given * x.ndim if len(given) == 1 else given)]
    if len(pairs) != x.ndim or any(len(pair) != 2 for pair in pairs):
        raise ShapeError(f"pad: widths {width} do not give (before, after) for each of {x.ndim} axes")
    if any(isinstance(size, int) and size < 0 for pair in pairs for size in pair):
        raise ShapeError(f"pad: widths {width} are negative; slice instead")
    return pairs
