"""Weights and texts of a character model: what all sides of the char-RNN workloads are given."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["CharModel", "char_model"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class CharModel:
    """Five weights, in the order in which gradients are returned, and integer codes ``(time, batch)``.

    The input weight ``(vocabulary, gates * hidden)`` is a table of which a code picks a row.
    """

    weights: tuple[Array, ...]  # input, recurrent, bias, output, offset
    x: Array
    y: Array

    @property
    def sizes(self) -> tuple[int, int, int, int, int]:
        """Length, batch, vocabulary, hidden and the number of gates."""
        table, recurrent = self.weights[:2]
        hidden = len(recurrent)
        return (*self.x.shape, len(table), hidden, recurrent.shape[1] // hidden)


def char_model(
    hidden: int, gates: int, length: int = 50, batch: int = 32, vocabulary: int = 65, dtype: Any = np.float32
) -> CharModel:
    """Uniform weights as small as in practice, and random text."""
    rng = np.random.default_rng(0)

    def drawn(*shape: int, inputs: int) -> Array:
        return np.asarray(rng.uniform(-1, 1, shape) / np.sqrt(inputs), dtype)

    weights = (
        drawn(vocabulary, gates * hidden, inputs=hidden),
        drawn(hidden, gates * hidden, inputs=hidden),
        drawn(gates * hidden, inputs=hidden),
        drawn(hidden, vocabulary, inputs=hidden),
        drawn(vocabulary, inputs=hidden),
    )
    x, y = rng.integers(0, vocabulary, (2, length, batch))
    return CharModel(weights, x, y)
