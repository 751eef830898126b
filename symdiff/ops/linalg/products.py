"""Products of many matrices, in the order that costs least."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

from symdiff.dims import shape_text, size_text
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.contractions import einsum, label_of
from symdiff.ops.operands import promote

__all__ = ["multi_dot"]


def multi_dot(arrays: Sequence[Any]) -> Node:
    """The product of two or more matrices as one einsum, multiplied in the order that costs least.

    Parameters
    ----------
    arrays : sequence of array_like
        Matrices; the first and the last may be vectors.

    Raises
    ------
    TypeError
        If there are fewer than two.
    ShapeError
        If neighbours do not fit, or something in between is no matrix.

    Examples
    --------
    >>> print(multi_dot([[1.0, 2.0], [[1.0, 1.0], [0.0, 1.0]], [3.0, 4.0]])())
    15.0
    """
    if isinstance(arrays, Node) or len(arrays) < 2:
        count = 1 if isinstance(arrays, Node) else len(arrays)
        raise TypeError(f"multi_dot: give a list of at least two matrices, not {count}")
    nodes = promote(*arrays)
    last = len(nodes) - 1
    labels = [[k, k + 1] for k in range(len(nodes))]
    for k, node in enumerate(nodes):
        if node.ndim == 1 and k in (0, last):
            labels[k] = [1] if k == 0 else [k]
        elif node.ndim != 2:
            raise ShapeError(
                f"multi_dot: operand {k} ({label_of(node)}) is {shape_text(node.shape)} and no matrix; use "
                "matmul for stacks of matrices"
            )
    for k, (one, two) in enumerate(itertools.pairwise(nodes)):
        if one.shape[-1] != two.shape[0]:
            raise ShapeError(
                f"multi_dot: operand {k} ({label_of(one)}: {shape_text(one.shape)}) ends with "
                f"{size_text(one.shape[-1])}, but operand {k + 1} ({label_of(two)}: {shape_text(two.shape)}) "
                f"starts with {size_text(two.shape[0])}; transpose one of them"
            )
    output = [0] * (nodes[0].ndim == 2) + [last + 1] * (nodes[-1].ndim == 2)
    pairs = [item for pair in zip(nodes, labels, strict=True) for item in pair]
    return einsum(*pairs, output)
