"""One gradient of a small convolutional network against im2col and matrix products written by hand.

Batch 64, images 28 x 28, two layers of 3 x 3 kernels with 16 and 32 channels, each followed by relu and
2 x 2 max pooling, and a dense layer to 10 classes: the loss and all gradients, channels last.
"""

from __future__ import annotations

from harness import agree, compare  # first, since it pins the BLAS threads

from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

import symdiff as sd

BATCH, SIZE, CHANNELS, CLASSES = 64, 28, (16, 32), 10


class ByHand:
    """The same network with every derivative written out."""

    def __init__(self, weights: list[np.ndarray]) -> None:
        self.weights = weights

    def convolve(self, x: np.ndarray, kernel: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """A convolution with a border of zeros, (batch, height, width, channels), and its columns."""
        n, h, w, c = x.shape
        padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
        windows = sliding_window_view(padded, (3, 3), (1, 2))  # (n, h, w, c, 3, 3)
        columns = windows.transpose(0, 1, 2, 4, 5, 3).reshape(n * h * w, 9 * c)
        return (columns @ kernel.reshape(9 * c, -1)).reshape(n, h, w, -1), columns

    def convolve_back(self, g: np.ndarray, kernel: np.ndarray, columns: np.ndarray, into: bool) -> Any:
        """The gradients by the kernel and, if asked for, by the input."""
        n, h, w, k = g.shape
        flat = g.reshape(-1, k)
        d_kernel = (columns.T @ flat).reshape(kernel.shape)
        if not into:
            return d_kernel, None
        c = kernel.shape[2]
        spread = (flat @ kernel.reshape(9 * c, k).T).reshape(n, h, w, 3, 3, c)
        padded = np.zeros((n, h + 2, w + 2, c), g.dtype)
        for i in range(3):
            for j in range(3):
                padded[:, i : i + h, j : j + w] += spread[:, :, :, i, j]
        return d_kernel, padded[:, 1:-1, 1:-1]

    def pool(self, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Largest entries of blocks of 2 x 2, and which entries they are."""
        n, h, w, c = x.shape
        blocks = x.reshape(n, h // 2, 2, w // 2, 2, c)
        top = blocks.max(axis=(2, 4))
        return top, blocks == top[:, :, None, :, None]

    def pool_back(self, g: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """The cotangent at the largest entries, shared where they tie."""
        share = g / chosen.sum(axis=(2, 4), dtype=g.dtype)
        n, h, _, w, _, c = chosen.shape
        return (chosen * share[:, :, None, :, None]).reshape(n, 2 * h, 2 * w, c)

    def gradients(self, x: np.ndarray, y: np.ndarray) -> list[Any]:
        """The loss, and its derivative by each weight."""
        first, second, dense = self.weights
        a, columns_a = self.convolve(x, first)
        pooled_a, chosen_a = self.pool(np.maximum(a, 0))
        b, columns_b = self.convolve(pooled_a, second)
        pooled_b, chosen_b = self.pool(np.maximum(b, 0))
        flat = pooled_b.reshape(len(x), -1)
        scores = flat @ dense
        scores -= scores.max(axis=1, keepdims=True)
        p = np.exp(scores)
        p /= p.sum(axis=1, keepdims=True)
        rows = np.arange(len(p))
        loss = -np.log(p[rows, y]).mean()
        p[rows, y] -= 1
        p /= len(p)
        d_dense = flat.T @ p
        g = self.pool_back((p @ dense.T).reshape(pooled_b.shape), chosen_b) * (b > 0)
        d_second, g = self.convolve_back(g, second, columns_b, into=True)
        g = self.pool_back(g, chosen_a) * (a > 0)
        d_first, _ = self.convolve_back(g, first, columns_a, into=False)
        return [loss, d_first, d_second, d_dense]


def network(x: sd.Node, y: sd.Node, weights: list[sd.Variable]) -> sd.Node:
    """The loss of the network."""
    first, second, dense = weights
    for kernel in (first, second):
        x = sd.relu(sd.conv2d(x, kernel, padding="same", layout="NHWC"))
        x = sd.max_pool2d(x, 2, layout="NHWC")
    return sd.softmax_cross_entropy(x.reshape(BATCH, -1) @ dense, y).mean()


def run() -> None:
    """Build both sides, check that they agree, and time them."""
    rng = np.random.default_rng(0)
    shapes = [(3, 3, 1, 16), (3, 3, 16, 32), (7 * 7 * 32, CLASSES)]
    arrays = [(rng.normal(size=s) / np.sqrt(np.prod(s[:-1]))).astype(np.float32) for s in shapes]
    weights = [sd.Variable(array, f"w{k}") for k, array in enumerate(arrays)]
    x = sd.Placeholder((BATCH, SIZE, SIZE, 1), np.float32, "x")
    y = sd.Placeholder((BATCH,), int, "y")
    loss = network(x, y, weights)
    step = sd.compile([loss, *sd.grad(loss, weights)], [x, y])

    images = rng.normal(size=x.shape).astype(np.float32)
    labels = rng.integers(0, CLASSES, BATCH)
    by_hand = ByHand(arrays)
    agree(step(images, labels), by_hand.gradients(images, labels), 2e-4)
    sides = {
        "by hand": lambda: by_hand.gradients(images, labels),
        "symdiff": lambda: step(images, labels),
    }
    compare("two convolutions, float32", sides, base="by hand", rounds=12)


if __name__ == "__main__":
    run()
