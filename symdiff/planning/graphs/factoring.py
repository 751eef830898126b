"""Factors that terms of a sum have in common, multiplied once and last.

    x[a] * x[b] * p[i, j] - x[a] * x[b] * q[i, j]   =   x[a] * x[b] * (p - q)[i, j]

where the sum on the right is a smaller array, and for products of entries

    x * a + x * b + c   =   x * (a + b) + c
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from symdiff.dims import product
from symdiff.graph import Graph, moved
from symdiff.node import Node, replacing
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.powers import Power, Sqrt, power
from symdiff.wiring import Wiring

__all__ = ["factor_sums"]

Key = tuple[Node, tuple[int, ...]]  # an operand, and the axes of the result that its axes are


def factor_sums(graph: Graph) -> Graph:
    """The same graph with common factors pulled out of sums of products that only the sums use."""
    if not any(type(node) is Add and graph.alone.issuperset(node.operands) for node in graph.order):
        return graph
    kept = set(graph.outputs)
    changed: dict[Node, Node] = {}
    uses: dict[Node, int] = {}  # of new nodes
    with replacing() as place:
        for node in graph.order:
            place.serial = node.serial
            fresh = moved(node, changed)
            if type(fresh) is Add and graph.alone.issuperset(node.operands):
                smaller = _factored(fresh)
                fresh = smaller if smaller is not fresh else _collected(fresh, uses)
            if fresh is not node:
                changed[node] = fresh
            uses[fresh] = graph.uses.get(node, 0) + (node in kept)
    return graph.with_changes(changed)


def _factored(node: Add) -> Node:
    """common * (the sum of the rests), where that sum is smaller than the whole."""
    terms = [term for term in node.operands if isinstance(term, Einsum)]
    if len(terms) < len(node.operands) or any(len(set(x.wiring.output)) < x.ndim for x in terms):
        return node
    keys = [_keys(term) for term in terms]
    common = keys[0].copy()
    for other in keys[1:]:
        common &= other
    if not common:
        return node
    rests = [_rest(term, common) for term in terms]
    axes = sorted(
        {axis for axis in range(node.ndim) if any(_reads(term, rest, axis) for term, rest in rests)}
    )
    if product(node.shape[axis] for axis in axes) == product(node.shape):
        return node
    inner = combine([_without(term, rest, axes) for term, rest in rests], node.coefficients)
    factors = [(operand, labels) for operand, labels in common.elements()]
    sizes: dict[Any, Any] = dict(enumerate(node.shape))
    wiring = Wiring.of([tuple(axes), *[labels for _, labels in factors]], tuple(range(node.ndim)), sizes)
    return contract([inner, *[operand for operand, _ in factors]], wiring, 1, node.dtype)


def _collected(node: Node, uses: Mapping[Node, int]) -> Node:
    """x * (a + b) + c for x * a + x * b + c, the factor that most terms have first, and so on inside."""
    terms = node.operands if type(node) is Add else ()
    found = _factors(terms)
    counts = Counter([factor for factors in found for factor in factors if factor.shape == node.shape])
    if not counts or max(counts.values()) < 2:
        return node
    most = max(counts.values())
    common = min([factor for factor, count in counts.items() if count == most], key=lambda x: x.serial)
    inside, outside = [], []
    for term, own, c in zip(terms, found, node.coefficients, strict=True):  # type: ignore[attr-defined]
        if common in own:
            assert isinstance(term, Einsum)
            inside.append((_divided(term, common), c))
        else:
            outside.append((term, c))
    inner = _collected(combine([x for x, _ in inside], [c for _, c in inside]), uses)
    apart = _is_product(common) and uses.get(common) == most  # nothing else needs it
    factors, coefficient = (common.operands, common.coefficient) if apart else ((common,), 1)  # type: ignore[attr-defined]
    axes = range(node.ndim)
    wiring = Wiring.of([axes] * (len(factors) + 1), axes, node.shape)
    whole = contract([*factors, inner], wiring, coefficient, node.dtype)
    if not outside:
        return whole
    return _collected(combine([whole, *[x for x, _ in outside]], [1, *[c for _, c in outside]]), uses)


def _factors(terms: Sequence[Node]) -> list[set[Node]]:
    """The factors of each term that is a product of entries; of x**-3 also x**-1, if a term has that."""
    operands = [term.operands if _is_product(term) else () for term in terms]
    exponents: dict[Node, set[int]] = {}
    for x in itertools.chain(*operands):
        if _is_reciprocal(x):
            exponents.setdefault(x.operands[0], set()).add(x.attributes[0])
    found = []
    for group in operands:
        less = [
            power(x.operands[0], n)
            for x in group
            if _is_reciprocal(x)
            for n in exponents[x.operands[0]]
            if n > x.attributes[0]
        ]
        found.append({*group, *less})
    return found


def _is_reciprocal(x: Node) -> bool:
    """Whether a node is a negative whole power."""
    return type(x) is Power and isinstance(x.exponent, int) and x.exponent < 0


def _divided(term: Einsum, factor: Node) -> Node:
    """A product of entries without one of its factors."""
    if factor in term.operands:
        places = [k for k in range(len(term.operands)) if k != term.operands.index(factor)]
        return _without(term, places, range(term.ndim))
    (base,), (exponent,) = factor.operands, factor.attributes
    operands = list(term.operands)
    for k, x in enumerate(operands):
        if _is_reciprocal(x) and x.operands[0] is base:
            left = x.attributes[0] - exponent
            squared = isinstance(base, Sqrt) and left % 2 == 0
            operands[k] = power(base.operands[0], left // 2) if squared else power(base, left)
    return contract(operands, term.wiring, term.coefficient, term.dtype)


def _is_product(term: Node) -> bool:
    """Whether a term is a product of arrays entry by entry."""
    if type(term) is not Einsum or len(term.operands) < 2:
        return False
    axes = tuple(range(term.ndim))
    return term.wiring.output == axes and all(labels == axes for labels in term.wiring.inputs)


def _axes(term: Einsum, place: int) -> tuple[int, ...] | None:
    """The axes of the result that an operand's axes are; None where one of them is summed."""
    output = term.wiring.output
    labels = term.wiring.inputs[place]
    return tuple(output.index(label) for label in labels) if set(labels) <= set(output) else None


