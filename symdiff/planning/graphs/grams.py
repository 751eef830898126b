"""Products of a matrix with its own transpose, weighted by what is never negative: half the work.

A matrix times its own transpose is symmetric, and NumPy computes one half of it and copies the other.
With a weight between the two,

    x.T @ diag(v) @ x   =   y.T @ y,   y = sqrt(v)[:, None] * x   where v >= 0

which holds of any number of weights, and of sums over several labels.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

from symdiff.coefficients import product
from symdiff.graph import Graph
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract, scale
from symdiff.ops.entries.elementwise import maximum
from symdiff.ops.powers import sqrt
from symdiff.planning.calls.products import halves_pay
from symdiff.rewrite.facts import is_nonnegative
from symdiff.wiring import Labels, Wiring

__all__ = ["share_roots"]


Weights = list[tuple[Node, Labels]]


def share_roots(graph: Graph) -> Graph:
    """The same graph with weights between a matrix and its transpose split evenly between the two."""
    return graph.rebuilt(_shared) if any(map(_is_long, graph.order)) else graph


def _is_long(node: Node) -> bool:
    """Whether a node is a product of three or more."""
    return len(node.operands) > 2 and type(node) is Einsum


def _shared(node: Node) -> Node:
    """The product with the roots of its weights in both matrices, where that is known to be right."""
    operands = node.operands
    if len(operands) < 3 or type(node) is not Einsum or node.dtype.kind != "f":
        return node
    for i, j in itertools.combinations(range(len(operands)), 2):
        places = _weights_between(node.wiring, i, j) if operands[i] is operands[j] else ()
        if places:
            found = _halves([(operands[k], node.wiring.inputs[k]) for k in places], node.wiring)
            if found is not None:
                halves, sign = found
                return _product(node, (i, j), places, halves, sign)
    return node


@lru_cache(maxsize=4096)
def _weights_between(wiring: Wiring, i: int, j: int) -> tuple[int, ...]:
    """The places of the weights between operands *i* and *j*; none if these are no matrix and its transpose.

    That takes axes that both share, summed and read by nothing but weights, and other axes that the
    output keeps.
    """
    one, two = wiring.inputs[i], wiring.inputs[j]
    inner = {a for a, b in zip(one, two, strict=True) if a == b}
    rows = [a for a, b in zip(one, two, strict=True) if a != b]
    free = {*one, *two} - inner
    apart = len(free) == 2 * len(rows) and len({*one}) == len(one)
    if not apart or not free <= set(wiring.output) or inner & set(wiring.output):
        return ()
    if not halves_pay(one, two, wiring.sizes):
        return ()
    others = [k for k in range(len(wiring.inputs)) if k not in (i, j) and inner & set(wiring.inputs[k])]
    return tuple(others) if all(inner >= set(wiring.inputs[k]) for k in others) else ()


def _halves(weights: Weights, wiring: Wiring) -> tuple[Weights, int] | None:
    """What squares to the product of the weights, and its sign; None where a root may not exist."""
    sign = 1
    halves: Weights = []
    odd: Weights = []
    for (weight, labels), times in Counter(weights).items():
        halves += [(weight, labels)] * (times // 2)
        if times % 2 and is_nonnegative(weight):
            odd.append((weight, labels))
        elif times % 2 and is_nonnegative(scale(weight, -1)):
            odd.append((scale(weight, -1), labels))
            sign = -sign
        elif times % 2:
            return None
    if odd:
        labels = tuple(dict.fromkeys(label for _, group in odd for label in group))
        merged = Wiring.of(
            [group for _, group in odd], labels, {label: wiring.sizes[label] for label in labels}
        )
        weight = contract([weight for weight, _ in odd], merged)
        halves.append((sqrt(maximum(weight, 0)), labels))  # rounding may have made it a little negative
    return halves, sign


def _product(node: Einsum, pair: tuple[int, int], gone: Sequence[int], halves: Weights, sign: int) -> Node:
    """*node* with the *halves* multiplied into its *pair* of operands, and without the weights in *gone*."""
    wiring, place = node.wiring, pair[0]
    own = wiring.inputs[place]
    labels = {label: wiring.sizes[label] for label in own}
    scaling = Wiring.of([own, *[group for _, group in halves]], own, labels)
    matrix = contract([node.operands[place], *[weight for weight, _ in halves]], scaling)
    kept = [k for k in range(len(node.operands)) if k not in gone]
    operands = [matrix if k in pair else node.operands[k] for k in kept]
    sizes = dict(enumerate(wiring.sizes))
    whole = Wiring.of([wiring.inputs[k] for k in kept], wiring.output, sizes)
    return contract(operands, whole, product(node.coefficient, sign), node.dtype)
