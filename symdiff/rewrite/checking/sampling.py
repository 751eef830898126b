"""Random points: a size for every symbol, and for every leaf an array that keeps what is declared of it."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Dim
from symdiff.dtypes import is_inexact
from symdiff.facts import Facts
from symdiff.node import Node
from symdiff.ops.leaves import Variable
from symdiff.wiring import Wiring

__all__ = ["Point"]

Array = np.ndarray[Any, np.dtype[Any]]
SIZES = (3, 2, 4, 5)  # of symbols in order of appearance, moved on by the number of the point
STEPS = 40  # of a Newton iteration that ends sooner


class Point:
    """Sizes and arrays, each chosen when it is first asked for.

    Parameters
    ----------
    kind : "positive", "negative", "normal" or "current"
        Numbers between 0.1 and 0.9, between -0.9 and -0.1, normally distributed ones, or the values that
        variables have.
    seed : int
    shift : int
        Makes the sizes of one point differ from those of another.
    """

    def __init__(self, kind: str, seed: int, shift: int = 0) -> None:
        self.kind = kind
        self.shift = shift
        self.rng = np.random.default_rng([seed, shift])
        self.sizes: dict[str, int] = {}
        self.arrays: dict[Node, Array] = {}
        self._concrete: dict[Node, Node] = {}

    def concrete(self, node: Node) -> Node:
        """The node with every symbol replaced by its size; its operands were asked for before."""
        if node in self._concrete:
            return self._concrete[node]
        operands = tuple([self._concrete.get(operand, operand) for operand in node.operands])
        if operands == node.operands and not _is_open(node.shape) and not _is_open(node.attributes):
            return node
        found = type(node).make(operands, self._bound(node.attributes))
        self._concrete[node] = found
        return found

    def array(self, leaf: Node) -> Array:
        """The value of a leaf of known shape: wide for real and complex numbers, as it is for others."""
        found = self.arrays.get(leaf)
        if found is None:
            found = self.arrays[leaf] = self._drawn(leaf)
        return found

    def _bound(self, value: Any) -> Any:
        """An attribute with its symbols replaced, wherever they stand in it."""
        if isinstance(value, Dim):
            for name in sorted(value.symbols):
                self.sizes.setdefault(name, SIZES[(len(self.sizes) + self.shift) % len(SIZES)])
            return value.bind(self.sizes)
        if isinstance(value, tuple):
            items = [self._bound(item) for item in value]
            return tuple(items) if type(value) is tuple else type(value)(*items)
        return value

    def _drawn(self, leaf: Node) -> Array:
        facts = getattr(leaf, "facts", None) or Facts()
        strict = facts.symmetric or facts.orthonormal or facts.sums_to_one
        if isinstance(leaf, Variable) and (
            not is_inexact(leaf.dtype) or (self.kind == "current" and not strict)
        ):
            return widened(leaf.value)
        if not is_inexact(leaf.dtype):
            return self._integers(leaf)
        drawn = self._floats(leaf.shape)  # type: ignore[arg-type]
        if leaf.dtype.kind == "c":
            return drawn + 1j * self._floats(leaf.shape)  # type: ignore[arg-type]
        return _keeping(facts, drawn)

    def _floats(self, shape: tuple[int, ...]) -> Array:
        if self.kind == "positive":
            return widened(self.rng.uniform(0.1, 0.9, shape))
        if self.kind == "negative":
            return widened(self.rng.uniform(-0.9, -0.1, shape))
        if self.kind == "normal":
            return widened(self.rng.normal(size=shape))
        return widened(self.rng.uniform(-2.0, 2.0, shape))

    def _integers(self, leaf: Node) -> Array:
        """Small numbers, which may be places in an array; wider ones at each kind of point."""
        low, high = {"positive": (0, 2), "negative": (0, 3), "normal": (0, 6), "current": (-3, 4)}[self.kind]
        if leaf.dtype.kind != "i":
            low = 0
        facts = getattr(leaf, "facts", None) or Facts()
        drawn = self.rng.integers(max(low, 1) if facts.positive else low, high, leaf.shape)  # type: ignore[arg-type]
        if leaf.dtype.kind == "b":
            drawn = drawn % 2
        if facts.symmetric:
            drawn = np.maximum(drawn, drawn.swapaxes(-1, -2))
        if facts.sums_to_one:
            raise ValueError("integers that sum to one are not drawn")
        return drawn.astype(leaf.dtype)


def widened(value: Any) -> Array:
    """An array in the widest type that NumPy has for its kind."""
    array = np.asarray(value)
    kinds = {"f": np.longdouble, "c": np.clongdouble}
    return array.astype(kinds.get(array.dtype.kind, array.dtype))


def _is_open(value: Any) -> bool:
    """Whether an attribute mentions a symbol."""
    if isinstance(value, tuple):
        if type(value) is Wiring:
            return any(type(size) is Dim for size in value.sizes)
        return any(map(_is_open, value))
    return isinstance(value, Dim)


def _keeping(facts: Facts, x: Array) -> Array:
    """Numbers like *x* that keep to the facts."""
    if facts.orthonormal:
        if facts.positive or facts.sums_to_one:
            raise ValueError("orthonormal columns of positive numbers, or sums, are not drawn")
        return _reflection(x) if facts.symmetric else _orthonormal(x)
    if facts.positive:
        x = np.abs(x) + np.longdouble(2) ** -10
    if facts.symmetric:
        x = (x + x.swapaxes(-1, -2)) / 2
    axes = facts.sums_to_one
    if not axes:
        return x
    if facts.symmetric:
        return _balanced(x, axes, facts.positive)
    return _summing(x, axes, facts.positive)


def _summing(x: Array, axes: tuple[int, ...], positive: bool) -> Array:
    total = x.sum(axis=axes, keepdims=True)
    count = np.prod([x.shape[axis] for axis in axes])
    return np.asarray(x / total if positive else x + (1 - total) / count)


def _balanced(x: Array, axes: tuple[int, ...], positive: bool) -> Array:
    """Symmetric matrices with sums of one, by taking turns."""
    for _ in range(STEPS * 10):
        x = _summing(x, axes, positive)
        gap = np.abs(x - x.swapaxes(-1, -2)).max(initial=0)
        x = (x + x.swapaxes(-1, -2)) / 2
        if gap < 4 * np.finfo(x.dtype).eps:
            return x
    raise ValueError("no symmetric matrix with these sums was found")


def _orthonormal(x: Array) -> Array:
    """Orthonormal columns, to the precision of *x*."""
    if x.shape[-1] > x.shape[-2]:
        raise ValueError("orthonormal columns are no more than the rows")
    q = np.linalg.qr(x.astype(np.float64))[0].astype(x.dtype)
    for _ in range(3):
        q = (3 * q - q @ (q.swapaxes(-1, -2) @ q)) / 2
    return q


def _reflection(x: Array) -> Array:
    """Symmetric matrices with orthonormal columns."""
    v = x[..., :1]
    scale = 2 / np.maximum((v * v).sum(axis=-2, keepdims=True), np.finfo(x.dtype).tiny)
    mirrored: Array = np.eye(x.shape[-1], dtype=x.dtype) - scale * v * v.swapaxes(-1, -2)
    return mirrored
