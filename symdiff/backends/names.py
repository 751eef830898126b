"""Names of inputs in the source of programs."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence

from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable

__all__ = ["input_names"]


def input_names(inputs: Sequence[Node], is_taken: Callable[[str], bool]) -> list[str]:
    """One Python name per input: its own where that is possible, numbered where not."""
    names: list[str] = []
    for k, node in enumerate(inputs):
        own = node.name if isinstance(node, Variable | Placeholder) and node.name else f"x{k}"
        usable = own.isidentifier() and own.isascii() and not keyword.iskeyword(own)
        if not usable or own in names or is_taken(own):
            own = f"{own if usable else 'x'}_{k}"
        names.append(own)
    return names
