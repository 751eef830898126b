"""What divides the derivatives of eigenvectors: the gaps between eigenvalues."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.node import Node
from symdiff.ops.contractions import einsum
from symdiff.ops.einsum import scale

__all__ = ["InverseGaps"]

ULPS = 8  # gaps that many units in the last place of the sum of all sizes are rounding


class InverseGaps(Node):
    """f_ij = 1 / (w_j - w_i) for all pairs along the last axis, and 0 between equal entries

    Computed values that mean the same number differ by rounding, so gaps of that size are none. The
    derivative is a polynomial of f, so it is 0 there as well, to every order.
    """

    __slots__ = ()

    def infer_shape(self) -> Shape:
        shape = self.operands[0].shape
        return (*shape, shape[-1])

    def compute(self, xp: Any, w: Any) -> Any:
        gaps = w[..., None, :] - w[..., :, None]
        rounding = ULPS * np.finfo(w.dtype).eps * xp.sum(xp.abs(w), -1)
        same = xp.abs(gaps) <= rounding[..., None, None]
        one = xp.ones((), w.dtype)
        return xp.where(same, one - one, one / xp.where(same, one, gaps))

    def vjp(self, k: int, g: Node) -> Node | None:
        moved = g * self * self
        return einsum("...ij->...i", moved) - einsum("...ij->...j", moved)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return scale((dx[..., None, :] - dx[..., :, None]) * self * self, -1)
