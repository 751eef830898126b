"""The Cholesky factor of a symmetric positive definite matrix."""

from __future__ import annotations

from typing import Any, ClassVar

from symdiff.node import Node
from symdiff.ops.linalg.matrices import OfSquare, attempt, chain, matrix, symmetric, symmetric_value, turned
from symdiff.ops.linalg.systems import columns_at_once
from symdiff.ops.linalg.triangular import TriangularSolve, lower_half, over

__all__ = ["Cholesky", "cholesky"]

INDEFINITE = "the symmetric part must be positive definite: add a multiple of eye(n), or use eigh"


class Cholesky(OfSquare):
    """the lower triangle L with L @ L.T = (a + a.T) / 2: dL = L h(L^-1 da L^-T), h the lower half"""

    __slots__ = ()
    cubic: ClassVar[float] = 1 / 3

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("cholesky", INDEFINITE, xp.linalg.cholesky, symmetric_value(a))

    def vjp(self, k: int, g: Node) -> Node | None:
        half = lower_half(chain(turned(self), g))
        left = columns_at_once(TriangularSolve, turned(self), half, lower=False)
        return symmetric(over(left, self, lower=True))

    def jvp(self, k: int, dx: Node) -> Node | None:
        left = columns_at_once(TriangularSolve, self, symmetric(dx), lower=True)
        return chain(self, lower_half(over(left, turned(self), lower=False)))


def cholesky(a: Any) -> Node:
    """The lower triangular L with ``L @ L.T = a``, for symmetric positive definite matrices.

    What is decomposed is the symmetric part ``(a + a.T) / 2``, so that the gradient is symmetric and
    the true derivative by every entry, as in JAX.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        When run, if a matrix is not positive definite.

    Notes
    -----
    The derivative is that of I. Murray, *Differentiation of the Cholesky decomposition*, 2016.

    Examples
    --------
    >>> print(cholesky([[4.0, 2.0], [2.0, 5.0]])())
    [[2. 0.]
     [1. 2.]]
    """
    return Cholesky(matrix("cholesky", a))
