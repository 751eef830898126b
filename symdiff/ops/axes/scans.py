"""Running sums and products along an axis, and the recurrence that differentiates the products."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.dtypes import DType, is_inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.base import Linear
from symdiff.ops.broadcast import broadcast_to, multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.operands import constant, full
from symdiff.ops.shape.shaping import concatenate

__all__ = ["cumprod", "cumsum", "cumulative_prod", "cumulative_sum", "one_axis"]


class Cumsum(Linear):
    """the sum of all entries up to each place, or from each place on in reverse

    The axis is counted from the end, so that leading batch axes change nothing.
    """

    __slots__ = ()
    axis: int
    reverse: bool

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        return _accumulated(xp.cumsum, xp, x, self.axis, self.reverse)

    def transposed(self, k: int, g: Node) -> Node:
        return Cumsum(g, axis=self.axis, reverse=not self.reverse)


class Cumprod(Node):
    """the product of all entries up to each place, or from each place on in reverse

    ``y[i] = x[i] * y[i - 1]``, so the tangent obeys ``dy[i] = x[i] * dy[i - 1] + y[i - 1] * dx[i]``:
    a recurrence, in which nothing is divided, so that zeros are entries like any others.
    """

    __slots__ = ()
    axis: int
    reverse: bool

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        return _accumulated(xp.cumprod, xp, x, self.axis, self.reverse)

    def vjp(self, k: int, g: Node) -> Node | None:
        (x,) = self.operands
        return multiply(adjoint(x, g, self.axis, self.reverse), self.before())

    def jvp(self, k: int, dx: Node) -> Node | None:
        (x,) = self.operands
        return recurrence(x, multiply(self.before(), dx), self.axis, self.reverse)

    def before(self) -> Node:
        """At each place, the product of the entries before it: 1 at the first."""
        return Shift(self, axis=self.axis, by=-1 if self.reverse else 1, entering=1)


class Recurrence(Node):
    """h[i] = a[i] * h[i - 1] + b[i], beginning with h[0] = b[0]; from the last place on in reverse

    It is closed under differentiation: every derivative of it is made of recurrences.
    """

    __slots__ = ()
    axis: int
    reverse: bool

    def infer_shape(self) -> Shape:
        return self.operands[1].shape

    def compute(self, xp: Any, a: Any, b: Any) -> Any:
        step = -1 if self.reverse else 1
        factors, terms = (xp.moveaxis(x, self.axis, 0)[::step] for x in (a, b))
        result = xp.empty(b.shape, dtype=b.dtype)
        rows: Any = zip(factors, terms, strict=True)
        if b.ndim == 1:  # plain numbers are several times as fast as scalars of arrays
            rows = zip(factors.tolist(), terms.tolist(), strict=True)
        target = xp.moveaxis(result, self.axis, 0)[::step]
        state = itertools.accumulate(rows, lambda h, row: (None, row[0] * h[1] + row[1]))
        for place, (_, value) in enumerate(state):
            target[place] = value
        return result

    def vjp(self, k: int, g: Node) -> Node | None:
        c = adjoint(self.operands[0], g, self.axis, self.reverse)
        return c if k == 1 else multiply(c, self.before())

    def jvp(self, k: int, dx: Node) -> Node | None:
        source = dx if k == 1 else multiply(self.before(), dx)
        return recurrence(self.operands[0], source, self.axis, self.reverse)

    def before(self) -> Node:
        """At each place, the value one step before it: 0 at the first."""
        return Shift(self, axis=self.axis, by=-1 if self.reverse else 1, entering=0)


class Shift(Node):
    """x moved by one place along an axis, a number coming in at the end that is left"""

    __slots__ = ()
    axis: int
    by: int
    entering: int

    def infer_shape(self) -> Shape:
        return self.operands[0].shape

    def compute(self, xp: Any, x: Any) -> Any:
        result = xp.full(x.shape, self.entering, dtype=x.dtype)
        source, target = xp.moveaxis(x, self.axis, 0), xp.moveaxis(result, self.axis, 0)
        if self.by > 0:
            target[1:] = source[:-1]
        else:
            target[:-1] = source[1:]
        return result

    def vjp(self, k: int, g: Node) -> Node | None:
        return Shift(g, axis=self.axis, by=-self.by, entering=0)

    def jvp(self, k: int, dx: Node) -> Node | None:
        return Shift(dx, axis=self.axis, by=self.by, entering=0)


def recurrence(a: Node, b: Node, axis: int, backward: bool) -> Node:
    """The recurrence with factors *a* and terms *b*, which may have leading batch axes."""
    return Recurrence(broadcast_to(a, b.shape), b, axis=axis, reverse=backward)


def adjoint(a: Node, g: Node, axis: int, backward: bool) -> Node:
    """The transpose of the recurrence as a map of its terms: ``c[i] = g[i] + a[i + 1] * c[i + 1]``."""
    after = Shift(a, axis=axis, by=1 if backward else -1, entering=0)
    return recurrence(after, g, axis, not backward)


def _accumulated(function: Any, xp: Any, x: Any, axis: int, backward: bool) -> Any:
    """A running sum or product in the dtype of *x*."""
    if not backward:
        return function(x, axis=axis, dtype=x.dtype)
    return xp.flip(function(xp.flip(x, axis), axis=axis, dtype=x.dtype), axis)


# --- the functions that check and build ---------------------------------------------------------------


def widened(x: Node, function: Any) -> Node:
    """Booleans and short integers in the dtype in which NumPy's ufunc *function* reduces them."""
    dtype: DType = x.dtype
    return x if is_inexact(dtype) else cast(x, function.reduce(np.empty(0, dtype)).dtype)


