"""An interval that holds every entry of a node, from what its operation makes of those of its operands."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from symdiff.dims import Dim, Size
from symdiff.node import Node
from symdiff.ops import cast
from symdiff.ops.add import Add
from symdiff.ops.axes import reductions, scans
from symdiff.ops.axes.norms import PowerNorm
from symdiff.ops.axes.products import Prod
from symdiff.ops.axes.softmax import LogSoftmax, LogSumExp, Softmax
from symdiff.ops.drawn import draws
from symdiff.ops.einsum import Einsum
from symdiff.ops.entries import complex
from symdiff.ops.entries.comparison import Where
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.linalg.conditioning import MatrixRank
from symdiff.ops.linalg.determinants import Slogdet
from symdiff.ops.linalg.orthogonal import Qr
from symdiff.ops.linalg.results import Output
from symdiff.ops.linalg.singular import Svd, Svdvals
from symdiff.ops.linalg.spectral import Eigh
from symdiff.ops.linalg.triangular import Triangle
from symdiff.ops.places import indexing, overwriting
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape import ranges
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Concatenate, Place, Slice
from symdiff.ops.signals.windows import Overlap, Windows
from symdiff.rewrite.facts.contractions import product_of_operands
from symdiff.rewrite.facts.entries import ENTRIES
from symdiff.rewrite.facts.intervals import (
    EVERYTHING,
    NONNEGATIVE,
    POSITIVE,
    UNIT,
    Interval,
    Look,
    endless,
    hull,
)
from symdiff.rewrite.facts.sums import sum_of_terms

__all__ = ["LARGEST", "interval", "whole_range"]

LARGEST = 65536  # entries of a constant that is looked at
ZERO = Interval(Fraction(0), Fraction(0))


def whole_range(node: Node) -> Interval:
    """What the dtype alone says."""
    match node.dtype.kind:
        case "b":
            return UNIT
        case "i" | "u":
            limits = np.iinfo(node.dtype)
            return Interval(Fraction(int(limits.min)), Fraction(int(limits.max)))
    return EVERYTHING


def interval(node: Node, known: Any) -> Interval:
    """An interval that holds every entry; integers that may wrap around may be anything of their dtype."""
    whole = whole_range(node)
    rule = RULES.get(type(node)) or (_first if isinstance(node, Region) else None)
    if rule is None or node.dtype.kind == "b":
        return whole
    if "c" in [node.dtype.kind, *(operand.dtype.kind for operand in node.operands)]:
        return NONNEGATIVE if type(node) is complex.Modulus else whole
    found = rule(node, lambda operand: known.answer(interval, operand, unknown=whole_range(operand)))
    return found if found.within(whole) else whole


# --- leaves and what is made from nothing ---------------------------------------------------------------


def _declared(node: Any, look: Look) -> Interval:
    """By the facts that the leaf was declared with."""
    facts = node.facts
    found = whole_range(node)
    if facts.positive:
        found = POSITIVE._replace(high=Fraction(1), high_open=False) if facts.sums_to_one else POSITIVE
    if facts.orthonormal:
        found = found.meet(Interval(Fraction(-1), Fraction(1))) or found
    return found.meet(whole_range(node)) or found


def _constant(node: Any, look: Look) -> Interval:
    """The extreme entries of the array, if it is not too long to look through."""
    value = node.value
    if not 0 < value.size <= LARGEST or np.isnan(value).any():
        return whole_range(node)
    return Interval.of(value.min().item(), value.max().item())


def _arange(node: Any, look: Look) -> Interval:
    return _places(node.length)


def _places(size: Size) -> Interval:
    """The indices of an axis."""
    return NONNEGATIVE if isinstance(size, Dim) else Interval(Fraction(0), Fraction(max(size - 1, 0)))


def _integers(node: Any, look: Look) -> Interval:
    return Interval(Fraction(node.low), Fraction(node.high - 1))


# --- entries that are entries of operands ---------------------------------------------------------------


def _first(node: Node, look: Look) -> Interval:
    """Entries of operand 0 only."""
    return look(node.operands[0])


def _any(node: Node, look: Look) -> Interval:
    return hull(map(look, node.operands))


def _two(node: Node, look: Look) -> Interval:
    return hull(map(look, node.operands[:2]))


def _or_zero(node: Node, look: Look) -> Interval:
    return hull([look(node.operands[0]), ZERO])


def _where(node: Node, look: Look) -> Interval:
    return hull(map(look, node.operands[1:]))


def _shift(node: Any, look: Look) -> Interval:
    return hull([look(node.operands[0]), Interval.of(node.entering, node.entering)])


def _cast(node: Any, look: Look) -> Interval:
    """The same numbers; integers lose fractions, towards 0."""
    x = look(node.operands[0])
    if node.to.kind not in "iu" or endless(x.low) or endless(x.high):
        return x
    return Interval(Fraction(math.trunc(x.low)), Fraction(math.trunc(x.high)))


# --- sums and products along axes -----------------------------------------------------------------------


def _scattered(node: Node, look: Look) -> Interval:
    """Sums of any number of entries, none included."""
    x = hull([look(node.operands[0]), ZERO])
    return Interval(x.low and -math.inf, x.high and math.inf, bool(x.low), bool(x.high))


def _running_sum(node: Any, look: Look) -> Interval:
    """Between one and all entries of an axis, added up."""
    x = look(node.operands[0])
    size = node.shape[node.axis]
    most = math.inf if isinstance(size, Dim) else Fraction(max(size, 1))
    return x.times(Interval(Fraction(1), most, False, isinstance(size, Dim)))


def _product(node: Node, look: Look) -> Interval:
    """Products of any number of entries, none included: what is closed under products, and holds 1."""
    x = look(node.operands[0])
    if x.low >= 1:
        return Interval(Fraction(1), math.inf, False, True)
    if x.is_nonnegative:
        return Interval(Fraction(0), Fraction(1) if x.high <= 1 else math.inf, x.is_positive, x.high > 1)
    return Interval(Fraction(-1), Fraction(1)) if x.low >= -1 and x.high <= 1 else EVERYTHING


def _log_sum_exp(node: Any, look: Look) -> Interval:
    """Not below any entry."""
    low, _, low_open, _ = look(node.operands[0])
    return Interval(low, math.inf, low_open, True)


def _softmax(node: Node, look: Look) -> Interval:
    """Above 0, unless minus infinity is in sight, and 1 where a slice has one entry."""
    x = look(node.operands[0])
    finite = x.low > -math.inf or x.low_open
    return Interval(Fraction(0), Fraction(1), finite)


def _log_softmax(node: Node, look: Look) -> Interval:
    x = look(node.operands[0])
    return Interval(-math.inf, Fraction(0), x.low > -math.inf or x.low_open)


def _norm(node: Any, look: Look) -> Interval:
    """Above 0 if all entries are, and there are some."""
    sizes = [node.operands[0].shape[axis] for axis in node.axes]
    some = all(isinstance(size, int) and size > 0 for size in sizes)
    return POSITIVE if some and look(node.operands[0]).is_positive else NONNEGATIVE


def _arg(node: Any, look: Look) -> Interval:
    return _places(node.operands[0].shape[node.axes[0]])


# --- results of decompositions --------------------------------------------------------------------------


def _output(node: Any, look: Look) -> Interval:
    """Entries of orthonormal columns, singular values, signs."""
    kind, part = type(node.operands[0]), node.part
    if (kind, part) in ((Qr, 0), (Eigh, 1), (Svd, 0), (Svd, 2), (Slogdet, 0)):
        return Interval(Fraction(-1), Fraction(1))
    return NONNEGATIVE if (kind, part) == (Svd, 1) else EVERYTHING


def _at_least_zero(node: Node, look: Look) -> Interval:
    return NONNEGATIVE


def _at_most_one(node: Node, look: Look) -> Interval:
    return UNIT


def _fraction(node: Node, look: Look) -> Interval:
    return Interval(Fraction(0), Fraction(1), False, True)


RULES: dict[type[Node], Callable[[Any, Look], Interval]] = {
    Variable: _declared,
    Placeholder: _declared,
    Constant: _constant,
    ranges.Arange: _arange,
    draws.Uniform: _fraction,
    draws.Exponential: _at_least_zero,
    draws.Integers: _integers,
    **dict.fromkeys((cast.Identity, cast.StopGradient, Barrier, Reshape, Slice, Windows), _first),
    **dict.fromkeys((indexing.Take, indexing.Pick, reductions.Max, reductions.Min), _first),
    **dict.fromkeys((Place, Triangle), _or_zero),
    **dict.fromkeys((overwriting.Overwrite, overwriting.Put), _two),
    Concatenate: _any,
    Where: _where,
    scans.Shift: _shift,
    cast.Cast: _cast,
    Add: sum_of_terms,
    indexing.ScatterAdd: _scattered,
    Overlap: _scattered,
    scans.Cumsum: _running_sum,
    scans.Cumprod: _product,
    Prod: _product,
    LogSumExp: _log_sum_exp,
    Softmax: _softmax,
    LogSoftmax: _log_softmax,
    PowerNorm: _norm,
    reductions.ArgMax: _arg,
    reductions.ArgMin: _arg,
    indexing.OneHot: _at_most_one,
    Output: _output,
    Svdvals: _at_least_zero,
    Einsum: product_of_operands,
    **ENTRIES,
    MatrixRank: _at_least_zero,
    complex.Modulus: _at_least_zero,
}
