"""Powers, quotients, roots and logarithms, whose derivatives need each other."""

from __future__ import annotations

import math
from typing import Any

from symdiff.coefficients import inverse
from symdiff.dtypes import inexact, is_inexact, is_number, result_dtype
from symdiff.node import Node
from symdiff.ops.base import Elementwise, binary, unary
from symdiff.ops.broadcast import multiply
from symdiff.ops.cast import cast
from symdiff.ops.einsum import Einsum, is_scalar_constant, scale
from symdiff.ops.entries.comparison import compare, where
from symdiff.ops.operands import constant, full, promote

__all__ = [
    "divide",
    "floor_divide",
    "log",
    "power",
    "reciprocal",
    "remainder",
    "sqrt",
    "square",
]


class Log(Elementwise):
    """log x"""

    __slots__ = ()
    ufunc = "log"

    def partials(self) -> tuple[Node | None, ...]:
        return (reciprocal(self.operands[0]),)


class Sqrt(Elementwise):
    """square root of x; infinitely steep at 0"""

    __slots__ = ()
    ufunc = "sqrt"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(reciprocal(self), 0.5),)


class Length(Elementwise):
    """square root of a sum of squares; flat at 0, the subgradient of least norm"""

    __slots__ = ()
    ufunc = "sqrt"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(Inverse(self), 0.5),)


class Inverse(Elementwise):
    """1 / x, and 0 at 0"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.where(x == 0, xp.zeros((), x.dtype), 1 / x)

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(multiply(self, self), -1),)


class FloorDivide(Elementwise):
    """the largest integer not above x / y"""

    __slots__ = ()
    ufunc = "floor_divide"

    def partials(self) -> tuple[Node | None, ...]:
        return None, None


class Remainder(Elementwise):
    """x - y * floor(x / y), with the sign of y"""

    __slots__ = ()
    ufunc = "remainder"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        return full(x.shape, 1, x.dtype), scale(FloorDivide(x, y), -1)


class Power(Elementwise):
    """x to a fixed power"""

    __slots__ = ()
    exponent: Any

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return power(operands[0], attributes[0])

    def compute(self, xp: Any, x: Any) -> Any:
        return 1 / x if self.exponent == -1 else x**self.exponent

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(power(self.operands[0], self.exponent - 1), self.exponent),)

    def times(self, other: Node) -> Node | None:
        """x**-a * x**-b = x**-(a + b)"""
        match other:
            case Power(operands=self.operands) if max(self.exponent, other.exponent) < 0:
                return power(self.operands[0], self.exponent + other.exponent)
        return None


class Pow(Elementwise):
    """x to the power y, for a positive base where the exponent varies"""

    __slots__ = ()
    ufunc = "power"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        flat = compare("equal", y, 0)  # x**0 is 1 everywhere, so its slope is 0 and not 0 * inf
        by_base = where(flat, 0, multiply(y, Pow(x, where(flat, 1, y - 1))))
        safe = where(compare("equal", x, 0), 1, x)  # x**y log x is 0 at x = 0, and not 0 * -inf
        return by_base, multiply(self, Log(safe))


# --- the functions that check, broadcast and build ----------------------------------------------------


def log(x: Any) -> Node:
    """The natural logarithm of every entry."""
    return unary(Log, x)


def sqrt(x: Any) -> Node:
    """The square root of every entry; its derivative at 0 is infinite."""
    return unary(Sqrt, x)


def square(x: Any) -> Node:
    """x * x"""
    return multiply(x, x)


def reciprocal(x: Any) -> Node:
    """1 / x"""
    return power(x, -1)


def divide(x: Any, y: Any) -> Node:
    """x / y; integers are divided as float64.

    Examples
    --------
    >>> print(divide(1, 3)())
    0.3333333333333333
    """
    x, y = promote(x, y)
    dtype = inexact(x.dtype)
    return multiply(cast(x, dtype), reciprocal(cast(y, dtype)))


def floor_divide(x: Any, y: Any) -> Node:
    """x / y rounded down; its derivative is zero."""
    return binary(FloorDivide, x, y)


def remainder(x: Any, y: Any) -> Node:
    """x modulo y, with the sign of y."""
    return binary(Remainder, x, y)


def power(x: Any, y: Any) -> Node:
    """x ** y.

    A fixed exponent keeps its own rule, so that ``x**3`` is smooth at 0 and for negative x; an
    exponent that is a node may be differentiated, which needs a positive base.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(2.0, "x")
    >>> print(sd.grad(x**3, x), "=", sd.grad(x**3, x)())
    3 * x**2 = 12.0
    """
    if isinstance(y, Einsum) and isinstance(x, Node) and is_scalar_constant(y) and not y.shape:
        y = y.coefficient if result_dtype(x.dtype, y.dtype) == x.dtype else y
    if not is_number(y) or isinstance(y, bool | complex):
        x, y = promote(x, y)
        return binary(Pow, x, y)
    x = constant(x)
    x = cast(x, result_dtype(x.dtype, y))
    exponent = int(y) if math.isfinite(y) and y == int(y) else y
    simple = _simple_power(x, exponent)
    return Power(x, exponent=exponent) if simple is None else simple


def _simple_power(x: Node, exponent: Any) -> Node | None:
    """x**0, x**1, x**2, x**0.5, and the reciprocal of a known number."""
    match exponent:
        case 0:
            return full(x.shape, 1, x.dtype)
        case 1:
            return x
        case 2:
            return multiply(x, x)
        case 0.5:
            return sqrt(x)
    if exponent < 0 and not is_inexact(x.dtype):
        raise TypeError(
            f"power: an integer cannot be raised to {exponent}, since the result is no integer; "
            "use a float base"
        )
    inverted = inverse(x.coefficient) if isinstance(x, Einsum) and is_scalar_constant(x) else None
    return full(x.shape, inverted, x.dtype) if exponent == -1 and inverted is not None else None
