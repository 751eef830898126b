"""What is computed row by row on a long stack is computed in chunks of it.

The head of a recurrent network, its loss and its gradient work on the states of all steps, side by side. Cut
into chunks, those of the last steps can be done, and their gradients taken back through the loop, before
those of the steps before:

    softmax(stack(h) @ w)   =   the softmax of each chunk @ w, one after another
    stack(h).T @ g          =   the sum of the products of the chunks

All programs are cut in the same way, so that the rounding of a result never depends on how much memory there
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import inf

from symdiff.node import Node
from symdiff.ops.shape.shaping import Range, Slice, concatenate, slice_ranges
from symdiff.planning.graphs.accumulating import Term, accumulated
from symdiff.planning.graphs.hoisting import run_of
from symdiff.planning.graphs.readers import Readers
from symdiff.planning.graphs.rowwise import Wire, part, size_of
from symdiff.planning.graphs.stretches import Stretch, stretches_of

__all__ = ["in_chunks"]


def in_chunks(
    outputs: Sequence[Node], order: Sequence[Node], ranks: dict[Node, float]
) -> tuple[list[Node], dict[Node, Node]]:
    """What to compute in chunks, and how it fits into the rest of the graph, which stays as it is.

    Parameters
    ----------
    outputs, order : sequence of Node
        A graph, in topological order.
    ranks : dict
        When each node is computed; new nodes are given ranks of their own.

    Returns
    -------
    order : list of Node
        All nodes that are computed now, in topological order.
    instead : dict
        Nodes of the graph that are still read, and the new ones that have their values.
    """
    stretches, users = stretches_of(order)
    if not stretches:
        return list(order), {}
    readers = Readers(outputs, order, stretches, users, ranks)
    return _Chunking(order, readers, ranks).run(outputs)


class _Chunking:
    """Makes the chunks, and all that takes the place of what read the whole."""

    def __init__(self, order: Sequence[Node], readers: Readers, ranks: dict[Node, float]) -> None:
        self.order = order
        self.readers = readers
        self.ranks = ranks
        self.parts: dict[Node, list[Node]] = {}  # chunks of nodes
        self.instead: dict[Node, Node] = {}
        self.seen: set[Node] = set()
        self.made: dict[Node, None] = {}  # new nodes and those that stay, in order

    def run(self, outputs: Sequence[Node]) -> tuple[list[Node], dict[Node, Node]]:
        """The nodes that are computed, and those that stand for others."""
        readers = self.readers
        changed = readers.home.keys() | readers.sums.keys() | readers.cut.keys()
        for node in self.order:
            if node in changed:
                self.visit(node)
            else:
                self.made[node] = None
        return self.needed(outputs), self.instead

    def visit(self, node: Node) -> None:
        """Make what takes a node's place."""
        if node in self.seen or node in self.made:
            return
        self.seen.add(node)
        home = self.readers.home.get(node)
        if home is not None:
            self.split(node, home)
        elif node in self.readers.sums:
            self.replace(node, self.summed(node))
        elif node in self.readers.cut:
            self.replace(node, self.shown(node))
        else:
            self.made[node] = None

    def needed(self, outputs: Sequence[Node]) -> list[Node]:
        """What the outputs need."""
        needed = set(outputs)
        for node in reversed(self.made):
            if node in needed:
                needed.update((self.instead[node],) if node in self.instead else node.operands)
        return [node for node in self.made if node in needed]

    def enter(self, fresh: Node) -> Node:
        """Take note of a node that is read, and of what it reads; it may be one of the graph.

        A part of a sum that is stretched reads the whole of what is summed, which nobody else may do.
        """
        if fresh in self.readers.users:
            self.visit(fresh)
            if fresh not in self.made:
                self.join(fresh, self.readers.home[fresh])
        elif fresh not in self.made:
            for operand in fresh.operands:
                self.enter(operand)
            self.made[fresh] = None
        return fresh

    def replace(self, node: Node, fresh: Node) -> None:
        """Let a node have the value of a new one."""
        if fresh is not node:
            self.instead[node] = self.enter(fresh)
        self.made[node] = None

    def split(self, node: Node, stretch: Stretch) -> None:
        """The chunks of a node, and the whole of it if that is read."""
        axis, wire = stretch.axes[node], stretch.made.get(node)
        if wire is not None:
            self.parts[node] = [self.chunk(node, wire, stretch, k) for k in range(stretch.count)]
            if node in self.readers.whole:
                self.join(node, stretch)
        elif node in self.readers.whole:
            self.made[node] = None
            cuts = stretch.cuts(size_of(node, axis))
            self.parts[node] = [run_of(node, axis, a, b - a) for a, b in pairwise(cuts)]
        else:
            groups = stretch.grouped(node)
            self.parts[node] = [self.enter(concatenate(group, axis)) for group in groups]

    def join(self, node: Node, stretch: Stretch) -> None:
        """The whole of a node of which there are chunks."""
        if node in stretch.made:
            self.replace(node, concatenate(self.parts[node], stretch.axes[node]))
        else:
            self.made[node] = None

    def chunk(self, node: Node, wire: Wire, stretch: Stretch, k: int) -> Node:
        """One chunk of what is computed row by row."""
        operands = [
            self.read_in(operand, axis, stretch, k)
            for operand, axis in zip(node.operands, wire.operands, strict=True)
        ]
        start, stop = stretch.cuts(wire.size(node))[k : k + 2]
        fresh = self.enter(part(node, wire, operands, stop - start))
        when = self.readers.times[node][k] if node in self.readers.times else inf
        if when < self.ranks.get(fresh, inf):  # which chunks may share
            self.ranks[fresh] = when
        return fresh

    def read_in(self, operand: Node, axis: int | None, stretch: Stretch, k: int) -> Node:
        """What a chunk reads of an operand."""
        if axis is None:
            return operand
        if stretch.axes.get(operand) == axis:
            return self.parts[operand][k]
        start, stop = stretch.cuts(size_of(operand, axis))[k : k + 2]
        return run_of(operand, axis, start, stop - start)

    def summed(self, node: Node) -> Node:
        """A sum along the axis that is cut, each chunk added to those before it as soon as it is ready."""
        stretch, wire = self.readers.sums[node]
        inner = [self.readers.times[x] for x, fits in stretch.reads(node, wire) if fits]
        parts = []
        for k in range(stretch.count):
            when = max([times[k] for times in inner])
            fresh = self.chunk(node, wire, stretch, k)
            self.ranks.setdefault(fresh, when)
            parts.append(Term(fresh, 1, when))
        return accumulated(parts, self.ranks)

    def shown(self, node: Node) -> Node:
        """A slice of one chunk."""
        assert isinstance(node, Slice), "what is cut out is a slice"
        (source,) = node.operands
        stretch = self.readers.home[source]
        axis, k = stretch.axes[source], self.readers.cut[node]
        start, length, _ = node.ranges[axis]
        ranges = list(node.ranges)
        ranges[axis] = Range(start - stretch.cuts(size_of(source, axis))[k], length, 1)
        return slice_ranges(self.parts[source][k], tuple(ranges))
