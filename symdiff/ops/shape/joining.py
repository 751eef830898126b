"""Arrays side by side: stacked by rows, columns and layers, stretched to one shape, spanning a grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.dims import shape_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.broadcast import broadcast_shapes, broadcast_to, expand_dims
from symdiff.ops.operands import constant
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import concatenate

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "column_stack",
    "dstack",
    "hstack",
    "meshgrid",
    "vstack",
]


# --- one array from several -----------------------------------------------------------------------------


def atleast_1d(x: Any) -> Node:
    """*x*, a scalar as an array of one entry.

    Examples
    --------
    >>> atleast_1d(3)()
    array([3])
    """
    x = constant(x)
    return expand_dims(x, 0) if x.ndim == 0 else x


def atleast_2d(x: Any) -> Node:
    """*x* with axes of size 1 in front, so that there are two.

    Examples
    --------
    >>> atleast_2d([3, 4])()
    array([[3, 4]])
    """
    x = constant(x)
    return expand_dims(x, tuple(range(2 - x.ndim))) if x.ndim < 2 else x


def atleast_3d(x: Any) -> Node:
    """*x* with axes of size 1, so that there are three: a vector lies along the middle one.

    Examples
    --------
    >>> atleast_3d([3, 4]).shape
    (1, 2, 1)
    """
    x = atleast_2d(x)
    return expand_dims(x, 2) if x.ndim == 2 else x


def hstack(values: Sequence[Any]) -> Node:
    """Operands one after another along the second axis; vectors along their only one.

    Raises
    ------
    ShapeError
        If there are no operands, or they differ along another axis.

    Examples
    --------
    >>> hstack([[1, 2], [3]])()
    array([1, 2, 3])
    """
    nodes = [atleast_1d(value) for value in _several("hstack", values)]
    return concatenate(nodes, 0 if nodes[0].ndim == 1 else 1)


def vstack(values: Sequence[Any]) -> Node:
    """Operands one after another along the first axis; vectors as rows.

    Raises
    ------
    ShapeError
        If there are no operands, or they differ along another axis.

    Examples
    --------
    >>> vstack([[1, 2], [3, 4]])()
    array([[1, 2],
           [3, 4]])
    """
    return concatenate([atleast_2d(value) for value in _several("vstack", values)], 0)


def dstack(values: Sequence[Any]) -> Node:
    """Operands one after another along the third axis.

    Raises
    ------
    ShapeError
        If there are no operands, or they differ along another axis.

    Examples
    --------
    >>> dstack([[1, 2], [3, 4]])()
    array([[[1, 3],
            [2, 4]]])
    """
    return concatenate([atleast_3d(value) for value in _several("dstack", values)], 2)


def column_stack(values: Sequence[Any]) -> Node:
    """Operands side by side as columns; matrices as the columns that they have.

    Raises
    ------
    ShapeError
        If there are no operands, or they differ in height.

    Examples
    --------
    >>> column_stack([[1, 2], [3, 4]])()
    array([[1, 3],
           [2, 4]])
    """
    nodes = [constant(value) for value in _several("column_stack", values)]
    return concatenate([node if node.ndim > 1 else reshape(node, (-1, 1)) for node in nodes], 1)


def _several(name: str, values: Sequence[Any]) -> Sequence[Any]:
    if isinstance(values, Node) or not len(values):
        raise ShapeError(f"{name}: give a list of at least one operand")
    return values


# --- several arrays from several -------------------------------------------------------------------------


def broadcast_arrays(*values: Any) -> list[Node]:
    """The operands stretched to their common shape, without copies; each keeps its dtype.

    Raises
    ------
    ShapeError
        If two sizes differ and neither is 1.

    Examples
    --------
    >>> [node().tolist() for node in broadcast_arrays([1, 2], [[3], [4]])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    nodes = [constant(value) for value in values]
    shape = broadcast_shapes("broadcast_arrays", *(node.shape for node in nodes))
    return [broadcast_to(node, shape) for node in nodes]


def meshgrid(*values: Any, indexing: str = "xy", sparse: bool = False) -> list[Node]:
    """The coordinates of a grid from those along each axis.

    Parameters
    ----------
    *values : array_like
        One vector (or scalar) per axis.
    indexing : {"xy", "ij"}
        Whether the first vector runs along the second axis, as in pictures, or along the first.
    sparse : bool
        Whether each result keeps axes of size 1 where it does not vary.

    Raises
    ------
    ShapeError
        If a vector has more than one axis.
    ValueError
        If *indexing* is neither of the two.

    Examples
    --------
    >>> [node().tolist() for node in meshgrid([1, 2], [3, 4])]
    [[[1, 2], [1, 2]], [[3, 3], [4, 4]]]
    """
    if indexing not in ("xy", "ij"):
        raise ValueError(f"meshgrid: indexing is 'xy' or 'ij', not {indexing!r}")
    nodes = [atleast_1d(value) for value in values]
    for k, node in enumerate(nodes):
        if node.ndim != 1:
            raise ShapeError(f"meshgrid: operand {k} is {shape_text(node.shape)}, not a vector; ravel it")
    places = list(range(len(nodes)))
    if indexing == "xy" and len(nodes) > 1:
        places[:2] = 1, 0
    grid = [
        expand_dims(node, tuple(axis for axis in range(len(nodes)) if axis != place))
        for node, place in zip(nodes, places, strict=True)
    ]
    return grid if sparse else broadcast_arrays(*grid)
