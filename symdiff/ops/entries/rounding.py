"""Rounding, whose derivative is zero, and the remainder that follows the dividend's sign."""

from __future__ import annotations

import operator
from typing import Any

from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import multiply
from symdiff.ops.einsum import scale
from symdiff.ops.operands import constant, full
from symdiff.ops.powers import reciprocal, remainder
from symdiff.ops.reals import reals

__all__ = ["ceil", "floor", "fmod", "mod", "round", "trunc"]


class Step(Elementwise):
    """A function that is constant between its jumps; its derivative is 0, at the jumps as well"""

    __slots__ = ()

    def partials(self) -> tuple[Node | None, ...]:
        return (None,)


class Floor(Step):
    """the largest integer not above x"""

    __slots__ = ()
    ufunc = "floor"


class Ceil(Step):
    """the smallest integer not below x"""

    __slots__ = ()
    ufunc = "ceil"


class Trunc(Step):
    """x without its fraction"""

    __slots__ = ()
    ufunc = "trunc"


class Round(Step):
    """x to the nearest multiple of 10**-decimals, halves to even ones"""

    __slots__ = ()
    decimals: int

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.round(x, self.decimals)


class Fmod(Elementwise):
    """x - y * trunc(x / y), with the sign of x"""

    __slots__ = ()
    ufunc = "fmod"

    def partials(self) -> tuple[Node | None, ...]:
        x, y = self.operands
        quotient = Round(multiply(x - self, reciprocal(y)), decimals=0)
        return full(x.shape, 1, x.dtype), scale(quotient, -1)


def _step(operation: type[Node], name: str, x: Any) -> Node:
    (node,) = reals(name, x)
    return operation(node) if node.dtype.kind == "f" else node  # integers are round


def floor(x: Any) -> Node:
    """Every entry rounded down; the derivative is zero, and integers stay as they are.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> floor([1.7, -1.2])()
    array([ 1., -2.])
    """
    return _step(Floor, "floor", x)


def ceil(x: Any) -> Node:
    """Every entry rounded up; the derivative is zero, and integers stay as they are.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> ceil([1.2, -1.7])()
    array([ 2., -1.])
    """
    return _step(Ceil, "ceil", x)


def trunc(x: Any) -> Node:
    """Every entry rounded towards 0; the derivative is zero, and integers stay as they are.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> trunc([1.7, -1.7])()
    array([ 1., -1.])
    """
    return _step(Trunc, "trunc", x)


def round(x: Any, decimals: int = 0) -> Node:
    """Every entry rounded to a number of decimals, halves to the even neighbour; the derivative is zero.

    Parameters
    ----------
    x : array_like
    decimals : int
        Places after the point; a negative number counts places before it.

    Raises
    ------
    TypeError
        If *decimals* is no integer.

    Examples
    --------
    >>> round([0.5, 1.5, 2.675], 0)()
    array([0., 2., 3.])
    >>> round(1234, -2)()
    array(1200)
    """
    try:
        places = operator.index(decimals)
    except TypeError:
        raise TypeError(f"round: decimals is {decimals!r}, but must be an int, such as 2") from None
    node = constant(x)
    whole = node.dtype.kind == "b" or (node.dtype.kind in "iu" and places >= 0)
    return node if whole else Round(node, decimals=places)


mod = remainder


def fmod(x: Any, y: Any) -> Node:
    """The remainder of x / y with the sign of *x*, as C has it; `mod` has that of *y*.

    Its derivative by *x* is 1, by *y* it is -trunc(x / y).

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> fmod([5.5, -5.5], 2)()
    array([ 1.5, -1.5])
    """
    return Fmod(*reals("fmod", x, y))
