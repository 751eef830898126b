"""Comparisons, which give booleans and have no derivative, and the choice they drive."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.coefficients import total
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, multiply
from symdiff.ops.cast import cast
from symdiff.ops.einsum import Einsum
from symdiff.ops.operands import constant, full, promote

__all__ = [
    "compare",
    "equal",
    "greater",
    "greater_equal",
    "less",
    "less_equal",
    "logical_not",
    "not_equal",
    "where",
]

SIGNS = {
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}


class Compare(Elementwise):
    """x < y and its kin, entry by entry"""

    __slots__ = ()
    name: str

    def infer_dtype(self) -> DType:
        super().infer_dtype()
        return np.dtype(bool)

    def compute(self, xp: Any, x: Any, y: Any) -> Any:
        return getattr(xp, self.name)(x, y)

    def partials(self) -> tuple[Node | None, ...]:
        return None, None


class Not(Elementwise):
    """not x"""

    __slots__ = ()
    ufunc = "logical_not"

    def infer_dtype(self) -> DType:
        return np.dtype(bool)

    def partials(self) -> tuple[Node | None, ...]:
        return (None,)


class Where(Elementwise):
    """x where the condition holds, else y"""

    __slots__ = ()
    ufunc = "where"

    def infer_dtype(self) -> DType:
        condition, x, y = self.operands
        if condition.dtype.kind != "b":
            raise TypeError(f"Where: the condition is {condition.dtype}, but must be bool; compare it")
        if x.dtype != y.dtype:
            raise TypeError(f"Where: the choices are {x.dtype} and {y.dtype}; convert one with cast")
        return x.dtype

    def times(self, other: Node) -> Node | None:
        """where(c, x, 0) * y = where(c, x * y, 0), so that a y that is infinite where c fails does no harm"""
        condition, x, y = self.operands
        if _is_zero(y):
            return Where(condition, multiply(x, other), y)
        return Where(condition, x, multiply(y, other)) if _is_zero(x) else None

    @classmethod
    def collect(cls, terms: dict[Node, Any]) -> dict[Node, Any]:
        """where(c, x, 0) + where(c, y, 0) = where(c, x + y, 0), and the same for the other branch"""
        groups: dict[tuple[Node, int], list[Node]] = {}
        for node in terms:
            if type(node) is Where and _is_zero(node.operands[1]) != _is_zero(node.operands[2]):
                taken = 1 if _is_zero(node.operands[2]) else 2
                groups.setdefault((node.operands[0], taken), []).append(node)
        for (condition, taken), nodes in groups.items():
            if len(nodes) > 1:
                joined = combine([node.operands[taken] for node in nodes], [terms[node] for node in nodes])
                zero = nodes[0].operands[3 - taken]
                merged = Where(condition, *((joined, zero) if taken == 1 else (zero, joined)))
                gone = set(nodes)
                terms = {node: factor for node, factor in terms.items() if node not in gone}
                terms[merged] = total(terms.get(merged, 0), 1)
        return terms

    def vjp(self, k: int, g: Node) -> Node | None:
        return _masked(self.operands[0], k, g)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return _masked(self.operands[0], k, dx)


def _is_zero(node: Node) -> bool:
    """Whether every entry is known to be 0."""
    return isinstance(node, Einsum) and not node.operands and node.coefficient == 0


def _masked(condition: Node, k: int, g: Node) -> Node | None:
    """*g* where choice *k* is taken, and exactly zero elsewhere, whatever *g* is there."""
    zero = full(g.shape, 0, g.dtype)
    match k:
        case 0:
            return None
        case 1:
            return Where(broadcast_to(condition, g.shape), g, zero)
        case _:
            return Where(broadcast_to(condition, g.shape), zero, g)


def compare(name: str, x: Any, y: Any) -> Node:
    """The comparison that NumPy calls *name*, broadcast."""
    x, y = promote(x, y)
    shape = broadcast_shapes(name, x.shape, y.shape)
    return Compare(broadcast_to(x, shape), broadcast_to(y, shape), name=name)


def equal(x: Any, y: Any) -> Node:
    """x == y, entry by entry."""
    return compare("equal", x, y)


def not_equal(x: Any, y: Any) -> Node:
    """x != y, entry by entry."""
    return compare("not_equal", x, y)


def less(x: Any, y: Any) -> Node:
    """x < y, entry by entry."""
    return compare("less", x, y)


def less_equal(x: Any, y: Any) -> Node:
    """x <= y, entry by entry."""
    return compare("less_equal", x, y)


def greater(x: Any, y: Any) -> Node:
    """x > y, entry by entry."""
    return compare("greater", x, y)


def greater_equal(x: Any, y: Any) -> Node:
    """x >= y, entry by entry."""
    return compare("greater_equal", x, y)


def logical_not(x: Any) -> Node:
    """not x, entry by entry."""
    return Not(constant(x))


def where(condition: Any, x: Any, y: Any) -> Node:
    """*x* where *condition* holds, *y* elsewhere, broadcast against each other.

    Derivatives reach only the choice that was taken: a cotangent is exactly zero elsewhere.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.constant([-1.0, 2.0])
    >>> where(x > 0, x, 0)()
    array([0., 2.])
    """
    condition = constant(condition)
    if condition.dtype.kind != "b":
        condition = cast(condition, bool)
    x, y = promote(x, y)
    shape = broadcast_shapes("where", condition.shape, x.shape, y.shape)
    return Where(*(broadcast_to(node, shape) for node in (condition, x, y)))
