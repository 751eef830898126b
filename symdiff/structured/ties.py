"""What all terms of an operator have in common: which of its axes are one index, and blocks in between."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from symdiff.dims import Size, product
from symdiff.ops.add import combine
from symdiff.structured.labelled import Label, Labelled
from symdiff.structured.terms import Term

__all__ = ["Ties", "collapsed", "column", "row", "ties", "untied"]


def row(place: int) -> Label:
    """The name of a row axis, whatever a term calls it."""
    return ("row", place)


def column(place: int) -> Label:
    """The name of a column axis, whatever a term calls it."""
    return ("column", place)


class Ties(NamedTuple):
    """The indices of an operator: one per axis, or fewer where axes are the same index in all terms.

    ``labels`` tells what each term calls an index.
    """

    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    labels: Mapping[Label, tuple[Label, ...]]
    sizes: Mapping[Label, Size]

    @property
    def shared(self) -> set[Label]:
        """The indices that rows and columns have in common: they count the blocks."""
        return set(self.rows) & set(self.columns)

    @property
    def pairs(self) -> dict[int, int]:
        """The column axis of every row axis that is tied to one."""
        return {p: self.columns.index(name) for p, name in enumerate(self.rows) if name in self.columns}

    @property
    def distinct(self) -> bool:
        """Whether no two rows, and no two columns, are one index."""
        return len(set(self.rows)) == len(self.rows) and len(set(self.columns)) == len(self.columns)

    @property
    def block(self) -> tuple[Size, Size]:
        """The numbers of rows and of columns of a block."""
        shared = self.shared
        rows, columns = (
            product(self.sizes[name] for name in dict.fromkeys(axes) if name not in shared)
            for axes in (self.rows, self.columns)
        )
        return rows, columns

    def fixed(self, k: int) -> set[Label]:
        """What term *k* calls the shared indices."""
        return {self.labels[name][k] for name in self.shared}


def ties(terms: Sequence[Term]) -> Ties:
    """The indices of a sum: axes are tied that are tied in every one of *terms*."""
    rows = tuple(zip(*[term.rows for term in terms], strict=True))
    columns = tuple(zip(*[term.columns for term in terms], strict=True))
    labels: dict[Label, tuple[Label, ...]] = {name: name for name in rows + columns}
    return Ties(rows, columns, labels, {name: terms[0].sizes[own[0]] for name, own in labels.items()})


def untied(terms: Sequence[Term]) -> Ties:
    """The indices of a sum, one for every axis."""
    rows = {row(p): labels for p, labels in enumerate(zip(*[term.rows for term in terms], strict=True))}
    columns = {column(q): labels for q, labels in enumerate(zip(*[t.columns for t in terms], strict=True))}
    labels: dict[Label, tuple[Label, ...]] = {**rows, **columns}
    sizes = {name: terms[0].sizes[own[0]] for name, own in labels.items()}
    return Ties(tuple(rows), tuple(columns), labels, sizes)


def collapsed(terms: Sequence[Term], found: Ties) -> Term:
    """The terms as one, with one part that holds the blocks; indices on which no block depends are spread."""
    long = [name for name in found.labels if found.sizes[name] != 1]
    kept = [name for name in long if name not in found.shared or _matters(name, terms, found)]
    cores = [term.product((), [found.labels[name][k] for name in kept]) for k, term in enumerate(terms)]
    core = combine(cores, [1] * len(cores))
    return Term((Labelled(core, tuple(kept)),), found.rows, found.columns, dict(found.sizes), 1, core.dtype)


def _matters(name: Label, terms: Sequence[Term], found: Ties) -> bool:
    """Whether the block at one value of a shared index differs from that at another."""
    for k, term in enumerate(terms):
        label = found.labels[name][k]
        twice = sum(own[k] == label for own in found.labels.values()) > 1
        if twice or any(label in part.labels for part in term.parts):
            return True
    return False
