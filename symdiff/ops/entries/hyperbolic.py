"""Hyperbolic functions beyond tanh, and the inverses of all three."""

from __future__ import annotations

from typing import Any

from symdiff.node import Node
from symdiff.ops.base import Elementwise, unary
from symdiff.ops.broadcast import multiply
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import power, reciprocal

__all__ = ["arccosh", "arcsinh", "arctanh", "cosh", "sinh"]


class Sinh(Elementwise):
    """(exp x - exp -x) / 2"""

    __slots__ = ()
    ufunc = "sinh"

    def partials(self) -> tuple[Node | None, ...]:
        return (Cosh(*self.operands),)


class Cosh(Elementwise):
    """(exp x + exp -x) / 2"""

    __slots__ = ()
    ufunc = "cosh"

    def partials(self) -> tuple[Node | None, ...]:
        return (Sinh(*self.operands),)


class Arcsinh(Elementwise):
    """the number whose hyperbolic sine is x"""

    __slots__ = ()
    ufunc = "arcsinh"

    def partials(self) -> tuple[Node | None, ...]:
        return (power(Polynomial.of(self.operands[0], (1, 0, 1)), -0.5),)


class Arccosh(Elementwise):
    """the number, not below 0, whose hyperbolic cosine is x"""

    __slots__ = ()
    ufunc = "arccosh"

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (multiply(power(x - 1, -0.5), power(x + 1, -0.5)),)  # two roots: the branch is arccosh's


class Arctanh(Elementwise):
    """the number whose hyperbolic tangent is x"""

    __slots__ = ()
    ufunc = "arctanh"

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (reciprocal((1 - x) * (1 + x)),)  # 1 - x**2 would cancel near its zeros


def sinh(x: Any) -> Node:
    """The hyperbolic sine of every entry.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.5, "x")
    >>> print(sd.grad(sinh(x), x))
    cosh(x)
    """
    return unary(Sinh, x)


def cosh(x: Any) -> Node:
    """The hyperbolic cosine of every entry.

    Examples
    --------
    >>> print(cosh(0.0)())
    1.0
    """
    return unary(Cosh, x)


def arcsinh(x: Any) -> Node:
    """The number whose hyperbolic sine is *x*.

    Examples
    --------
    >>> print(arcsinh(0.0)())
    0.0
    """
    return unary(Arcsinh, x)


def arccosh(x: Any) -> Node:
    """The number whose hyperbolic cosine is *x*, for x not below 1; its derivative at 1 is infinite.

    Examples
    --------
    >>> print(arccosh(1.0)())
    0.0
    """
    return unary(Arccosh, x)


def arctanh(x: Any) -> Node:
    """The number whose hyperbolic tangent is *x*, for x between -1 and 1.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.5, "x")
    >>> print(sd.tanh(arctanh(x))())
    0.5
    """
    return unary(Arctanh, x)