def one_axis(name: str, x: Any, axis: int | None) -> tuple[Node, int]:
    """*x*, flattened when *axis* is None, and the axis counted from the end."""
    node = constant(x)
    if axis is None:
        return node.reshape(-1), -1
    if not hasattr(axis, "__index__"):
        raise TypeError(f"{name}: axis is one int or None, not {axis!r}")
    return node, normal_axes(name, axis, node.ndim)[0] - node.ndim


def cumsum(x: Any, axis: int | None = None, *, reverse: bool = False) -> Node:
    """Running sums: at each place along *axis*, the sum of the entries up to it.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        By default, *x* is flattened.
    reverse : bool
        Sum from the last entry on, which is the adjoint.

    Returns
    -------
    Node
        Of the shape of *x*, or flat. As in `numpy.cumsum`, short integers become long ones.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Examples
    --------
    >>> cumsum([1.0, 2.0, 3.0])()
    array([1., 3., 6.])
    >>> cumsum([1.0, 2.0, 3.0], reverse=True)()
    array([6., 5., 3.])
    """
    node, axis = one_axis("cumsum", x, axis)
    return Cumsum(widened(node, np.add), axis=axis, reverse=bool(reverse))


def cumprod(x: Any, axis: int | None = None, *, reverse: bool = False) -> Node:
    """Running products: at each place along *axis*, the product of the entries up to it.

    Its derivatives never divide, so they are right where entries are 0.

    Parameters
    ----------
    x : array_like
    axis : int, optional
        By default, *x* is flattened.
    reverse : bool
        Multiply from the last entry on.

    Returns
    -------
    Node
        Of the shape of *x*, or flat. As in `numpy.cumprod`, short integers become long ones.

    Raises
    ------
    ShapeError
        If the axis does not exist.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([2.0, 0.0, 4.0], "x")
    >>> cumprod(x)()
    array([2., 0., 0.])
    >>> sd.grad(cumprod(x).sum(), x)()
    array([ 1., 10.,  0.])
    """
    node, axis = one_axis("cumprod", x, axis)
    return Cumprod(widened(node, np.multiply), axis=axis, reverse=bool(reverse))


def cumulative_sum(x: Any, axis: int | None = None, *, include_initial: bool = False) -> Node:
    """Running sums, as the array API standard calls them.

    Parameters
    ----------
    x : array_like
        With at least one axis.
    axis : int, optional
        May be left out where there is only one.
    include_initial : bool
        Put the empty sum, 0, in front.

    Raises
    ------
    ShapeError
        If the axis does not exist, or is left out where there are several.

    Examples
    --------
    >>> cumulative_sum([1, 2, 3], include_initial=True)()
    array([0, 1, 3, 6])
    """
    return _cumulative("cumulative_sum", cumsum, 0, x, axis, include_initial)


def cumulative_prod(x: Any, axis: int | None = None, *, include_initial: bool = False) -> Node:
    """Running products, as the array API standard calls them; see `cumulative_sum`.

    Raises
    ------
    ShapeError
        If the axis does not exist, or is left out where there are several.

    Examples
    --------
    >>> cumulative_prod([1, 2, 3], include_initial=True)()
    array([1, 1, 2, 6])
    """
    return _cumulative("cumulative_prod", cumprod, 1, x, axis, include_initial)


def _cumulative(name: str, function: Any, initial: int, x: Any, axis: int | None, include: bool) -> Node:
    node = constant(x)
    if axis is None and node.ndim != 1:
        raise ShapeError(f"{name}: the operand has {node.ndim} axes; say along which one with axis")
    (place,) = normal_axes(name, 0 if axis is None else axis, node.ndim)
    running: Node = function(node, place)
    if not include:
        return running
    shape = (*running.shape[:place], 1, *running.shape[place + 1 :])
    return concatenate([full(shape, initial, running.dtype), running], place)
