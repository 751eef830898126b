"""Evenly spaced numbers: constants, or of a size that is known only when a program runs."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size
from symdiff.dtypes import DType, as_dtype, inexact, is_number
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import add
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, multiply
from symdiff.ops.cast import cast
from symdiff.ops.operands import constant, promote

__all__ = ["arange", "linspace"]


class Arange(Node):
    """0, 1, ... up to a size"""

    __slots__ = ()
    length: Size
    to: DType

    def infer_shape(self) -> Shape:
        return (self.length,)

    def infer_dtype(self) -> DType:
        return self.to

    def compute(self, xp: Any) -> Any:
        return xp.arange(self.length, dtype=self.to)


def arange(start: Any, stop: Any = None, step: Any = 1, dtype: Any = None) -> Node:
    """The numbers from *start* up to, not including, *stop*; from 0 if only one bound is given.

    A symbolic size is a bound as well: ``arange(x.shape[0])`` counts the rows of a placeholder.

    Raises
    ------
    TypeError
        If a bound is a node or no number: the size would depend on values.
    ShapeError
        If a size is symbolic and the range does not start at 0 with step 1, or if the step is 0.

    Examples
    --------
    >>> arange(4)()
    array([0, 1, 2, 3])
    >>> arange(1.0, 2.0, 0.25)()
    array([1.  , 1.25, 1.5 , 1.75])
    """
    first: Any = 0 if stop is None else start
    last: Any = start if stop is None else stop
    for bound in (first, last, step):
        if not (isinstance(bound, Dim | np.number) or is_number(bound)):
            raise TypeError(
                f"arange: a bound is a number or a Dim, not {bound!r}; the number of entries must be known "
                "before a run"
            )
    if any(isinstance(bound, Dim) for bound in (first, last, step)):
        if not isinstance(last, Dim) or first != 0 or step != 1:
            raise ShapeError(
                f"arange: {first!r}, {last!r}, {step!r} has a symbolic size; count from 0 in steps of 1, "
                "then scale and shift"
            )
        return Arange(length=last, to=as_dtype(int if dtype is None else dtype))
    if step == 0:
        raise ShapeError(f"arange: step 0 from {first} never reaches {last}; give another step")
    to: Any = None if dtype is None else as_dtype(dtype)
    return constant(np.arange(first, last, step, to))  # type: ignore[call-overload]


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, dtype: Any = None) -> Node:
    """*num* evenly spaced numbers from *start* to *stop*, along a new first axis.

    The bounds may be nodes, by which the result can be differentiated.

    Raises
    ------
    ShapeError
        If *num* is negative, or the bounds do not broadcast.

    Examples
    --------
    >>> linspace(0, 1, 5)()
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    """
    if isinstance(num, bool) or not hasattr(num, "__index__"):
        raise TypeError(f"linspace: the number of entries is an int, not {num!r}")
    if num < 0:
        raise ShapeError(f"linspace: {num} entries cannot be; give a number from 0 on")
    if not isinstance(start, Node) and not isinstance(stop, Node):
        return constant(np.linspace(start, stop, num, endpoint, dtype=dtype))
    first, last = promote(start, stop)
    first, last = (cast(node, inexact(node.dtype)) for node in (first, last))
    shape = broadcast_shapes("linspace", first.shape, last.shape)
    weights = np.linspace(0, 1, num, endpoint).reshape(-1, *[1] * len(shape))
    parts = (first, 1 - weights), (last, weights)
    spaced = add(*(multiply(broadcast_to(node, shape), w.astype(node.dtype)) for node, w in parts))
    return spaced if dtype is None else cast(spaced, dtype)
