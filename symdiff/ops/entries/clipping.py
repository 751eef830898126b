"""Values kept in a range, and replacements for those that are not finite."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import cast
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.entries.comparison import greater, greater_equal, less, less_equal, where
from symdiff.ops.entries.logic import isfinite, isnan, logical_and, logical_or
from symdiff.ops.operands import constant, full
from symdiff.ops.reals import reals

__all__ = ["clip", "nan_to_num"]


class Clip(Elementwise):
    """min(max(x, low), high); at a bound, the slope belongs to x"""

    __slots__ = ()
    ufunc = "clip"

    def partials(self) -> tuple[Node | None, ...]:
        x, low, high = self.operands
        masks: list[Node | None] = [None, None, None]
        if _is_open(low):
            masks[0], masks[2] = less_equal(x, high), greater(x, high)
        elif _is_open(high):
            masks[0], masks[1] = greater_equal(x, low), less(x, low)
        else:  # where the bounds have changed places, the value is the upper one
            masks[0] = logical_and(greater_equal(x, low), less_equal(x, high))
            masks[1] = logical_and(less(x, low), less_equal(low, high))
            masks[2] = logical_or(greater(x, high), greater(low, high))
        return tuple(None if mask is None else cast(mask, x.dtype) for mask in masks)


def _is_open(bound: Node) -> bool:
    """Whether *bound* is infinite, which is how a missing one is written."""
    return isinstance(bound, Einsum) and is_scalar_constant(bound) and math.isinf(bound.coefficient)


def _limit(dtype: DType, side: int) -> Any:
    """The number that bounds nothing: the smallest of *dtype* for side 0, the largest for side 1."""
    if dtype.kind == "f":
        return (-math.inf, math.inf)[side]
    if dtype.kind == "b":
        return bool(side)
    limits = np.iinfo(dtype)
    return (int(limits.min), int(limits.max))[side]


def clip(x: Any, min: Any = None, max: Any = None) -> Node:
    """Every entry, moved to the nearest bound where it is outside of them.

    Parameters
    ----------
    x : array_like
    min, max : array_like, optional
        Bounds that broadcast against *x*; None is no bound. Where min exceeds max, the result is max.

    Returns
    -------
    Node
        Its derivative by *x* is 1 between the bounds, bounds included, and 0 outside, where the
        derivative belongs to the bound.

    Raises
    ------
    TypeError
        If an operand is complex.
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([-2.0, 0.5, 1.0, 3.0], "x")
    >>> clip(x, 0, 1)()
    array([0. , 0.5, 1. , 1. ])
    >>> sd.grad(clip(x, 0, 1).sum(), x)()
    array([0., 1., 1., 0.])
    """
    given = [bound for bound in (min, max) if bound is not None]
    nodes = reals("clip", x, *given)
    node, bounds = nodes[0], nodes[1:]
    if not given:
        return node
    low, high = (
        bounds.pop(0) if bound is not None else full(node.shape, _limit(node.dtype, side), node.dtype)
        for side, bound in enumerate((min, max))
    )
    return Clip(node, low, high)


def nan_to_num(x: Any, nan: Any = 0.0, posinf: Any = None, neginf: Any = None) -> Node:
    """Every entry, with numbers in the place of NaN and infinities.

    Parameters
    ----------
    x : array_like
    nan, posinf, neginf : array_like
        What stands for NaN, for +infinity (by default the largest number of the dtype) and for
        -infinity (by default the most negative one).

    Returns
    -------
    Node
        Its derivative by *x* is 1 where *x* is finite, and 0 elsewhere.

    Raises
    ------
    TypeError
        If the operand is complex.

    Examples
    --------
    >>> nan_to_num([1.5, float("nan"), float("inf")], posinf=9)()
    array([1.5, 0. , 9. ])
    """
    (node,) = reals("nan_to_num", x)
    if node.dtype.kind != "f":
        return node
    limits = np.finfo(node.dtype)
    top = float(limits.max) if posinf is None else posinf
    bottom = float(limits.min) if neginf is None else neginf
    infinite = where(greater(node, 0), _typed(top, node.dtype), _typed(bottom, node.dtype))
    return where(isfinite(node), node, where(isnan(node), _typed(nan, node.dtype), infinite))


def _typed(value: Any, dtype: DType) -> Node:
    return cast(constant(value), dtype)
