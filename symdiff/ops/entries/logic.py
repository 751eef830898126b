"""Logic, and tests for numbers that are not finite: booleans out, no derivative."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to
from symdiff.ops.cast import cast
from symdiff.ops.entries.comparison import logical_not, not_equal
from symdiff.ops.operands import constant

__all__ = [
    "bit_and",
    "bit_not",
    "bit_or",
    "bit_xor",
    "isfinite",
    "isinf",
    "isnan",
    "logical_and",
    "logical_or",
    "logical_xor",
]


class Predicate(Elementwise):
    """A function whose values are booleans"""

    __slots__ = ()

    def infer_dtype(self) -> DType:
        super().infer_dtype()
        return np.dtype(bool)

    def partials(self) -> tuple[Node | None, ...]:
        return (None,) * len(self.operands)


class LogicalAnd(Predicate):
    """x and y"""

    __slots__ = ()
    ufunc = "logical_and"


class LogicalOr(Predicate):
    """x or y"""

    __slots__ = ()
    ufunc = "logical_or"


class LogicalXor(Predicate):
    """x or y, but not both"""

    __slots__ = ()
    ufunc = "logical_xor"


class Isnan(Predicate):
    """whether x is not a number"""

    __slots__ = ()
    ufunc = "isnan"


class Isinf(Predicate):
    """whether x is infinite, of either sign"""

    __slots__ = ()
    ufunc = "isinf"


class Isfinite(Predicate):
    """whether x is a number, and not infinite"""

    __slots__ = ()
    ufunc = "isfinite"


def _truth(x: Any) -> Node:
    """*x* as booleans: whether it differs from 0."""
    node = constant(x)
    return not_equal(node, 0) if node.dtype.kind == "c" else cast(node, bool)


def _joined(operation: type[Node], name: str, x: Node, y: Node) -> Node:
    """A function of two operands, broadcast."""
    shape = broadcast_shapes(name, x.shape, y.shape)
    return operation(broadcast_to(x, shape), broadcast_to(y, shape))


def logical_and(x: Any, y: Any) -> Node:
    """Whether both hold, entry by entry; a number holds when it is not 0.

    Raises
    ------
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.constant([-1.0, 0.5, 2.0])
    >>> logical_and(x > 0, x < 1)()
    array([False,  True, False])
    """
    return _joined(LogicalAnd, "logical_and", _truth(x), _truth(y))


def logical_or(x: Any, y: Any) -> Node:
    """Whether at least one holds, entry by entry; a number holds when it is not 0.

    Raises
    ------
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> logical_or([True, False], [0, 0])()
    array([ True, False])
    """
    return _joined(LogicalOr, "logical_or", _truth(x), _truth(y))


def logical_xor(x: Any, y: Any) -> Node:
    """Whether exactly one holds, entry by entry; a number holds when it is not 0.

    Raises
    ------
    ShapeError
        If the operands do not broadcast.

    Examples
    --------
    >>> logical_xor([True, False], True)()
    array([False,  True])
    """
    return _joined(LogicalXor, "logical_xor", _truth(x), _truth(y))


def isnan(x: Any) -> Node:
    """Whether every entry is not a number.

    Examples
    --------
    >>> isnan([0.0, float("nan")])()
    array([False,  True])
    """
    return Isnan(constant(x))


def isinf(x: Any) -> Node:
    """Whether every entry is infinite, of either sign.

    Examples
    --------
    >>> isinf([0.0, -float("inf")])()
    array([False,  True])
    """
    return Isinf(constant(x))


def isfinite(x: Any) -> Node:
    """Whether every entry is neither infinite nor NaN.

    Examples
    --------
    >>> isfinite([0.0, float("nan")])()
    array([ True, False])
    """
    return Isfinite(constant(x))


# --- what the operators & | ^ ~ mean ------------------------------------------------------------------


def _booleans(sign: str, name: str, *values: Any) -> list[Node]:
    """The values as boolean nodes; numbers are refused, on which NumPy's operators work bit by bit."""
    nodes = [constant(value) for value in values]
    for node in nodes:
        if node.dtype.kind != "b":
            raise TypeError(
                f"{sign}: an operand is {node.dtype}, but {sign} is for booleans; compare first, with "
                f"brackets around the comparison as in (x > 0), or call {name}"
            )
    return nodes


def bit_and(x: Any, y: Any) -> Node:
    """x & y, for booleans.

    Examples
    --------
    >>> bit_and([True, False], True)()
    array([ True, False])
    """
    return _joined(LogicalAnd, "&", *_booleans("&", "logical_and", x, y))


def bit_or(x: Any, y: Any) -> Node:
    """x | y, for booleans."""
    return _joined(LogicalOr, "|", *_booleans("|", "logical_or", x, y))


def bit_xor(x: Any, y: Any) -> Node:
    """x ^ y, for booleans."""
    return _joined(LogicalXor, "^", *_booleans("^", "logical_xor", x, y))


def bit_not(x: Any) -> Node:
    """~x, for booleans."""
    return logical_not(*_booleans("~", "logical_not", x))
