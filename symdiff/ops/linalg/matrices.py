"""What all of linear algebra needs: checked operands, products in one einsum, failures with a remedy."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

import numpy as np

from symdiff.dims import Shape, Size, shape_text, size_text
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import transpose
from symdiff.ops.cast import cast
from symdiff.ops.contractions import einsum, label_of
from symdiff.ops.einsum import scale
from symdiff.ops.operands import constant

__all__ = ["OfSquare"]


class OfSquare(Node):
    """An operation on square matrices, which are the last two axes of its first operand."""

    __slots__ = ()
    cubic: ClassVar[float] = 2  # operations for n x n, in n cubed: that of an inverse

    def flops(self) -> int:
        """A multiple of n cubed for each matrix (Golub and Van Loan, "Matrix Computations", 2013)."""
        shape: Any = self.operands[0].shape
        return int(self.cubic * math.prod(shape) * shape[-1])

    def infer_shape(self) -> Shape:
        shape = self.operands[0].shape
        if len(shape) < 2 or shape[-1] != shape[-2]:
            raise ShapeError(
                f"{type(self).__name__.lower()}: the operand ({label_of(self.operands[0])}) is "
                f"{shape_text(shape)}, and only square matrices have one; slice it, or use pinv, qr or svd"
            )
        return shape


def matrix(name: str, x: Any, axes: int = 2) -> Node:
    """*x* in a floating type that linear algebra exists for, with at least that many axes."""
    node = constant(x)
    node = cast(node, inexact(node.dtype))
    if node.dtype.kind == "c":
        raise TypeError(
            f"{name}: the operand ({label_of(node)}) is {node.dtype}, and linear algebra is for real "
            "matrices; work on real and imaginary parts as blocks"
        )
    if node.dtype.itemsize < 4:
        raise TypeError(
            f"{name}: the operand ({label_of(node)}) is {node.dtype}, and linear algebra needs at least "
            "float32; convert it with cast"
        )
    if node.ndim < axes:
        raise ShapeError(
            f"{name}: the operand ({label_of(node)}) is {shape_text(node.shape)}, which has no {axes} axes; "
            "matrices are the last two"
        )
    return node


def fewer(name: str, one: Size, two: Size) -> Size:
    """The smaller of two sizes, if that is known."""
    if one == two:
        return one
    if isinstance(one, int) and isinstance(two, int):
        return min(one, two)
    raise ShapeError(
        f"{name}: which of the sizes {size_text(one)} and {size_text(two)} is smaller is not known; give "
        "the matrix fixed sizes, or equal ones"
    )


def turned(x: Node) -> Node:
    """The transposes of matrices."""
    return transpose(x, (*range(x.ndim - 2), x.ndim - 1, x.ndim - 2))


def chain(*factors: Node) -> Node:
    """The product of matrices, batched over leading axes, as one einsum."""
    letters = "abcdefgh"
    inputs = ",".join(f"...{letters[k]}{letters[k + 1]}" for k in range(len(factors)))
    return einsum(f"{inputs}->...a{letters[len(factors)]}", *factors)


def symmetric(x: Node) -> Node:
    """The symmetric part, (x + x.T) / 2."""
    return scale(x + turned(x), 0.5)


def inner(x: Node, y: Node) -> Node:
    """The sum of products of entries, one number for each pair of matrices."""
    return einsum("...ij,...ij->...", x, y)


def weighted(weights: Node, x: Node) -> Node:
    """Matrices, each times a number."""
    return einsum("...,...ij->...ij", weights, x)


def sandwich(left: Node, middle: Node, right: Node) -> Node:
    """left @ diag(middle) @ right.T"""
    return einsum("...ia,...a,...ja->...ij", left, middle, right)


def symmetric_value(x: Any) -> Any:
    """The symmetric part of arrays; symmetric ones stay as they are to the last bit."""
    return x / 2 + x.swapaxes(-1, -2) / 2


def attempt(name: str, remedy: str, function: Callable[..., Any], *arguments: Any) -> Any:
    """The value of a function of NumPy's, or a failure that says what to do about it.

    Raises
    ------
    numpy.linalg.LinAlgError
        Where *function* raises it; the message names the operation and a remedy.
    """
    try:
        return function(*arguments)
    except np.linalg.LinAlgError as reason:
        raise np.linalg.LinAlgError(f"{name}: {reason}; {remedy}") from None
