"""Parts of arrays: slices and their adjoint, joining along an axis."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from symdiff.coefficients import total
from symdiff.dims import Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import expand_dims, normal_axes
from symdiff.ops.einsum import scale
from symdiff.ops.operands import full, promote

__all__ = ["concatenate", "stack"]


class Range(NamedTuple):
    """The places ``start, start + step, ...`` along an axis: *length* of them."""

    start: Size
    length: Size
    step: int

    def within(self, size: Size) -> bool:
        """Whether an axis of *size* has all these places, as far as can be known."""
        start, length, step = self
        if isinstance(length, int) and length <= 0:
            return length == 0
        last = start + (length - 1) * step
        if type(start) is int and type(last) is int and type(size) is int:
            return 0 <= start < size and 0 <= last < size
        ends = [end for end in (start, last) if isinstance(end, int)]
        return all(end >= 0 and (not isinstance(size, int) or end < size) for end in ends)

    @property
    def slice(self) -> slice:
        """The same as a Python slice."""
        if self.length == 0:
            return slice(0, 0)
        stop = self.start + self.length * self.step
        backwards_past_zero = isinstance(stop, int) and stop < 0
        return slice(self.start, None if backwards_past_zero else stop, self.step)


class Slice(Linear):
    """x[start:stop:step, ...]"""

    __slots__ = ()
    ranges: tuple[Range, ...]

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return slice_ranges(operands[0], attributes[0])

    def infer_shape(self) -> Shape:
        ranges: tuple[Range, ...] = self.attributes[0]
        for axis, (places, size) in enumerate(zip(ranges, self.operands[0].shape, strict=True)):
            if places is not whole(size) and not places.within(size):
                raise ShapeError(
                    f"slice: {size_text(places.length)} entries from {size_text(places.start)} on do not lie "
                    f"in axis {axis}, which has size {size_text(size)}; slice less, or feed more"
                )
        return tuple([places.length for places in ranges])

    def compute(self, xp: Any, x: Any) -> Any:
        return x[tuple(places.slice for places in self.ranges)]

    def transposed(self, k: int, g: Node) -> Node:
        batch = g.shape[: g.ndim - self.ndim]
        return place(g, (*map(whole, batch), *self.ranges), batch + self.operands[0].shape)


class Place(Linear):
    """zeros of some shape with x written at x's places: the adjoint of Slice"""

    __slots__ = ()
    ranges: tuple[Range, ...]
    target: Shape

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return place(operands[0], *attributes)

    def infer_shape(self) -> Shape:
        return self.target

    def compute(self, xp: Any, x: Any) -> Any:
        result = xp.zeros(self.target, dtype=x.dtype)
        result[tuple(places.slice for places in self.ranges)] = x
        return result

    def transposed(self, k: int, g: Node) -> Node:
        batch = g.shape[: g.ndim - self.ndim]
        return slice_ranges(g, (*map(whole, batch), *self.ranges))

    @classmethod
    def collect(cls, terms: dict[Node, Any]) -> dict[Node, Any]:
        """zeros with a at [0:1], plus zeros with b at [1:3], ... = concatenate(a, b, ...)"""
        groups: dict[int, list[Place]] = {}
        for node in terms:
            if type(node) is Place and (axis := node.only_axis()) is not None:
                groups.setdefault(axis, []).append(node)
        for axis, nodes in groups.items():
            parts = _tiles(nodes, axis, terms) if len(nodes) > 1 else None
            if parts is not None:
                joined = set(nodes)
                terms = {node: factor for node, factor in terms.items() if node not in joined}
                whole_sum = concatenate(parts, axis)
                terms[whole_sum] = total(terms.get(whole_sum, 0), 1)
        return terms

    def only_axis(self) -> int | None:
        """The one axis along which entries are missing, if that is all and they lie together."""
        shape = self.target
        partial = [axis for axis, places in enumerate(self.ranges) if places != whole(shape[axis])]
        if len(partial) != 1:
            return None
        known = all(isinstance(size, int) for size in (*self.ranges[partial[0]], shape[partial[0]]))
        return partial[0] if known and self.ranges[partial[0]].step == 1 else None


def _tiles(nodes: Sequence[Place], axis: int, terms: dict[Node, Any]) -> list[Node] | None:
    """The blocks along *axis* in order, zeros between them; None when they overlap."""
    parts: list[Node] = []
    end: Any = 0
    shape, dtype = nodes[0].shape, nodes[0].dtype

    def gap(size: Any) -> list[Node]:
        return [full((*shape[:axis], size, *shape[axis + 1 :]), 0, dtype)] if size else []

    starts: dict[Place, Any] = {node: node.ranges[axis].start for node in nodes}
    for node in sorted(nodes, key=starts.__getitem__):
        if starts[node] < end:
            return None
        parts += [*gap(starts[node] - end), scale(node.operands[0], terms[node])]
        end = starts[node] + node.ranges[axis].length
    return parts + gap(shape[axis] - end)


