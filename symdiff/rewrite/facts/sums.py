"""Intervals of sums: terms that are powers of one node are bounded as one polynomial of it."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import isfinite
from typing import Any

from symdiff.node import Node
from symdiff.ops.einsum import Einsum, is_scalar_constant
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Power
from symdiff.rewrite.facts.bernstein import DEGREE, polynomial
from symdiff.rewrite.facts.intervals import EVERYTHING, Interval, Look
from symdiff.wiring import Wiring

__all__ = ["sum_of_terms"]


def sum_of_terms(node: Any, look: Look) -> Interval:
    """Polynomials of different nodes, added up."""
    constant = Fraction(0)
    polynomials: dict[Node, dict[int, Fraction]] = {}
    for operand, factor in zip(node.operands, node.coefficients, strict=True):
        base, powers = _powers(operand)
        if not all(map(isfinite, (factor, *powers.values()))):
            return EVERYTHING
        collected = polynomials.setdefault(base, {})
        for power, c in powers.items():
            term = Fraction(factor) * Fraction(c)
            constant += term if power == 0 else 0
            collected[power] = collected.get(power, Fraction(0)) + term
    total = Interval(constant, constant)
    for base, collected in polynomials.items():
        degree = max([power for power, c in collected.items() if c], default=0)
        coefficients = [Fraction(0), *(collected.get(k, Fraction(0)) for k in range(1, degree + 1))]
        if degree == 1:
            total = total.plus(look(base).times(Interval(coefficients[1], coefficients[1])))
        elif degree > 1:
            total = total.plus(polynomial(coefficients, look(base)))
    return total


def _is_product(wiring: Wiring) -> bool:
    return wiring.is_elementwise and not wiring.orphans


def _powers(node: Any) -> tuple[Node, Mapping[int, Any]]:
    """A term as a polynomial of some node: coefficients by powers."""
    match node:
        case Polynomial(coefficients=coefficients):
            return node.operands[0], dict(enumerate(coefficients))
        case Power(exponent=int(exponent)) if 0 < exponent <= DEGREE:
            return node.operands[0], {exponent: 1}
        case Einsum() if is_scalar_constant(node):
            return node, {0: node.coefficient}
        case Einsum(operands=(base, *others)) if len(others) < DEGREE and _is_product(node.wiring):
            if all(other is base for other in others):
                return base, {len(others) + 1: node.coefficient}
    return node, {1: 1}
