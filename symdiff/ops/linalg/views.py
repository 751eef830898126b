"""Transposes and diagonals of the last two axes, where `numpy.linalg` looks for them."""

from __future__ import annotations

from typing import Any

from symdiff.dims import shape_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.contractions import label_of
from symdiff.ops.contractions import trace as trace_along
from symdiff.ops.diagonals import diagonal as diagonal_along
from symdiff.ops.linalg.matrices import turned
from symdiff.ops.operands import constant

__all__ = ["diagonal", "matrix_transpose", "trace"]


def matrix_transpose(x: Any) -> Node:
    """The transposes of matrices, the last two axes of *x*.

    Raises
    ------
    ShapeError
        If *x* has fewer than two axes.

    Examples
    --------
    >>> import symdiff as sd
    >>> matrix_transpose(sd.ones((2, 3, 4))).shape
    (2, 4, 3)
    """
    return turned(_matrices("matrix_transpose", x))


def diagonal(x: Any, *, offset: int = 0) -> Node:
    """A diagonal of matrices, the last two axes of *x*, as the last axis.

    Parameters
    ----------
    offset : int
        How far above the main diagonal; below it if negative.

    Raises
    ------
    ShapeError
        If *x* has fewer than two axes.

    Examples
    --------
    >>> diagonal([[1, 2], [3, 4]])()
    array([1, 4])
    """
    return diagonal_along(_matrices("diagonal", x), offset, -2, -1)


def trace(x: Any, *, offset: int = 0) -> Node:
    """The sum of a diagonal of matrices, the last two axes of *x*.

    Raises
    ------
    ShapeError
        If *x* has fewer than two axes, or the matrices are not square and *offset* is 0.

    Examples
    --------
    >>> trace([[[1, 2], [3, 4]], [[5, 6], [7, 8]]])()
    array([ 5, 13])
    """
    return trace_along(_matrices("trace", x), offset, -2, -1)


def _matrices(name: str, x: Any) -> Node:
    node = constant(x)
    if node.ndim < 2:
        raise ShapeError(
            f"{name}: the operand ({label_of(node)}) is {shape_text(node.shape)}, which has no 2 axes; "
            "matrices are the last two"
        )
    return node
