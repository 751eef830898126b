"""The names of NumPy's Fourier transforms: lengths, axes, scaling and shifts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import Dim, Size, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.entries.complex import complex_dtype, real_dtype
from symdiff.ops.operands import constant
from symdiff.ops.shape.shaping import Range, concatenate, place, slice_ranges, whole
from symdiff.ops.signals.fourier import SWAPPED, Fourier, FromHalfSpectrum, HalfSpectrum

__all__ = [
    "fft",
    "fft2",
    "fftn",
    "fftshift",
    "ifft",
    "ifft2",
    "ifftn",
    "ifftshift",
    "irfft",
    "irfft2",
    "irfftn",
    "rfft",
    "rfft2",
    "rfftn",
]

Axes = int | Sequence[int] | None
Sizes = int | Sequence[int] | None


def fft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Node:
    """The discrete Fourier transform along one axis, as `numpy.fft.fft`.

    Parameters
    ----------
    x : array_like
        Real or complex. float16, float32 and complex64 give complex64, all others complex128.
    n : int, optional
        The length of the axis: *x* is cut, or filled up with zeros, to have it.
    axis : int
    norm : "backward", "ortho" or "forward"
        What is divided by n, or each way by its square root: the inverse, both, or this.

    Returns
    -------
    Node
        Complex, of the shape of *x* with *n* entries along *axis*.

    Raises
    ------
    ShapeError
        If the axis does not exist, has no entries, or *n* is not positive.
    ValueError
        If *norm* is none of the three.

    Examples
    --------
    >>> print(fft([1.0, 0.0, 0.0, 0.0])())
    [1.+0.j 1.+0.j 1.+0.j 1.+0.j]
    """
    return _transform("fft", x, n, axis, norm)


def ifft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Node:
    """The inverse of `fft`.

    Examples
    --------
    >>> print(ifft([4.0, 0.0, 0.0, 0.0])())
    [1.+0.j 1.+0.j 1.+0.j 1.+0.j]
    """
    return _transform("ifft", x, n, axis, norm)


def fftn(x: Any, s: Sizes = None, axes: Axes = None, norm: str = "backward") -> Node:
    """The discrete Fourier transform along several axes, all by default; *s* are their lengths.

    Examples
    --------
    >>> print(fftn([[1.0, 0.0], [0.0, 0.0]])())
    [[1.+0.j 1.+0.j]
     [1.+0.j 1.+0.j]]
    """
    return _transform("fftn", x, s, axes, norm)


def ifftn(x: Any, s: Sizes = None, axes: Axes = None, norm: str = "backward") -> Node:
    """The inverse of `fftn`."""
    return _transform("ifftn", x, s, axes, norm)


def fft2(x: Any, s: Sizes = None, axes: Sequence[int] = (-2, -1), norm: str = "backward") -> Node:
    """`fftn` along the last two axes."""
    return _transform("fft2", x, s, axes, norm)


def ifft2(x: Any, s: Sizes = None, axes: Sequence[int] = (-2, -1), norm: str = "backward") -> Node:
    """The inverse of `fft2`."""
    return _transform("ifft2", x, s, axes, norm)


def rfft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Node:
    """The transform of real numbers: the first n // 2 + 1 frequencies, which say it all.

    Parameters are those of `fft`; *x* is real.

    Raises
    ------
    TypeError
        If *x* is complex.
    ShapeError
        As for `fft`, and if the axis has a symbolic size.

    Examples
    --------
    >>> print(rfft([1.0, 0.0, 0.0, 0.0])())
    [1.+0.j 1.+0.j 1.+0.j]
    """
    return _half("rfft", x, n, axis, norm)


def rfftn(x: Any, s: Sizes = None, axes: Axes = None, norm: str = "backward") -> Node:
    """`rfft` along the last one of *axes*, then `fft` along the others."""
    return _half("rfftn", x, s, axes, norm)


def rfft2(x: Any, s: Sizes = None, axes: Sequence[int] = (-2, -1), norm: str = "backward") -> Node:
    """`rfftn` along the last two axes."""
    return _half("rfft2", x, s, axes, norm)


def irfft(x: Any, n: int | None = None, axis: int = -1, norm: str = "backward") -> Node:
    """The *n* real numbers whose `rfft` is *x*; 2 * (size - 1) of them by default.

    The imaginary parts of frequency 0, and of the last one where *n* is even, have no effect.

    Examples
    --------
    >>> print(irfft([4.0, 0.0, 0.0])())
    [1. 1. 1. 1.]
    """
    return _from_half("irfft", x, n, axis, norm)


def irfftn(x: Any, s: Sizes = None, axes: Axes = None, norm: str = "backward") -> Node:
    """The inverse of `rfftn`."""
    return _from_half("irfftn", x, s, axes, norm)


def irfft2(x: Any, s: Sizes = None, axes: Sequence[int] = (-2, -1), norm: str = "backward") -> Node:
    """The inverse of `rfft2`."""
    return _from_half("irfft2", x, s, axes, norm)


def fftshift(x: Any, axes: Axes = None) -> Node:
    """Frequency 0 moved to the middle of *axes*, all by default.

    Examples
    --------
    >>> print(fftshift([0, 1, 2, -2, -1])())
    [-2 -1  0  1  2]
    """
    return _shifted("fftshift", x, axes, 1)


def ifftshift(x: Any, axes: Axes = None) -> Node:
    """The inverse of `fftshift`, which differs for odd sizes."""
    return _shifted("ifftshift", x, axes, 0)


# --- checking and building ------------------------------------------------------------------------------


def _transform(name: str, x: Any, s: Sizes, axes: Axes, norm: str) -> Node:
    node = constant(x)
    places = _places(name, node, s, axes, norm)
    node = cast(node, complex_dtype(node.dtype))
    node = _resized(name, node, places, s)
    if not places:
        return node
    return Fourier(node, axes=places, inverse=name[0] == "i", scaling=norm)


def _half(name: str, x: Any, s: Sizes, axes: Axes, norm: str) -> Node:
    node = constant(x)
    if node.dtype.kind == "c":
        raise TypeError(f"{name}: the operand is {node.dtype} and would have to be real; call {name[1:]}")
    *others, last = _places(name, node, s, axes, norm, last=True)
    node = cast(node, real_dtype(complex_dtype(node.dtype)))
    node = _resized(name, node, (*others, last), s)
    _known_size(name, node, last)
    half = HalfSpectrum(node, axis=last, scaling=norm)
    return Fourier(half, axes=tuple(others), inverse=False, scaling=norm) if others else half


def _from_half(name: str, x: Any, s: Sizes, axes: Axes, norm: str) -> Node:
    node = constant(x)
    *others, last = _places(name, node, s, axes, norm, last=True)
    node = cast(node, complex_dtype(node.dtype))
    lengths = _lengths(s)
    count = 2 * (_known_size(name, node, last) - 1) if lengths is None else lengths[-1]
    if count < 1:
        raise ShapeError(f"{name}: axis {last} has size 1, which leaves no entries; pass n=1")
    halves = None if lengths is None else [*lengths[:-1], count // 2 + 1]
    node = _resized(name, node, (*others, last), halves)
    if others:
        node = Fourier(node, axes=tuple(others), inverse=True, scaling=norm)
    return FromHalfSpectrum(node, axis=last, count=count, scaling=norm)


def _lengths(s: Sizes) -> list[int] | None:
    return None if s is None else list(s) if isinstance(s, Sequence) else [s]


def _places(name: str, x: Node, s: Sizes, axes: Axes, norm: str, last: bool = False) -> tuple[int, ...]:
    """The axes to transform, counted from the end, once everything that was asked for is checked."""
    if norm not in SWAPPED:
        raise ValueError(f"{name}: norm is {norm!r} and would have to be one of {', '.join(SWAPPED)}")
    lengths = _lengths(s)
    if axes is None and lengths is not None:
        axes = range(-len(lengths), 0)
    places = tuple(axis - x.ndim for axis in normal_axes(name, axes, x.ndim))
    if lengths is not None and len(lengths) != len(places):
        raise ShapeError(
            f"{name}: {len(lengths)} lengths are given for {len(places)} axes; give one for each"
        )
    if last and not places:
        raise ShapeError(f"{name}: there is no axis to transform; the operand has {x.ndim} axes")
    for k, axis in enumerate(places):
        length = x.shape[axis] if lengths is None else lengths[k]
        if isinstance(length, bool) or not isinstance(length, int | Dim):
            raise TypeError(f"{name}: a length is an int, not {length!r}")
        if isinstance(length, int) and length < 1:
            raise ShapeError(
                f"{name}: {length} entries along axis {axis}, and at least 1 is needed; pass another length"
            )
    return places


def _resized(name: str, x: Node, places: Sequence[int], s: Sizes) -> Node:
    """*x* cut or filled up with zeros to the lengths that are given."""
    for axis, length in zip(places, _lengths(s) or (), strict=False):
        size = x.shape[axis]
        if size == length:
            continue
        if isinstance(size, Dim):
            raise ShapeError(
                f"{name}: axis {axis} has the symbolic size {size_text(size)}, which cannot be brought to "
                f"{length}; slice or pad it first"
            )
        ranges = list(map(whole, x.shape))
        ranges[axis] = Range(0, min(size, length), 1)
        target: list[Size] = list(x.shape)
        target[axis] = length
        x = slice_ranges(x, tuple(ranges)) if size > length else place(x, tuple(ranges), tuple(target))
    return x


def _known_size(name: str, x: Node, axis: int) -> int:
    """The size of an axis, half of which must be a size."""
    size = x.shape[axis]
    if isinstance(size, Dim):
        raise ShapeError(
            f"{name}: axis {axis} has the symbolic size {size_text(size)}, half of which is no size; use "
            "fft and ifft, or give the axis a size"
        )
    return size


def _shifted(name: str, x: Any, axes: Axes, up: int) -> Node:
    node = constant(x)
    for axis in normal_axes(name, axes, node.ndim):
        size = _known_size(name, node, axis)
        middle = (size + up) // 2
        head, tail = list(map(whole, node.shape)), list(map(whole, node.shape))
        head[axis], tail[axis] = Range(0, middle, 1), Range(middle, size - middle, 1)
        if 0 < middle < size:
            parts = [slice_ranges(node, tuple(ranges)) for ranges in (tail, head)]
            node = concatenate(parts, axis)
    return node
