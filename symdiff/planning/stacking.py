"""Sums of like products become one long product: the steps of a loop, side by side.

The gradient of a weight that a loop uses at every step is a sum of small products. Stacked, their
operands give the same sum as one contraction with one more summed label:

    sum over t of  a_t.T @ b_t   =   einsum("tba,tbc->ac", stack(a), stack(b))

Where the operands already lie side by side in a concatenation, the stack is a slice of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import product
from symdiff.graph import consumers, toposort
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.shaping import Concatenate, Range, concatenate, slice_ranges, whole
from symdiff.wiring import Wiring

__all__ = ["stack_sums"]

FEWEST = 4  # terms for which stacking pays


def stack_sums(outputs: Sequence[Node], ranks: dict[Node, float]) -> list[Node]:
    """The same graph with sums of like products contracted at once.

    *ranks* says when each node is computed; a new node takes the rank of the one it replaces.
    """
    order = toposort(*outputs)
    counts = consumers(order)
    kept = set(outputs)
    new: dict[Node, Node] = {}
    places: dict[Node, tuple[Concatenate, int]] = {}  # where a block of size 1 stands
    for node in order:
        fresh = node.with_operands(*[new[operand] for operand in node.operands])
        if isinstance(fresh, Concatenate) and fresh.axis == 0:
            _note(fresh, places)
        if type(node) is Add and type(fresh) is Add:
            alone = {new[x] for x in node.operands if counts[x] == 1 and x not in kept}
            fresh = _stacked(fresh, alone, places)
        new[node] = fresh
        ranks.setdefault(fresh, ranks[node])
    return [new[output] for output in outputs]


def _note(node: Concatenate, places: dict[Node, tuple[Concatenate, int]]) -> None:
    """Remember where the operands of *node* stand, when each takes one place."""
    if all(operand.shape[0] == 1 for operand in node.operands):
        for place, operand in enumerate(node.operands):
            places.setdefault(operand, (node, place))


def _stacked(node: Add, alone: set[Node], places: dict[Node, tuple[Concatenate, int]]) -> Node:
    """The sum with each group of like products in it as one contraction."""
    groups: dict[Any, list[Einsum]] = {}
    for factor, term in zip(node.coefficients, node.operands, strict=True):
        if type(term) is Einsum and term in alone and len(term.operands) == 2 and _pays(term):
            groups.setdefault((factor, term.wiring, term.coefficient), []).append(term)
    long = {key: terms for key, terms in groups.items() if len(terms) >= FEWEST}
    if not long:
        return node
    gone = {term for terms in long.values() for term in terms}
    rest = [(x, c) for x, c in zip(node.operands, node.coefficients, strict=True) if x not in gone]
    rest += [(_contracted(terms, places), key[0]) for key, terms in long.items()]
    return combine([x for x, _ in rest], [c for _, c in rest])


def _pays(term: Einsum) -> bool:
    """Whether stacking the operands moves less than adding the products does."""
    moved = [product(operand.shape) for operand in term.operands]
    return sum(moved) <= product(term.shape)  # type: ignore[operator]


def _contracted(terms: Sequence[Einsum], places: dict[Node, tuple[Concatenate, int]]) -> Node:
    """The sum of products of one wiring, as one contraction over their number."""
    first = terms[0]

    def position(term: Einsum) -> int:
        found = places.get(expand_dims(term.operands[0], 0))
        return found[1] if found else term.serial

    terms = sorted(terms, key=position)
    label = len(first.wiring.sizes)
    inputs = [(label, *labels) for labels in first.wiring.inputs]
    wiring = Wiring.of(inputs, first.wiring.output, (*first.wiring.sizes, len(terms)))
    operands = [_side_by_side([expand_dims(term.operands[k], 0) for term in terms], places) for k in range(2)]
    return contract(operands, wiring, first.coefficient, first.result)


def _side_by_side(blocks: list[Node], places: dict[Node, tuple[Concatenate, int]]) -> Node:
    """The blocks as one array: part of a concatenation, if they follow each other there."""
    found = [places.get(block) for block in blocks]
    start = found[0]
    if start is not None:
        source, first = start
        run = [(source, first + k) for k in range(len(blocks))]
        if found == run:
            ranges = (Range(first, len(blocks), 1), *map(whole, source.shape[1:]))
            return slice_ranges(source, ranges)
    return concatenate(blocks)
