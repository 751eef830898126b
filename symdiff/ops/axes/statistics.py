"""Averages, the spread around them, and how several quantities vary together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import Size, product, shape_text
from symdiff.dtypes import DType, inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import subtract
from symdiff.ops.axes.reductions import max, min
from symdiff.ops.base import unary
from symdiff.ops.broadcast import multiply, normal_axes, transpose
from symdiff.ops.cast import cast
from symdiff.ops.contractions import matmul, mean, size, sum
from symdiff.ops.diagonals import diagonal
from symdiff.ops.entries.elementwise import maximum
from symdiff.ops.operands import constant, full, promote
from symdiff.ops.powers import Inverse, Length, divide
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import concatenate

__all__ = ["amax", "amin", "average", "corrcoef", "cov", "ptp", "std", "var"]

Axes = int | Sequence[int] | None

amax = max
amin = min


def average(x: Any, axis: Axes = None, weights: Any = None, keepdims: bool = False) -> Node:
    """The mean along *axis*, with weights.

    Parameters
    ----------
    x : array_like
    axis : int or sequence of int, optional
        By default, all axes.
    weights : array_like, optional
        Of the shape of *x*, or with the axes in *axis* only. Equal by default.
    keepdims : bool
        Keep the axes, with size 1.

    Raises
    ------
    ShapeError
        If an axis does not exist, or the weights fit neither *x* nor *axis*.

    References
    ----------
    ``numpy.average``: ``sum(x * weights) / sum(weights)``.

    Examples
    --------
    >>> print(average([1.0, 2.0, 6.0], weights=[2, 1, 1])())
    2.5
    """
    if weights is None:
        return mean(x, axis, keepdims)
    node, factors = promote(x, weights)
    axes = normal_axes("average", axis, node.ndim)
    if factors.shape != node.shape:
        if factors.shape != tuple(node.shape[k] for k in axes):
            raise ShapeError(
                f"average: the weights are {shape_text(factors.shape)}, but the array is "
                f"{shape_text(node.shape)}; give one weight per entry, or one along axis {axis}"
            )
        factors = transpose(factors, sorted(range(len(axes)), key=axes.__getitem__))
        factors = reshape(factors, [n if k in axes else 1 for k, n in enumerate(node.shape)])
    total = sum(factors, tuple(k for k in axes), keepdims)
    return divide(sum(multiply(node, factors), axes, keepdims), total)


def var(
    x: Any, axis: Axes = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None
) -> Node:
    """The variance along *axis*: the mean square of the distance from the mean.

    Parameters
    ----------
    x : array_like
        Real; integers become float64.
    axis : int or sequence of int, optional
        By default, all axes.
    ddof : number
        The sum of squares is divided by the number of entries less *ddof*: 1 for the estimate from a
        sample. If nothing is left, the result is infinite or NaN.
    keepdims : bool
        Keep the axes, with size 1.
    correction : number, optional
        The array API standard's name for *ddof*.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.
    TypeError
        If *x* is complex.

    References
    ----------
    ``numpy.var``. The distances are computed first, so that a large mean costs no precision.

    Examples
    --------
    >>> print(var([1.0, 2.0, 3.0, 6.0])(), var([1.0, 2.0, 3.0, 6.0], ddof=1)())
    3.5 4.666666666666667
    """
    return _variance("var", x, axis, ddof if correction is None else correction, keepdims)


def std(
    x: Any, axis: Axes = None, ddof: float = 0, keepdims: bool = False, *, correction: Any = None
) -> Node:
    """The standard deviation along *axis*: the square root of `var`, with the same parameters.

    Where all entries are equal, its derivative is 0, which is the subgradient of least norm.

    Raises
    ------
    ShapeError
        If an axis does not exist or is named twice.
    TypeError
        If *x* is complex.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([[1.0, 3.0], [2.0, 2.0]], "x")
    >>> std(x, axis=1)()
    array([1., 0.])
    >>> sd.grad(std(x, axis=1).sum(), x)()
    array([[-0.5,  0.5],
           [ 0. ,  0. ]])
    """
    return unary(Length, _variance("std", x, axis, ddof if correction is None else correction, keepdims))


def _variance(name: str, x: Any, axis: Axes, ddof: float, keepdims: bool) -> Node:
    node = constant(x)
    if node.dtype.kind == "c":
        raise TypeError(f"{name}: the operand is complex; add the variances of real and imaginary part")
    node = cast(node, inexact(node.dtype))
    axes = normal_axes(name, axis, node.ndim)
    away = subtract(node, mean(node, axes, keepdims=True))
    count = product(node.shape[k] for k in axes)
    if count == 0:
        return mean(node, axes, keepdims)
    freedom = _freedom(count, ddof, node.dtype)
    return divide(sum(multiply(away, away), axes, keepdims), freedom)


def _freedom(count: Size, ddof: float, dtype: DType) -> Node:
    """How many entries are left of *count* when the mean has used up *ddof*."""
    if isinstance(count, int):
        return full((), count - ddof if count > ddof else 0, dtype)
    return maximum(subtract(cast(size(count), dtype), ddof), 0)


def ptp(x: Any, axis: Axes = None, keepdims: bool = False) -> Node:
    """The largest entry along *axis* less the smallest; entries that tie share the derivative equally.

    Raises
    ------
    ShapeError
        If an axis does not exist, or there are no entries.

    Examples
    --------
    >>> ptp([[1, 5], [7, 2]], axis=1)()
    array([4, 5])
    """
    node = constant(x)
    return subtract(max(node, axis, keepdims), min(node, axis, keepdims))


def cov(x: Any, y: Any = None, rowvar: bool = True, ddof: float = 1) -> Node:
    """The covariance matrix of variables, each of which is one row of observations.

    Parameters
    ----------
    x : array_like
        One row per variable, or a single variable.
    y : array_like, optional
        Further variables in the same form.
    rowvar : bool
        False if the variables are columns.
    ddof : number
        Sums are divided by the number of observations less *ddof*.

    Returns
    -------
    Node
        A square matrix; a number for a single variable.

    Raises
    ------
    ShapeError
        If an operand has more than two axes, or the numbers of observations differ.

    References
    ----------
    ``numpy.cov``.

    Examples
    --------
    >>> cov([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])()
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    rows = _variables("cov", x, rowvar)
    rows = rows if y is None else concatenate([rows, _variables("cov", y, rowvar)])
    away = subtract(rows, mean(rows, 1, keepdims=True))
    matrix = divide(matmul(away, transpose(away)), _freedom(rows.shape[1], ddof, rows.dtype))
    return reshape(matrix, ()) if matrix.shape == (1, 1) else matrix


