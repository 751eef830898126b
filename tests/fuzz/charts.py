"""Directions in which a variable may move without breaking what it was declared to be.

Simplification may use such declarations, so a simplified derivative is right along these directions, and
may differ from another one elsewhere. Derivatives are therefore compared in coordinates of the directions.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from symdiff.ops.leaves import Variable

__all__ = ["Chart", "chart"]

Array = Any


class Chart(NamedTuple):
    """A variable as a function of coordinates, to second order at its current value.

    Attributes
    ----------
    basis : array of shape (k, n), optional
        How the n entries move with each of the k coordinates; None stands for the identity.
    curvature : array of shape (k, k, n), optional
        Their second derivatives; None stands for zero.
    """

    basis: Array = None
    curvature: Array = None

    def first(self, gradient: Array) -> Array:
        """A gradient by the entries as one by the coordinates."""
        flat = gradient.reshape(-1)
        return flat if self.basis is None else self.basis @ flat

    def second(self, other: Chart, block: Array, gradient: Array | None) -> Array:
        """A block of second derivatives by entries as one by coordinates; the gradient on the diagonal."""
        rows = block if self.basis is None else self.basis @ block
        found = rows if other.basis is None else rows @ other.basis.T
        if gradient is not None and self.curvature is not None:
            found = found + self.curvature @ gradient.reshape(-1)
        return found


def _symmetric(shape: tuple[int, ...]) -> Array:
    n = int(np.prod(shape))
    units = np.eye(n).reshape(n, *shape)
    return (units + units.swapaxes(-1, -2)).reshape(n, n)


def _balanced(shape: tuple[int, ...], axes: tuple[int, ...]) -> Array:
    n = int(np.prod(shape))
    units = np.eye(n).reshape(n, *shape)
    return (units - units.mean(axis=tuple(axis + 1 for axis in axes), keepdims=True)).reshape(n, n)


def _rotations(value: Array) -> Chart:
    """Orthonormal columns, turned: expm(sum of u_k * turn_k) @ value."""
    n = value.shape[0]
    turns = []
    for i in range(n):
        for j in range(i):
            turn = np.zeros((n, n))
            turn[i, j], turn[j, i] = 1, -1
            turns.append(turn)
    stack = np.array(turns).reshape(len(turns), n, n)
    twice = np.einsum("aij,bjk->abik", stack, stack)
    twice = (twice + twice.swapaxes(0, 1)) / 2
    size = (len(turns), value.size)
    return Chart((stack @ value).reshape(size), (twice @ value).reshape(len(turns), *size))


def chart(variable: Variable) -> Chart:
    """The directions of a variable."""
    facts = variable.facts
    if facts.orthonormal:
        return _rotations(variable.value.astype(np.float64))
    if facts.symmetric:
        return Chart(_symmetric(variable.shape))  # type: ignore[arg-type]
    if facts.sums_to_one:
        return Chart(_balanced(variable.shape, facts.sums_to_one))  # type: ignore[arg-type]
    return Chart()
