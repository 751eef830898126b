"""The gradient of a network of dense layers with relu and a softmax head."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from by_hand.softmax_head import SoftmaxHead

__all__ = ["MLP", "mlp_products"]

Array = np.ndarray[Any, np.dtype[Any]]


class MLP:
    """Weights and offsets of all layers, images ``(batch, inputs)`` and integer classes."""

    def __init__(self, weights: Sequence[Array], offsets: Sequence[Array], x: Array, y: Array) -> None:
        self.weights, self.offsets, self.x, self.y = weights, offsets, x, y
        rows = len(x)
        self.hidden = [np.empty((rows, len(b)), x.dtype) for b in offsets[:-1]]
        self.back = [np.empty_like(h) for h in self.hidden]
        self.turned = [np.empty(h.shape[::-1], x.dtype) for h in self.hidden[:-1]]
        self.open = [np.empty(h.shape, bool) for h in self.hidden]
        self.ones = np.ones(rows, x.dtype)
        self.head = SoftmaxHead(rows, len(weights[-1]), weights[-1].shape[1], x.dtype)
        self.d_weights = [np.empty_like(w) for w in weights[:-1]]
        self.d_offsets = [np.empty_like(b) for b in offsets[:-1]]

    def __call__(self) -> list[Any]:
        """The loss, then the derivative by each weight and offset, layer by layer."""
        below = self.x
        for weight, offset, h in zip(self.weights, self.offsets, self.hidden, strict=False):
            np.dot(below, weight, out=h)
            np.add(h, offset, out=h)
            np.maximum(h, 0, out=h)
            below = h
        loss = self.head(below, self.weights[-1], self.offsets[-1], self.y)
        d = self.head.d_input
        for k in reversed(range(len(self.hidden))):
            np.greater(self.hidden[k], 0, out=self.open[k])
            np.multiply(d, self.open[k], out=self.back[k])
            d = self.back[k]
            np.dot((self.hidden[k - 1] if k else self.x).T, d, out=self.d_weights[k])
            np.dot(self.ones, d, out=self.d_offsets[k])
            if k:  # the transposed product takes half the time for few rows
                d = np.dot(self.weights[k], d.T, out=self.turned[k - 1]).T
        pairs = zip(self.d_weights, self.d_offsets, strict=True)
        inner = [array for pair in pairs for array in pair]
        return [loss, *inner, self.head.d_weight, self.head.d_offset]


def mlp_products(weights: Sequence[Array], x: Array) -> Any:
    """A call that does the matrix products of the same, and nothing else."""
    layers = [x, *(np.ones((len(x), w.shape[1]), x.dtype) for w in weights)]
    ahead, back = [np.empty_like(h) for h in layers], [np.empty(h.shape[::-1], x.dtype) for h in layers]
    d_weights = [np.empty_like(w) for w in weights]

    def call() -> None:
        for k, weight in enumerate(weights):
            np.dot(layers[k], weight, out=ahead[k + 1])
        for k in reversed(range(len(weights))):
            np.dot(layers[k].T, layers[k + 1], out=d_weights[k])
            if k:
                np.dot(weights[k], layers[k + 1].T, out=back[k])

    return call
