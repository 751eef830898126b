"""Cross-entropies from logits, stable at every order of derivative."""

from __future__ import annotations

from typing import Any

from symdiff.dims import shape_text, size_text
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.axes.softmax import log_softmax, logsumexp, shifted
from symdiff.ops.broadcast import multiply, normal_axes
from symdiff.ops.cast import cast
from symdiff.ops.contractions import sum
from symdiff.ops.entries.elementwise import softplus
from symdiff.ops.operands import constant
from symdiff.ops.places.indexing import Pick

__all__ = ["sigmoid_cross_entropy", "softmax_cross_entropy"]


def softmax_cross_entropy(logits: Any, targets: Any, axis: int = -1) -> Node:
    """-log softmax(logits), at class indices or averaged over distributions, in nats.

    Parameters
    ----------
    logits : node
        Scores; classes along *axis*.
    targets : node
        Integers of the shape of *logits* without *axis*, or distributions of the shape of *logits*.
        Gradients flow into distributions as well.

    Returns
    -------
    Node
        One loss per row: the shape of *logits* without *axis*.

    Raises
    ------
    ShapeError
        If the shapes do not fit.
    IndexError
        When run, if a class index is out of range.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([[0.0, 0.0], [1000.0, 0.0]], "x")
    >>> print(softmax_cross_entropy(x, [0, 1])())
    [6.93147181e-01 1.00000000e+03]
    """
    logits, targets = constant(logits), constant(targets)
    (axis,) = normal_axes("softmax_cross_entropy", axis, logits.ndim)
    classes = logits.shape[axis]
    rows = logits.shape[:axis] + logits.shape[axis + 1 :]
    if targets.dtype.kind in "iu" and targets.shape == rows:
        scores = shifted(cast(logits, inexact(logits.dtype)), axis)
        order = [*(k for k in range(logits.ndim) if k != axis), axis]
        return logsumexp(scores, axis) - Pick(scores.transpose(order), targets)
    if targets.shape != logits.shape or targets.dtype.kind in "iu":
        raise ShapeError(
            f"softmax_cross_entropy: targets are {targets.dtype} {shape_text(targets.shape)}, but logits "
            f"are {shape_text(logits.shape)} with {size_text(classes)} classes along axis {axis}; give "
            f"integers of shape {shape_text(rows)} or floats of shape {shape_text(logits.shape)}"
        )
    return -sum(multiply(targets, log_softmax(logits, axis)), axis)


def sigmoid_cross_entropy(logits: Any, targets: Any) -> Node:
    """-t log sigmoid(x) - (1 - t) log sigmoid(-x), entry by entry, for targets t in [0, 1].

    Examples
    --------
    >>> sigmoid_cross_entropy([0.0, 1000.0], [1.0, 1.0])()
    array([0.69314718, 0.        ])
    """
    logits, targets = constant(logits), constant(targets)
    return softplus(logits) - multiply(targets, logits)
