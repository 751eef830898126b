"""Smooth activation functions of neural networks, stable in value and derivatives for every input."""

from __future__ import annotations

import math
from typing import Any

from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import multiply
from symdiff.ops.einsum import scale
from symdiff.ops.entries.comparison import greater, where
from symdiff.ops.entries.elementwise import Abs, LogSigmoid, expm1, sigmoid, softplus, tanh
from symdiff.ops.entries.special import erfc
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import power
from symdiff.ops.reals import real_function, smooth_reals

__all__ = [
    "elu",
    "gelu",
    "log_sigmoid",
    "mish",
    "selu",
    "silu",
    "softsign",
    "swish",
]

SELU_ALPHA = 1.6732632423543772848170429916717
SELU_SCALE = 1.0507009873554804934193349852946


class Softsign(Elementwise):
    """x / (1 + |x|)"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return x / (1 + xp.abs(x))

    def partials(self) -> tuple[Node | None, ...]:
        return (power(1 + Abs(*self.operands), -2),)


def elu(x: Any, alpha: Any = 1.0) -> Node:
    """*x* where it is positive, alpha * (exp(x) - 1) elsewhere; the slope at 0 is *alpha*.

    Parameters
    ----------
    x : array_like
    alpha : array_like

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and accurate deep network learning by exponential
    linear units (ELUs)", 2016.

    Examples
    --------
    >>> elu([-1000.0, 0.0, 3.0])()
    array([-1.,  0.,  3.])
    """
    x, alpha = smooth_reals("elu", x, alpha)
    above = greater(x, 0)
    return where(above, x, multiply(alpha, expm1(where(above, 0, x))))


def selu(x: Any) -> Node:
    """A multiple of `elu` under which zero mean and unit variance are a fixed point.

    Raises
    ------
    TypeError
        If the operand is complex.

    References
    ----------
    Klambauer, Unterthiner, Mayr and Hochreiter, "Self-normalizing neural networks", 2017.

    Examples
    --------
    >>> selu([-1.0, 1.0])()
    array([-1.11133074,  1.05070099])
    """
    (x,) = smooth_reals("selu", x)
    return scale(elu(x, SELU_ALPHA), SELU_SCALE)


def gelu(x: Any, approximate: str = "none") -> Node:
    """x times the probability that a standard normal number is below x.

    Parameters
    ----------
    x : array_like
    approximate : "none" or "tanh"
        Exactly, for which SciPy supplies the values, or by a formula with tanh that is within 0.0005.

    Raises
    ------
    TypeError
        If the operand is complex.
    ValueError
        If *approximate* is another word.
    ImportError
        When run exactly, if SciPy is not installed.

    References
    ----------
    Hendrycks and Gimpel, "Gaussian error linear units (GELUs)", 2016.

    Examples
    --------
    >>> gelu([-1000.0, -1.0, 1.0])()
    array([-0.        , -0.15865525,  0.84134475])
    >>> gelu([-1.0, 1.0], approximate="tanh")()
    array([-0.15880801,  0.84119199])
    """
    (x,) = smooth_reals("gelu", x)
    match approximate:
        case "none":
            return multiply(x, scale(erfc(scale(x, -math.sqrt(0.5))), 0.5))
        case "tanh":
            root = 2 * math.sqrt(2 / math.pi)  # (1 + tanh u) / 2 is sigmoid(2 u)
            return multiply(x, sigmoid(Polynomial.of(x, (0, root, 0, 0.044715 * root))))
    raise ValueError(f"gelu: approximate is {approximate!r}, but must be 'none' or 'tanh'")


def silu(x: Any) -> Node:
    """x * sigmoid(x), also called swish.

    Raises
    ------
    TypeError
        If the operand is complex.

    References
    ----------
    Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units for neural network function approximation
    in reinforcement learning", 2018.

    Examples
    --------
    >>> silu([-1000.0, 0.0, 1000.0])()
    array([  -0.,    0., 1000.])
    """
    (x,) = smooth_reals("silu", x)
    return multiply(x, sigmoid(x))


swish = silu


def mish(x: Any) -> Node:
    """x * tanh(softplus(x)).

    Raises
    ------
    TypeError
        If the operand is complex.

    References
    ----------
    Misra, "Mish: a self regularized non-monotonic activation function", 2020.

    Examples
    --------
    >>> mish([-1000.0, 0.0, 1000.0])()
    array([  -0.,    0., 1000.])
    """
    (x,) = smooth_reals("mish", x)
    return multiply(x, tanh(softplus(x)))


def softsign(x: Any) -> Node:
    """x / (1 + abs(x)).

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> softsign([-1.0, 3.0])()
    array([-0.5 ,  0.75])
    """
    return real_function(Softsign, x)


def log_sigmoid(x: Any) -> Node:
    """log(sigmoid(x)), which is x for very negative x.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> log_sigmoid([-1000.0, 0.0, 1000.0])()
    array([-1.00000000e+03, -6.93147181e-01, -0.00000000e+00])
    """
    (x,) = smooth_reals("log_sigmoid", x)
    return LogSigmoid(x)
