"""Operations as calls of the public functions that make them, where names and settings differ."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.dims import size_text
from symdiff.node import Node
from symdiff.ops.cast import Cast
from symdiff.ops.einsum import is_scalar_constant
from symdiff.ops.entries.complex import Modulus
from symdiff.ops.shape.shaping import Place
from symdiff.ops.signals.fourier import Fourier, FromHalfSpectrum, HalfSpectrum
from symdiff.ops.signals.windows import Overlap, Window, Windows
from symdiff.printing.draws import random_call

__all__ = ["public_call"]


def public_call(node: Node, inside: str) -> str | None:
    """The call, given the text of the operands; None for operations that are not among these.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0, 3.0], "x")
    >>> print(sd.sliding_windows(x, 2), sd.irfft(x), sd.pad(x, 1), sep="; ")
    sliding_windows(x, 2, axis=-1); irfft(x.astype("complex128"), 4, axis=-1); pad(x, ((1, 1),))
    """
    operand = node.operands[0] if node.operands else node
    if is_scalar_constant(operand) and operand.ndim:
        inside = f"broadcast_to({inside}, {_tuple(map(size_text, operand.shape))})"
    match node:
        case Modulus():
            return f"abs({inside})"
        case Cast(operands=(x,), to=to) if (
            x.dtype.kind == "c" != to.kind and to.itemsize * 2 == x.dtype.itemsize
        ):
            return f"real({inside})"
        case Fourier(axes=axes, inverse=inverse, scaling=scaling):
            return f"{'ifftn' if inverse else 'fftn'}({inside}, axes={axes}{_norm(scaling)})"
        case HalfSpectrum(axis=axis, scaling=scaling):
            return f"rfft({inside}, axis={axis}{_norm(scaling)})"
        case FromHalfSpectrum(axis=axis, count=count, scaling=scaling):
            return f"irfft({inside}, {count}, axis={axis}{_norm(scaling)})"
        case Windows(windows=windows):
            sizes = _one([window.size for window in windows])
            return f"sliding_windows({inside}, {sizes}, {_places(node.axes, windows)})"
        case Overlap(windows=windows, lengths=lengths):
            sizes = _one([size_text(length) for length in lengths])
            return f"overlap_add({inside}, {sizes}, {_places(node.axes, windows)})"
        case Place(ranges=ranges, target=target) if all(places.step == 1 for places in ranges):
            widths = [
                f"({size_text(places.start)}, {size_text(size - (places.start + places.length))})"
                for places, size in zip(ranges, target, strict=True)
            ]
            return f"pad({inside}, {_tuple(widths)})"
    return random_call(node, inside)


def _tuple(texts: Iterable[str]) -> str:
    items = list(texts)
    return f"({', '.join(items)}{',' * (len(items) == 1)})"


def _norm(scaling: str) -> str:
    return "" if scaling == "backward" else f', norm="{scaling}"'


def _one(values: list[object] | list[int] | list[str]) -> str:
    """One value for all axes where they agree, else a tuple."""
    same = len(set(values)) == 1
    return str(values[0]) if same else _tuple(map(str, values))


def _places(axes: tuple[int, ...], windows: tuple[Window, ...]) -> str:
    """Axes, strides and dilations; those that are 1 are left out."""
    parts = [f"axis={axes[0] if len(axes) == 1 else axes}"]
    for name, values in (
        ("stride", [window.stride for window in windows]),
        ("dilation", [window.dilation for window in windows]),
    ):
        if set(values) != {1}:
            parts.append(f"{name}={_one(values)}")
    return ", ".join(parts)
