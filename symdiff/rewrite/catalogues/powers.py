"""Powers: of one base collected, of powers, of exponentials; and logarithms of them."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Any

from symdiff.coefficients import product, total
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum, scale
from symdiff.ops.entries.elementwise import Abs, Exp
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Inverse, Length, Log, Power, Sqrt, power
from symdiff.rewrite.catalogues.patterns import (
    as_power,
    factors,
    number_of,
    product_of,
    raised,
    terms,
    without,
)
from symdiff.rewrite.facts import is_nonnegative, is_positive
from symdiff.rewrite.rule import Around, contextual, rule

__all__ = ["POWERS"]

ROOTS = (Power, Sqrt, Length)


@contextual(Einsum, over=ROOTS)
def powers_of_one_base(node: Einsum, around: Around) -> Node | None:
    """x**a * x**b = x**(a + b)"""
    groups: dict[Any, list[int]] = {}
    for k, (operand, labels) in enumerate(zip(node.operands, node.wiring.inputs, strict=True)):
        groups.setdefault((as_power(operand)[0], labels), []).append(k)
    for (base, labels), places in groups.items():
        exponents = [as_power(node.operands[k])[1] for k in places]
        if len(places) > 1 and any(exponent != 1 for exponent in exponents):
            more = raised(base, sum(exponents, start=Fraction(0)))
            whole = all(x is base for x in more) or any(around.alone(node.operands[k]) for k in places)
            if len(more) < len(places) and whole:
                return without(node, places, [(x, labels) for x in more])
    return None


@rule(Einsum, over=(Inverse,))
def inverse_taken_back(node: Einsum) -> Node | None:
    """x * x / x = x, where 1 / 0 is taken as 0"""
    pairs = list(zip(node.operands, node.wiring.inputs, strict=True))
    for k, (operand, labels) in enumerate(pairs):
        if isinstance(operand, Inverse):
            (x,) = operand.operands
            same = [j for j, pair in enumerate(pairs) if pair == (x, labels)]
            if len(same) > 1:
                return without(node, [k, same[0]])
            squares = [j for j, pair in enumerate(pairs) if as_power(x) == (pair[0], Fraction(1, 2))]
            squares = [j for j in squares if pairs[j][1] == labels]
            if squares:
                return without(node, [k, squares[0]], [(x, labels)])
    return None


@contextual(Power)
def power_of_power(node: Power, around: Around) -> Node | None:
    """(x**a)**b = x**(a * b) for whole a and b; exp(x)**n = exp(n * x)"""
    (x,) = node.operands
    match x:
        case Power(operands=(base,), exponent=int(inner)) if isinstance(node.exponent, int):
            return power(base, inner * node.exponent)
        case Exp(operands=(base,)) if node.dtype.kind == "f" and around.alone(x):
            return Exp(scale(base, node.exponent))
    return None


@contextual(Sqrt, Length)
def root_of_square(node: Node, around: Around) -> Node | None:
    """sqrt(x * x) = |x|; sqrt(exp(x)) = exp(x / 2)"""
    (x,) = node.operands
    if node.dtype.kind != "f":
        return None
    if isinstance(x, Exp) and around.alone(x):
        return Exp(scale(x.operands[0], 0.5))
    found = factors(x)
    if found is None or not isinstance(x, Einsum) or found[0] != 1:
        return None
    if any(count % 2 for count in found[1].values()):
        return None
    halves = [y for y, count in found[1].items() for _ in range(count // 2)]
    half = product_of(halves, 1, node)
    return half if all(is_nonnegative(x, around.known) for x in halves) else Abs(half)


@contextual(Log)
def log_of_power(node: Log, around: Around) -> Node | None:
    """log(x**n) = n * log(x) for odd n, and for x > 0; log(sqrt(x)) = log(x) / 2"""
    (x,) = node.operands
    if node.dtype.kind != "f" or not around.alone(x):
        return None
    match x:
        case Power(operands=(base,), exponent=int(n)) if n % 2:
            return scale(Log(base), n)
        case Power(operands=(base,), exponent=n) if is_positive(base, around.known):
            return scale(Log(base), n)
        case Sqrt(operands=(base,)):
            return scale(Log(base), 0.5)
    return None


@rule(Log)
def log_of_exponentials(node: Log) -> Node | None:
    """log(c * exp(x) * exp(y)) = x + y + log(c)"""
    found = factors(node.operands[0])
    if found is None or node.dtype.kind != "f" or not isinstance(node.operands[0], Einsum):
        return None
    if not found[0] > 0 or not all(isinstance(x, Exp) for x in found[1]):
        return None
    exponents = [x.operands[0] for x in found[1]]
    moved = combine(exponents, list(found[1].values()))
    return moved if found[0] == 1 else moved + Log(product_of([], found[0], node))


@contextual(Einsum, over=(Exp,))
def product_of_exponentials(node: Einsum, around: Around) -> Node | None:
    """exp(x) * exp(y) = exp(x + y)"""
    groups: dict[Any, list[int]] = {}
    for k, (operand, labels) in enumerate(zip(node.operands, node.wiring.inputs, strict=True)):
        if isinstance(operand, Exp) and node.dtype.kind == "f":
            groups.setdefault(labels, []).append(k)
    for labels, places in groups.items():
        own = Counter(node.operands[k] for k in places)
        if len(places) > 1 and all(around.uses.get(x) == count for x, count in own.items()):
            moved = Exp(combine([x.operands[0] for x in own], list(own.values())))
            return without(node, places, [(moved, labels)])
    return None


@contextual(Add, over=(Einsum, Power, Polynomial))
def polynomial_of_one_base(node: Add, around: Around) -> Node | None:
    """f * (a + b * x + c * x**2): sums of powers of one node, times what they have in common"""
    pairs: list[tuple[Any, Counter[Node]]] = []
    for c, x in terms(node) if around.user is not Add else ():
        if (found := _scaled_factors(c, x)) is None:
            return None
        pairs.append(found)
    if not pairs:
        return None
    common = pairs[0][1]
    for _, one in pairs[1:]:
        common = common & one
    sums: dict[int, Any] = {}
    bases: dict[Node, None] = {}
    for c, all_of in pairs:
        rest = all_of - common
        for x in rest:
            bases.setdefault(x.operands[0] if isinstance(x, Polynomial) else x)
        if len(bases) > 1:
            return None
        for degree, a in _expanded(rest).items():
            sums[degree] = total(sums.get(degree, 0), product(c, a))
    if len(bases) != 1 or max(sums) < 2 or (common and not any(map(around.alone, node.operands))):
        return None
    (base,) = bases
    folded = Polynomial.of(base, tuple(sums.get(k, 0) for k in range(max(sums) + 1)))
    return product_of([*common.elements(), folded], 1, node)


def _scaled_factors(c: Any, x: Node) -> tuple[Any, Counter[Node]] | None:
    """A term as a coefficient and factors; a number is a coefficient without factors."""
    value = number_of(x)
    if value is not None:
        return product(c, value), Counter()
    found = factors(x)
    if found is None:
        return None
    powers: Counter[Node] = Counter()
    for one, count in found[1].items():
        base, exponent = (one.operands[0], one.exponent) if isinstance(one, Power) else (one, 1)
        whole = isinstance(exponent, int) and exponent > 1
        powers[base if whole else one] += count * (exponent if whole else 1)
    return product(c, found[0]), powers


def _expanded(rest: Counter[Node]) -> dict[int, Any]:
    """A product of powers and polynomials of one node: coefficients by degree."""
    found: dict[int, Any] = {0: 1}
    for x in rest.elements():
        more = dict(enumerate(x.coefficients)) if isinstance(x, Polynomial) else {1: 1}
        sums: dict[int, Any] = {}
        for (i, a), (j, b) in ((one, two) for one in found.items() for two in more.items()):
            if a != 0 and b != 0:
                sums[i + j] = total(sums.get(i + j, 0), product(a, b))
        found = sums
    return found


POWERS = (
    powers_of_one_base,
    inverse_taken_back,
    power_of_power,
    root_of_square,
    log_of_power,
    log_of_exponentials,
    product_of_exponentials,
    polynomial_of_one_base,
)
