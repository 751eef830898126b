"""The structure of an operator in words."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.coefficients import number
from symdiff.structured.solving import division, rank
from symdiff.structured.splitting import less
from symdiff.structured.terms import Term, blocks
from symdiff.structured.ties import Ties, collapsed, ties

__all__ = ["described"]


def described(terms: Sequence[Term]) -> str:
    """The structure that solving makes use of: "diagonal", "low rank plus block diagonal", "dense"."""
    if all(number(term.coefficient) == 0 for term in terms):
        return "zero"
    found = ties(terms)
    places = list(found.pairs.values())
    moved = "" if places == sorted(places) else "permuted "
    if found.block == (1, 1):
        (part,) = collapsed(terms, found).parts
        return moved + ("diagonal" if part.labels or not places else "scaled identity")
    inside = _inside(terms, found)
    if not places:
        return inside
    return moved + ("block diagonal" if inside == "dense" else f"block diagonal, blocks {inside}")


def _inside(terms: Sequence[Term], found: Ties) -> str:
    """The structure of a block."""
    most = rank(terms, found)
    if all(less(most, side) for side in found.block):
        return "low rank"
    if len(terms) == 1:
        factors = [block for block in blocks(terms[0], found.fixed(0)) if block.rows or block.columns]
        return "Kronecker" if len(factors) > 1 else "dense"
    if found.block[0] == found.block[1]:
        parts = division(terms, found)
        if parts is not None:
            return f"low rank plus {described(parts.base)}"
    return "dense"
