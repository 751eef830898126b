"""Exact scalar factors: a third stays a third, so that dividing by 3 can be undone and printed.

A coefficient is a Python number of the kind its dtype calls for, or a `Fraction` where no float is
exact. Fractions whose terms no longer fit a float become floats.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from symdiff.dtypes import DType

__all__ = ["Coefficient", "converted", "in_dtype", "inverse", "joined", "number", "product", "total"]

Coefficient: TypeAlias = bool | int | float | complex | Fraction


def in_dtype(value: Any, dtype: DType) -> Any:
    """*value* as the coefficient that *dtype* calls for; integers wrap around as their arrays do.

    Raises
    ------
    TypeError
        If that would lose something: a fraction of an integer array, or a complex multiple of a real one.
    """
    kind = dtype.kind
    if kind == "f" and (type(value) is float or type(value) is int):
        return float(value)
    if type(value) is Fraction:
        value = _settle(value)
    if kind in "fc" and type(value) is Fraction:
        return value
    if kind == "c":
        value = complex(value)
        return value if value.imag else value.real
    exact = value == value.real if isinstance(value, complex) else True
    if not exact or (kind in "iu" and value != int(value)):
        raise TypeError(f"a coefficient {value} does not fit dtype {dtype}; convert with cast first")
    if kind == "f":
        return float(value)
    return bool(value) if kind == "b" else _wrapped(int(value), dtype)


def _wrapped(value: int, dtype: DType) -> int:
    """*value* modulo the range of an integer dtype."""
    span = 1 << (8 * dtype.itemsize)
    low = -(span // 2) if dtype.kind == "i" else 0
    return (value - low) % span + low


def converted(value: Any, source: DType, target: DType) -> Any:
    """A coefficient of dtype *source* as an array's entry would be converted to *target*."""
    if isinstance(value, complex) and target.kind != "c":
        value = value.real
    if source.kind in "fc" and (target.kind in "biu" or target.itemsize > source.itemsize):
        entry = source.type(number(value))
        return target.type(entry.real if target.kind != "c" else entry).item()
    return bool(value) if target.kind == "b" else value


def number(value: Any) -> Any:
    """A coefficient as the plain number that multiplies an array."""
    return float(value) if type(value) is Fraction else value


def product(a: Any, b: Any) -> Any:
    """a times b, exactly when one of them is a fraction."""
    if type(a) is Fraction or type(b) is Fraction:
        return _exactly(lambda x, y: x * y, a, b)
    return a * b


def joined(a: Any, b: Any, dtype: DType) -> Any:
    """a times b, or None where the factors are in the range of *dtype* and the product is not."""
    result = product(a, b)
    size = abs(result)
    if 1e-30 < size < 1e30 or dtype.kind not in "fc" or not a or not b:
        return result
    range_ = np.finfo(dtype)
    inside = float(range_.tiny) <= size <= float(range_.max)
    return result if inside or not math.isfinite(abs(a)) or not math.isfinite(abs(b)) else None


def total(a: Any, b: Any) -> Any:
    """a plus b, exactly when one of them is a fraction."""
    if type(a) is Fraction or type(b) is Fraction:
        return _exactly(lambda x, y: x + y, a, b)
    return a + b


def inverse(value: Any) -> Any:
    """One divided by *value*, exactly; None when there is no such coefficient.

    Examples
    --------
    >>> inverse(3.0), inverse(0.5), inverse(0.0)
    (Fraction(1, 3), 2.0, None)
    """
    if isinstance(value, complex) or not value or not math.isfinite(value):
        return None
    exact = 1 / Fraction(value)
    settled = _settle(exact)
    return settled if math.isfinite(settled) and Fraction(settled) == exact else None


def _exactly(operation: Any, a: Any, b: Any) -> Any:
    finite = all(isinstance(x, Fraction) or (not isinstance(x, complex) and math.isfinite(x)) for x in (a, b))
    if not finite:
        return operation(*(float(x) if isinstance(x, Fraction) else x for x in (a, b)))
    return _settle(operation(Fraction(a), Fraction(b)))


def _settle(value: Fraction) -> Any:
    """A float where it is exact, the fraction where its terms are, the nearest float otherwise."""
    try:
        nearest = float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    if math.isinf(nearest) or Fraction(nearest) == value:
        return nearest
    terms = (value.numerator, value.denominator)
    exact = all(term.bit_length() < 1000 and Fraction(float(term)) == term for term in terms)
    return value if exact else nearest
