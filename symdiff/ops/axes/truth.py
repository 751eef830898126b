"""Whether any or all entries along axes are true, and how many are."""

from __future__ import annotations

import typing
from collections.abc import Sequence

import numpy as np

from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.axes.products import reduce_any_size
from symdiff.ops.axes.reductions import Reduction
from symdiff.ops.cast import cast
from symdiff.ops.contractions import sum
from symdiff.ops.entries.comparison import not_equal
from symdiff.ops.operands import constant

__all__ = ["all", "any", "count_nonzero"]

Axes = int | Sequence[int] | None


class Truth(Reduction):
    """A boolean about all entries along axes, which has no derivative"""

    __slots__ = ()

    def infer_dtype(self) -> DType:
        return np.dtype(bool)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class Any(Truth):
    """whether an entry along axes is not 0"""

    __slots__ = ()

    def compute(self, xp: typing.Any, x: typing.Any) -> typing.Any:
        return xp.any(x, axis=self.axes)


class All(Truth):
    """whether no entry along axes is 0"""

    __slots__ = ()

    def compute(self, xp: typing.Any, x: typing.Any) -> typing.Any:
        return xp.all(x, axis=self.axes)


def any(x: typing.Any, axis: Axes = None, keepdims: bool = False) -> Node:
    """Whether at least one entry along *axis* is true, or not 0; False for no entries.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> any([[True, False], [False, False]], axis=1)()
    array([ True, False])
    """
    return reduce_any_size(Any, constant(x), axis, keepdims)


def all(x: typing.Any, axis: Axes = None, keepdims: bool = False) -> Node:
    """Whether every entry along *axis* is true, or not 0; True for no entries.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> all([[1, 2], [0, 3]], axis=1)()
    array([ True, False])
    """
    return reduce_any_size(All, constant(x), axis, keepdims)


def count_nonzero(x: typing.Any, axis: Axes = None, keepdims: bool = False) -> Node:
    """How many entries along *axis* are not 0.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> count_nonzero([[1, 0], [2, 3]], axis=0)()
    array([2, 1])
    """
    node = constant(x)
    marks = node if node.dtype.kind == "b" else not_equal(node, 0)
    return sum(cast(marks, np.intp), axis, keepdims)
