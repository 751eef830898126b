"""Powers and the exponential of square matrices."""

from __future__ import annotations

from typing import Any

from symdiff.dims import shape_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_to
from symdiff.ops.contractions import label_of
from symdiff.ops.filled import eye, zeros
from symdiff.ops.linalg.inverses import inv
from symdiff.ops.linalg.matrices import OfSquare, chain, matrix, turned
from symdiff.ops.shape.shaping import concatenate

__all__ = ["Expm", "expm", "matrix_power"]

PADE = (  # coefficients of the diagonal Padé approximant of order 13
    64764752532480000.0,
    32382376266240000.0,
    7771770303897600.0,
    1187353796428800.0,
    129060195264000.0,
    10559470521600.0,
    670442572800.0,
    33522128640.0,
    1323241920.0,
    40840800.0,
    960960.0,
    16380.0,
    182.0,
    1.0,
)
REACH = 5.371920351148152  # the 1-norm up to which the approximant is exact to rounding


class Expm(OfSquare):
    """the exponential; its derivative along e stands above the diagonal of exp [[a, e], [0, a]]"""

    __slots__ = ()

    def compute(self, xp: Any, a: Any) -> Any:
        size = xp.max(xp.sum(xp.abs(a), -2), -1, initial=0)
        halvings = xp.frexp(xp.where(xp.isfinite(size), size, 0) / REACH)[1].clip(0)
        result = _pade(xp, xp.ldexp(a, -halvings[..., None, None]))
        for k in range(int(xp.max(halvings, initial=0))):
            more = (halvings > k)[..., None, None]
            result = xp.where(more, result @ result, result)
        return result

    def jvp(self, k: int, dx: Node) -> Node | None:
        return _along(self.operands[0], dx)

    def vjp(self, k: int, g: Node) -> Node | None:
        return _along(turned(self.operands[0]), g)


def _pade(xp: Any, a: Any) -> Any:
    """The exponential of matrices of norm up to REACH."""
    b = [xp.asarray(c, a.dtype) for c in PADE]
    one = xp.eye(a.shape[-1], dtype=a.dtype)
    two = a @ a
    four = two @ two
    six = four @ two
    odd = a @ (
        six @ (b[13] * six + b[11] * four + b[9] * two) + b[7] * six + b[5] * four + b[3] * two + b[1] * one
    )
    even = (
        six @ (b[12] * six + b[10] * four + b[8] * two) + b[6] * six + b[4] * four + b[2] * two + b[0] * one
    )
    return xp.linalg.solve(even - odd, even + odd)


def _along(a: Node, e: Node) -> Node:
    """The derivative of expm at *a* along *e*, which may have leading batch axes."""
    n = a.shape[-1]
    a = broadcast_to(a, e.shape)
    rows = e.ndim - 2
    upper = concatenate([a, e], rows + 1)
    lower = concatenate([zeros(e.shape, e.dtype), a], rows + 1)
    return Expm(concatenate([upper, lower], rows))[..., :n, n:]


def expm(a: Any) -> Node:
    """The exponentials of square matrices, the last two axes of *a*.

    Raises
    ------
    ShapeError
        If the matrices are not square.

    Notes
    -----
    Scaling and squaring with a Padé approximant: N. J. Higham, *The scaling and squaring method for
    the matrix exponential revisited*, 2005. A derivative is the exponential of a matrix of twice the
    size, so derivatives of every order are as accurate as values.

    Examples
    --------
    >>> print(expm([[0.0, 1.0], [0.0, 0.0]])())
    [[1. 1.]
     [0. 1.]]
    """
    return Expm(matrix("expm", a))


def matrix_power(a: Any, n: int) -> Node:
    """The n-th power of square matrices by repeated squaring; negative ones of the inverse.

    Raises
    ------
    TypeError
        If *n* is not an int.
    ShapeError
        If the matrices are not square.

    Examples
    --------
    >>> print(matrix_power([[1.0, 1.0], [0.0, 1.0]], 5)())
    [[1. 5.]
     [0. 1.]]
    """
    a = matrix("matrix_power", a)
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"matrix_power: the exponent is an int, not {n!r}; for others use expm or eigh")
    if a.shape[-1] != a.shape[-2]:
        raise ShapeError(
            f"matrix_power: the operand ({label_of(a)}) is {shape_text(a.shape)}, and only square matrices "
            "have powers; use matmul with the transpose"
        )
    left, square = abs(n.__index__()), inv(a) if n < 0 else a
    result: Node | None = None
    while left:
        if left % 2:
            result = square if result is None else chain(result, square)
        left //= 2
        square = chain(square, square) if left else square
    return broadcast_to(eye(a.shape[-1], a.dtype), a.shape) if result is None else result
