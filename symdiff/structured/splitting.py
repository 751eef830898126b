"""Low rank, seen in the wires: factors on the side of the rows, factors on that of the columns."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from functools import reduce
from typing import NamedTuple

from symdiff.coefficients import number
from symdiff.dims import Size, product
from symdiff.structured.labelled import Label, Labelled, joined
from symdiff.structured.terms import Term, blocks
from symdiff.structured.ties import Ties, column, row

__all__ = ["Split", "bound", "less", "split"]

MOST = 6  # factors on neither side that are tried on both


class Split(NamedTuple):
    """A term as a product of two sides, summed over the labels that join them."""

    term: Term
    left: tuple[Labelled, ...]
    right: tuple[Labelled, ...]
    joints: tuple[Label, ...]

    @property
    def rank(self) -> Size:
        """The most that the rank of a block can be."""
        return product(self.term.sizes[label] for label in self.joints)

    def sides(self, found: Ties) -> tuple[Labelled, Labelled]:
        """The two sides, over the rows and the columns of the operator, and over joints that both have.

        An index that rows and columns share is left out of a side that does not depend on it.
        """
        term = self.term
        rows = _axes(self.left, term.rows, [name in found.shared for name in found.rows], row)
        columns = _axes(self.right, term.columns, [name in found.shared for name in found.columns], column)
        joints = [object() for _ in self.joints]
        left = joined(self.left, [*rows.values(), *self.joints], term.sizes, term.coefficient, term.dtype)
        right = joined(self.right, [*columns.values(), *self.joints], term.sizes, 1, term.dtype)
        return Labelled(left.node, (*rows, *joints)), Labelled(right.node, (*columns, *joints))


def _axes(
    parts: Sequence[Labelled], labels: Sequence[Label], shared: Sequence[bool], name: Callable[[int], Label]
) -> dict[Label, Label]:
    """The axes of one side, each with its label in the term."""
    has = _labels(parts)
    return {
        name(place): label
        for place, label in enumerate(labels)
        if not shared[place] or label in has or labels.count(label) > 1
    }


def split(term: Term, fixed: Collection[Label]) -> Split:
    """The cheapest way to cut *term* between rows and columns, within blocks.

    *fixed* labels count the blocks, and join nothing. A part that has rows and columns goes to one side;
    its labels of the other side are joints, of which that side is an identity.
    """
    ends = (set(term.rows) - set(term.columns) - set(fixed), set(term.columns) - set(term.rows) - set(fixed))
    touched = [tuple([not end.isdisjoint(part.labels) for end in ends]) for part in term.parts]
    free = [k for k, (rows, columns) in enumerate(touched) if rows == columns]
    few = len(free) <= MOST
    choices = itertools.product([True, False], repeat=len(free)) if few else [(True,) * len(free)]
    cuts = []
    for choice in choices:
        goes = {k: rows for k, (rows, _) in enumerate(touched)} | dict(zip(free, choice, strict=True))
        one, two = ([part for k, part in enumerate(term.parts) if goes[k] is side] for side in (True, False))
        cuts.append(Split(term, tuple(one), tuple(two), _joints(term, one, two, fixed)))
    return reduce(lambda best, cut: cut if less(cut.rank, best.rank) else best, cuts)


def _joints(
    term: Term, one: Sequence[Labelled], two: Sequence[Labelled], fixed: Collection[Label]
) -> tuple[Label, ...]:
    """The labels that the sides are summed over: those that both have, in parts or as axes."""
    left, right = ({*term.rows, *_labels(one)}, {*term.columns, *_labels(two)})
    every = dict.fromkeys((*term.rows, *term.columns, *_labels(term.parts)))
    return tuple([label for label in every if label in left and label in right and label not in fixed])


def _labels(parts: Iterable[Labelled]) -> dict[Label, None]:
    return dict.fromkeys(label for part in parts for label in part.labels)


def bound(term: Term, fixed: Collection[Label]) -> Size:
    """The most that the rank of a block can be, told from sizes and wires."""
    if number(term.coefficient) == 0:
        return 0
    most: Size = 1
    for block in blocks(term, fixed):
        part = replace(term, parts=block.parts, rows=block.rows, columns=block.columns)
        cut = split(part, fixed)
        ends = [product(term.sizes[label] for label in labels) for labels in (block.rows, block.columns)]
        for size in (*ends, cut.rank):
            ends[0] = size if less(size, ends[0]) else ends[0]
        most = most * ends[0]
    return most


def less(one: Size, two: Size) -> bool:
    """Whether one size is known to be less than another; a number is taken to be less than a symbol."""
    if isinstance(one, int):
        return not isinstance(two, int) or one < two
    return False
