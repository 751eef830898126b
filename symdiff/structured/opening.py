"""Structure brought to the surface: wires and outer factors that are inside of factors and of sums."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from symdiff.coefficients import product as times
from symdiff.dims import product
from symdiff.graph import rebuild
from symdiff.node import Node
from symdiff.ops.add import Add, combine
from symdiff.ops.einsum import Einsum, contract
from symdiff.wiring import Wiring

__all__ = ["opened"]

Axis: TypeAlias = tuple[int, ...]  # an axis of a sum: its label in each of the terms
Outer: TypeAlias = tuple[Node, tuple[Axis, ...]]  # a factor that stands alone on its axes


def opened(node: Node) -> Node:
    """A product of products and sums, with all wires and outer factors in the product itself."""
    region, frontier = {node}, [node]
    while frontier:
        for operand in frontier.pop().operands:
            if type(operand) in (Einsum, Add) and operand not in region:
                region.add(operand)
                frontier.append(operand)
    if type(node) not in (Einsum, Add):
        return node
    edge = {operand: operand for each in region for operand in each.operands if operand not in region}
    return rebuild([node], _surfaced, edge)[0]


def _surfaced(node: Node) -> Node:
    if type(node) is Einsum:
        return _unnested(node)
    return _without_common(node) if type(node) is Add else node


def _unnested(node: Einsum) -> Node:
    """einsum(..., einsum(x, y), ...) = einsum(..., x, y, ...) where the inner one hides structure."""
    operands, wiring, factor = list(node.operands), node.wiring, node.coefficient
    place = 0
    while place < len(operands):
        inner = operands[place]
        if type(inner) is Einsum and _hides_structure(inner.wiring):
            wiring = wiring.nest(place, inner.wiring)
            operands[place : place + 1] = inner.operands
            factor = times(factor, inner.coefficient)
        else:
            place += 1
    return contract(operands, wiring, factor, node.dtype)


def _hides_structure(wiring: Wiring) -> bool:
    """Whether a factor has wires or spread axes of its own, is a product of several, or of low rank."""
    output = wiring.output
    groups: list[set[int]] = []
    for labels in wiring.inputs:
        touching = [group for group in groups if not group.isdisjoint(labels)]
        groups = [group for group in groups if group.isdisjoint(labels)] + [set(labels).union(*touching)]
    spread = set(output) - {label for labels in wiring.inputs for label in labels}
    joints = product(wiring.sizes[label] for label in wiring.summed)
    entries = product(wiring.shape)
    low = bool(wiring.summed) and isinstance(joints, int) and isinstance(entries, int) and joints**2 < entries
    return len(set(output)) < len(output) or bool(spread) or len(groups) > 1 or low


def _without_common(node: Add) -> Node:
    """x_a y_b + x_a z_b = x_a (y + z)_b, and so for wires and spread axes that all terms have."""
    terms = [term for term in node.operands if type(term) is Einsum]
    if len(terms) < len(node.operands):
        return node
    axes: list[Axis] = list(zip(*[term.wiring.output for term in terms], strict=True))
    found = [_outer(term, axes) for term in terms]
    outer = [each for each in found[0] if all(each in others for others in found)]
    spread = [
        axis for axis in dict.fromkeys(axes) if all(_is_spread(t, k, axis, axes) for k, t in enumerate(terms))
    ]
    taken = {axis for _, own in outer for axis in own} | set(spread)
    kept = [axis for axis in dict.fromkeys(axes) if axis not in taken]
    if len(kept) == len(axes):
        return node
    rests = [_rest(term, k, {found[k][each] for each in outer}, kept, taken) for k, term in enumerate(terms)]
    inner = combine(rests, node.coefficients)
    sizes = {axis: terms[0].wiring.sizes[axis[0]] for axis in axes}
    wiring = Wiring.of([*[own for _, own in outer], kept], axes, sizes)
    return contract([*[x for x, _ in outer], inner], wiring, 1, node.dtype)


def _outer(term: Einsum, axes: list[Axis]) -> dict[Outer, int]:
    """The factors of term *k* that share no label with another one nor stand on a wire, with their places."""
    inputs, output = term.wiring.inputs, term.wiring.output
    found: dict[Outer, int] = {}
    for place, (operand, labels) in enumerate(zip(term.operands, inputs, strict=True)):
        others = {label for other in (*inputs[:place], *inputs[place + 1 :]) for label in other}
        alone = len(set(labels)) == len(labels) and others.isdisjoint(labels)
        if labels and alone and all(output.count(label) == 1 for label in labels):
            found[operand, tuple([axes[output.index(label)] for label in labels])] = place
    return found


def _is_spread(term: Einsum, k: int, axis: Axis, axes: list[Axis]) -> bool:
    """Whether term *k* does not change along *axis*."""
    label = axis[k]
    used = any(label in labels for labels in term.wiring.inputs)
    return not used and all(other == axis for other in axes if other[k] == label)


def _rest(term: Einsum, k: int, gone: Collection[int], kept: list[Axis], taken: Collection[Axis]) -> Node:
    """Term *k* without some factors and axes."""
    places = [place for place in range(len(term.operands)) if place not in gone]
    dropped = {axis[k] for axis in taken}
    sizes = {label: size for label, size in enumerate(term.wiring.sizes) if label not in dropped}
    wiring = Wiring.of([term.wiring.inputs[place] for place in places], [axis[k] for axis in kept], sizes)
    return contract([term.operands[place] for place in places], wiring, term.coefficient, term.dtype)
