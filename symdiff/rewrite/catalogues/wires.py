"""Products written into products, and sums into sums."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from symdiff.coefficients import joined, product
from symdiff.node import Node
from symdiff.ops.add import Add, combine, unscaled
from symdiff.ops.einsum import Einsum, contract
from symdiff.rewrite.rule import Around, contextual

__all__ = ["WIRES", "nested_sum"]

MOST = 24  # operands of one einsum, so that finding an order for them stays short


@contextual(Einsum, over=(Einsum,))
def nested_product(node: Einsum, around: Around) -> Node | None:
    """einsum(..., einsum(x, y), ...) = einsum(..., x, y, ...)"""
    operands, wiring, coefficient = list(node.operands), node.wiring, node.coefficient
    for k in reversed(range(len(operands))):
        inner = operands[k]
        if type(inner) is not Einsum or not inner.operands or not around.alone(inner):
            continue
        factor = joined(coefficient, inner.coefficient, node.dtype)
        if factor is not None and len(operands) + len(inner.operands) - 1 <= MOST:
            wiring, coefficient = wiring.nest(k, inner.wiring), factor
            operands[k : k + 1] = inner.operands
    if len(operands) == len(node.operands) and wiring is node.wiring:
        return None
    return contract(operands, wiring, coefficient, node.dtype)


@contextual(Einsum, over=(Einsum,))
def multiples_outside(node: Einsum, around: Around) -> Node | None:
    """einsum(c * x, c * x, ...) = c**2 * einsum(x, x, ...), where nothing else uses c * x"""
    if len(set(node.operands)) == len(node.operands):
        return None
    for inner, count in Counter(node.operands).items():
        if count > 1 and isinstance(inner, Einsum) and around.uses.get(inner) == count:
            core, factor = unscaled(inner)
            total: Any = node.coefficient
            for _ in range(count if factor != 1 else 0):
                total = None if total is None else joined(total, factor, node.dtype)
            if factor != 1 and total is not None:
                operands = [core if x is inner else x for x in node.operands]
                return contract(operands, node.wiring, total, node.dtype)
    return None


@contextual(Einsum, over=(Add,))
def multiples_of_sums(node: Einsum, around: Around) -> Node | None:
    """einsum(2 * x - 2 * y, ...) = 2 * einsum(x - y, ...); 2 * einsum(x + 3 * y) = einsum(2 * x + 6 * y)"""
    for k, inner in enumerate(node.operands if node.dtype.kind == "f" else ()):
        if not isinstance(inner, Add) or not around.alone(inner):
            continue
        first, *others = inner.coefficients
        even = all(abs(c) == abs(first) for c in others)
        if even and first != 1:
            signs = [1 if (c > 0) == (first > 0) else -1 for c in inner.coefficients]
            return _with_sum(node, k, signs, joined(node.coefficient, first, node.dtype))
        if not even and node.coefficient != 1:
            moved = [joined(node.coefficient, c, node.dtype) for c in inner.coefficients]
            return _with_sum(node, k, moved, 1)
    return None


def _with_sum(node: Einsum, k: int, coefficients: Sequence[Any], factor: Any) -> Node | None:
    """The einsum with other coefficients in the sum that is its k-th operand, and another factor."""
    if factor is None or None in coefficients:
        return None
    operands = [*node.operands[:k], combine(node.operands[k].operands, coefficients), *node.operands[k + 1 :]]
    return contract(operands, node.wiring, factor, node.dtype)


@contextual(Add, over=(Add,))
def nested_sum(node: Add, around: Around) -> Node | None:
    """a * (x + y) + z = a * x + a * y + z"""
    if around.user is Add or not any(type(x) is Add and around.alone(x) for x in node.operands):
        return None
    terms: list[Node] = []
    coefficients: list[object] = []
    pending = list(zip(node.operands, node.coefficients, strict=True))[::-1]
    while pending:
        x, factor = pending.pop()
        if type(x) is Add and around.alone(x):
            inner = zip(x.operands, x.coefficients, strict=True)
            pending += [(y, product(factor, c)) for y, c in inner][::-1]
        else:
            terms.append(x)
            coefficients.append(factor)
    return combine(terms, coefficients)


WIRES = (nested_product, multiples_outside, multiples_of_sums, nested_sum)
