"""The trace of a product of matrices, in a batch, and its gradient by each of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["ring"]

Array = np.ndarray[Any, np.dtype[Any]]


def ring(operands: Sequence[Array]) -> Callable[[], list[Any]]:
    """Six batches of matrices: twelve batched products in all, by products of pairs and of pairs of pairs."""
    a, b, c, d, e, f = operands
    turned = [m.transpose(0, 2, 1) for m in operands]
    pairs = [np.empty_like(a) for _ in range(3)]
    quads = [np.empty_like(a) for _ in range(3)]
    gradients = [np.empty_like(a) for _ in range(6)]

    def call() -> list[Any]:
        for k, (one, two) in enumerate(((a, b), (c, d), (e, f))):
            np.matmul(one, two, out=pairs[k])
        for k in range(3):  # of everything but the pair before: without the first, the second, the third
            np.matmul(pairs[(k + 1) % 3], pairs[(k + 2) % 3], out=quads[k])
        for k in range(3):  # d trace(A B Q) / dA = (B Q).T and d / dB = (Q A).T
            rest = quads[k].transpose(0, 2, 1)
            np.matmul(rest, turned[2 * k + 1], out=gradients[2 * k])
            np.matmul(turned[2 * k], rest, out=gradients[2 * k + 1])
        return [np.vdot(a, gradients[0]), *gradients]

    return call
