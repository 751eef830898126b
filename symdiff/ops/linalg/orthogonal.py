"""Orthogonal columns and the triangle that combines them: the QR decomposition."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from symdiff.dims import Shape, shape_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.linalg.matrices import chain, fewer, matrix, turned
from symdiff.ops.linalg.results import Piece, Several
from symdiff.ops.linalg.triangular import Triangle, over
from symdiff.ops.shape.shaping import Range, concatenate

__all__ = ["QRResult", "Qr", "qr"]


class Qr(Several):
    """the rows of Q above those of R.T, where a = Q @ R has no fewer rows than columns

    With D = da R^-1, K = Q.T D and W = tril(K, -1) - tril(K, -1).T: dQ = Q (W - K) + D, dR = (K - W) R.
    """

    __slots__ = ()

    def infer_shape(self) -> Shape:
        *batch, m, n = self.operands[0].shape
        if fewer("qr", m, n) != n:
            raise ShapeError(
                f"Qr: the operand is {shape_text(self.operands[0].shape)}; call qr for wide ones"
            )
        return (*batch, m + n, n)

    def flops(self) -> int:
        """Householder reflections, and Q from them: 4 m n^2 - 4/3 n^3."""
        shape: Any = self.operands[0].shape
        *batch, m, n = shape
        return int(math.prod(batch) * (4 * m * n * n - 4 * n**3 // 3))

    def compute(self, xp: Any, a: Any) -> Any:
        q, r = xp.linalg.qr(a)
        return xp.concatenate([q, r.swapaxes(-1, -2)], -2)

    def pieces(self) -> tuple[Piece, ...]:
        m, n = self.operands[0].shape[-2:]
        return Piece(Range(0, m, 1)), Piece(Range(m, n, 1), "columns")

    def vjp(self, k: int, g: Node) -> Node | None:
        q, r = self.results()
        gq, gr = self.parts(g)
        c = chain(turned(q), gq) - chain(gr, turned(r))
        inside = Triangle(c - turned(c), lower=True, strict=True) - c
        return over(gq + chain(q, inside), turned(r), lower=True)

    def jvp(self, k: int, dx: Node) -> Node | None:
        q, r = self.results()
        d = over(dx, r, lower=False)
        inside = chain(turned(q), d)
        low = Triangle(inside, lower=True, strict=True)
        rest = inside - low + turned(low)
        return concatenate([d - chain(q, rest), turned(chain(rest, r))], self.ndim - 2)


class QRResult(NamedTuple):
    """The results of `qr`."""

    Q: Node
    R: Node


def qr(a: Any) -> QRResult:
    """The reduced QR decomposition: ``a = Q @ R``, with orthonormal columns in Q and triangular R.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n), of fixed sizes unless they are equal. The first k columns, k the
        smaller of m and n, must be independent for there to be a derivative.

    Returns
    -------
    QRResult
        ``Q`` (..., m, k) and ``R`` (..., k, n), with the signs that NumPy gives them.

    Raises
    ------
    numpy.linalg.LinAlgError
        When a derivative is run, if a diagonal entry of R is 0.

    Notes
    -----
    S. F. Walter, L. Lehmann, *Algorithmic differentiation of linear algebra functions*, 2010.

    Examples
    --------
    >>> q, r = qr([[0.0, 2.0], [3.0, 1.0]])
    >>> print((q @ r)().round(9))
    [[0. 2.]
     [3. 1.]]
    """
    a = matrix("qr", a)
    m, n = a.shape[-2:]
    if m == n or fewer("qr", m, n) == n:
        return QRResult(*Qr(a).results())
    left, right = a[..., :, :m], a[..., :, m:]
    q, r = qr(left)
    return QRResult(q, concatenate([r, chain(turned(q), right)], a.ndim - 1))
