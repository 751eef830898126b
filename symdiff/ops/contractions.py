"""The many names of einsum: sums, products of matrices, diagonals, identities."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size, product, shape_text, size_text
from symdiff.dtypes import inexact, is_inexact
from symdiff.equation import interleaved, parse
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import unary
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.diagonals import diagonal
from symdiff.ops.einsum import contract
from symdiff.ops.operands import constant, full, promote
from symdiff.ops.powers import Length, divide
from symdiff.wiring import Wiring

__all__ = [
    "dot",
    "einsum",
    "euclidean",
    "matmul",
    "mean",
    "outer",
    "size",
    "sum",
    "tensordot",
    "trace",
]


def einsum(*arguments: Any, sizes: Mapping[str, Size] | None = None) -> Node:
    """Einstein summation, in every form that NumPy takes, and two more.

    Parameters
    ----------
    *arguments
        An equation and its operands, ``einsum("ij,jk->ik", x, y)``, or operands and lists of labels
        in turn, ``einsum(x, [0, 1], y, [1, 2], [0, 2])``. Spaces, an implicit output, an ellipsis in
        any place and axes of size 1 mean what they mean in NumPy. Beyond NumPy, a label may be
        repeated in the output, which writes a diagonal, and lists may use any number of labels.
    sizes : mapping of label to size, optional
        For labels that stand only in the output: the result is broadcast along them.

    Raises
    ------
    ShapeError
        If labels, sizes and operands do not fit; the message names the label and both operands.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "a")
    >>> print(einsum("ii->i", a)())
    [1. 4.]
    >>> print(sd.grad(einsum("ii->", a), a)())
    [[1. 0.]
     [0. 1.]]
    """
    if not arguments:
        raise TypeError("einsum: give an equation and its operands, such as einsum('ij,jk->ik', x, y)")
    if isinstance(arguments[0], str):
        equation, *values = arguments
        return _spelled(equation, promote(*values) if values else [], sizes or {})
    pairs = len(arguments) // 2
    operands = promote(*arguments[0 : 2 * pairs : 2])
    output = arguments[-1] if len(arguments) % 2 else None
    names = [label_of(node) for node in operands]
    labels = arguments[1 : 2 * pairs : 2]
    return contract(operands, interleaved(labels, output, [node.shape for node in operands], names))


_INT = constant(0).dtype


def _spelled(equation: str, operands: Sequence[Node], sizes: Mapping[str, Size]) -> Node:
    """The einsum of operands of one dtype."""
    names = [label_of(node) for node in operands]
    wiring = parse(equation, [node.shape for node in operands], names, sizes)
    return contract(operands, wiring, 1, operands[0].dtype if operands else inexact(_INT))


def label_of(node: Node) -> str:
    """What to call a node in a message: its name, or its operation."""
    return getattr(node, "name", None) or type(node).__name__.lower()


# --- sums -----------------------------------------------------------------------------------------------


def sum(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The sum along *axis*, or of all entries; booleans and short integers are counted in full.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.

    Examples
    --------
    >>> sum([[1, 2], [3, 4]], axis=0)()
    array([4, 6])
    """
    x = constant(x)
    x = x if is_inexact(x.dtype) else cast(x, np.add.reduce(np.empty(0, x.dtype)).dtype)
    axes = normal_axes("sum", axis, x.ndim)
    kept = [k for k in range(x.ndim) if k not in axes]
    total = contract((x,), Wiring.of([range(x.ndim)], kept, x.shape))
    return expand_dims(total, tuple(sorted(axes))) if keepdims else total


