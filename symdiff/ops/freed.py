"""A graph over leaves of which nothing is declared, so that entries can be varied one by one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from symdiff.graph import substitute
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder

__all__ = ["freed"]


def freed(
    y: Node, sources: Mapping[str, Node], point: Mapping[Node, Any]
) -> tuple[Node, dict[str, Node], dict[Node, Any]]:
    """*y*, the *sources* and the *point* with placeholders for those leaves that have facts.

    Derivatives are by entries as if they were independent, and values that are varied that way do not
    keep to the facts.
    """
    free: dict[Node, Node] = {
        leaf: Placeholder(leaf.shape, leaf.dtype, getattr(leaf, "name", None))
        for leaf in point
        if getattr(leaf, "facts", None)
    }
    if free:
        (y,) = substitute([y], free)
    given = {free.get(leaf, leaf): value for leaf, value in point.items()}
    return y, {name: free.get(leaf, leaf) for name, leaf in sources.items()}, given
