"""Where the entries of views lie in memory, and copies where no view could show them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from symdiff.planning.steps import VIEWS, Sizes, Step

__all__ = ["Layout", "contiguous", "layout_of", "with_copies"]

PRODUCTS = frozenset({"dot", "matmul", "vecdot"})


class Layout(NamedTuple):
    """The steps in memory along each axis, and the place of the first entry, counted in entries."""

    strides: Sizes
    offset: int = 0


@lru_cache(maxsize=4096)
def contiguous(shape: Sizes) -> Sizes:
    """The strides of an array whose entries lie side by side, the last axis fastest."""
    strides = []
    step = 1
    for size in reversed(shape):
        strides.append(step)
        step *= size
    return tuple(reversed(strides))


def layout_of(steps: Sequence[Step], register: int) -> Layout:
    """Where the entries of a register lie, if what is computed or given lies side by side."""
    step = steps[register]
    shown = None
    if step.kind in VIEWS and isinstance(source := step.arguments[0], int):
        shown = view_of(step, steps[source].shape, layout_of(steps, source))
    return shown or Layout(contiguous(step.shape))


def with_copies(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps, with copies of what cannot be reshaped or multiplied as it lies.

    What is given is taken to lie side by side. NumPy would make the same copies, but unseen.
    """
    made: list[Step] = []
    new: list[int] = []
    copies: dict[int, int] = {}

    def copied(register: int) -> int:
        if register not in copies:
            copies[register] = len(made)
            source = made[register]
            made.append(Step("copy", (register,), (), source.shape, source.dtype))
        return copies[register]

    for step in steps:
        moved = step.moved(new) if copies else step
        if step.kind in PRODUCTS:
            registers = [a for a in moved.arguments if isinstance(a, int)]
            fitting = [
                a if fits_blas(made[a].shape, layout_of(made, a).strides) else copied(a) for a in registers
            ]
            if fitting != registers:
                moved = moved._replace(arguments=tuple(fitting))
        elif step.kind == "reshape" and not _is_view(moved, made):
            moved = moved._replace(kind="copy", settings=())
        new.append(len(made))
        made.append(moved)
    return made, [new[register] for register in outputs]


def _is_view(step: Step, steps: Sequence[Step]) -> bool:
    """Whether a reshaped register shows entries as they lie."""
    (source,) = step.arguments
    return (
        isinstance(source, int) and view_of(step, steps[source].shape, layout_of(steps, source)) is not None
    )


def view_of(step: Step, shape: Sizes, source: Layout) -> Layout | None:
    """The layout of a view of an array of this shape and layout; None for what is no view."""
    strides, offset = source
    match step.kind:
        case "barrier":
            return source
        case "transpose":
            return Layout(tuple([strides[axis] for axis in step.settings[0]]), offset)
        case "broadcast":
            padded = (1,) * (len(step.shape) - len(shape)) + shape
            own = (0,) * (len(step.shape) - len(shape)) + strides
            return Layout(
                tuple([0 if size == 1 else stride for size, stride in zip(padded, own, strict=True)]), offset
            )
        case "diagonal":
            labels, distinct = step.settings
            summed = [sum(s for s, own in zip(strides, labels, strict=True) if own == x) for x in distinct]
            return Layout(tuple(summed), offset)
        case "windows":
            axes, windows = step.settings
            kept, inner = list(strides), []
            for axis, window in zip(axes, windows, strict=True):
                inner.append(strides[axis] * window.dilation)
                kept[axis] *= window.stride
            return Layout((*kept, *inner), offset)
        case "slice":
            kept = []
            for place, stride in zip(step.settings[0], strides, strict=True):
                offset += stride * (place if isinstance(place, int) else place.start)
                if not isinstance(place, int):
                    kept.append(stride * place.step)
            return Layout(tuple(kept), offset)
        case "reshape":
            found = reshaped(shape, strides, step.shape)
            return None if found is None else Layout(found, offset)
    return None


@lru_cache(maxsize=4096)
def reshaped(shape: Sizes, strides: Sizes, target: Sizes) -> Sizes | None:
    """The strides of an array after a reshape; None where its entries have to move."""
    if 0 in shape:
        return contiguous(target)
    axes = [(size, stride) for size, stride in zip(shape, strides, strict=True) if size != 1]
    result: list[int] = []
    sizes = list(target)
    while axes:
        (length, stride), wanted = axes.pop(0), []
        while sizes and sizes[0] == 1:
            wanted.append(sizes.pop(0))
        wanted.append(sizes.pop(0))
        while math.prod(wanted) != length:
            if math.prod(wanted) < length:
                wanted.append(sizes.pop(0))
            else:
                size, inner = axes.pop(0)
                if stride != size * inner:
                    return None
                length, stride = length * size, inner
        steps = contiguous(tuple(wanted))
        result += [step * stride for step in steps]
    return (*result, *[1] * len(sizes))


def fits_blas(shape: Sizes, strides: Sizes) -> bool:
    """Whether matrix products read an array as it lies: rows or columns side by side."""
    if len(shape) < 2 or 0 in shape:
        return True
    (rows, columns), (down, across) = shape[-2:], strides[-2:]
    by_rows = (across == 1 or columns == 1) and (down >= columns or rows == 1)
    by_columns = (down == 1 or rows == 1) and (across >= rows or columns == 1)
    return by_rows or by_columns