def mean(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The mean along *axis*, or of all entries; NaN if there are none.

    Examples
    --------
    >>> print(mean([1.0, 2.0, 6.0])())
    3.0
    """
    x = constant(x)
    x = cast(x, inexact(x.dtype))
    total = sum(x, axis, keepdims)
    count = product(x.shape[k] for k in normal_axes("mean", axis, x.ndim))
    return full(total.shape, np.nan, x.dtype) if count == 0 else divide(total, cast(size(count), x.dtype))


def size(dim: Size) -> Node:
    """A size as a number in the graph, for sizes that are known only at run time.

    Examples
    --------
    >>> import symdiff as sd
    >>> n = sd.Dim("n")
    >>> x = sd.Placeholder(n, name="x")
    >>> print((size(n) * x)({x: [1.0, 2.0]}))
    [2. 4.]
    """
    if isinstance(dim, bool) or not isinstance(dim, int | Dim) or (isinstance(dim, int) and dim < 0):
        raise TypeError(f"size: a size is an int from 0 on or a Dim, such as x.shape[0], not {dim!r}")
    return full((), dim, _INT) if isinstance(dim, int) else contract((), Wiring((), (), (dim,)), 1, _INT)


# --- products -------------------------------------------------------------------------------------------


def matmul(x: Any, y: Any) -> Node:
    """The matrix product ``x @ y``, batched over leading axes, as in NumPy.

    Raises
    ------
    ShapeError
        If an operand is a scalar, or the inner sizes differ.

    Examples
    --------
    >>> import symdiff as sd
    >>> a, v = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "a"), sd.Variable([1.0, 1.0], "v")
    >>> print(a @ v, "=", (a @ v)())
    a @ v = [3. 7.]
    """
    x, y = promote(x, y)
    wiring = _matrices(x.shape, y.shape)
    return _matmul_spelled(x, y) if wiring is None else contract((x, y), wiring, 1, x.dtype)


@lru_cache(maxsize=4096)
def _matrices(x: Shape, y: Shape) -> Wiring | None:
    """The wiring of a matrix product of arrays of these shapes; None if they do not fit."""
    try:
        return parse(_matrix_equation(x, y), (x, y), ("x", "y"), {})
    except ShapeError:
        return None


def _matrix_equation(x: Shape, y: Shape) -> str:
    """The matrix product as an equation, in which a vector has one label."""
    left = "...ij" if len(x) > 1 else "j"
    right = "...jk" if len(y) > 1 else "j"
    return f"{left},{right}->..." + "i" * (len(x) > 1) + "k" * (len(y) > 1)


def _matmul_spelled(x: Node, y: Node) -> Node:
    """The matrix product of nodes that have names in messages."""
    for k, node in enumerate((x, y)):
        if not node.ndim:
            raise ShapeError(f"matmul: operand {k} ({label_of(node)}) is a scalar; multiply with *")
    inner = x.shape[-1], y.shape[max(-2, -y.ndim)]
    if inner[0] != inner[1]:
        raise ShapeError(
            f"matmul: the last axis of operand 0 ({label_of(x)}: {shape_text(x.shape)}) is "
            f"{size_text(inner[0])}, but operand 1 ({label_of(y)}: {shape_text(y.shape)}) has "
            f"{size_text(inner[1])} there; transpose one of them, or use einsum"
        )
    return _spelled(_matrix_equation(x.shape, y.shape), (x, y), {})


def dot(x: Any, y: Any) -> Node:
    """NumPy's dot: the sum over the last axis of *x* and the last but one of *y*."""
    x, y = promote(x, y)
    if not x.ndim or not y.ndim:
        return multiply(x, y)
    return tensordot(x, y, ([x.ndim - 1], [max(y.ndim - 2, 0)]))


def outer(x: Any, y: Any) -> Node:
    """The product of every entry of *x* with every entry of *y*, both flattened.

    Examples
    --------
    >>> outer([1, 2], [3, 4])()
    array([[3, 4],
           [6, 8]])
    """
    x, y = (node.reshape(-1) for node in promote(x, y))
    return einsum("i,j->ij", x, y)


def tensordot(x: Any, y: Any, axes: int | tuple[Any, Any] | Sequence[Any] = 2) -> Node:
    """The sum of products over pairs of axes, as in NumPy.

    Raises
    ------
    ShapeError
        If the paired axes differ in number or size.
    """
    x, y = promote(x, y)
    if isinstance(axes, int):
        pairs: tuple[Any, Any] = tuple(range(x.ndim - axes, x.ndim)), tuple(range(axes))
    else:
        pairs = axes[0], axes[1]
    left, right = (normal_axes("tensordot", p, n.ndim) for p, n in zip(pairs, (x, y), strict=True))
    if len(left) != len(right):
        raise ShapeError(f"tensordot: {len(left)} axes of x are paired with {len(right)} axes of y")
    labels = list(range(x.ndim)), list(range(x.ndim, x.ndim + y.ndim))
    for a, b in zip(left, right, strict=True):
        labels[1][b] = labels[0][a]
    output = [n for k, n in enumerate(labels[0]) if k not in left]
    output += [n for k, n in enumerate(labels[1]) if k not in right]
    return einsum(x, labels[0], y, labels[1], output)


def euclidean(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """The square root of the sum of squares along *axis*; its derivative at 0 is 0.

    Examples
    --------
    >>> print(euclidean([3.0, 4.0])())
    5.0
    """
    return unary(Length, sum(multiply(x, x), axis, keepdims))


def trace(x: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Node:
    """The sum of a diagonal, *offset* above the main one.

    Raises
    ------
    ShapeError
        If the two axes are the same.

    Examples
    --------
    >>> print(trace([[1, 2], [3, 4]])())
    5
    """
    x = constant(x)
    one, two = normal_axes("trace", (axis1, axis2), x.ndim)
    if offset or x.shape[one] != x.shape[two]:
        return sum(diagonal(x, offset, axis1, axis2), -1)
    labels = list(range(x.ndim))
    labels[two] = one
    return sum(einsum(x, labels, [*(axis for axis in range(x.ndim) if axis not in (one, two)), one]), -1)
