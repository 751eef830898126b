"""Sums of any number of terms, coefficients included; differences are sums."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.coefficients import in_dtype, joined, number, total
from symdiff.dims import Shape, shape_text
from symdiff.dtypes import DType
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to
from symdiff.ops.einsum import Einsum, contract, scale
from symdiff.ops.operands import constant, full, promote

__all__ = ["Add", "add", "combine", "negative", "subtract", "unscaled"]


class Add(Linear):
    """c1 x1 + c2 x2 + ..."""

    __slots__ = ()
    coefficients: tuple[Any, ...]

    def infer_shape(self) -> Shape:
        first = self.operands[0].shape
        for k, operand in enumerate(self.operands):
            if operand.shape is not first and operand.shape != first:
                raise ShapeError(
                    f"Add: operand {k} is {shape_text(operand.shape)} but operand 0 is "
                    f"{shape_text(first)}; the function add broadcasts"
                )
        return first

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return combine(operands, attributes[0])

    def compute(self, xp: Any, *values: Any) -> Any:
        terms = [
            value if factor == 1 else value * number(factor)
            for factor, value in zip(self.coefficients, values, strict=True)
        ]
        return sum(terms[1:], start=terms[0])

    def transposed(self, k: int, g: Node) -> Node:
        return scale(g, self.coefficients[k])

    def jvp(self, k: int, dx: Node) -> Node:
        return scale(dx, self.coefficients[k])


def combine(operands: Sequence[Node], coefficients: Sequence[Any]) -> Node:
    """The sum of terms of one shape and dtype, with like terms collected and terms sorted by age.

    A scaled term counts as a multiple of what it scales, and a class of nodes may know more about
    its sums (`Node.collect`): polynomials of one node add up, blocks that tile an array join.
    """
    shape, dtype = operands[0].shape, operands[0].dtype
    terms: dict[Node, Any] = {}
    for node, factor in zip(operands, coefficients, strict=True):
        if type(node) is Einsum and node.attributes[1] != 1:
            node, factor = _core(node, factor, dtype)
        terms[node] = total(terms[node], factor) if node in terms else factor
    for kind in {type(node): None for node in terms}:
        terms = kind.collect(terms)
    pairs = [(node, own) for node, factor in terms.items() if (own := in_dtype(factor, dtype)) != 0]
    if not pairs:
        return full(shape, 0, dtype)
    if len(pairs) == 1:
        return scale(*pairs[0])
    pairs.sort(key=_serial_of_first)
    kept, factors = zip(*pairs, strict=True)
    return Add.only(kept, (factors,))


def _core(node: Node, factor: Any, dtype: DType) -> tuple[Node, Any]:
    """*factor* times a node as a multiple of what the node is a multiple of, if there is such a factor."""
    core, own = unscaled(node)
    together = factor if core is node else joined(factor, own, dtype)
    return (node, factor) if together is None else (core, together)


def _serial_of_first(pair: tuple[Node, Any]) -> int:
    return pair[0].serial


def unscaled(node: Node) -> tuple[Node, Any]:
    """A node as what it is a multiple of, which is no multiple itself, and the factor."""
    factor: Any = 1
    while type(node) is Einsum and node.coefficient != 1:
        more = joined(factor, node.coefficient, node.dtype)
        if more is None:
            break
        wiring, operands = node.wiring, node.operands
        node, factor = (contract(operands, wiring, 1, node.dtype) if operands else _plain(node)), more
    return node, factor


def _plain(node: Einsum) -> Node:
    """A constant without its factor."""
    return Einsum(wiring=node.wiring, coefficient=in_dtype(1, node.dtype), result=node.dtype)


def add(*terms: Any) -> Node:
    """The sum of any number of terms, broadcast against each other.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> add(x, 1, x)
    <add float64[2]>
    >>> print(add(x, 1, x), "=", add(x, 1, x)())
    2 * x + 1 = [3. 5.]
    """
    nodes = promote(*terms)
    shape = broadcast_shapes("add", *[node.shape for node in nodes])
    fitting = [node if node.shape == shape else broadcast_to(node, shape) for node in nodes]
    return combine(fitting, [1] * len(nodes))


def subtract(x: Any, y: Any) -> Node:
    """x - y, broadcast against each other.

    Raises
    ------
    TypeError
        For booleans, as in NumPy.
    """
    x, y = promote(x, y)
    if x.dtype.kind == "b":
        raise TypeError("subtract: booleans have no difference; use not_equal, or cast them to int")
    shape = broadcast_shapes("subtract", x.shape, y.shape)
    return combine([broadcast_to(x, shape), broadcast_to(y, shape)], [1, -1])


def negative(x: Any) -> Node:
    """-x"""
    x = constant(x)
    if x.dtype.kind == "b":
        raise TypeError("negative: booleans have no negative; use logical_not, or cast them to int")
    return scale(x, -1)