class Concatenate(Linear):
    """operands one after another along an axis"""

    __slots__ = ()
    axis: int

    @property
    def melts(self) -> bool:
        return True

    def infer_shape(self) -> Shape:
        first = self.operands[0].shape
        for k, operand in enumerate(self.operands):
            others = [shape[: self.axis] + shape[self.axis + 1 :] for shape in (operand.shape, first)]
            if operand.ndim != len(first) or others[0] != others[1]:
                raise ShapeError(
                    f"concatenate: operand {k} is {shape_text(operand.shape)} but operand 0 is "
                    f"{shape_text(first)}; all axes but axis {self.axis} must agree"
                )
        sizes = [operand.shape[self.axis] for operand in self.operands]
        total: Size = 0
        for size in sizes:
            total = size + total
        return (*first[: self.axis], total, *first[self.axis + 1 :])

    def compute(self, xp: Any, *values: Any) -> Any:
        return xp.concatenate(values, axis=self.axis)

    def transposed(self, k: int, g: Node) -> Node:
        axis = self.axis + g.ndim - self.ndim
        start: Size = 0
        for operand in self.operands[:k]:
            start = start + operand.shape[self.axis]
        ranges = list(map(whole, g.shape))
        ranges[axis] = Range(start, self.operands[k].shape[self.axis], 1)
        return slice_ranges(g, tuple(ranges))

    def jvp(self, k: int, dx: Node) -> Node:
        start: Size = 0
        for operand in self.operands[:k]:
            start = start + operand.shape[self.axis]
        ranges = list(map(whole, self.shape))
        ranges[self.axis] = Range(start, dx.shape[self.axis], 1)
        return place(dx, tuple(ranges), self.shape)


@lru_cache(maxsize=4096)
def whole(size: Size) -> Range:
    """All places of an axis."""
    return Range(0, size, 1)


def slice_ranges(x: Node, ranges: tuple[Range, ...]) -> Node:
    """*x* at these places of each axis; a slice of a concatenation may be one of its parts."""
    if ranges == tuple(map(whole, x.shape)):
        return x
    match x:
        case Slice():
            return slice_ranges(x.operands[0], tuple(map(_compose, x.ranges, ranges)))
        case Place() if x.ranges == ranges:
            return x.operands[0]
        case Concatenate() if (part := _part(x, ranges)) is not None:
            return part
    return Slice.only((x,), (ranges,))


def _compose(outer: Range, inner: Range) -> Range:
    """The places *inner* of the places *outer*."""
    return Range(outer.start + outer.step * inner.start, inner.length, outer.step * inner.step)


def _part(x: Concatenate, ranges: tuple[Range, ...]) -> Node | None:
    """The operand of a concatenation that *ranges* select exactly."""
    start: Size = 0
    for operand in x.operands:
        size = operand.shape[x.axis]
        expected = [whole(other) for other in operand.shape]
        expected[x.axis] = Range(start, size, 1)
        if ranges == tuple(expected):
            return operand
        start = start + size
    return None


def place(x: Node, ranges: tuple[Range, ...], shape: Shape) -> Node:
    """Zeros of *shape* with *x* written at these places."""
    return x if ranges == tuple(map(whole, shape)) else Place(x, ranges=ranges, target=shape)


def concatenate(values: Sequence[Any], axis: int = 0) -> Node:
    """Operands one after another along an existing axis.

    Raises
    ------
    ShapeError
        If there are no operands, or they differ along another axis.

    Examples
    --------
    >>> concatenate([[1, 2], [3]])()
    array([1, 2, 3])
    """
    if isinstance(values, Node) or not len(values):
        raise ShapeError("concatenate: give a list of at least one operand")
    nodes = promote(*values)
    (axis,) = normal_axes("concatenate", axis, nodes[0].ndim)
    joined = Concatenate(*nodes, axis=axis)
    kept = [node for node in nodes if node.shape[axis] != 0] or nodes[:1]
    return kept[0] if len(kept) == 1 else joined.with_operands(*kept)


def stack(values: Sequence[Any], axis: int = 0) -> Node:
    """Operands of one shape along a new axis.

    Examples
    --------
    >>> stack([[1, 2], [3, 4]], axis=1)()
    array([[1, 3],
           [2, 4]])
    """
    if isinstance(values, Node) or not len(values):
        raise ShapeError("stack: give a list of at least one operand")
    nodes = promote(*values)
    for k, node in enumerate(nodes):
        if node.shape != nodes[0].shape:
            raise ShapeError(
                f"stack: operand {k} is {shape_text(node.shape)} but operand 0 is "
                f"{shape_text(nodes[0].shape)}; all shapes must agree"
            )
    return concatenate([expand_dims(node, axis) for node in nodes], axis)
