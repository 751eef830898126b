"""Inner products of a product, taken with a derivative that is computed anyway.

A number that is linear in a matrix is the inner product of the matrix and its own derivative by it, so

    sum(y.T * (a @ b))   =   sum(a * d),   d = (b @ y).T

where *d* is in the graph already, as it is in a program of a value and its gradient. The factors on the
right lie in one order; those on the left do not, so that one of them would have to be read across, or be
computed in an order that makes the products with it slow.
"""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.dims import product
from symdiff.graph import Graph, ancestors
from symdiff.node import Node, replacing
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.operands import full
from symdiff.wiring import Wiring

__all__ = ["by_derivatives"]


def by_derivatives(graph: Graph) -> Graph:
    """The same graph, in which inner products that read their factors in two orders read others instead."""
    crossed = [node for node in graph.order if type(node) is Einsum and _is_crossed(node.wiring)]
    if not crossed:
        return graph
    settled = set(graph.order).difference(ancestors(graph.order, crossed))
    found: dict[Node, Node] = {}
    with replacing() as place:
        for node in crossed:
            place.serial = node.serial
            pair = next((pair for pair in _pairs(node) if settled.issuperset(pair)), None)
            if pair is not None:
                axes = range(pair[0].ndim)
                found[node] = contract(pair, Wiring.of([axes, axes], (), pair[0].shape), 1, node.dtype)
    return graph.rebuilt(lambda node: found.get(node, node)) if found else graph


def _is_crossed(wiring: Wiring) -> bool:
    """Whether a wiring is that of an inner product whose factors have their axes in two orders."""
    if len(wiring.inputs) != 2 or wiring.output:
        return False
    one, two = wiring.inputs
    return one != two and {*one} == {*two} and len({*one}) == len(one) == len(two) == len(wiring.sizes)


def _pairs(node: Einsum) -> Iterator[tuple[Node, Node]]:
    """Pairs of nodes of which *node* is the inner product: a factor of a factor, and the derivative by it."""
    for k, factor in enumerate(node.operands):
        if type(factor) is Einsum and len(factor.operands) == 2:
            outer = node.transposed(k, full((), 1, node.dtype))
            for j, part in enumerate(factor.operands):
                if product(part.shape) <= product(factor.shape):  # type: ignore[operator]
                    yield part, factor.transposed(j, outer)
