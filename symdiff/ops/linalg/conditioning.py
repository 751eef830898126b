"""How large a matrix is, and how far from singular: norms, condition numbers, ranks."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.axes.reductions import max, min
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.contractions import euclidean
from symdiff.ops.contractions import sum as sum_
from symdiff.ops.entries.elementwise import abs as abs_
from symdiff.ops.linalg.inverses import inv
from symdiff.ops.linalg.matrices import attempt, matrix
from symdiff.ops.linalg.singular import ENDLESS, svdvals
from symdiff.ops.powers import divide

__all__ = ["MatrixRank", "cond", "matrix_norm", "matrix_rank"]

ORDERS = ("fro", "nuc", 2, -2, 1, -1, math.inf, -math.inf)


class MatrixRank(Node):
    """the number of singular values above a tolerance; no derivative"""

    __slots__ = ()
    rtol: Any

    def infer_shape(self) -> Shape:
        return self.operands[0].shape[:-2]

    def infer_dtype(self) -> DType:
        return np.dtype(np.intp)

    def compute(self, xp: Any, a: Any) -> Any:
        return attempt("matrix_rank", ENDLESS, lambda a: xp.linalg.matrix_rank(a, rtol=self.rtol), a)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


def matrix_rank(a: Any, *, rtol: float | None = None) -> Node:
    """The number of singular values above *rtol* times the largest, an integer without derivative.

    Examples
    --------
    >>> print(matrix_rank([[1.0, 2.0], [2.0, 4.0]])())
    1
    """
    if rtol is not None and (isinstance(rtol, bool) or not isinstance(rtol, int | float)):
        raise TypeError(f"matrix_rank: rtol is a number or None, not {rtol!r}")
    return MatrixRank(matrix("matrix_rank", a), rtol=None if rtol is None else float(rtol))


def matrix_norm(a: Any, ord: Any = "fro", keepdims: bool = False) -> Node:
    """The norms of matrices, the last two axes of *a*.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n).
    ord : {"fro", "nuc", 2, -2, 1, -1, inf, -inf}
        The root of the sum of squares, the sum of singular values, the largest or smallest singular
        value, column sum or row sum of absolute values, as in NumPy.
    keepdims : bool
        Whether the two axes stay, with size 1.

    Raises
    ------
    ValueError
        If there is no norm of that name.

    Examples
    --------
    >>> a = [[3.0, 0.0], [0.0, -4.0]]
    >>> print(matrix_norm(a)(), matrix_norm(a, 2)(), matrix_norm(a, "nuc")())
    5.0 4.0 7.0
    """
    a = matrix("matrix_norm", a)
    if isinstance(ord, bool) or ord not in ORDERS:
        raise ValueError(f"matrix_norm: there is no norm {ord!r}; use one of {', '.join(map(repr, ORDERS))}")
    if ord == "fro":
        found = euclidean(a, axis=(a.ndim - 2, a.ndim - 1))
    elif ord == "nuc":
        found = sum_(svdvals(a), -1)
    else:
        sizes = svdvals(a) if ord in (2, -2) else sum_(abs_(a), -2 if ord in (1, -1) else -1)
        found = (max if ord > 0 else min)(sizes, -1)
    return expand_dims(found, (-2, -1)) if keepdims else found


def cond(a: Any, p: Any = None) -> Node:
    """The condition number: the norm of a matrix times the norm of its inverse.

    Parameters
    ----------
    a : array_like
        Matrices of shape (..., m, n), square ones for other norms than the default.
    p : {None, 2, -2, "fro", "nuc", 1, -1, inf, -inf}
        The norm, as for `matrix_norm`; None means 2, the largest singular value divided by the smallest.

    Raises
    ------
    ValueError
        If there is no norm of that name.

    Examples
    --------
    >>> print(cond([[2.0, 0.0], [0.0, 8.0]])())
    4.0
    """
    a, p = matrix("cond", a), 2 if p is None else p
    if isinstance(p, bool) or p not in ORDERS:
        raise ValueError(f"cond: there is no norm {p!r}; use one of {', '.join(map(repr, ORDERS))}")
    if p in (2, -2):
        largest, smallest = matrix_norm(a, 2), matrix_norm(a, -2)
        return divide(largest, smallest) if p == 2 else divide(smallest, largest)
    return matrix_norm(a, p) * matrix_norm(inv(a), p)
