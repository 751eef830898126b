"""Powers and logarithms of other bases, sums in the logarithmic domain, and the cube root."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from symdiff.node import Node
from symdiff.ops.base import Elementwise, unary
from symdiff.ops.einsum import scale
from symdiff.ops.entries.elementwise import Sigmoid
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import power, reciprocal
from symdiff.ops.reals import real_function

__all__ = ["Log1mexp", "OddsOfExp", "cbrt", "exp2", "log1mexp", "log2", "log10", "logaddexp", "logit"]


class Exp2(Elementwise):
    """2 to the power x"""

    __slots__ = ()
    ufunc = "exp2"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(self, math.log(2)),)


class Log2(Elementwise):
    """the logarithm of x to base 2"""

    __slots__ = ()
    ufunc = "log2"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(reciprocal(self.operands[0]), 1 / math.log(2)),)


class Log10(Elementwise):
    """the logarithm of x to base 10"""

    __slots__ = ()
    ufunc = "log10"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(reciprocal(self.operands[0]), 1 / math.log(10)),)


class Cbrt(Elementwise):
    """cube root of x; infinitely steep at 0"""

    __slots__ = ()
    ufunc = "cbrt"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(power(self, -2), Fraction(1, 3)),)


class Logaddexp(Elementwise):
    """log (exp x + exp y), without overflow"""

    __slots__ = ()
    ufunc = "logaddexp"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        return Sigmoid(x - y), Sigmoid(y - x)


class Log1mexp(Elementwise):
    """log (1 - exp x) for negative x, without cancellation"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.where(x > -math.log(2), xp.log(-xp.expm1(x)), xp.log1p(-xp.exp(x)))

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(OddsOfExp(*self.operands), -1),)


class OddsOfExp(Elementwise):
    """exp x / (1 - exp x); its derivatives are polynomials of its value: o + o**2"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return 1 / xp.expm1(-x)

    def partials(self) -> tuple[Node | None, ...]:
        return (Polynomial.of(self, (0, 1, 1)),)


class Logit(Elementwise):
    """log (x / (1 - x)), the inverse of sigmoid"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        middle = 2 * xp.arctanh(2 * x - 1)  # exact near 1/2, where the logarithms cancel
        return xp.where(xp.abs(x - 0.5) < 0.25, middle, xp.log(x) - xp.log1p(-x))

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (reciprocal(x * (1 - x)),)


def exp2(x: Any) -> Node:
    """2**x, for every entry.

    Examples
    --------
    >>> exp2([3, -1])()
    array([8. , 0.5])
    """
    return unary(Exp2, x)


def log2(x: Any) -> Node:
    """The logarithm of every entry to base 2.

    Examples
    --------
    >>> log2([8, 0.5])()
    array([ 3., -1.])
    """
    return unary(Log2, x)


def log10(x: Any) -> Node:
    """The logarithm of every entry to base 10.

    Examples
    --------
    >>> log10([100, 0.1])()
    array([ 2., -1.])
    """
    return unary(Log10, x)


def cbrt(x: Any) -> Node:
    """The real cube root of every entry; its derivative at 0 is infinite.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> cbrt([8, -27])()
    array([ 2., -3.])
    """
    return real_function(Cbrt, x)


def logaddexp(x: Any, y: Any) -> Node:
    """log(exp(x) + exp(y)), right for every x and y, as are its derivatives.

    Parameters
    ----------
    x, y : array_like
        Real numbers that broadcast against each other.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> print(logaddexp(1000.0, 1000.0)())
    1000.6931471805599
    """
    return real_function(Logaddexp, x, y)


def log1mexp(x: Any) -> Node:
    """log(1 - exp(x)) for x below 0, right near 0 and far from it, as are its derivatives.

    Raises
    ------
    TypeError
        If the operand is complex.

    References
    ----------
    M. Mächler, *Accurately computing log(1 - exp(-|a|))*, 2012.

    Examples
    --------
    >>> log1mexp([-1e-20, -50.0])()
    array([-4.60517019e+01, -1.92874985e-22])
    """
    return real_function(Log1mexp, x)


def logit(x: Any) -> Node:
    """log(x / (1 - x)), the inverse of `sigmoid`, for x between 0 and 1.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> logit([0.5, 1.0, 1e-300])()
    array([   0.        ,           inf, -690.77552790])
    """
    return real_function(Logit, x)
