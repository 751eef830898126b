"""Discrete Fourier transforms: linear maps, each with a transform as its transpose.

The matrix of a transform is symmetric, so `Fourier` is its own transpose. That of half a spectrum of
real numbers is the way back, with the frequencies that stand for two of them weighted.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dims import Dim, Shape, Size
from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import multiply
from symdiff.ops.entries.complex import complex_dtype, conj, real_dtype
from symdiff.ops.operands import constant

__all__ = ["Fourier", "FromHalfSpectrum", "HalfSpectrum"]

SWAPPED = {"backward": "forward", "forward": "backward", "ortho": "ortho"}


def fourier_flops(shape: Any, axes: tuple[int, ...]) -> int:
    """5 n log2 n operations along every axis of length n (Van Loan, "Computational Frameworks", 1992)."""
    each = sum(math.ceil(5 * math.log2(max(shape[axis], 1))) for axis in axes)
    return int(math.prod(shape) * each)


class Fourier(Linear):
    """the sums of x times exp(-2 pi i j k / n) along axes, or its inverse"""

    __slots__ = ()
    axes: tuple[int, ...]  # counted from the end
    inverse: bool
    scaling: str

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def flops(self) -> int:
        """Those of a transform of complex numbers along each of the axes."""
        return fourier_flops(self.shape, self.axes)

    def compute(self, xp: Any, x: Any) -> Any:
        function = xp.fft.ifftn if self.inverse else xp.fft.fftn
        return function(x, axes=self.axes, norm=self.scaling)

    def transposed(self, k: int, g: Node) -> Node:
        return Fourier(g, axes=self.axes, inverse=self.inverse, scaling=self.scaling)


class HalfSpectrum(Linear):
    """the transform of real x along one axis, up to half the number of frequencies"""

    __slots__ = ()
    axis: int  # counted from the end
    scaling: str

    def infer_shape(self) -> Shape:
        shape = self.operands[0].shape
        return with_size(shape, self.axis, known(shape[self.axis]) // 2 + 1)

    def infer_dtype(self) -> DType:
        return complex_dtype(super().infer_dtype())

    def flops(self) -> int:
        """Half of what complex numbers take."""
        return fourier_flops(self.operands[0].shape, (self.axis,)) // 2

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.fft.rfft(x, axis=self.axis, norm=self.scaling)

    def transposed(self, k: int, g: Node) -> Node:
        """Re(sum over k of g[k] exp(-2 pi i j k / n)), as half of twice that sum"""
        count = known(self.operands[0].shape[self.axis])
        weighted = multiply(conj(g), _weights(1 / 2, count, self.axis, g.dtype))
        return FromHalfSpectrum(weighted, axis=self.axis, count=count, scaling=SWAPPED[self.scaling])


class FromHalfSpectrum(Linear):
    """the *count* real numbers whose transform along one axis has x as its first half"""

    __slots__ = ()
    axis: int  # counted from the end
    count: int
    scaling: str

    def infer_shape(self) -> Shape:
        return with_size(self.operands[0].shape, self.axis, self.count)

    def infer_dtype(self) -> DType:
        return real_dtype(super().infer_dtype())

    def flops(self) -> int:
        """Half of what complex numbers take."""
        return fourier_flops(self.shape, (self.axis,)) // 2

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.fft.irfft(x, self.count, axis=self.axis, norm=self.scaling)

    def transposed(self, k: int, g: Node) -> Node:
        spectrum = HalfSpectrum(g, axis=self.axis, scaling=SWAPPED[self.scaling])
        return multiply(conj(spectrum), _weights(2, self.count, self.axis, spectrum.dtype))


def _weights(inner: float, count: int, axis: int, dtype: DType) -> Node:
    """1 for the frequencies that are their own mirror image, *inner* for the others."""
    weights = np.full(count // 2 + 1, inner, dtype)
    weights[0] = 1
    if count % 2 == 0:
        weights[-1] = 1
    return constant(weights.reshape((-1,) + (1,) * (-axis - 1)))


def with_size(shape: Shape, axis: int, size: Size) -> Shape:
    """*shape* with another size along an axis."""
    places = list(shape)
    places[axis] = size
    return tuple(places)


def known(size: Size) -> int:
    """A size that is a number; the functions in `symdiff.ops.signals.spectra` have seen to that."""
    assert not isinstance(size, Dim)
    return size
