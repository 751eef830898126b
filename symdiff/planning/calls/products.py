"""How one product of two arrays reaches BLAS: which axes become rows, columns and batches, and the cost.

A matrix product reads an array as it lies in memory when the axes that become its rows stand side by side
there, and so do those that become its columns, and one of the two groups comes last. Other arrays are
copied first, or cut along their first axes into many products, which leaves a result in another order:

    a[l,i,m] b[i,r]   =   for each l:  a[l].T @ b     in the order l, m, r
                      =   for each l:  b.T @ a[l]     in the order l, r, m
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from symdiff.contraction import CALL, MOVE
from symdiff.dims import Size
from symdiff.machine import multiplies_unpacked
from symdiff.planning.calls.blocking import block_sizes
from symdiff.wiring import Labels

__all__ = ["TURNED", "Form", "best_form", "forms", "halves_pay", "product_cost"]

BATCH = 10_000  # each product of a batch after the first, in operations
COPY = 60  # an entry copied into another order
TURNED = 100  # an entry that is read in another order than it lies in
HALF = 64  # rows and columns from which on half a product takes less time than the whole
THIN = 128  # rows or columns below which a product by a transposed matrix takes up to twice as long


class Form(NamedTuple):
    """The groups of labels of a product ``first[batch,left,inner] second[batch,inner,right]``.

    The result lies in the order ``batch + left + right``. Labels of *batch* may be missing in either factor.
    """

    swapped: bool  # whether the first factor is the second of the two
    batch: Labels
    left: Labels
    inner: Labels
    right: Labels
    cost: int

    @property
    def result(self) -> Labels:
        """The labels of the result, in the order in which it lies."""
        return self.batch + self.left + self.right


def best_form(a: Labels, b: Labels, kept: frozenset[int], target: Labels, sizes: tuple[int, ...]) -> Form:
    """The cheapest form of a product; one whose result lies in the order *target*, if it has these labels.

    Of equal ones, it is the one whose result begins like *target*.
    The labels *a* and *b* are distinct, in the order in which the factors lie, and summed unless *kept*.
    """
    return _best_form(a, b, kept, target, sizes, multiplies_unpacked())


@lru_cache(maxsize=16384)
def _best_form(
    a: Labels, b: Labels, kept: frozenset[int], target: Labels, sizes: tuple[int, ...], unpacked: bool
) -> Form:
    found = _sorted_forms(a, b, kept, sizes, unpacked)
    if not found[0].result or set(found[0].result) != {*target}:
        return found[0]
    size = math.prod([sizes[label] for label in target])
    return min(
        found, key=lambda f: (f.cost + TURNED * size * (f.result != target), -_common(f.result, target))
    )


def _common(one: Labels, two: Labels) -> int:
    """The number of labels with which both begin."""
    return next((k for k, (x, y) in enumerate(zip(one, two, strict=False)) if x != y), len(one))


def product_cost(a: Labels, b: Labels, output: Labels, sizes: tuple[int, ...]) -> int:
    """What a product of two arrays costs if its result is read in the order *output*."""
    kept = frozenset(output)
    count = math.prod([sizes[label] for label in output])
    if not {*a} & {*b} <= kept:
        form = best_form(a, b, kept, output, sizes)
        return form.cost + TURNED * count * (form.result != output)
    turned = [labels != tuple([x for x in output if x in labels]) for labels in (a, b)]
    return CALL + (MOVE + TURNED * sum(turned)) * count


def halves_pay(one: Labels, two: Labels, sizes: Sequence[Size]) -> bool:
    """Whether half the product of a matrix and its transpose, with labels *one* and *two*, is faster."""
    inner = rows = 1
    for a, b in zip(one, two, strict=True):
        size = sizes[a]
        assert isinstance(size, int), "plans are made at known sizes"
        inner, rows = (inner * size, rows) if a == b else (inner, rows * size)
    return min(inner, rows) >= HALF


def forms(a: Labels, b: Labels, kept: frozenset[int], sizes: tuple[int, ...]) -> tuple[Form, ...]:
    """The ways to compute a product, the cheapest first; one for each order of the result."""
    return _sorted_forms(a, b, kept, sizes, multiplies_unpacked())


@lru_cache(maxsize=16384)
def _sorted_forms(
    a: Labels, b: Labels, kept: frozenset[int], sizes: tuple[int, ...], unpacked: bool
) -> tuple[Form, ...]:
    found: dict[Labels, Form] = {}
    for form in _forms(a, b, kept, sizes, unpacked):
        known = found.get(form.result)
        if known is None or form.cost < known.cost:
            found[form.result] = form
    return tuple(sorted(found.values(), key=lambda form: form.cost))


def _forms(
    a: Labels, b: Labels, kept: frozenset[int], sizes: tuple[int, ...], unpacked: bool
) -> Iterator[Form]:
    for swapped, first, second in ((False, a, b), (True, b, a)):
        shared = tuple([label for label in first if label in second and label in kept])
        left = tuple([label for label in first if label not in second])
        right = tuple([label for label in second if label not in first])
        inners = {
            tuple([label for label in one if label in two and label not in kept])
            for one, two in ((first, second), (second, first))
        }
        cuts = [(0, 0), *[(k, 0) for k in range(1, len(left))], *[(0, k) for k in range(1, len(right))]]
        for inner, (k, m) in itertools.product(sorted(inners), cuts):
            groups = (*shared, *left[:k], *right[:m]), left[k:], inner, right[m:]
            yield Form(swapped, *groups, _cost(first, second, *groups, sizes, unpacked))


def _cost(
    first: Labels,
    second: Labels,
    batch: Labels,
    left: Labels,
    inner: Labels,
    right: Labels,
    sizes: tuple[int, ...],
    unpacked: bool,
) -> int:
    """Operations, entries moved or copied, and calls, all counted as operations."""

    def count(labels: Labels) -> int:
        return math.prod([sizes[label] for label in labels])

    total = 2 * count(batch + left + inner + right) + CALL + BATCH * (count(batch) - 1)
    total += MOVE * (count(first) + count(second) + count(batch + left + right))
    lie = _lies(first, left, inner), _lies(second, inner, right)
    total += COPY * (count(first) * (not lie[0]) + count(second) * (not lie[1]))
    thin = min(count(left), count(right))
    if all(lie) and second[-1] in inner and 1 < thin < THIN:  # the second one is transposed
        turned = first[-1] in left
        if not unpacked or block_sizes(count(left), count(inner), count(right), turned, True) is None:
            every = count(batch + left + inner + right)
            total += every // 4 if turned else every * (2 if thin <= THIN // 2 else 1)
    return total


def _lies(labels: Labels, rows: Labels, columns: Labels) -> bool:
    """Whether an array is a matrix, or a batch of them, as it lies in memory."""
    last = labels[-1:]
    inside = not last or last[0] in rows or last[0] in columns
    return inside and _together(labels, rows) and _together(labels, columns)


def _together(labels: Labels, group: Labels) -> bool:
    """Whether the labels of a group stand side by side, in its order."""
    if not group:
        return True
    start = labels.index(group[0])
    return labels[start : start + len(group)] == group
