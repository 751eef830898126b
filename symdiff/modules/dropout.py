"""Dropout as a part of a model, with a key that a training program moves on."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.modules.initial import Rng
from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.drawn.dropout import check_rate, dropout
from symdiff.ops.drawn.keys import fold_in
from symdiff.ops.leaves import Variable

__all__ = ["Dropout"]


class Dropout(Module):
    """Entries left out at random while a model is trained, by `symdiff.dropout`.

    Its key is a variable that is not trained. Pass `updates` to the training program, beside the
    optimizer's, and every step leaves out other entries.

    Parameters
    ----------
    rate : float
        The probability that an entry is left out.
    rng : int or numpy.random.Generator, optional
        Where the first key comes from.
    name : str, optional

    Raises
    ------
    ValueError
        If *rate* is not between 0 and 1.
    TypeError
        If *rate* is no number.

    Examples
    --------
    >>> import symdiff as sd
    >>> layer = Dropout(0.5, rng=0)
    >>> x = sd.Placeholder((4,), name="x")
    >>> layer(x, training=False) is x
    True
    >>> step = sd.compile(layer(x), [x], updates=layer.updates())
    >>> len({tuple(step([1.0] * 4).tolist()) for _ in range(100)})  # all ways to leave out some of four
    16
    """

    def __init__(self, rate: float, *, rng: Rng = None, name: str | None = None) -> None:
        super().__init__(name)
        self.rate = check_rate("Dropout", rate)
        words = np.random.default_rng(rng).integers(0, 2**64, 2, np.uint64)
        self.key = Variable(words, f"{self.name}_key", trainable=False)

    def forward(self, x: Node, training: bool = True, key: Any = None) -> Node:
        """*x* with entries left out, by the module's own key unless one is given; *x* itself otherwise."""
        return dropout(x, self.rate, self.key if key is None else key) if training else x

    def updates(self) -> dict[Variable, Node]:
        """The next key, for ``compile(..., updates=)``."""
        return {self.key: fold_in(self.key, 1)}
