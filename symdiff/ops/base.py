"""The two families that cover nearly every operation: functions of entries, and linear maps.

An author of an elementwise operation writes its partial derivatives, an author of a linear one its
transpose; both modes of differentiation follow.
"""

from __future__ import annotations

from typing import Any, ClassVar

from symdiff.dims import Shape, shape_text
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, multiply
from symdiff.ops.cast import cast
from symdiff.ops.operands import constant, promote

__all__ = ["Elementwise", "Linear", "binary", "unary"]


class Elementwise(Node):
    """A function of scalars, applied across operands of one common shape.

    A subclass either names a function of the array library in `ufunc` or defines `compute`, and
    returns one partial derivative per operand from `partials`.

    Examples
    --------
    >>> import symdiff as sd
    >>> class Cube(sd.Elementwise):
    ...     '''x cubed'''
    ...     def compute(self, xp, x):
    ...         return x * x * x
    ...     def partials(self):
    ...         (x,) = self.operands
    ...         return (3 * x**2,)
    >>> x = sd.Variable(2.0, "x")
    >>> sd.grad(Cube(x), x)()
    array(12.)
    """

    __slots__ = ()
    ufunc: ClassVar[str] = ""

    def infer_shape(self) -> Shape:
        first = self.operands[0].shape
        for k, operand in enumerate(self.operands):
            if operand.shape != first:
                raise ShapeError(
                    f"{type(self).__name__}: operand {k} is {shape_text(operand.shape)} but operand 0 "
                    f"is {shape_text(first)}; call the lower-case function, which broadcasts"
                )
        return first

    def compute(self, xp: Any, *values: Any) -> Any:
        if not self.ufunc:
            return super().compute(xp, *values)
        return getattr(xp, self.ufunc)(*values)

    def partials(self) -> tuple[Node | None, ...]:
        """The derivative by each operand, as nodes of this shape; None where it is zero."""
        raise NotImplementedError(f"{type(self).__name__} has no derivative rule: define partials")

    def vjp(self, k: int, g: Node) -> Node | None:
        partial = self.partials()[k]
        return None if partial is None else multiply(g, partial)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return self.vjp(k, dx)


class Linear(Node):
    """A map that is linear in each operand: its derivative by one operand is its transpose."""

    __slots__ = ()

    def transposed(self, k: int, g: Node) -> Node | None:
        """The adjoint map of operand *k*, applied to the cotangent *g*."""
        raise NotImplementedError(
            f"{type(self).__name__} has no transpose for operand {k}: define transposed"
        )

    def vjp(self, k: int, g: Node) -> Node | None:
        return self.transposed(k, g)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return self.with_operands(*self.operands[:k], dx, *self.operands[k + 1 :])


def unary(operation: type[Node], x: Any) -> Node:
    """A smooth function of one operand; integers become float64 first."""
    x = constant(x)
    return operation(cast(x, inexact(x.dtype)))


def binary(operation: type[Node], x: Any, y: Any) -> Node:
    """A function of two operands, promoted and broadcast against each other."""
    x, y = promote(x, y)
    shape = broadcast_shapes(operation.__name__.lower(), x.shape, y.shape)
    return operation(broadcast_to(x, shape), broadcast_to(y, shape))
