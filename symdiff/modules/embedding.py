"""The layer that looks up a row for every integer."""

from __future__ import annotations

from typing import Any

from symdiff.modules.initial import Rng, normal
from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.leaves import Variable
from symdiff.ops.places.indexing import take

__all__ = ["Embedding"]


class Embedding(Module):
    """Rows of a table: what ``one_hot(x) @ weight`` is, without the one-hot codes.

    Parameters
    ----------
    count, size : int
        The table is ``(count, size)``, drawn from the standard normal distribution.
    rng : int or numpy.random.Generator, optional
    dtype : dtype
    name : str, optional

    Examples
    --------
    >>> import symdiff as sd
    >>> table = Embedding(10, 4, rng=0)
    >>> table(sd.Placeholder((50, 32), int, "x")).shape
    (50, 32, 4)
    """

    def __init__(
        self, count: int, size: int, *, rng: Rng = None, dtype: Any = float, name: str | None = None
    ) -> None:
        super().__init__(name)
        self.weight = Variable(normal((count, size), rng, dtype), f"{self.name}_weight")

    def forward(self, x: Any) -> Node:
        """Integers ``(...)`` below *count* to ``(..., size)``."""
        return take(self.weight, x)
