"""How types of operands combine: NumPy 2's rules, in which Python numbers are weak."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np

__all__ = ["DType", "Number", "as_dtype", "inexact", "is_inexact", "is_number", "result_dtype"]

DType: TypeAlias = "np.dtype[Any]"
Number: TypeAlias = bool | int | float | complex

_KINDS = frozenset("biufc")
_NUMBERS = frozenset((bool, int, float, complex))
DEFAULT = np.dtype(np.float64)


def is_number(value: object) -> bool:
    """Whether *value* is a plain Python number, whose type gives way to an array's."""
    return type(value) in _NUMBERS


def as_dtype(dtype: Any) -> DType:
    """*dtype* as a NumPy dtype, if it is boolean or numeric.

    Raises
    ------
    TypeError
        For strings, objects, dates and records.
    """
    found: DType = np.dtype(dtype)
    if not found.isnative:
        found = found.newbyteorder("=")
    if found.kind not in _KINDS:
        raise TypeError(f"symdiff computes with numbers and booleans, not with dtype {found}")
    return found


def is_inexact(dtype: DType) -> bool:
    """Whether values of *dtype* vary smoothly: floating point, real or complex."""
    return dtype.kind in "fc"


def inexact(dtype: DType) -> DType:
    """The floating type in which a smooth function of *dtype* is computed."""
    return dtype if is_inexact(dtype) else DEFAULT


def result_dtype(*values: Any) -> DType:
    """The common type of dtypes and Python numbers, as NumPy 2 would choose it.

    Examples
    --------
    >>> result_dtype(np.dtype("float32"), 2.5)
    dtype('float32')
    >>> result_dtype(np.dtype("int64"), 2.5)
    dtype('float64')
    """
    first = values[0]
    if isinstance(first, np.dtype):
        weak = float if first.kind == "f" else None  # what gives way to the first without a look at its value
        if all(value is first or type(value) is weak for value in values):
            same: DType = first
            return same
    found: DType = np.result_type(*values)
    return found
