"""Windows, convolutions, pooling, Fourier transforms and complex numbers."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
from scipy import signal

import symdiff as sd
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.entries import complex as numbers
from symdiff.ops.signals import fourier, windows
from tests.rows import Array, Case, away, exact, near, normal, positive, spread


def view(x: Array, size: Any, axis: Any = -1) -> Array:
    """All windows, by NumPy."""
    return np.lib.stride_tricks.sliding_window_view(x, size, axis)


def z_of(x: Any, y: Any) -> Any:
    """x + 1j * y of nodes or arrays."""
    return sd.complex(x, y) if isinstance(x, Node) else x + np.asarray(1j, np.result_type(x, "c8")) * y


def parts(z: Any) -> Any:
    """Real and imaginary part, as an axis in front: real rows for complex results."""
    return sd.stack([sd.real(z), sd.imag(z)]) if isinstance(z, Node) else np.stack([z.real, z.imag])


def on_complex(f: Any, oracle: Any, *arrays: Array) -> Case:
    """A row for a function of one complex operand with a complex result."""
    return near(lambda x, y: parts(f(z_of(x, y))), lambda x, y: parts(oracle(z_of(x, y))), *arrays)


def overlapped(x: Array, stride: int, dilation: int, length: int) -> Array:
    """Windows along the last axis but one, added up one entry at a time."""
    out = np.zeros((*x.shape[:-2], length), x.dtype)
    for i, j in itertools.product(range(x.shape[-2]), range(x.shape[-1])):
        out[..., i * stride + j * dilation] += x[..., i, j]
    return out


def correlated(x: Array, kernel: Array, stride: Any = 1, dilation: Any = 1, groups: int = 1) -> Array:
    """Images (n, c, *space) with a kernel (o, c / groups, *space), by SciPy, by pairs of channels."""
    space = x.ndim - 2
    strides, gaps = (np.broadcast_to(value, space) for value in (stride, dilation))
    wide = np.zeros((*kernel.shape[:2], *(gaps * (np.array(kernel.shape[2:]) - 1) + 1)), kernel.dtype)
    wide[(slice(None), slice(None), *(slice(None, None, gap) for gap in gaps))] = kernel
    per_out, per_in = kernel.shape[0] // groups, kernel.shape[1]
    rows = [
        [
            sum(
                signal.correlate(image[o // per_out * per_in + c], wide[o, c], "valid", "direct")
                for c in range(per_in)
            )
            for o in range(kernel.shape[0])
        ]
        for image in x
    ]
    return np.array(rows)[(..., *(slice(None, None, step) for step in strides))].astype(x.dtype)


def bordered(x: Array, *widths: Any) -> Array:
    """Zeros around the last axes."""
    return np.pad(x, [(0, 0)] * (x.ndim - len(widths)) + list(widths))


def adjoint(x: Array, kernel: Array, shape: tuple[int, ...], **options: Any) -> Array:
    """The transpose of `correlated` by images of *shape*, one unit image at a time."""
    units = np.eye(int(np.prod(shape)), dtype=x.dtype).reshape(-1, 1, *shape)
    rows = [(correlated(unit, kernel, **options)[0] * x).sum(axis=tuple(range(1, x.ndim))) for unit in units]
    return np.array(rows).T.reshape(len(x), *shape).astype(x.dtype)


def first(x: Any) -> Any:
    """Channels last to channels first."""
    return np.moveaxis(x, -1, 1)


def last(x: Any) -> Any:
    """Channels first to channels last."""
    return np.moveaxis(x, 1, -1)


def pooled(x: Array, f: Any, size: Any, stride: Any, fill: Any = 0, widths: Any = ()) -> Array:
    """*f* of each window of the last axes."""
    space = len(size)
    table = [(0, 0)] * (x.ndim - space) + list(widths or [(0, 0)] * space)
    found = view(np.pad(x, table, constant_values=fill), size, tuple(range(-space, 0)))
    steps = (..., *(slice(None, None, step) for step in stride), *([slice(None)] * space))
    return f(found[steps], axis=tuple(range(-space, 0)))


CASES: dict[type[Node], list[Case]] = {
    # --- windows ------------------------------------------------------------------------------------
    windows.Windows: [
        exact(lambda x: sd.sliding_windows(x, 3), lambda x: view(x, 3), normal(5)),
        exact(lambda x: sd.sliding_windows(x, 1), lambda x: x[:, None], normal(1)),
        exact(
            lambda x: sd.sliding_windows(x, 2, axis=0, stride=2),
            lambda x: view(x, 2, 0)[::2],
            normal(6, 2),
        ),
        exact(
            lambda x: sd.sliding_windows(x, 2, stride=2, dilation=3),
            lambda x: view(x, 4)[..., ::2, ::3],
            normal(2, 7),
        ),
        exact(
            lambda x: sd.sliding_windows(x, (2, 3), (1, 0), (1, 2)),
            lambda x: view(x, (2, 3), (1, 0))[::2],
            normal(5, 3),
        ),
        exact(lambda x: sd.sliding_windows(x, 2), lambda x: view(x, 2), normal(0, 3)),
        near(
            lambda x: sd.sliding_windows(x * x, 2) * sd.sliding_windows(x, 2)[:, ::-1],
            lambda x: view(x * x, 2) * view(x, 2)[:, ::-1],
            normal(4),
        ),
    ],
    windows.Overlap: [
        near(lambda x: sd.overlap_add(x), lambda x: overlapped(x, 1, 1, 5), normal(3, 3)),
        exact(
            lambda x: sd.overlap_add(x, 8, stride=2, dilation=2),
            lambda x: overlapped(x, 2, 2, 8),
            normal(2, 2, 3),
        ),
        exact(
            lambda x: sd.overlap_add(x, axis=0),
            lambda x: overlapped(x.transpose(1, 0, 2), 1, 1, 4).T,
            normal(3, 2, 2),
        ),
        exact(lambda x: sd.overlap_add(x, axis=-1), lambda x: np.zeros((0, 4), x.dtype), normal(0, 3, 2)),
        exact(lambda x: sd.overlap_add(x), lambda x: np.zeros(0, x.dtype), normal(0, 3)),
        near(
            lambda x: sd.overlap_add(sd.sliding_windows(x, 2, stride=3) ** 2, 5, stride=3),
            lambda x: x**2 * np.array([1, 1, 0, 1, 1], x.dtype),
            normal(5),
        ),
        near(
            lambda x: sd.vjp(sd.sliding_windows(x, 2) ** 2, x, sd.ones((3, 2), x.dtype)),
            lambda x: 2 * x * np.array([1, 2, 2, 1], x.dtype),
            normal(4),
        ),
    ],
    # --- Fourier transforms -------------------------------------------------------------------------
    fourier.Fourier: [
        on_complex(sd.fft, np.fft.fft, normal(4), spread(4)),
        on_complex(
            lambda z: sd.fft(z * z, norm="ortho"),
            lambda z: np.fft.fft(z * z, norm="ortho"),
            normal(3),
            spread(3),
        ),
        on_complex(lambda z: sd.ifft(z, 5, 0), lambda z: np.fft.ifft(z, 5, 0), normal(3, 2), spread(3, 2)),
        on_complex(lambda z: sd.fft(z, 2), lambda z: np.fft.fft(z, 2), normal(2, 3), spread(2, 3)),
        on_complex(
            lambda z: sd.ifftn(z, norm="forward"),
            lambda z: np.fft.ifftn(z, norm="forward"),
            normal(1, 3),
            spread(1, 3),
        ),
        on_complex(sd.fft2, np.fft.fft2, normal(2, 2, 2), spread(2, 2, 2)),
        on_complex(
            lambda z: sd.ifft2(z, (3, 2), (0, 1)),
            lambda z: np.fft.ifft2(z, (3, 2), (0, 1)),
            normal(2, 3),
            spread(2, 3),
        ),
        on_complex(
            lambda z: sd.fftn(z, (3,), (1,)), lambda z: np.fft.fftn(z, (3,), (1,)), normal(0, 2), spread(0, 2)
        ),
        on_complex(
            lambda z: sd.ifft(sd.fft(z) * sd.fft(z)),
            lambda z: np.fft.ifft(np.fft.fft(z) ** 2),
            normal(3),
            spread(3),
        ),
        near(lambda x: parts(sd.fft(x)), lambda x: parts(np.fft.fft(x)), normal(3)),
        near(lambda x: sd.real(sd.ifft(x)), lambda x: np.fft.ifft(x).real, normal(1)),
    ],
    fourier.HalfSpectrum: [
        *[
            near(lambda x: parts(sd.rfft(x)), lambda x: parts(np.fft.rfft(x)), normal(n))
            for n in (1, 2, 3, 4)
        ],
        near(
            lambda x: parts(sd.rfft(x * x, 5, 0, "ortho")),
            lambda x: parts(np.fft.rfft(x * x, 5, 0, "ortho")),
            normal(3, 2),
        ),
        near(
            lambda x: parts(sd.rfft(x, 2, norm="forward")),
            lambda x: parts(np.fft.rfft(x, 2, norm="forward")),
            normal(2, 3),
        ),
        near(lambda x: sd.abs(sd.rfft(x)) ** 2, lambda x: np.abs(np.fft.rfft(x)) ** 2, normal(4)),
        near(lambda x: parts(sd.rfft(x)), lambda x: parts(np.fft.rfft(x)), normal(0, 3)),
    ],
    fourier.FromHalfSpectrum: [
        *[
            near(
                lambda x, y, n=n: sd.irfft(z_of(x, y), n),
                lambda x, y, n=n: np.fft.irfft(z_of(x, y), n),
                normal(3),
                spread(3),
            )
            for n in (None, 1, 2, 3, 4, 5, 7)
        ],
        near(
            lambda x, y: sd.irfft(z_of(x, y), axis=0, norm="ortho") ** 2,
            lambda x, y: np.fft.irfft(z_of(x, y), axis=0, norm="ortho") ** 2,
            normal(3, 2),
            spread(3, 2),
        ),
        near(
            lambda x, y: sd.irfft(z_of(x, y), norm="forward"),
            lambda x, y: np.fft.irfft(z_of(x, y), norm="forward"),
            normal(0, 2),
            spread(0, 2),
        ),
        near(
            lambda x: sd.irfft(sd.rfft(x) ** 2, 3), lambda x: np.fft.irfft(np.fft.rfft(x) ** 2, 3), normal(3)
        ),
    ],
    # --- complex numbers ----------------------------------------------------------------------------
    numbers.Complex: [
        *[
            near(lambda x, y: parts(sd.complex(x, y) ** 2), lambda x, y: parts(z_of(x, y) ** 2), one, two)
            for one, two in [(spread(), positive()), (spread(2, 1), positive(3)), (spread(0), positive(1))]
        ],
        near(lambda x: parts(sd.complex(x, x)), lambda x: np.stack([x, x]), spread(3)),
        near(lambda x: parts(sd.complex(2, x)), lambda x: np.stack([0 * x + 2, x]), spread(3)),
        near(
            lambda x: parts(sd.exp(sd.complex(x, 1.0))),
            lambda x: parts(np.exp(z_of(x, 1.0 + 0 * x))),
            spread(3),
        ),
    ],
    numbers.Conj: [
        on_complex(sd.conj, np.conj, normal(2, 3), spread(2, 3)),
        on_complex(lambda z: z * sd.conj(z) ** 2, lambda z: z * np.conj(z) ** 2, normal(), spread()),
        on_complex(lambda z: sd.exp(sd.conj(z)), lambda z: np.exp(np.conj(z)), normal(0), spread(0)),
    ],
    numbers.Imag: [
        near(lambda x, y: sd.imag(z_of(x, y)), lambda x, y: y, normal(3), spread(3)),
        near(
            lambda x, y: sd.imag(z_of(x, y) ** 3),
            lambda x, y: (z_of(x, y) ** 3).imag,
            normal(2, 1),
            spread(3),
        ),
        near(
            lambda x, y: sd.imag(sd.exp(z_of(x, y))), lambda x, y: np.exp(z_of(x, y)).imag, normal(), spread()
        ),
    ],
    numbers.Modulus: [
        near(lambda x, y: sd.abs(z_of(x, y)), lambda x, y: np.hypot(x, y), away(2, 3), spread(3)),
        near(lambda x, y: abs(z_of(x, y) ** 2) * x, lambda x, y: (x * x + y * y) * x, away(3), spread(3)),
        near(lambda x, y: sd.abs(z_of(x, y)), lambda x, y: np.hypot(x, y), away(), spread()),
        near(lambda x, y: sd.abs(z_of(x, y)), lambda x, y: np.hypot(x, y), away(0), spread(0)),
    ],
    numbers.Angle: [
        near(lambda x, y: sd.angle(z_of(x, y)), lambda x, y: np.arctan2(y, x), away(2, 3), away(3)),
        near(
            lambda x, y: sd.angle(z_of(x, y), deg=True) * x,
            lambda x, y: np.degrees(np.arctan2(y, x)) * x,
            away(3),
            away(3),
        ),
        near(lambda x, y: sd.angle(z_of(x, y)), lambda x, y: np.arctan2(y, x), away(), away()),
        near(lambda x: sd.angle(x) + x, lambda x: np.angle(x) + x, spread(3)),
    ],
}


def mean_of(x: Array, axis: Any) -> Array:
    """The mean, in the dtype of *x*."""
    return x.mean(axis).astype(x.dtype)


FUNCTIONS: dict[str, list[Case]] = {
    "conv1d": [
        near(sd.conv1d, correlated, normal(2, 2, 5), normal(3, 2, 3)),
        near(
            lambda x, k, b: sd.conv1d(x, k, b, stride=2, padding=1, dilation=2),
            lambda x, k, b: correlated(bordered(x, (1, 1)), k, 2, 2) + b[:, None],
            normal(1, 2, 6),
            normal(2, 2, 2),
            normal(2),
        ),
        near(
            lambda x, k: sd.conv1d(x, k, groups=2, padding=((2, 0),)),
            lambda x, k: correlated(bordered(x, (2, 0))[None], k, groups=2)[0],
            normal(4, 3),
            normal(2, 2, 3),
        ),
        near(
            lambda x: sd.conv1d(x[None, None], x[None, None, :2]),
            lambda x: (x[:-1] * x[0] + x[1:] * x[1])[None, None],
            normal(4),
        ),
    ],
    "conv2d": [
        near(sd.conv2d, correlated, normal(1, 2, 3, 4), normal(2, 2, 2, 3)),
        near(
            lambda x, k: sd.conv2d(x, k, stride=(2, 1), padding="same"),
            lambda x, k: correlated(bordered(x, (1, 1), (0, 1)), k, (2, 1)),
            normal(1, 1, 3, 3),
            normal(2, 1, 3, 2),
        ),
        near(
            lambda x, k, b: sd.conv2d(x, k, b, groups=2, padding=(1, 0), layout="NHWC"),
            lambda x, k, b: (
                last(correlated(bordered(first(x), (1, 1), (0, 0)), np.moveaxis(k, (3, 2), (0, 1)), groups=2))
                + b
            ),
            normal(1, 2, 2, 4),
            normal(2, 2, 2, 2),
            normal(2),
        ),
        near(
            lambda x, k: sd.conv2d(x, k),
            lambda x, k: np.zeros((0, 1, 2, 2), x.dtype),
            normal(0, 1, 3, 3),
            normal(1, 1, 2, 2),
        ),
        near(
            lambda x, k: sd.conv2d(x, k, layout="NHWC"),
            lambda x, k: last(correlated(first(x), np.moveaxis(k, (3, 2), (0, 1)))),
            normal(2, 2, 3, 1),
            normal(1, 2, 1, 2),
        ),
    ],
    "conv3d": [
        near(sd.conv3d, correlated, normal(1, 2, 2, 2, 3), normal(1, 2, 1, 2, 2)),
        near(
            lambda x, k: sd.conv3d(x, k, stride=2, padding=(1, 0, (0, 1)), layout="NDHWC"),
            lambda x, k: last(
                correlated(bordered(first(x), (1, 1), (0, 0), (0, 1)), np.moveaxis(k, (4, 3), (0, 1)), 2)
            ),
            normal(1, 2, 2, 2, 1),
            normal(2, 2, 2, 1, 2),
        ),
    ],
    "conv1d_transpose": [
        near(
            lambda x, k, b: sd.conv1d_transpose(x, k, b, stride=2, dilation=2, padding=1, output_padding=1),
            lambda x, k, b: adjoint(x, k, (3, 8), stride=2, dilation=2)[..., 1:-1] + b[:, None],
            normal(2, 2, 3),
            normal(2, 3, 2),
            normal(3),
        ),
        near(
            lambda x, k: sd.conv1d_transpose(x, k, groups=2, stride=3, padding="same", layout="NWC"),
            lambda x, k: last(adjoint(first(x), np.moveaxis(k, (2, 1), (0, 1)), (2, 6), stride=3, groups=2)),
            normal(2, 2, 2),
            normal(2, 1, 2),
        ),
        near(
            lambda x, k: sd.conv1d_transpose(x[0], k, padding="valid"),
            lambda x, k: adjoint(x, k, (1, 4))[0],
            normal(1, 1, 2),
            normal(1, 1, 3),
        ),
    ],
    "conv2d_transpose": [
        near(
            lambda x, k: sd.conv2d_transpose(x, k, stride=(2, 1), padding=((1, 0), (0, 1))),
            lambda x, k: adjoint(x, k, (1, 4, 3), stride=(2, 1))[:, :, 1:, :-1],
            normal(1, 2, 2, 2),
            normal(2, 1, 2, 2),
        ),
        near(
            lambda x, k: sd.conv2d_transpose(x, k, groups=2),
            lambda x, k: adjoint(x, k, (2, 2, 2), groups=2),
            normal(1, 2, 1, 2),
            normal(2, 1, 2, 1),
        ),
    ],
    "conv3d_transpose": [
        near(
            sd.conv3d_transpose,
            lambda x, k: adjoint(x, k, (1, 2, 2, 2)),
            normal(1, 2, 1, 2, 1),
            normal(2, 1, 2, 1, 2),
        ),
    ],
    "avg_pool": [
        near(lambda x: sd.avg_pool1d(x, 2), lambda x: pooled(x, mean_of, (2,), (2,)), normal(2, 5)),
        near(
            lambda x: sd.avg_pool2d(x, (2, 3), stride=1, padding=1),
            lambda x: pooled(x, mean_of, (2, 3), (1, 1), 0, [(1, 1), (1, 1)]),
            normal(1, 1, 2, 3),
        ),
        near(
            lambda x: sd.avg_pool2d(x, 2, padding=((1, 0), (0, 1)), count_padding=False, layout="NHWC"),
            lambda x: (
                last(pooled(bordered(first(x), (1, 0), (0, 1)), np.sum, (2, 2), (2, 2)))
                / np.array([[[2], [1]], [[4], [2]]], x.dtype)
            ),
            normal(1, 3, 3, 2),
        ),
        near(lambda x: sd.avg_pool2d(x, 1), lambda x: x, normal(2, 1, 1)),
        near(
            lambda x: sd.avg_pool3d(x, 2),
            lambda x: pooled(x, mean_of, (2, 2, 2), (2, 2, 2)),
            normal(1, 2, 3, 2),
        ),
    ],
    "max_pool": [
        exact(lambda x: sd.max_pool1d(x, 2, stride=1), lambda x: pooled(x, np.max, (2,), (1,)), spread(2, 4)),
        exact(
            lambda x: sd.max_pool1d(x, 2, dilation=2, layout="NWC", stride=1),
            lambda x: np.maximum(x[:, 2:], x[:, :-2]),
            spread(1, 4, 2),
        ),
        exact(
            lambda x: sd.max_pool2d(x, 2, stride=(1, 2), padding="same"),
            lambda x: pooled(x, np.max, (2, 2), (1, 2), -np.inf, [(0, 1), (0, 1)]),
            spread(1, 2, 3),
        ),
        near(
            lambda x: sd.max_pool3d(x, 2) ** 2,
            lambda x: pooled(x, np.max, (2, 2, 2), (2, 2, 2)) ** 2,
            spread(1, 2, 2, 3),
        ),
        exact(lambda x: sd.max_pool1d(x, 2), lambda x: pooled(x, np.max, (2,), (2,)), spread(0, 2, 2)),
    ],
    "half spectra of several axes": [
        near(lambda x: parts(sd.rfft2(x)), lambda x: parts(np.fft.rfft2(x)), normal(2, 3)),
        near(
            lambda x: parts(sd.rfftn(x, (2, 3), (1, 0), "ortho")),
            lambda x: parts(np.fft.rfftn(x, (2, 3), (1, 0), "ortho")),
            normal(2, 3),
        ),
        near(
            lambda x, y: sd.irfft2(z_of(x, y)),
            lambda x, y: np.fft.irfft2(z_of(x, y)),
            normal(2, 3),
            spread(2, 3),
        ),
        near(
            lambda x, y: sd.irfftn(z_of(x, y), (3, 3), (0, 1)),
            lambda x, y: np.fft.irfftn(z_of(x, y), (3, 3), (0, 1)),
            normal(2, 2),
            spread(2, 2),
        ),
    ],
    "shifts of spectra": [
        exact(sd.fftshift, np.fft.fftshift, normal(3, 4)),
        exact(lambda x: sd.ifftshift(x, 0), lambda x: np.fft.ifftshift(x, 0), normal(5)),
        exact(lambda x: sd.ifftshift(sd.fftshift(x)), lambda x: x, normal(3, 1)),
        exact(sd.fftshift, np.fft.fftshift, normal(0, 2)),
    ],
    "phasor": [
        on_complex(sd.sign, np.sign, away(3), spread(3)),
        near(
            lambda x, y: sd.real(sd.sign(z_of(x, y))) * y,
            lambda x, y: x / np.hypot(x, y) * y,
            away(2),
            spread(2),
        ),
    ],
    "real": [
        near(lambda x, y: sd.real(z_of(x, y) ** 2), lambda x, y: x * x - y * y, normal(3), spread(2, 1)),
        near(lambda x: sd.real(x) + sd.conj(x) + sd.imag(x), lambda x: 2 * x, normal(3)),
    ],
}

X = sd.Variable([1.0, 2.0, 3.0], "x")
Z = sd.Variable([1 + 1j, 2.0], "z")
IMAGE = sd.Variable(np.ones((1, 2, 4, 5)), "image")
KERNEL = sd.Variable(np.ones((3, 2, 2, 2)), "kernel")
LONG = sd.Placeholder((2, sd.Dim("n")), name="long")


def _wrong_conv(name: str, space: int) -> dict[str, Any]:
    """The wrong calls that every convolution refuses."""
    x, kernel = np.ones((2, *[4] * space)), np.ones((2, 2, *[2] * space))
    f = getattr(sd, name)
    odd = np.ones((3, 3, *[2] * space))
    return {
        f"{name}: channels": (lambda: f(x, odd), ShapeError, [name, "2 channels", "3", "transpose"]),
        f"{name}: axes of the operand": (
            lambda: f(x[0, 0], kernel),
            ShapeError,
            [name, "channels", "expand_dims"],
        ),
        f"{name}: axes of the kernel": (
            lambda: f(x, kernel[0]),
            ShapeError,
            [name, "kernel", f"have {space + 2}"],
        ),
        f"{name}: bias": (
            lambda: f(x, kernel, np.ones(5)),
            ShapeError,
            [name, "bias is 5", "2 output channels"],
        ),
        f"{name}: layout": (lambda: f(x, kernel, layout="CNW"), ValueError, [name, "'CNW'", "'NC"]),
        f"{name}: padding": (lambda: f(x, kernel, padding="full"), ValueError, [name, "'full'", "'same'"]),
        f"{name}: paddings": (
            lambda: f(x, kernel, padding=(1,) * 4),
            ShapeError,
            [name, "4 paddings", f"{space} axes"],
        ),
        f"{name}: negative padding": (lambda: f(x, kernel, padding=-1), ShapeError, [name, "padding", "-1"]),
        f"{name}: stride": (lambda: f(x, kernel, stride=0), ShapeError, [name, "stride 0", "less than 1"]),
        f"{name}: dilation": (lambda: f(x, kernel, dilation=1.5), TypeError, [name, "dilation", "1.5"]),
        f"{name}: strides": (
            lambda: f(x, kernel, stride=(1,) * 4),
            ShapeError,
            [name, "4 numbers", f"{space} axes"],
        ),
        f"{name}: groups": (lambda: f(x, kernel[:, :1], groups=0), ShapeError, [name, "groups", "0"]),
    }


WRONG: dict[str, Any] = {
    "sliding_windows: span": (
        lambda: sd.sliding_windows(X, 3, dilation=2),
        ShapeError,
        ["sliding_windows", "3 entries", "spans 5", "pad"],
    ),
    "sliding_windows: axis": (
        lambda: sd.sliding_windows(X, 2, axis=1),
        ShapeError,
        ["sliding_windows", "axis 1"],
    ),
    "sliding_windows: size": (lambda: sd.sliding_windows(X, 0), ShapeError, ["sliding_windows", "window 0"]),
    "sliding_windows: symbolic size": (
        lambda: sd.sliding_windows(LONG, 2, stride=2),
        ShapeError,
        ["windows", "symbolic size n", "stride 2", "stride 1"],
    ),
    "sliding_windows: run": (
        lambda: sd.sliding_windows(LONG, 3)({LONG: np.ones((2, 2))}),
        ShapeError,
        ["windows", "2 entries", "spans 3"],
    ),
    "overlap_add: length": (
        lambda: sd.overlap_add(np.ones((3, 2)), 7),
        ShapeError,
        ["overlap_add", "7 entries", "6 windows", "3", "length"],
    ),
    "overlap_add: axis": (
        lambda: sd.overlap_add(np.ones((3, 2)), axis=1),
        ShapeError,
        ["overlap_add", "axis 1"],
    ),
    "overlap_add: axes": (
        lambda: sd.overlap_add(np.ones((3, 2, 2)), axis=(0, 1)),
        ShapeError,
        ["overlap_add", "3×2×2", "2 axes", "expand_dims"],
    ),
    **_wrong_conv("conv1d", 1),
    **_wrong_conv("conv2d", 2),
    **_wrong_conv("conv3d", 3),
    "conv2d: window": (
        lambda: sd.conv2d(IMAGE, KERNEL, dilation=4),
        ShapeError,
        ["conv2d", "axis -2", "4 entries", "spans 5", "pad"],
    ),
    "conv2d: divisible groups": (
        lambda: sd.conv2d(IMAGE, KERNEL[:, :1], groups=2),
        ShapeError,
        ["conv2d", "3 outputs", "2 groups", "divisor"],
    ),
    "conv1d: symbolic size": (
        lambda: sd.conv1d(LONG, np.ones((1, 2, 3)), stride=2, padding="same"),
        ShapeError,
        ["conv1d", "'same'", "symbolic size n", "stride 2"],
    ),
    "conv1d_transpose: channels": (
        lambda: sd.conv1d_transpose(np.ones((2, 4)), np.ones((3, 1, 2))),
        ShapeError,
        ["conv1d_transpose", "2 channels", "for 3", "transpose"],
    ),
    "conv2d_transpose: output_padding": (
        lambda: sd.conv2d_transpose(IMAGE, np.ones((2, 1, 2, 2)), stride=2, output_padding=2),
        ShapeError,
        ["conv2d_transpose", "output_padding 2", "stride 2"],
    ),
    "conv2d_transpose: groups": (
        lambda: sd.conv2d_transpose(IMAGE, np.ones((2, 1, 2, 2)), groups=3),
        ShapeError,
        ["conv2d_transpose", "2 channels", "3 groups"],
    ),
    "conv3d_transpose: padding": (
        lambda: sd.conv3d_transpose(np.ones((1, 1, 1, 1)), np.ones((1, 1, 2, 2, 2)), padding=1),
        ShapeError,
        ["conv3d_transpose", "(1, 1)", "2 places", "pad less"],
    ),
    **{
        f"{name}: window": (
            lambda name=name: getattr(sd, name)(np.ones((1, 2, 2, 2)), 3),
            ShapeError,
            [name, "2 entries", "spans 3", "pad"],
        )
        for name in ("avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool1d", "max_pool2d", "max_pool3d")
    },
    "max_pool1d: padding": (
        lambda: sd.max_pool1d(sd.ones((1, 1, 3)), 2, padding=[(0, 2)]),
        ShapeError,
        ["max_pool1d", "(0, 2)", "less than 2"],
    ),
    "max_pool2d: axes": (lambda: sd.max_pool2d(X, 2), ShapeError, ["max_pool2d", "3", "channels"]),
    "avg_pool1d: layout": (
        lambda: sd.avg_pool1d([[1.0]], 1, layout="NCL"),
        ValueError,
        ["avg_pool1d", "'NCL'", "'NCW'"],
    ),
    "avg_pool2d: layout": (
        lambda: sd.avg_pool2d(IMAGE, 2, layout="NWC"),
        ValueError,
        ["avg_pool2d", "'NWC'", "'NHWC'"],
    ),
    # --- Fourier transforms -------------------------------------------------------------------------
    **{
        f"{name}: axis": (
            lambda name=name, axis=axis: getattr(sd, name)(X, **axis),
            ShapeError,
            [name, "axis -2" if name[-1] == "2" else "axis 3", "1 axes"],
        )
        for names, axis in [
            (("fft", "ifft", "rfft", "irfft"), {"axis": 3}),
            (("fftn", "ifftn", "rfftn", "irfftn", "fftshift", "ifftshift"), {"axes": 3}),
            (("fft2", "ifft2", "rfft2", "irfft2"), {}),
        ]
        for name in names
    },
    "fft: norm": (lambda: sd.fft(X, norm="sideways"), ValueError, ["fft", "'sideways'", "ortho"]),
    "fft: length": (lambda: sd.fft(X, 0), ShapeError, ["fft", "0 entries", "at least 1"]),
    "fft: kind of length": (lambda: sd.fft(X, 2.5), TypeError, ["fft", "2.5"]),
    "fft: nothing": (lambda: sd.fft(np.ones((2, 0))), ShapeError, ["fft", "0 entries", "axis -1"]),
    "fft: symbolic size": (
        lambda: sd.fft(LONG, 4),
        ShapeError,
        ["fft", "symbolic size n", "4", "slice or pad"],
    ),
    "fftn: lengths": (lambda: sd.fftn(IMAGE, (2, 2), (0,)), ShapeError, ["fftn", "2 lengths", "1 axes"]),
    "rfft: complex": (lambda: sd.rfft(Z), TypeError, ["rfft", "complex128", "fft"]),
    "rfft: symbolic size": (lambda: sd.rfft(LONG), ShapeError, ["rfft", "symbolic size n", "half"]),
    "rfftn: scalar": (lambda: sd.rfftn(1.0), ShapeError, ["rfftn", "no axis"]),
    "irfft: one": (lambda: sd.irfft([1.0]), ShapeError, ["irfft", "size 1", "n=1"]),
    "fftshift: symbolic size": (lambda: sd.fftshift(LONG), ShapeError, ["fftshift", "symbolic size n"]),
    # --- complex numbers ----------------------------------------------------------------------------
    "complex: complex part": (lambda: sd.complex(X, 1j), TypeError, ["complex", "complex128", "1j * y"]),
    "complex: sizes": (lambda: sd.complex(X, [1.0, 2.0]), ShapeError, ["complex", "3", "2"]),
    "real: text": (lambda: sd.real("text"), TypeError, ["constant", "str"]),
    "imag: text": (lambda: sd.imag("text"), TypeError, ["constant", "str"]),
    "conj: text": (lambda: sd.conj("text"), TypeError, ["constant", "str"]),
    "angle: text": (lambda: sd.angle("text"), TypeError, ["constant", "str"]),
    "grad: complex": (
        lambda: sd.grad((Z * Z).sum(), Z),
        TypeError,
        ["grad", "complex128", "real", "cotangent"],
    ),
    "vjp: complex cotangent": (
        lambda: sd.vjp(X * 2, X, np.ones(3) * 1j),
        TypeError,
        ["complex128", "float64", "real"],
    ),
    "jvp: complex tangent": (
        lambda: sd.jvp(X * 2, X, np.ones(3) * 1j),
        TypeError,
        ["tangent", "complex128", "float64"],
    ),
}
