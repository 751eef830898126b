"""The cardinal sine and its derivatives of every order, all of them smooth at 0."""

from __future__ import annotations

import math
import operator
from typing import Any

from symdiff.dtypes import inexact
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import cast
from symdiff.ops.operands import constant

__all__ = ["sinc"]


class Sinc(Elementwise):
    """sin t / t at t = pi x, differentiated *order* times by x"""

    __slots__ = ()
    order: int

    def compute(self, xp: Any, x: Any) -> Any:
        if self.order == 0:
            return xp.sinc(x)
        t = math.pi * x
        near = xp.abs(t) < 2 + self.order / 2
        t_far, t_near = xp.where(near, xp.ones_like(t), t), xp.where(near, t, xp.zeros_like(t))
        value = xp.where(near, _series(t_near, self.order), _recurrence(xp, t_far, self.order))
        return value * math.pi**self.order

    def partials(self) -> tuple[Node | None, ...]:
        return (Sinc(*self.operands, order=self.order + 1),)


def _series(t: Any, n: int) -> Any:
    """The n-th derivative of sin t / t = 1 - t**2 / 3! + t**4 / 5! - ..., for small t."""
    first = n % 2
    powers = range(first, first + 2 * n + 42, 2)  # what is left out is below the last bit
    coefficients = [(-1) ** ((n + m) // 2) / (math.factorial(m) * (n + m + 1)) for m in powers]
    square, value = t * t, 0 * t
    for c in reversed(coefficients):
        value = value * square + c
    return value * t if first else value


def _recurrence(xp: Any, t: Any, n: int) -> Any:
    """The n-th derivative of s = sin t / t, for large t, by t s' = cos t - s and its derivatives."""
    cycle = (xp.sin(t), xp.cos(t), -xp.sin(t), -xp.cos(t))
    value = cycle[0] / t
    for k in range(1, n + 1):
        value = (cycle[k % 4] - k * value) / t
    return value


def sinc(x: Any, order: int = 0) -> Node:
    """sin(pi x) / (pi x), which is 1 at 0: NumPy's normalised sinc, smooth everywhere.

    Parameters
    ----------
    x : array_like
    order : int
        How many times the function is differentiated.

    Returns
    -------
    Node
        Of the shape of *x*; the derivatives of every order are right at 0 and around it.

    Raises
    ------
    TypeError
        If *order* is no integer.
    ValueError
        If *order* is negative.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.0, "x")
    >>> print(sd.hessian(sinc(x), x)())  # -pi**2 / 3
    -3.289868133696453
    """
    try:
        times = operator.index(order)
    except TypeError:
        raise TypeError(f"sinc: the order is {order!r}, but must be an int, such as 1") from None
    if times < 0:
        raise ValueError(f"sinc: the order is {times}, but must not be negative; 0 is sinc itself")
    x = constant(x)
    return Sinc(cast(x, inexact(x.dtype)), order=times)
