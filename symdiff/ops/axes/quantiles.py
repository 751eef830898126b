"""The middle and other quantiles of entries along axes: sorted values, and the way between two of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.dims import Size
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import add, negative, subtract
from symdiff.ops.axes.products import flattened
from symdiff.ops.axes.sorting import ArgOrder
from symdiff.ops.broadcast import expand_dims, multiply, normal_axes, transpose
from symdiff.ops.cast import cast
from symdiff.ops.contractions import size
from symdiff.ops.einsum import scale
from symdiff.ops.entries.comparison import less, where
from symdiff.ops.operands import constant
from symdiff.ops.places.gather import take_along_axis
from symdiff.ops.places.indexing import take
from symdiff.ops.powers import floor_divide

__all__ = ["median", "percentile", "quantile"]

Axes = int | Sequence[int] | None


def median(x: Any, axis: Axes = None, keepdims: bool = False) -> Node:
    """The middle entry along *axis*, or the mean of the two in the middle.

    Parameters
    ----------
    x : array_like
        Integers become float64.
    axis : int or sequence of int, optional
        By default, all axes.
    keepdims : bool
        Keep the axes, with size 1.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice, or there are no entries.

    Notes
    -----
    The derivative is 1 for the entry in the middle, or one half for each of two. Where entries are
    equal, the order in which they stand decides which is which. A NaN among the entries gives NaN.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([5.0, 1.0, 2.0, 9.0], "x")
    >>> print(median(x)(), sd.grad(median(x), x)())
    3.5 [0.5 0.  0.5 0. ]
    """
    ordered, axes, ndim = _ordered("median", x, axis)
    count = ordered.shape[-1]
    low, high = (_entry(ordered, place) for place in _middle(count))
    middle = low if low is high else scale(add(low, high), 0.5)
    return _kept(middle, axes, ndim, 0) if keepdims else middle


def quantile(x: Any, q: Any, axis: Axes = None, keepdims: bool = False, *, method: str = "linear") -> Node:
    """The value below which a fraction *q* of the entries along *axis* lies.

    Parameters
    ----------
    x : array_like
        Integers become float64.
    q : float or array_like of float
        Between 0 and 1; its axes come first in the result. It may be a node, and the result is
        differentiable by it where *method* is "linear".
    axis : int or sequence of int, optional
        By default, all axes.
    keepdims : bool
        Keep the axes, with size 1.
    method : {"linear", "lower", "higher", "midpoint"}
        What lies between two entries: the straight line, one of them, or their mean.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice, or there are no entries.
    ValueError
        If *q* is a number outside 0 to 1, or the method does not exist.

    References
    ----------
    ``numpy.quantile``: the entry at place ``q * (n - 1)`` of the sorted ones.

    Examples
    --------
    >>> quantile([4.0, 1.0, 2.0, 3.0], [0.5, 1.0])()
    array([2.5, 4. ])
    """
    if method not in _METHODS:
        raise ValueError(f"quantile: method {method!r} does not exist; use one of {', '.join(_METHODS)}")
    if not isinstance(q, Node) and not np.all((np.asarray(q) >= 0) & (np.asarray(q) <= 1)):
        raise ValueError(f"quantile: q is {q}, but must lie between 0 and 1; percentile takes 0 to 100")
    ordered, axes, ndim = _ordered("quantile", x, axis)
    place = _place(q, ordered)
    low, high, weight = _neighbours(place)
    weight = {"lower": 0.0, "higher": 1.0, "midpoint": 0.5}.get(method, weight)
    result = _between(_front(ordered, low), _front(ordered, high), weight, ordered.ndim - 1)
    return _kept(result, axes, ndim, place.ndim) if keepdims else result


_METHODS = ("linear", "lower", "higher", "midpoint")


def percentile(x: Any, q: Any, axis: Axes = None, keepdims: bool = False, *, method: str = "linear") -> Node:
    """The value below which *q* percent of the entries along *axis* lie; see `quantile`.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice, or there are no entries.
    ValueError
        If *q* is a number outside 0 to 100, or the method does not exist.

    Examples
    --------
    >>> print(percentile([4.0, 1.0, 2.0, 3.0], 50)())
    2.5
    """
    if not isinstance(q, Node):
        q = np.true_divide(q, 100)
        if not np.all((q >= 0) & (q <= 1)):
            raise ValueError(f"percentile: q is {q * 100}, but must lie between 0 and 100")
        return quantile(x, q, axis, keepdims, method=method)
    return quantile(x, q / 100, axis, keepdims, method=method)


def _ordered(name: str, x: Any, axis: Axes) -> tuple[Node, tuple[int, ...], int]:
    """The entries sorted along a last axis that stands for *axis*; those axes; how many there were."""
    node = constant(x)
    if node.dtype.kind == "c":
        raise TypeError(f"{name}: complex entries have no order; take it of real and imaginary parts")
    node = cast(node, inexact(node.dtype))
    axes = tuple(sorted(normal_axes(name, axis, node.ndim)))
    flat = flattened(node, axes)[0] if axes else expand_dims(node, -1)
    if flat.shape[-1] == 0:
        raise ShapeError(f"{name}: axes {axes} of an operand without entries have no {name}")
    return take_along_axis(flat, ArgOrder(flat, axis=-1)), axes, node.ndim


def _place(q: Any, ordered: Node) -> Any:
    """Where the quantile lies among the sorted entries: an array, or a node where a run decides."""
    dtype, count = ordered.dtype, ordered.shape[-1]
    if isinstance(count, int) and not isinstance(q, Node):
        return np.asarray(q, dtype) * dtype.type(count - 1)
    return multiply(constant(q, dtype), cast(subtract(size(count), 1), dtype))


def _neighbours(place: Any) -> tuple[Node, Node, Any]:
    """The integers below and above a place, and how far it is on the way."""
    if isinstance(place, Node):
        low = floor_divide(place, 1)
        high = negative(floor_divide(negative(place), 1))
        return cast(low, int), cast(high, int), subtract(place, low)
    low, high = np.floor(place), np.ceil(place)
    weight = constant(place - low) if np.any(low < high) else 0.0
    return constant(low.astype(int)), constant(high.astype(int)), weight


def _middle(count: Size) -> tuple[Any, Any]:
    """The two places in the middle, which may be one and the same."""
    if isinstance(count, int):
        return (count - 1) // 2, count // 2
    known = size(count)
    return floor_divide(subtract(known, 1), 2), floor_divide(known, 2)


def _entry(x: Node, place: Any) -> Node:
    """The entry of each row at *place*, a number or a node."""
    return x[..., place] if isinstance(place, int) else take(x, place, -1)


def _front(x: Node, places: Node) -> Node:
    """Entries of each row at *places*, whose axes come first."""
    taken = take(x, places, -1)
    rest = x.ndim - 1
    return transpose(taken, [*range(rest, taken.ndim), *range(rest)])


def _between(low: Node, high: Node, weight: Any, rest: int) -> Node:
    """The value on the way from *low* to *high*, counted from the nearer end."""
    if isinstance(weight, float):
        return low if weight == 0 else high if weight == 1 else scale(add(low, high), weight)
    weight = expand_dims(weight, tuple(range(weight.ndim, weight.ndim + rest))) if rest else weight
    step = subtract(high, low)
    ahead, back = multiply(step, weight), multiply(step, subtract(1, weight))
    return where(less(weight, 0.5), add(low, ahead), subtract(high, back))


def _kept(value: Node, axes: tuple[int, ...], ndim: int, leading: int) -> Node:
    """*value* with the axes that are gone put back, after *leading* ones."""
    places = tuple(axis + leading for axis in axes)
    return expand_dims(value, places) if places else value
