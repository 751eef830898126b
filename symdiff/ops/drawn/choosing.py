"""Discrete random numbers: coins, integers, orders, categories. None of them has a derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Dim
from symdiff.dtypes import as_dtype, inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.axes.reductions import argmax
from symdiff.ops.broadcast import as_shape, broadcast_to, normal_axes, transpose
from symdiff.ops.cast import cast
from symdiff.ops.drawn.draws import Gumbel, Integers, Permutation, Uniform, float_dtype
from symdiff.ops.drawn.keys import as_key
from symdiff.ops.drawn.sampling import Sizes, target_shape
from symdiff.ops.entries.comparison import less
from symdiff.ops.operands import constant
from symdiff.ops.places.indexing import take

__all__ = ["bernoulli", "categorical", "integers", "permutation"]


def bernoulli(key: Any, p: Any = 0.5, shape: Sizes | None = None) -> Node:
    """True with probability *p*, else False; no derivative reaches *p*.

    Parameters
    ----------
    key : key or seed
    p : array_like
        Broadcast to *shape*.
    shape : int, Dim or tuple of them, optional
        By default that of *p*.

    Raises
    ------
    ShapeError
        If *p* does not broadcast to *shape*.
    TypeError
        If *key* is no key, or *p* is not real.

    Examples
    --------
    >>> bernoulli(0, [0.0, 1.0])()
    array([False,  True])
    """
    p = constant(p)
    p = cast(p, float_dtype("bernoulli", inexact(p.dtype)))
    target = target_shape("bernoulli", shape, p)
    return less(Uniform(as_key("bernoulli", key), target=target, to=p.dtype), p)


def integers(key: Any, shape: Sizes, low: int, high: int, dtype: Any = int) -> Node:
    """Integers from *low* to *high*, *high* excluded, all equally likely.

    Raises
    ------
    ShapeError
        If there is no integer between the two.
    TypeError
        If *key* is no key, or *dtype* is not an integer type that holds them.

    Examples
    --------
    >>> sorted(set(integers(0, (100,), 1, 4)().tolist()))
    [1, 2, 3]
    """
    to = as_dtype(dtype)
    if to.kind not in "iu":
        raise TypeError(f"integers: the dtype is an integer type, not {to}; cast the result")
    low, high = int(low), int(high)
    if low >= high:
        raise ShapeError(f"integers: there is none from {low} to {high}, {high} excluded; low is below high")
    if low < np.iinfo(to).min or high - 1 > np.iinfo(to).max:
        raise TypeError(f"integers: {low} to {high} do not all fit {to}; choose a wider dtype")
    return Integers(as_key("integers", key), target=as_shape(shape), to=to, low=low, high=high)


def permutation(key: Any, x: Any, axis: int = 0) -> Node:
    """The slices of *x* along *axis* in random order, or the integers below *x* if that is a size.

    Raises
    ------
    ShapeError
        If the axis does not exist, or *x* is a negative number.
    TypeError
        If *key* is no key.

    Examples
    --------
    >>> sorted(permutation(0, 4)().tolist())
    [0, 1, 2, 3]
    >>> sorted(permutation(0, [10.0, 20.0])().tolist())
    [10.0, 20.0]
    """
    number = isinstance(x, int | np.integer | Dim)
    if number and not isinstance(x, Dim) and x < 0:
        raise ShapeError(f"permutation: a number of integers is not negative, as {x} is; give its length")
    node = None if number else constant(x)
    place = 0 if node is None else normal_axes("permutation", axis, node.ndim)[0]
    length = x if node is None else node.shape[place]
    order = Permutation(as_key("permutation", key), target=(length,), to=np.dtype(np.intp))
    return order if node is None else take(node, order, place)


def categorical(key: Any, logits: Any, axis: int = -1, shape: Sizes | None = None) -> Node:
    """Places along *axis*, each drawn with probability ``softmax(logits)``; no derivative reaches *logits*.

    The largest of the logits plus Gumbel noise (Gumbel, "Statistical theory of extreme values", 1954).

    Parameters
    ----------
    key : key or seed
    logits : array_like
        Logarithms of probabilities, up to a common shift.
    axis : int
    shape : int, Dim or tuple of them, optional
        That of the result, to which the shape of *logits* without *axis* broadcasts; by default that.

    Raises
    ------
    ShapeError
        If the axis does not exist, or *logits* do not broadcast to *shape*.
    TypeError
        If *key* is no key, or *logits* are not real.

    Examples
    --------
    >>> categorical(0, [[0.0, -1000.0], [-1000.0, 0.0]])()
    array([0, 1])
    """
    node = constant(logits)
    node = cast(node, float_dtype("categorical", inexact(node.dtype)))
    (last,) = normal_axes("categorical", axis, node.ndim)
    node = transpose(node, [*(k for k in range(node.ndim) if k != last), last])
    target = node.shape if shape is None else (*as_shape(shape), node.shape[-1])
    target = target_shape("categorical", target, node)
    noise = Gumbel(as_key("categorical", key), target=target, to=node.dtype)
    return argmax(broadcast_to(node, target) + noise, -1)
