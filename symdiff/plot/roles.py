"""The kinds of boxes, and how each looks: told apart by colour and by shape, also in grey."""

from __future__ import annotations

from typing import NamedTuple

from symdiff.node import Node
from symdiff.ops.leaves import Constant, Placeholder, Variable

__all__ = ["LOOKS", "Look", "is_leaf", "role_of"]


class Look(NamedTuple):
    """Shape and colours; the colours are shades and tints of Okabe and Ito's, which everyone tells apart."""

    shape: str
    style: str
    fill: str
    line: str


LOOKS = {
    "input": Look("ellipse", "filled", "#d9f2e9", "#00805c"),
    "parameter": Look("hexagon", "filled", "#fff4cc", "#a67c00"),
    "constant": Look("box", "filled", "#efefef", "#8c8c8c"),
    "forward": Look("box", "rounded,filled", "#e0eefa", "#0067a3"),
    "gradient": Look("note", "filled", "#fde8dc", "#c04f00"),
    "output": Look("box", "rounded,filled", "#ffffff", "#333333"),
}


def is_leaf(node: Node) -> bool:
    """Whether *node* is drawn as a chip: an input, a parameter or a constant."""
    return not node.operands


def role_of(node: Node, forward: bool) -> str:
    """What *node* is to a reader: one of the keys of `LOOKS`, apart from the output, which is a border.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Placeholder((3,), name="x")
    >>> role_of(x, True), role_of(x + 1, True), role_of(x + 1, False), role_of(sd.ones(3), False)
    ('input', 'forward', 'gradient', 'constant')
    """
    match node:
        case Placeholder():
            return "input"
        case Variable():
            return "parameter" if node.trainable else "input"
        case Constant():
            return "constant"
    if is_leaf(node):
        return "constant"
    return "forward" if forward else "gradient"
