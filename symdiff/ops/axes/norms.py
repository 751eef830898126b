"""Norms of vectors and matrices, all of them flat at 0."""

from __future__ import annotations

import math
from typing import Any

from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.axes.reductions import Reduction, max, min
from symdiff.ops.axes.truth import count_nonzero
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes, transpose
from symdiff.ops.cast import cast
from symdiff.ops.contractions import euclidean, sum
from symdiff.ops.einsum import scale
from symdiff.ops.entries.elementwise import abs, sign
from symdiff.ops.linalg.conditioning import ORDERS, matrix_norm
from symdiff.ops.operands import constant
from symdiff.ops.powers import Inverse

__all__ = ["norm"]

SPECTRAL = (2, -2, "nuc")


class FlatPower(Elementwise):
    """x to a fixed power for x above 0; at 0 it is 0 and flat, whatever the power"""

    __slots__ = ()
    exponent: float

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.where(x == 0, xp.zeros((), x.dtype), x**self.exponent)

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        if self.exponent == 0:
            return (None,)
        return (scale(FlatPower(x, exponent=self.exponent - 1), self.exponent),)


class PowerNorm(Reduction):
    """(sum of |x|**p along axes) ** (1 / p); its derivative by an entry that is 0 is 0

    With N the norm, the derivative is ``sign(x) * (|x| / N)**(p - 1)``: a power of a ratio, which
    neither overflows nor vanishes where the powers of large and small entries do.
    """

    __slots__ = ()
    order: float

    def compute(self, xp: Any, x: Any) -> Any:
        if 0 in x.shape:
            return xp.sum(x, axis=self.axes) ** (1 / self.order)
        entries = xp.abs(x)
        unit = (xp.max if self.order > 0 else xp.min)(entries, axis=self.axes, keepdims=True)
        unit = xp.where((unit > 0) & xp.isfinite(unit), unit, xp.ones((), x.dtype))
        total = xp.sum((entries / unit) ** self.order, axis=self.axes)
        return total ** (1 / self.order) * xp.squeeze(unit, axis=self.axes)

    def weights(self) -> Node:
        (x,) = self.operands
        ratio = multiply(abs(x), Inverse(self.spread(self)))
        return multiply(sign(x), FlatPower(ratio, exponent=self.order - 1))


def norm(x: Any, ord: Any = None, axis: Any = None, keepdims: bool = False) -> Node:
    """The norm of vectors along one axis, or of matrices along two.

    Parameters
    ----------
    x : array_like
        Integers become float64. Complex entries count with their absolute values.
    ord : number or {"fro", "nuc"}, optional
        None is the Euclidean length, along any number of axes. For vectors: 1 the sum and `inf` the
        largest of all absolute values, ``-inf`` the smallest, 0 the number of entries that are not 0,
        any other p ``sum(|x|**p)**(1/p)``. For matrices: "fro" the Euclidean length of all entries, 1
        and -1 the largest and smallest sum of absolute values down a column, `inf` and ``-inf`` along
        a row, 2 and -2 the largest and smallest singular value, "nuc" the sum of singular values.
    axis : int or sequence of int, optional
        One axis means vectors, two mean matrices: first that of their rows, then that of their columns.
        By default, all axes.
    keepdims : bool
        Keep the axes, with size 1.

    Raises
    ------
    ShapeError
        If an axis does not exist, or *ord* is given for more than two axes.
    ValueError
        If there is no such norm.

    Notes
    -----
    Where the norm or an entry is 0, the slope is 0: the subgradient of least norm. Entries that tie for
    the largest or smallest share the derivative equally.

    References
    ----------
    ``numpy.linalg.norm``, whose values these are.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([3.0, 4.0], "x")
    >>> print(norm(x)(), sd.grad(norm(x), x)())
    5.0 [0.6 0.8]
    >>> print(sd.grad(norm(x), x))
    x / sqrt(sum(x**2))
    >>> print(norm([[1.0, -2.0], [3.0, 4.0]], 1)(), norm([1.0, -2.0, 2.0], 3)())
    6.0 2.571281590658235
    """
    node = constant(x)
    node = cast(node, inexact(node.dtype))
    axes = normal_axes("norm", axis, node.ndim)
    if node.dtype.kind == "c" and not (len(axes) == 2 and ord in SPECTRAL):
        node = abs(node)
    if ord is None or (ord == "fro" and len(axes) == 2):
        return euclidean(node, axes, keepdims)
    if len(axes) == 1 and not isinstance(ord, str):
        return _vector_norm(node, ord, axes, keepdims)
    if len(axes) == 2:
        return _matrix_norm(node, ord, axes, keepdims)
    needed = "two axes" if isinstance(ord, str) else "one axis or two"
    raise ShapeError(
        f"norm: ord={ord!r} needs {needed}, but axis={axis} means {len(axes)} of {node.ndim}; name {needed}"
    )


def _vector_norm(x: Node, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Node:
    """A norm of the vectors along one axis of a real *x*."""
    if isinstance(ord, bool) or not isinstance(ord, int | float) or math.isnan(ord):
        raise ValueError(f"norm: vectors have no norm {ord!r}; ord is a number, or name two axes")
    match ord:
        case 2:
            return euclidean(x, axes, keepdims)
        case 1:
            return sum(abs(x), axes, keepdims)
        case 0:
            return cast(count_nonzero(x, axes, keepdims), x.dtype)
        case math.inf:
            return max(abs(x), axes, keepdims)
        case _ if ord == -math.inf:
            return min(abs(x), axes, keepdims)
    power = PowerNorm(x, axes=axes, order=float(ord))
    return expand_dims(power, axes) if keepdims else power


def _matrix_norm(x: Node, ord: Any, axes: tuple[int, ...], keepdims: bool) -> Node:
    """A norm of the matrices along two axes, first that of their rows."""
    if isinstance(ord, bool) or ord not in ORDERS:
        known = ", ".join(map(repr, ORDERS))
        raise ValueError(f"norm: matrices have no norm {ord!r}; use one of {known}, or name one axis")
    others = [axis for axis in range(x.ndim) if axis not in axes]
    found = matrix_norm(transpose(x, [*others, *axes]), ord)
    return expand_dims(found, tuple(sorted(axes))) if keepdims else found
