"""Windows times kernels, and the transpose of that: what the convolutions of one to three axes share."""

from __future__ import annotations

from typing import Any

from symdiff.dims import Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import expand_dims
from symdiff.ops.einsum import contract
from symdiff.ops.operands import promote
from symdiff.ops.shape.padding import pad
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import Range, slice_ranges, whole
from symdiff.ops.signals.layouts import Layout, Pairs, paddings, pairs
from symdiff.ops.signals.windows import Overlap, Window, as_windows, per_axis, windows
from symdiff.wiring import Wiring

__all__ = ["convolve_with", "padded", "transpose_with"]


def convolve_with(
    name: str,
    layout: Layout,
    operands: tuple[Any, Any, Any],
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Node:
    """Images, kernel and bias convolved; the kernel's channels are those of one group."""
    x, kernel, bias = _operands(name, layout, *operands)
    outputs, channels, sizes = _kernel_shape(layout, kernel)
    found = as_windows(name, layout.space, sizes, stride, dilation)
    _check_groups(name, groups, outputs, "outputs")
    if x.shape[layout.channel] != channels * groups:
        raise ShapeError(
            f"{name}: the operand {shape_text(x.shape)} has {size_text(x.shape[layout.channel])} channels, "
            f"but the kernel {shape_text(kernel.shape)} is for {size_text(channels)} times {groups} groups; "
            "transpose one of them, or change groups or layout"
        )
    widths = paddings(name, padding, [x.shape[axis] for axis in layout.axes], found)
    axes = tuple(axis - (groups > 1 and not layout.channels_first) for axis in layout.axes)
    x = _split(padded(x, layout.axes, widths), x.ndim + layout.channel, groups)
    view = windows(name, x, axes, found)
    labels = _Labels(layout, view.ndim - 2 * layout.space - 1 - (groups > 1), groups > 1)
    weights = labels.kernel(_split(kernel, layout.kernel_outer % kernel.ndim, groups), "o", "c")
    result = labels.product((view, labels.images("c") + labels.inner), weights, labels.images("o"))
    return _finished(name, layout, _joined(result, result.ndim + layout.channel, groups), bias)


def transpose_with(
    name: str,
    layout: Layout,
    operands: tuple[Any, Any, Any],
    stride: Any,
    padding: Any,
    output_padding: Any,
    dilation: Any,
    groups: int,
) -> Node:
    """Images times kernel, overlapped; the kernel is that of the convolution that is transposed."""
    x, kernel, bias = _operands(name, layout, *operands)
    channels, _, sizes = _kernel_shape(layout, kernel)
    found = as_windows(name, layout.space, sizes, stride, dilation)
    if x.shape[layout.channel] != channels:
        raise ShapeError(
            f"{name}: the operand {shape_text(x.shape)} has {size_text(x.shape[layout.channel])} channels, "
            f"but the kernel {shape_text(kernel.shape)} is for {size_text(channels)}; transpose one of "
            "them, or change the layout"
        )
    _check_groups(name, groups, channels, "channels")
    extra = per_axis(name, "output_padding", output_padding, layout.space, least=0)
    counts = [x.shape[axis] for axis in layout.axes]
    x = _split(x, x.ndim + layout.channel, groups)
    labels = _Labels(layout, x.ndim - layout.space - 1 - (groups > 1), groups > 1)
    weights = labels.kernel(_split(kernel, layout.kernel_outer % kernel.ndim, groups), "c", "o")
    spread = labels.product((x, labels.images("c")), weights, labels.images("o") + labels.inner)
    axes = tuple(axis - (groups > 1 and not layout.channels_first) for axis in layout.axes)
    lengths = tuple(window.length(count) for window, count in zip(found, counts, strict=True))
    result = Overlap(spread, axes=axes, windows=found, lengths=lengths)
    joined = _joined(result, result.ndim + layout.channel, groups)
    widths = _cuts(name, padding, found)
    return _finished(name, layout, _cropped(name, layout, joined, widths, extra, found), bias)


class _Labels:
    """Names of the axes of images, windows and kernels."""

    def __init__(self, layout: Layout, batch: int, grouped: bool) -> None:
        self.layout = layout
        self.batch: list[object] = [("batch", k) for k in range(batch)]
        self.group: list[object] = ["group"] if grouped else []
        self.outer: list[object] = [("outer", k) for k in range(layout.space)]
        self.inner: list[object] = [("inner", k) for k in range(layout.space)]

    def images(self, channel: object) -> list[object]:
        """Labels of images with this kind of channel."""
        return self.batch + self.layout.order([*self.group, channel], self.outer)

    def kernel(self, node: Node, outer: object, inner: object) -> tuple[Node, list[object]]:
        """A kernel and its labels; the channels of one side are grouped, those of the other are not."""
        if self.layout.channels_first:
            return node, [*self.group, outer, inner, *self.inner]
        return node, [*self.inner, inner, *self.group, outer]

    def product(
        self, images: tuple[Node, list[object]], weights: tuple[Node, list[object]], output: list[object]
    ) -> Node:
        """The contraction of images with a kernel."""
        sizes: dict[object, Size] = {}
        for node, labels in (images, weights):
            sizes |= dict(zip(labels, node.shape, strict=True))
        wiring = Wiring.of([images[1], weights[1]], output, sizes)
        return contract((images[0], weights[0]), wiring)


def _operands(name: str, layout: Layout, x: Any, kernel: Any, bias: Any) -> tuple[Node, Node, Node | None]:
    """Images, kernel and bias of one dtype, with as many axes as they must have."""
    images, weights, *rest = promote(x, kernel, *(() if bias is None else (bias,)))
    layout.check(name, images)
    if weights.ndim != layout.space + 2:
        raise ShapeError(
            f"{name}: the kernel is {shape_text(weights.shape)}, with {weights.ndim} axes, and would have to "
            f"have {layout.space + 2}: {layout.space} of space, and one each for channels on both sides"
        )
    return images, weights, rest[0] if rest else None


def _kernel_shape(layout: Layout, kernel: Node) -> tuple[Size, Size, Shape]:
    """Channels on the two sides of a kernel, and its sizes in space."""
    if layout.channels_first:
        return kernel.shape[0], kernel.shape[1], kernel.shape[2:]
    return kernel.shape[-1], kernel.shape[-2], kernel.shape[:-2]


def _check_groups(name: str, groups: int, channels: Size, role: str) -> None:
    per_axis(name, "number of groups", groups, 1)
    if groups > 1 and (not isinstance(channels, int) or channels % groups):
        raise ShapeError(
            f"{name}: {size_text(channels)} {role} do not fall into {groups} groups; use a divisor of them"
        )


def _split(x: Node, axis: int, groups: int) -> Node:
    """*x* with an axis of channels as two, groups and channels in each."""
    if groups == 1:
        return x
    size = x.shape[axis]
    assert isinstance(size, int)
    return reshape(x, (*x.shape[:axis], groups, size // groups, *x.shape[axis + 1 :]))


def _joined(x: Node, axis: int, groups: int) -> Node:
    """*x* with groups, which stand before *axis*, and the channels of each as one axis."""
    if groups == 1:
        return x
    return reshape(x, (*x.shape[: axis - 1], x.shape[axis - 1] * x.shape[axis], *x.shape[axis + 1 :]))


def padded(x: Node, axes: tuple[int, ...], widths: Pairs, value: Any = 0) -> Node:
    """*x* with a border along some axes, counted from the end."""
    if not any(map(any, widths)):
        return x
    table = [(0, 0)] * x.ndim
    for axis, width in zip(axes, widths, strict=True):
        table[axis] = width
    return pad(x, table, value)


def _cuts(name: str, padding: Any, found: tuple[Window, ...]) -> Pairs:
    """Places to cut off before and behind each axis; fewer than none where "same" needs more."""
    if padding == "valid":
        return [(0, 0)] * len(found)
    if padding == "same":
        totals = [window.span - window.stride for window in found]
        return [(max(total, 0) // 2, total - max(total, 0) // 2) for total in totals]
    return pairs(name, padding, len(found))


def _cropped(
    name: str, layout: Layout, x: Node, widths: Pairs, extra: tuple[int, ...], found: tuple[Window, ...]
) -> Node:
    """*x* without what the padding takes away, and with what the output padding adds."""
    for more, window in zip(extra, found, strict=True):
        if more >= max(window.stride, window.dilation):
            raise ShapeError(
                f"{name}: output_padding {more} is not below the stride {window.stride} or the dilation "
                f"{window.dilation}; use less"
            )
    behind = [(0, max(add - after, 0)) for add, (_, after) in zip(extra, widths, strict=True)]
    result = padded(x, layout.axes, behind)
    ranges = list(map(whole, result.shape))
    for axis, (before, after), add in zip(layout.axes, widths, extra, strict=True):
        size = x.shape[axis] - (before + after - add)
        if isinstance(size, int) and size < 1:
            raise ShapeError(
                f"{name}: padding {(before, after)} cuts off all {size_text(x.shape[axis])} places along "
                f"axis {axis}; pad less"
            )
        ranges[axis] = Range(before, size, 1)
    return slice_ranges(result, tuple(ranges))


def _finished(name: str, layout: Layout, x: Node, bias: Node | None) -> Node:
    """*x* plus one number for each channel."""
    if bias is None:
        return x
    if bias.shape != (x.shape[layout.channel],):
        raise ShapeError(
            f"{name}: the bias is {shape_text(bias.shape)}, but there are "
            f"{size_text(x.shape[layout.channel])} output channels; give one number for each"
        )
    return x + (expand_dims(bias, tuple(range(1, layout.space + 1))) if layout.channels_first else bias)
