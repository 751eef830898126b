"""Pseudo-inverses and least squares."""

from __future__ import annotations

from typing import Any

from symdiff.dims import Shape, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.contractions import label_of, matmul
from symdiff.ops.linalg.matrices import attempt, chain, fewer, matrix, turned
from symdiff.ops.linalg.orthogonal import qr
from symdiff.ops.linalg.singular import svd_flops
from symdiff.ops.linalg.systems import restored
from symdiff.ops.linalg.triangular import triangular_solve
from symdiff.ops.operands import promote

__all__ = ["Pinv", "lstsq", "pinv"]

ENDLESS = "look for entries that are infinite or NaN"


class Pinv(Node):
    """the pseudo-inverse p of a, as long as the rank stays

    dp = -p da p + p p.T da.T (1 - a p) + (1 - p a) da.T p.T p
    """

    __slots__ = ()
    rtol: Any

    def infer_shape(self) -> Shape:
        *batch, m, n = self.operands[0].shape
        return (*batch, n, m)

    def flops(self) -> int:
        """Those of a singular value decomposition."""
        return svd_flops(self.operands[0].shape, 14, 8)

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("pinv", ENDLESS, lambda a: xp.linalg.pinv(a, rtol=self.rtol), a)

    def jvp(self, k: int, dx: Node) -> Node | None:
        (a,) = self.operands
        d, p = turned(dx), self
        rows = chain(p, turned(p), d)
        columns = chain(d, turned(p), p)
        rest = rows - chain(rows, a, p) + columns - chain(p, a, columns)
        return rest - chain(p, dx, p)

    def vjp(self, k: int, g: Node) -> Node | None:
        (a,) = self.operands
        d, p, q = turned(g), self, turned(self)
        rows = chain(d, p, q)
        columns = chain(q, p, d)
        rest = rows - chain(a, p, rows) + columns - chain(columns, p, a)
        return rest - chain(q, g, q)


def pinv(a: Any, rtol: float | None = None) -> Node:
    """The Moore-Penrose pseudo-inverses of matrices, the last two axes of *a*.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n).
    rtol : float, optional
        Singular values below this fraction of the largest count as 0; by default the larger of m and
        n, times the machine epsilon, as in NumPy.

    Notes
    -----
    The derivative is that along matrices of the same rank (G. H. Golub, V. Pereyra, *The
    differentiation of pseudo-inverses and nonlinear least squares problems whose variables separate*,
    1973); where the rank changes, a pseudo-inverse jumps.

    Examples
    --------
    >>> print(pinv([[2.0, 0.0], [0.0, 0.0]])())
    [[0.5 0. ]
     [0.  0. ]]
    """
    if rtol is not None and (isinstance(rtol, bool) or not isinstance(rtol, int | float)):
        raise TypeError(
            f"pinv: rtol is a number or None, not {rtol!r}; give matrices the tolerance they share"
        )
    return Pinv(matrix("pinv", a), rtol=None if rtol is None else float(rtol))


def lstsq(a: Any, b: Any) -> Node:
    """The x that makes ``a @ x`` nearest to *b*, for matrices with independent columns.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n), with fixed sizes m >= n unless they are equal.
    b : array_like
        One vector of shape (m,), or matrices of shape (..., m, k); leading axes broadcast.

    Returns
    -------
    Node
        The solution only; residuals are ``b - a @ x``.

    Raises
    ------
    ShapeError
        If there are fewer rows than columns, or *a* and *b* differ in rows.
    numpy.linalg.LinAlgError
        When run, if the columns are exactly dependent: use ``pinv(a) @ b``.

    Examples
    --------
    >>> print(lstsq([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]], [1.0, 3.0, 5.0])().round(9))
    [1. 2.]
    """
    a, b = promote(a, b)
    a, b = matrix("lstsq", a), matrix("lstsq", b, axes=1)
    vector = b.ndim == 1
    b = expand_dims(b, -1) if vector else b
    m, n = a.shape[-2:]
    if fewer("lstsq", m, n) != n:
        raise ShapeError(
            f"lstsq: the matrix ({label_of(a)}: {shape_text(a.shape)}) has fewer rows than columns, so the "
            "solution is not unique; for the shortest one use pinv(a) @ b"
        )
    if m != b.shape[-2]:
        raise ShapeError(
            f"lstsq: the matrix ({label_of(a)}: {shape_text(a.shape)}) has {size_text(m)} rows, but the "
            f"right-hand side ({label_of(b)}: {shape_text(b.shape)}) has {size_text(b.shape[-2])}; transpose "
            "one of them"
        )
    q, r = qr(a)
    return restored(triangular_solve(r, matmul(turned(q), b)), vector)
