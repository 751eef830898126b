"""Systems of linear equations: one derivative for every way to solve them."""

from __future__ import annotations

import math
from typing import Any

from symdiff.dims import Shape, product, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, expand_dims, squeeze, transpose
from symdiff.ops.contractions import label_of
from symdiff.ops.einsum import scale
from symdiff.ops.linalg.matrices import chain, matrix, turned
from symdiff.ops.operands import promote
from symdiff.ops.shape.reshaping import reshape

__all__ = ["System", "columns_at_once", "prepared", "restored"]


class System(Node):
    """The solution x of A @ x = b, where A is a part of the operand a; leading axes agree."""

    __slots__ = ()

    def infer_shape(self) -> Shape:
        a, b = (operand.shape for operand in self.operands)
        if len(a) < 2 or a[-1] != a[-2] or b[:-2] != a[:-2] or len(a) != len(b) or a[-1] != b[-2]:
            raise ShapeError(
                f"{type(self).__name__}: operands are {shape_text(a)} and {shape_text(b)}; call the "
                "lower-case function, which broadcasts"
            )
        return b

    def flops(self) -> int:
        """A factorisation, and two triangles for each column: 2/3 n^3 + 2 n^2 k."""
        shape: Any = self.operands[1].shape
        *batch, n, k = shape
        return int(math.prod(batch) * (2 * n**3 // 3 + 2 * n * n * k))

    def solved(self, b: Node) -> Node:
        """The solution for other right-hand sides."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it solves: define solved")

    def solved_turned(self, g: Node) -> Node:
        """The solution of A.T @ x = g."""
        raise NotImplementedError(f"{type(self).__name__} has no transpose: define solved_turned")

    def part(self, x: Node) -> Node:
        """The entries of a matrix that the system looks at."""
        return x

    def vjp(self, k: int, g: Node) -> Node | None:
        y = self.solved_turned(g)
        return y if k else self.part(chain(scale(y, -1), turned(self)))

    def jvp(self, k: int, dx: Node) -> Node | None:
        return self.solved(dx if k else chain(scale(self.part(dx), -1), self))


def columns_at_once(operation: type[Node], a: Node, b: Node, **settings: Any) -> Node:
    """A system with more leading axes in *b* than in *a*: they become columns, and *a* is factored once."""
    extra = b.ndim - a.ndim
    if not extra:
        return operation(a, b, **settings)
    last = b.ndim - 1
    there = (*range(extra, last), *range(extra), last)
    back = (*range(last - extra, last), *range(last - extra), last)
    moved = transpose(b, there)
    wide = reshape(moved, (*moved.shape[: a.ndim - 1], product(moved.shape[a.ndim - 1 :])))
    return transpose(reshape(operation(a, wide, **settings), moved.shape), back)


def prepared(name: str, a: Any, b: Any) -> tuple[Node, Node, bool]:
    """The operands of a system, broadcast as far as needed, and whether *b* is one vector."""
    a, b = promote(a, b)
    a, b = matrix(name, a), matrix(name, b, axes=1)
    if a.shape[-1] != a.shape[-2]:
        raise ShapeError(
            f"{name}: the matrix ({label_of(a)}) is {shape_text(a.shape)}, and a system needs a square one; "
            "use lstsq or pinv"
        )
    vector = b.ndim == 1
    b = expand_dims(b, -1) if vector else b
    if a.shape[-1] != b.shape[-2]:
        raise ShapeError(
            f"{name}: the matrix ({label_of(a)}: {shape_text(a.shape)}) has {size_text(a.shape[-1])} rows, "
            f"but the right-hand side ({label_of(b)}: {shape_text(b.shape)}) has {size_text(b.shape[-2])}; "
            "transpose one of them"
        )
    batch = broadcast_shapes(name, a.shape[:-2], b.shape[:-2])
    b = broadcast_to(b, batch + b.shape[-2:])
    own = a.shape[:-2]
    fits = batch[len(batch) - len(own) :] == own
    return (a if fits else broadcast_to(a, batch + a.shape[-2:])), b, vector


def restored(x: Node, vector: bool) -> Node:
    """The solution with the axes of what it was asked for."""
    return squeeze(x, -1) if vector else x
