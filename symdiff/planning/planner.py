"""From a graph to a plan: rewritten for the sizes at hand, put in order, lowered to steps, pruned."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.graph import consumers, rebuild, toposort
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder
from symdiff.ops.windows import Windows
from symdiff.planning.diagonals import in_place_where_free
from symdiff.planning.factoring import factor_sums
from symdiff.planning.folding import fold_constants
from symdiff.planning.grams import share_roots
from symdiff.planning.lowering import Lowering
from symdiff.planning.merging import merge_products
from symdiff.planning.order import in_place
from symdiff.planning.pairs import in_pairs
from symdiff.planning.sharing import share_parts
from symdiff.planning.stacking import stack_sums
from symdiff.planning.steps import VIEWS, Plan, Step, pruned
from symdiff.planning.twins import join_twins
from symdiff.rewrite import tidied

__all__ = ["plan"]


def plan(outputs: Sequence[Node], inputs: Sequence[Node]) -> Plan:
    """The steps that compute *outputs* from *inputs*, which are nodes whose values are given.

    All sizes are known. Whatever else the outputs need must be constant.
    """
    marks = [node if not node.operands else _stand_in(node) for node in inputs]
    if any(node is not mark for node, mark in zip(inputs, marks, strict=True)):
        outputs = rebuild(outputs, lambda node: node, dict(zip(inputs, marks, strict=True)))
    outputs = share_roots(factor_sums(join_twins(tidied(outputs))))
    outputs = fold_constants(in_pairs(share_parts(outputs)), marks)
    ranks = {node: float(place) for place, node in enumerate(toposort(*outputs))}
    merged = merge_products(stack_sums(outputs, ranks), ranks)
    order = in_place(merged, ranks)
    counts = consumers(order)
    lowering = Lowering(marks, {node for node, count in counts.items() if count == 1}.difference(merged))
    for node in order:
        if node not in lowering.values:
            lowering.values[node] = lowering.lower(node)
    registers = [lowering.exact(node) for node in merged]
    steps, registers = pruned(lowering.build.steps, registers)
    steps = in_place_where_free(steps, registers)
    return Plan(steps, list(inputs), registers, _shared(steps, registers))


def _stand_in(node: Node) -> Node:
    """A placeholder for a node whose value is given."""
    return Placeholder(node.shape, node.dtype)


def _shared(steps: Sequence[Step], registers: list[int]) -> list[bool]:
    """Which outputs must be copied, since they share memory with an input or an earlier output."""
    taken: set[int] = set()
    copied = []
    for register in registers:
        root = register
        stretched = False
        while steps[root].kind in VIEWS:
            stretched |= steps[root].kind == "broadcast"
            root = steps[root].arguments[0]  # type: ignore[assignment]
        owned = steps[root].kind not in ("input", "constant") and not _foreign(steps[root].operation)
        copied.append(not owned or root in taken or stretched)
        taken.add(root)
    return copied


def _foreign(operation: Node | None) -> bool:
    """Whether an operation returns a view, or comes from outside the package, so that it might."""
    known = operation is None or type(operation).__module__.startswith("symdiff.")
    return not known or isinstance(operation, Windows)
