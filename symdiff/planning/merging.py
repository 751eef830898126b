"""Products of products become one contraction where that is cheaper and nothing shared is lost."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from symdiff.coefficients import product as times
from symdiff.contraction import binary_tree, pair_flops
from symdiff.dims import product
from symdiff.graph import consumers, toposort
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.wiring import Wiring

__all__ = ["merge_products"]

MOST = 12  # operands of a merged einsum, so that the search for an order stays short


def merge_products(outputs: Sequence[Node]) -> list[Node]:
    """The same graph with einsums that have one user merged into it, where that saves work."""
    counts = consumers(toposort(*outputs))
    alone = {node for node, count in counts.items() if count == 1 and type(node) is Einsum}
    alone.difference_update(outputs)
    if not alone:
        return list(outputs)
    new: dict[Node, Node] = {}
    for node in toposort(*outputs):
        fresh = node.with_operands(*[new[operand] for operand in node.operands])
        if type(fresh) is Einsum:
            fresh = _merge(fresh, [new[operand] for operand in node.operands if operand in alone])
        new[node] = fresh
    return [new[output] for output in outputs]


def _merge(node: Einsum, alone: Sequence[Node]) -> Node:
    """*node* with those of its operands nested that nobody else uses, while that is cheaper."""
    current: Node = node
    for inner in alone:
        if type(current) is not Einsum or type(inner) is not Einsum or current.operands.count(inner) != 1:
            continue
        if len(current.operands) + len(inner.operands) - 1 > MOST:
            continue
        place = current.operands.index(inner)
        wiring = current.wiring.nest(place, inner.wiring)
        if cost(wiring) < cost(current.wiring) + cost(inner.wiring):
            operands = (*current.operands[:place], *inner.operands, *current.operands[place + 1 :])
            factor = times(current.coefficient, inner.coefficient)
            current = contract(operands, wiring, factor, current.result)
    return current


@lru_cache(maxsize=4096)
def cost(wiring: Wiring) -> int:
    """Operations, and entries written, of a contraction in its planned order."""
    if len(wiring.inputs) < 2:
        return pair_flops(wiring) if wiring.inputs and not wiring.is_view else 0
    total = 0
    for _, _, pair in binary_tree(wiring):
        size = product(pair.shape)
        total += pair_flops(pair) + (size if isinstance(size, int) else 0)
    return total
