"""Long sums, added up term by term as the terms become ready, so that few of them are kept."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum
from symdiff.planning.graphs.chunks import FEWEST

__all__ = ["Term", "accumulated", "is_long"]


class Term(NamedTuple):
    """A term of a sum, its factor, and when it is ready."""

    node: Node
    factor: Any
    rank: float


def is_long(node: Add) -> bool:
    """Whether a sum is of arrays, so many of them computed that it matters when they are added."""
    if node.shape == () or any(map(_writes_diagonals, node.operands)):
        return False
    return sum([_is_computed(operand) for operand in node.operands]) >= FEWEST


def _is_computed(node: Node) -> bool:
    """Whether a node takes memory of its own."""
    return bool(node.operands) and not (type(node) is Einsum and node.wiring.is_view)


def _writes_diagonals(node: Node) -> bool:
    """Whether a node is an array of zeros off a diagonal, of which only that is added."""
    return type(node) is Einsum and len({*node.wiring.output}) < len(node.wiring.output)


def accumulated(terms: Sequence[Term], ranks: dict[Node, float]) -> Node:
    """The sum of the terms, each added to those before it as soon as it is ready.

    The sums on the way are given ranks.
    """
    first, *rest = sorted(terms, key=lambda term: (not _is_computed(term.node), term.rank))
    total, factor = first.node, first.factor
    for term in rest:
        total, factor = combine([total, term.node], [factor, term.factor]), 1
        if _is_computed(term.node):
            ranks.setdefault(total, term.rank)
    return total if factor == 1 else combine([total], [factor])
