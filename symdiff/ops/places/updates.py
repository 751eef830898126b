"""Arrays with some entries changed: ``x.at[key].set(v)`` and its kin, which leave *x* as it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.dims import shape_text
from symdiff.dtypes import is_number, result_dtype
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import add, negative
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.entries.elementwise import maximum, minimum
from symdiff.ops.operands import constant, full
from symdiff.ops.places.gather import along_axis, merged
from symdiff.ops.places.getitem import getitem
from symdiff.ops.places.indexing import ScatterAdd, Take, as_indices, known
from symdiff.ops.places.overwriting import overwrite, put, rounds, subset
from symdiff.ops.places.selection import Selection, selection
from symdiff.ops.powers import divide
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import place

__all__ = ["At", "put_along_axis"]


class At:
    """``x.at``: index it with anything that `x` takes between brackets, then say what to do there."""

    __slots__ = ("x",)

    def __init__(self, x: Node) -> None:
        self.x = x

    def __getitem__(self, key: Any) -> Update:
        return Update(self.x, key)


class Update:
    """``x.at[key]``: the array with entries at *key* changed, as a new node.

    Values broadcast to ``x[key]`` and are converted to the dtype of *x*, where that loses nothing but
    precision. Both the array and the values have derivatives. Where indices repeat, `set` keeps the last
    value, from which alone a derivative comes; all others act once per repetition, in order.
    Repeated indices in `multiply`, `divide`, `minimum` and `maximum` must be constant.

    Raises
    ------
    ShapeError
        If the values do not broadcast to ``x[key]``.
    TypeError
        If the values do not convert to the dtype of *x*.
    IndexError
        If an index is out of range, or when run, if indices that must not repeat do.

    References
    ----------
    ``jax.numpy.ndarray.at``.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0, 3.0], "x")
    >>> x.at[1:].set(0)()
    array([1., 0., 0.])
    >>> x.at[[0, 0, 2]].add(10)()
    array([21.,  2., 13.])
    >>> sd.grad(x.at[0].multiply(5).sum(), x)()
    array([5., 1., 1.])
    """

    __slots__ = ("chosen", "key", "x")

    def __init__(self, x: Node, key: Any) -> None:
        self.x = x
        self.key = key
        self.chosen: Selection = selection(x, key)

    def get(self) -> Node:
        """``x[key]``."""
        return getitem(self.x, self.key)

    def set(self, values: Any) -> Node:
        """With *values* at *key*; of several values for one entry, the last."""
        return self._written("set", values, None)

    def add(self, values: Any) -> Node:
        """With *values* added at *key*."""
        chosen = self.chosen
        v = self._values("add", values)
        if chosen.indices:
            count = len(chosen.indices)
            inner = merged(chosen.down(self.x), chosen.axis, count)
            v = ScatterAdd(v, chosen.places, axis=chosen.axis, length=inner.shape[chosen.axis])
            v = reshape(v, chosen.down(self.x).shape)
        return add(self.x, place(chosen.up(v), chosen.ranges, self.x.shape))

    def subtract(self, values: Any) -> Node:
        """With *values* subtracted at *key*."""
        return self.add(negative(self._values("subtract", values)))

    def multiply(self, values: Any) -> Node:
        """With entries at *key* multiplied by *values*."""
        return self._written("multiply", values, multiply)

    def divide(self, values: Any) -> Node:
        """With entries at *key* divided by *values*."""
        return self._written("divide", values, divide)

    def minimum(self, values: Any) -> Node:
        """With entries at *key* no larger than *values*."""
        return self._written("minimum", values, minimum)

    def maximum(self, values: Any) -> Node:
        """With entries at *key* no smaller than *values*."""
        return self._written("maximum", values, maximum)

    min = minimum
    max = maximum

    def _values(self, name: str, values: Any) -> Node:
        """*values* in the dtype of the array and the shape of what is indexed."""
        node = fitting(f"x.at[...].{name}", self.x, values)
        shape = self.chosen.shape
        if broadcast_shapes(f"x.at[...].{name}", node.shape, shape) != shape:
            raise ShapeError(
                f"x.at[...].{name}: values of shape {shape_text(node.shape)} do not broadcast to what is "
                f"indexed, {shape_text(shape)}; drop axes, or index more"
            )
        return broadcast_to(node, shape)

    def _written(self, name: str, values: Any, f: Callable[[Any, Any], Node] | None) -> Node:
        """The array with f(old, values) in place of the old entries; with the values if there is no f."""
        chosen = self.chosen
        v = self._values(name, values)
        if f is divide and self.x.dtype.kind in "biu":
            raise TypeError(f"x.at[...].divide: quotients do not fit {self.x.dtype}; convert with astype")
        if not chosen.indices:
            new = v if f is None else f(chosen.down(self.x), v)
        else:
            part = chosen.down(self.x)
            inner = merged(part, chosen.axis, len(chosen.indices))
            new = reshape(written(inner, v, chosen.places, chosen.axis, f), part.shape)
        return overwrite(self.x, chosen.up(new), chosen.ranges)


def written(x: Node, v: Node, places: Node, axis: int, f: Callable[[Any, Any], Node] | None) -> Node:
    """*x* with f(old, v) at places along an axis, once per repetition of a constant place."""
    values, size = known(places), x.shape[axis]
    if f is None or values is None or not isinstance(size, int):
        new = v if f is None else f(Take(x, places, axis=axis), v)
        return put(x, new, places, axis, refused=f is not None)
    turns = rounds(values, size)
    if len(turns) == 1:
        return put(x, f(Take(x, places, axis=axis), v), places, axis)
    for turn in turns:
        some, there = subset(v, values, turn, axis)
        x = put(x, f(Take(x, there, axis=axis), some), there, axis)
    return x


def fitting(name: str, x: Node, values: Any) -> Node:
    """*values* in the dtype of *x*, if that loses nothing but precision.

    Raises
    ------
    TypeError
        If it would lose more: a fraction, an imaginary part.
    """
    if is_number(values):
        if np.can_cast(result_dtype(x.dtype, values), x.dtype, "same_kind"):
            return full((), values, x.dtype)
        values = constant(values)
    node = constant(values)
    if not np.can_cast(node.dtype, x.dtype, "same_kind"):
        raise TypeError(
            f"{name}: the array is {x.dtype}, but the values are {node.dtype}; convert one with astype"
        )
    return cast(node, x.dtype)


def put_along_axis(x: Any, indices: Any, values: Any, axis: int = -1) -> Node:
    """*x* with *values* at the places along *axis* that an array of as many axes names, as a new node.

    Parameters
    ----------
    x : array_like
    indices : array_like of int
        As many axes as *x*; all but *axis* broadcast against those of *x*.
    values : array_like
        Broadcast to the indices. Of several values for one entry the last one is kept.

    Raises
    ------
    ShapeError
        If the axes do not fit.
    IndexError
        If an index is out of range: at once where it is constant, else when run.

    References
    ----------
    ``numpy.put_along_axis``, which changes its argument.

    Examples
    --------
    >>> put_along_axis([[1, 2, 3], [4, 5, 6]], [[0], [2]], 9, axis=1)()
    array([[9, 2, 3],
           [4, 5, 9]])
    """
    node, index = constant(x), as_indices(indices)
    (axis,) = normal_axes("put_along_axis", axis, node.ndim)
    places, shape = along_axis("put_along_axis", node, index, axis)
    v = broadcast_to(fitting("put_along_axis", node, values), shape)
    return reshape(put(merged(node, 0, node.ndim), v, places, 0), node.shape)
