"""What entries add up to along axes, where that is one number, whatever the values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from symdiff.dims import Dim, Size
from symdiff.dtypes import is_inexact
from symdiff.node import Node
from symdiff.ops import cast
from symdiff.ops.add import Add
from symdiff.ops.axes.softmax import Softmax
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.places.indexing import OneHot, Take
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Concatenate, Range, Slice
from symdiff.rewrite.facts.bounds import LARGEST
from symdiff.rewrite.facts.known import Known

__all__ = ["total"]

Axes: TypeAlias = tuple[int, ...]
FEW = 4  # private labels of an operand up to which subsets of them are tried


def total(node: Node, axes: Axes, known: Known) -> Fraction | None:
    """The number that the entries along these axes add up to, or None if it is not known, or not one."""
    if not axes:
        return None
    if any(not isinstance(node.shape[axis], Dim) and not node.shape[axis] for axis in axes):
        return Fraction(0)
    rule = RULES.get(type(node)) or (_operand if isinstance(node, Region) else None)
    return rule(node, axes, known) if rule and node.dtype.kind != "b" else None


def _of(node: Node, axes: Sequence[int], known: Known) -> Fraction | None:
    found: Fraction | None = known.answer(total, node, tuple(sorted(axes)), unknown=None)
    return found


def _one_if(condition: bool) -> Fraction | None:
    return Fraction(1) if condition else None


def _declared(node: Any, axes: Axes, known: Known) -> Fraction | None:
    return _one_if(node.facts.sums_to_one == axes)


def _constant(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """The sum of the entries, if it is the same everywhere up to rounding."""
    value = node.value
    if not 0 < value.size <= LARGEST or value.dtype.kind == "c" or not np.isfinite(value).all():
        return None
    sums = value.sum(axis=axes, dtype=np.float64)
    first = float(sums.flat[0])
    room = 4 * _precision(node) * float(np.abs(value).sum(axis=axes, dtype=np.float64).max())
    return Fraction(first) if np.all(np.abs(sums - first) <= room) else None


def _precision(node: Node) -> float:
    return float(np.finfo(node.dtype).eps) if is_inexact(node.dtype) else 0.0


def _softmax(node: Any, axes: Axes, known: Known) -> Fraction | None:
    return _one_if(node.axes == axes)


def _one_hot(node: Any, axes: Axes, known: Known) -> Fraction | None:
    return _one_if(axes == (node.ndim - 1,))


def _operand(node: Node, axes: Axes, known: Known) -> Fraction | None:
    return _of(node.operands[0], axes, known)


def _cast(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """The same, unless fractions are cut off."""
    x = node.operands[0]
    exact = is_inexact(node.to) and x.dtype.kind != "c"
    return _of(x, axes, known) if exact else None


def _sliced(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """That of the operand, if all places along the axes are kept, in any order."""
    sizes = node.operands[0].shape
    kept = all(_is_whole(node.ranges[axis], sizes[axis]) for axis in axes)
    return _of(node.operands[0], axes, known) if kept else None


def _is_whole(places: Range, size: Size) -> bool:
    forwards = places == Range(0, size, 1)
    return forwards or (isinstance(size, int) and places == Range(size - 1, size, -1))


def _taken(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """That of the operand along other axes than the one along which entries are chosen."""
    x, indices = node.operands
    places = [axis if axis < node.axis else axis - indices.ndim + 1 for axis in axes]
    apart = all(axis < node.axis or axis >= node.axis + indices.ndim for axis in axes)
    return _of(x, places, known) if apart else None


def _joined(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """What all operands agree on, along other axes than the one along which they are joined."""
    found = {_of(operand, axes, known) for operand in node.operands}
    return found.pop() if len(found) == 1 and node.axis not in axes else None


def _reshaped(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """That of the operand along the last axes, if they stay as they are."""
    (x,), n = node.operands, len(axes)
    last = n <= x.ndim and axes == tuple(range(node.ndim - n, node.ndim))
    stay = last and x.shape[x.ndim - n :] == node.shape[node.ndim - n :]
    return _of(x, range(x.ndim - n, x.ndim), known) if stay else None


def _sum(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """The sum of those of the terms."""
    found = Fraction(0)
    for term, factor in zip(node.operands, node.coefficients, strict=True):
        own = _of(term, axes, known)
        if own is None or isinstance(factor, complex) or not math.isfinite(factor):
            return None
        found += own * Fraction(factor)
    return found


def _einsum(node: Any, axes: Axes, known: Known) -> Fraction | None:
    """The coefficient, times sizes, if every operand in turn adds up along labels that nobody else has."""
    wiring = node.wiring
    if isinstance(node.coefficient, complex) or not math.isfinite(node.coefficient):
        return None
    found = Fraction(node.coefficient)
    stay = [label for axis, label in enumerate(wiring.output) if axis not in axes]
    kept = set(stay)
    if len(kept) < len(stay):  # a delta is left over
        return None
    left = dict(enumerate(node.operands))
    summed = set(range(len(wiring.sizes))) - kept
    while left:
        own = [_absorbed(node, k, left, summed, known) for k in left]
        taken = next(((k, each) for k, each in zip(left, own, strict=True) if each is not None), None)
        if taken is None:
            return None
        k, (factor, labels) = taken
        del left[k]
        found *= factor
        summed -= set(labels)
    sizes = [wiring.sizes[label] for label in summed]
    return None if any(isinstance(size, Dim) for size in sizes) else found * math.prod(sizes)


def _absorbed(
    node: Any, k: int, left: dict[int, Node], summed: set[int], known: Known
) -> tuple[Fraction, Axes] | None:
    """What operand *k* adds up to along labels that only it has, and which labels those are."""
    counts = Counter(label for m in left for label in node.wiring.inputs[m])
    labels = node.wiring.inputs[k]
    private = [label for label in labels if label in summed and counts[label] == 1]
    for n in range(len(private), 0, -1) if len(private) <= FEW else ():
        for chosen in combinations(private, n):
            found = _of(left[k], [labels.index(label) for label in chosen], known)
            if found is not None:
                return found, chosen
    return None


RULES: dict[type[Node], Callable[[Any, Axes, Known], Fraction | None]] = {
    Variable: _declared,
    Placeholder: _declared,
    Constant: _constant,
    Softmax: _softmax,
    OneHot: _one_hot,
    **dict.fromkeys((cast.Identity, cast.StopGradient, Barrier), _operand),
    cast.Cast: _cast,
    Slice: _sliced,
    Take: _taken,
    Reshape: _reshaped,
    Concatenate: _joined,
    Add: _sum,
    Einsum: _einsum,
}
