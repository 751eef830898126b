"""Parts that a long product contains twice, computed once.

The second derivative along a chain of matrices contains the chain and its transpose:

    w1.T @ w2.T @ d @ w2 @ w1   =   p.T @ d @ p,   p = w2 @ w1
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.planning.graphs.merging import cost
from symdiff.planning.graphs.parts import Product, part_of, products_of, rebuilt, value_of, without

__all__ = ["join_twins"]


def join_twins(graph: Graph) -> Graph:
    """The same graph with parts that stand twice in one product as products of their own."""
    changed = {}
    for node, product in products_of(graph.order, 4).items():
        joined = _joined(product)
        if joined is not None:
            changed[node] = joined
    return rebuilt(graph, changed)


def _joined(product: Product) -> Product | None:
    """The product with the best part that it contains twice cut out; None where nothing is saved."""
    best, spent = None, cost(product.wiring)
    for places in _twins(product):
        part, kept = part_of(product, product, places)
        if not part.summed:
            continue
        value = value_of([product.operands[k] for k in places], part)
        groups = (places.keys(), kept[0]), (list(places.values()), kept[1])
        rest = without(product, value, *groups)
        total = cost(part) + cost(rest.wiring)
        if total < spent:
            best, spent = rest, total
    return best


def _twins(product: Product) -> Iterator[dict[int, int]]:
    """Connected sets of operands that the product contains twice: places of one to places of the other."""
    operands, wiring = product
    places: dict[Node, list[int]] = {}
    for k, operand in enumerate(operands):
        places.setdefault(operand, []).append(k)
    inputs = wiring.inputs
    pairs = [(i, j) for i, j in _two(places.values()) if inputs[i] != inputs[j]]
    while pairs:
        forth: dict[int, int] = {}
        back: dict[int, int] = {}
        group: dict[int, int] = {}
        grown = True
        while grown:
            grown = False
            for pair in list(pairs):
                for i, j in (pair, pair[::-1]):
                    if group and not forth.keys() & {*inputs[i]}:
                        continue
                    match = list(zip(inputs[i], inputs[j], strict=True))
                    if all(forth.get(a, b) == b and back.get(b, a) == a for a, b in match):
                        forth.update(match)
                        back.update((b, a) for a, b in match)
                        group[i] = j
                        pairs.remove(pair)
                        grown = True
                        break
        if len(group) > 1:
            yield group
        if not group:
            return


def _two(groups: Iterable[list[int]]) -> Iterator[tuple[int, int]]:
    """The groups of exactly two."""
    for group in groups:
        if len(group) == 2:
            yield group[0], group[1]
