"""Eigenvalues and eigenvectors of symmetric matrices."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from symdiff.dims import Shape
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.contractions import einsum
from symdiff.ops.linalg.gaps import InverseGaps
from symdiff.ops.linalg.matrices import (
    OfSquare,
    attempt,
    chain,
    matrix,
    sandwich,
    symmetric,
    symmetric_value,
    turned,
)
from symdiff.ops.linalg.results import Piece, Several
from symdiff.ops.shape.shaping import Range, concatenate

__all__ = ["Eigh", "EighResult", "Eigvalsh", "eigh", "eigvalsh"]

ENDLESS = "look for entries that are infinite or NaN"


class Eigh(Several, OfSquare):
    """eigenvalues of (a + a.T) / 2 in ascending order, above the matrix of eigenvectors

    With P = V.T da V and F_ij = 1 / (w_j - w_i): dw = diagonal of P, dV = V (F * P). Between equal
    eigenvalues F is 0.
    """

    __slots__ = ()
    cubic: ClassVar[float] = 9

    def infer_shape(self) -> Shape:
        *batch, n, _ = super().infer_shape()
        return (*batch, n + 1, n)

    def pieces(self) -> tuple[Piece, ...]:
        return Piece(Range(0, 1, 1), "row"), Piece(Range(1, self.shape[-1], 1))

    def compute(self, xp: Any, a: Any) -> Any:
        w, v = attempt("eigh", ENDLESS, xp.linalg.eigh, symmetric_value(a))
        return xp.concatenate([w[..., None, :], v], -2)

    def vjp(self, k: int, g: Node) -> Node | None:
        w, v = self.results()
        gw, gv = self.parts(g)
        turn = InverseGaps(w) * chain(turned(v), gv)
        return sandwich(v, gw, v) + symmetric(chain(v, turn, turned(v)))

    def jvp(self, k: int, dx: Node) -> Node | None:
        w, v = self.results()
        inside = chain(turned(v), symmetric(dx), v)
        values = einsum("...ii->...i", inside)
        return concatenate([expand_dims(values, -2), chain(v, InverseGaps(w) * inside)], self.ndim - 2)


class Eigvalsh(OfSquare):
    """eigenvalues of (a + a.T) / 2 in ascending order"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return super().infer_shape()[:-1]

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("eigvalsh", ENDLESS, xp.linalg.eigvalsh, symmetric_value(a))

    def vjp(self, k: int, g: Node) -> Node | None:
        _, v = Eigh(self.operands[0]).results()
        return sandwich(v, g, v)

    def jvp(self, k: int, dx: Node) -> Node | None:
        _, v = Eigh(self.operands[0]).results()
        return einsum("...ia,...ij,...ja->...a", v, dx, v)


class EighResult(NamedTuple):
    """The results of `eigh`."""

    eigenvalues: Node
    eigenvectors: Node


def eigh(a: Any) -> EighResult:
    """Eigenvalues in ascending order, and eigenvectors as columns, of symmetric matrices.

    What is decomposed is the symmetric part ``(a + a.T) / 2``, so that gradients are symmetric and
    the true derivatives by every entry, as in JAX.

    Returns
    -------
    EighResult
        ``eigenvalues`` of shape (..., n) and ``eigenvectors`` of shape (..., n, n).

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Notes
    -----
    Eigenvectors of equal eigenvalues have no derivative along one another, since any rotation of them
    is as good. By convention that part is zero, where other libraries give NaN: derivatives are then
    right for functions that see only the space such vectors span, and first derivatives of
    eigenvalues are those of the vectors that came out. Eigenvalues count as equal when they differ by
    no more than rounding can make. M. B. Giles, *An extended collection of matrix derivative results
    for forward and reverse mode algorithmic differentiation*, 2008.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[2.0, 0.0], [0.0, 3.0]], "a")
    >>> w, v = eigh(a)
    >>> print(w(), sd.grad(w[1], a)())
    [2. 3.] [[0. 0.]
     [0. 1.]]
    """
    return EighResult(*Eigh(matrix("eigh", a)).results())


def eigvalsh(a: Any) -> Node:
    """Eigenvalues of symmetric matrices in ascending order; see `eigh` for the conventions.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> print(eigvalsh([[2.0, 1.0], [1.0, 2.0]])())
    [1. 3.]
    """
    return Eigvalsh(matrix("eigvalsh", a))
