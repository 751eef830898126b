"""When each node is computed: where it stood before the graph was rewritten.

A rewritten node is new, but what it stands for was asked for at some place, and computing it there
keeps few values alive at a time.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from symdiff.node import Node

__all__ = ["in_place"]

NOTHING: Mapping[Node, Node] = {}


def in_place(
    order: Sequence[Node], ranks: Mapping[Node, float], instead: Mapping[Node, Node] = NOTHING
) -> list[Node]:
    """The nodes of a topological *order*, operands first, otherwise by rank.

    A node without a rank, which a rewrite made on the way, comes right before its first user. Those that
    others are computed *instead* of come after these.
    """
    due = dict.fromkeys(order, math.inf)
    for node in reversed(order):
        due[node] = own = ranks.get(node, due[node])
        for operand in (instead[node],) if node in instead else node.operands:
            if own < due[operand]:
                due[operand] = own
    key: dict[Node, float] = {}
    for node in order:
        own = due[node] if node in ranks else due[node] - 0.5
        for operand in (instead[node],) if node in instead else node.operands:
            if key[operand] > own:
                own = key[operand]
        key[node] = own
    return sorted(order, key=key.__getitem__)
