"""Layers that bring their input to mean 0 and variance 1, and then to a learned mean and scale."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.broadcast import normal_axes
from symdiff.ops.cast import stop_gradient
from symdiff.ops.contractions import mean
from symdiff.ops.leaves import Variable
from symdiff.ops.powers import reciprocal, sqrt

__all__ = ["BatchNorm", "LayerNorm"]


def standardised(x: Node, centre: Node, spread: Node, epsilon: float) -> Node:
    """(x - centre) / sqrt(spread + epsilon); *epsilon* is part of the layer's definition."""
    return (x - centre) * reciprocal(sqrt(spread + epsilon))


class LayerNorm(Module):
    """Normalisation of every slice along the last axis (Ba, Kiros and Hinton 2016).

    Parameters
    ----------
    features : int
        The size of the last axis; scale and offset are ``(features,)``.
    epsilon : float
        Added to the variance.

    Examples
    --------
    >>> import symdiff as sd
    >>> layer = LayerNorm(3)
    >>> print(layer(sd.constant([[1.0, 2.0, 3.0]]))().round(3))
    [[-1.225  0.     1.225]]
    """

    def __init__(
        self, features: int, epsilon: float = 1e-5, *, dtype: Any = float, name: str | None = None
    ) -> None:
        super().__init__(name)
        self.epsilon = epsilon
        self.scale = Variable(np.ones(features, dtype), f"{self.name}_scale")
        self.offset = Variable(np.zeros(features, dtype), f"{self.name}_offset")

    def forward(self, x: Node) -> Node:
        """``(..., features)`` to the same shape."""
        centre = mean(x, -1, keepdims=True)
        spread = mean((x - centre) ** 2, -1, keepdims=True)
        return standardised(x, centre, spread, self.epsilon) * self.scale + self.offset


class BatchNorm(Module):
    """Normalisation of every feature over the batch and all other axes (Ioffe and Szegedy 2015).

    While training, the statistics are those of the input, and `updates` says how the running ones
    follow; otherwise the running ones are used.

    Parameters
    ----------
    features : int
        The size of the feature axis; scale, offset and both running statistics are ``(features,)``.
    axis : int
        The feature axis: -1 for channels last, 1 for channels first.
    epsilon : float
        Added to the variance.
    decay : float
        How much of a running statistic stays at each step.

    Examples
    --------
    >>> import symdiff as sd
    >>> layer = BatchNorm(2, decay=0.9)
    >>> x = sd.Placeholder((None, 2), name="x")
    >>> step = sd.compile(layer(x), [x], updates=layer.updates(x))
    >>> print(step([[1, 10], [3, 30]]).round(2), layer.mean.value)
    [[-1. -1.]
     [ 1.  1.]] [0.2 2. ]
    """

    def __init__(
        self,
        features: int,
        axis: int = -1,
        epsilon: float = 1e-3,
        decay: float = 0.999,
        *,
        dtype: Any = float,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        self.axis, self.epsilon, self.decay = axis, epsilon, decay
        self.scale = Variable(np.ones(features, dtype), f"{self.name}_scale")
        self.offset = Variable(np.zeros(features, dtype), f"{self.name}_offset")
        self.mean = Variable(np.zeros(features, dtype), f"{self.name}_mean", trainable=False)
        self.variance = Variable(np.ones(features, dtype), f"{self.name}_variance", trainable=False)

    def forward(self, x: Node, training: bool = True) -> Node:
        """The shape of *x*; *training* chooses between the statistics of *x* and the running ones."""
        centre, spread = self.statistics(x) if training else (self.mean, self.variance)
        centre, spread, scale, offset = (
            self._placed(x, part) for part in (centre, spread, self.scale, self.offset)
        )
        return standardised(x, centre, spread, self.epsilon) * scale + offset

    def statistics(self, x: Node) -> tuple[Node, Node]:
        """Mean and variance of each feature, ``(features,)``."""
        (axis,) = normal_axes("BatchNorm", self.axis, x.ndim)
        others = tuple(k for k in range(x.ndim) if k != axis)
        centre = mean(x, others)
        return centre, mean((x - self._placed(x, centre)) ** 2, others)

    def updates(self, x: Node) -> dict[Variable, Node]:
        """The running statistics after a training step on *x*, for `compile`."""
        kept, moved = self.decay, 1 - self.decay
        return {
            running: kept * running + moved * stop_gradient(current)
            for running, current in zip((self.mean, self.variance), self.statistics(x), strict=True)
        }

    def _placed(self, x: Node, part: Node) -> Node:
        """A part ``(features,)`` with its axis where *x* has the features."""
        (axis,) = normal_axes("BatchNorm", self.axis, x.ndim)
        return part.reshape(-1, *(1,) * (x.ndim - axis - 1))
