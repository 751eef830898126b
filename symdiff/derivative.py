"""Derivatives of graphs, as graphs: one sweep back or forth, which knows no operation.

Every node hands its cotangent to its operands, position by position, and a node's cotangent is the sum
of what it was handed. The result is built of the same nodes as the input, so it can be printed,
plotted, compiled and differentiated again, to any order. What a sweep finds is simplified, unless asked
not to be: together with nothing that the function itself is made of, so that a program of both shares it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.asked import check_inexact, direction_like, sources_in
from symdiff.dims import shape_text
from symdiff.errors import GraphError
from symdiff.graph import Graph, rebuild, substitute, toposort
from symdiff.node import Node
from symdiff.ops.add import combine
from symdiff.ops.filled import eye
from symdiff.ops.leaves import Placeholder
from symdiff.ops.operands import full
from symdiff.rewrite import simplified, tidied
from symdiff.structure import flatten, matched, unflatten
from symdiff.sweeps import pullback, pushforward

__all__ = ["grad", "hessian", "hvp", "jacobian", "jvp", "value_and_grad", "vjp"]


def grad(y: Node, wrt: Any, cotangent: Any = None, *, simplify: bool = True) -> Any:
    """The gradient of *y*, as new graphs.

    Parameters
    ----------
    y : Node
        What to differentiate: a scalar, unless a cotangent is given.
    wrt : Node, or a list, tuple or dict of nodes
        What to differentiate by: variables, placeholders or any other nodes.
    cotangent : array_like, optional
        Weights of the entries of *y*, of its shape: the result is the gradient of their weighted sum.
    simplify : bool
        Whether to simplify what the sweep finds, as `simplify` does.

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
    check_inexact(y, "grad")
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
        seed = direction_like("grad", "the cotangent", cotangent, y)
    return _pulled(y, wrt, seed, "grad", simplify)


def vjp(y: Node, wrt: Any, cotangent: Any, *, simplify: bool = True) -> Any:
    """The product of *cotangent* with the Jacobian of *y*: `grad` with the cotangent spelled out.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> vjp(x * x, x, [1.0, 10.0])()
    array([ 2., 40.])
    """
    return grad(y, wrt, cotangent, simplify=simplify)


def value_and_grad(y: Node, wrt: Any, *, simplify: bool = True) -> tuple[Node, Any]:
    """*y* and its gradient, to be compiled together."""
    return y, grad(y, wrt, simplify=simplify)


def jvp(y: Node, wrt: Any, tangents: Any, *, simplify: bool = True) -> Node:
    """The change of *y* as the nodes *wrt* move along *tangents*: a forward sweep.

    Parameters
    ----------
    y : Node
    wrt : Node, or a list, tuple or dict of nodes
    tangents : array_like, or a list, tuple or dict of them, as *wrt*
        Directions, of the shapes of the nodes in *wrt*.
    simplify : bool
        Whether to simplify what the sweep finds.

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
    check_inexact(y, "jvp")
    directions: dict[Node, Node] = {}
    for node, tangent in zip(sources_in(wrt, "jvp"), matched(wrt, tangents, "jvp"), strict=True):
        direction = direction_like("jvp", f"the tangent of {node!r}", tangent, node)
        directions[node] = combine([directions[node], direction], [1, 1]) if node in directions else direction
    if not simplify:
        return pushforward(y, directions)
    prepared = _prepared(y, list(directions))
    return simplified([pushforward(prepared.outputs[0], directions)], set(prepared.order))[0]


def jacobian(y: Node, wrt: Any, *, simplify: bool = True) -> Any:
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
    check_inexact(y, "jacobian")
    return _pulled(y, wrt, eye(y.shape, y.dtype), "jacobian", simplify)


def hessian(y: Node, wrt: Any, *, simplify: bool = True) -> Any:
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
    gradients = flatten(grad(y, wrt, simplify=simplify), "hessian")
    return unflatten(wrt, [jacobian(gradient, wrt, simplify=simplify) for gradient in gradients])


def hvp(y: Node, wrt: Any, direction: Any, *, simplify: bool = True) -> Any:
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
    sources = sources_in(wrt, "hvp")
    given: dict[Node, Node] = {
        Placeholder(node.shape, node.dtype): direction_like("hvp", f"the direction of {node!r}", value, node)
        for node, value in zip(sources, matched(wrt, direction, "hvp"), strict=True)
    }  # stand-ins, so that a direction that depends on *wrt* is not differentiated itself
    prepared = _prepared(y, sources) if simplify else Graph([y])
    product = grad(jvp(prepared.outputs[0], sources, list(given), simplify=False), sources, simplify=False)
    product = substitute(product, given)
    return unflatten(wrt, simplified(product, set(prepared.order)) if simplify else product)


def _prepared(y: Node, sources: Sequence[Node]) -> Graph:
    """*y* as it is best differentiated; as it is where a rule might look through a source."""
    if any(source.operands for source in sources):
        return Graph([y])
    graph = Graph(tidied([y]))
    if all(node.expanded() is node for node in graph.order):
        return graph
    return Graph(rebuild(graph.outputs, lambda node: node.expanded()))


def _pulled(y: Node, wrt: Any, seed: Node, name: str, simplify: bool) -> Any:
    """The reverse sweep, and what it finds simplified."""
    sources = sources_in(wrt, name)
    if not simplify:
        return unflatten(wrt, pullback(y, sources, seed))
    prepared = _prepared(y, sources)
    found = pullback(prepared.outputs[0], sources, seed)
    return unflatten(wrt, simplified(found, {*prepared.order, *toposort(seed)}))
