"""The layer ``x @ weight + bias``."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.modules.initial import Rng, glorot_uniform, zeros
from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.contractions import matmul
from symdiff.ops.leaves import Variable

__all__ = ["Linear"]


class Linear(Module):
    """x @ weight + bias, along the last axis of x.

    Parameters
    ----------
    inputs, outputs : int
        The weight is ``(inputs, outputs)``, drawn by `glorot_uniform`.
    bias : bool
        Whether there is a bias ``(outputs,)``, at first 0.
    rng : int or numpy.random.Generator, optional
    dtype : dtype
    name : str, optional

    Examples
    --------
    >>> import symdiff as sd
    >>> layer = Linear(3, 2, rng=0)
    >>> layer
    Linear with 8 parameters
      weight: 3×2
      bias: 2
    >>> layer(sd.Placeholder((50, 32, 3), name="x")).shape
    (50, 32, 2)
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        bias: bool = True,
        *,
        rng: Rng = None,
        dtype: Any = float,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        rng = np.random.default_rng(rng)
        self.weight = Variable(glorot_uniform((inputs, outputs), rng, dtype), f"{self.name}_weight")
        self.bias = Variable(zeros((outputs,), rng, dtype), f"{self.name}_bias") if bias else None

    def forward(self, x: Node) -> Node:
        """``(..., inputs)`` to ``(..., outputs)``."""
        product = matmul(x, self.weight)
        return product if self.bias is None else product + self.bias
