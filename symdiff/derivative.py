"""Derivatives of graphs, as graphs: one sweep back or forth, which knows no operation.

Every node hands its cotangent to its operands, position by position, and a node's cotangent is the sum
of what it was handed. The result is built of the same nodes as the input, so it can be printed,
plotted, compiled and differentiated again, to any order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from symdiff.dims import shape_text
from symdiff.dtypes import is_inexact
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import ancestors, depends, leaves, rebuild, substitute, toposort
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.cast import cast
from symdiff.ops.filled import eye, zeros
from symdiff.ops.leaves import Placeholder
from symdiff.ops.operands import constant, full
from symdiff.structure import flatten, matched, unflatten

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


def grad(y: Node, wrt: Any, cotangent: Any = None) -> Any:
    """The gradient of *y*, as new graphs.

    Parameters
    ----------
    y : Node
        What to differentiate: a scalar, unless a cotangent is given.
    wrt : Node, or a list, tuple or dict of nodes
        What to differentiate by: variables, placeholders or any other nodes.
    cotangent : array_like, optional
        Weights of the entries of *y*, of its shape: the result is the gradient of their weighted sum.

    Returns
    -------
    Node, or a list, tuple or dict of nodes, as *wrt*
        Each of the shape of what it is the derivative by; zeros where *y* does not depend on it.

    Raises
    ------
    GraphError
        If *y* is not a scalar and no cotangent is given.
    ShapeError
        If the cotangent has not the shape of *y*.
    TypeError
        If *y* or something in *wrt* is not floating-point, or *y* is complex and has no cotangent.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(3.0, "x"), sd.Variable(4.0, "y")
    >>> z = x * y + sd.exp(x + 3)
    >>> dx, dy = grad(z, [x, y])
    >>> print(dx, "=", dx())
    y + exp(x + 3) = 407.4287934927351
    """
    _check(y, "grad")
    if cotangent is None:
        if y.dtype.kind == "c":
            hint = "take its real or abs, or pass cotangent=1.0 if it is holomorphic"
            raise TypeError(f"grad: {y!r} is {y.dtype}, and only a real number has a gradient; {hint}")
        if y.shape:
            raise GraphError(
                f"grad: {y!r} has shape {shape_text(y.shape)}, and only a scalar has a gradient; sum it, "
                "pass cotangent= with weights of that shape, or call jacobian"
            )
        seed = full((), 1, y.dtype)
    else:
        seed = _direction("grad", "the cotangent", cotangent, y)
    return pullback(y, wrt, seed, "grad")


def vjp(y: Node, wrt: Any, cotangent: Any) -> Any:
    """The product of *cotangent* with the Jacobian of *y*: `grad` with the cotangent spelled out.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> vjp(x * x, x, [1.0, 10.0])()
    array([ 2., 40.])
    """
    return grad(y, wrt, cotangent)


def value_and_grad(y: Node, wrt: Any) -> tuple[Node, Any]:
    """*y* and its gradient, to be compiled together."""
    return y, grad(y, wrt)


def jvp(y: Node, wrt: Any, tangents: Any) -> Node:
    """The change of *y* as the nodes *wrt* move along *tangents*: a forward sweep.

    Parameters
    ----------
    y : Node
    wrt : Node, or a list, tuple or dict of nodes
    tangents : array_like, or a list, tuple or dict of them, as *wrt*
        Directions, of the shapes of the nodes in *wrt*.

    Returns
    -------
    Node
        Of the shape of *y*.

    Raises
    ------
    ShapeError
        If a tangent has not the shape of its node.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> jvp(x * x, x, [1.0, 0.0])()
    array([2., 0.])
    """
    _check(y, "jvp")
    directions: dict[Node, Node] = {}
    for node, tangent in zip(_sources(wrt, "jvp"), matched(wrt, tangents, "jvp"), strict=True):
        direction = _direction("jvp", f"the tangent of {node!r}", tangent, node)
        directions[node] = combine([directions[node], direction], [1, 1]) if node in directions else direction
    return _pushforward(y, directions)


def jacobian(y: Node, wrt: Any) -> Any:
    """All first derivatives of *y*: axes of *y* first, then axes of what it is differentiated by.

    The cotangent is an identity, which is wires and no array, so structure such as a diagonal is kept.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> print(jacobian(x * x, x)())
    [[2. 0.]
     [0. 4.]]
    """
    _check(y, "jacobian")
    return pullback(y, wrt, eye(y.shape, y.dtype), "jacobian")


def hessian(y: Node, wrt: Any) -> Any:
    """All second derivatives of a scalar.

    Returns
    -------
    Node, or a list of lists, a tuple of tuples or a dict of dicts, as *wrt*
        Axes of the first node, then axes of the second.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> a = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "a")
    >>> print(hessian(x @ a @ x, x))
    a + a.T
    """
    gradients = flatten(grad(y, wrt), "hessian")
    return unflatten(wrt, [jacobian(gradient, wrt) for gradient in gradients])


def hvp(y: Node, wrt: Any, direction: Any) -> Any:
    """The Hessian of a scalar times a direction, without the Hessian.

    Parameters
    ----------
    direction : array_like, or a list, tuple or dict of them, as *wrt*

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> hvp((x**3).sum(), x, [1.0, 1.0])()
    array([ 6., 12.])
    """
    sources = _sources(wrt, "hvp")
    given: dict[Node, Node] = {
        Placeholder(node.shape, node.dtype): _direction("hvp", f"the direction of {node!r}", value, node)
        for node, value in zip(sources, matched(wrt, direction, "hvp"), strict=True)
    }  # stand-ins, so that a direction that depends on *wrt* is not differentiated itself
    product = grad(jvp(y, sources, list(given)), sources)
    return unflatten(wrt, substitute(product, given))


# --- the two sweeps -----------------------------------------------------------------------------------


class _Span(NamedTuple):
    """What lies between some sources and a result, operations in the pieces they are differentiated in."""

    top: Node
    sources: list[Node]
    order: list[Node]
    active: set[Node]


def _between(y: Node, sources: Sequence[Node]) -> _Span:
    """The nodes that depend on a source and that *y* depends on; nothing below the sources is visited."""
    ends = {source: source for source in sources if not depends(source, sources)}
    top, *moved = rebuild([y, *sources], lambda node: node.expanded(), ends)
    walk = toposort(top, stop=ends.keys())
    found = set(walk)
    for source in moved:
        if source not in found and source.melts and not set(leaves(source)).isdisjoint(leaves(top)):
            raise GraphError(
                f"{source!r} is not in the graph of {y!r}: what uses it was built from its operands; "
                "differentiate by identity(x) of it, used in its place, or by those operands"
            )
    active = ancestors(walk, [source for source in moved if source in found])
    return _Span(top, moved, [node for node in walk if node in active], active)


def pullback(y: Node, wrt: Any, seed: Node, name: str) -> Any:
    """The reverse sweep: *seed*, of the shape of *y* behind leading batch axes, handed down to *wrt*."""
    sources = _sources(wrt, name)
    batch = seed.shape[: seed.ndim - y.ndim]
    top, moved, order, active = _between(y, sources)
    handed: dict[Node, list[Node]] = {top: [seed]}
    cotangents: dict[Node, Node] = {}
    wanted = set(moved)
    for node in reversed(order):
        parts = handed.pop(node, None)
        if parts is None:
            continue
        g = _total(parts)
        if node in wanted:
            cotangents[node] = g
        places = [k for k, x in enumerate(node.operands) if x in active and is_inexact(x.dtype)]
        for k, part in zip(places, node.cotangents(g, places, wanted), strict=True):
            if part is not None:
                handed.setdefault(node.operands[k], []).append(part)
    return unflatten(
        wrt,
        [cotangents[node] if node in cotangents else zeros(batch + node.shape, node.dtype) for node in moved],
    )


def _pushforward(y: Node, directions: Mapping[Node, Node]) -> Node:
    """The forward sweep: tangents handed up from the sources to *y*."""
    top, moved, order, _ = _between(y, list(directions))
    given = dict(zip(moved, directions.values(), strict=True))
    tangents: dict[Node, Node] = {}
    for node in order:
        if not is_inexact(node.dtype):
            continue
        steps = [node.jvp(k, tangents[x]) for k, x in enumerate(node.operands) if x in tangents]
        parts = [part for part in (given.get(node), *steps) if part is not None]
        if parts:
            tangents[node] = _total(parts)
    return tangents[top] if top in tangents else zeros(y.shape, y.dtype)


def _total(parts: Sequence[Node]) -> Node:
    return parts[0] if len(parts) == 1 else combine(parts, [1] * len(parts))


# --- checking what was asked for --------------------------------------------------------------------------


def _check(node: Any, name: str, role: str = "what is differentiated") -> None:
    if not isinstance(node, Node):
        raise TypeError(f"{name}: {role} is a node, not {type(node).__name__} {node!r}")
    if not is_inexact(node.dtype):
        raise TypeError(
            f"{name}: {node!r} is {node.dtype}, and derivatives need floating point; make it a float, or "
            "convert it with cast"
        )


def _sources(wrt: Any, name: str) -> list[Node]:
    """The nodes in *wrt*, all of them fit to differentiate by."""
    sources = flatten(wrt, f"{name}: wrt")
    for source in sources:
        _check(source, name, "what to differentiate by")
    return sources


def _direction(name: str, role: str, value: Any, like: Node) -> Node:
    node = constant(value)
    if node.shape != like.shape:
        raise ShapeError(
            f"{name}: {role} is {shape_text(node.shape)}, but {like!r} is {shape_text(like.shape)}; "
            "they must agree"
        )
    if node.dtype.kind == "c" != like.dtype.kind:
        raise TypeError(f"{name}: {role} is {node.dtype}, but {like!r} is {like.dtype}; pass its real part")
    return cast(node, like.dtype)
