"""Products of products become one contraction where that is cheaper and nothing shared is lost.

A region is an einsum together with the einsums that only it uses, theirs, and so on. Its contraction
order is chosen as a whole, so that a chain of matrices that ends in a vector is contracted from the
vector; where the whole is no cheaper than its parts, the parts stay.
"""

from __future__ import annotations

import itertools
from functools import lru_cache
from typing import Any, NamedTuple

from symdiff.coefficients import joined
from symdiff.coefficients import product as times
from symdiff.contraction import binary_tree, pair_cost
from symdiff.graph import Graph, moved
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.wiring import Wiring

__all__ = ["cost", "merge_products"]

MOST = 12  # operands of a region, so that the search for an order stays short


class Region(NamedTuple):
    """A product with everything that only it uses written into it, and what it costs at best."""

    operands: tuple[Node, ...]
    wiring: Wiring
    coefficient: Any
    cost: int


def merge_products(graph: Graph, ranks: dict[Node, float]) -> Graph:
    """The same graph with einsums that have one user merged into it, where that saves work.

    *ranks* says when each node is computed; a new node takes the rank of the one it replaces.
    """
    products = [node for node in graph.order if type(node) is Einsum]
    inside = graph.alone.intersection(products, itertools.chain(*[node.operands for node in products]))
    if not inside:
        return graph
    changed: dict[Node, Node] = {}
    regions: dict[Node, Region] = {}
    for node in graph.order:
        fresh = moved(node, changed)
        if type(node) is Einsum and type(fresh) is Einsum:
            inner = {x: regions[x] for x in node.operands if x in regions}
            if inner and not _joins(node, inner):
                inner = {}
            if inner or node in inside:
                region = _region(node, inner, changed)
            if inner:
                apart = cost(node.wiring) + sum([one.cost for one in inner.values()])
                scaled = len(node.operands) == 1 and region.cost == apart  # its coefficient goes inside
                if region.cost < apart or scaled:
                    fresh = contract(region.operands, region.wiring, region.coefficient, node.result)
                region = region._replace(cost=min(region.cost, apart))
            if node in inside:
                regions[node] = region
        if fresh is not node:
            changed[node] = fresh
            if node in ranks:
                ranks.setdefault(fresh, ranks[node])
    return graph.with_changes(changed)


def _joins(node: Einsum, inner: dict[Node, Region]) -> bool:
    """Whether the coefficients of all have a product that neither overflows nor vanishes."""
    coefficient: Any = node.coefficient
    for region in inner.values():
        coefficient = joined(coefficient, region.coefficient, node.dtype)
        if coefficient is None:
            return False
    return True


def _region(node: Einsum, inner: dict[Node, Region], changed: dict[Node, Node]) -> Region:
    """*node* with its *inner* regions nested, or alone when that would be too many operands."""
    operands = [changed.get(operand, operand) for operand in node.operands]
    wiring, coefficient = node.wiring, node.coefficient
    if inner and len(operands) + sum(len(region.operands) - 1 for region in inner.values()) <= MOST:
        for place in reversed(range(len(operands))):
            region = inner.get(node.operands[place])
            if region is not None:
                wiring = wiring.nest(place, region.wiring)
                operands[place : place + 1] = region.operands
                coefficient = times(coefficient, region.coefficient)
    return Region(tuple(operands), wiring, coefficient, cost(wiring))


@lru_cache(maxsize=4096)
def cost(wiring: Wiring) -> int:
    """What a contraction takes in its planned order, counted in operations."""
    if len(wiring.inputs) < 2:
        return pair_cost(wiring)
    return sum(pair_cost(pair) for _, _, pair in binary_tree(wiring))
