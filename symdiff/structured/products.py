"""Solving with one term: every Kronecker factor is solved on its own, block by block along the wires."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from symdiff.coefficients import inverse, number
from symdiff.dims import Size, product
from symdiff.errors import GraphError
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.entries.elementwise import abs as absolute
from symdiff.ops.linalg.determinants import slogdet
from symdiff.ops.operands import full
from symdiff.ops.powers import log, reciprocal
from symdiff.structured.labelled import Label, Labelled, inverted, joined, matrices, system
from symdiff.structured.terms import Block, Term, blocks
from symdiff.structured.ties import column, row

__all__ = ["Product", "total"]


@dataclass(frozen=True, eq=False)
class Product:
    """One term with square blocks, none of which is known to be singular."""

    term: Term
    squares: tuple[Block, ...]
    weights: tuple[Block, ...]

    @classmethod
    def of(cls, term: Term) -> Product:
        """The blocks of *term*, sorted into matrices and numbers."""
        found = blocks(term, term.tied)
        squares = tuple([block for block in found if block.rows or block.columns])
        return cls(term, squares, tuple([block for block in found if not (block.rows or block.columns)]))

    @property
    def sides(self) -> list[Size]:
        """The sizes of the matrices that are factored."""
        return [product(self.term.sizes[label] for label in block.rows) for block in self.squares]

    def transposed(self) -> Product:
        """The same for rows and columns exchanged."""
        return Product.of(self.term.transposed())

    def solve(self, right: Labelled) -> Labelled:
        """The solution, with columns where *right* has rows; its other axes stay."""
        term = self.term
        x = right.renamed({row(p): label for p, label in enumerate(term.rows)})
        for block in self.squares:
            x = system(block.core(term), block.rows, block.columns, x)
        weights = [Labelled(reciprocal(core.node), core.labels) for core in self._scales()]
        kept = [label for label in x.labels if label not in term.rows or label in term.columns]
        gained = [label for part in weights for label in part.labels]
        short = [label for label in term.columns if label not in kept and label not in term.tied]
        output = dict.fromkeys([*kept, *gained, *short])
        x = joined([x, *weights], output, term.sizes, _inverse(term.coefficient))
        return x.renamed({label: column(q) for q, label in enumerate(term.columns)})

    def logdet(self) -> Node:
        """The logarithm of the absolute value of the determinant."""
        term, parts = self.term, []
        for block in self.squares:
            core = block.core(term)
            size = slogdet(matrices(core, block.batch, block.rows, block.columns)).logabsdet
            parts.append(total(Labelled(size, block.batch), self._elsewhere((*block.rows, *block.batch))))
        for core in self._scales():
            size = log(absolute(core.node))
            parts.append(total(Labelled(size, core.labels), self._elsewhere(core.labels)))
        scale = log(absolute(full((), number(term.coefficient), term.dtype)))
        parts.append(total(Labelled(scale, ()), self._elsewhere(())))
        return combine(parts, [1] * len(parts))

    def inverse(self) -> tuple[Term, ...]:
        """The inverse, with the same wires."""
        term = self.term
        parts = [inverted(block.core(term), block.rows, block.columns) for block in self.squares]
        parts += [Labelled(reciprocal(core.node), core.labels) for core in self._scales()]
        sizes = dict(term.sizes)
        return (Term(tuple(parts), term.columns, term.rows, sizes, _inverse(term.coefficient), term.dtype),)

    def _scales(self) -> list[Labelled]:
        return [block.core(self.term) for block in self.weights]

    def _elsewhere(self, labels: tuple[Label, ...]) -> list[Size]:
        """The sizes of the rows that are not among *labels*."""
        return [self.term.sizes[label] for label in self.term.rows if label not in labels]


def total(x: Labelled, times: list[Size]) -> Node:
    """The sum of all entries, times sizes."""
    return joined([x], (), times=times).node


def _inverse(coefficient: Any) -> Any:
    if number(coefficient) == 0:
        raise GraphError("solve: every entry of the operator is zero, so it has no inverse")
    exact = inverse(coefficient)
    return 1 / number(coefficient) if exact is None else exact
