"""Selecting by what stands between brackets: ``x[...]``."""

from __future__ import annotations

from typing import Any

from symdiff.node import Node
from symdiff.ops.places.gather import merged
from symdiff.ops.places.indexing import take
from symdiff.ops.places.selection import selection

__all__ = ["getitem"]


def getitem(x: Node, key: Any) -> Node:
    """``x[key]`` as in NumPy, for integers, slices, ``...``, ``None``, arrays of integers and masks.

    Arrays of integers may be nodes, broadcast against each other, and stand anywhere: together, their
    axes come where they stand; with a slice, ``None`` or ``...`` between them, in front. A mask must be
    constant, since the shape of the result depends on it.

    Raises
    ------
    ShapeError
        If there are too many indices, an integer is out of range (also an IndexError), or arrays and
        masks do not fit.
    IndexError
        If an array holds an index that is out of range: at once where it is constant, else when run.
    TypeError
        For symbolic masks, whose result has no known shape, and for what is no index.

    References
    ----------
    NumPy user guide, "Indexing on ndarrays".

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.constant([[1, 2, 3], [4, 5, 6]])
    >>> x[[0, 1, 1], [2, 0, -1]]()
    array([3, 4, 6])
    >>> x[:, [True, False, True]]()
    array([[1, 3],
           [4, 6]])
    """
    chosen = selection(x, key)
    part = chosen.down(x)
    if not chosen.indices:
        return part
    return take(merged(part, chosen.axis, len(chosen.indices)), chosen.places, chosen.axis)
