"""Derivatives of any order: by a scalar, entry by entry, along a direction; and Taylor series of them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from symdiff.asked import check_inexact, direction_like, sources_in
from symdiff.derivative import jvp
from symdiff.dims import shape_text
from symdiff.entrywise import is_entrywise
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import substitute, toposort
from symdiff.node import Node
from symdiff.ops.einsum import scale
from symdiff.ops.filled import ones_like
from symdiff.ops.leaves import Placeholder
from symdiff.rewrite import simplified
from symdiff.structure import matched

__all__ = ["derivative", "finished", "taylor"]


def derivative(y: Node, x: Node, n: int = 1, *, simplify: bool = True) -> Node:
    """The *n*-th derivative of *y* by *x*: by a scalar, or of each entry by its own entry of *x*.

    Parameters
    ----------
    y : Node
        Of any shape if *x* is a scalar; otherwise of the shape of *x*, each entry a function of the
        same entry of *x*, which is read off the wires of the graph.
    x : Node
    n : int
        The order; 0 is *y* itself.
    simplify : bool
        Whether to simplify the result, as `grad` does.

    Returns
    -------
    Node
        Of the shape and dtype of *y*.

    Raises
    ------
    ShapeError
        If *x* is not a scalar and *y* has another shape.
    GraphError
        If an entry of *y* depends on another entry of *x*, or an operation does not show that none
        does; `jacobian` has all derivatives.
    TypeError
        If *y* or *x* is not floating-point, or *n* is not an integer.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([0.0, 1.0], "x")
    >>> print(derivative(x**5, x, 3))
    60 * x**2
    >>> print(derivative(sd.tanh(x), x, 2))
    -2 * tanh(x) + 2 * tanh(x)**3
    """
    _check_pair(y, x, "derivative")
    for _ in range(_order(n, "derivative")):
        y = _slope(y, x, "derivative", simplify)
    return y


def taylor(y: Node, x: Any, order: int, direction: Any = None, *, simplify: bool = True) -> list[Node]:
    """The Taylor coefficients of *y*: the k-th derivative divided by k!, for k = 0 to *order*.

    Parameters
    ----------
    y : Node
    x : Node, or a list, tuple or dict of nodes
        The point around which *y* is expanded.
    order : int
    direction : array_like, or a list, tuple or dict of them, as *x*, optional
        The coefficients are those of ``t -> y(x + t * direction)`` at t = 0. By default each entry
        of *y* is expanded in its own entry of *x*, or in a scalar *x*, as in `derivative`.
    simplify : bool
        Whether to simplify the result, as `grad` does.

    Returns
    -------
    list of Node
        ``order + 1`` coefficients, each of the shape of *y*.

    Raises
    ------
    ShapeError, GraphError, TypeError
        As `derivative` without, and as `jvp` with a direction.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(0.0, "x")
    >>> [float(c()) for c in taylor(sd.exp(x), x, 4)]
    [1.0, 1.0, 0.5, 0.16666666666666666, 0.041666666666666664]
    >>> a = sd.Variable([1.0, 2.0], "a")
    >>> [float(c()) for c in taylor((a * a).sum(), a, 2, direction=[1.0, 1.0])]
    [5.0, 6.0, 2.0]
    """
    count = _order(order, "taylor") + 1
    if direction is None:
        _check_pair(y, x, "taylor")
        derivatives = _repeated(y, count, lambda node: _slope(node, x, "taylor", simplify))
    else:
        check_inexact(y, "taylor")
        sources = sources_in(x, "taylor")
        given: dict[Node, Node] = {
            Placeholder(node.shape, node.dtype): direction_like(
                "taylor", f"the direction of {node!r}", value, node
            )
            for node, value in zip(sources, matched(x, direction, "taylor"), strict=True)
        }  # stand-ins, so that a direction that depends on *x* is not differentiated itself
        derivatives = _repeated(y, count, lambda node: jvp(node, sources, list(given), simplify=simplify))
        derivatives = substitute(derivatives, given)
    terms = [scale(node, Fraction(1, math.factorial(k))) for k, node in enumerate(derivatives)]
    return finished(terms, y, simplify)


# --- how they are built -----------------------------------------------------------------------------------


def _slope(y: Node, x: Node, name: str, simplify: bool) -> Node:
    """The derivative of *y* as every entry of *x* moves by one, if that is what is asked for."""
    if not x.shape:
        return jvp(y, x, ones_like(x), simplify=simplify)
    move = Placeholder(x.shape, x.dtype)
    tangent = jvp(y, x, move, simplify=False)
    if not is_entrywise(tangent, move):
        raise GraphError(
            f"{name}: entries of {y!r} are not seen to depend on the same entry of {x!r} only, so there is "
            "no derivative entry by entry; call jacobian, or jvp along a direction"
        )
    return finished(substitute([tangent], {move: ones_like(x)}), y, simplify)[0]


def finished(found: Sequence[Node], y: Node, simplify: bool) -> list[Node]:
    """What was derived from *y*, simplified if that is wanted; what *y* is made of stays as it is."""
    return simplified(found, set(toposort(y))) if simplify else list(found)


def _repeated(y: Node, count: int, step: Callable[[Node], Node]) -> list[Node]:
    """*y*, step(*y*), step(step(*y*)) and so on: *count* of them."""
    found = [y]
    while len(found) < count:
        found.append(step(found[-1]))
    return found


# --- checking what was asked for --------------------------------------------------------------------------


def _check_pair(y: Any, x: Any, name: str) -> None:
    """Complain unless *y* may be differentiated by the one node *x*."""
    check_inexact(y, name)
    check_inexact(x, name, "what to differentiate by, without a direction,")
    if x.shape and y.shape != x.shape:
        raise ShapeError(
            f"{name}: {y!r} is {shape_text(y.shape)}, but {x!r} is {shape_text(x.shape)}; entry by "
            "entry they must agree, or what to differentiate by is a scalar; call jacobian or jvp"
        )


def _order(n: Any, name: str) -> int:
    """A non-negative integer."""
    if isinstance(n, bool) or not hasattr(n, "__index__"):
        raise TypeError(f"{name}: the order is an int, not {type(n).__name__} {n!r}")
    if operator.index(n) < 0:
        raise GraphError(f"{name}: the order is {n}, and must be 0 or more")
    return operator.index(n)
