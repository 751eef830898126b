"""Polynomials of one node: what keeps the derivatives of saturating functions short.

The derivative of tanh is a polynomial of tanh; so is the derivative of that polynomial, times the
first. Products and sums of polynomials of one node are one polynomial, so every order stays one node.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.coefficients import in_dtype, number, product, total
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.einsum import is_scalar_constant, scale
from symdiff.ops.operands import full

__all__ = ["Polynomial"]


class Polynomial(Elementwise):
    """c0 + c1 x + c2 x**2 + ..., by Horner's rule"""

    __slots__ = ()
    coefficients: tuple[Any, ...]

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def of(cls, base: Node, coefficients: tuple[Any, ...]) -> Node:
        """The polynomial of *base* with these coefficients, constant first, in its simplest form."""
        kept = [in_dtype(c, base.dtype) for c in coefficients]
        while kept and kept[-1] == 0:
            kept.pop()
        if len(kept) < 2:
            return full(base.shape, kept[0] if kept else 0, base.dtype)
        if len(kept) == 2 and kept[0] == 0:
            return scale(base, kept[1])
        return cls(base, coefficients=tuple(kept))

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return cls.of(operands[0], attributes[0])

    def compute(self, xp: Any, x: Any) -> Any:
        constant, *higher = map(number, self.coefficients)
        if isinstance(constant, float) and isinstance(higher[-1], float) and higher[-1] < 0 < constant:
            return constant - _nested(x, [-c for c in higher])
        rest = _nested(x, higher)
        return rest if constant == 0 else rest + constant

    def partials(self) -> tuple[Node | None, ...]:
        (base,) = self.operands
        powers = enumerate(self.coefficients[1:], 1)
        return (Polynomial.of(base, tuple(product(n, c) for n, c in powers)),)

    def times(self, other: Node) -> Node | None:
        """p(x) * q(x) = (p q)(x)"""
        (base,) = self.operands
        if other is base:
            return Polynomial.of(base, (0, *self.coefficients))
        if type(other) is not Polynomial or other.operands[0] is not base:
            return None
        result: list[Any] = [0] * (len(self.coefficients) + len(other.coefficients) - 1)
        for i, a in enumerate(self.coefficients):
            for j, b in enumerate(other.coefficients):
                result[i + j] = total(result[i + j], product(a, b))
        return Polynomial.of(base, tuple(result))

    def scaled(self, factor: Any) -> Node | None:
        """a * p(x) = (a p)(x)"""
        return Polynomial.of(self.operands[0], tuple(product(factor, c) for c in self.coefficients))

    @classmethod
    def collect(cls, terms: dict[Node, Any]) -> dict[Node, Any]:
        """a p(x) + b q(x) + c x + d = (a p + b q + c x + d)(x)"""
        kept = dict(terms)
        sums: dict[Node, list[Any]] = {}
        for node in terms:
            if type(node) is Polynomial:
                (base,) = node.operands
                factor = kept.pop(node)
                _accumulate(sums.setdefault(base, []), [product(factor, c) for c in node.coefficients])
        for base, coefficients in sums.items():
            if base in kept:
                _accumulate(coefficients, [0, kept.pop(base)])
        for node in [node for node in kept if is_scalar_constant(node)]:
            _accumulate(next(iter(sums.values())), [kept.pop(node)])
        for base, coefficients in sums.items():
            merged = Polynomial.of(base, tuple(coefficients))
            kept[merged] = total(kept.get(merged, 0), 1)
        return kept


def _accumulate(coefficients: list[Any], more: list[Any]) -> None:
    """Add *more* to *coefficients*, power by power."""
    coefficients.extend([0] * (len(more) - len(coefficients)))
    for power, c in enumerate(more):
        coefficients[power] = total(coefficients[power], c)


def _nested(x: Any, coefficients: Sequence[Any]) -> Any:
    """x times the polynomial with these coefficients."""
    *lower, top = coefficients
    if top == -1 and lower and lower[-1] != 0:
        value = (lower.pop() - x) * x
    elif top == 1:
        value = x
    else:
        value = top * x
    for c in reversed(lower):
        value = (value if c == 0 else value + c) * x
    return value
