"""What follows for a node from what leaves were declared to be, and from what operations are.

Every answer is one of mathematics: it holds for the numbers that a graph means, at every point where they
are defined, and rounding may spoil it. `sigmoid(x)` is above 0, though its value at -800 is 0. So answers
may simplify what is computed from a node, but a comparison that asks for the value that came out is none
of their business. Values of leaves count as finite; infinities that a graph holds in plain sight do not.

Questions look down a fixed number of levels. What they do not find out they deny, so that "no" means that
it is not known. Several questions about one graph share what they find by sharing a `Known`.
"""

from __future__ import annotations

import numpy as np

from symdiff.dtypes import is_inexact
from symdiff.node import Node
from symdiff.rewrite.facts.bounds import interval, whole_range
from symdiff.rewrite.facts.columns import orthonormal
from symdiff.rewrite.facts.intervals import Interval
from symdiff.rewrite.facts.known import Known
from symdiff.rewrite.facts.symmetry import symmetries
from symdiff.rewrite.facts.totals import total

__all__ = [
    "Known",
    "bounds",
    "is_nonnegative",
    "is_positive",
    "is_symmetric",
    "orthonormal_columns",
    "sums_to_one",
    "swaps",
]


def bounds(node: Node, known: Known | None = None) -> tuple[float, float]:
    """The ends of an interval that holds every entry; infinite ones where nothing is known.

    Whether an end itself may occur is not said; for 0, ask `is_positive`.

    Parameters
    ----------
    node : Node
        Complex nodes have no bounds.
    known : Known, optional
        What earlier questions found out.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, -2.0], "x")
    >>> bounds(sd.tanh(x)), bounds(1 + 2 * x * x), bounds(sd.grad(sd.sigmoid(x).sum(), x))
    ((-1.0, 1.0), (1.0, inf), (0.0, 0.25))
    """
    return _interval(node, known).floats


def is_positive(node: Node, known: Known | None = None) -> bool:
    """Whether every entry is known to be above 0.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, p = sd.Variable([1.0, -2.0], "x"), sd.Variable([1.0, 2.0], "p", positive=True)
    >>> is_positive(p / (1 + x**2)), is_positive(x**2)
    (True, False)
    """
    return node.dtype.kind != "c" and _interval(node, known).is_positive


def is_nonnegative(node: Node, known: Known | None = None) -> bool:
    """Whether no entry is below 0, as far as is known.

    Examples
    --------
    >>> import symdiff as sd
    >>> a, x = sd.Variable([[1.0, -2.0], [3.0, 4.0]], "a"), sd.Variable([1.0, -2.0], "x")
    >>> is_nonnegative(x @ a.T @ a @ x), is_nonnegative(x @ a @ x)
    (True, False)
    """
    return node.dtype.kind != "c" and _interval(node, known).is_nonnegative


def is_symmetric(node: Node, axes: tuple[int, int] = (-2, -1), known: Known | None = None) -> bool:
    """Whether the node is known to equal its transpose in two axes.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[1.0, 2.0], [2.0, 3.0]], "a", symmetric=True)
    >>> b = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "b")
    >>> is_symmetric(b @ a @ b.T), is_symmetric(b + b.T), is_symmetric(a @ b)
    (True, True, False)
    """
    return _normal(node, axes) in swaps(node, known)


def swaps(node: Node, known: Known | None = None) -> list[tuple[int, int]]:
    """The pairs of axes in which the node is known to equal its transpose, the smaller axis first.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> swaps(sd.hessian((x**3).sum(), x)), swaps(sd.einsum("i,j,k->ijk", x, x, 2 * x))
    ([(0, 1)], [(0, 1), (0, 2), (1, 2)])
    """
    if len(set(node.shape)) == len(node.shape):
        return []
    return sorted((known or Known()).answer(symmetries, node, unknown=frozenset()))


def sums_to_one(node: Node, axes: int | tuple[int, ...] = -1, known: Known | None = None) -> bool:
    """Whether the entries along these axes together are known to add up to 1, up to rounding.

    Examples
    --------
    >>> import symdiff as sd
    >>> p = sd.softmax(sd.Variable([[1.0, 2.0], [3.0, 4.0]], "x"), axis=0)
    >>> sums_to_one(p, 0), sums_to_one(p, 1), sums_to_one(p[:, :1] / 4 + 0.375, 0)
    (True, False, True)
    """
    places = _normal(node, (axes,) if isinstance(axes, int) else axes)
    found = (known or Known()).answer(total, node, places, unknown=None)
    if found is None:
        return False
    room = 8 * float(np.finfo(node.dtype).eps) if is_inexact(node.dtype) else 0
    return bool(abs(found - 1) <= room)


def orthonormal_columns(node: Node, known: Known | None = None) -> bool:
    """Whether the columns of the matrices in the last two axes are known to be orthonormal.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "a")
    >>> q, r = sd.linalg.qr(a)
    >>> orthonormal_columns(q), orthonormal_columns(q.T), orthonormal_columns(r)
    (True, False, False)
    """
    found: bool = (known or Known()).answer(orthonormal, node, False, unknown=False)
    return found


def _interval(node: Node, known: Known | None) -> Interval:
    found: Interval = (known or Known()).answer(interval, node, unknown=whole_range(node))
    return found


def _normal(node: Node, axes: tuple[int, ...]) -> tuple[int, ...]:
    """The axes in ascending order, none of them negative; none at all where one does not exist."""
    exist = all(-node.ndim <= axis < node.ndim for axis in axes)
    return tuple(sorted({axis % node.ndim for axis in axes})) if exist else ()
