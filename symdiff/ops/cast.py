"""Conversion between dtypes, and two ways to mark a node: kept as it is, constant for derivatives."""

from __future__ import annotations

from typing import Any

from symdiff.dims import Shape
from symdiff.dtypes import DType, as_dtype, is_inexact
from symdiff.node import Node

__all__ = ["Cast", "Identity", "StopGradient", "cast", "identity", "stop_gradient"]


class Cast(Node):
    """x, in another dtype"""

    __slots__ = ()
    to: DType

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def infer_dtype(self) -> DType:
        return self.to

    def compute(self, xp: Any, x: Any) -> Any:
        return x.real.astype(self.to) if x.dtype.kind == "c" != self.to.kind else x.astype(self.to)

    def vjp(self, k: int, g: Node) -> Node | None:
        return cast(g, self.operands[0].dtype)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return cast(dx, self.to) if is_inexact(self.to) else None


class StopGradient(Node):
    """x, constant for every derivative"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        return x

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class Identity(Node):
    """x, as a node of its own"""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        return x

    def vjp(self, k: int, g: Node) -> Node | None:
        return g

    def jvp(self, k: int, dx: Node) -> Node | None:
        return dx


def cast(x: Node, dtype: Any) -> Node:
    """*x* converted to *dtype*; the derivative is converted back.

    Examples
    --------
    >>> import symdiff as sd
    >>> sd.cast(sd.constant([1.5, 2.5]), "float32")()
    array([1.5, 2.5], dtype=float32)
    """
    if _node("cast", x).dtype is dtype:
        return x
    to = as_dtype(dtype)
    if x.dtype == to:
        return x
    retyped = x.retyped(to)
    return Cast(x, to=to) if retyped is None else retyped


def identity(x: Node) -> Node:
    """*x* as a node that is never merged into what uses it, so that one can differentiate by it.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> h = identity(2 * x)
    >>> sd.grad((h * h).sum(), h)()
    array([4., 8.])
    """
    return Identity(_node("identity", x))


def stop_gradient(x: Node) -> Node:
    """*x*, treated as a constant by every derivative.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(3.0, "x")
    >>> sd.grad(x * sd.stop_gradient(x), x)()
    array(3.)
    """
    return StopGradient(_node("stop_gradient", x))


def _node(name: str, x: Any) -> Node:
    if not isinstance(x, Node):
        raise TypeError(f"{name}: the operand is a node, not {type(x).__name__} {x!r}; use constant")
    return x
