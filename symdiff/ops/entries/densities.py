"""The normal and the log-normal distribution, differentiable in all three arguments."""

from __future__ import annotations

import math
from typing import Any

from symdiff.node import Node
from symdiff.ops.einsum import scale
from symdiff.ops.entries.comparison import greater, where
from symdiff.ops.entries.elementwise import exp
from symdiff.ops.entries.special import erfc
from symdiff.ops.powers import divide, log, square
from symdiff.ops.reals import smooth_reals

__all__ = ["lognormal_logpdf", "lognormal_pdf", "normal_cdf", "normal_logpdf", "normal_pdf"]

HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)
ROOT_2_PI = math.sqrt(2 * math.pi)


def normal_logpdf(x: Any, mean: Any = 0.0, std: Any = 1.0) -> Node:
    """The logarithm of the normal density.

    Parameters
    ----------
    x, mean : array_like
        Where, and around what.
    std : array_like
        The standard deviation, above 0. The three broadcast against each other.

    Returns
    -------
    Node
        -((x - mean) / std)**2 / 2 - log(std) - log(2 pi) / 2.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> print(normal_logpdf(1000.0)())
    -500000.91893853
    """
    x, mean, std = smooth_reals("normal_logpdf", x, mean, std)
    z = divide(x - mean, std)
    return scale(square(z), -0.5) - log(std) - HALF_LOG_2_PI


def normal_pdf(x: Any, mean: Any = 0.0, std: Any = 1.0) -> Node:
    """The normal density.

    Parameters
    ----------
    x, mean : array_like
        Where, and around what.
    std : array_like
        The standard deviation, above 0. The three broadcast against each other.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> normal_pdf([0.0, 1000.0])()
    array([0.39894228, 0.        ])
    """
    x, mean, std = smooth_reals("normal_pdf", x, mean, std)
    z = divide(x - mean, std)
    return divide(exp(scale(square(z), -0.5)), std * ROOT_2_PI)


def normal_cdf(x: Any, mean: Any = 0.0, std: Any = 1.0) -> Node:
    """The probability that a normal number is below *x*, accurate in the lower tail.

    Parameters
    ----------
    x, mean : array_like
        Where, and around what.
    std : array_like
        The standard deviation, above 0. The three broadcast against each other.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.
    ImportError
        When run, if SciPy is not installed.

    Examples
    --------
    >>> normal_cdf([-10.0, 0.0, 2.0])()
    array([7.61985302e-24, 5.00000000e-01, 9.77249868e-01])
    """
    x, mean, std = smooth_reals("normal_cdf", x, mean, std)
    return scale(erfc(scale(divide(x - mean, std), -math.sqrt(0.5))), 0.5)


def lognormal_logpdf(x: Any, mean: Any = 0.0, std: Any = 1.0) -> Node:
    """The logarithm of the density of a number whose logarithm is normal; -inf where x is not positive.

    Parameters
    ----------
    x : array_like
    mean, std : array_like
        Of the logarithm of *x*; *std* is above 0. The three broadcast against each other.

    Returns
    -------
    Node
        normal_logpdf(log(x), mean, std) - log(x). Where x is not positive, the derivatives are 0.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> lognormal_logpdf([1.0, -1.0])()
    array([-0.91893853,        -inf])
    """
    x, mean, std = smooth_reals("lognormal_logpdf", x, mean, std)
    inside = greater(x, 0)
    y = log(where(inside, x, 1))
    return where(inside, normal_logpdf(y, mean, std) - y, -math.inf)


def lognormal_pdf(x: Any, mean: Any = 0.0, std: Any = 1.0) -> Node:
    """The density of a number whose logarithm is normal; 0 where x is not positive.

    Parameters
    ----------
    x : array_like
    mean, std : array_like
        Of the logarithm of *x*; *std* is above 0. The three broadcast against each other.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> lognormal_pdf([1.0, -1.0])()
    array([0.39894228, 0.        ])
    """
    x, mean, std = smooth_reals("lognormal_pdf", x, mean, std)
    inside = greater(x, 0)
    safe = where(inside, x, 1)
    z = divide(log(safe) - mean, std)
    return where(inside, divide(exp(scale(square(z), -0.5)), ROOT_2_PI * std * safe), 0)
