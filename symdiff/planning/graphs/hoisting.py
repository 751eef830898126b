"""Products of the slices of one array with one weight become one product, of many rows.

    x[0] @ w, x[1] @ w, x[2] @ w   =   the slices of  x[0:3] @ w

A loop that reads a sequence step by step takes such products one by one; BLAS takes many rows at once in
less time. As many steps are taken together as make `ROWS` rows, each chunk when its first row is needed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from symdiff.dims import Shape, product
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.shape.shaping import Range, Slice, slice_ranges, whole
from symdiff.planning.graphs.chunks import FEWEST, chunk_length, chunks
from symdiff.wiring import Wiring

__all__ = ["Hoisting", "Place", "places_of", "run_of", "stands_alone"]


class Place(NamedTuple):
    """Where a slice of length 1 stands: in which array, along which axis, and where on it."""

    source: Node
    axis: int
    start: int


def places_of(order: Sequence[Node]) -> dict[Node, Place]:
    """The slices that are whole along all axes but one, and of length 1 along that."""
    found: dict[Node, Place] = {}
    for node in order:
        if type(node) is Slice:
            (source,), ranges = node.operands, node.ranges
            partial = [axis for axis, size in enumerate(source.shape) if ranges[axis] != whole(size)]
            if len(partial) == 1 and ranges[partial[0]].length == 1:
                found[node] = Place(source, partial[0], ranges[partial[0]].start)  # type: ignore[arg-type]
    return found


def run_of(source: Node, axis: int, start: int, length: int) -> Node:
    """*length* entries of *source* along an axis."""
    ranges = list(map(whole, source.shape))
    ranges[axis] = Range(start, length, 1)
    return slice_ranges(source, tuple(ranges))


class Hoisting:
    """The products of slices in a graph, and what takes their place in a new one.

    Attributes
    ----------
    places : dict
        For each such product the run that it belongs to, and its place there.
    """

    def __init__(self, order: Sequence[Node], slices: Mapping[Node, Place]) -> None:
        self.slices = slices
        self.places: dict[Node, tuple[list[Einsum], int]] = {}
        for run in _runs(order, slices) if slices else ():
            self.places.update({node: (run, k) for k, node in enumerate(run)})
        self.made: dict[Node, Node] = {}

    def row(self, node: Node, new: Mapping[Node, Node], ranks: dict[Node, float]) -> Node:
        """What stands for a product, as part of the product of its whole run.

        That is given the rank of the first product that it stands for.
        """
        run, k = self.places[node]
        if run[0] not in self.made:
            made = self.made[run[0]] = _product(run, self.slices, new)
            ranks.setdefault(made, min([ranks[member] for member in run]))
        row = run_of(self.made[run[0]], 0, k, 1)
        return contract((row,), _without_first(row.shape))


@lru_cache(maxsize=4096)
def _without_first(shape: Shape) -> Wiring:
    """The wiring that leaves out a first axis of length 1."""
    labels = range(len(shape))
    return Wiring.of([labels], labels[1:], shape)


def _runs(order: Sequence[Node], slices: Mapping[Node, Place]) -> list[list[Einsum]]:
    """Products of slices that follow each other in one array with one other factor."""
    groups: dict[Any, list[tuple[int, Einsum]]] = {}
    for node in order:
        found = _sliced(node, slices) if type(node) is Einsum and len(node.operands) == 2 else None
        if found is not None and isinstance(node, Einsum):
            k, place = found
            key = place.source, place.axis, k, node.operands[1 - k], node.wiring, node.coefficient
            groups.setdefault(key, []).append((place.start, node))
    runs = []
    for (_, _, k, *_), members in groups.items():
        members.sort(key=lambda member: member[0])
        length = chunk_length(_rows(members[0][1], k))
        for run in _consecutive(members) if len(members) >= FEWEST else ():
            if len(run) >= FEWEST:
                runs += [chunk for chunk in chunks(run, length) if len(chunk) > 1]
    return runs


def _sliced(node: Einsum, slices: Mapping[Node, Place]) -> tuple[int, Place] | None:
    """Which factor of a product is a slice, with its place; None if neither is, or nothing is summed."""
    wiring = node.wiring
    for k in range(2):
        place = slices.get(node.operands[k])
        if place is not None and stands_alone(wiring, k, place.axis):
            return (k, place) if len(wiring.summed) > 1 and len({*wiring.output}) == node.ndim else None
    return None


@lru_cache(maxsize=4096)
def stands_alone(wiring: Wiring, k: int, axis: int) -> bool:
    """Whether an axis of operand *k* is summed by itself."""
    label = wiring.inputs[k][axis]
    return sum([labels.count(label) for labels in (*wiring.inputs, wiring.output)]) == 1


def _rows(node: Einsum, k: int) -> int:
    """The rows of a product: the entries of the slice per summed entry."""
    wiring = node.wiring
    own = [label for label in {*wiring.inputs[k]} if label in wiring.output]
    return product([wiring.sizes[label] for label in own])  # type: ignore[return-value]


def _consecutive(members: Sequence[tuple[int, Einsum]]) -> list[list[Einsum]]:
    """The members in runs without a gap, each place once."""
    runs: list[list[Einsum]] = []
    last = None
    for start, node in members:
        if last is None or start != last + 1:
            runs.append([])
        runs[-1].append(node)
        last = start
    return runs


def _product(run: Sequence[Einsum], slices: Mapping[Node, Place], new: Mapping[Node, Node]) -> Node:
    """The products of a run as one, along a first axis."""
    first = run[0]
    found = _sliced(first, slices)
    assert found is not None, "members of a run are products of slices"
    k, (source, axis, start) = found
    operands = [run_of(new[source], axis, start, len(run)), new[first.operands[1 - k]]]
    operands = operands if k == 0 else operands[::-1]
    inputs: list[tuple[object, ...]] = list(first.wiring.inputs)
    inputs[k] = (*inputs[k][:axis], "step", *inputs[k][axis + 1 :])
    sizes: dict[Any, Any] = {**dict(enumerate(first.wiring.sizes)), "step": len(run)}
    wiring = Wiring.of(inputs, ("step", *first.wiring.output), sizes)
    return contract(operands, wiring, first.coefficient, first.dtype)
