"""Which values lie side by side in one array already, and which are put there."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache

from symdiff.dims import Shape, product
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.shape.shaping import Concatenate, concatenate
from symdiff.planning.graphs.hoisting import Place, run_of, stands_alone
from symdiff.wiring import Wiring

__all__ = ["Standing"]


class Standing:
    """The places of nodes of a graph in larger arrays, and the larger arrays of a new graph.

    Attributes
    ----------
    new : dict
        For each node of the graph, the one that takes its place, as far as these are made.
    """

    def __init__(self, order: Sequence[Node], slices: Mapping[Node, Place]) -> None:
        self.new: dict[Node, Node] = {}
        self.places: dict[Node, Place] = dict(slices)
        self.homes: dict[Node, tuple[list[Node], int]] = {}  # values to be put side by side, and which it is
        self.stacks: dict[int, tuple[Sequence[Node], Node]] = {}  # arrays that stand side by side, as one
        for node in order:
            if type(node) is Concatenate and node.axis == 0:
                for start, operand in enumerate(node.operands if node.shape[0] == len(node.operands) else ()):
                    self.places.setdefault(_row(operand), Place(node, 0, start))

    def is_stackable(self, term: Einsum) -> bool:
        """Whether a product of two has another one beside it wherever its factors have; numbers have none."""
        for k, operand in enumerate(term.operands):
            place = self.places.get(operand)
            own = place is not None and place.source.ndim == operand.ndim  # an axis of length 1
            if own and place is not None and not stands_alone(term.wiring, k, place.axis):
                return False
        return len(term.operands) == 2 and any(operand.ndim for operand in term.operands)

    def are_loose(self, terms: Sequence[Einsum]) -> bool:
        """Whether no factor of the first term stands in a larger array."""
        return self.places.keys().isdisjoint(terms[0].operands)

    def copied(self, blocks: Sequence[Node]) -> int:
        """The entries that have to be copied to have the blocks side by side.

        What is computed, and stands nowhere else, is computed there in the first place.
        """
        if len({*blocks}) == 1 or self.homes.keys() >= {*blocks}:
            return 0
        if self.run(sorted(blocks, key=self.position)) is not None:
            return 0
        return sum([0 if self.is_loose(block) else product(block.shape) for block in blocks])  # type: ignore[misc]

    def is_loose(self, node: Node) -> bool:
        """Whether a value is computed, and at a place of our choice."""
        if node in self.places or node in self.homes:
            return False
        return isinstance(node, Elementwise | Add) or (type(node) is Einsum and not node.wiring.is_view)

    def settle(self, blocks: Sequence[Node]) -> None:
        """Take note that these will lie side by side, if they do not yet."""
        if len({*blocks}) == len(blocks) and not any(x in self.places or x in self.homes for x in blocks):
            home = list(blocks)
            self.homes.update({block: (home, k) for k, block in enumerate(home)})

    def groups(self, columns: Sequence[Sequence[Node]]) -> list[list[int]] | None:
        """The places in a column of blocks that are put side by side, together; None if none of them are."""
        for blocks in columns:
            if self.homes.keys() >= {*blocks}:
                found: dict[int, list[int]] = {}
                for k, block in enumerate(blocks):
                    found.setdefault(id(self.homes[block][0]), []).append(k)
                return list(found.values())
        return None

    def sorted(self, terms: Sequence[Einsum]) -> list[Einsum]:
        """The terms in the order in which most of their factors stand."""
        for k in range(2):
            blocks = [term.operands[k] for term in terms]
            if all(block in self.homes or block in self.places for block in blocks):
                return sorted(terms, key=lambda term: self.position(term.operands[k]))
        return list(terms)

    def position(self, block: Node) -> int:
        """Where a block stands among others; 0 if it does not."""
        if block in self.places:
            return self.places[block].start
        return self.homes[block][1] if block in self.homes else 0

    def run(self, blocks: Sequence[Node]) -> Place | None:
        """The place of the first of the blocks, if the others follow it in the same array."""
        first = self.places.get(blocks[0])
        if first is None:
            return None
        source, axis, start = first
        for k, block in enumerate(blocks):
            place = self.places.get(block)
            if place is None or place.source is not source or place[1:] != (axis, start + k):
                return None
        return first

    def within(self, terms: Collection[Node]) -> Iterator[Sequence[Node]]:
        """Values that are put side by side and are all among the *terms*."""
        homes = {id(self.homes[term][0]): self.homes[term][0] for term in terms if term in self.homes}
        for blocks in homes.values():
            if all(block in terms for block in blocks):
                yield blocks

    def side_by_side(self, blocks: Sequence[Node]) -> tuple[Node, int]:
        """The blocks as one new array, and the axis along which they follow each other.

        That axis is one of theirs of length 1, where they are slices, or a new first one.
        """
        place = self.run(blocks)
        if place is not None and place.source in self.new:
            source, axis, start = place
            return run_of(self.new[source], axis, start, len(blocks)), axis
        home, start = self.homes.get(blocks[0], (blocks, 0))
        if home[start : start + len(blocks)] != list(blocks) or not self.new.keys() >= {*home}:
            home, start = blocks, 0
        if id(home) not in self.stacks:
            rows = [self.new[block] for block in home]
            stack = concatenate([contract((row,), _with_first(row.shape)) for row in rows])
            self.stacks[id(home)] = home, stack
        return run_of(self.stacks[id(home)][1], 0, start, len(blocks)), 0


@lru_cache(maxsize=4096)
def _with_first(shape: Shape) -> Wiring:
    """The wiring that puts an axis of length 1 before the others."""
    labels = tuple(range(len(shape)))
    return Wiring.of([labels], (len(shape), *labels), (*shape, 1))


def _row(node: Node) -> Node:
    """What a row of a concatenation shows, when that is a node with a first axis of length 1 put before."""
    if type(node) is Einsum and len(node.operands) == 1 and node.coefficient == 1:
        ((labels,), output, _) = node.wiring
        if output[1:] == labels and node.shape[0] == 1:
            return node.operands[0]
    return node
