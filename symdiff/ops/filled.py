"""Arrays that are a rule and no storage: ones, zeros, identities."""

from __future__ import annotations

from typing import Any

from symdiff.coefficients import in_dtype
from symdiff.dims import Shape, Size
from symdiff.node import Node
from symdiff.ops.broadcast import as_shape
from symdiff.ops.einsum import contract
from symdiff.ops.operands import constant, full
from symdiff.wiring import Wiring

__all__ = ["eye", "ones", "ones_like", "zeros", "zeros_like"]


def ones(shape: Any, dtype: Any = float) -> Node:
    """Ones, never stored."""
    return full(as_shape(shape), 1, dtype)


def zeros(shape: Any, dtype: Any = float) -> Node:
    """Zeros, never stored."""
    return full(as_shape(shape), 0, dtype)


def ones_like(x: Any) -> Node:
    """Ones of the shape and dtype of *x*."""
    x = constant(x)
    return full(x.shape, 1, x.dtype)


def zeros_like(x: Any) -> Node:
    """Zeros of the shape and dtype of *x*."""
    x = constant(x)
    return full(x.shape, 0, x.dtype)


def eye(shape: Size | Shape, dtype: Any = float) -> Node:
    """The identity: 1 where two equal groups of indices agree, as wires rather than as an array.

    Parameters
    ----------
    shape : int, Dim or tuple of them
        One group of axes; the result has shape ``(*shape, *shape)``.

    Examples
    --------
    >>> import symdiff as sd
    >>> eye(2)()
    array([[1., 0.],
           [0., 1.]])
    >>> a = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "a")
    >>> a @ eye(2) is a
    True
    """
    group = as_shape(shape)
    labels = tuple(range(len(group)))
    found = full(group, 1, dtype).dtype
    return contract((), Wiring((), labels + labels, group), in_dtype(1, found), found)
