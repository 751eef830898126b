"""Determinants and their logarithms, whose derivatives are cofactors and inverses."""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple

from symdiff.dims import Shape
from symdiff.node import Node
from symdiff.ops.contractions import einsum
from symdiff.ops.linalg.inverses import Inv
from symdiff.ops.linalg.matrices import OfSquare, chain, inner, matrix, turned, weighted
from symdiff.ops.linalg.results import Piece, Several
from symdiff.ops.powers import reciprocal
from symdiff.ops.shape.shaping import Range

__all__ = ["Cofactor", "Det", "Slogdet", "SlogdetResult", "det", "slogdet"]


class Det(OfSquare):
    """the determinant; its derivative is right for singular matrices as well"""

    __slots__ = ()
    cubic: ClassVar[float] = 2 / 3

    def infer_shape(self) -> Shape:
        return super().infer_shape()[:-2]

    def compute(self, xp: Any, a: Any) -> Any:
        return xp.linalg.det(a)

    def vjp(self, k: int, g: Node) -> Node | None:
        return weighted(g, Cofactor(self.operands[0]))

    def jvp(self, k: int, dx: Node) -> Node | None:
        return inner(Cofactor(self.operands[0]), dx)


class Cofactor(OfSquare):
    """the derivative of the determinant, det(a) inv(a).T; its own derivative needs det(a) != 0"""

    __slots__ = ()

    def compute(self, xp: Any, a: Any) -> Any:
        u, s, vh = xp.linalg.svd(a)
        ones = xp.ones_like(s[..., :1])
        before = xp.cumprod(xp.concatenate([ones, s], -1), -1)[..., :-1]
        after = xp.cumprod(xp.concatenate([ones, s[..., ::-1]], -1), -1)[..., -2::-1]
        sign = xp.linalg.slogdet(u)[0] * xp.linalg.slogdet(vh)[0]
        return (u * (sign[..., None] * before * after)[..., None, :]) @ vh

    def vjp(self, k: int, g: Node) -> Node | None:
        (a,) = self.operands
        if a.shape[-1] == 1:
            return None
        numerator = weighted(inner(g, self), self) - chain(self, turned(g), self)
        return weighted(reciprocal(Det(a)), numerator)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return self.vjp(k, dx)  # c_ij c_kl - c_il c_kj stays when ij and kl change places


class Slogdet(Several, OfSquare):
    """the sign of the determinant, and the logarithm of its size"""

    __slots__ = ()
    cubic: ClassVar[float] = 2 / 3

    def infer_shape(self) -> Shape:
        return (*super().infer_shape()[:-2], 2)

    def pieces(self) -> tuple[Piece, ...]:
        return Piece(Range(0, 1, 1), "row", -1), Piece(Range(1, 1, 1), "row", -1)

    def compute(self, xp: Any, a: Any) -> Any:
        return xp.stack(xp.linalg.slogdet(a), -1)

    def vjp(self, k: int, g: Node) -> Node | None:
        _, size = self.parts(g)
        return einsum("...,...ji->...ij", size, Inv(self.operands[0]))

    def jvp(self, k: int, dx: Node) -> Node | None:
        size = einsum("...ij,...ji->...", Inv(self.operands[0]), dx)
        return self.pieces()[1].paste(size, self.shape)


class SlogdetResult(NamedTuple):
    """The results of `slogdet`."""

    sign: Node
    logabsdet: Node


def det(a: Any) -> Node:
    """The determinants of square matrices, the last two axes of *a*.

    The gradient is the matrix of cofactors, computed without dividing by the determinant, so it is
    right for singular matrices. Second derivatives divide by it: they need a matrix that is not
    singular. Where determinants leave the range of their dtype, use `slogdet`.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[1.0, 2.0], [2.0, 4.0]], "a")
    >>> print(sd.grad(det(a), a)().round(9))
    [[ 4. -2.]
     [-2.  1.]]
    """
    return Det(matrix("det", a))


def slogdet(a: Any) -> SlogdetResult:
    """The sign and the logarithm of the absolute value of determinants.

    The gradient of the logarithm is ``inv(a).T``, and its Hessian two inverses, never a dense array.

    Returns
    -------
    SlogdetResult
        ``sign`` (-1, 0 or 1, of derivative zero) and ``logabsdet``.

    Raises
    ------
    ShapeError
        If the matrices are not square.
    numpy.linalg.LinAlgError
        When a derivative is run, if a matrix is singular.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[2.0, 0.0], [0.0, 4.0]], "a")
    >>> print(sd.grad(slogdet(a).logabsdet, a))
    inv(a).T
    """
    return SlogdetResult(*Slogdet(matrix("slogdet", a)).results())
