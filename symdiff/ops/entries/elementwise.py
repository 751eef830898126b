"""Functions applied to every entry: each class states its value and its derivative."""

from __future__ import annotations

from typing import Any

from symdiff.machine import is_vectorised
from symdiff.node import Node
from symdiff.ops.base import Elementwise, binary, unary
from symdiff.ops.cast import cast
from symdiff.ops.einsum import scale
from symdiff.ops.entries.comparison import compare
from symdiff.ops.entries.complex import modulus, phasor
from symdiff.ops.operands import constant
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import reciprocal

__all__ = [
    "abs",
    "cos",
    "exp",
    "expm1",
    "log1p",
    "maximum",
    "minimum",
    "relu",
    "sigmoid",
    "sign",
    "sin",
    "softplus",
    "tanh",
]


class Exp(Elementwise):
    """exp x"""

    __slots__ = ()
    ufunc = "exp"

    def partials(self) -> tuple[Node | None, ...]:
        return (self,)


class Expm1(Elementwise):
    """exp x - 1, without cancellation near 0"""

    __slots__ = ()
    ufunc = "expm1"

    def partials(self) -> tuple[Node | None, ...]:
        return (Exp(*self.operands),)


class Log1p(Elementwise):
    """log (1 + x), without cancellation near 0"""

    __slots__ = ()
    ufunc = "log1p"

    def partials(self) -> tuple[Node | None, ...]:
        return (reciprocal(1 + self.operands[0]),)


class Sin(Elementwise):
    """sin x"""

    __slots__ = ()
    ufunc = "sin"

    def partials(self) -> tuple[Node | None, ...]:
        return (Cos(*self.operands),)


class Cos(Elementwise):
    """cos x"""

    __slots__ = ()
    ufunc = "cos"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(Sin(*self.operands), -1),)


class Tanh(Elementwise):
    """tanh x; its derivatives are polynomials of its value: 1 - t**2"""

    __slots__ = ()
    ufunc = "tanh"

    def partials(self) -> tuple[Node | None, ...]:
        return (Polynomial.of(self, (1, 0, -1)),)


class Sigmoid(Elementwise):
    """1 / (1 + exp(-x)); its derivatives are polynomials of its value: s - s**2"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        if x.dtype == "float32" and is_vectorised("expm1", "float32"):  # where it takes less than exp
            return 1 / (2 + xp.expm1(-x))
        return 1 / (1 + xp.exp(-x))  # exp(-x) overflows to inf, and the quotient to the right 0

    def partials(self) -> tuple[Node | None, ...]:
        return (Polynomial.of(self, (0, 1, -1)),)


class Softplus(Elementwise):
    """log (1 + exp x), which is x for large x"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0) + xp.log1p(xp.exp(-xp.abs(x)))

    def partials(self) -> tuple[Node | None, ...]:
        return (Sigmoid(*self.operands),)


class LogSigmoid(Elementwise):
    """log (sigmoid x), which is x for very negative x"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.minimum(x, 0) - xp.log1p(xp.exp(-xp.abs(x)))

    def partials(self) -> tuple[Node | None, ...]:
        return (Sigmoid(scale(self.operands[0], -1)),)


class Abs(Elementwise):
    """|x|; its slope at 0 is 0"""

    __slots__ = ()
    ufunc = "abs"

    def partials(self) -> tuple[Node | None, ...]:
        return (Sign(*self.operands),)


class Sign(Elementwise):
    """-1, 0 or 1"""

    __slots__ = ()
    ufunc = "sign"

    def partials(self) -> tuple[Node | None, ...]:
        return (None,)


class Relu(Elementwise):
    """max(x, 0); its slope at 0 is 0"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.maximum(x, 0)

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (cast(compare("greater", x, 0), x.dtype),)


class Maximum(Elementwise):
    """max(x, y); at a tie, each operand has slope one half"""

    __slots__ = ()
    ufunc = "maximum"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        return above(x, y), above(y, x)


class Minimum(Elementwise):
    """min(x, y); at a tie, each operand has slope one half"""

    __slots__ = ()
    ufunc = "minimum"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        return above(y, x), above(x, y)


def above(x: Node, y: Node) -> Node:
    """1 where x > y, one half where they are equal, else 0."""
    greater, tied = (cast(compare(name, x, y), x.dtype) for name in ("greater", "equal"))
    return greater + scale(tied, 0.5)


# --- the functions that check, broadcast and build ----------------------------------------------------


def exp(x: Any) -> Node:
    """The exponential of every entry.

    Examples
    --------
    >>> exp([0.0, 1.0])()
    array([1.        , 2.71828183])
    """
    return unary(Exp, x)


def expm1(x: Any) -> Node:
    """exp(x) - 1, accurate near 0."""
    return unary(Expm1, x)


def log1p(x: Any) -> Node:
    """log(1 + x), accurate near 0."""
    return unary(Log1p, x)


def sin(x: Any) -> Node:
    """The sine of every entry, in radians."""
    return unary(Sin, x)


def cos(x: Any) -> Node:
    """The cosine of every entry, in radians."""
    return unary(Cos, x)


def tanh(x: Any) -> Node:
    """The hyperbolic tangent of every entry.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.5, "x")
    >>> print(sd.grad(tanh(x), x))
    1 - tanh(x)**2
    """
    return unary(Tanh, x)


def sigmoid(x: Any) -> Node:
    """1 / (1 + exp(-x)), right for every x."""
    return unary(Sigmoid, x)


def softplus(x: Any) -> Node:
    """log(1 + exp(x)), right for every x."""
    return unary(Softplus, x)


def relu(x: Any) -> Node:
    """max(x, 0); the slope at 0 is 0."""
    return Relu(constant(x))


def abs(x: Any) -> Node:
    """The absolute value of every entry, real or complex; the slope at 0 is 0."""
    x = constant(x)
    return modulus(x) if x.dtype.kind == "c" else Abs(x)


def sign(x: Any) -> Node:
    """-1, 0 or 1 by the sign of every entry; x / |x| for a complex one."""
    x = constant(x)
    return phasor(x) if x.dtype.kind == "c" else Sign(x)


def maximum(x: Any, y: Any) -> Node:
    """The larger of two entries; where they are equal, each has slope one half.

    Examples
    --------
    >>> maximum([1.0, 5.0], 3)()
    array([3., 5.])
    """
    return binary(Maximum, x, y)


def minimum(x: Any, y: Any) -> Node:
    """The smaller of two entries; where they are equal, each has slope one half."""
    return binary(Minimum, x, y)
