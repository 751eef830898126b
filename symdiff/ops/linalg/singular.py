"""Singular values and vectors."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

from symdiff.dims import Shape, shape_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.contractions import einsum, label_of
from symdiff.ops.linalg.gaps import InverseGaps
from symdiff.ops.linalg.matrices import attempt, chain, fewer, matrix, sandwich, turned
from symdiff.ops.linalg.results import Piece, Several
from symdiff.ops.powers import Inverse
from symdiff.ops.shape.shaping import Range, concatenate

__all__ = ["SVDResult", "Svd", "Svdvals", "svd", "svdvals"]

ENDLESS = "look for entries that are infinite or NaN"


class Svd(Several):
    """the rows of U, a row of singular values in descending order, and the rows of V: a = U diag(s) V.T

    With P = U.T da V and F_ij = 1 / (s_j**2 - s_i**2), which is 0 between equal values:
    ds = diagonal of P, dU = U (F * (P s + s P.T)), dV = V (F * (s P + P.T s)), and what da has outside
    the spaces of U and V is divided by s, or left out where s is 0.
    """

    __slots__ = ()

    def infer_shape(self) -> Shape:
        *batch, m, n = self.operands[0].shape
        return (*batch, m + n + 1, fewer("svd", m, n))

    def flops(self) -> int:
        """Of the larger size m and the smaller n, with both sets of vectors: 14 m n^2 + 8 n^3."""
        return svd_flops(self.operands[0].shape, 14, 8)

    def compute(self, xp: Any, a: Any) -> Any:
        u, s, vh = attempt("svd", ENDLESS, lambda a: xp.linalg.svd(a, full_matrices=False), a)
        return xp.concatenate([u, s[..., None, :], vh.swapaxes(-1, -2)], -2)

    def pieces(self) -> tuple[Piece, ...]:
        m, n = self.operands[0].shape[-2:]
        rows = Range(0, m, 1), Range(m, 1, 1), Range(m + 1, n, 1)
        return Piece(rows[0]), Piece(rows[1], "row"), Piece(rows[2], "columns")

    def inverse_gaps(self, s: Node) -> Node:
        """1 / (s_j**2 - s_i**2), and 0 between equal values."""
        return InverseGaps(s) * Inverse(s[..., None, :] + s[..., :, None])

    def vjp(self, k: int, g: Node) -> Node | None:
        m, n = self.operands[0].shape[-2:]
        u, s, vh = self.results()
        gu, gs, gvh = self.parts(g)
        v, gv = turned(vh), turned(gvh)
        f, per = self.inverse_gaps(s), Inverse(s)[..., None, :]
        x, z = f * chain(turned(u), gu), f * chain(turned(v), gv)
        core = (x + turned(x)) * s[..., None, :] + s[..., :, None] * (z + turned(z))
        total = sandwich(u, gs, v) + chain(u, core, turned(v))
        if m != self.shape[-1]:
            total = total + chain(_beyond(u, gu * per), turned(v))
        if n != self.shape[-1]:
            total = total + chain(u, turned(_beyond(v, gv * per)))
        return total

    def jvp(self, k: int, dx: Node) -> Node | None:
        m, n = self.operands[0].shape[-2:]
        u, s, vh = self.results()
        v = turned(vh)
        f, per = self.inverse_gaps(s), Inverse(s)[..., None, :]
        p = chain(turned(u), dx, v)
        right, left = s[..., None, :], s[..., :, None]
        du = chain(u, f * (p * right + left * turned(p)))
        dv = chain(v, f * (left * p + turned(p) * right))
        if m != self.shape[-1]:
            du = du + _beyond(u, chain(dx, v)) * per
        if n != self.shape[-1]:
            dv = dv + _beyond(v, chain(turned(dx), u)) * per
        ds = einsum("...ii->...i", p)
        return concatenate([du, expand_dims(ds, -2), dv], self.ndim - 2)


def _beyond(u: Node, x: Node) -> Node:
    """What of *x* lies outside the space of the columns of *u*."""
    return x - chain(u, turned(u), x)


class Svdvals(Node):
    """singular values in descending order"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        *batch, m, n = self.operands[0].shape
        return (*batch, fewer("svdvals", m, n))

    def flops(self) -> int:
        """Without vectors: 4 m n^2 - 4/3 n^3."""
        return svd_flops(self.operands[0].shape, 4, -4 / 3)

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("svdvals", ENDLESS, lambda a: xp.linalg.svd(a, compute_uv=False), a)

    def vectors(self) -> tuple[Node, Node]:
        """The left and right singular vectors."""
        u, _, vh = Svd(self.operands[0]).results()
        return u, turned(vh)

    def vjp(self, k: int, g: Node) -> Node | None:
        u, v = self.vectors()
        return sandwich(u, g, v)

    def jvp(self, k: int, dx: Node) -> Node | None:
        u, v = self.vectors()
        return einsum("...ia,...ij,...ja->...a", u, dx, v)


def svd_flops(shape: Any, mixed: float, cubic: float) -> int:
    """Operations of a singular value decomposition (Golub and Van Loan, "Matrix Computations", 2013)."""
    *batch, rows, columns = shape
    n, m = sorted((rows, columns))
    return int(math.prod(batch) * (mixed * m * n * n + cubic * n**3))


class SVDResult(NamedTuple):
    """The results of `svd`."""

    U: Node
    S: Node
    Vh: Node


def svd(a: Any, full_matrices: bool = False) -> SVDResult:
    """The singular value decomposition ``a = U @ diag(S) @ Vh``, with S in descending order.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n), of fixed sizes unless they are equal.
    full_matrices : bool
        Whether to fill U and Vh up to square matrices, which only square matrices allow here: the
        vectors that would be added are arbitrary and have no derivative.

    Returns
    -------
    SVDResult
        ``U`` (..., m, k), ``S`` (..., k) and ``Vh`` (..., k, n), where k is the smaller of m and n.

    Raises
    ------
    ShapeError
        If full matrices are asked for and the matrices are not square.

    Notes
    -----
    Vectors of equal singular values, and vectors of singular values that are 0 along directions
    outside the space of all of them, have no derivative; by convention that part is zero, as for
    `eigh`. J. Townsend, *Differentiating the singular value decomposition*, 2016.

    Examples
    --------
    >>> print(svd([[3.0, 0.0], [0.0, 4.0]]).S())
    [4. 3.]
    """
    a = matrix("svd", a)
    m, n = a.shape[-2:]
    if full_matrices and m != n:
        raise ShapeError(
            f"svd: full matrices of {label_of(a)}, which is {shape_text(a.shape)} and not square, have "
            "columns without a derivative; use full_matrices=False"
        )
    return SVDResult(*Svd(a).results())


def svdvals(a: Any) -> Node:
    """Singular values in descending order; see `svd` for the conventions.

    Examples
    --------
    >>> print(svdvals([[3.0, 0.0], [0.0, 4.0]])())
    [4. 3.]
    """
    return Svdvals(matrix("svdvals", a))
