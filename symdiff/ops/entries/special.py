"""Error functions and the gamma function's logarithm, with the derivatives of every order.

The values come from SciPy, which is imported when the first of them is computed.
"""

from __future__ import annotations

import importlib
import math
import operator
from typing import Any

from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import multiply
from symdiff.ops.einsum import scale
from symdiff.ops.entries.elementwise import Exp
from symdiff.ops.reals import real_function, smooth_reals

__all__ = ["digamma", "erf", "erfc", "gammaln", "polygamma"]


def scipy_special(name: str) -> Any:
    """The module `scipy.special`, for the values of the function *name*.

    Raises
    ------
    ImportError
        If SciPy is not installed.
    """
    try:
        return importlib.import_module("scipy.special")
    except ImportError as reason:
        raise ImportError(
            f"{name}: its values come from SciPy, which is not installed here; run pip install scipy"
        ) from reason


def _bell(x: Node, factor: float) -> Node:
    """A multiple of exp(-x**2), the derivative of the error functions."""
    return scale(Exp(scale(multiply(x, x), -1)), factor)


class Erf(Elementwise):
    """2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return scipy_special("erf").erf(x).astype(x.dtype)

    def partials(self) -> tuple[Node | None, ...]:
        return (_bell(self.operands[0], 2 / math.sqrt(math.pi)),)


class Erfc(Elementwise):
    """1 - erf x, without cancellation for large x"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return scipy_special("erfc").erfc(x).astype(x.dtype)

    def partials(self) -> tuple[Node | None, ...]:
        return (_bell(self.operands[0], -2 / math.sqrt(math.pi)),)


class Gammaln(Elementwise):
    """log |gamma x|"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return scipy_special("gammaln").gammaln(x).astype(x.dtype)

    def partials(self) -> tuple[Node | None, ...]:
        return (Polygamma(*self.operands, order=0),)


class Polygamma(Elementwise):
    """digamma, the derivative of gammaln, differentiated *order* times"""

    __slots__ = ()
    order: int

    def compute(self, xp: Any, x: Any) -> Any:
        n, special = self.order, scipy_special("polygamma")
        if n == 0:
            return special.digamma(x).astype(x.dtype)
        factor = (-1) ** (n + 1) * float(special.gamma(n + 1.0))
        return (factor * special.zeta(n + 1.0, x)).astype(x.dtype)

    def partials(self) -> tuple[Node | None, ...]:
        return (Polygamma(*self.operands, order=self.order + 1),)


def erf(x: Any) -> Node:
    """The error function, 2 / sqrt(pi) times the integral of exp(-t**2) from 0 to x.

    Raises
    ------
    TypeError
        If the operand is complex.
    ImportError
        When run, if SciPy is not installed.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 7.2.1.

    Examples
    --------
    >>> erf([0.0, 0.5])()
    array([0.        , 0.52049988])
    """
    return real_function(Erf, x)


def erfc(x: Any) -> Node:
    """1 - erf(x), accurate where erf(x) is near 1.

    Raises
    ------
    TypeError
        If the operand is complex.
    ImportError
        When run, if SciPy is not installed.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 7.2.2.

    Examples
    --------
    >>> print(erfc(10.0)())
    2.088487583762545e-45
    """
    return real_function(Erfc, x)


def gammaln(x: Any) -> Node:
    """The logarithm of the absolute value of the gamma function.

    Raises
    ------
    TypeError
        If the operand is complex.
    ImportError
        When run, if SciPy is not installed.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 5.2.1.

    Examples
    --------
    >>> gammaln([1.0, 5.0])()  # log 0!, log 4!
    array([0.        , 3.17805383])
    """
    return real_function(Gammaln, x)


def digamma(x: Any) -> Node:
    """The derivative of `gammaln`.

    Raises
    ------
    TypeError
        If the operand is complex.
    ImportError
        When run, if SciPy is not installed.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 5.2.2.

    Examples
    --------
    >>> print(digamma(1.0)())  # minus Euler's constant
    -0.5772156649015329
    """
    return Polygamma(*smooth_reals("digamma", x), order=0)


def polygamma(n: int, x: Any) -> Node:
    """The n-th derivative of `digamma`.

    Parameters
    ----------
    n : int
        The order, not negative.
    x : array_like

    Raises
    ------
    TypeError
        If *n* is no integer, or *x* is complex.
    ValueError
        If *n* is negative.
    ImportError
        When run, if SciPy is not installed.

    References
    ----------
    NIST Digital Library of Mathematical Functions, 5.15 and 25.11.12.

    Examples
    --------
    >>> print(polygamma(1, 1.0)())  # pi**2 / 6
    1.6449340668482266
    """
    try:
        order = operator.index(n)
    except TypeError:
        raise TypeError(f"polygamma: the order n is {n!r}, but must be an int, such as 1") from None
    if order < 0:
        raise ValueError(f"polygamma: the order n is {order}, but must not be negative; 0 is digamma")
    return Polygamma(*smooth_reals("polygamma", x), order=order)
