"""Triangular matrices: the part of a matrix on one side of its diagonal, and systems with such a part."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.einsum import scale
from symdiff.ops.linalg.matrices import turned
from symdiff.ops.linalg.systems import System, columns_at_once, prepared, restored

__all__ = ["Triangle", "TriangularSolve", "triangular_solve"]


class Triangle(Linear):
    """the lower or upper triangles of matrices, with or without the diagonal; zeros elsewhere"""

    __slots__ = ()
    lower: bool
    strict: bool

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.tril(x, -self.strict) if self.lower else xp.triu(x, +self.strict)

    def transposed(self, k: int, g: Node) -> Node | None:
        return Triangle(g, lower=self.lower, strict=self.strict)


class TriangularSolve(System):
    """x with T @ x = b, where T is the lower or upper triangle of a"""

    __slots__ = ()
    lower: bool

    def compute(self, xp: Any, a: Any, b: Any) -> Any:
        if (xp.diagonal(a, 0, -2, -1) == 0).any():
            raise np.linalg.LinAlgError(
                "triangular_solve: a diagonal entry is 0, so the matrix is singular; use pinv or lstsq"
            )
        if self.lower:  # from the last row to the first it is upper, which needs no pivots
            back = xp.linalg.solve(xp.triu(a[..., ::-1, ::-1]), b[..., ::-1, :])
            return xp.ascontiguousarray(back[..., ::-1, :])
        return xp.linalg.solve(xp.triu(a), b)

    def solved(self, b: Node) -> Node:
        return columns_at_once(TriangularSolve, self.operands[0], b, lower=self.lower)

    def solved_turned(self, g: Node) -> Node:
        return columns_at_once(TriangularSolve, turned(self.operands[0]), g, lower=not self.lower)

    def part(self, x: Node) -> Node:
        return Triangle(x, lower=self.lower, strict=False)


def lower_half(x: Node) -> Node:
    """The lower triangle with half the diagonal: h with x = h + h.T for symmetric x."""
    whole, strict = (Triangle(x, lower=True, strict=strict) for strict in (False, True))
    return scale(whole + strict, 0.5)


def over(x: Node, t: Node, lower: bool) -> Node:
    """x @ inverse of t, for a triangle t."""
    return turned(columns_at_once(TriangularSolve, turned(t), turned(x), lower=not lower))


def triangular_solve(a: Any, b: Any, lower: bool = False, trans: int = 0) -> Node:
    """The solution x of T @ x = b, where T is one triangle of *a*; the other one is not looked at.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., n, n).
    b : array_like
        One vector of shape (n,), or matrices of shape (..., n, k); leading axes broadcast.
    lower : bool
        Whether T is the lower triangle of *a*.
    trans : 0 or 1
        1 solves T.T @ x = b instead.

    Raises
    ------
    ShapeError
        If *a* is not square or its size is not that of the columns of *b*.
    numpy.linalg.LinAlgError
        When run, if a diagonal entry is 0.

    Notes
    -----
    The arguments are those of ``scipy.linalg.solve_triangular``.

    Examples
    --------
    >>> print(triangular_solve([[2.0, 1.0], [9.0, 4.0]], [4.0, 8.0])())
    [1. 2.]
    """
    if trans not in (0, 1):
        raise TypeError(f"triangular_solve: trans is 0 or 1, for T or its transpose, not {trans!r}")
    a, b, vector = prepared("triangular_solve", a, b)
    below = bool(lower) != bool(trans)
    x = columns_at_once(TriangularSolve, turned(a) if trans else a, b, lower=below)
    return restored(x, vector)
