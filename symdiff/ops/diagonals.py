"""Parts of matrices by their diagonals: one of them, all above or below one, matrices made from one."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Size, shape_text, size_text
from symdiff.dtypes import as_dtype
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_to, expand_dims, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.einsum import contract
from symdiff.ops.entries.comparison import less_equal, where
from symdiff.ops.operands import constant
from symdiff.ops.shape.ranges import arange
from symdiff.ops.shape.shaping import Range, place, slice_ranges, whole
from symdiff.wiring import Wiring

__all__ = ["diag", "diagonal", "tri", "tril", "triu"]


def diagonal(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
    """The entries whose two indices agree, or differ by *offset*, as the last axis.

    Parameters
    ----------
    offset : int
        How far above the main diagonal; below it if negative.
    axis1, axis2 : int
        The axes of the matrices.

    Raises
    ------
    ShapeError
        If the two axes are the same, or the diagonal's length is not known.

    Examples
    --------
    >>> diagonal([[1, 2, 3], [4, 5, 6], [7, 8, 9]], offset=1)()
    array([2, 6])
    """
    x = constant(x)
    one, two = normal_axes("diagonal", (axis1, axis2), x.ndim)
    k = _offset("diagonal", offset)
    ranges = list(map(whole, x.shape))
    length = _length(x.shape[one], x.shape[two], k)
    ranges[one], ranges[two] = Range(max(-k, 0), length, 1), Range(max(k, 0), length, 1)
    if length == 0:
        ranges[one] = ranges[two] = Range(0, 0, 1)
    labels = list(range(x.ndim))
    labels[two] = one
    output = [*(axis for axis in range(x.ndim) if axis not in (one, two)), one]
    square = slice_ranges(x, tuple(ranges))
    return contract((square,), Wiring.of([labels], output, dict(zip(labels, square.shape, strict=True))))


def _length(rows: Size, columns: Size, k: int) -> Size:
    """The number of entries on a diagonal."""
    if rows == columns:
        shorter: Size = rows - abs(k) if k else rows
        return max(shorter, 0) if isinstance(shorter, int) else shorter
    if isinstance(rows, int) and isinstance(columns, int):
        return max(min(rows, columns - k) if k >= 0 else min(rows + k, columns), 0)
    raise ShapeError(
        f"diagonal: which ends first, {size_text(rows)} rows or {size_text(columns)} columns, is not known; "
        "slice to a square"
    )


def diag(x: Any, k: int = 0) -> Node:
    """The *k*-th diagonal of a matrix, or the matrix with a vector on its *k*-th diagonal.

    Parameters
    ----------
    k : int
        How far above the main diagonal; below it if negative.

    Raises
    ------
    ShapeError
        Unless *x* has one or two axes.

    Examples
    --------
    >>> diag([1, 2])()
    array([[1, 0],
           [0, 2]])
    >>> diag([1, 2], 1)()
    array([[0, 1, 0],
           [0, 0, 2],
           [0, 0, 0]])
    """
    x = constant(x)
    k = _offset("diag", k)
    if x.ndim == 2:
        return diagonal(x, offset=k)
    if x.ndim != 1:
        raise ShapeError(f"diag: the operand has {x.ndim} axes, not 1 or 2; use diagonal or einsum")
    size = x.shape[0]
    square = contract((x,), Wiring.of([(0,)], (0, 0), {0: size}))
    ranges = Range(max(-k, 0), size, 1), Range(max(k, 0), size, 1)
    return place(square, ranges, (size + abs(k), size + abs(k)))


def tri(rows: Size, columns: Size | None = None, k: int = 0, dtype: Any = float) -> Node:
    """Ones on and below the *k*-th diagonal, zeros above it.

    Examples
    --------
    >>> tri(2, 3)()
    array([[1., 0., 0.],
           [1., 1., 0.]])
    """
    return cast(_below(rows, rows if columns is None else columns, _offset("tri", k)), as_dtype(dtype))


def tril(x: Any, k: int = 0) -> Node:
    """The matrices in the last two axes, with zeros above their *k*-th diagonal.

    Raises
    ------
    ShapeError
        If *x* is a scalar.

    Examples
    --------
    >>> tril([[1, 2], [3, 4]])()
    array([[1, 0],
           [3, 4]])
    """
    x = _matrices("tril", x)
    return where(_below(x.shape[-2], x.shape[-1], _offset("tril", k)), x, 0)


def triu(x: Any, k: int = 0) -> Node:
    """The matrices in the last two axes, with zeros below their *k*-th diagonal.

    Raises
    ------
    ShapeError
        If *x* is a scalar.

    Examples
    --------
    >>> triu([[1, 2], [3, 4]])()
    array([[1, 2],
           [0, 4]])
    """
    x = _matrices("triu", x)
    return where(_below(x.shape[-2], x.shape[-1], _offset("triu", k) - 1), 0, x)


def _matrices(name: str, x: Any) -> Node:
    """*x* with at least two axes; a vector is every row of a square, as in NumPy."""
    x = constant(x)
    if not x.ndim:
        raise ShapeError(f"{name}: the operand is {shape_text(x.shape)}, a scalar; give a matrix")
    return broadcast_to(x, x.shape * 2) if x.ndim == 1 else x


def _below(rows: Size, columns: Size, k: int) -> Node:
    """Whether an entry is on or below the *k*-th diagonal."""
    if isinstance(rows, int) and isinstance(columns, int):
        return constant(np.tri(rows, columns, k, bool))
    return less_equal(expand_dims(arange(columns), 0), expand_dims(arange(rows), 1) + k)


def _offset(name: str, k: Any) -> int:
    if isinstance(k, bool) or not hasattr(k, "__index__"):
        raise TypeError(f"{name}: a diagonal is named by an int, not {k!r}")
    return int(k.__index__())
