"""Matrices whose columns are orthonormal."""

from __future__ import annotations

from typing import Any

from symdiff.node import Node
from symdiff.ops import cast
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.ops.linalg.orthogonal import Qr
from symdiff.ops.linalg.results import Output
from symdiff.ops.linalg.singular import Svd
from symdiff.ops.linalg.spectral import Eigh
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.shaping import Slice, whole
from symdiff.rewrite.facts.known import Known
from symdiff.wiring import Labels

__all__ = ["orthonormal"]

RESULTS = {(Qr, 0), (Eigh, 1), (Svd, 0)}  # decompositions, and which of their results are orthonormal


def orthonormal(node: Any, rows: bool, known: Known) -> bool:
    """Whether the columns of the matrices in the last two axes, or else their rows, are orthonormal."""
    if node.ndim < 2 or node.dtype.kind == "c":
        return False
    square = node.shape[-1] == node.shape[-2]
    match node:
        case Variable(facts=facts) | Placeholder(facts=facts):
            return facts.orthonormal and (not rows or square)
        case Output(operands=(several,), part=part):
            of_columns = (type(several), part) in RESULTS and (not rows or square)
            return of_columns or ((type(several), part) == (Svd, 2) and (rows or square))
        case Slice():
            return _sliced(node, rows, known)
        case Einsum():
            return _product(node, rows, known)
    through = isinstance(node, cast.Identity | cast.StopGradient | Barrier | Region)
    return through and _of(node.operands[0], rows, known)


def _of(node: Node, rows: bool, known: Known) -> bool:
    found: bool = known.answer(orthonormal, node, rows, unknown=False)
    return found


def _sliced(node: Any, rows: bool, known: Known) -> bool:
    """Some of the columns, each of them whole."""
    (x,) = node.operands
    along = -1 if rows else -2
    return node.ranges[along] == whole(x.shape[along]) and _of(x, rows, known)


def _product(node: Any, rows: bool, known: Known) -> bool:
    """Identities, transposes, and products of one such matrix after another, up to the sign."""
    wiring = node.wiring
    *batch, i, j = wiring.output
    if abs(node.coefficient) != 1 or wiring.orphans or len(set(batch)) < len(batch) or {i, j} & set(batch):
        return False
    left = dict(zip(wiring.inputs, node.operands, strict=True))
    if len(left) < len(node.operands):
        return False
    start, end = (j, i) if rows else (i, j)
    seen = {start}
    while left:  # from the long side on, each matrix leads to a label that only the next one has
        labels = next((labels for labels in left if len(labels) > 1 and start in labels[-2:]), None)
        if labels is None:
            return False
        after = _across(labels, start, batch)
        if after is None or after in seen or not _of(left.pop(labels), labels[-1] == start, known):
            return False
        start = after
        seen.add(start)
    return bool(start == end)


def _across(labels: Labels, start: int, batch: list[int]) -> int | None:
    """The other one of the last two labels, if those before are batch labels."""
    *front, one, two = labels
    fits = one != two and set(front) <= set(batch) and len(set(front)) == len(front)
    return (two if one == start else one) if fits and not {one, two} & set(batch) else None
