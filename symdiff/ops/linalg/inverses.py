"""Inverses and systems with a full matrix."""

from __future__ import annotations

from typing import Any

from symdiff.node import Node
from symdiff.ops.einsum import scale
from symdiff.ops.linalg.matrices import OfSquare, attempt, chain, matrix, turned
from symdiff.ops.linalg.systems import System, columns_at_once, prepared, restored

__all__ = ["Inv", "Solve", "inv", "solve"]

SINGULAR = "the matrix has no inverse: use pinv or lstsq, or add a multiple of eye(n)"


class Inv(OfSquare):
    """the inverse of a matrix: d(a^-1) = -a^-1 da a^-1"""

    __slots__ = ()

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("inv", SINGULAR, xp.linalg.inv, a)

    def vjp(self, k: int, g: Node) -> Node | None:
        return chain(scale(turned(self), -1), g, turned(self))

    def jvp(self, k: int, dx: Node) -> Node | None:
        return chain(scale(self, -1), dx, self)


class Solve(System):
    """x with a @ x = b"""

    __slots__ = ()

    def compute(self, xp: Any, a: Any, b: Any) -> Any:
        return attempt("solve", SINGULAR, xp.linalg.solve, a, b)

    def solved(self, b: Node) -> Node:
        return columns_at_once(Solve, self.operands[0], b)

    def solved_turned(self, g: Node) -> Node:
        return columns_at_once(Solve, turned(self.operands[0]), g)


def inv(a: Any) -> Node:
    """The inverses of square matrices, the last two axes of *a*.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        When run, if a matrix is singular.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[2.0, 0.0], [0.0, 4.0]], "a")
    >>> print(inv(a)())
    [[0.5  0.  ]
     [0.   0.25]]
    >>> print(sd.grad(inv(a).sum(), a)())
    [[-0.25   -0.125 ]
     [-0.125  -0.0625]]
    """
    return Inv(matrix("inv", a))


def solve(a: Any, b: Any) -> Node:
    """The solution x of a @ x = b.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., n, n).
    b : array_like
        One vector of shape (n,), or matrices of shape (..., n, k), as in NumPy 2; leading axes
        broadcast. A matrix that all right-hand sides share is factored once.

    Raises
    ------
    ShapeError
        If *a* is not square or its size is not that of the columns of *b*.
    numpy.linalg.LinAlgError
        When run, if a matrix is singular.

    Examples
    --------
    >>> print(solve([[2.0, 1.0], [0.0, 4.0]], [4.0, 8.0])())
    [1. 2.]
    """
    a, b, vector = prepared("solve", a, b)
    return restored(columns_at_once(Solve, a, b), vector)
