"""Numbers, dtypes, indices and views as Python source."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import Any

from symdiff.dtypes import DType
from symdiff.planning.memory.slots import Slot
from symdiff.planning.steps import Sizes, Step

__all__ = [
    "axes_source",
    "dtype_source",
    "key_source",
    "literal_name",
    "number_source",
    "slot_source",
    "view_source",
]


def number_source(value: Any) -> str:
    """A number as Python source."""
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(value), "np.nan")
    if isinstance(value, complex):
        return f"complex({number_source(value.real)}, {number_source(value.imag)})"
    return f"({value!r})" if value < 0 else repr(value)


@lru_cache(maxsize=64)
def dtype_source(dtype: DType) -> str:
    """A dtype by its name in NumPy."""
    return f"np.{dtype.name}" if dtype.name != "bool" else "np.bool_"


def axes_source(axes: tuple[int, ...] | None) -> str:
    """Axes of a reduction, or the one axis."""
    return str(axes) if axes is None or len(axes) > 1 else str(axes[0])


def key_source(places: Sequence[Any], shape: Sequence[int]) -> str:
    """An index: integers, and ranges as slices; whole axes at the end are left out."""
    items = []
    for place, size in zip(places, shape, strict=True):
        if isinstance(place, int):
            items.append(str(place))
            continue
        part = place.slice
        start = "" if part.start == 0 and place.step > 0 else part.start
        stop = "" if part.stop is None or part.stop == size else part.stop
        items.append(f"{start}:{stop}" + (f":{part.step}" if part.step != 1 else ""))
    while len(items) > 1 and items[-1] == ":":
        items.pop()
    return ", ".join(items)


def literal_name(value: Any, dtype: DType) -> str:
    """A name for a number as an array without axes: ``k0_5``."""
    return _literal_name(repr(value), dtype)


@lru_cache(maxsize=1024)
def _literal_name(written: str, dtype: DType) -> str:
    text = written.replace("-", "m").replace(".", "_").replace("+", "p")
    text = "".join(letter for letter in text if letter.isalnum() or letter == "_")
    return f"k{text}" if dtype.name == "float64" else f"k{text}_{dtype.kind}{dtype.itemsize}"


def view_source(step: Step, shape: Sizes) -> str:
    """What makes a view of an array of this shape: a suffix, or a call with @ in the array's place."""
    match step.kind:
        case "transpose":
            (order,) = step.settings
            return ".T" if order == tuple(range(len(order)))[::-1] else f".transpose({order})"
        case "reshape":
            return f".reshape({step.shape})"
        case "broadcast":
            return f"np.broadcast_to(@, {step.shape})"
        case "diagonal":
            labels, distinct = step.settings
            return f"np.einsum(@, {list(labels)}, {list(distinct)})"
        case "windows":
            axes, windows = step.settings
            return f"windows(@, {axes}, {[tuple(window) for window in windows]})"
        case "slice":
            key = key_source(step.settings[0], shape)
            return f"[{key}]" if step.shape else f"[{key}, ...]"  # a view, where a lone entry is a copy
    return ""


def slot_source(slot: Slot, whole: Sizes, shape: Sizes) -> str:
    """What makes the view of a slot in an array of shape *whole*, in the shape of what stands there."""
    part = list(whole)
    part[slot.axis] = slot.stop - slot.start
    key = f"[{', '.join([':'] * slot.axis + [f'{slot.start}:{slot.stop}'])}]"
    if tuple(part) == shape:
        return key
    if slot.axis == 0 and part[0] == 1 and tuple(part[1:]) == shape:
        return f"[{slot.start}]"
    return f"{key}.reshape({shape})"
