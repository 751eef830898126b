"""Two convolutions with relu and pooling and a dense layer, by columns of patches and matrix products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from by_hand.softmax_head import SoftmaxHead

__all__ = ["Convolutions"]

Array = np.ndarray[Any, np.dtype[Any]]


class Block:
    """A 3 x 3 convolution with a border of zeros, 2 x 2 max pooling and relu; channels last.

    Relu and the maximum commute, so it is taken of a quarter of the entries. Where entries of a patch tie
    for the maximum, which random numbers do not, all of them get the cotangent.
    """

    def __init__(self, kernel: Array, batch: int, size: int) -> None:
        *_, inputs, outputs = kernel.shape
        dtype = kernel.dtype
        self.kernel = kernel.reshape(9 * inputs, outputs)
        self.padded = np.zeros((batch, size + 2, size + 2, inputs), dtype)
        self.windows = sliding_window_view(self.padded, (3, 3), (1, 2)).transpose(0, 1, 2, 4, 5, 3)
        self.patches = np.empty((batch, size, size, 3, 3, inputs), dtype)
        self.columns = self.patches.reshape(-1, 9 * inputs)
        self.values, self.d_values = (np.empty((batch, size, size, outputs), dtype) for _ in range(2))
        self.pooled = np.empty((batch, size // 2, size // 2, outputs), dtype)
        self.second = np.empty_like(self.pooled)
        self.mask = np.empty(self.pooled.shape, bool)
        self.d_kernel = np.empty_like(kernel)
        self.spread = np.empty_like(self.patches)
        self.d_padded = np.empty_like(self.padded)

    def corners(self, array: Array) -> list[Array]:
        """Each patch's upper left entries, upper right, lower left and lower right."""
        return [array[:, i::2, j::2] for i in (0, 1) for j in (0, 1)]

    def forward(self, x: Array) -> Array:
        """The block's output, ``(batch, size / 2, size / 2, outputs)``."""
        np.copyto(self.padded[:, 1:-1, 1:-1], x)
        np.copyto(self.patches, self.windows)
        np.dot(self.columns, self.kernel, out=self.values.reshape(-1, self.kernel.shape[1]))
        a, b, c, d = self.corners(self.values)
        np.maximum(a, b, out=self.pooled)
        np.maximum(c, d, out=self.second)
        np.maximum(self.pooled, self.second, out=self.pooled)
        return np.maximum(self.pooled, 0, out=self.second)

    def backward(self, d: Array, into: bool) -> Array:
        """From the derivative by the output to that by the kernel, and to that by the input if asked for."""
        np.greater(self.pooled, 0, out=self.mask)
        np.multiply(d, self.mask, out=self.second)
        for value, d_value in zip(self.corners(self.values), self.corners(self.d_values), strict=True):
            np.equal(value, self.pooled, out=self.mask)
            np.multiply(self.second, self.mask, out=d_value)
        flat = self.d_values.reshape(-1, self.kernel.shape[1])
        np.dot(self.columns.T, flat, out=self.d_kernel.reshape(self.kernel.shape))
        if into:
            np.dot(flat, self.kernel.T, out=self.spread.reshape(self.columns.shape))
            size = self.values.shape[1]
            self.d_padded[...] = 0
            for i in range(3):
                for j in range(3):
                    part = self.d_padded[:, i : i + size, j : j + size]
                    np.add(part, self.spread[:, :, :, i, j], out=part)
        return self.d_padded[:, 1:-1, 1:-1]


class Convolutions:
    """Two such blocks and a dense layer to the classes."""

    def __init__(self, weights: Sequence[Array], x: Array, y: Array) -> None:
        first, second, self.dense = weights
        self.x, self.y = x, y
        batch, size = x.shape[:2]
        self.blocks = Block(first, batch, size), Block(second, batch, size // 2)
        self.head = SoftmaxHead(batch, len(self.dense), self.dense.shape[1], self.dense.dtype)
        self.offset = np.zeros(self.dense.shape[1], self.dense.dtype)

    def __call__(self) -> list[Any]:
        """The loss, and its derivative by each weight."""
        one, two = self.blocks
        h = two.forward(one.forward(self.x))
        loss = self.head(h.reshape(len(h), -1), self.dense, self.offset, self.y)
        d = two.backward(self.head.d_input.reshape(h.shape), into=True)
        one.backward(d, into=False)
        return [loss, one.d_kernel, two.d_kernel, self.head.d_weight]
