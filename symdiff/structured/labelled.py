"""Nodes whose axes have names, so that products and systems are written by labels and not by places."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.dims import Size, product
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.einsum import contract
from symdiff.ops.linalg.inverses import inv, solve
from symdiff.ops.shape.reshaping import reshape
from symdiff.wiring import Wiring

__all__ = ["Label", "Labelled", "inverted", "joined", "matrices", "system", "unfolded"]

Label = Hashable


class Labelled(NamedTuple):
    """A node and one label per axis, all of them different."""

    node: Node
    labels: tuple[Label, ...]

    @property
    def sizes(self) -> dict[Label, Size]:
        """The size of every label."""
        return dict(zip(self.labels, self.node.shape, strict=True))

    def renamed(self, names: Mapping[Any, Label]) -> Labelled:
        """The same node with other labels."""
        return Labelled(self.node, tuple([names.get(label, label) for label in self.labels]))


def joined(
    parts: Sequence[Labelled],
    output: Iterable[Label],
    sizes: Mapping[Any, Size] | None = None,
    coefficient: Any = 1,
    dtype: DType | None = None,
    times: Sequence[Size] = (),
) -> Labelled:
    """The product of *parts*, summed over the labels that *output* lacks and spread over those it adds.

    *sizes* tells the sizes of labels that no part has; *times* are more factors.
    """
    wanted = tuple(output)
    known: dict[Label, Size] = {}
    for part in parts:
        known |= part.sizes
    known |= {label: size for label, size in (sizes or {}).items() if label in wanted}
    known |= {("times", k): size for k, size in enumerate(times)}
    wiring = Wiring.of([part.labels for part in parts], wanted, known)
    return Labelled(contract([part.node for part in parts], wiring, coefficient, dtype), wanted)


def unfolded(node: Node, groups: Sequence[Sequence[Label]], sizes: Mapping[Any, Size]) -> Labelled:
    """A node with one axis for each group of labels, as a node with one axis for each label."""
    labels = tuple([label for group in groups for label in group])
    return Labelled(reshape(node, tuple([sizes[label] for label in labels])), labels)


def matrices(x: Labelled, batch: Sequence[Label], rows: Sequence[Label], columns: Sequence[Label]) -> Node:
    """*x* with *batch* axes in front, then one axis for all *rows* and one for all *columns*."""
    sizes = x.sizes
    ordered = joined([x], (*batch, *rows, *columns)).node
    ends = tuple([product([sizes[label] for label in group]) for group in (rows, columns)])
    return reshape(ordered, (*ordered.shape[: len(batch)], *ends))


def system(core: Labelled, rows: Sequence[Label], columns: Sequence[Label], right: Labelled) -> Labelled:
    """The solution of *core* x = *right*: the rows of *right* become columns; its other axes stay.

    Labels of *core* that are neither rows nor columns count its blocks. Labels of *right* that are none
    of *core* are more right-hand sides of the same factorisation.
    """
    batch = [label for label in core.labels if label not in rows and label not in columns]
    others = [label for label in right.labels if label not in batch and label not in rows]
    sizes = core.sizes | right.sizes
    whole = joined([right], [*batch, *rows, *others], sizes)
    x = solve(matrices(core, batch, rows, columns), matrices(whole, batch, rows, others))
    return unfolded(x, [batch, columns, others], sizes)


def inverted(core: Labelled, rows: Sequence[Label], columns: Sequence[Label]) -> Labelled:
    """The inverses of the blocks of *core*, in which rows and columns have changed places."""
    batch = [label for label in core.labels if label not in rows and label not in columns]
    return unfolded(inv(matrices(core, batch, rows, columns)), [batch, columns, rows], core.sizes)