def _keys(term: Einsum) -> Counter[Key]:
    """The operands that stand in the result as they are."""
    found = [(operand, _axes(term, k)) for k, operand in enumerate(term.operands)]
    return Counter([(operand, axes) for operand, axes in found if axes is not None])


def _rest(term: Einsum, common: Counter[Key]) -> tuple[Einsum, list[int]]:
    """A term, and the places of its operands that are not *common*."""
    left = common.copy()
    rest = []
    for k, operand in enumerate(term.operands):
        axes = _axes(term, k)
        if axes is not None and left[operand, axes] > 0:
            left[operand, axes] -= 1
        else:
            rest.append(k)
    return term, rest


def _reads(term: Einsum, places: Sequence[int], axis: int) -> bool:
    """Whether one of the operands at *places* has the axis of the result."""
    return any(term.wiring.output[axis] in term.wiring.inputs[k] for k in places)


def _without(term: Einsum, places: Sequence[int], axes: Sequence[int]) -> Node:
    """The term of the operands at *places* only, with these *axes* of the result."""
    wiring = term.wiring
    inputs = [wiring.inputs[k] for k in places]
    output = tuple(wiring.output[axis] for axis in axes)
    gone = set(wiring.output) - {*output}
    sizes = {label: size for label, size in enumerate(wiring.sizes) if label not in gone}
    return contract(
        [term.operands[k] for k in places], Wiring.of(inputs, output, sizes), term.coefficient, term.dtype
    )
