"""Intervals of einsums: products of intervals, powers where operands repeat, added up over labels."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff.coefficients import in_dtype
from symdiff.dims import Dim, Size
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.rewrite.facts.intervals import EVERYTHING, NONNEGATIVE, Interval, Look, hull
from symdiff.rewrite.facts.matching import written_out
from symdiff.wiring import Labels, Wiring

__all__ = ["product_of_operands"]

FEW = 4  # summed labels up to which squares are looked for in sums


def product_of_operands(node: Any, look: Look) -> Interval:
    """The product of all operands, times the coefficient, added up over the labels that are summed."""
    wiring, factor = node.wiring, node.coefficient
    if not math.isfinite(factor):
        known = not node.operands and not math.isnan(factor)
        return Interval.of(factor, factor) if known else EVERYTHING
    counts = Counter(zip(node.operands, wiring.inputs, strict=True))
    terms = _powers([(look(operand), n) for (operand, _), n in counts.items()])
    outside = {label for labels in wiring.inputs for label in labels} | set(wiring.output)
    repeats = [
        size for label, size in enumerate(wiring.sizes) if label in wiring.summed or label not in outside
    ]
    if not terms.is_nonnegative and _is_square(node, look):
        terms = NONNEGATIVE
    total = _repeated(terms, repeats).times(Interval.of(factor, factor))
    written = len(set(wiring.output)) < len(wiring.output)
    return hull([total, Interval.of(0, 0)]) if written else total


def _powers(factors: Sequence[tuple[Interval, int]]) -> Interval:
    """The product of intervals, each to a power; with no factors, 1."""
    total = Interval.of(1, 1)
    for base, n in factors:
        total = total.times(base.power(n))
    return total


def _repeated(terms: Interval, sizes: Sequence[Size]) -> Interval:
    """Sums of as many terms as there are places along axes of these sizes, or products with these sizes."""
    for size in sizes:
        if isinstance(size, Dim):
            most = Interval(Fraction(0), math.inf, False, True)
            terms = terms.times(most)
        else:
            terms = terms.times(Interval.of(size, size))
    return terms


# --- sums of squares ------------------------------------------------------------------------------------


def _is_square(node: Einsum, look: Look) -> bool:
    """Whether the entries, without the coefficient, are sums of squares, such as x.T @ A.T @ A @ x.

    With the labels of the output and some of those that are summed held fixed, the einsum falls into
    parts that share no label. It is a sum of squares if they are the same part twice, or nonnegative.
    """
    operands, wiring = written_out(node)
    singles = [x for x, n in Counter(operands).items() if n % 2 and not look(x).is_nonnegative]
    if singles or not operands or len(wiring.summed) > FEW:
        return False
    free = sorted(wiring.summed)
    return any(
        _pairs_up(operands, wiring, frozenset(free).difference(held), look)
        for n in range(len(free) + 1)
        for held in itertools.combinations(free, n)
    )


def _pairs_up(operands: list[Node], wiring: Wiring, inner: frozenset[int], look: Look) -> bool:
    """Whether the parts that the *inner* labels tie together come in pairs, or are nonnegative."""
    counts: Counter[tuple[Node, Labels]] = Counter()
    groups = _tied(wiring.inputs, inner)
    dtype = operands[0].dtype
    for places in groups if len(groups) > 1 else ():
        inputs = [wiring.inputs[k] for k in places]
        outer = tuple(sorted({label for labels in inputs for label in labels} - inner))
        sizes = {label: wiring.sizes[label] for labels in inputs for label in labels}
        part = Wiring.of(inputs, outer, sizes)
        found = contract([operands[k] for k in places], part, in_dtype(1, dtype), dtype)
        counts[found, outer] += 1
    return len(groups) > 1 and all(n % 2 == 0 or look(x).is_nonnegative for (x, _), n in counts.items())


def _tied(inputs: Sequence[Labels], inner: frozenset[int]) -> list[list[int]]:
    """The operands in groups that share *inner* labels, directly or through others."""
    groups: list[tuple[set[int], list[int]]] = []
    for k, labels in enumerate(inputs):
        shared, places = set(labels) & inner, [k]
        for group in [group for group in groups if group[0] & shared]:
            groups.remove(group)
            shared |= group[0]
            places += group[1]
        groups.append((shared, places))
    return [sorted(places) for _, places in groups]
