"""A graph with symbolic sizes, at given sizes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.dims import Dim
from symdiff.graph import toposort
from symdiff.node import Leaf, Node
from symdiff.ops.leaves import Placeholder
from symdiff.wiring import Wiring

__all__ = ["specialise", "specialised", "symbols"]


def symbols(order: Sequence[Node]) -> set[str]:
    """The names of all sizes that the shapes of these nodes leave open."""
    sizes = {size for shape in {node.shape for node in order} for size in shape}
    return {name for size in sizes if isinstance(size, Dim) for name in size.symbols}


def specialise(
    outputs: Sequence[Node], inputs: Sequence[Node], sizes: Mapping[str, int]
) -> tuple[list[Node], list[Node]]:
    """The same graph with every symbol replaced by its size; outputs and inputs of it."""
    new = specialised(toposort(*outputs, *inputs), sizes)
    return [new[node] for node in outputs], [new[node] for node in inputs]


def specialised(order: Sequence[Node], sizes: Mapping[str, int]) -> dict[Node, Node]:
    """For each node of a topological *order*, the same with every symbol replaced by its size."""
    new: dict[Node, Node] = {}
    for node in order:
        if isinstance(node, Placeholder):
            attributes = _bound(node.attributes, sizes)
            new[node] = node if attributes == node.attributes else node.make((), attributes)
        elif isinstance(node, Leaf):
            new[node] = node
        else:
            operands = tuple([new[operand] for operand in node.operands])
            new[node] = node.apply(operands, _bound(node.attributes, sizes))
    return new


def _bound(value: Any, sizes: Mapping[str, int]) -> Any:
    """An attribute with its symbols replaced, wherever they stand in it."""
    if isinstance(value, Dim):
        return value.bind(sizes)
    if isinstance(value, Wiring):
        return value._replace(sizes=_bound(value.sizes, sizes))
    if isinstance(value, tuple):
        items = [_bound(item, sizes) for item in value]
        return tuple(items) if type(value) is tuple else type(value)(*items)
    return value
