"""The derivative of picking rows of a table: rows that came from the same one are summed."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["RowSums"]

Array = np.ndarray[Any, np.dtype[Any]]


class RowSums:
    """Buffers for *count* codes below *size*, and rows of *width* numbers.

    Rows are sorted by their codes; then every block of them is summed by a product with ones, which takes
    a fifth to a half of the time of a product with one-hot codes, of ``add.reduceat`` and of ``add.at``.
    """

    def __init__(self, count: int, size: int, width: int, dtype: Any = np.float32) -> None:
        self.ones = np.ones(count, dtype)
        self.sums = np.zeros((size, width), dtype)
        self.sorted = np.empty((count, width), dtype)

    def __call__(self, rows: Array, x: Array) -> Array:
        """The sum of the rows of each code."""
        order = np.argsort(x, kind="stable")
        np.take(rows, order, axis=0, out=self.sorted, mode="clip")
        ends = np.searchsorted(x[order], np.arange(len(self.sums)), side="right").tolist()
        start = 0
        for total, end in zip(self.sums, ends, strict=True):
            np.dot(self.ones[: end - start], self.sorted[start:end], out=total)
            start = end
        return self.sums
