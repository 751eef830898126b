"""Long products as products of pairs, so that what two of them share is computed once."""

from __future__ import annotations

from functools import lru_cache

from symdiff.contraction import binary_tree
from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.wiring import Wiring

__all__ = ["in_pairs", "paired"]


def in_pairs(graph: Graph) -> Graph:
    """The same graph with products of pairs in place of longer ones."""
    return graph.rebuilt(lambda node: paired(node) if type(node) is Einsum else node.expanded())


def paired(node: Node) -> Node:
    """The product pair by pair; then what stands in the output only, or twice there, is written once."""
    if len(node.operands) < 3 or type(node) is not Einsum:
        return node
    core, written = _split(node.wiring)
    parts = list(node.operands)
    for i, j, pair in binary_tree(core):
        two = parts.pop(max(i, j)), parts.pop(min(i, j))
        coefficient = 1 if parts else node.coefficient
        parts.append(contract(two[::-1], pair, coefficient, node.dtype))
    return contract(parts, written)


@lru_cache(maxsize=4096)
def _split(wiring: Wiring) -> tuple[Wiring, Wiring]:
    """The contraction to what stands in operands and the output, and what makes the output of that."""
    present = {label for labels in wiring.inputs for label in labels}
    kept = tuple(dict.fromkeys([label for label in wiring.output if label in present]))
    core = Wiring.of(wiring.inputs, kept, {label: wiring.sizes[label] for label in present})
    unsaid = set(range(len(wiring.sizes))) - present | set(kept)
    return core, Wiring.of([kept], wiring.output, {k: wiring.sizes[k] for k in sorted(unsaid)})
