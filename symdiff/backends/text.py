"""Numbers, polynomials, dtypes and indices as Python source."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from symdiff.dtypes import DType

__all__ = ["axes_source", "dtype_source", "horner", "key_source", "number_source", "scaled_source"]


def scaled_source(text: str, factor: Any) -> str:
    """*text* times *factor*: by division where the inverse is exact and the factor is not."""
    if not isinstance(factor, Fraction):
        if factor == 1:
            return text
        return f"-{text}" if factor == -1 else f"{number_source(factor)} * {text}"
    inverse = 1 / factor
    if Fraction(float(inverse)) == inverse:
        return f"{text} / {number_source(float(inverse))}"
    return f"{number_source(float(factor.numerator))} * {text} / {number_source(float(factor.denominator))}"


def horner(x: str, coefficients: Sequence[Any]) -> str:
    """A polynomial as nested products: ``1.0 - x * x``."""
    constant, *higher = coefficients
    real = not any(isinstance(c, complex) for c in coefficients)
    if real and higher[-1] < 0 and constant > 0:
        return f"{number_source(constant)} - {_nested(x, [-c for c in higher])}"
    rest = _nested(x, higher)
    return rest if constant == 0 else f"{rest} + {number_source(constant)}"


def _nested(x: str, coefficients: Sequence[Any]) -> str:
    """x times the polynomial with these coefficients."""
    *lower, top = coefficients
    text = "" if top == 1 else number_source(top)
    for c in reversed(lower):
        text = f"{text} * {x}" if text else x
        if c != 0:
            text = f"({text} + {number_source(c)})"
    return f"{text} * {x}" if text else x


def number_source(value: Any) -> str:
    """A number as Python source."""
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(value), "np.nan")
    if isinstance(value, complex):
        return f"complex({number_source(value.real)}, {number_source(value.imag)})"
    return f"({value!r})" if value < 0 else repr(value)


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
