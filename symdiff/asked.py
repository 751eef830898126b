"""What a derivative is asked of, by what, and along what: checked, with a word on what is wrong."""

from __future__ import annotations

from typing import Any

from symdiff.dims import shape_text
from symdiff.dtypes import is_inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.cast import cast
from symdiff.ops.operands import constant
from symdiff.structure import flatten

__all__ = ["check_inexact", "direction_like", "sources_in"]


def check_inexact(node: Any, name: str, role: str = "what is differentiated") -> None:
    """Refuse what is no node, or is one without derivatives."""
    if not isinstance(node, Node):
        raise TypeError(f"{name}: {role} is a node, not {type(node).__name__} {node!r}")
    if not is_inexact(node.dtype):
        raise TypeError(
            f"{name}: {node!r} is {node.dtype}, and derivatives need floating point; make it a float, or "
            "convert it with cast"
        )


def sources_in(wrt: Any, name: str) -> list[Node]:
    """The nodes in *wrt*, all of them fit to differentiate by."""
    sources = flatten(wrt, f"{name}: wrt")
    for source in sources:
        check_inexact(source, name, "what to differentiate by")
    return sources


def direction_like(name: str, role: str, value: Any, like: Node) -> Node:
    """A cotangent, tangent or direction as a node of the shape and dtype of what it belongs to."""
    node = constant(value)
    if node.shape != like.shape:
        raise ShapeError(
            f"{name}: {role} is {shape_text(node.shape)}, but {like!r} is {shape_text(like.shape)}; "
            "they must agree"
        )
    if node.dtype.kind == "c" != like.dtype.kind:
        raise TypeError(f"{name}: {role} is {node.dtype}, but {like!r} is {like.dtype}; pass its real part")
    return cast(node, like.dtype)
