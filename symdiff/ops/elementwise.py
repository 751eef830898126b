"""Functions applied to every entry: each class states its value and its derivative."""

from __future__ import annotations

from typing import Any

from symdiff.coefficients import inverse
from symdiff.dtypes import DType, inexact, is_inexact, is_number, result_dtype
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import broadcast_to
from symdiff.ops.cast import cast
from symdiff.ops.comparison import compare, where
from symdiff.ops.einsum import (
    broadcast_shapes,
    constant,
    full,
    is_scalar_constant,
    multiply,
    promote,
    scale,
)
from symdiff.ops.polynomial import Polynomial

__all__ = [
    "abs",
    "cos",
    "divide",
    "exp",
    "expm1",
    "floor_divide",
    "log",
    "log1p",
    "maximum",
    "minimum",
    "power",
    "reciprocal",
    "relu",
    "remainder",
    "sigmoid",
    "sign",
    "sin",
    "softplus",
    "sqrt",
    "square",
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


class Log(Elementwise):
    """log x"""

    __slots__ = ()
    ufunc = "log"

    def partials(self) -> tuple[Node | None, ...]:
        return (reciprocal(self.operands[0]),)


class Log1p(Elementwise):
    """log (1 + x), without cancellation near 0"""

    __slots__ = ()
    ufunc = "log1p"

    def partials(self) -> tuple[Node | None, ...]:
        return (reciprocal(1 + self.operands[0]),)


class Sqrt(Elementwise):
    """square root of x; infinitely steep at 0"""

    __slots__ = ()
    ufunc = "sqrt"

    def partials(self) -> tuple[Node | None, ...]:
        return (scale(reciprocal(self), 0.5),)


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


class Abs(Elementwise):
    """|x|; its slope at 0 is 0"""

    __slots__ = ()
    ufunc = "abs"

    def partials(self) -> tuple[Node | None, ...]:
        if self.operands[0].dtype.kind == "c":
            raise NotImplementedError("Abs: no derivative by a complex operand; use x * conjugate(x)")
        return (Sign(*self.operands),)

    def infer_dtype(self) -> DType:
        dtype = super().infer_dtype()
        return dtype if dtype.kind != "c" else result_dtype(dtype.type(0).real.dtype)


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
        zero_base = where(compare("equal", x, 0), 1, x)  # x**y log x is 0 at x = 0, not 0 * -inf
        return multiply(y, Pow(x, y - 1)), multiply(self, Log(zero_base))


# --- the functions that check, broadcast and build ----------------------------------------------------


def apply(operation: type[Node], x: Any) -> Node:
    """A smooth function of one operand; integers become float64 first."""
    x = constant(x)
    return operation(cast(x, inexact(x.dtype)))


def apply_both(operation: type[Node], x: Any, y: Any) -> Node:
    """A function of two operands, promoted and broadcast against each other."""
    x, y = promote(x, y)
    shape = broadcast_shapes(operation.__name__.lower(), x.shape, y.shape)
    return operation(broadcast_to(x, shape), broadcast_to(y, shape))


def exp(x: Any) -> Node:
    """The exponential of every entry.

    Examples
    --------
    >>> exp([0.0, 1.0])()
    array([1.        , 2.71828183])
    """
    return apply(Exp, x)


def expm1(x: Any) -> Node:
    """exp(x) - 1, accurate near 0."""
    return apply(Expm1, x)


def log(x: Any) -> Node:
    """The natural logarithm of every entry."""
    return apply(Log, x)


def log1p(x: Any) -> Node:
    """log(1 + x), accurate near 0."""
    return apply(Log1p, x)


def sqrt(x: Any) -> Node:
    """The square root of every entry; its derivative at 0 is infinite."""
    return apply(Sqrt, x)


def sin(x: Any) -> Node:
    """The sine of every entry, in radians."""
    return apply(Sin, x)


def cos(x: Any) -> Node:
    """The cosine of every entry, in radians."""
    return apply(Cos, x)


def tanh(x: Any) -> Node:
    """The hyperbolic tangent of every entry.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.5, "x")
    >>> print(sd.grad(tanh(x), x))
    1 - tanh(x)**2
    """
    return apply(Tanh, x)


def sigmoid(x: Any) -> Node:
    """1 / (1 + exp(-x)), right for every x."""
    return apply(Sigmoid, x)


def softplus(x: Any) -> Node:
    """log(1 + exp(x)), right for every x."""
    return apply(Softplus, x)


def relu(x: Any) -> Node:
    """max(x, 0); the slope at 0 is 0."""
    return Relu(constant(x))


def abs(x: Any) -> Node:
    """The absolute value of every entry; the slope at 0 is 0."""
    return Abs(constant(x))


def sign(x: Any) -> Node:
    """-1, 0 or 1 by the sign of every entry."""
    return Sign(constant(x))


def maximum(x: Any, y: Any) -> Node:
    """The larger of two entries; where they are equal, each has slope one half.

    Examples
    --------
    >>> maximum([1.0, 5.0], 3)()
    array([3., 5.])
    """
    return apply_both(Maximum, x, y)


def minimum(x: Any, y: Any) -> Node:
    """The smaller of two entries; where they are equal, each has slope one half."""
    return apply_both(Minimum, x, y)


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
    return apply_both(FloorDivide, x, y)


def remainder(x: Any, y: Any) -> Node:
    """x modulo y, with the sign of y."""
    return apply_both(Remainder, x, y)


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
    if isinstance(y, Node) and is_scalar_constant(y) and y.ndim == 0 and isinstance(x, Node):
        y = y.coefficient if result_dtype(x.dtype, y.dtype) == x.dtype else y  # type: ignore[attr-defined]
    if not is_number(y) or isinstance(y, bool | complex):
        x, y = promote(x, y)
        return apply_both(Pow, x, y)
    x = constant(x)
    x = cast(x, result_dtype(x.dtype, y))
    exponent = int(y) if y == int(y) else y
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
    if is_scalar_constant(x) and (inverted := inverse(x.coefficient)) is not None:  # type: ignore[attr-defined]
        if exponent == -1:
            return full(x.shape, inverted, x.dtype)
    return None
