"""Sums and products in the order in which they are given, or in any other."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

import symdiff as sd
from symdiff.graph import consumers
from symdiff.node import Node

__all__ = ["Ordering"]


class Ordering:
    """How commutative and associative operations are written down.

    Parameters
    ----------
    rng : random.Random, optional
        Shuffles operands; without it, they stay where they are.
    brackets : bool
        Whether to put brackets anywhere as well, instead of from the left.
    """

    def __init__(self, rng: random.Random | None = None, brackets: bool = False) -> None:
        self.rng = rng
        self.brackets = brackets
        self.partial: set[Node] = set()  # sums and products of some of the operands

    def _shuffled(self, count: int) -> list[int]:
        places = list(range(count))
        if self.rng is not None:
            self.rng.shuffle(places)
        return places

    def _folded(self, parts: Sequence[Node], join: Callable[[Node, Node], Node]) -> Node:
        pending = [parts[k] for k in self._shuffled(len(parts))]
        while len(pending) > 1:
            k = self.rng.randrange(len(pending) - 1) if self.rng and self.brackets else 0
            pending[k : k + 2] = [join(pending[k], pending[k + 1])]
            if len(pending) > 1:
                self.partial.add(pending[k])
        return pending[0]

    def shares(self, y: Node) -> bool:
        """Whether a partial result is used more than once in *y*, which other orders need not do."""
        uses = consumers(sd.toposort(y))
        return any(uses.get(node, 0) > 1 for node in self.partial)

    def add(self, *terms: Node) -> Node:
        """The sum."""
        return self._folded(terms, lambda x, y: x + y)

    def multiply(self, *factors: Node) -> Node:
        """The product, entry by entry."""
        return self._folded(factors, lambda x, y: x * y)

    def einsum(self, spec: str, *operands: Node) -> Node:
        """A contraction whose operands commute with their labels."""
        inputs, output = spec.split("->")
        labels = inputs.split(",")
        places = self._shuffled(len(operands))
        spec = ",".join(labels[k] for k in places)
        return sd.einsum(f"{spec}->{output}", *[operands[k] for k in places])
