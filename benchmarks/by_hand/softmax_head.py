"""A dense layer to logits and the mean cross-entropy with integer codes, with all derivatives."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["SoftmaxHead"]

Array = np.ndarray[Any, np.dtype[Any]]


class SoftmaxHead:
    """Buffers for *rows* rows of *inputs* numbers and so many classes."""

    def __init__(self, rows: int, inputs: int, classes: int, dtype: Any = np.float32) -> None:
        self.p = np.empty((rows, classes), dtype)
        self.column = np.empty((rows, 1), dtype)
        self.ones = np.ones(rows, dtype)
        self.rows = np.arange(rows)
        self.share = self.p.dtype.type(1 / rows)
        self.d_weight = np.empty((inputs, classes), dtype)
        self.d_offset = np.empty(classes, dtype)
        self.d_input = np.empty((rows, inputs), dtype)

    def __call__(self, x: Array, weight: Array, offset: Array, y: Array) -> Any:
        """The loss; the derivatives are then in ``d_input``, ``d_weight`` and ``d_offset``."""
        p, column = self.p, self.column
        np.dot(x, weight, out=p)
        np.add(p, offset, out=p)
        np.maximum.reduce(p, axis=1, keepdims=True, out=column)
        np.subtract(p, column, out=p)
        chosen = p[self.rows, y]
        np.exp(p, out=p)
        np.add.reduce(p, axis=1, keepdims=True, out=column)
        loss = (np.log(column[:, 0]) - chosen).mean()
        np.divide(self.share, column, out=column)
        np.multiply(p, column, out=p)
        p[self.rows, y] -= self.share
        np.dot(x.T, p, out=self.d_weight)
        np.dot(self.ones, p, out=self.d_offset)
        np.dot(p, weight.T, out=self.d_input)
        return loss
