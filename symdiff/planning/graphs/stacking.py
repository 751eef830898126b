"""Sums of like products become a few long products: the steps of a loop, side by side.

The gradient of a weight that a loop uses at every step is a sum of small products. Stacked, their
operands give the same sum as one contraction with one more summed label:

    sum over t of  a_t.T @ b_t   =   einsum("tba,tbc->ac", stack(a), stack(b))

Where the operands already lie side by side, the stack is a slice of what they lie in. As many steps are
stacked as make a product large; each chunk is contracted as soon as its last term could be computed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import product
from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import Einsum, contract, scale
from symdiff.ops.leaves import Constant, Content, frozen_array
from symdiff.planning.graphs.accumulating import Term, accumulated, is_long
from symdiff.planning.graphs.chunks import FEWEST, chunk_length, chunks
from symdiff.planning.graphs.hoisting import Hoisting, places_of
from symdiff.planning.graphs.standing import Standing
from symdiff.wiring import Wiring

__all__ = ["stack_sums"]


def stack_sums(graph: Graph, ranks: dict[Node, float]) -> Graph:
    """The same graph with sums of like products contracted many at a time.

    *ranks* says when each node is computed; a new node takes the rank of the one it replaces.
    """
    return _Stacking(graph, ranks).run()


class _Stacking:
    """Decides which terms are stacked, from the graph as it is, then rebuilds it."""

    def __init__(self, graph: Graph, ranks: dict[Node, float]) -> None:
        self.graph = graph
        self.ranks = ranks  # of nodes of both graphs
        self.sums = [node for node in graph.order if type(node) is Add and len(node.operands) >= FEWEST]
        slices = places_of(graph.order)
        self.hoisting = Hoisting(graph.order, slices)
        self.standing = Standing(graph.order if self.sums else (), slices)
        self.stacked: dict[Node, list[list[Einsum]]] = {}  # chunks of the terms of sums
        self.gone: set[Node] = set()  # terms in chunks, which nothing else uses
        self.parts: dict[Node, list[Term]] = {}
        self.ones: dict[Any, Node] = {}

    def run(self) -> Graph:
        """The new graph."""
        if not self.sums and not self.hoisting.places:
            return self.graph
        self.choose()
        new = self.standing.new
        for node in self.graph.order:
            if node in self.gone:
                continue
            if node in self.hoisting.places:
                new[node] = self.hoisting.row(node, new, self.ranks)
                continue
            new[node] = fresh = self.rebuilt(node)
            if node in self.ranks:
                self.ranks.setdefault(fresh, self.ranks[node])
        outputs = [new[output] for output in self.graph.outputs]
        return self.graph if outputs == [*self.graph.outputs] else Graph(outputs)

    def rank(self, node: Node) -> float:
        """When a node is computed; for one made on the way, when what it shows is."""
        while node not in self.ranks and node.operands:
            node = node.operands[0]
        return self.ranks.get(node, 0.0)

    # --- which terms ------------------------------------------------------------------------------

    def choose(self) -> None:
        """The chunks of every sum; sums of most terms first, so that others find their operands stacked.

        Among sums as long, one whose operands stand in some order already goes before those that follow it.
        """
        groups: list[tuple[Node, list[Einsum]]] = []
        for node in self.sums:
            assert isinstance(node, Add), "sums are sums"
            like: dict[Any, list[Einsum]] = {}
            for factor, term in zip(node.coefficients, node.operands, strict=True):
                if type(term) is Einsum and term in self.graph.alone and self.standing.is_stackable(term):
                    like.setdefault((factor, term.wiring, term.coefficient), []).append(term)
            groups += [(node, terms) for terms in like.values() if len(terms) >= FEWEST]
        groups.sort(key=lambda group: (-len(group[1]), self.standing.are_loose(group[1])))
        for total, terms in groups:
            if self.pays(terms):
                for chunk in self.chunks(terms):
                    self.stacked.setdefault(total, []).append(chunk)
                    self.gone.update(chunk)
                    for k in range(2):
                        self.standing.settle([term.operands[k] for term in chunk])

    def pays(self, terms: Sequence[Einsum]) -> bool:
        """Whether stacking copies less than adding the products moves."""
        copied = sum([self.standing.copied([term.operands[k] for term in terms]) for k in range(2)])
        return bool(copied <= product(terms[0].shape) * len(terms))  # type: ignore[operator]

    def chunks(self, terms: Sequence[Einsum]) -> list[list[Einsum]]:
        """The terms as they are stacked: with those whose operands are, or as they become ready."""
        rows = product([terms[0].wiring.sizes[label] for label in terms[0].wiring.summed])
        length = chunk_length(rows)  # type: ignore[arg-type]
        ready = sorted(terms, key=self.rank)
        found = self.standing.groups([[term.operands[k] for term in ready] for k in range(2)])
        parts = chunks(ready, length) if found is None else [[ready[k] for k in group] for group in found]
        return [self.standing.sorted(part) for part in parts if len(part) > 1]

    # --- the new graph ----------------------------------------------------------------------------

    def rebuilt(self, node: Node) -> Node:
        """A node on new operands, in parts where it is a sum, or a sum along axes of one."""
        new = self.standing.new
        if type(node) is Add and node in self.stacked:
            return self.summed(node)
        fresh = node.with_operands(*[new[operand] for operand in node.operands])
        if type(node) is Add and type(fresh) is Add and len(node.operands) >= FEWEST:
            return self.summed(node)
        if type(node) is Einsum and node.operands and node.operands[0] in self.parts:
            return self.reduced(node, fresh)
        return fresh

    def summed(self, node: Add) -> Node:
        """The sum with each chunk in it as one contraction, the terms added as they become ready."""
        new = self.standing.new
        gone: set[Node] = set()
        parts: list[Term] = []
        factors = dict(zip(node.operands, node.coefficients, strict=True))
        for chunk in self.stacked.get(node, ()):
            gone.update(chunk)
            parts.append(self.ranked(self.contracted(chunk), factors[chunk[0]], chunk))
        for blocks in self.standing.within(factors):
            if len({factors[block] for block in blocks}) == 1 and gone.isdisjoint(blocks):
                gone.update(blocks)
                parts.append(
                    self.ranked(_total(self.standing.side_by_side(blocks)), factors[blocks[0]], blocks)
                )
        if parts and node in self.graph.alone:
            self.parts[node] = parts
        if not parts and not is_long(node):
            return node.with_operands(*[new[operand] for operand in node.operands])
        parts += [Term(new[x], factor, self.rank(x)) for x, factor in factors.items() if x not in gone]
        return accumulated(parts, self.ranks)

    def ranked(self, node: Node, factor: Any, terms: Sequence[Node]) -> Term:
        """A part of a sum, computed once all its terms could be."""
        rank = max([self.rank(term) for term in terms])
        self.ranks.setdefault(node, rank)
        return Term(node, factor, rank)

    def contracted(self, terms: Sequence[Einsum]) -> Node:
        """The sum of products of one wiring, as one contraction over their number."""
        first = terms[0]
        inputs: list[tuple[object, ...]] = list(first.wiring.inputs)
        operands: list[Node] = []
        for k in range(2):
            blocks = [term.operands[k] for term in terms]
            if all(block is blocks[0] for block in blocks):
                operands.append(self.standing.new[blocks[0]])
                continue
            stack, axis = self.standing.side_by_side(blocks)
            labels = inputs[k]
            tail = labels[axis + 1 :] if stack.ndim == len(labels) else labels[axis:]
            inputs[k] = (*labels[:axis], "step", *tail)
            operands.append(stack)
        sizes: dict[Any, Any] = {**dict(enumerate(first.wiring.sizes)), "step": len(terms)}
        wiring = Wiring.of(inputs, first.wiring.output, sizes)
        return contract(operands, wiring, first.coefficient, first.result)

    def reduced(self, node: Einsum, fresh: Node) -> Node:
        """A sum over axes of a sum, taken chunk by chunk."""
        if len(node.operands) > 1 or not node.wiring.summed:
            return fresh
        parts = self.parts[node.operands[0]]
        inner = [Term(self.nested(node.wiring, part.node), part.factor, part.rank) for part in parts]
        self.ranks.update({part.node: part.rank for part in inner if part.node not in self.ranks})
        return scale(accumulated(inner, self.ranks), node.coefficient)

    def nested(self, wiring: Wiring, part: Node) -> Node:
        """A sum over axes of *part*, which may be such a sum itself.

        Over first axes, it is a product with ones: BLAS takes a quarter of the time of NumPy's sum there.
        """
        factor: Any = 1
        if type(part) is Einsum and len(part.operands) == 1:
            wiring, factor, (part,) = wiring.nest(0, part.wiring), part.coefficient, part.operands
        (labels,), output, sizes = wiring
        first = labels[: len(labels) - len(output)]
        if part.dtype.kind != "f" or not output or first + output != labels:
            return contract([part], wiring, factor)
        if (part.dtype, first, sizes) not in self.ones:
            ones = np.ones([sizes[label] for label in first])  # type: ignore[misc]
            content = Content(frozen_array(ones, part.dtype))
            self.ones[part.dtype, first, sizes] = Constant(content=content)
        vector = self.ones[part.dtype, first, sizes]
        return contract([part, vector], Wiring.of([labels, first], output, sizes), factor)


def _total(stack: tuple[Node, int]) -> Node:
    """The sum along the axis of a stack."""
    node, axis = stack
    labels = tuple(range(node.ndim))
    return contract([node], Wiring.of([labels], (*labels[:axis], *labels[axis + 1 :]), node.shape))
