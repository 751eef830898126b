"""Which node made the NaN or infinity of a result: the graph run node by node, then traced entry by entry."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast, Identity, StopGradient
from symdiff.ops.entries.comparison import Where
from symdiff.ops.leaves import Constant
from symdiff.ops.regions import Barrier, Region

__all__ = ["Blame", "Marks", "blamed", "computed"]

Array = np.ndarray[Any, np.dtype[Any]]


class Blame(NamedTuple):
    """The first node that went wrong, the entries in which it did, and what that depends on.

    A NaN that was made of infinities, as inf - inf is, leads to the node that made the infinity; where that
    is an input or a constant, which may be meant, to the node that made the NaN, with the infinity's `cause`.
    """

    node: Node
    entries: Array
    cause: Node | None = None


class Marks:
    """The entries of every node of a graph that are NaN, and those that are infinite."""

    def __init__(self, outputs: Sequence[Node], fed: Mapping[Node, Array]) -> None:
        self.order = toposort(*outputs, stop=fed.keys())
        self.fed = fed
        self.nan: dict[Node, Array] = {}
        self.infinite: dict[Node, Array] = {}
        self.chosen: dict[Node, Array] = {}  # of where: the entries that are taken from the first choice
        for node, values in computed(self.order, fed):
            value = values[node]
            if value.dtype.kind in "fc" and not np.isfinite(value).all():
                for found, marks in ((self.nan, np.isnan(value)), (self.infinite, np.isinf(value))):
                    if marks.any():
                        found[node] = marks
                if isinstance(node, Where) and node not in fed:
                    self.chosen[node] = values[node.operands[0]]

    def sources(self, start: Mapping[Node, Array], marks: Mapping[Node, Array]) -> dict[Node, Array]:
        """The nodes where the marks of the entries in *start* begin, with the entries in which they do.

        Where entries correspond, an entry is followed to the same entry of the operands.
        """
        wanted = dict(start)
        found: dict[Node, Array] = {}
        for node in reversed(self.order):
            entries = wanted.pop(node, None)
            if entries is None:
                continue
            own = entries
            for operand, followed in self._followed(node, entries, marks):
                own = own & ~followed if _entrywise(node) else np.zeros_like(own)
                wanted[operand] = wanted[operand] | followed if operand in wanted else followed
            if own.any():
                found[node] = own
        return found

    def _followed(
        self, node: Node, entries: Array, marks: Mapping[Node, Array]
    ) -> Iterator[tuple[Node, Array]]:
        """The operands whose marks explain those of the *entries* of a node."""
        if node in self.fed:
            return
        for k, operand in enumerate(node.operands[: 1 if isinstance(node, Barrier | Region) else None]):
            followed = marks.get(operand)
            if followed is not None and _entrywise(node):
                followed = followed & entries
                if node in self.chosen:
                    followed = followed & (self.chosen[node] if k == 1 else ~self.chosen[node])
            if followed is not None and followed.any():
                yield operand, followed


def computed(order: Sequence[Node], fed: Mapping[Node, Array]) -> Iterator[tuple[Node, dict[Node, Array]]]:
    """Each node of *order*, when it has just been computed, and the values that are still needed."""
    last = {operand: node for node in order if node not in fed for operand in node.operands}
    values: dict[Node, Array] = {}
    for node in order:
        if node in fed:
            values[node] = fed[node]
        elif isinstance(node, Constant):
            values[node] = node.value
        else:
            with np.errstate(all="ignore"):
                values[node] = np.asarray(node.compute(np, *[values[operand] for operand in node.operands]))
        yield node, values
        done = {operand for operand in node.operands if last.get(operand) is node}
        for operand in done | ({node} if node not in last else set()):
            del values[operand]


def blamed(marks: Marks, output: Node) -> Blame | None:
    """What is to blame for the NaNs, or else the infinities, of *output*.

    None if all is finite, or infinite where a constant is: what is written down is meant.
    """
    if output in marks.nan:
        return _blamed_for_nan(marks, marks.sources({output: marks.nan[output]}, marks.nan))
    if output not in marks.infinite:
        return None
    sources = marks.sources({output: marks.infinite[output]}, marks.infinite)
    for kind in (_made(sources, marks), _given(sources, marks)):
        if kind:
            return Blame(kind[0], sources[kind[0]])
    return None


def _blamed_for_nan(marks: Marks, sources: Mapping[Node, Array]) -> Blame:
    """An input that holds a NaN, else what made one of infinities or of numbers, else a constant."""
    made = _made(sources, marks)
    node = (_given(sources, marks) or made or sorted_nodes(sources))[0]
    if node not in made:
        return Blame(node, sources[node])
    infinite = {}
    for operand in node.operands:
        found = marks.infinite.get(operand)
        if found is not None and _entrywise(node):
            found = found & sources[node]
        if found is not None and found.any():
            infinite[operand] = found
    roots = marks.sources(infinite, marks.infinite)
    first = _made(roots, marks)
    if first:
        return Blame(first[0], roots[first[0]])
    return Blame(node, sources[node], sorted_nodes(roots)[0] if roots else None)


def _made(nodes: Collection[Node], marks: Marks) -> list[Node]:
    """Those of the nodes that were computed, the oldest first."""
    return [node for node in sorted_nodes(nodes) if node.operands and node not in marks.fed]


def _given(nodes: Collection[Node], marks: Marks) -> list[Node]:
    """Those of the nodes whose values were given, the oldest first."""
    return [node for node in sorted_nodes(nodes) if node in marks.fed]


def sorted_nodes(nodes: Collection[Node]) -> list[Node]:
    """Nodes by age."""
    return sorted(nodes, key=lambda node: node.serial)


def _entrywise(node: Node) -> bool:
    """Whether an entry of the result depends on the same entry of each operand only."""
    return isinstance(node, Elementwise | Add | Cast | Identity | StopGradient | Barrier | Region)
