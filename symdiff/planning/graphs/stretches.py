"""Long stacks in a graph, and all that is computed from them or for them row by row.

A stretch begins where the steps of a loop are put side by side, or where an array is made of which they read
slices, and reaches as far as operations work row by row along that axis.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from symdiff.dims import product
from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.ops.shape.shaping import Concatenate, Slice
from symdiff.planning.graphs.chunks import FEWEST, chunk_length
from symdiff.planning.graphs.hoisting import places_of
from symdiff.planning.graphs.rowwise import Wire, size_of, wires
from symdiff.planning.memory.tiles import PIECE

__all__ = ["Stretch", "reader_of", "span_of", "stretches_of", "users_of"]

PAIR = 2  # chunks, up to which a stretch stays whole
SPARE = 4  # parts of a chunk, of which another one may be added, so that no scraps are left


@dataclass(slots=True)
class Stretch:
    """What is computed in chunks along one axis.

    Attributes
    ----------
    axes : dict
        For each node of it, where that axis is.
    made : dict
        For each node that is computed chunk by chunk, how; the others are concatenations along the axis.
    bounds : list of int
        Where the chunks begin, and where the last one ends.
    """

    axes: dict[Node, int] = field(default_factory=dict)
    made: dict[Node, Wire] = field(default_factory=dict)
    bounds: list[int] = field(default_factory=list)

    @property
    def count(self) -> int:
        """The number of chunks."""
        return len(self.bounds) - 1

    def cuts(self, size: int) -> list[int]:
        """Where chunks begin and end along an axis of this size, which may be several times as long."""
        return [bound * size // self.bounds[-1] for bound in self.bounds]

    def chunk(self, start: int, length: int, size: int) -> int | None:
        """The chunk in which these places of an axis of this size are; None if they are in several."""
        cuts = self.cuts(size)
        k = bisect_right(cuts, start) - 1
        return k if k < self.count and start + length <= cuts[k + 1] else None

    def reads(self, node: Node, wire: Wire) -> Iterator[tuple[Node, bool]]:
        """The operands that belong to the stretch, and whether an operation reads chunks of them."""
        for operand, axis in zip(node.operands, wire.operands, strict=True):
            if operand in self.axes:
                yield operand, axis == self.axes[operand]

    def grouped(self, node: Node) -> list[list[Node]]:
        """The parts of a concatenation that each chunk is made of."""
        groups: list[list[Node]] = [[] for _ in range(self.count)]
        axis, place = self.axes[node], 0
        total = size_of(node, axis)
        for operand in node.operands:
            size = size_of(operand, axis)
            k = self.chunk(place, size, total)
            assert k is not None, "chunks begin and end with parts"
            groups[k].append(operand)
            place += size
        return groups


def users_of(order: Sequence[Node]) -> dict[Node, list[Node]]:
    """For each node, those that read it, in order."""
    users: dict[Node, list[Node]] = {node: [] for node in order}
    for node in order:
        for operand in dict.fromkeys(node.operands):
            users[operand].append(node)
    return users


def stretches_of(order: Sequence[Node]) -> tuple[list[Stretch], Mapping[Node, list[Node]]]:
    """The stretches that take more than two chunks, none of which overlap, and who reads each node."""
    seeds = [(node, axis) for node, axis, size in _seeds(order) if PAIR * _chunk(node, axis) < size]
    users = users_of(order) if seeds else {}
    found: list[Stretch] = []
    taken: set[Node] = set()
    for node, axis in seeds:
        if node not in taken:
            stretch = _grown(node, axis, users, taken)
            if not stretch.axes:
                continue
            taken.update(stretch.axes)
            stretch.bounds = _bounds(stretch, users, _length(stretch, _chunk(node, axis)))
            if stretch.count > PAIR:
                found.append(stretch)
    return found, users


def _seeds(order: Sequence[Node]) -> Iterator[tuple[Node, int, int]]:
    """Concatenations of many parts, and arrays of which many slices are read; an axis, and its size."""
    for node in order:
        if type(node) is Concatenate and len(node.operands) >= FEWEST and node.axis < node.ndim - 1:
            yield node, node.axis, size_of(node, node.axis)
    counts: dict[tuple[Node, int], int] = {}
    for source, axis, _ in places_of(order).values():
        counts[source, axis] = counts.get((source, axis), 0) + 1
    for (source, axis), count in counts.items():
        if count >= FEWEST and source.operands and axis < source.ndim - 1:
            yield source, axis, size_of(source, axis)


def _chunk(node: Node, axis: int) -> int:
    """How many places along an axis a chunk has: all axes but that and the last one count as rows."""
    return chunk_length(product([*node.shape[:axis], *node.shape[axis + 1 : -1]]))  # type: ignore[arg-type]


def _length(stretch: Stretch, rows: int) -> int:
    """The places of a chunk: so many as give the *rows* of a product; where there is none, of a piece."""
    products = [x for x in stretch.made if type(x) is Einsum and len(x.operands) > 1 and x.wiring.summed]
    if products or len(stretch.made) < len(stretch.axes):
        return rows
    node, axis = next(iter(stretch.axes.items()))
    widest: Any = max([product(x.shape) * x.dtype.itemsize for x in stretch.made])  # type: ignore[type-var]
    return min(rows, max(1, int(PIECE * size_of(node, axis) // widest)))


def _grown(seed: Node, axis: int, users: Mapping[Node, list[Node]], taken: set[Node]) -> Stretch:
    """All that is connected with a seed by operations that work row by row along its axis."""
    found = Stretch()
    open_ = [(seed, axis)]
    while open_:
        node, axis = open_.pop()
        if node in found.axes or node in taken or not node.operands:
            continue
        wire = next((wire for wire in wires(node) if wire.result == axis), None)
        if wire is not None:
            found.made[node] = wire
            open_ += [(x, a) for x, a in zip(node.operands, wire.operands, strict=True) if a is not None]
        elif type(node) is not Concatenate or node.axis != axis:
            continue  # computed whole
        found.axes[node] = axis
        if wire is None or any(a is not None for a in wire.operands):
            for user in users[node]:
                further = reader_of(user, node, axis)
                if further is not None and further.result is not None:
                    open_.append((user, further.result))
    return found


def reader_of(user: Node, node: Node, axis: int) -> Wire | None:
    """How *user* works row by row along an axis of *node*, if it does."""
    for wire in wires(user):
        if any(x is node and a == axis for x, a in zip(user.operands, wire.operands, strict=True)):
            return wire
    return None


# --- where it is cut ------------------------------------------------------------------------------------


def _bounds(stretch: Stretch, users: Mapping[Node, list[Node]], length: int) -> list[int]:
    """Chunks of about *length*, if that can be, between parts of concatenations, and around slices."""
    node, axis = next(iter(stretch.axes.items()))
    total = size_of(node, axis)
    sizes = {size_of(node, axis) for node, axis in stretch.axes.items()}
    allowed = {place for place in range(total + 1) if not any(place * size % total for size in sizes)}
    wanted = {total}
    for node, axis in stretch.axes.items():
        size = size_of(node, axis)
        if node not in stretch.made:
            edges = accumulate([size_of(operand, axis) for operand in node.operands])
            allowed &= {0, *[edge * total // size for edge in edges if edge * total % size == 0]}
        for user in users[node]:
            span = span_of(user, axis)
            if span is not None and 1 < span[1] * total / size <= length:
                wanted.update([place * total // size for place in (span[0], sum(span))])
    places = sorted(allowed)
    bounds = [0]
    while bounds[-1] < total:
        bounds.append(_next(places, wanted & allowed, bounds[-1], length))
    return bounds


def span_of(user: Node, axis: int) -> tuple[int, int] | None:
    """The places that a slice reads along an axis, if it reads those next to each other: start and length."""
    if type(user) is not Slice:
        return None
    start, length, step = user.ranges[axis]
    return (start, length) if step == 1 else None  # type: ignore[return-value]


def _next(places: Sequence[int], wanted: set[int], start: int, length: int) -> int:
    """Where the chunk from *start* on ends."""
    near = [place for place in wanted if start < place <= start + length + length // SPARE]
    if near:
        return max(near)
    until = min([place for place in wanted if place > start], default=places[-1])
    count = -(-(until - start) // length)
    aim = start + -(-(until - start) // count)
    below = [place for place in places if start < place <= aim]
    return below[-1] if below else next(place for place in places if place > start)
