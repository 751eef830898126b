"""Parts that two long products have in common, computed once.

The order of a product is chosen by its sizes alone, so that two products that both contain the chain
``w3 @ w2 @ w1`` may contract it in different orders, and share nothing. Where it saves work in all, what
they have in common becomes a product of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.planning.graphs.merging import cost
from symdiff.planning.graphs.parts import Product, part_of, products_of, rebuilt, value_of, without

__all__ = ["share_parts"]

CLOSEST = 4  # other products that each long one is compared with


def share_parts(graph: Graph) -> Graph:
    """The same graph, in which long products share what they have in common."""
    if not products_of(graph.order, 3):
        return graph
    products = products_of(graph.order)
    before = dict(products)
    for one, two in _neighbours(products):
        found = _split(products[one], products[two])
        if found is not None:
            products[one], products[two] = found
    changed = {node: product for node, product in products.items() if product is not before[node]}
    return rebuilt(graph, changed)


def _neighbours(products: dict[Einsum, Product]) -> Iterator[tuple[Einsum, Einsum]]:
    """Each product of three or more with those older ones that share most of its operands."""
    users: dict[Node, list[Einsum]] = {}
    for node, (operands, _) in products.items():
        if len(operands) > 2:  # what shares two operands is found without the one that most products use
            rare = sorted({*operands}, key=lambda operand: len(users.get(operand, ())))[:-1]
            shared = Counter({x: len({*x.operands} & {*operands}) for y in rare for x in users.get(y, ())})
            closest = sorted(shared, key=lambda user: (-shared[user], user.serial))[:CLOSEST]
            yield from [(user, node) for user in closest if shared[user] > 1]
        for operand in {*operands}:
            users.setdefault(operand, []).append(node)


def _split(one: Product, two: Product) -> tuple[Product, Product] | None:
    """Both products with a common part put together; None where nothing is saved."""
    best = None
    spent = cost(one.wiring) + cost(two.wiring)
    for places in _common(one, two):
        part, kept = part_of(one, two, places)
        if cost(part) == 0 or not part.summed:
            continue
        value = value_of([one.operands[i] for i in places], part)
        rest = (
            without(one, value, (places.keys(), kept[0])),
            without(two, value, (list(places.values()), kept[1])),
        )
        total = cost(part) + cost(rest[0].wiring) + cost(rest[1].wiring)
        if total < spent:
            best, spent = rest, total
    return best


def _common(one: Product, two: Product) -> Iterator[dict[int, int]]:
    """Connected sets of operands that stand in both products alike: places in *one* to places in *two*."""
    counts = [Counter(product.operands) for product in (one, two)]
    places = {
        i: two.operands.index(operand)
        for i, operand in enumerate(one.operands)
        if counts[0][operand] == 1 == counts[1][operand]
    }
    while places:
        first = next(iter(places))
        forth: dict[int, int] = {}
        back: dict[int, int] = {}
        group: dict[int, int] = {}
        grown = True
        while grown:
            grown = False
            for i, j in list(places.items()):
                labels, others = one.wiring.inputs[i], two.wiring.inputs[j]
                if i != first and not forth.keys() & set(labels):
                    continue
                pairs = list(zip(labels, others, strict=True))
                if all(forth.get(a, b) == b and back.get(b, a) == a for a, b in pairs):
                    forth.update(pairs)
                    back.update((b, a) for a, b in pairs)
                    group[i] = places.pop(i)
                    grown = True
        places.pop(first, None)
        if len(group) > 1:
            yield group
