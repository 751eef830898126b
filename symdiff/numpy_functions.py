"""Where NumPy's functions and symdiff's differ in name or arguments: the tables, and the bridges."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import numpy as np

from symdiff.array_methods import required
from symdiff.dims import Size, product
from symdiff.node import Node
from symdiff.ops.broadcast import multiply
from symdiff.ops.cast import cast
from symdiff.ops.contractions import einsum, matmul, tensordot
from symdiff.ops.entries.comparison import where
from symdiff.ops.operands import constant, full
from symdiff.ops.powers import floor_divide, remainder

__all__ = ["FUNCTIONS", "UFUNCS"]


# --- functions of entries ---------------------------------------------------------------------------------


def _same(x: Node) -> Node:
    return x


def _conjugate(x: Any) -> Node:
    node = constant(x)
    return required("conj")(node) if node.dtype.kind == "c" else node


def _logical(name: str, symbol: str) -> Callable[..., Node]:
    """A bitwise function, which on booleans is the logical one."""

    def function(*operands: Any) -> Node:
        nodes = [constant(operand) for operand in operands]
        if any(node.dtype.kind != "b" for node in nodes):
            raise TypeError(f"{symbol} of nodes is for booleans, not for {nodes[0].dtype}; compare first")
        found: Node = required(name)(*nodes)
        return found

    return function


def _vecdot(x: Any, y: Any) -> Node:
    return einsum("...i,...i->...", _conjugate(x), y)


UFUNCS: dict[str, str | Callable[..., Any]] = {
    "absolute": "abs",
    "fabs": "abs",
    "conjugate": _conjugate,
    "positive": _same,
    "rint": "round",
    "bitwise_and": _logical("logical_and", "&"),
    "bitwise_or": _logical("logical_or", "|"),
    "bitwise_xor": _logical("logical_xor", "^"),
    "invert": _logical("logical_not", "~"),
    "divmod": lambda x, y: (floor_divide(x, y), remainder(x, y)),
    "vecdot": _vecdot,
    "matvec": lambda x, y: einsum("...ij,...j->...i", x, y),
    "vecmat": lambda x, y: einsum("...i,...ij->...j", _conjugate(x), y),
}


# --- functions of arrays ----------------------------------------------------------------------------------


def _size(a: Any, axis: int | None = None) -> Size:
    shape = constant(a).shape
    return product(shape) if axis is None else shape[axis]


def _take(a: Any, indices: Any, axis: int | None = None, out: None = None, mode: str = "raise") -> Node:
    if out is not None or mode != "raise":
        raise TypeError("np.take of a node takes neither out= nor mode=; indices must lie within the axis")
    found: Node = (
        required("take")(a, indices, axis) if axis is not None else constant(a).ravel().take(indices)
    )
    return found


def _concatenate(arrays: Sequence[Any], axis: int | None = 0, **options: None) -> Node:
    if any(value is not None for value in options.values()):
        raise TypeError(f"np.concatenate of nodes takes no {', '.join(options)}; convert with x.astype")
    parts = list(arrays) if axis is not None else [constant(array).ravel() for array in arrays]
    found: Node = required("concatenate")(parts, axis or 0)
    return found


def _where(condition: Any, *choices: Any) -> Node:
    if not choices:
        raise TypeError(
            "np.where of one node is nonzero, whose shape depends on values; evaluate first, or give both "
            "choices: symdiff.where(condition, x, y)"
        )
    return where(condition, *choices)


def _clip(a: Any, a_min: Any = None, a_max: Any = None, *, min: Any = None, max: Any = None) -> Node:
    found: Node = required("clip")(a, a_min if min is None else min, a_max if max is None else max)
    return found


def _pad(
    array: Any, pad_width: Any, mode: str = "constant", constant_values: Any = 0, **options: Any
) -> Node:
    function = required("pad")
    if mode == "constant" and not options:
        return function(array, pad_width, constant_values)  # type: ignore[no-any-return]
    return function(array, pad_width, mode=mode, **options)  # type: ignore[no-any-return]


def _full_like(
    a: Any, fill_value: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None
) -> Node:
    node = constant(a)
    size = node.shape if shape is None else tuple(shape) if isinstance(shape, Sequence) else (shape,)
    kind = node.dtype if dtype is None else dtype
    if isinstance(fill_value, int | float | complex):
        return full(size, fill_value, kind)
    found: Node = required("broadcast_to")(cast(constant(fill_value), kind), size)
    return found


def _einsum(*arguments: Any, optimize: Any = True) -> Node:
    """A program plans the order of contractions by itself, so *optimize* says nothing new."""
    return einsum(*arguments)


def _inner(a: Any, b: Any) -> Node:
    x, y = constant(a), constant(b)
    return multiply(x, y) if not (x.ndim and y.ndim) else tensordot(x, y, ([x.ndim - 1], [y.ndim - 1]))


def _instead(message: str) -> Callable[..., Any]:
    """A function of NumPy that means something else than ours of that name."""

    def refuse(*arguments: Any, **options: Any) -> NoReturn:
        raise TypeError(message)

    return refuse


def _multi_dot(arrays: Sequence[Any], *, out: None = None) -> Node:
    product_of_all: Node = functools.reduce(matmul, arrays)
    return product_of_all


def _matrix_transpose(x: Any, /) -> Node:
    return constant(x).mT


FUNCTIONS: dict[str, str | Callable[..., Any]] = {
    "amax": "max",
    "amin": "min",
    "around": "round",
    "shape": lambda a: constant(a).shape,
    "ndim": lambda a: constant(a).ndim,
    "size": _size,
    "result_type": lambda *items: np.result_type(*[i.dtype if isinstance(i, Node) else i for i in items]),
    "iscomplexobj": lambda x: constant(x).dtype.kind == "c",
    "isrealobj": lambda x: constant(x).dtype.kind != "c",
    "astype": lambda x, dtype, /, *, copy=True, device=None: cast(constant(x), dtype),
    "copy": lambda a, order="K", subok=False: constant(a),
    "take": _take,
    "concatenate": _concatenate,
    "where": _where,
    "clip": _clip,
    "pad": _pad,
    "full_like": _full_like,
    "zeros_like": lambda a, dtype=None, **options: _full_like(a, 0, dtype, **options),
    "ones_like": lambda a, dtype=None, **options: _full_like(a, 1, dtype, **options),
    "empty_like": lambda a, dtype=None, **options: _full_like(a, 0, dtype, **options),
    "einsum": _einsum,
    "inner": _inner,
    "vdot": lambda a, b, /: _vecdot(constant(a).ravel(), constant(b).ravel()),
    "multi_dot": _multi_dot,
    "matrix_transpose": _matrix_transpose,
    "linalg.diagonal": lambda x, /, *, offset=0: constant(x).diagonal(offset, -2, -1),
    "linalg.trace": lambda x, /, *, offset=0: constant(x).diagonal(offset, -2, -1).sum(-1),
    "linalg.lstsq": _instead(
        "np.linalg.lstsq gives four results, of which a graph has one; use symdiff.linalg.lstsq(a, b)"
    ),
    "put_along_axis": _instead(
        "np.put_along_axis writes into its operand, and a node is immutable; use what "
        "symdiff.put_along_axis(x, indices, values, axis) returns"
    ),
}
