"""The two sweeps of differentiation, which know no operation: cotangents handed down, tangents handed up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symdiff.dtypes import is_inexact
from symdiff.errors import GraphError
from symdiff.graph import ancestors, depends, leaves, rebuild, toposort
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.filled import zeros

__all__ = ["pullback", "pushforward"]


class _Span(NamedTuple):
    """What lies between some sources and a result, operations in the pieces they are differentiated in."""

    top: Node
    sources: list[Node]
    order: list[Node]
    active: set[Node]


def _between(y: Node, sources: Sequence[Node]) -> _Span:
    """The nodes that depend on a source and that *y* depends on; nothing below the sources is visited."""
    ends = {source: source for source in sources if not depends(source, sources)}
    top, *moved = rebuild([y, *sources], lambda node: node.expanded(), ends)
    walk = toposort(top, stop=ends.keys())
    found = set(walk)
    for source in moved:
        if source not in found and source.melts and not set(leaves(source)).isdisjoint(leaves(top)):
            raise GraphError(
                f"{source!r} is not in the graph of {y!r}: what uses it was built from its operands; "
                "differentiate by identity(x) of it, used in its place, or by those operands"
            )
    active = ancestors(walk, [source for source in moved if source in found])
    return _Span(top, moved, [node for node in walk if node in active], active)


def pullback(y: Node, sources: Sequence[Node], seed: Node) -> list[Node]:
    """The reverse sweep: *seed*, of the shape of *y* behind leading batch axes, handed down to *sources*."""
    batch = seed.shape[: seed.ndim - y.ndim]
    top, moved, order, active = _between(y, sources)
    handed: dict[Node, list[Node]] = {top: [seed]}
    cotangents: dict[Node, Node] = {}
    wanted = set(moved)
    for node in reversed(order):
        parts = handed.pop(node, None)
        if parts is None:
            continue
        g = _total(parts)
        if node in wanted:
            cotangents[node] = g
        places = [k for k, x in enumerate(node.operands) if x in active and is_inexact(x.dtype)]
        for k, part in zip(places, node.cotangents(g, places, wanted), strict=True):
            if part is not None:
                handed.setdefault(node.operands[k], []).append(part)
    return [
        cotangents[node] if node in cotangents else zeros(batch + node.shape, node.dtype) for node in moved
    ]


def pushforward(y: Node, directions: Mapping[Node, Node]) -> Node:
    """The forward sweep: tangents handed up from the sources to *y*."""
    top, moved, order, _ = _between(y, list(directions))
    given = dict(zip(moved, directions.values(), strict=True))
    tangents: dict[Node, Node] = {}
    for node in order:
        if not is_inexact(node.dtype):
            continue
        steps = [node.jvp(k, tangents[x]) for k, x in enumerate(node.operands) if x in tangents]
        parts = [part for part in (given.get(node), *steps) if part is not None]
        if parts:
            tangents[node] = _total(parts)
    return tangents[top] if top in tangents else zeros(y.shape, y.dtype)


def _total(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else combine(parts, [1] * len(parts))
