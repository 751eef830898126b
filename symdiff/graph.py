"""Walks over graphs: each one a fold over a topological order, none of them recursive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import chain
from operator import attrgetter
from typing import Any

from symdiff.errors import ShapeError
from symdiff.node import Leaf, Node, replacing

__all__ = [
    "Graph",
    "ancestors",
    "consumers",
    "copied",
    "depends",
    "leaves",
    "moved",
    "rebuild",
    "restored",
    "rows",
    "substitute",
    "toposort",
]


def toposort(*outputs: Node, stop: Collection[Node] = ()) -> list[Node]:
    """Every node the outputs need, operands before users; nothing below the nodes in *stop*."""
    for output in outputs:
        if not isinstance(output, Node):
            raise TypeError(f"toposort: give nodes one by one, not {type(output).__name__} {output!r}")
    found = set(outputs)
    order = list(found)
    enter, append, stops = found.add, order.append, len(stop) > 0
    for node in order:  # which grows on the way
        if stops and node in stop:
            continue
        for operand in node.operands:
            if operand not in found:
                enter(operand)
                append(operand)
    order.sort(key=_serial)
    return order


_serial = attrgetter("serial")


def ancestors(order: Iterable[Node], sources: Iterable[Node]) -> set[Node]:
    """The nodes of a topological *order* that depend on one of the *sources*, these included."""
    found = set(sources)
    for node in order:
        if not found.isdisjoint(node.operands):
            found.add(node)
    return found


def consumers(order: Iterable[Node]) -> dict[Node, int]:
    """How many operand positions in *order* each node fills."""
    return Counter(chain.from_iterable([node.operands for node in order]))


def depends(node: Node, sources: Collection[Node]) -> bool:
    """Whether *node* is computed from another one of the *sources*; nothing older than them is visited."""
    oldest = min(source.serial for source in sources)
    found, frontier = set(), [node]
    while frontier:
        for operand in frontier.pop().operands:
            if operand.serial >= oldest and operand not in found:
                found.add(operand)
                frontier.append(operand)
    return not found.isdisjoint(sources)


def leaves(*outputs: Node) -> list[Node]:
    """The nodes without operands that the outputs need, oldest first."""
    return [node for node in toposort(*outputs) if not node.operands]


def rebuild(
    outputs: Sequence[Node],
    visit: Callable[[Node], Node],
    given: Mapping[Node, Node] | None = None,
) -> list[Node]:
    """The same graph with *visit* applied to each node, operands first.

    Nodes in *given* are replaced by what it says, and neither they nor what lies below are visited.
    """
    changed = dict(given or {})
    for node in toposort(*outputs, stop=changed.keys()):
        if node not in changed:
            fresh = visit(moved(node, changed))
            if fresh is not node:
                changed[node] = fresh
    return [changed.get(output, output) for output in outputs]


def moved(node: Node, changed: Mapping[Node, Node]) -> Node:
    """The node on its operands as they are now, those that have *changed*."""
    operands = node.operands
    if changed.keys().isdisjoint(operands):
        return node
    return node.with_operands(*[changed.get(operand, operand) for operand in operands])


class Graph:
    """Results together with all that they need, which is looked for once.

    A pass that changes nothing gives back the graph that it was given, so that the next one need not look.
    """

    def __init__(self, outputs: Iterable[Node]) -> None:
        self.outputs = tuple(outputs)

    @cached_property
    def order(self) -> list[Node]:
        """Every node, operands before users."""
        return toposort(*self.outputs)

    @cached_property
    def uses(self) -> dict[Node, int]:
        """How many operand positions each node fills."""
        return consumers(self.order)

    @cached_property
    def alone(self) -> set[Node]:
        """The nodes that are no results, and fill one operand position."""
        return {node for node, count in self.uses.items() if count == 1}.difference(self.outputs)

    def rebuilt(self, visit: Callable[[Node], Node]) -> Graph:
        """The same graph with *visit* applied to each node, operands first.

        What replaces a node stands where it did.
        """
        changed: dict[Node, Node] = {}
        with replacing() as place:
            for node in self.order:
                place.serial = node.serial
                fresh = visit(moved(node, changed))
                if fresh is not node:
                    changed[node] = fresh
        return self.with_changes(changed)

    def with_changes(self, changed: Mapping[Node, Node]) -> Graph:
        """The graph of what the results have become; itself if nothing has changed."""
        return Graph([changed.get(output, output) for output in self.outputs]) if changed else self


def substitute(outputs: Sequence[Node], replacements: Mapping[Node, Node]) -> list[Node]:
    """The same graph with some nodes replaced by others.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(2.0, "x"), sd.Variable(5.0, "y")
    >>> (z,) = substitute([x * x + 1], {x: y})
    >>> print(z, "=", z())
    y**2 + 1 = 26.0
    """
    if isinstance(outputs, Node):
        raise TypeError(f"substitute: give a list of outputs, not the one node {outputs!r}")
    for old, new in replacements.items():
        if not (isinstance(old, Node) and isinstance(new, Node)):
            raise TypeError(f"substitute: {old!r}: {new!r} is no pair of nodes; use constant for values")
        if (old.shape, old.dtype) != (new.shape, new.dtype):
            raise ShapeError(
                f"substitute: {old!r} cannot become {new!r}; shape and dtype must agree, so reshape or cast"
            )
    return rebuild(outputs, lambda node: node, replacements)


def copied(node: Node, memo: dict[int, Any]) -> Node:
    """The graph of *node* over deep copies of its leaves, which *memo* remembers by identity."""
    given: dict[Node, Node] = {}
    for leaf in toposort(node):
        if isinstance(leaf, Leaf):
            given[leaf] = memo[id(leaf)] if id(leaf) in memo else leaf.__deepcopy__(memo)
    (copy,) = rebuild([node], lambda node: node, given)
    memo[id(node)] = copy
    return copy


def rows(node: Node) -> list[Any]:
    """The graph as a flat list, for pickling: leaves, or a class, places of operands, and attributes."""
    order = toposort(node)
    places = {node: place for place, node in enumerate(order)}
    return [
        node
        if isinstance(node, Leaf)
        else (type(node), tuple([places[operand] for operand in node.operands]), node.attributes)
        for node in order
    ]


def restored(rows: Sequence[Any]) -> Node:
    """The last node of a flat list."""
    nodes: list[Node] = []
    for row in rows:
        if isinstance(row, Leaf):
            nodes.append(row)
        else:
            kind, places, attributes = row
            settings = dict(zip(kind.fields, attributes, strict=True))
            nodes.append(kind(*[nodes[place] for place in places], **settings))
    return nodes[-1]
