"""Continuous random numbers: standard draws, moved and stretched, so that parameters have derivatives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size, shape_text
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import as_shape, broadcast_shapes
from symdiff.ops.cast import cast
from symdiff.ops.drawn.draws import Draw, Exponential, Gumbel, Normal, Uniform, float_dtype
from symdiff.ops.drawn.keys import as_key
from symdiff.ops.operands import promote

__all__ = ["Sizes", "exponential", "gumbel", "normal", "target_shape", "uniform"]

Sizes = Size | Sequence[Size]


def uniform(key: Any, shape: Sizes | None = None, low: Any = 0.0, high: Any = 1.0, dtype: Any = None) -> Node:
    """Numbers uniform between *low* and *high*.

    They are ``low + (high - low) * u`` for a standard draw ``u``, and differentiable by both ends.

    Parameters
    ----------
    key : key or seed
    shape : int, Dim or tuple of them, optional
        By default that of *low* and *high*, broadcast.
    low, high : array_like
        The ends, *high* excluded but for rounding, broadcast to *shape*.
    dtype : dtype, optional
        By default that of *low* and *high*; float64 for numbers.

    Raises
    ------
    ShapeError
        If *low* or *high* does not broadcast to *shape*.
    TypeError
        If *key* is no key, or *dtype* is not a real floating type.

    Examples
    --------
    >>> import symdiff as sd
    >>> high = sd.Variable(10.0, "high")
    >>> x = uniform(0, (3,), high=high)
    >>> bool(((0 <= x()) & (x() < 10)).all()), float(sd.grad(x.sum(), high)() - x().sum() / 10)
    (True, 0.0)
    """
    return _moved("uniform", Uniform, key, shape, dtype, low, high, lambda u, a, b: a + (b - a) * u)


def normal(key: Any, shape: Sizes | None = None, mean: Any = 0.0, std: Any = 1.0, dtype: Any = None) -> Node:
    """Numbers normal with mean *mean* and standard deviation *std*.

    They are ``mean + std * z`` for a standard draw ``z``, and differentiable by both: the pathwise
    derivative, or reparametrisation (Kingma and Welling, "Auto-encoding variational Bayes", 2014).

    Parameters
    ----------
    key : key or seed
    shape : int, Dim or tuple of them, optional
        By default that of *mean* and *std*, broadcast.
    mean, std : array_like
        Broadcast to *shape*.
    dtype : dtype, optional
        By default that of *mean* and *std*; float64 for numbers.

    Raises
    ------
    ShapeError
        If *mean* or *std* does not broadcast to *shape*.
    TypeError
        If *key* is no key, or *dtype* is not a real floating type.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = normal(0, (1000,), mean=3.0)
    >>> bool(abs(x().mean() - 3) < 0.2), x.sum() is normal(0, (1000,), mean=3.0).sum()
    (True, True)
    """
    return _moved("normal", Normal, key, shape, dtype, mean, std, lambda z, a, b: a + b * z)


def exponential(key: Any, shape: Sizes | None = None, scale: Any = 1.0, dtype: Any = None) -> Node:
    """Numbers exponential with mean *scale*, by which they are differentiable.

    Raises
    ------
    ShapeError
        If *scale* does not broadcast to *shape*.
    TypeError
        If *key* is no key, or *dtype* is not a real floating type.

    Examples
    --------
    >>> bool((exponential(0, (4,), 2.0)() == 2 * exponential(0, (4,))()).all())
    True
    """
    return _moved("exponential", Exponential, key, shape, dtype, 0.0, scale, lambda e, a, b: b * e)


def gumbel(
    key: Any, shape: Sizes | None = None, mean: Any = 0.0, scale: Any = 1.0, dtype: Any = None
) -> Node:
    """Numbers of the Gumbel distribution, differentiable by *mean* and *scale*.

    The place of the largest of ``logits + gumbel`` is distributed as ``softmax(logits)``.

    Raises
    ------
    ShapeError
        If *mean* or *scale* does not broadcast to *shape*.
    TypeError
        If *key* is no key, or *dtype* is not a real floating type.

    Examples
    --------
    >>> gumbel(0, (2, 3)).shape
    (2, 3)
    """
    return _moved("gumbel", Gumbel, key, shape, dtype, mean, scale, lambda e, a, b: a + b * e)


def _moved(name: str, kind: type[Draw], key: Any, shape: Any, dtype: Any, one: Any, two: Any, f: Any) -> Node:
    """A standard draw of *kind*, moved by *f* with two parameters."""
    first, second = promote(one, two)
    to = float_dtype(name, inexact(first.dtype) if dtype is None else dtype)
    target = target_shape(name, shape, first, second)
    drawn = kind(as_key(name, key), target=target, to=to)
    result: Node = f(drawn, cast(first, to), cast(second, to))
    return result


def target_shape(name: str, shape: Sizes | None, *parameters: Node) -> Shape:
    """The shape that was asked for, if the parameters broadcast to it; theirs if none was."""
    own = broadcast_shapes(name, *[parameter.shape for parameter in parameters])
    if shape is None:
        return own
    target = as_shape(shape)
    for size in target:
        if not isinstance(size, Dim) and (not isinstance(size, int | np.integer) or size < 0):
            raise ShapeError(f"{name}: a size is a non-negative int or a Dim, not {size!r}")
    if broadcast_shapes(name, own, target) != target:
        raise ShapeError(
            f"{name}: parameters of shape {shape_text(own)} do not broadcast to {shape_text(target)}; "
            "ask for a larger shape, or leave it out"
        )
    return target
