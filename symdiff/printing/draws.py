"""Random numbers as calls of the functions in `symdiff.random`."""

from __future__ import annotations

from symdiff.dims import size_text
from symdiff.node import Node
from symdiff.ops.drawn.draws import Draw, Integers, Permutation
from symdiff.ops.drawn.keys import FoldIn, Split

__all__ = ["random_call"]


def random_call(node: Node, inside: str) -> str | None:
    """The call, given the text of the operands; None for what is not random.

    Examples
    --------
    >>> import symdiff as sd
    >>> key = sd.Placeholder((2,), "uint64", name="key")
    >>> print(sd.random.normal(sd.random.split(key, 3)[0], (2, 3)))
    random.normal(random.split(key, 3)[0], (2, 3), dtype="float64")
    """
    name = f"random.{type(node).__name__.lower()}"
    match node:
        case Split(count=count):
            return f"random.split({inside}, {size_text(count)})"
        case FoldIn():
            return f"random.fold_in({inside})"
        case Permutation(target=(length,)):
            return f"{name}({inside}, {size_text(length)})"
        case Integers(low=low, high=high):
            return f'{name}({inside}, {_shape(node)}, {low}, {high}, dtype="{node.dtype}")'
        case Draw():
            return f'{name}({inside}, {_shape(node)}, dtype="{node.dtype}")'
    return None


def _shape(node: Node) -> str:
    return f"({', '.join(map(size_text, node.shape))}{',' * (node.ndim == 1)})"
