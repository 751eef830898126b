"""Whether two einsums are the same up to the names of labels and the symmetry of their operands."""

from __future__ import annotations

import itertools
import math
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeAlias

from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.wiring import Labels, Wiring

__all__ = ["MANY", "Pair", "matches", "written_out"]

Pair: TypeAlias = tuple[int, int]
MANY = 8  # operands up to which einsums are written out and compared
TRIES = 500  # assignments of one operand to another that a comparison may take


def written_out(node: Any) -> tuple[list[Node], Wiring]:
    """The einsum with einsums among its operands written out, as long as there are few operands."""
    operands, wiring = list(node.operands), node.wiring
    k = 0
    while k < len(operands):
        inner = operands[k]
        if type(inner) is Einsum and inner.coefficient == 1 and len(operands) + len(inner.operands) <= MANY:
            wiring = wiring.nest(k, inner.wiring)
            operands[k : k + 1] = inner.operands
        else:
            k += 1
    return operands, wiring


def matches(operands: Sequence[Node], pairs: Sequence[Collection[Pair]], one: Wiring, two: Wiring) -> bool:
    """Whether two wirings of the same operands, whose axes may be exchanged in *pairs*, mean the same.

    That is so if the labels of the first can be renamed so that the outputs agree and each operand of the
    first becomes an operand of the second, up to such exchanges.
    """
    if len(operands) > MANY or one.orphans != two.orphans:
        return False
    renamed: dict[int, int] = {}
    if not _extend(renamed, one.output, two.output):
        return False
    tries = itertools.count()
    return _match(operands, pairs, one, two, renamed, frozenset(), tries)


def _match(
    operands: Sequence[Node],
    pairs: Sequence[Collection[Pair]],
    one: Wiring,
    two: Wiring,
    renamed: dict[int, int],
    taken: frozenset[int],
    tries: Iterator[int],
) -> bool:
    """Whether the operands of the first wiring from the next one on find counterparts in the second."""
    k = len(taken)
    if k == len(operands):
        return True
    for m in range(len(operands)):
        if m in taken or operands[m] is not operands[k]:
            continue
        for labels in _arrangements(two.inputs[m], pairs[m]):
            if next(tries) > TRIES:
                return False
            more = dict(renamed)
            fits = _extend(more, one.inputs[k], labels)
            if fits and _match(operands, pairs, one, two, more, taken | {m}, tries):
                return True
    return False


def _extend(renamed: dict[int, int], old: Labels, new: Labels) -> bool:
    """Rename *old* labels to *new* ones; whether no label gets two names, or a name two labels."""
    for a, b in zip(old, new, strict=True):
        if renamed.setdefault(a, b) != b:
            return False
    return len(set(renamed.values())) == len(renamed)


def _arrangements(labels: Labels, pairs: Collection[Pair]) -> Iterator[Labels]:
    """The labels of an operand in all orders that exchanges of its axes lead to."""
    groups = _groups(len(labels), pairs)
    if math.prod(math.factorial(len(group)) for group in groups) > TRIES:
        groups = []
    for orders in itertools.product(*map(itertools.permutations, groups)):
        result = list(labels)
        for group, order in zip(groups, orders, strict=True):
            for axis, other in zip(group, order, strict=True):
                result[axis] = labels[other]
        yield tuple(result)


def _groups(count: int, pairs: Collection[Pair]) -> list[list[int]]:
    """The axes that exchanges tie together; exchanges generate all orders of such axes."""
    name = list(range(count))
    for i, j in pairs:
        name = [name[i] if other == name[j] else other for other in name]
    return [group for root in set(name) if len(group := [k for k in range(count) if name[k] == root]) > 1]
