"""Walks over graphs: each one a fold over a topological order, none of them recursive."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from operator import attrgetter
from typing import Any

from symdiff.errors import ShapeError
from symdiff.node import Leaf, Node

__all__ = [
    "ancestors",
    "consumers",
    "copied",
    "depends",
    "leaves",
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
    for node in order:  # which grows on the way
        if node not in stop:
            for operand in node.operands:
                if operand not in found:
                    found.add(operand)
                    order.append(operand)
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
    new = dict(given or {})
    for node in toposort(*outputs, stop=new.keys()):
        if node not in new:
            new[node] = visit(node.with_operands(*[new[operand] for operand in node.operands]))
    return [new[output] for output in outputs]


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
