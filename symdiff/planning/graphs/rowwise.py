"""Along which axes an operation works row by row: parts of its operands give a part of its result.

Operations that nothing is known of have no such axes, and are computed whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from symdiff.dims import Shape, product
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.axes.reductions import Reduction
from symdiff.ops.axes.softmax import Slicewise
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast, Identity, StopGradient
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.places.indexing import OneHot, Pick, ScatterAdd, Take
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Concatenate, Slice, whole
from symdiff.wiring import Wiring

__all__ = ["Wire", "adds_little", "part", "size_of", "wires"]

MOVED = 16  # operations in the time of one entry read or written
GATHERED = 64  # and in that of one sorted, gathered and added
LITTLE = 1 / 8  # of the work


class Wire(NamedTuple):
    """Axes of the operands and of the result that may be cut in the same places, or at the same shares.

    Attributes
    ----------
    operands : tuple of int or None
        The axis of each operand, or None for one that is read whole.
    result : int or None
        The axis of the result, or None where the results of parts add up to the whole.
    """

    operands: tuple[int | None, ...]
    result: int | None

    def size(self, node: Node) -> int:
        """The size of the axis of the result, or of what is added up."""
        if self.result is not None:
            return size_of(node, self.result)
        pairs = zip(node.operands, self.operands, strict=True)
        return next(size_of(operand, axis) for operand, axis in pairs if axis is not None)


def size_of(node: Node, axis: int) -> int:
    """The size of an axis, which is known when programs are planned."""
    return node.shape[axis]  # type: ignore[return-value]


def wires(node: Node) -> Sequence[Wire]:
    """The axes along which an operation works row by row."""
    match node:
        case Einsum():
            return _of_wiring(node.wiring)
        case Elementwise() | Add() | Cast() | StopGradient() | Identity():
            return _same(node, range(node.ndim))
        case Slicewise():
            return _same(node, [axis for axis in range(node.ndim) if axis not in node.axes])
        case Concatenate():
            return _same(node, [axis for axis in range(node.ndim) if axis != node.axis])
        case Slice():
            shape = node.operands[0].shape
            return _same(node, [a for a, places in enumerate(node.ranges) if places == whole(shape[a])])
        case Reduction():
            kept = [axis for axis in range(node.operands[0].ndim) if axis not in node.axes]
            return [Wire((axis,), place) for place, axis in enumerate(kept)]
        case Reshape():
            count = _unchanged(node.operands[0].shape, node.shape)
            return [Wire((axis,), axis) for axis in range(max(count, min(node.ndim, 1)))]
        case OneHot():
            return [Wire((axis,), axis) for axis in range(node.ndim - 1)]
        case Pick():
            return [Wire((axis, axis), axis) for axis in range(node.ndim)]
        case Take():
            return [Wire((None, k), node.axis + k) for k in range(node.operands[1].ndim)]
        case ScatterAdd():
            return [Wire((node.axis + k, k), None) for k in range(node.operands[1].ndim)]
    return ()


def _same(node: Node, axes: Sequence[int]) -> list[Wire]:
    """Axes that all operands and the result have in the same places."""
    return [Wire((axis,) * len(node.operands), axis) for axis in axes]


@lru_cache(maxsize=4096)
def _of_wiring(wiring: Wiring) -> tuple[Wire, ...]:
    """All labels, unless a diagonal is read or written."""
    groups = (*wiring.inputs, wiring.output)
    if any(len({*labels}) < len(labels) for labels in groups):
        return ()
    found = []
    for label in {label for labels in groups for label in labels}:
        *operands, result = [labels.index(label) if label in labels else None for labels in groups]
        found.append(Wire(tuple(operands), result))
    return tuple(found)


def _unchanged(before: Shape, after: Shape) -> int:
    """How many first axes two shapes have in common."""
    count = 0
    while count < min(len(before), len(after)) and before[count] == after[count]:
        count += 1
    return count


def part(node: Node, wire: Wire, operands: Sequence[Node], length: int) -> Node:
    """What an operation makes of parts of its operands, of this *length* along the axes of a wire."""
    match node:
        case Einsum():
            wiring = node.wiring
            sizes = [*wiring.sizes]
            sizes[_label(wiring, wire)] = length
            return contract(operands, wiring._replace(sizes=tuple(sizes)), node.coefficient, node.result)
        case Slice():
            return node.apply(tuple(operands), (_replaced(node.ranges, wire.result, whole(length)),))
        case Reshape():
            return node.apply(tuple(operands), (_replaced(node.target, wire.result, length),))
    return node.apply(tuple(operands), node.attributes)


def _label(wiring: Wiring, wire: Wire) -> int:
    """The label of a wire."""
    groups = zip((*wiring.inputs, wiring.output), (*wire.operands, wire.result), strict=True)
    return next(labels[axis] for labels, axis in groups if axis is not None)


def _replaced(items: Sequence[Any], place: int | None, item: Any) -> tuple[Any, ...]:
    """The items with another one at a place."""
    assert place is not None, "what cuts a shape has an axis to cut"
    return (*items[:place], item, *items[place + 1 :])


def adds_little(node: Node, share: float) -> bool:
    """Whether to add up the results of parts, each this *share* of all, takes little beside making them."""
    size: Any = product(node.shape)
    if isinstance(node, Einsum):
        work = 2 * product(node.wiring.sizes) + MOVED * size
    else:
        work = GATHERED * sum([product(x.shape) for x in node.operands])
    return bool(3 * MOVED * size <= LITTLE * share * work)
