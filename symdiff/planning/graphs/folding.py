"""What follows from constants alone, computed when the program is made."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from symdiff.graph import Graph, moved
from symdiff.node import Node, replacing
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Constant, Content, frozen_array
from symdiff.planning.steps import is_own

__all__ = ["fold_constants"]


def fold_constants(graph: Graph, given: Collection[Node]) -> Graph:
    """The same graph with products, sums and functions of constants as constants, unless they are larger.

    Nodes that are *given* have other values than their own.
    """
    changed: dict[Node, Node] = {}
    with replacing() as place:
        for node in graph.order:
            place.serial = node.serial
            operands = [changed.get(operand, operand) for operand in node.operands]
            fold = _foldable(node, operands, given)
            fresh = _folded(node, operands) if fold else moved(node, changed)
            if fresh is not node:
                changed[node] = fresh
    return graph.with_changes(changed)


def _foldable(node: Node, operands: Sequence[Node], given: Collection[Node]) -> bool:
    """Whether a node is a function of constants, and no larger than they are together."""
    if not operands or _stored(operands[0]) is None:
        return False
    stored: list[Node] = []
    for operand in dict.fromkeys(operands):
        if (shown := _stored(operand)) is None:
            return False
        stored += shown
    if not is_own(node) or not isinstance(node, Einsum | Add | Elementwise):
        return False
    return not any(constant in given for constant in stored) and 0 < _entries([node]) <= _entries(stored)


def _stored(node: Node) -> tuple[Node, ...] | None:
    """The constants that a node shows, by itself or as a view; None if it is something else."""
    if isinstance(node, Constant):
        return (node,)
    shown = isinstance(node, Einsum) and (not node.operands or node.wiring.is_view)
    return node.operands if shown and all(isinstance(x, Constant) for x in node.operands) else None


def _entries(nodes: Collection[Node]) -> int:
    return sum(math.prod(size for size in node.shape if isinstance(size, int)) for node in nodes)


def _folded(node: Node, operands: Sequence[Node]) -> Node:
    """The value of a node as a constant, which no rule of algebra looks into: 0 times it may be NaN."""
    with np.errstate(all="ignore"):
        value = node.compute(np, *map(_value, operands))
    return Constant(content=Content(frozen_array(value, node.dtype)))


def _value(node: Node) -> Any:
    """The value of a constant, or of a view of one."""
    return node.value if isinstance(node, Constant) else node.compute(np, *map(_value, node.operands))
