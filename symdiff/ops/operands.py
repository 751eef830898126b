"""From Python values to nodes: numbers, arrays, and operands of one dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.coefficients import Coefficient, in_dtype
from symdiff.dims import Dim, Shape
from symdiff.dtypes import as_dtype, is_number, result_dtype
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.cast import cast
from symdiff.ops.einsum import contract
from symdiff.ops.leaves import SMALL, Constant, Content, frozen_array
from symdiff.wiring import Wiring

__all__ = ["constant", "full", "promote"]


def full(shape: Shape, value: Coefficient, dtype: Any = None) -> Node:
    """An array of *shape* filled with one number, never stored.

    Examples
    --------
    >>> full((2, 2), 7.0)()
    array([[7., 7.],
           [7., 7.]])
    """
    found = as_dtype(result_dtype(value) if dtype is None else dtype)
    for size in shape:
        if not isinstance(size, Dim) and (not isinstance(size, int | np.integer) or size < 0):
            raise ShapeError(f"full: a size is a non-negative int or a Dim, not {size!r}")
    if found.kind in "iu" and in_dtype(value, found) != value:
        raise OverflowError(f"the integer {value} does not fit dtype {found}; cast the other operand")
    labels = tuple(range(len(shape)))
    return contract((), Wiring((), labels, tuple(shape)), in_dtype(value, found), found)


def constant(value: Any, dtype: Any = None) -> Node:
    """*value* as a node: nodes stay themselves, numbers become scalars, arrays are copied and frozen.

    Raises
    ------
    TypeError
        If the value is not numeric.

    Examples
    --------
    >>> constant([1.0, 2.0])
    <constant float64[2]>
    """
    if isinstance(value, Node):
        return value if dtype is None else cast(value, dtype)
    if is_number(value):
        return full((), value, dtype)
    try:
        array = frozen_array(value, dtype)
    except (TypeError, ValueError) as reason:
        hint = "; join nodes with stack" if isinstance(value, list | tuple) else ""
        raise TypeError(
            f"constant: cannot use {type(value).__name__} as an array{hint} ({reason})"
        ) from reason
    if array.ndim == 0 and array.dtype.itemsize <= SMALL:
        return full((), array.item(), array.dtype)
    return Constant(content=Content(array))


def promote(*values: Any) -> list[Node]:
    """The values as nodes of their common dtype; Python numbers are weak, as in NumPy 2."""
    dtypes = {value.dtype if isinstance(value, Node) else None for value in values}
    if len(dtypes) == 1 and None not in dtypes:
        return list(values)
    items = [value if is_number(value) else constant(value) for value in values]
    dtype = result_dtype(*[item.dtype if isinstance(item, Node) else item for item in items])
    return [cast(item, dtype) if isinstance(item, Node) else full((), item, dtype) for item in items]
