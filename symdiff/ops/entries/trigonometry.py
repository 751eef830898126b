"""Circular functions beyond sine and cosine, their inverses, and angles."""

from __future__ import annotations

import math
from typing import Any

from symdiff.dtypes import inexact
from symdiff.node import Node
from symdiff.ops.base import Elementwise, unary
from symdiff.ops.broadcast import multiply
from symdiff.ops.cast import cast
from symdiff.ops.einsum import scale
from symdiff.ops.operands import constant
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Inverse, power, reciprocal
from symdiff.ops.reals import real_function

__all__ = [
    "arccos",
    "arcsin",
    "arctan",
    "arctan2",
    "deg2rad",
    "degrees",
    "hypot",
    "rad2deg",
    "radians",
    "tan",
]


class Tan(Elementwise):
    """tan x; its derivatives are polynomials of its value: 1 + t**2"""

    __slots__ = ()
    ufunc = "tan"

    def partials(self) -> tuple[Node | None, ...]:
        return (Polynomial.of(self, (1, 0, 1)),)


class Arcsin(Elementwise):
    """the angle in [-pi/2, pi/2] whose sine is x"""

    __slots__ = ()
    ufunc = "arcsin"

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (power((1 - x) * (1 + x), -0.5),)  # 1 - x**2 would cancel near its zeros


class Arccos(Elementwise):
    """the angle in [0, pi] whose cosine is x"""

    __slots__ = ()
    ufunc = "arccos"

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (scale(power((1 - x) * (1 + x), -0.5), -1),)


class Arctan(Elementwise):
    """the angle in (-pi/2, pi/2) whose tangent is x"""

    __slots__ = ()
    ufunc = "arctan"

    def partials(self) -> tuple[Node | None, ...]:
        return (reciprocal(Polynomial.of(self.operands[0], (1, 0, 1))),)


class Arctan2(Elementwise):
    """the angle of the point (x, y), given y and x; flat at the origin"""

    __slots__ = ()
    ufunc = "arctan2"

    def partials(self) -> tuple[Node | None, ...]:
        y, x = self.operands
        inverse = Inverse(Hypot(x, y))
        by_y, by_x = (multiply(multiply(v, inverse), inverse) for v in (x, scale(y, -1)))
        return by_y, by_x


class Hypot(Elementwise):
    """the length of the vector (x, y); flat at the origin, as norm is"""

    __slots__ = ()
    ufunc = "hypot"

    def partials(self) -> tuple[Node | None, ...]:
        inverse = Inverse(self)
        by_x, by_y = (multiply(operand, inverse) for operand in self.operands)
        return by_x, by_y


# --- the functions that check, broadcast and build ----------------------------------------------------


def tan(x: Any) -> Node:
    """The tangent of every entry, in radians.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.5, "x")
    >>> print(sd.grad(tan(x), x))
    1 + tan(x)**2
    """
    return unary(Tan, x)


def arcsin(x: Any) -> Node:
    """The angle whose sine is *x*, between -pi/2 and pi/2; its derivative at -1 and 1 is infinite.

    Examples
    --------
    >>> print(arcsin(1.0)())
    1.5707963267948966
    """
    return unary(Arcsin, x)


def arccos(x: Any) -> Node:
    """The angle whose cosine is *x*, between 0 and pi; its derivative at -1 and 1 is infinite.

    Examples
    --------
    >>> print(arccos(0.0)())
    1.5707963267948966
    """
    return unary(Arccos, x)


def arctan(x: Any) -> Node:
    """The angle whose tangent is *x*, between -pi/2 and pi/2.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(2.0, "x")
    >>> print(sd.grad(arctan(x), x))
    1 / (1 + x**2)
    """
    return unary(Arctan, x)


def arctan2(y: Any, x: Any) -> Node:
    """The angle of the point (x, y) in the plane, between -pi and pi.

    Parameters
    ----------
    y, x : array_like
        Real coordinates, in NumPy's order, that broadcast against each other.

    Returns
    -------
    Node
        The angle, in radians. At the origin, where it has no derivative, the derivatives are 0.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> arctan2([1.0, -1.0], [1.0, -1.0])()
    array([ 0.78539816, -2.35619449])
    """
    return real_function(Arctan2, y, x)


def hypot(x: Any, y: Any) -> Node:
    """sqrt(x**2 + y**2), without overflow in between.

    At the origin the derivatives are 0, as those of `norm`.

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
    >>> print(hypot(3e200, 4e200)())
    5e+200
    """
    return real_function(Hypot, x, y)


def radians(x: Any) -> Node:
    """Degrees as radians.

    Examples
    --------
    >>> print(radians(180)())
    3.141592653589793
    """
    x = constant(x)
    return scale(cast(x, inexact(x.dtype)), math.pi / 180)


def degrees(x: Any) -> Node:
    """Radians as degrees.

    Examples
    --------
    >>> import math
    >>> print(degrees(math.pi)())
    180.0
    """
    x = constant(x)
    return scale(cast(x, inexact(x.dtype)), 180 / math.pi)


deg2rad = radians
rad2deg = degrees
