"""Operands of functions that are defined for real numbers only: complex ones are refused by name."""

from __future__ import annotations

from typing import Any

from symdiff.dtypes import DType, inexact
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to
from symdiff.ops.cast import cast
from symdiff.ops.operands import promote

__all__ = ["real_function", "reals", "smooth_reals"]


def reals(name: str, *values: Any) -> list[Node]:
    """The values as real nodes of one dtype and one shape.

    Raises
    ------
    TypeError
        If one of them is complex.
    ShapeError
        If they do not broadcast against each other.
    """
    nodes = promote(*values)
    if nodes[0].dtype.kind == "c":
        raise TypeError(
            f"{name}: the operands are {nodes[0].dtype}, but {name} is a function of real numbers; "
            "take the real part, the imaginary part or the modulus first"
        )
    shape = broadcast_shapes(name, *(node.shape for node in nodes))
    return [broadcast_to(node, shape) for node in nodes]


def smooth_reals(name: str, *values: Any) -> list[Node]:
    """The values as real floating-point nodes of one dtype and one shape; integers become float64."""
    nodes = reals(name, *values)
    dtype: DType = inexact(nodes[0].dtype)
    return [cast(node, dtype) for node in nodes]


def real_function(operation: type[Node], *values: Any) -> Node:
    """A smooth function of real numbers, broadcast, under the name of its class."""
    return operation(*smooth_reals(operation.__name__.lower(), *values))
