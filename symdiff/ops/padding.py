"""Borders around arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import Dim, Size
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_to
from symdiff.ops.comparison import where
from symdiff.ops.operands import constant, full
from symdiff.ops.shaping import Range, place

__all__ = ["pad"]


def pad(x: Any, width: int | Sequence[Any], value: Any = 0) -> Node:
    """*x* with a border of constant *value*.

    Parameters
    ----------
    width : int, (before, after), or one such pair per axis
        Entries to add at both ends of each axis.

    Raises
    ------
    ShapeError
        If a width is negative, or the pairs do not match the axes.

    Examples
    --------
    >>> pad([1, 2], (1, 2), 9)()
    array([9, 1, 2, 9, 9])
    """
    node = constant(x)
    pairs = _pairs(node, width)
    shape = tuple(size + before + after for size, (before, after) in zip(node.shape, pairs, strict=True))
    ranges = tuple(Range(before, size, 1) for size, (before, _) in zip(node.shape, pairs, strict=True))
    padded = place(node, ranges, shape)
    if not isinstance(value, Node) and value == 0:
        return padded
    inside = place(full(node.shape, True), ranges, shape)
    return where(inside, padded, broadcast_to(constant(value, node.dtype), shape))


def _pairs(x: Node, width: int | Sequence[Any]) -> list[tuple[Size, Size]]:
    """Widths in the forms that NumPy takes, as one pair per axis."""
    given: list[Any] = [width] if isinstance(width, int | Dim) else list(width)
    if given and all(isinstance(item, int | Dim) for item in given):
        given = [tuple(given) if len(given) == 2 else (given[0], given[0])]
    pairs = [tuple(pair) for pair in (given * x.ndim if len(given) == 1 else given)]
    if len(pairs) != x.ndim or any(len(pair) != 2 for pair in pairs):
        raise ShapeError(f"pad: widths {width} do not give (before, after) for each of {x.ndim} axes")
    if any(isinstance(size, int) and size < 0 for pair in pairs for size in pair):
        raise ShapeError(f"pad: widths {width} are negative; slice instead")
    return pairs
