"""From a derivative to an operator: a sum is taken apart into its terms."""

from __future__ import annotations

from typing import Any

from symdiff.coefficients import number, total
from symdiff.coefficients import product as times
from symdiff.dtypes import inexact
from symdiff.errors import ShapeError
from symdiff.node import Node
from symdiff.ops.add import Add, unscaled
from symdiff.ops.cast import cast
from symdiff.ops.einsum import Einsum
from symdiff.rewrite import simplify
from symdiff.structured.opening import opened
from symdiff.structured.operator import Structured
from symdiff.structured.terms import Term
from symdiff.wiring import Wiring

__all__ = ["structured"]


def structured(node: Any, rows: int | None = None) -> Structured:
    """A derivative as a linear operator whose structure is used.

    A Hessian or Jacobian is mostly a few numbers and many wires: that of a separable function is
    diagonal, that of a matrix factorisation one small matrix repeated along an axis, that of a softmax
    a diagonal and an outer product. Read as an operator, it multiplies and solves at the price of the
    few numbers.

    Parameters
    ----------
    node : Node
        With at least two axes: row axes first, then column axes, as `hessian` and `jacobian` return it.
    rows : int, optional
        The number of row axes; half of all by default.

    Returns
    -------
    Structured
        Integers become float64 first.

    Raises
    ------
    TypeError
        If *node* is not a node, or *rows* not an integer.
    ShapeError
        If the node has fewer than two axes, an odd number of them and *rows* is not given, or *rows* leaves
        no columns.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0, 4.0], "x")
    >>> h = structured(sd.hessian((x**3).sum() + x.sum() ** 2, x))
    >>> h
    <structured 3 by 3, low rank plus diagonal: a->aa, ->ab>
    >>> h.solve([8.0, 14.0, 26.0])()
    array([1., 1., 1.])

    One block, for all rows of a factorisation:

    >>> u = sd.Variable([[1.0, 2.0], [0.0, 1.0], [3.0, 0.0]], "u")
    >>> v = sd.Variable([[3.0, 0.0], [4.0, 1.0]], "v")
    >>> h = structured(sd.hessian(((u @ v.T) ** 2).sum(), u))
    >>> h
    <structured 3×2 by 3×2, block diagonal: ab->cacb>
    >>> print(h.core)
    2 * v.T @ v
    """
    if not isinstance(node, Node):
        raise TypeError(
            f"structured: the operator is a node, not {type(node).__name__} {node!r}; of several Hessian "
            "blocks, take one"
        )
    if node.ndim < 2 or (rows is None and node.ndim % 2):
        raise ShapeError(
            f"structured: {node!r} has {node.ndim} axes, which do not fall into rows and columns by "
            "themselves; give rows=, the number of row axes, and have a column axis at least"
        )
    if rows is None:
        rows = node.ndim // 2
    if isinstance(rows, bool) or not hasattr(rows, "__index__"):
        raise TypeError(f"structured: rows= is the number of row axes, an int, not {rows!r}")
    if not 0 < rows < node.ndim:
        raise ShapeError(
            f"structured: rows={rows} leaves no rows or no columns of the {node.ndim} axes of {node!r}; give "
            f"a number from 1 to {node.ndim - 1}"
        )
    node = cast(node, inexact(node.dtype))
    return Structured(_terms_of(simplify(node), rows), node)


def _terms_of(node: Node, rows: int) -> tuple[Term, ...]:
    """The terms of which *node* is the sum, its first *rows* axes being rows; those with most wires first."""
    totals: dict[Node, Any] = {}
    waiting: list[tuple[Node, Any]] = [(node, 1)]
    while waiting:
        core, factor = waiting.pop()
        core, own = unscaled(core if type(core) is Add else opened(core))
        factor = times(factor, own)
        if type(core) is Add:
            pairs = zip(core.operands, core.coefficients, strict=True)
            waiting += [(operand, times(factor, each)) for operand, each in reversed(list(pairs))]
        else:
            totals[core] = total(totals.get(core, 0), factor)
    kept = {core: factor for core, factor in totals.items() if number(factor) != 0}
    terms = [_term(core, factor, rows) for core, factor in (kept or totals).items()]
    return tuple(sorted(terms, key=lambda term: -len(term.tied)))


def _term(node: Node, coefficient: Any, rows: int) -> Term:
    """One term: an einsum as it is wired, any other node as a dense factor."""
    if type(node) is Einsum:
        return Term.of(node.operands, node.wiring, coefficient, node.dtype, rows)
    labels = tuple(range(node.ndim))
    return Term.of([node], Wiring((labels,), labels, node.shape), coefficient, node.dtype, rows)
