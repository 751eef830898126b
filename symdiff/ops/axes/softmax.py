"""Softmax and its logarithm, and the logarithm of a sum of exponentials: stable at every order.

The three are closed under differentiation: the derivative of `LogSumExp` is `Softmax`, and those of
`Softmax` and `LogSoftmax` are made of `Softmax`. None of them changes when the same number is added to
all entries of a slice, except that `LogSumExp` moves along with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import Shape
from symdiff.dtypes import inexact
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.axes.reductions import Reduction, max, reduce
from symdiff.ops.broadcast import normal_axes
from symdiff.ops.cast import cast, stop_gradient
from symdiff.ops.contractions import sum
from symdiff.ops.einsum import Einsum
from symdiff.ops.operands import constant

__all__ = ["LogSoftmax", "LogSumExp", "Softmax", "log_softmax", "logsumexp", "shifted", "softmax"]


class LogSumExp(Reduction):
    """log of the sum of exp along axes"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        top = _top(xp, x, self.axes)
        total = xp.sum(xp.exp(x - top), axis=self.axes)
        return xp.log(total) + xp.squeeze(top, axis=self.axes)

    def weights(self) -> Node:
        return softmax_along(self.operands[0], self.axes)


class Slicewise(Node):
    """A function of slices along axes, of the shape of its operand"""

    __slots__ = ()
    axes: tuple[int, ...]

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def total(self, x: Node) -> Node:
        """The sum of *x*, which may have leading batch axes, along the axes of the slices."""
        batch = x.ndim - self.ndim
        return sum(x, tuple(axis + batch for axis in self.axes), keepdims=True)


class Softmax(Slicewise):
    """exp x / sum of exp x along axes"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        e = xp.exp(x - xp.max(x, axis=self.axes, keepdims=True)) if x.size else x
        return e / xp.sum(e, axis=self.axes, keepdims=True)

    def vjp(self, k: int, g: Node) -> Node | None:
        weighted = self * g
        return weighted - self * self.total(weighted)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return self.vjp(k, dx)  # the Jacobian, diag(p) - p p.T, is symmetric


class LogSoftmax(Slicewise):
    """x - log of the sum of exp x along axes"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        moved = x - xp.max(x, axis=self.axes, keepdims=True) if x.size else x
        return moved - xp.log(xp.sum(xp.exp(moved), axis=self.axes, keepdims=True))

    def vjp(self, k: int, g: Node) -> Node | None:
        return g - softmax_along(self.operands[0], self.axes) * self.total(g)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return dx - self.total(softmax_along(self.operands[0], self.axes) * dx)


def _top(xp: Any, x: Any, axes: tuple[int, ...]) -> Any:
    """The largest entry of each slice, or 0 where that is infinite or none."""
    if 0 in x.shape:
        return xp.zeros([1 if axis in axes else size for axis, size in enumerate(x.shape)], dtype=x.dtype)
    top = xp.max(x, axis=axes, keepdims=True)
    return xp.where(xp.isfinite(top), top, xp.zeros_like(top))


def softmax_along(x: Node, axes: tuple[int, ...]) -> Node:
    """softmax(x + c) = softmax(x) for any c that is the same all along the axes."""
    return Softmax(without_shifts(x, axes), axes=axes)


def without_shifts(x: Node, axes: tuple[int, ...]) -> Node:
    """*x* without those terms of it that are the same all along *axes*."""
    if type(x) is not Add:
        return x
    terms = zip(x.operands, x.coefficients, strict=True)
    kept = [(node, factor) for node, factor in terms if not _is_level(node, axes)]
    return combine([node for node, _ in kept], [factor for _, factor in kept]) if kept else x


def _is_level(node: Node, axes: tuple[int, ...]) -> bool:
    """Whether *node* is broadcast along *axes*."""
    if type(node) is not Einsum:
        return False
    present = {label for labels in node.wiring.inputs for label in labels}
    output = node.wiring.output
    return len(set(output)) == len(output) and not any(output[axis] in present for axis in axes)


def _prepared(x: Any, axis: int | Sequence[int] | None, name: str) -> tuple[Node, tuple[int, ...]]:
    node = constant(x)
    node = cast(node, inexact(node.dtype))
    return node, tuple(sorted(normal_axes(name, axis, node.ndim)))


def logsumexp(x: Any, axis: int | Sequence[int] | None = None, keepdims: bool = False) -> Node:
    """log(sum(exp(x))) along *axis*, finite for every finite x.

    Examples
    --------
    >>> print(logsumexp([1000.0, 1000.0])())
    1000.6931471805599
    """
    node, axes = _prepared(x, axis, "logsumexp")
    return reduce(LogSumExp, node, axes, keepdims)


def softmax(x: Any, axis: int | Sequence[int] = -1) -> Node:
    """exp(x) / sum(exp(x)) along *axis*.

    Examples
    --------
    >>> softmax([800.0, 0.0, 800.0])()
    array([0.5, 0. , 0.5])
    """
    return softmax_along(*_prepared(x, axis, "softmax"))


def log_softmax(x: Any, axis: int | Sequence[int] = -1) -> Node:
    """The logarithm of softmax along *axis*, finite for every finite x.

    Examples
    --------
    >>> log_softmax([1000.0, 0.0])()
    array([    0., -1000.])
    """
    node, axes = _prepared(x, axis, "log_softmax")
    return LogSoftmax(without_shifts(node, axes), axes=axes)


def shifted(x: Node, axis: int) -> Node:
    """*x* less its largest entry along *axis*, for functions that such a shift does not change."""
    return x - stop_gradient(max(x, axis, keepdims=True))
