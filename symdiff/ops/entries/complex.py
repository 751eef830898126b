"""Complex numbers: their parts, and derivatives of functions that are not holomorphic.

The derivative of a real function of complex numbers is the s for which it moves by Re(s dz): cotangents
are transposed and never conjugated, as in JAX. A gradient descent therefore goes along ``-conj(grad)``.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from symdiff.dtypes import DType, inexact, is_inexact
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, multiply
from symdiff.ops.cast import cast, stop_gradient
from symdiff.ops.einsum import scale
from symdiff.ops.operands import constant, full, promote
from symdiff.ops.powers import Inverse, reciprocal

__all__ = ["angle", "complex", "complex_dtype", "conj", "imag", "modulus", "phasor", "real", "real_dtype"]


def complex_dtype(dtype: DType) -> DType:
    """The complex type whose parts hold *dtype*: complex64 for float32.

    Examples
    --------
    >>> complex_dtype(np.dtype("float32")), complex_dtype(np.dtype(int))
    (dtype('complex64'), dtype('complex128'))
    """
    found: DType = np.result_type(inexact(dtype), np.complex64)
    return found


def real_dtype(dtype: DType) -> DType:
    """The type of the parts of a complex dtype; a real dtype itself."""
    found: DType = np.empty(0, dtype).real.dtype
    return found


class Complex(Elementwise):
    """x + 1j * y, of two real operands"""

    __slots__ = ()

    def infer_dtype(self) -> DType:
        return complex_dtype(super().infer_dtype())

    def compute(self, xp: Any, x: Any, y: Any) -> Any:
        result = xp.empty(xp.broadcast_shapes(xp.shape(x), xp.shape(y)), dtype=self.dtype)
        result.real, result.imag = x, y  # 1j * y would make NaN of an infinite y
        return result

    def vjp(self, k: int, g: Node) -> Node | None:
        return scale(imag(g), -1) if k else real(g)

    def jvp(self, k: int, dx: Node) -> Node | None:
        zero = full(dx.shape, 0, dx.dtype)
        return Complex(zero, dx) if k else Complex(dx, zero)


class Conj(Elementwise):
    """the complex conjugate of x"""

    __slots__ = ()
    ufunc = "conjugate"

    @property
    def melts(self) -> bool:
        return True

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        return conj(operands[0])

    def vjp(self, k: int, g: Node) -> Node | None:
        return conj(g)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return conj(dx)


class RealValued(Elementwise):
    """A real function of complex numbers, which moves by Re(s dz) where s is its partial derivative."""

    __slots__ = ()

    def infer_dtype(self) -> DType:
        return real_dtype(super().infer_dtype())

    def vjp(self, k: int, g: Node) -> Node | None:
        partial = self.partials()[k]
        return None if partial is None else multiply(g, partial)

    def jvp(self, k: int, dx: Node) -> Node | None:
        partial = self.partials()[k]
        return None if partial is None else real(multiply(dx, partial))


class Imag(RealValued):
    """the imaginary part of x"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.positive(xp.imag(x))  # a copy: a part is a view

    def partials(self) -> tuple[Node | None, ...]:
        return (full(self.shape, -1j, self.operands[0].dtype),)


class Modulus(RealValued):
    """|x| of complex x; flat at 0"""

    __slots__ = ()
    ufunc = "abs"

    def partials(self) -> tuple[Node | None, ...]:
        return (conj(phasor(self.operands[0])),)


class Angle(RealValued):
    """the argument of x, between -pi and pi; it has no derivative at 0"""

    __slots__ = ()

    def compute(self, xp: Any, x: Any) -> Any:
        return xp.arctan2(xp.imag(x), xp.real(x))

    def partials(self) -> tuple[Node | None, ...]:
        (x,) = self.operands
        return (scale(reciprocal(x), -1j) if x.dtype.kind == "c" else None,)


# --- the functions that check, broadcast and build ----------------------------------------------------


def complex(re: Any, im: Any) -> Node:
    """The complex number with real part *re* and imaginary part *im*, which are broadcast.

    Parameters
    ----------
    re, im : array_like
        Real numbers. float32 gives complex64, everything wider and integers complex128.

    Raises
    ------
    TypeError
        If a part is itself complex.
    ShapeError
        If the parts do not broadcast against each other.

    Examples
    --------
    >>> print(complex([1.0, 2.0], -1.0)())
    [1.-1.j 2.-1.j]
    """
    parts = promote(re, im)
    for name, part in zip(("real", "imaginary"), parts, strict=True):
        if part.dtype.kind == "c":
            raise TypeError(
                f"complex: the {name} part is {part.dtype} and would have to be real; add x + 1j * y instead"
            )
    shape = broadcast_shapes("complex", *[part.shape for part in parts])
    x, y = (broadcast_to(cast(part, inexact(part.dtype)), shape) for part in parts)
    return Complex(x, y)


def real(x: Any) -> Node:
    """The real part; a real operand itself.

    Examples
    --------
    >>> print(real([1 + 2j, 3.0])())
    [1. 3.]
    """
    x = constant(x)
    return cast(x, real_dtype(x.dtype))


def imag(x: Any) -> Node:
    """The imaginary part; zeros for a real operand.

    Examples
    --------
    >>> print(imag([1 + 2j, 3.0])())
    [2. 0.]
    """
    x = constant(x)
    return Imag(x) if x.dtype.kind == "c" else full(x.shape, 0, x.dtype)


def conj(x: Any) -> Node:
    """The complex conjugate; a real operand itself.

    Examples
    --------
    >>> print(conj([1 + 2j, 3.0])())
    [1.-2.j 3.-0.j]
    """
    x = constant(x)
    if isinstance(x, Conj):
        return x.operands[0]
    return Conj(x) if x.dtype.kind == "c" else x


def angle(x: Any, deg: bool = False) -> Node:
    """The argument of a complex number, in radians or degrees; 0 or pi for a real one.

    The derivative is that of Im(log x), with no value at 0; by a real operand it is zero.

    Parameters
    ----------
    x : array_like
    deg : bool
        Whether the result is in degrees.

    Examples
    --------
    >>> print(angle([1.0, 1j, -1.0], deg=True)())
    [  0.  90. 180.]
    """
    x = constant(x)
    if not is_inexact(x.dtype):
        x = cast(x, inexact(x.dtype))
    found = Angle(x if x.dtype.kind == "c" else stop_gradient(x))
    return scale(found, 180 / math.pi) if deg else found


def modulus(x: Node) -> Node:
    """|x| of a complex node; its derivative at 0 is 0."""
    return Modulus(x)


def phasor(x: Node) -> Node:
    """x / |x| of a complex node, and 0 at 0."""
    return multiply(x, cast(Inverse(Modulus(x)), x.dtype))
