"""Rules that use what is declared of variables, and what follows from it."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.ops.filled import eye
from symdiff.ops.linalg.inverses import Inv
from symdiff.rewrite.catalogues.patterns import without
from symdiff.rewrite.facts import orthonormal_columns, sums_to_one, swaps
from symdiff.rewrite.rule import Around, contextual, rule
from symdiff.wiring import Labels, Wiring

__all__ = ["DECLARED"]

MOST = 64  # ways of writing the labels of symmetric operands that are compared
Pair: TypeAlias = tuple[Node, Labels]


@contextual(Einsum)
def sum_of_shares(node: Einsum, around: Around) -> Node | None:
    """sum(p) = 1, where p is known to sum to one"""
    for k, axes in _summed_alone(node.wiring):
        if sums_to_one(node.operands[k], axes, around.known):
            return without(node, [k])
    return None


@lru_cache(maxsize=4096)
def _summed_alone(wiring: Wiring) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Operands without repeated labels, and the axes along which nothing else has part in their sum."""
    counts = _counts(wiring)
    found = []
    for k, labels in enumerate(wiring.inputs):
        axes = tuple(axis for axis, label in enumerate(labels) if counts[label] == 1)
        if axes and len(set(labels)) == len(labels):
            found.append((k, axes))
    return tuple(found)


def _counts(wiring: Wiring) -> Counter[int]:
    """How often each label stands in operands and output."""
    return Counter(label for labels in (*wiring.inputs, wiring.output) for label in labels)


@contextual(Einsum)
def orthonormal_pair(node: Einsum, around: Around) -> Node | None:
    """q.T @ q = eye(n), where the columns of q are orthonormal"""
    if len(set(node.operands)) == len(node.operands):
        return None

    def ends(one: Pair, two: Pair, summed: Callable[[int], bool]) -> Labels | None:
        (q, (*batch, row, left)), (other, (*same, column, right)) = one, two
        fits = q is other and batch == same and row == column and summed(row)
        return (left, right) if fits and orthonormal_columns(q, around.known) else None

    return _as_identity(node, ends)


@rule(Einsum, over=(Inv,))
def inverse_pair(node: Einsum) -> Node | None:
    """inv(a) @ a = a @ inv(a) = eye(n)"""

    def ends(one: Pair, two: Pair, summed: Callable[[int], bool]) -> Labels | None:
        (x, (*batch, a, b)), (y, (*same, c, d)) = one, two
        if not isinstance(x, Inv) or x.operands[0] is not y or batch != same:
            return None
        return (a, d) if b == c and summed(b) else (b, c) if a == d and summed(a) else None

    return _as_identity(node, ends)


Ends: TypeAlias = Callable[[Pair, Pair, Callable[[int], bool]], Labels | None]


def _as_identity(node: Einsum, ends: Ends) -> Node | None:
    """The einsum with an identity in place of two matrices, whose *ends* are given where it is one."""
    counts = _counts(node.wiring)
    matrices = [k for k, x in enumerate(node.operands) if x.ndim > 1]
    for i, j in itertools.permutations(matrices, 2):
        one, two = ((node.operands[k], node.wiring.inputs[k]) for k in (i, j))
        found = ends(one, two, lambda label: counts[label] == 2)
        if found is not None:
            n = node.wiring.sizes[found[0]]
            labels = (*one[1][:-2], *found)
            shape = tuple(node.wiring.sizes[label] for label in labels)
            identity = contract((eye(n, node.dtype),), _stacked(shape))
            return without(node, [i, j], [(identity, labels)])
    return None


def _stacked(shape: tuple[object, ...]) -> Wiring:
    """One matrix broadcast over leading axes."""
    axes = range(len(shape))
    return Wiring.of([axes[-2:]], axes, dict(enumerate(shape)))  # type: ignore[arg-type]


@contextual(Einsum)
def symmetric_labels(node: Einsum, around: Around) -> Node | None:
    """a.T = a, where a is symmetric: of all ways to write an einsum, the same one is chosen"""
    if not _has_square(node.wiring):
        return None
    own = [swaps(x, around.known) for x in node.operands]
    if not any(own):
        return None
    ways = list(map(_orders, node.wiring.inputs, own))
    if math.prod(map(len, ways)) in (0, 1) or math.prod(map(len, ways)) > MOST:
        return None
    forms = [
        contract(node.operands, _rewired(node.wiring, choice), node.coefficient, node.dtype)
        for choice in itertools.product(*ways)
    ]
    return next((form for form in forms if form in node.operands), min(forms, key=_written))


@lru_cache(maxsize=4096)
def _has_square(wiring: Wiring) -> bool:
    """Whether an operand has two axes of one size, without which nothing is symmetric."""
    return any(len(set(shape)) < len(shape) for shape in wiring.input_shapes)


def _orders(labels: Labels, pairs: list[tuple[int, int]]) -> list[Labels]:
    """The labels of an operand in every order that its symmetries allow."""
    found = {labels: None}
    pending = [labels]
    while pending:
        order = pending.pop()
        for i, j in pairs:
            new = list(order)
            new[i], new[j] = new[j], new[i]
            if tuple(new) not in found:
                found[tuple(new)] = None
                pending.append(tuple(new))
    return list(found)


def _rewired(wiring: Wiring, inputs: tuple[Labels, ...]) -> Wiring:
    return Wiring.of(inputs, wiring.output, wiring.sizes)


def _written(node: Node) -> tuple[object, ...]:
    """What decides which way to write an einsum is best: none at all, equal labels, then chains."""
    if not isinstance(node, Einsum):
        return ()
    inputs, output, _ = node.wiring
    late = [[-label for label in labels] for labels in (*inputs, output)]
    return len({tuple(labels) for labels in (*inputs, output)}), late


DECLARED = (sum_of_shares, orthonormal_pair, inverse_pair, symmetric_labels)
