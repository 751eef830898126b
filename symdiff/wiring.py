"""The label algebra of einsum: which axes of which operands are the same index.

A `Wiring` says how operands are multiplied and summed, without any tensors. One tuple of labels per
operand, one for the output, one size per label; labels are the integers 0, 1, 2, ... in order of
first appearance, so that two spellings of one contraction are the same value. A label may stand

    in several operands and the output   elementwise product
    in operands only                     sum
    in the output only                   broadcast
    twice in one operand                 a diagonal is read
    twice in the output                  a diagonal is written (a Kronecker delta)
    nowhere but among the sizes          a factor of that size
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any, NamedTuple, TypeAlias

from symdiff.dims import Dim, Shape, Size

__all__ = ["Labels", "Wiring", "letters"]

Labels: TypeAlias = tuple[int, ...]
remembered = lru_cache(maxsize=4096)


class _Fields(NamedTuple):
    """What a wiring is made of, and is compared by."""

    inputs: tuple[Labels, ...]
    output: Labels
    sizes: Shape


class Wiring(_Fields):
    """Labels of the inputs, labels of the output, and the size of every label.

    Examples
    --------
    >>> matmul = Wiring.of(["ij", "jk"], "ik", {"i": 2, "j": 3, "k": 4})
    >>> print(matmul)
    ab,bc->ac
    >>> print(matmul.swap(0))
    ab,cb->ac
    """

    @classmethod
    def of(
        cls,
        inputs: Iterable[Sequence[object]],
        output: Sequence[object],
        sizes: Mapping[Any, Size] | Sequence[Size],
    ) -> Wiring:
        """The wiring with labels of any kind, renamed in order of first appearance.

        *sizes* maps each label to its size; labels that stand only there are kept, last, as factors.
        """
        names: dict[object, int] = {}
        new_inputs = tuple(
            tuple([names.setdefault(label, len(names)) for label in labels]) for labels in inputs
        )
        new_output = tuple([names.setdefault(label, len(names)) for label in output])
        table: Mapping[Any, Size] = sizes if isinstance(sizes, Mapping) else dict(enumerate(sizes))
        new_sizes = [table[label] for label in names]
        orphans = [size for label, size in table.items() if label not in names]
        return cls(new_inputs, new_output, (*new_sizes, *sorted(orphans, key=str)))

    def __reduce__(self) -> tuple[Any, ...]:
        return Wiring, tuple(self)

    @cached_property
    def shape(self) -> Shape:
        """The shape of the result."""
        sizes = self.sizes
        return tuple([sizes[label] for label in self.output])

    @cached_property
    def input_shapes(self) -> tuple[Shape, ...]:
        """The shapes that the operands must have."""
        sizes = self.sizes
        return tuple([tuple([sizes[label] for label in labels]) for labels in self.inputs])

    @cached_property
    def summed(self) -> frozenset[int]:
        """Labels that stand in operands and not in the output."""
        return frozenset(label for labels in self.inputs for label in labels) - set(self.output)

    @cached_property
    def orphans(self) -> Shape:
        """Sizes of the labels that stand nowhere: factors of the result."""
        used = {label for labels in self.inputs for label in labels} | set(self.output)
        return tuple(size for label, size in enumerate(self.sizes) if label not in used)

    @cached_property
    def is_empty(self) -> bool:
        """Whether a label has no values, so that there is nothing to multiply."""
        return 0 in self.sizes

    @cached_property
    def has_like_inputs(self) -> bool:
        """Whether two operands have the same labels."""
        return len(set(self.inputs)) < len(self.inputs)

    @cached_property
    def is_view(self) -> bool:
        """Whether no arithmetic is needed: at most one operand, and no axis longer than 1 summed."""
        if len(self.inputs) > 1:
            return False
        return all(self.sizes[label] == 1 for label in self.summed)

    @cached_property
    def is_identity(self) -> bool:
        """Whether the one operand is the result."""
        inputs, output, sizes = self
        distinct = len(inputs) == 1 and inputs[0] == output and len(sizes) == len(output)
        return distinct and len(set(output)) == len(output)

    @cached_property
    def is_uniform(self) -> bool:
        """Whether, without operands, every entry of the result is the same."""
        distinct = len(set(self.output)) == len(self.output) == len(self.sizes)
        return not self.inputs and distinct

    @cached_property
    def is_elementwise(self) -> bool:
        """Whether every operand has the labels of the output, in its order and without repeats."""
        output = self.output
        return len(set(output)) == len(output) and all(labels == output for labels in self.inputs)

    @remembered
    def swap(self, k: int, batch: Shape = ()) -> Wiring:
        """The wiring of the derivative by operand *k*: its labels and the output's change places.

        Leading *batch* axes of the incoming cotangent are carried through to the result.
        """
        fresh = tuple(range(len(self.sizes), len(self.sizes) + len(batch)))
        inputs = list(self.inputs)
        inputs[k] = fresh + self.output
        return Wiring.of(inputs, fresh + self.inputs[k], (*self.sizes, *batch))

    @remembered
    def nest(self, k: int, inner: Wiring) -> Wiring:
        """The wiring in which operand *k* is itself the contraction *inner*.

        The labels that operand *k* had become the same indices as the output labels of *inner*;
        nothing else changes. A delta in *inner* thereby renames labels here, and disappears.

        Examples
        --------
        >>> row = Wiring.of(["ij"], "ji", {"i": 2, "j": 3})
        >>> product = Wiring.of(["ab", "bc"], "ac", {"a": 3, "b": 2, "c": 4})
        >>> print(product.nest(0, row))
        ab,ac->bc
        """
        offset = len(self.sizes)
        parent = list(range(offset + len(inner.sizes)))

        def find(label: int) -> int:
            while parent[label] != label:
                label = parent[label]
            return label

        for outside, inside in zip(self.inputs[k], inner.output, strict=True):
            parent[find(inside + offset)] = find(outside)
        shifted = [[find(label + offset) for label in labels] for labels in inner.inputs]
        inputs: list[Sequence[int]] = [[find(label) for label in labels] for labels in self.inputs]
        inputs[k : k + 1] = shifted
        sizes = (*self.sizes, *inner.sizes)
        kept = {label: sizes[label] for label, root in enumerate(parent) if label == root}
        return Wiring.of(inputs, [find(label) for label in self.output], kept)

    def arrange(self, order: Sequence[int]) -> Wiring:
        """The same contraction with its operands in another order."""
        return Wiring.of([self.inputs[k] for k in order], self.output, self.sizes)

    @cached_property
    def without_orphans(self) -> tuple[Wiring, int]:
        """The wiring without its known factors, and their product; symbolic factors stay."""
        used = {label for labels in self.inputs for label in labels} | set(self.output)
        if len(used) == len(self.sizes):
            return self, 1
        factor = 1
        kept = []
        for label, size in enumerate(self.sizes):
            if label in used or isinstance(size, Dim):
                kept.append(size)
            else:
                factor *= size
        return Wiring(self.inputs, self.output, tuple(kept)), factor

    def __str__(self) -> str:
        return letters(self.inputs, self.output)


@remembered
def letters(inputs: tuple[Labels, ...], output: Labels) -> str:
    """The equation with letters, as it is printed; after ``z`` come ``A`` to ``Z``, then ``a1``.

    Examples
    --------
    >>> letters(((0, 1), (1, 2)), (0, 2))
    'ab,bc->ac'
    """

    def name(label: int) -> str:
        round_, place = divmod(label, 52)
        letter = chr(ord("a") + place) if place < 26 else chr(ord("A") + place - 26)
        return letter if not round_ else f"{letter}{round_}"

    left = ",".join("".join(map(name, labels)) for labels in inputs)
    return f"{left}->{''.join(map(name, output))}"
