"""How to solve with a sum of terms: which structure there is, and what is left dense."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symdiff.dims import Size, product
from symdiff.structured.corrections import Corrected, Solver
from symdiff.structured.products import Product
from symdiff.structured.splitting import Split, bound, less, split
from symdiff.structured.terms import Term, blocks
from symdiff.structured.ties import Ties, collapsed, ties, untied

__all__ = ["division", "rank", "solver"]


def solver(terms: Sequence[Term]) -> Solver | None:
    """The cheapest known way to solve with a square sum of *terms*; None where the wires make it singular."""
    found = ties(terms)
    if any(size == 0 for size in found.sizes.values()):
        return Product.of(collapsed(terms, untied(terms)))
    size, most = found.block[0], rank(terms, found)
    if not found.distinct or (isinstance(size, int) and isinstance(most, int) and most < size):
        return None
    if len(terms) == 1 and _square(terms[0]):
        return Product.of(terms[0])
    parts = division(terms, found)
    if parts is None:
        return Product.of(collapsed(terms, found))
    return Corrected.of(parts.solver, parts.cuts, found)


def rank(terms: Sequence[Term], found: Ties) -> Size:
    """The most that the rank of a block can be, told from sizes and wires."""
    most: Size = 0
    for k, term in enumerate(terms):
        most = most + bound(term, found.fixed(k))
    return most


class Division(NamedTuple):
    """Terms that are easy to solve with, how, and the other terms, all of low rank."""

    base: tuple[Term, ...]
    solver: Solver
    cuts: tuple[Split, ...]


def division(terms: Sequence[Term], found: Ties) -> Division | None:
    """Some terms that are easy to solve with, and the others, of low rank; None where there are none."""
    size = found.block[0]
    cuts = [split(term, found.fixed(k)) for k, term in enumerate(terms)]
    low = sorted(
        (k for k, cut in enumerate(cuts) if less(cut.rank, size)), key=lambda k: _order(cuts[k].rank)
    )
    for count in range(1, len(low) + 1):
        taken = low[:count]
        total: Size = 0
        for k in taken:
            total = total + cuts[k].rank
        base = [term for k, term in enumerate(terms) if k not in taken]
        if not base or not less(total, size):
            break
        inner = solver(base)
        if inner is not None and all(less(side, size) for side in inner.sides):
            return Division(tuple(base), inner, tuple([cuts[k] for k in taken]))
    return None


def _order(size: Size) -> tuple[bool, int]:
    """Known sizes first, from small to large."""
    return (False, size) if isinstance(size, int) else (True, 0)


def _square(term: Term) -> bool:
    """Whether every block has as many rows as columns."""
    sizes = term.sizes
    ends = [(block.rows, block.columns) for block in blocks(term, term.tied)]
    return all(
        product(sizes[i] for i in rows) == product(sizes[j] for j in columns) for rows, columns in ends
    )
