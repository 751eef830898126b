"""Adam's update in place, with two buffers per weight."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

__all__ = ["Adam"]

Array = np.ndarray[Any, np.dtype[Any]]


class Adam:
    """Kingma and Ba, "Adam: a method for stochastic optimization", 2015."""

    def __init__(
        self, weights: Sequence[Array], rate: float, b1: float = 0.9, b2: float = 0.999, epsilon: float = 1e-8
    ) -> None:
        self.weights, self.rate, self.b1, self.b2, self.epsilon = weights, rate, b1, b2, epsilon
        self.first, self.second = ([np.zeros_like(w) for w in weights] for _ in range(2))
        self.scratch = [np.empty_like(w) for w in weights]
        self.steps = 0

    def __call__(self, gradients: Sequence[Array]) -> None:
        """One step; the gradients are overwritten."""
        self.steps += 1
        shrink, grow = 1 - self.b1**self.steps, 1 - self.b2**self.steps
        everything = zip(self.weights, self.first, self.second, self.scratch, gradients, strict=True)
        for w, m, v, a, g in everything:
            np.multiply(g, 1 - self.b1, out=a)
            np.multiply(m, self.b1, out=m)
            np.add(m, a, out=m)
            np.multiply(g, g, out=g)
            np.multiply(g, 1 - self.b2, out=g)
            np.multiply(v, self.b2, out=v)
            np.add(v, g, out=v)
            np.multiply(v, 1 / grow, out=a)
            np.sqrt(a, out=a)
            np.add(a, self.epsilon, out=a)
            np.divide(m, a, out=a)
            np.multiply(a, self.rate / shrink, out=a)
            np.subtract(w, a, out=w)
