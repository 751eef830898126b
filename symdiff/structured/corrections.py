"""Solving with a matrix of low rank added: Woodbury's identity, and the same for determinants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from symdiff.dims import Size, product
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.einsum import contract
from symdiff.ops.entries.elementwise import abs as absolute
from symdiff.ops.linalg.determinants import slogdet
from symdiff.ops.powers import log, reciprocal
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import concatenate
from symdiff.structured.labelled import Label, Labelled, inverted, joined, matrices, system
from symdiff.structured.products import Product, total
from symdiff.structured.splitting import Split
from symdiff.structured.terms import Term
from symdiff.structured.ties import Ties, column, row
from symdiff.wiring import Wiring

__all__ = ["Corrected", "Solver"]


@dataclass(frozen=True, eq=False)
class Corrected:
    """A + L R.T, where A is easy to solve with, and L and R have few columns.

    inv(A + L R.T) = inv(A) - inv(A) L inv(M) R.T inv(A)  and  det(A + L R.T) = det(A) det(M)
    with the small matrix M = 1 + R.T inv(A) L
    """

    base: Product | Corrected
    left: Labelled
    right: Labelled
    found: Ties

    @classmethod
    def of(cls, base: Solver, splits: Sequence[Split], found: Ties) -> Corrected:
        """The sum of *base* and terms of low rank, for the indices *found* of that sum."""
        lefts, rights = zip(*[cut.sides(found) for cut in splits], strict=True)
        joint = object()
        return cls(base, _beside(lefts, rights, joint), _beside(rights, lefts, joint), found)

    def transposed(self) -> Corrected:
        """The same for rows and columns exchanged."""
        found = self.found._replace(rows=self.found.columns, columns=self.found.rows)
        left, right = (side.renamed(self._exchange) for side in (self.right, self.left))
        return Corrected(self.base.transposed(), left, right, found)

    def solve(self, right: Labelled) -> Labelled:
        """The solution, with columns where *right* has rows; its other axes stay."""
        y = self.base.solve(right)
        seen = self._against(y)
        middle = self._middle
        if self._joints:
            z = system(middle, self._joints, self._moved_joints, seen)
        else:
            weight = Labelled(reciprocal(middle.node), middle.labels)
            z = joined([seen, weight], dict.fromkeys(seen.labels + weight.labels))
        labels = dict.fromkeys(y.labels + self._moved.labels + z.labels)
        output = [label for label in labels if label not in self._moved_joints]
        step = joined([self._moved, z], output, y.sizes, -1)
        return Labelled(combine([joined([y], output, step.sizes).node, step.node], [1, 1]), tuple(output))

    def logdet(self) -> Node:
        """The logarithm of the absolute value of the determinant."""
        middle = self._middle
        batch = tuple([label for label in middle.labels if label in self._shared])
        if self._joints:
            size = slogdet(matrices(middle, batch, self._joints, self._moved_joints)).logabsdet
        else:
            size = log(absolute(middle.node))
        elsewhere = [size for label, size in self._shared.items() if label not in batch]
        return combine([self.base.logdet(), total(Labelled(size, batch), elsewhere)], [1, 1])

    def inverse(self) -> tuple[Term, ...]:
        """The inverse of A, and one term of low rank."""
        pairs, found = self.found.pairs, self.found
        back = self.base.transposed().solve(self.right.renamed(self._exchange)).renamed(self._exchange)
        back = back.renamed({row(p): column(q) for p, q in pairs.items()})
        middle = self._middle
        if self._joints:
            core = inverted(middle, self._joints, self._moved_joints)
        else:
            core = Labelled(reciprocal(middle.node), middle.labels)
        columns = [column(pairs[p]) if p in pairs else row(p) for p in range(len(found.rows))]
        sizes = {row(p): found.sizes[name] for p, name in enumerate(found.rows)}
        sizes |= {column(q): found.sizes[name] for q, name in enumerate(found.columns)}
        parts = (self._moved, core, back)
        for part in parts:
            sizes |= part.sizes
        rows = [column(q) for q in range(len(found.columns))]
        term = Term(parts, tuple(rows), tuple(columns), sizes, -1, core.node.dtype)
        return (*self.base.inverse(), term)

    @property
    def sides(self) -> list[Size]:
        """The size of the blocks that are solved together."""
        return [self.found.block[0]]

    @property
    def _joints(self) -> list[Label]:
        """The labels that the two sides are summed over."""
        return [label for label in self.right.labels if not isinstance(label, tuple)]

    @property
    def _moved_joints(self) -> list[Label]:
        return [("moved", label) for label in self._joints]

    @property
    def _shared(self) -> dict[Label, Size]:
        """The columns that are tied to rows, and their sizes."""
        return {column(q): self.found.sizes[self.found.columns[q]] for q in self.found.pairs.values()}

    @property
    def _exchange(self) -> dict[Label, Label]:
        """The names of rows for those of columns, and the other way round."""
        names: dict[Label, Label] = {}
        for place in range(max(len(self.found.rows), len(self.found.columns))):
            names |= {row(place): column(place), column(place): row(place)}
        return names

    @cached_property
    def _moved(self) -> Labelled:
        """inv(A) L"""
        names = dict(zip(self._joints, self._moved_joints, strict=True))
        return self.base.solve(self.left).renamed(names)

    @cached_property
    def _middle(self) -> Labelled:
        """1 + R.T inv(A) L"""
        inner = self._against(self._moved)
        names = dict(zip(self._moved_joints, self._joints, strict=True))
        wires = [names.get(label, label) for label in inner.labels]
        one = contract(
            (), Wiring.of((), wires, dict(zip(wires, inner.node.shape, strict=True))), 1, inner.node.dtype
        )
        return Labelled(combine([one, inner.node], [1, 1]), inner.labels)

    def _against(self, y: Labelled) -> Labelled:
        """R.T y, for each block."""
        labels = dict.fromkeys(self.right.labels + y.labels)
        columns = {column(q) for q in range(len(self.found.columns))} - self._shared.keys()
        return joined([self.right, y], [label for label in labels if label not in columns])


Solver = Product | Corrected


def _beside(sides: Sequence[Labelled], others: Sequence[Labelled], joint: Label) -> Labelled:
    """The columns of several factors in one; *others* are the factors on the other side."""
    if len(sides) == 1:
        return sides[0]
    axes = dict.fromkeys(label for side in sides for label in side.labels if isinstance(label, tuple))
    sizes: dict[Label, Size] = {}
    for side in sides:
        sizes |= side.sizes
    wide = []
    for side in sides:
        joints = [label for label in side.labels if label not in axes]
        node = joined([side], (*axes, *joints), sizes).node
        count = product(sizes[label] for label in joints)
        wide.append(reshape(node, (*node.shape[: len(axes)], count)))
    return Labelled(concatenate(wide, axis=-1), (*axes, joint))
