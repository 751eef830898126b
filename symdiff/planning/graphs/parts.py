"""Parts of long products: cut out as products of their own, and the graph with them in place."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from symdiff.graph import Graph, toposort
from symdiff.node import Node, replacing
from symdiff.ops.einsum import Einsum, contract
from symdiff.wiring import Labels, Wiring

__all__ = ["Product", "part_of", "products_of", "rebuilt", "value_of", "without"]


class Product(NamedTuple):
    """The operands and wiring of an einsum, some of the operands put together."""

    operands: tuple[Node, ...]
    wiring: Wiring


def products_of(order: Sequence[Node], least: int = 2) -> dict[Einsum, Product]:
    """The einsums of *least* operands or more."""
    return {x: Product(x.operands, x.wiring) for x in order if type(x) is Einsum and len(x.operands) >= least}


def value_of(operands: Sequence[Node], part: Wiring) -> Node:
    """The common part as a node, which stands behind the newest of its operands."""
    with replacing() as place:
        place.serial = max(operand.serial for operand in operands)
        return contract(operands, part)


def part_of(one: Product, two: Product, places: dict[int, int]) -> tuple[Wiring, tuple[Labels, Labels]]:
    """The wiring of the common part, and the labels of its result in either product."""
    inputs = [one.wiring.inputs[i] for i in places]
    match = {
        a: b
        for i, j in places.items()
        for a, b in zip(one.wiring.inputs[i], two.wiring.inputs[j], strict=True)
    }
    needed = [_outside(one, places.keys()), _outside(two, places.values())]
    kept = tuple(a for a, b in match.items() if a in needed[0] or b in needed[1])
    part = Wiring.of(inputs, kept, {a: one.wiring.sizes[a] for a in match})
    return part, (kept, tuple(match[a] for a in kept))


def _outside(product: Product, places: Collection[int]) -> set[int]:
    """The labels that the output or other operands read."""
    inputs = product.wiring.inputs
    return set(product.wiring.output).union(*[inputs[k] for k in range(len(inputs)) if k not in places])


def without(product: Product, value: Node, *groups: tuple[Collection[int], Labels]) -> Product:
    """The product with *value*, under some labels, in place of each group of operands."""
    operands, wiring = product
    gone = {place for places, _ in groups for place in places}
    left = [k for k in range(len(operands)) if k not in gone]
    inputs = [*[wiring.inputs[k] for k in left], *[labels for _, labels in groups]]
    used = {label for group in (*inputs, wiring.output) for label in group}
    inside = {label for k in gone for label in wiring.inputs[k]} - used
    sizes = {label: size for label, size in enumerate(wiring.sizes) if label not in inside}
    rest = Wiring.of(inputs, wiring.output, sizes)
    return Product((*[operands[k] for k in left], *[value] * len(groups)), rest)


def rebuilt(graph: Graph, changed: Mapping[Einsum, Product]) -> Graph:
    """The graph with the *changed* products in their places."""
    if not changed:
        return graph
    new: dict[Node, Node] = {}
    with replacing() as place:
        for node in graph.order:
            place.serial = node.serial
            product = changed.get(node) if isinstance(node, Einsum) else None
            operands = node.operands if product is None else product.operands
            for part in toposort(*operands, stop=new.keys()) if product is not None else ():
                if part not in new:
                    new[part] = part.with_operands(*[new[operand] for operand in part.operands])
            moved = tuple([new[operand] for operand in operands])
            if product is None or not isinstance(node, Einsum):
                new[node] = node.with_operands(*moved)
            else:
                new[node] = contract(moved, product.wiring, node.coefficient, node.dtype)
    return graph.with_changes(new)
