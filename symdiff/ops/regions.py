"""Marks around parts of a graph: a region with a derivative of its own, and a value not to be had early."""

from __future__ import annotations

from typing import Any

from symdiff.dims import Shape
from symdiff.dtypes import DType
from symdiff.node import Node

__all__ = ["Barrier", "Region"]


class Region(Node):
    """The value of operand 0, which was computed from the other operands

    A subclass says how it is differentiated by the others. Programs see operand 0 only.
    """

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, *values: Any) -> Any:
        return values[0]


class Barrier(Node):
    """operand 0, to be had once the other operands are; it does not depend on their values

    What is computed from a barrier is never the same node, or the same step of a program, as what is
    computed from the operand itself.
    """

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return self.operands[0].dtype

    def compute(self, xp: Any, *values: Any) -> Any:
        return values[0]

    def vjp(self, k: int, g: Node) -> Node | None:
        return None if k else g

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None if k else dx