def corrcoef(x: Any, y: Any = None, rowvar: bool = True) -> Node:
    """The correlation matrix of variables; 0 where a variable does not vary.

    Parameters
    ----------
    x, y, rowvar
        As for `cov`.

    Raises
    ------
    ShapeError
        If an operand has more than two axes, or the numbers of observations differ.

    References
    ----------
    ``numpy.corrcoef``, which gives NaN for a variable that does not vary.

    Examples
    --------
    >>> corrcoef([[1.0, 2.0, 4.0], [-1.0, -2.0, -4.0]])().round(12)
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    matrix = cov(x, y, rowvar, ddof=0)
    if not matrix.ndim:
        return multiply(matrix, Inverse(matrix))
    steps = unary(Length, diagonal(matrix))
    inverse = Inverse(steps)
    return multiply(multiply(matrix, inverse), reshape(inverse, (-1, 1)))


def _variables(name: str, x: Any, rowvar: bool) -> Node:
    """One row per variable."""
    node = constant(x)
    node = cast(node, inexact(node.dtype))
    if node.ndim > 2 or node.dtype.kind == "c":
        raise ShapeError(
            f"{name}: the operand is {node.dtype} {shape_text(node.shape)}; give real rows of "
            "observations, at most two axes"
        )
    if node.ndim < 2:
        return reshape(node, (1, -1))
    return node if rowvar else transpose(node)
