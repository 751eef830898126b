"""From a graph to a plan: rewritten for the sizes at hand, put in order, lowered to steps, pruned."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from symdiff.graph import Graph, consumers, rebuild
from symdiff.machine import multiplies_unpacked
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder
from symdiff.planning.calls.blocking import in_blocks
from symdiff.planning.calls.lowering import Lowering
from symdiff.planning.calls.lying import as_they_lie
from symdiff.planning.calls.packing import packed
from symdiff.planning.calls.primitives import in_calls
from symdiff.planning.calls.views import with_copies
from symdiff.planning.graphs.arranging import arrange_results
from symdiff.planning.graphs.chunking import in_chunks
from symdiff.planning.graphs.factoring import factor_sums
from symdiff.planning.graphs.folding import fold_constants
from symdiff.planning.graphs.grams import share_roots
from symdiff.planning.graphs.inner import by_derivatives
from symdiff.planning.graphs.merging import merge_products
from symdiff.planning.graphs.order import in_place
from symdiff.planning.graphs.pairs import in_pairs
from symdiff.planning.graphs.sharing import share_parts
from symdiff.planning.graphs.stacking import stack_sums
from symdiff.planning.graphs.twins import join_twins
from symdiff.planning.limits.recomputing import recomputed
from symdiff.planning.memory.buffers import buffers_for
from symdiff.planning.memory.peak import peak_bytes
from symdiff.planning.memory.tiles import Native, in_tiles
from symdiff.planning.steps import Plan, Step, pruned
from symdiff.rewrite import tidied

__all__ = ["plan"]


class Schedule(NamedTuple):
    """The nodes to compute, in order, and those of the graph that have the values of others *instead*."""

    outputs: Sequence[Node]
    order: list[Node]
    instead: dict[Node, Node]


def plan(
    outputs: Sequence[Node],
    inputs: Sequence[Node],
    memory_limit: int | None = None,
    native: Native | None = None,
) -> Plan:
    """The steps that compute *outputs* from *inputs*, which are nodes whose values are given.

    All sizes are known. Whatever else the outputs need must be constant. What does not fit into
    *memory_limit* bytes is computed again instead of kept. A backend that does functions of entries by itself
    says which ones by *native*.
    """
    marks = [node if not node.operands else _stand_in(node) for node in inputs]
    if any(node is not mark for node, mark in zip(inputs, marks, strict=True)):
        outputs = rebuild(outputs, lambda node: node, dict(zip(inputs, marks, strict=True)))
    steps, registers = _lowered(_rewritten(outputs, marks), marks)
    steps, registers = packed(*with_copies(*as_they_lie(*in_calls(steps, registers))))
    if multiplies_unpacked():
        steps = in_blocks(steps)
    if memory_limit is not None:
        steps, registers = recomputed(steps, registers, memory_limit, partial(peak_bytes, native=native))
    steps, registers, tiles = in_tiles(steps, registers, native)
    return Plan(steps, list(inputs), registers, tiles, buffers_for(steps, registers, tiles))


def _rewritten(outputs: Sequence[Node], inputs: Sequence[Node]) -> Schedule:
    """The outputs as they are best computed, and the order in which to compute what they need."""
    graph = share_roots(factor_sums(join_twins(Graph(tidied(outputs)))))
    graph = fold_constants(by_derivatives(in_pairs(share_parts(graph))), inputs)
    ranks = {node: float(place) for place, node in enumerate(graph.order)}
    graph = arrange_results(merge_products(stack_sums(graph, ranks), ranks), ranks)
    order, instead = in_chunks(graph.outputs, graph.order, ranks)
    return Schedule(graph.outputs, in_place(order, ranks, instead), instead)


def _lowered(schedule: Schedule, inputs: Sequence[Node]) -> tuple[list[Step], list[int]]:
    """The steps of nodes in their order, and the registers of the outputs."""
    outputs, order, instead = schedule
    alone = {node for node, count in consumers(order).items() if count == 1}
    lowering = Lowering(inputs, alone.difference(outputs, instead))
    for node in order:
        if node in instead:
            lowering.values[node] = lowering.values[instead[node]]
        elif node not in lowering.values:
            lowering.values[node] = lowering.lower(node)
    return pruned(lowering.build.steps, [lowering.exact(node) for node in outputs])


def _stand_in(node: Node) -> Node:
    """A placeholder for a node whose value is given."""
    return Placeholder(node.shape, node.dtype)
