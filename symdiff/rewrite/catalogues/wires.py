"""Products written into products, and sums into sums."""

from __future__ import annotations

from collections import Counter
from typing import Any

from symdiff.coefficients import joined, product
from symdiff.node import Node
from symdiff.ops.add import Add, combine, unscaled
from symdiff.ops.einsum import Einsum, contract
from symdiff.rewrite.rule import Around, contextual

__all__ = ["WIRES", "nested_sum"]

MOST = 24  # operands of one einsum, so that finding an order for them stays short


@contextual(Einsum)
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


@contextual(Einsum)
def multiples_outside(node: Einsum, around: Around) -> Node | None:
    """einsum(c * x, c * x, ...) = c**2 * einsum(x, x, ...), where nothing else uses c * x"""
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


@contextual(Add)
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


WIRES = (nested_product, multiples_outside, nested_sum)
