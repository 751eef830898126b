"""Sums inside products: multiplied out where structure would be lost, factored where work is saved."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from symdiff.coefficients import product
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum, contract
from symdiff.rewrite.rule import Around, contextual
from symdiff.wiring import Wiring

__all__ = ["STRUCTURES"]

MOST = 24  # factors of a product, or terms of a sum, that these rules look at


@contextual(Einsum, over=(Add,))
def distributed(node: Einsum, around: Around) -> Node | None:
    """a.T @ (diag(v) + x * y.T) @ b = a.T @ diag(v) @ b + (a.T @ x) * (y.T @ b)"""
    for k, operand in enumerate(node.operands):
        if not isinstance(operand, Add) or not around.alone(operand):
            continue
        labels = node.wiring.inputs[k]
        if len(set(labels)) == len(labels) and node.wiring.summed.isdisjoint(labels):
            continue
        count = max(len(x.operands) for x in operand.operands) + len(node.operands) - 1
        if count > MOST or not all(_is_structured(x) for x in operand.operands):
            continue
        if all(around.alone(x) or _is_view(x) for x in operand.operands):
            parts = []
            for x in operand.operands:
                assert isinstance(x, Einsum)
                operands = [*node.operands[:k], *x.operands, *node.operands[k + 1 :]]
                wiring, factor = node.wiring.nest(k, x.wiring), product(node.coefficient, x.coefficient)
                parts.append(contract(operands, wiring, factor, node.dtype))
            return combine(parts, operand.coefficients)
    return None


def _is_view(node: Node) -> bool:
    return isinstance(node, Einsum) and node.wiring.is_view


def _is_structured(node: Node) -> bool:
    """Whether an array holds fewer numbers than entries: deltas, broadcasts, products of smaller arrays."""
    if not isinstance(node, Einsum) or len(node.wiring.output) < 2:
        return False
    inputs, output, sizes = node.wiring
    long = [label for label in output if sizes[label] != 1]
    if len(set(long)) < len(long):
        return True
    present = {label for labels in inputs for label in labels}
    return not present.issuperset(long) or len(_components(node.wiring)) > 1


@contextual(Einsum, over=(Einsum,))
def outer_operand(node: Einsum, around: Around) -> Node | None:
    """einsum(..., x * y.T, ...) = einsum(..., x, y, ...), an outer product in its factors"""
    for k, inner in enumerate(node.operands):
        if isinstance(inner, Einsum) and len(inner.operands) > 1 and inner not in around.kept:
            parts = _components(inner.wiring)
            if 1 < len(parts) <= MOST - len(node.operands):
                return _in_parts(node, k, inner, parts)
    return None


@lru_cache(maxsize=4096)
def _components(wiring: Wiring) -> list[list[int]]:
    """The places of operands that have axes, together where labels join them; scalars go with the first."""
    found: list[tuple[set[int], list[int]]] = []
    scalars = [k for k, labels in enumerate(wiring.inputs) if not labels]
    for k, labels in enumerate(wiring.inputs):
        if not labels:
            continue
        joined = [part for part in found if not part[0].isdisjoint(labels)]
        places = [place for _, own in joined for place in own]
        found = [part for part in found if part not in joined]
        found.append((set(labels).union(*(own for own, _ in joined)), [*places, k]))
    apart = [sorted(places) for _, places in found]
    return [sorted([*scalars, *apart[0]]), *apart[1:]] if apart else []


def _in_parts(node: Einsum, k: int, inner: Einsum, parts: Sequence[Sequence[int]]) -> Node:
    """The einsum with its k-th operand written as a product of unconnected ones."""
    wiring = inner.wiring
    operands, inputs = [], []
    for places in parts:
        labels = list(dict.fromkeys(x for j in places for x in wiring.inputs[j] if x in wiring.output))
        within = {x: wiring.sizes[x] for j in places for x in wiring.inputs[j]}
        core = Wiring.of([wiring.inputs[j] for j in places], labels, within)
        operands.append(contract([inner.operands[j] for j in places], core, 1, inner.dtype))
        inputs.append(labels)
    inside = {x for labels in wiring.inputs for x in labels if x not in wiring.output}
    outer = Wiring.of(inputs, wiring.output, {x: n for x, n in enumerate(wiring.sizes) if x not in inside})
    nested = node.wiring.nest(k, outer)
    coefficient = product(node.coefficient, inner.coefficient)
    return contract([*node.operands[:k], *operands, *node.operands[k + 1 :]], nested, coefficient, node.dtype)


@contextual(Add, over=(Einsum,))
def common_factor(node: Add, around: Around) -> Node | None:
    """x * a + x * b = x * (a + b)"""
    if around.user is Add or len(node.operands) > MOST or not all(map(_is_product, node.operands)):
        return None
    first, *others = (_factors(x) for x in node.operands)  # type: ignore[arg-type]
    for key, place in first.items():
        places = [place, *(other.get(key, -1) for other in others)]
        if min(places) >= 0 and (around.user is Einsum or _collapses(node)):
            outer = all(_is_outer(x, k) for x, k in zip(node.operands, places, strict=True))  # type: ignore[arg-type]
            if outer if around.user is Einsum else all(map(around.alone, node.operands)):
                return _factored(node, places)
    return None


def _collapses(node: Add) -> bool:
    """Whether what remains of a term is one operand, so that the sum has a node less."""
    return any(len(x.operands) == 2 for x in node.operands)


def _is_outer(node: Einsum, k: int) -> bool:
    """Whether no other operand has a label of the k-th."""
    own = set(node.wiring.inputs[k])
    return all(own.isdisjoint(labels) for j, labels in enumerate(node.wiring.inputs) if j != k)


def _is_product(node: Node) -> bool:
    return isinstance(node, Einsum) and len(node.operands) > 1 and len(set(node.wiring.output)) == node.ndim


def _factors(node: Einsum) -> dict[Any, int]:
    """Operands all of whose axes are axes of the result, with these axes, and their places."""
    output = node.wiring.output
    return {
        (operand, tuple(output.index(label) for label in labels)): k
        for k, (operand, labels) in enumerate(zip(node.operands, node.wiring.inputs, strict=True))
        if operand.ndim and len(set(labels)) == len(labels) and set(labels) <= set(output)
    }


def _factored(node: Add, places: Sequence[int]) -> Node:
    """The sum with one operand of each term outside."""
    terms = [(x, k) for x, k in zip(node.operands, places, strict=True) if isinstance(x, Einsum)]
    first, place = terms[0]
    factor = first.operands[place]
    own = [first.wiring.output.index(label) for label in first.wiring.inputs[place]]
    shared = [axis for axis in own if not any(_holds(x, k, axis) for x, k in terms)]
    needed = [axis for axis in range(node.ndim) if axis not in shared]
    inside = combine([_rest(x, k, needed) for x, k in terms], node.coefficients)
    inputs = [own, needed]
    return contract((factor, inside), Wiring.of(inputs, range(node.ndim), dict(enumerate(node.shape))))


def _holds(node: Einsum, k: int, axis: int) -> bool:
    """Whether another operand than the k-th has an axis of the result."""
    label = node.wiring.output[axis]
    return any(label in labels for j, labels in enumerate(node.wiring.inputs) if j != k)


def _rest(node: Einsum, k: int, axes: Sequence[int]) -> Node:
    """The product without its k-th operand, with some of the axes of the result."""
    operands = [*node.operands[:k], *node.operands[k + 1 :]]
    inputs = [*node.wiring.inputs[:k], *node.wiring.inputs[k + 1 :]]
    output = [node.wiring.output[axis] for axis in axes]
    used = {label for labels in (*inputs, output) for label in labels}
    stood = {label for labels in (*node.wiring.inputs, node.wiring.output) for label in labels}
    sizes: dict[object, Any] = {
        label: size for label, size in enumerate(node.wiring.sizes) if label in used or label not in stood
    }
    return contract(operands, Wiring.of(inputs, output, sizes), node.coefficient, node.dtype)


STRUCTURES = (distributed, outer_operand, common_factor)
