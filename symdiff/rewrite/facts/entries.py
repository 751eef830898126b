"""Intervals of functions of entries: monotone ones by their ends, the others by rules of their own."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from symdiff.node import Node
from symdiff.ops import powers
from symdiff.ops.axes.norms import FlatPower
from symdiff.ops.entries import elementwise, hyperbolic, logarithms, rounding, special, trigonometry
from symdiff.ops.entries.activations import Softsign
from symdiff.ops.entries.clipping import Clip
from symdiff.ops.entries.complex import Angle
from symdiff.ops.polynomial import Polynomial
from symdiff.rewrite.facts.bernstein import polynomial
from symdiff.rewrite.facts.intervals import (
    EVERYTHING,
    NONNEGATIVE,
    POSITIVE,
    Interval,
    Look,
    endless,
    greater,
    lesser,
    monotone,
)

__all__ = ["ENTRIES"]

INF = math.inf


@dataclass(frozen=True)
class Curve:
    """A monotone function: where it is defined, what its values are, and where they are exact."""

    function: Callable[[Any], Any]
    domain: Interval
    target: Interval
    exact: Mapping[Any, Any]
    falling: bool = False

    def __call__(self, node: Node, look: Look) -> Interval:
        x = look(node.operands[0]).meet(self.domain)
        if x is None:
            return EVERYTHING
        if not self.falling:
            return monotone(x, self.function, self.target, self.exact)
        exact = {end: -value for end, value in self.exact.items()}
        return monotone(x, lambda value: -self.function(value), self.target.negative(), exact).negative()


def _rising(
    function: Callable[[Any], Any],
    exact: Mapping[Any, Any],
    target: Interval = EVERYTHING,
    domain: Interval = Interval(-INF, INF),  # noqa: B008
) -> Curve:
    return Curve(function, domain, target, exact)


def _between(low: float, high: float, is_open: bool = True) -> Interval:
    return Interval.of(low, high, is_open, is_open)


def _scalar(function: Callable[[float], float]) -> Callable[[Any], Any]:
    return lambda x: function(float(x))


QUARTER = math.nextafter(math.pi / 2, INF)
HALF_TURN = math.nextafter(math.pi, INF)
ANGLES = _between(-HALF_TURN, HALF_TURN)
FINITE_OR_NOT = Interval(-INF, INF)
FROM_ZERO = Interval(Fraction(0), INF)
SIGNED = {0: 0, -1: -1, 1: 1}

FUNCTIONS: dict[type[Node], Callable[[Any, Look], Interval]] = {
    elementwise.Exp: _rising(np.exp, {0: 1}, POSITIVE),
    elementwise.Expm1: _rising(np.expm1, {0: 0}, Interval.of(-1, INF, True, True)),
    elementwise.Log1p: _rising(np.log1p, {0: 0, -1: -INF}, FINITE_OR_NOT, Interval.of(-1, INF)),
    elementwise.Tanh: _rising(np.tanh, {0: 0}, _between(-1, 1)),
    elementwise.Sigmoid: _rising(lambda x: 1 / (1 + np.exp(-x)), {0: Fraction(1, 2)}, _between(0, 1)),
    elementwise.Softplus: _rising(lambda x: np.logaddexp(x, 0), {}, POSITIVE),
    powers.Log: _rising(np.log, {0: -INF, 1: 0}, FINITE_OR_NOT, FROM_ZERO),
    powers.Sqrt: _rising(np.sqrt, {0: 0, 1: 1}, NONNEGATIVE, FROM_ZERO),
    powers.Length: _rising(np.sqrt, {0: 0, 1: 1}, NONNEGATIVE, FROM_ZERO),
    logarithms.Exp2: _rising(np.exp2, {0: 1}, POSITIVE),
    logarithms.Log2: _rising(np.log2, {0: -INF, 1: 0}, FINITE_OR_NOT, FROM_ZERO),
    logarithms.Log10: _rising(np.log10, {0: -INF, 1: 0}, FINITE_OR_NOT, FROM_ZERO),
    logarithms.Cbrt: _rising(np.cbrt, SIGNED),
    logarithms.Logit: _rising(
        lambda x: np.log(x) - np.log1p(-x), {0: -INF, 1: INF, 0.5: 0}, FINITE_OR_NOT, Interval.of(0, 1)
    ),
    hyperbolic.Sinh: _rising(np.sinh, {0: 0}),
    hyperbolic.Arcsinh: _rising(np.arcsinh, {0: 0}),
    hyperbolic.Arccosh: _rising(np.arccosh, {1: 0}, NONNEGATIVE, Interval.of(1, INF)),
    hyperbolic.Arctanh: _rising(np.arctanh, {0: 0, -1: -INF, 1: INF}, FINITE_OR_NOT, _between(-1, 1, False)),
    trigonometry.Arcsin: _rising(np.arcsin, {0: 0}, _between(-QUARTER, QUARTER), _between(-1, 1, False)),
    trigonometry.Arccos: Curve(
        np.arccos, _between(-1, 1, False), Interval.of(0, HALF_TURN), {1: 0}, falling=True
    ),
    trigonometry.Arctan: _rising(np.arctan, {0: 0}, _between(-QUARTER, QUARTER)),
    special.Erf: _rising(_scalar(math.erf), {0: 0}, _between(-1, 1)),
    special.Erfc: Curve(_scalar(math.erfc), FINITE_OR_NOT, _between(0, 2), {0: 1}, falling=True),
    Softsign: _rising(lambda x: x / (1 + np.abs(x)), {0: 0}, _between(-1, 1)),
}


# --- functions of one operand with another form ---------------------------------------------------------


def _step(node: Any, look: Look) -> Interval:
    """Rounding moves no entry past a whole number."""
    x = look(node.operands[0])
    low = x.low if endless(x.low) else math.floor(x.low)
    high = x.high if endless(x.high) else math.ceil(x.high)
    return Interval.of(low, high, endless(x.low) and x.low_open, endless(x.high) and x.high_open)


def _sign(node: Any, look: Look) -> Interval:
    x = look(node.operands[0])
    low = 1 if x.is_positive else 0 if x.is_nonnegative else -1
    y = x.negative()
    high = -1 if y.is_positive else 0 if y.is_nonnegative else 1
    return Interval.of(low, high)


def _abs(node: Any, look: Look) -> Interval:
    return look(node.operands[0]).magnitude()


def _relu(node: Any, look: Look) -> Interval:
    return greater(look(node.operands[0]), Interval.of(0, 0))


def _cosh(node: Any, look: Look) -> Interval:
    shape = _rising(np.cosh, {0: 1}, Interval.of(1, INF, False, True))
    return shape(node, lambda operand: look(operand).magnitude())


def _wave(node: Any, look: Look) -> Interval:
    return _between(-1, 1, False)


def _angle(node: Any, look: Look) -> Interval:
    return ANGLES


def _inverse(node: Any, look: Look) -> Interval:
    """1 / x, and 0 at 0."""
    x = look(node.operands[0])
    if x.holds(Fraction(0)):
        return Interval(x.low and -INF, x.high and INF, bool(x.low), bool(x.high))
    return x.reciprocal()


def _power(node: Any, look: Look) -> Interval:
    x, p = look(node.operands[0]), node.exponent
    if isinstance(p, int):
        return x.power(p) if p > 0 else x.power(-p).reciprocal()
    base = x.meet(FROM_ZERO)
    if base is None or not math.isfinite(p):
        return EVERYTHING
    found = monotone(base, lambda value: value ** abs(float(p)), NONNEGATIVE, {0: 0, 1: 1})
    return found if p > 0 else found.reciprocal()


def _flat_power(node: Any, look: Look) -> Interval:
    x = look(node.operands[0])
    return POSITIVE if x.is_positive else NONNEGATIVE if x.is_nonnegative else EVERYTHING


def _polynomial(node: Any, look: Look) -> Interval:
    return polynomial(node.coefficients, look(node.operands[0]))


# --- functions of two operands --------------------------------------------------------------------------


def _clip(node: Any, look: Look) -> Interval:
    x, low, high = map(look, node.operands)
    return lesser(greater(x, low), high)


def _log_add_exp(node: Any, look: Look) -> Interval:
    """Not below either operand."""
    return greater(*map(look, node.operands))._replace(high=INF, high_open=True)


def _hypot(node: Any, look: Look) -> Interval:
    x, y = (look(operand).power(2) for operand in node.operands)
    return monotone(x.plus(y), np.sqrt, NONNEGATIVE, {0: 0, 1: 1})


def _general_power(node: Any, look: Look) -> Interval:
    x = look(node.operands[0])
    return POSITIVE if x.is_positive else NONNEGATIVE if x.is_nonnegative else EVERYTHING


def _remainder(node: Any, look: Look) -> Interval:
    """Between 0 and the divisor, whose sign it has."""
    y = look(node.operands[1])
    if y.is_positive:
        return Interval(Fraction(0), y.high, False, True)
    return Interval(y.low, Fraction(0), True, False) if y.negative().is_positive else EVERYTHING


ENTRIES: dict[type[Node], Callable[[Any, Look], Interval]] = {
    **FUNCTIONS,
    **dict.fromkeys((rounding.Floor, rounding.Ceil, rounding.Trunc), _step),
    **dict.fromkeys((elementwise.Sin, elementwise.Cos), _wave),
    **dict.fromkeys((Angle, trigonometry.Arctan2), _angle),
    elementwise.Sign: _sign,
    elementwise.Abs: _abs,
    elementwise.Relu: _relu,
    elementwise.Maximum: lambda node, look: greater(*map(look, node.operands)),
    elementwise.Minimum: lambda node, look: lesser(*map(look, node.operands)),
    hyperbolic.Cosh: _cosh,
    powers.Inverse: _inverse,
    powers.Power: _power,
    powers.Pow: _general_power,
    powers.Remainder: _remainder,
    logarithms.Logaddexp: _log_add_exp,
    trigonometry.Hypot: _hypot,
    FlatPower: _flat_power,
    Polynomial: _polynomial,
    Clip: _clip,
}
