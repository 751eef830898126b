"""What rules look for: numbers, multiples, products entry by entry, powers, sums with a number in them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any

from symdiff.coefficients import product
from symdiff.node import Node
from symdiff.ops.add import Add, combine, unscaled
from symdiff.ops.einsum import Einsum, contract, is_scalar_constant, scale
from symdiff.ops.operands import full
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Length, Power, Sqrt, power
from symdiff.wiring import Wiring

__all__ = [
    "as_power",
    "factors",
    "negated",
    "number_of",
    "product_of",
    "raised",
    "shifted",
    "terms",
    "without",
]


MOST = 16  # factors that a product is taken apart into


def number_of(node: Node) -> Any:
    """The number that every entry is, or None."""
    return node.coefficient if isinstance(node, Einsum) and is_scalar_constant(node) else None


def terms(node: Node) -> list[tuple[Any, Node]]:
    """A node as a sum of multiples; one term for most."""
    if isinstance(node, Add):
        return list(zip(node.coefficients, node.operands, strict=True))
    core, factor = unscaled(node)
    return [(factor, core)]


def shifted(node: Node) -> tuple[Any, Node | None]:
    """A node as a number plus the rest, which is None for a number.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(2.0, "x")
    >>> number, rest = shifted(1 - x)
    >>> print(number, rest)
    1.0 -x
    """
    value = number_of(node)
    if value is not None:
        return value, None
    if isinstance(node, Polynomial):
        (base,) = node.operands
        return node.coefficients[0], Polynomial.of(base, (0, *node.coefficients[1:]))
    if not isinstance(node, Add):
        return 0, node
    rest = [(c, x) for c, x in terms(node) if number_of(x) is None]
    found = [product(c, number_of(x)) for c, x in terms(node) if number_of(x) is not None]
    if len(found) != 1:
        return 0, node
    return found[0], combine([x for _, x in rest], [c for c, _ in rest])


def factors(node: Node) -> tuple[Any, Counter[Node]] | None:
    """A node as a number times factors of its own shape, those of factors included; or None."""
    if not isinstance(node, Einsum):
        return 1, Counter([node])
    if not _is_product(node):
        return None
    coefficient, found = node.coefficient, Counter(node.operands)
    while sum(found.values()) <= MOST:
        inner = next((x for x in found if isinstance(x, Einsum) and _is_product(x)), None)
        if inner is None:
            break
        count = found.pop(inner)
        for _ in range(count):
            coefficient = product(coefficient, inner.coefficient)
            found.update(inner.operands)
    return coefficient, found


def _is_product(node: Einsum) -> bool:
    return bool(node.operands) and node.wiring.is_elementwise and not node.wiring.orphans


def product_of(parts: Iterable[Node], coefficient: Any, like: Node) -> Node:
    """The product, entry by entry, of nodes of the shape of *like*, times a number."""
    operands = list(parts)
    if not operands:
        return full(like.shape, coefficient, like.dtype)
    labels = range(like.ndim)
    wiring = Wiring.of([labels] * len(operands), labels, like.shape)
    return contract(operands, wiring, coefficient, like.dtype)


def negated(node: Node) -> Node:
    """-x, as the same product with another sign where it is one."""
    if isinstance(node, Einsum) and node.operands:
        return contract(node.operands, node.wiring, product(-1, node.coefficient), node.dtype)
    return scale(node, -1)


def as_power(node: Node) -> tuple[Node, Fraction]:
    """A node as a base and an exponent, which is 1 for most."""
    match node:
        case Power(operands=(x,), exponent=int(n)):
            base, inner = as_power(x) if isinstance(x, Power) else (x, Fraction(1))
            return base, inner * n
        case Power(operands=(x,), exponent=float(e)) if math.isfinite(e):
            return x, Fraction(e)
        case Sqrt(operands=(x,)) | Length(operands=(x,)):
            return x, Fraction(1, 2)
    return node, Fraction(1)


def raised(base: Node, exponent: Fraction) -> list[Node]:
    """Factors whose product is a power of *base*."""
    if exponent == 0:
        return []
    if exponent in (1, 2):
        return [base] * int(exponent)
    return [power(base, float(exponent) if exponent.denominator > 1 else int(exponent))]


def without(node: Einsum, places: Sequence[int], more: Sequence[tuple[Node, Sequence[object]]] = ()) -> Node:
    """An einsum without the operands at *places*, and with *more* operands over labels of its own.

    Labels that only the dropped operands had must stand in the output; there they become broadcasts.
    """
    kept = [k for k in range(len(node.operands)) if k not in places]
    operands = [node.operands[k] for k in kept] + [x for x, _ in more]
    inputs: list[Sequence[object]] = [node.wiring.inputs[k] for k in kept]
    inputs += [labels for _, labels in more]
    used = _standing(inputs, node.wiring.output)
    gone = _standing(node.wiring.inputs, node.wiring.output) - used
    sizes: dict[object, Any] = {k: size for k, size in enumerate(node.wiring.sizes) if k not in gone}
    return contract(operands, Wiring.of(inputs, node.wiring.output, sizes), node.coefficient, node.dtype)


def _standing(inputs: Iterable[Sequence[object]], output: Sequence[object]) -> set[object]:
    """Labels that stand in an operand or in the output."""
    return {label for labels in inputs for label in labels} | set(output)
