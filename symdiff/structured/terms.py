"""One term of an operator: factors that hold the distinct numbers, and the wires that spread them.

A term is a product of nodes with a label per axis, and one label per output axis. A label among the rows
and among the columns is a Kronecker delta, a label that no factor has is a broadcast, and factors that
share no other label are multiplied outer: a Kronecker product.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from symdiff.dims import Shape, Size
from symdiff.dtypes import DType
from symdiff.errors import GraphError
from symdiff.node import Node
from symdiff.ops.cast import cast
from symdiff.ops.einsum import contract
from symdiff.structured.labelled import Label, Labelled, joined
from symdiff.wiring import Wiring

__all__ = ["Block", "Term", "blocks"]


@dataclass(frozen=True, eq=False)
class Term:
    """A product of nodes, read as a linear operator.

    Attributes
    ----------
    parts : tuple of Labelled
        The nodes that are multiplied; labels that are neither rows nor columns are summed.
    rows, columns : tuple of labels
        The labels of the output axes.
    sizes : mapping of label to size
    coefficient : number
    dtype : numpy.dtype
    """

    parts: tuple[Labelled, ...]
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    sizes: Mapping[Label, Size]
    coefficient: Any
    dtype: DType

    @classmethod
    def of(cls, operands: Sequence[Node], wiring: Wiring, coefficient: Any, dtype: DType, rows: int) -> Term:
        """The term that an einsum is; axes of size 1 are nobody's wires, and get labels of their own."""
        fresh = itertools.count(len(wiring.sizes))

        def own(labels: Sequence[int]) -> tuple[Label, ...]:
            return tuple([next(fresh) if wiring.sizes[label] == 1 else label for label in labels])

        parts = [Labelled(x, own(labels)) for x, labels in zip(operands, wiring.inputs, strict=True)]
        if wiring.orphans:
            factor = contract((), Wiring((), (), wiring.orphans), 1, dtype)
            parts.append(Labelled(factor, ()))
        output = own(wiring.output)
        sizes: dict[Label, Size] = dict(enumerate(wiring.sizes)) | dict(
            zip(output, wiring.shape, strict=True)
        )
        for part in parts:
            sizes |= part.sizes
        return cls(tuple(parts), output[:rows], output[rows:], sizes, coefficient, dtype)

    @property
    def shape(self) -> Shape:
        """The row shape, then the column shape."""
        return tuple([self.sizes[label] for label in (*self.rows, *self.columns)])

    @property
    def tied(self) -> frozenset[Label]:
        """The labels that a row axis and a column axis share."""
        return frozenset(self.rows) & frozenset(self.columns)

    @property
    def factors(self) -> tuple[Node, ...]:
        """The nodes that hold the distinct numbers, multiplied outer; the first one has the coefficient."""
        return tuple([factor.node for factor in self._factors()])

    @property
    def wiring(self) -> Wiring:
        """How the factors' axes become the operator's axes."""
        inputs, output = [factor.labels for factor in self._factors()], self.rows + self.columns
        used = {label for labels in (*inputs, output) for label in labels}
        return Wiring.of(inputs, output, {label: self.sizes[label] for label in used})

    @property
    def core(self) -> Node:
        """The one factor.

        Raises
        ------
        GraphError
            If there are several.
        """
        factors = self.factors
        if len(factors) > 1:
            raise GraphError(
                f"core: the term {self.wiring} is an outer product of {len(factors)} factors; use factors"
            )
        return factors[0]

    def dense(self) -> Node:
        """The term as an array of rows and columns."""
        return self.product((), self.rows + self.columns)

    def transposed(self) -> Term:
        """The term with rows and columns exchanged."""
        return replace(self, rows=self.columns, columns=self.rows)

    def cast(self, dtype: DType) -> Term:
        """The term in another dtype."""
        parts = [Labelled(cast(part.node, dtype), part.labels) for part in self.parts]
        return replace(self, parts=tuple(parts), dtype=dtype)

    def along_diagonal(self, kept: Sequence[int]) -> Node:
        """The entries whose row and column indices agree, summed over all axes but those *kept*."""
        axes = range(len(self.rows))
        output = self.rows + self.columns
        known = {label: size for part in self.parts for label, size in part.sizes.items()}
        known |= {label: self.sizes[label] for label in output}
        own = Wiring.of([part.labels for part in self.parts], output, known)
        square = Wiring.of([(*axes, *axes)], kept, dict(zip(axes, own.shape, strict=False)))
        operands = [part.node for part in self.parts]
        return contract(operands, square.nest(0, own), self.coefficient, self.dtype)

    def product(self, others: Sequence[Labelled], output: Sequence[Label]) -> Node:
        """The einsum of the parts and *others*, with labels of the term; a label may be repeated."""
        parts = (*self.parts, *others)
        return joined(parts, output, self.sizes, self.coefficient, self.dtype).node

    def _factors(self) -> list[Labelled]:
        found = [block.core(self) for block in blocks(self, self.tied) if block.parts]
        first, *rest = found or [joined([], (), dtype=self.dtype)]
        return [joined([first], first.labels, coefficient=self.coefficient), *rest]

    def __repr__(self) -> str:
        return f"<term {self.wiring}>"


class Block(NamedTuple):
    """Parts that hang together once the wires between rows and columns are held fixed.

    ``batch`` are those of the fixed labels that the parts have.
    """

    parts: tuple[Labelled, ...]
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    batch: tuple[Label, ...]

    def core(self, term: Term) -> Labelled:
        """The product of the parts, over the labels that are not summed."""
        output = dict.fromkeys((*self.batch, *self.rows, *self.columns))
        return joined(self.parts, output, term.sizes, dtype=term.dtype)


def blocks(term: Term, fixed: Collection[Label]) -> list[Block]:
    """The parts of *term* in groups that share no label but *fixed* ones; spread labels are groups alone.

    Axes of size 1 are left out.
    """
    groups: list[tuple[list[Labelled], set[Label]]] = []
    for part in term.parts:
        own = set(part.labels) - set(fixed)
        members, labels = [part], own
        apart = []
        for group in groups:
            if group[1] & own:
                members, labels = group[0] + members, group[1] | labels
            else:
                apart.append(group)
        groups = [*apart, (members, labels)]
    output = dict.fromkeys(label for label in (*term.rows, *term.columns) if label not in fixed)
    reached = {label for _, labels in groups for label in labels}
    spread = [label for label in output if label not in reached and term.sizes[label] != 1]
    groups += [([], {label}) for label in spread]
    return [_block(term, members, labels, fixed) for members, labels in groups]


def _block(
    term: Term, members: Sequence[Labelled], labels: Collection[Label], fixed: Collection[Label]
) -> Block:
    """A group of parts, with its labels in the order of the output."""
    held = {label for part in members for label in part.labels} & set(fixed)
    ordered = dict.fromkeys((*term.rows, *term.columns))
    rows = tuple([label for label in dict.fromkeys(term.rows) if label in labels])
    columns = tuple([label for label in dict.fromkeys(term.columns) if label in labels])
    return Block(tuple(members), rows, columns, tuple([label for label in ordered if label in held]))
