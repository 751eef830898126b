"""When each node is computed: where it stood before the graph was rewritten.

A rewritten node is new, but what it stands for was asked for at some place, and computing it there
keeps few values alive at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from symdiff.graph import Graph
from symdiff.node import Node

__all__ = ["in_place"]


def in_place(graph: Graph, ranks: Mapping[Node, float]) -> list[Node]:
    """Every node of the graph, operands first, otherwise by rank.

    A node without a rank, which a rewrite made on the way, comes right before its first user.
    """
    order = graph.order
    due = dict.fromkeys(order, math.inf)
    for node in reversed(order):
        due[node] = own = ranks.get(node, due[node])
        for operand in node.operands:
            if own < due[operand]:
                due[operand] = own
    key: dict[Node, float] = {}
    for node in order:
        own = due[node] if node in ranks else due[node] - 0.5
        for operand in node.operands:
            if key[operand] > own:
                own = key[operand]
        key[node] = own
    return sorted(order, key=key.__getitem__)
