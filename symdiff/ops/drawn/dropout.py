"""Entries left out at random, so that a model does not lean on any of them."""

from __future__ import annotations

from typing import Any

from symdiff.dtypes import inexact, is_number
from symdiff.node import Node
from symdiff.ops.cast import cast
from symdiff.ops.drawn.draws import Uniform, float_dtype
from symdiff.ops.drawn.keys import as_key
from symdiff.ops.entries.comparison import less, where
from symdiff.ops.filled import zeros_like
from symdiff.ops.operands import constant

__all__ = ["check_rate", "dropout"]


def dropout(x: Any, rate: float, key: Any) -> Node:
    """*x* with each entry set to 0 with probability *rate*, and the others divided by ``1 - rate``.

    The mean stays that of *x* ("inverted" dropout; Srivastava, Hinton, Krizhevsky, Sutskever and
    Salakhutdinov, "Dropout: a simple way to prevent neural networks from overfitting", 2014). Derivatives
    reach the entries that stay. The same key leaves out the same entries of arrays of one shape.

    Parameters
    ----------
    x : array_like
    rate : float
        Between 0, which leaves *x* as it is, and 1, which leaves nothing.
    key : key or seed
        As `symdiff.random.key` makes it.

    Returns
    -------
    Node
        Of the shape and dtype of *x*; float64 for integers.

    Raises
    ------
    ValueError
        If *rate* is not between 0 and 1.
    TypeError
        If *rate* is no number, or *key* no key.

    Examples
    --------
    >>> import symdiff as sd
    >>> y = dropout(sd.ones(1000), 0.25, key=0)
    >>> sorted(set(y().round(3).tolist())), bool(0.9 < y().mean() < 1.1)
    ([0.0, 1.333], True)
    """
    x = constant(x)
    x = cast(x, float_dtype("dropout", inexact(x.dtype)))
    rate = check_rate("dropout", rate)
    start = as_key("dropout", key)
    if rate in (0, 1):
        return zeros_like(x) if rate else x
    drawn = Uniform(start, target=x.shape, to=x.dtype)
    return where(less(drawn, rate), 0, x / (1 - rate))


def check_rate(name: str, rate: Any) -> float:
    """A probability as a number.

    Raises
    ------
    ValueError
        If it is not between 0 and 1.
    TypeError
        If it is no real number.
    """
    if not is_number(rate) or isinstance(rate, complex):
        raise TypeError(f"{name}: a rate is a number between 0 and 1, not {type(rate).__name__} {rate!r}")
    if not 0 <= rate <= 1:
        raise ValueError(f"{name}: a rate is a probability, and {rate} is not between 0 and 1")
    return float(rate)
