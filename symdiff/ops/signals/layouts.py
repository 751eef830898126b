"""Where channels and space lie in arrays of images, and how their borders are padded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from symdiff.dims import Dim, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.signals.windows import Window, per_axis

__all__ = ["Layout", "as_layout", "paddings"]

Pairs = list[tuple[int, int]]
LETTERS = {1: "W", 2: "HW", 3: "DHW"}


class Layout(NamedTuple):
    """Axes of images, counted from the end: *space* axes of space, channels before or behind them."""

    space: int
    channels_first: bool

    @property
    def axes(self) -> tuple[int, ...]:
        """The axes of space."""
        return tuple(range(-self.space, 0) if self.channels_first else range(-self.space - 1, -1))

    @property
    def channel(self) -> int:
        """The axis of channels."""
        return -self.space - 1 if self.channels_first else -1

    @property
    def kernel_outer(self) -> int:
        """The axis of a kernel that falls into groups."""
        return 0 if self.channels_first else -1

    def order(self, channels: Sequence[object], space: Sequence[object]) -> list[object]:
        """Labels of channels and space in the order in which they lie."""
        return [*channels, *space] if self.channels_first else [*space, *channels]

    def check(self, name: str, x: Node) -> None:
        """Refuse operands without axes for channels and space."""
        if x.ndim <= self.space:
            raise ShapeError(
                f"{name}: the operand is {shape_text(x.shape)}, but its last {self.space + 1} axes are "
                "channels and space; insert axes with expand_dims"
            )


def as_layout(name: str, space: int, layout: str | None) -> Layout:
    """The layout that a string such as "NCHW" stands for; channels first by default."""
    first, last = (f"NC{LETTERS[space]}", f"N{LETTERS[space]}C")
    if layout not in (None, first, last):
        raise ValueError(f"{name}: the layout is {layout!r} and would have to be {first!r} or {last!r}")
    return Layout(space, layout != last)


def paddings(name: str, padding: Any, sizes: Sequence[Size], windows: Sequence[Window]) -> Pairs:
    """Places to add before and behind each axis of space: "same", "valid", numbers or pairs."""
    if padding == "valid":
        return [(0, 0)] * len(sizes)
    if padding == "same":
        return [_same(name, size, window) for size, window in zip(sizes, windows, strict=True)]
    return pairs(name, padding, len(sizes))


def pairs(name: str, padding: Any, count: int) -> Pairs:
    """A number for all axes, or for each axis a number or a pair."""
    if isinstance(padding, str):
        raise ValueError(f"{name}: padding is {padding!r} and would have to be 'same', 'valid' or numbers")
    given = list(padding) if isinstance(padding, Sequence) else [padding] * count
    if len(given) != count:
        raise ShapeError(
            f"{name}: {len(given)} paddings for {count} axes; give one number, or a number or a pair "
            "(before, behind) for each axis"
        )
    found = []
    for item in given:
        before, behind = per_axis(name, "padding", item, 2, least=0)
        found.append((before, behind))
    return found


def _same(name: str, size: Size, window: Window) -> tuple[int, int]:
    """The padding with which there are size / stride windows, rounded up."""
    if window.stride == 1:
        total = window.span - 1
    elif isinstance(size, Dim):
        raise ShapeError(
            f"{name}: padding 'same' of symbolic size {size_text(size)} with stride {window.stride} is not "
            "known; pass numbers"
        )
    else:
        windows = -(-size // window.stride)
        total = max((windows - 1) * window.stride + window.span - size, 0)
    return total // 2, total - total // 2
