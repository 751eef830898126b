"""Axes as einsums: broadcasting, products entry by entry, permuting, inserting and dropping axes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from symdiff.dims import Shape, Size, shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.einsum import contract
from symdiff.ops.operands import constant, promote
from symdiff.wiring import Wiring

__all__ = [
    "broadcast_shapes",
    "broadcast_to",
    "expand_dims",
    "multiply",
    "normal_axes",
    "squeeze",
    "transpose",
]


def broadcast_to(x: Any, shape: int | Sequence[Size]) -> Node:
    """*x* stretched to *shape* by NumPy's rules, without a copy.

    Raises
    ------
    ShapeError
        If *x* does not broadcast to *shape*.

    Examples
    --------
    >>> import symdiff as sd
    >>> broadcast_to(sd.constant([1, 2]), (2, 2))()
    array([[1, 2],
           [1, 2]])
    """
    node, target = constant(x), as_shape(shape)
    if node.shape == target:
        return node
    return contract((node,), _stretch(node.shape, target))


def multiply(x: Any, y: Any) -> Node:
    """The product, entry by entry, of operands that broadcast against each other.

    Examples
    --------
    >>> import symdiff as sd
    >>> multiply(sd.constant([[1], [2]]), sd.constant([10, 20]))()
    array([[10, 20],
           [20, 40]])
    """
    x, y = promote(x, y)
    return contract((x, y), _product("multiply", x.shape, y.shape))


@lru_cache(maxsize=4096)
def _product(name: str, *shapes: Shape) -> Wiring:
    shape = broadcast_shapes(name, *shapes)
    sizes: dict[object, Size] = dict(enumerate(shape))
    inputs = [broadcast_labels(own, shape, sizes) for own in shapes]
    return Wiring.of(inputs, range(len(shape)), sizes)


def broadcast_labels(own: Shape, shape: Shape, sizes: dict[object, Size]) -> list[object]:
    """Labels for axes *own* broadcast to *shape*: a size-1 axis to be stretched is summed away."""
    start = len(shape) - len(own)
    labels: list[object] = []
    for axis, size in enumerate(own, start):
        stretched = size == 1 and shape[axis] != 1
        label = f"1 at {len(sizes)}" if stretched else axis
        sizes[label] = size
        labels.append(label)
    return labels


@lru_cache(maxsize=4096)
def broadcast_shapes(name: str, *shapes: Shape) -> Shape:
    """The common shape of operands, aligned at the last axis, as NumPy broadcasts.

    Raises
    ------
    ShapeError
        If two sizes differ and neither is 1.
    """
    if shapes and shapes.count(shapes[0]) == len(shapes):
        return shapes[0]
    result: list[Size] = []
    for axis in range(-max(map(len, shapes), default=0), 0):
        sizes = [shape[axis] for shape in shapes if len(shape) >= -axis]
        wide = [size for size in sizes if size != 1]
        if any(size != wide[0] for size in wide):
            one, two = [size_text(size) for size in dict.fromkeys(wide)][:2]
            raise ShapeError(
                f"{name}: {' and '.join(map(shape_text, shapes))} do not broadcast: axis {axis} is "
                f"{one} in one and {two} in the other; reshape one of them, or insert axes of size 1"
            )
        result.append(wide[0] if wide else 1)
    return tuple(result)


@lru_cache(maxsize=4096)
def _stretch(own: Shape, shape: Shape) -> Wiring:
    if broadcast_shapes("broadcast_to", own, shape) != shape:
        raise ShapeError(f"broadcast_to: {shape_text(own)} does not broadcast to {shape_text(shape)}")
    sizes: dict[object, Size] = dict(enumerate(shape))
    return Wiring.of([broadcast_labels(own, shape, sizes)], range(len(shape)), sizes)


def as_shape(shape: int | Size | Sequence[Size]) -> Shape:
    """A shape as a tuple; one size stands for one axis."""
    return tuple(shape) if isinstance(shape, Sequence) else (shape,)


def normal_axes(name: str, axes: int | Sequence[int] | None, ndim: int) -> tuple[int, ...]:
    """Axes counted from the front, None meaning all of them.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.
    """
    if axes is None:
        return tuple(range(ndim))
    given = axes if isinstance(axes, Sequence) and not isinstance(axes, str) else (axes,)
    found = []
    for axis in given:
        if isinstance(axis, bool) or not hasattr(axis, "__index__"):
            raise TypeError(f"{name}: an axis is an int, not {axis!r}")
        if not -ndim <= axis < ndim:
            raise ShapeError(
                f"{name}: axis {axis} does not exist; the operand has {ndim} axes, "
                f"so an axis is between {-ndim} and {ndim - 1}"
            )
        found.append(axis.__index__() % ndim)
    if len(set(found)) < len(found):
        raise ShapeError(f"{name}: axes {tuple(given)} name an axis twice")
    return tuple(found)


def transpose(x: Any, axes: Sequence[int] | None = None) -> Node:
    """*x* with its axes permuted; reversed by default.

    Raises
    ------
    ShapeError
        If *axes* is not a permutation of the axes of *x*.

    Examples
    --------
    >>> import symdiff as sd
    >>> transpose(sd.ones((2, 3, 4)), (1, 2, 0)).shape
    (3, 4, 2)
    """
    x = constant(x)
    order = range(x.ndim)[::-1] if axes is None else normal_axes("transpose", axes, x.ndim)
    if len(order) != x.ndim:
        raise ShapeError(f"transpose: {tuple(order)} permutes {len(order)} axes, the operand has {x.ndim}")
    return contract((x,), Wiring.of([range(x.ndim)], order, x.shape))


def expand_dims(x: Any, axis: int | Sequence[int]) -> Node:
    """*x* with axes of size 1 inserted where the result has *axis*.

    Examples
    --------
    >>> import symdiff as sd
    >>> expand_dims(sd.ones(3), (0, -1)).shape
    (1, 3, 1)
    """
    x = constant(x)
    count = len(axis) if isinstance(axis, Sequence) else 1
    places = normal_axes("expand_dims", axis, x.ndim + count)
    labels = iter(range(x.ndim))
    output = [f"1 at {k}" if k in places else next(labels) for k in range(x.ndim + count)]
    sizes: dict[object, Size] = dict(enumerate(x.shape))
    sizes |= {label: 1 for label in output if isinstance(label, str)}
    return contract((x,), Wiring.of([range(x.ndim)], output, sizes))


def squeeze(x: Any, axis: int | Sequence[int] | None = None) -> Node:
    """*x* without axes of size 1: those named, or all.

    Raises
    ------
    ShapeError
        If a named axis is not of size 1.

    Examples
    --------
    >>> import symdiff as sd
    >>> squeeze(sd.ones((1, 3, 1)), -1).shape
    (1, 3)
    """
    x = constant(x)
    if axis is None:
        places = tuple(k for k, size in enumerate(x.shape) if size == 1)
    else:
        places = normal_axes("squeeze", axis, x.ndim)
    for k in places:
        if x.shape[k] != 1:
            raise ShapeError(
                f"squeeze: axis {k} has size {size_text(x.shape[k])}; only axes of size 1 can go"
            )
    output = [k for k in range(x.ndim) if k not in places]
    return contract((x,), Wiring.of([range(x.ndim)], output, x.shape))
