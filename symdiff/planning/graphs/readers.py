"""How what is computed in chunks is read, in chunks or whole, and when each chunk is computed.

A chunk is computed when its first row is needed, or where no row is, as soon as it can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import inf

from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.ops.shape.shaping import Slice
from symdiff.planning.graphs.rowwise import Wire, adds_little, size_of, wires
from symdiff.planning.graphs.stretches import Stretch, span_of

__all__ = ["Readers"]


class Readers:
    """Who reads what of stretches.

    Parameters
    ----------
    outputs, order : sequence of Node
        A graph, in topological order.
    stretches, users : sequence of Stretch, dict
        What is computed in chunks, and who reads each node.
    ranks : dict
        When each node is computed.

    Attributes
    ----------
    home : dict
        The stretch of each node that is computed in chunks.
    sums : dict
        What adds up over chunks, with the stretch and how.
    cut : dict
        Slices of one chunk, and which.
    whole : set
        What is read whole as well.
    times : dict
        For each node that is computed in chunks, when each of them is.
    """

    def __init__(
        self,
        outputs: Sequence[Node],
        order: Sequence[Node],
        stretches: Sequence[Stretch],
        users: Mapping[Node, list[Node]],
        ranks: Mapping[Node, float],
    ) -> None:
        self.users = users
        self.ranks = ranks
        self.home = {node: stretch for stretch in stretches for node in stretch.axes}
        self.sums: dict[Node, tuple[Stretch, Wire]] = {}
        self.cut: dict[Node, int] = {}
        self.whole = {node for node in outputs if node in self.home}
        for node in dict.fromkeys([user for inner in self.home for user in users[inner]]):
            self.read(node)
        self.times: dict[Node, list[float]] = {}
        inside = [node for node in order if node in self.home]
        for node in reversed(inside):
            self.times[node] = self.due(node)
        for node in inside:
            if inf in self.times[node]:
                pairs = zip(self.times[node], self.ready(node), strict=True)
                self.times[node] = [first if when == inf else when for when, first in pairs]

    def read(self, node: Node) -> None:
        """Take note of how a node reads what is computed in chunks."""
        inside = [operand for operand in node.operands if operand in self.home]
        stretch = self.home[inside[0]]
        wire = self.home[node].made.get(node) if node in self.home else None
        if node in self.home:
            stretch = self.home[node]
        elif self.slices(node, stretch):
            return
        else:
            wire = self.adds(node, stretch)
        chunked = [] if wire is None else [x for x, fits in stretch.reads(node, wire) if fits]
        self.whole.update([operand for operand in inside if operand not in chunked])

    def slices(self, node: Node, stretch: Stretch) -> bool:
        """Whether a node is a slice of one chunk."""
        if type(node) is not Slice:
            return False
        (source,) = node.operands
        axis = stretch.axes[source]
        span = span_of(node, axis)
        chunk = None if span is None else stretch.chunk(*span, size_of(source, axis))
        if chunk is not None:
            self.cut[node] = chunk
        return chunk is not None

    def adds(self, node: Node, stretch: Stretch) -> Wire | None:
        """The axes along which a node sums up chunks, if that is worth it."""
        for wire in wires(node) if node not in self.home else ():
            fits = any(fits for _, fits in stretch.reads(node, wire))
            if wire.result is None and fits and adds_little(node, 1 / stretch.count):
                self.sums[node] = stretch, wire
                return wire
        return None

    # --- when it is computed ------------------------------------------------------------------------

    def due(self, node: Node) -> list[float]:
        """When the first reader of each chunk is computed; infinity where it is only added up."""
        stretch = self.home[node]
        first = [inf] * stretch.count
        for user in self.users[node]:
            if user in self.cut:
                first[self.cut[user]] = min(first[self.cut[user]], self.need(user))
            elif self.home.get(user) is stretch:
                first = list(map(min, first, self.times[user]))
            elif user not in self.sums:
                first = [min(when, self.need(user)) for when in first]
        return first

    def need(self, node: Node) -> float:
        """When a node is computed; for a view, when its first reader is."""
        first, open_ = inf, [node]
        while open_:
            node = open_.pop()
            if type(node) is Slice or (type(node) is Einsum and node.wiring.is_view):
                open_ += self.users[node]
            else:
                first = min(first, self.rank(node) - 0.5)
        return first

    def ready(self, node: Node) -> list[float]:
        """From when on each chunk can be computed."""
        stretch = self.home[node]
        if node not in stretch.made:
            return [max(map(self.rank, group)) for group in stretch.grouped(node)]
        inside = [self.times[x] for x in node.operands if x in stretch.axes]
        others = [self.rank(x) for x in node.operands if x not in stretch.axes]
        if not inside:
            return [max(others, default=-inf)] * stretch.count
        return [max([*column, *others]) for column in zip(*inside, strict=True)]

    def rank(self, node: Node) -> float:
        """When a node is computed; for one made on the way, when what it shows is."""
        while node not in self.ranks and node.operands:
            node = node.operands[0]
        return self.ranks.get(node, 0.0)
