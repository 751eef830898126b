"""Convolutions of images and signals: windows times a kernel, which is one contraction.

As everywhere in learning, the kernel is not flipped. Operands follow PyTorch: channels before space, and
the kernel is (outputs, inputs / groups, *space). With channels last they follow TensorFlow, with a kernel
(*space, inputs / groups, outputs). A transposed convolution takes the kernel of the convolution whose
transpose it is, as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.node import Node
from symdiff.ops.signals.kernels import convolve_with, transpose_with
from symdiff.ops.signals.layouts import as_layout

__all__ = [
    "conv1d",
    "conv1d_transpose",
    "conv2d",
    "conv2d_transpose",
    "conv3d",
    "conv3d_transpose",
]

Ints = int | Sequence[int]


def conv1d(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCW",
) -> Node:
    """The convolution along one axis of space; see `conv2d`.

    Examples
    --------
    >>> conv1d([[1.0, 2.0, 4.0]], [[[1.0, -1.0]]])()
    array([[-1., -2.]])
    """
    found = as_layout("conv1d", 1, layout)
    return convolve_with("conv1d", found, (x, kernel, bias), stride, padding, dilation, groups)


def conv2d(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCHW",
) -> Node:
    """The convolution of images with a kernel, which is not flipped, as `torch.nn.functional.conv2d`.

    ``y[n, o, i, j] = bias[o] + sum over c, u, v of x[n, c, i + u, j + v] * kernel[o, c, u, v]``

    Parameters
    ----------
    x : array_like
        Images (..., channels, height, width), or with ``layout="NHWC"`` (..., height, width, channels);
        any number of leading axes, also none.
    kernel : array_like
        (outputs, channels / groups, height, width), or with "NHWC" (height, width, channels / groups,
        outputs).
    bias : array_like, optional
        One number for each output channel.
    stride, dilation : int or sequence of int
        Places from one window to the next, and between the entries of a window.
    padding : "valid", "same", int, or for each axis an int or a pair (before, behind)
        Zeros around the images. "same" gives as many results as the size divided by the stride, rounded
        up; an odd one goes behind.
    groups : int
        Channels and outputs are split into so many groups that know nothing of each other.
    layout : "NCHW" or "NHWC"

    Returns
    -------
    Node
        Of the layout of *x*.

    Raises
    ------
    ShapeError
        If the channels do not match the kernel and the groups, or a window is larger than the images.
    ValueError
        If the layout or the padding is an unknown word.

    Examples
    --------
    >>> import symdiff as sd
    >>> image, kernel = sd.ones((1, 4, 5)), sd.ones((2, 1, 3, 3))
    >>> conv2d(image, kernel, padding="same").shape
    (2, 4, 5)
    >>> print(conv2d(image, kernel)()[0])
    [[9. 9. 9.]
     [9. 9. 9.]]
    """
    found = as_layout("conv2d", 2, layout)
    return convolve_with("conv2d", found, (x, kernel, bias), stride, padding, dilation, groups)


def conv3d(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCDHW",
) -> Node:
    """The convolution along three axes of space; see `conv2d`."""
    found = as_layout("conv3d", 3, layout)
    return convolve_with("conv3d", found, (x, kernel, bias), stride, padding, dilation, groups)


def conv1d_transpose(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCW",
) -> Node:
    """The transpose of `conv1d`; see `conv2d_transpose`.

    Examples
    --------
    >>> conv1d_transpose([[1.0, 2.0]], [[[1.0, 10.0, 100.0]]], stride=2)()
    array([[  1.,  10., 102.,  20., 200.]])
    """
    found = as_layout("conv1d_transpose", 1, layout)
    return transpose_with(
        "conv1d_transpose", found, (x, kernel, bias), stride, padding, output_padding, dilation, groups
    )


def conv2d_transpose(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCHW",
) -> Node:
    """The transpose of `conv2d` by its images, as `torch.nn.functional.conv_transpose2d`.

    Parameters
    ----------
    x : array_like
        What `conv2d` would return.
    kernel : array_like
        That of `conv2d`: (channels, outputs / groups, height, width), or with ``layout="NHWC"``
        (height, width, outputs / groups, channels).
    bias : array_like, optional
        One number for each output channel.
    stride, dilation, groups, layout
        Those of `conv2d`.
    padding : "valid", "same", int, or for each axis an int or a pair (before, behind)
        What `conv2d` would add, and what is therefore cut off; "same" makes axes as long as the size
        times the stride.
    output_padding : int or sequence of int
        Places to add behind, since `conv2d` with a stride maps several sizes to one.

    Returns
    -------
    Node
        Axes of space have (size - 1) * stride + dilation * (window - 1) + 1 - padding + output_padding
        entries.

    Raises
    ------
    ShapeError
        If the channels do not match the kernel and the groups, or the padding cuts off everything.

    Examples
    --------
    >>> import symdiff as sd
    >>> conv2d_transpose(sd.ones((3, 4, 5)), sd.ones((3, 2, 3, 3)), stride=2, padding="same").shape
    (2, 8, 10)
    """
    found = as_layout("conv2d_transpose", 2, layout)
    return transpose_with(
        "conv2d_transpose", found, (x, kernel, bias), stride, padding, output_padding, dilation, groups
    )


def conv3d_transpose(
    x: Any,
    kernel: Any,
    bias: Any = None,
    *,
    stride: Ints = 1,
    padding: Any = 0,
    output_padding: Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
    layout: str = "NCDHW",
) -> Node:
    """The transpose of `conv3d`; see `conv2d_transpose`."""
    found = as_layout("conv3d_transpose", 3, layout)
    return transpose_with(
        "conv3d_transpose", found, (x, kernel, bias), stride, padding, output_padding, dilation, groups
    )
