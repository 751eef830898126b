"""Intervals with exact ends, each of which belongs to the interval or not, and arithmetic on them.

Finite ends are fractions. An infinite end that is open says that values are finite; a closed one, that
infinity itself is among them. What cannot be exact is rounded outwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from symdiff.node import Node

__all__ = [
    "EVERYTHING",
    "NONNEGATIVE",
    "POSITIVE",
    "UNIT",
    "End",
    "Interval",
    "Look",
    "endless",
    "greater",
    "hull",
    "lesser",
    "monotone",
    "shortened",
]

End: TypeAlias = Fraction | float  # a float only where it is infinite
Look: TypeAlias = "Callable[[Node], Interval]"  # from an operand to its interval
BITS = 256  # from which on the terms of a fraction are shortened
ROOM = 2.0**-44  # relative error allowed to functions of floating-point numbers


class Interval(NamedTuple):
    """All numbers from *low* to *high*; an open end is no member."""

    low: End
    high: End
    low_open: bool = False
    high_open: bool = False

    @classmethod
    def of(cls, low: Any, high: Any, low_open: bool = False, high_open: bool = False) -> Interval:
        """The interval between two numbers of any kind."""
        return cls(_end(low), _end(high), low_open, high_open)

    @property
    def is_positive(self) -> bool:
        """Whether every member is above 0."""
        return self.low > 0 or (self.low == 0 and self.low_open)

    @property
    def is_nonnegative(self) -> bool:
        """Whether no member is below 0."""
        return self.low >= 0

    @property
    def floats(self) -> tuple[float, float]:
        """The ends as floating-point numbers, rounded outwards."""
        return _below(self.low), 0.0 - _below(-self.high)

    def holds(self, value: End) -> bool:
        """Whether a number is a member."""
        above = self.low < value or (self.low == value and not self.low_open)
        return above and (value < self.high or (value == self.high and not self.high_open))

    def within(self, other: Interval) -> bool:
        """Whether all members are members of the other interval, open ends aside."""
        return other.low <= self.low and self.high <= other.high

    def negative(self) -> Interval:
        """All -x."""
        return Interval(-self.high, -self.low, self.high_open, self.low_open)

    def plus(self, other: Interval) -> Interval:
        """All x + y."""
        return Interval(
            shortened(_sum(self.low, other.low, -math.inf), -1),
            shortened(_sum(self.high, other.high, math.inf), 1),
            *(_open_sum(self, other, side) for side in (0, 1)),
        )

    def times(self, other: Interval) -> Interval:
        """All x * y."""
        corners = []
        for x, x_open in self.ends():
            for y, y_open in other.ends():
                reached = (not x_open and not y_open) or (x == 0 and not x_open) or (y == 0 and not y_open)
                corners.append((_product(x, y), reached))
        low, high = min(value for value, _ in corners), max(value for value, _ in corners)
        low_open, high_open = (
            not any(reached for value, reached in corners if value == end) for end in (low, high)
        )
        return Interval(shortened(low, -1), shortened(high, 1), low_open, high_open)

    def ends(self) -> tuple[tuple[End, bool], tuple[End, bool]]:
        """Both ends, and whether they are open."""
        return (self.low, self.low_open), (self.high, self.high_open)

    def magnitude(self) -> Interval:
        """All |x|."""
        if self.low >= 0:
            return self
        if self.high <= 0:
            return self.negative()
        far = max((self.high, not self.high_open), (-self.low, not self.low_open))
        return Interval(Fraction(0), far[0], False, not far[1])

    def power(self, exponent: int) -> Interval:
        """All x ** exponent, for an exponent above 0."""
        base = self.magnitude() if exponent % 2 == 0 else self
        ends = [shortened(_power(end, exponent), side) for end, side in ((base.low, -1), (base.high, 1))]
        return Interval(ends[0], ends[1], base.low_open, base.high_open)

    def reciprocal(self) -> Interval:
        """All 1 / x, where infinity stands for 1 / 0."""
        if self.high <= 0 and self.low < 0:
            return self.negative().reciprocal().negative()
        if self.low < 0 or self.high == 0:
            return Interval(-math.inf, math.inf)
        low = Fraction(0) if endless(self.high) else 1 / Fraction(self.high)
        high = math.inf if self.low == 0 else Fraction(0) if endless(self.low) else 1 / Fraction(self.low)
        return Interval(shortened(low, -1), shortened(high, 1), self.high_open, self.low_open)

    def meet(self, other: Interval) -> Interval | None:
        """The numbers in both; None if there are none."""
        low, low_open = max((self.low, self.low_open), (other.low, other.low_open))
        high, closed = min((self.high, not self.high_open), (other.high, not other.high_open))
        empty = low > high or (low == high and (low_open or not closed))
        return None if empty else Interval(low, high, low_open, not closed)


EVERYTHING = Interval(-math.inf, math.inf, True, True)
NONNEGATIVE = Interval(Fraction(0), math.inf, False, True)
POSITIVE = Interval(Fraction(0), math.inf, True, True)
UNIT = Interval(Fraction(0), Fraction(1))


def hull(intervals: Iterable[Interval]) -> Interval:
    """The smallest interval that holds all of these, of which there is at least one."""
    parts = list(intervals)
    low, low_open = min((part.low, part.low_open) for part in parts)
    high, closed = max((part.high, not part.high_open) for part in parts)
    return Interval(low, high, low_open, not closed)


def greater(x: Interval, y: Interval) -> Interval:
    """All max(a, b)."""
    low, low_open = max((x.low, x.low_open), (y.low, y.low_open))
    high, closed = max((x.high, not x.high_open), (y.high, not y.high_open))
    return Interval(low, high, low_open, not closed)


def lesser(x: Interval, y: Interval) -> Interval:
    """All min(a, b)."""
    return greater(x.negative(), y.negative()).negative()


def monotone(
    x: Interval, function: Callable[[Any], Any], target: Interval, exact: Mapping[End, Any]
) -> Interval:
    """The values of an increasing function on *x*, all of them in *target*.

    *exact* says where the function is known without rounding; at an infinite end it is that of *target*.
    """
    low, low_open = target.low, target.low_open or x.low_open
    if x.low in exact:
        low, low_open = _end(exact[x.low]), x.low_open
    elif not endless(x.low):
        low, low_open = -_above(-_value(function, _below(x.low))), True
    elif not x.low_open:
        low_open = False
    high, high_open = target.high, target.high_open or x.high_open
    if x.high in exact:
        high, high_open = _end(exact[x.high]), x.high_open
    elif not endless(x.high):
        high, high_open = _above(_value(function, -_below(-x.high))), True
    elif not x.high_open:
        high_open = False
    closed = Interval(target.low, target.high, target.low_open and low_open, target.high_open and high_open)
    return Interval(low, high, low_open, high_open).meet(closed) or target


def _value(function: Callable[[Any], Any], x: float) -> float:
    with np.errstate(all="ignore"):
        return float(function(np.float64(x)))


def _above(value: float) -> End:
    """A number surely above the one that was rounded to *value*."""
    if math.isnan(value):
        return math.inf
    return _end(max(value + abs(value) * ROOM + 1e-300, -1e300) if value > -math.inf else -1e300)


def endless(end: End) -> bool:
    """Whether an end is infinite."""
    return isinstance(end, float)


def _end(value: Any) -> End:
    infinite = isinstance(value, float) and math.isinf(value)
    return value if infinite else Fraction(*value.as_integer_ratio())


def _below(value: End) -> float:
    """The largest floating-point number that is not above *value*, or nearly."""
    if isinstance(value, float):
        return value
    try:
        near = float(value)
    except OverflowError:
        return float(np.finfo(float).max) if value > 0 else -math.inf
    if math.isinf(near):
        return float(np.finfo(float).max) if near > 0 else near
    return near if near <= value else math.nextafter(near, -math.inf)


def shortened(value: End, side: int) -> End:
    """A fraction of bounded length, not above *value* for side -1, not below it for side 1."""
    if isinstance(value, float) or max(value.numerator.bit_length(), value.denominator.bit_length()) <= BITS:
        return value
    if side > 0:
        return -shortened(-value, -1)
    if 0 < value < Fraction(1e-300):
        return Fraction(1, 2 ** (BITS - 1)) if value >= Fraction(1, 2 ** (BITS - 1)) else Fraction(0)
    return _end(_below(value))


def _sum(x: End, y: End, unknown: float) -> End:
    """x + y; opposite infinities may be anything."""
    if isinstance(x, float) and isinstance(y, float):
        return x if x == y else unknown
    return x if isinstance(x, float) else y if isinstance(y, float) else x + y


def _open_sum(x: Interval, y: Interval, side: int) -> bool:
    """Whether the sum of two ends is out of reach; infinity is reached if one term reaches it."""
    (x_end, x_open), (y_end, y_open) = x.ends()[side], y.ends()[side]
    if endless(x_end) or endless(y_end):
        return (x_open or not endless(x_end)) and (y_open or not endless(y_end))
    return x_open or y_open


def _product(x: End, y: End) -> End:
    if x == 0 or y == 0:
        return Fraction(0)
    if isinstance(x, float) or isinstance(y, float):
        return math.inf if (x > 0) == (y > 0) else -math.inf
    return x * y


def _power(x: End, exponent: int) -> End:
    if isinstance(x, float):
        return x if exponent % 2 or x > 0 else -x
    return x**exponent
