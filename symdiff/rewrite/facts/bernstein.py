"""Intervals of polynomials, by their coefficients in Bernstein's basis or in powers from an end on."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff.rewrite.facts.intervals import EVERYTHING, Interval, endless, hull, shortened

__all__ = ["polynomial"]

DEGREE = 16  # up to which polynomials are bounded
HALVINGS = 3  # of the interval on which a polynomial is bounded


def polynomial(coefficients: Sequence[Any], x: Interval) -> Interval:
    """The values on *x* of the polynomial with these coefficients, constant first."""
    if len(coefficients) > DEGREE + 1 or not all(map(_is_finite, coefficients)):
        return EVERYTHING
    if x.low == math.inf or x.high == -math.inf:
        return Interval(-math.inf, math.inf)
    c = [Fraction(value) for value in coefficients]
    if not endless(x.low) and not endless(x.high):
        return _pieces(c, x, HALVINGS)
    if len(c) == 3 and x.holds(vertex := -c[1] / (2 * c[2])):
        start = sum((value * vertex**k for k, value in enumerate(c)), Fraction(0))
        rest = Interval(Fraction(0), math.inf, False, x.low_open or x.high_open)
        return rest.times(Interval(c[2], c[2])).plus(Interval(start, start))
    if x.low == -math.inf and x.high == math.inf:
        halves = Interval(Fraction(0), x.high, False, x.high_open), Interval(x.low, Fraction(0), x.low_open)
        return hull(polynomial(c, half) for half in halves)
    if x.low == -math.inf:
        return polynomial([value * (-1) ** k for k, value in enumerate(c)], x.negative())
    return _rising(_moved(c, Fraction(x.low), Fraction(1)), x.low_open, x.high_open)


def _is_finite(value: Any) -> bool:
    return isinstance(value, Fraction) or math.isfinite(value)


def _rising(c: list[Fraction], low_open: bool, high_open: bool) -> Interval:
    """The values on all u above 0, and at 0 unless *low_open*, as far as signs alone can tell."""
    start = Interval(c[0], c[0])
    growth = Interval(Fraction(0), math.inf, low_open, high_open)
    if all(value >= 0 for value in c[1:]):
        return start.plus(growth)
    return start.plus(growth.negative()) if all(value <= 0 for value in c[1:]) else EVERYTHING


def _moved(c: Sequence[Fraction], start: Fraction, step: Fraction) -> list[Fraction]:
    """The coefficients of p(start + step * u) as a polynomial of u."""
    result = [Fraction(0)] * len(c)
    for value in reversed(c):
        result = [start * r + step * s for r, s in zip(result, [Fraction(0), *result], strict=False)]
        result[0] += value
    return result


def _pieces(c: Sequence[Fraction], x: Interval, halvings: int) -> Interval:
    """The hull of bounds on halves of halves of *x*, by coefficients in Bernstein's basis.

    A polynomial is a mean of these coefficients, with weights that are positive inside of the interval,
    and takes the first and the last of them at the ends.
    """
    low, high = Fraction(x.low), Fraction(x.high)
    n = len(c) - 1
    a = _moved(c, low, high - low)
    b = [
        sum((Fraction(math.comb(i, k), math.comb(n, k)) * a[k] for k in range(i + 1)), Fraction(0))
        for i in range(n + 1)
    ]
    least, most = min(b), max(b)
    if least == most:
        return Interval(least, most)
    if halvings and (least not in (b[0], b[-1]) or most not in (b[0], b[-1])):
        middle = (low + high) / 2
        parts = x._replace(high=middle, high_open=False), x._replace(low=middle, low_open=False)
        return hull(_pieces(c, part, halvings - 1) for part in parts)
    reached = [b[k] for k, is_open in ((0, x.low_open), (-1, x.high_open)) if not is_open]
    return Interval(shortened(least, -1), shortened(most, 1), least not in reached, most not in reached)
