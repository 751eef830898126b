"""Second derivatives that are less than a Hessian: its diagonal and its trace.

Neither forms a larger array than its structure asks for: diagonals and traces are read through
the wires of what they are taken of.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symdiff.asked import check_inexact, sources_in
from symdiff.coefficients import product
from symdiff.derivative import grad, jvp
from symdiff.dims import shape_text
from symdiff.entrywise import is_entrywise
from symdiff.errors import GraphError
from symdiff.graph import substitute
from symdiff.node import Node
from symdiff.operators import finished
from symdiff.ops.add import Add, combine, unscaled
from symdiff.ops.cast import cast
from symdiff.ops.einsum import contract
from symdiff.ops.filled import eye, ones_like, zeros_like
from symdiff.ops.leaves import Placeholder
from symdiff.structure import unflatten
from symdiff.sweeps import pullback
from symdiff.wiring import Wiring

__all__ = ["check_real", "check_scalar", "hessian_diagonal", "laplacian"]


def hessian_diagonal(y: Node, wrt: Any, *, simplify: bool = True) -> Any:
    """The second derivatives of a scalar by each entry twice.

    What depends on its entries one by one is differentiated along ones, at the cost of one
    Hessian-vector product; only the rest meets the other entries, through a contraction that is
    planned as a whole.

    Parameters
    ----------
    y : Node
        A real scalar.
    wrt : Node, or a list, tuple or dict of nodes
    simplify : bool
        Whether to simplify the result, as `grad` does.

    Returns
    -------
    Node, or a list, tuple or dict of nodes, as *wrt*
        Each of the shape of what it is the derivative by.

    Raises
    ------
    GraphError
        If *y* is not a scalar.
    TypeError
        If *y* or something in *wrt* is not real floating-point.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> print(hessian_diagonal((x**4).sum(), x))
    12 * x**2
    """
    sources = check_real(sources_in(wrt, "hessian_diagonal"), "hessian_diagonal")
    check_scalar(y, "hessian_diagonal")
    pairs = zip(sources, grad(y, sources, simplify=simplify), strict=True)
    diagonals = [_diagonal(gradient, x, summed=False) for x, gradient in pairs]
    return unflatten(wrt, finished(diagonals, y, simplify))


def laplacian(y: Node, x: Any, *, simplify: bool = True) -> Node:
    """The sum of the second derivatives of a scalar by each entry: the trace of its Hessian.

    Parameters
    ----------
    y : Node
        A real scalar.
    x : Node, or a list, tuple or dict of nodes
        Of any shape; the sum runs over the entries of all of them.
    simplify : bool
        Whether to simplify the result, as `grad` does.

    Returns
    -------
    Node
        A scalar of the dtype of *y*.

    Raises
    ------
    GraphError
        If *y* is not a scalar.
    TypeError
        If *y* or something in *x* is not real floating-point.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([3.0, 4.0], "x")
    >>> laplacian(sd.log(sd.norm(x)), x)()  # harmonic in the plane
    array(0.)
    >>> laplacian(sd.log(sd.norm(x)) + x @ x, x)()
    array(4.)
    """
    sources = check_real(sources_in(x, "laplacian"), "laplacian")
    check_scalar(y, "laplacian")
    pairs = zip(sources, grad(y, sources, simplify=simplify), strict=True)
    traces = [cast(_diagonal(gradient, node, summed=True), y.dtype) for node, gradient in pairs]
    total = combine(traces, [1] * len(traces)) if traces else zeros_like(y)
    return finished([total], y, simplify)[0]


# --- how it is built --------------------------------------------------------------------------------------


def _diagonal(gradient: Node, x: Node, *, summed: bool) -> Node:
    """The diagonal of the Jacobian of *gradient* by *x*, of which it has the shape, or the sum of it.

    Term by term: a term that acts entry by entry is its own diagonal, once the move is ones.
    """
    move = Placeholder(x.shape, x.dtype)
    axes = tuple(range(x.ndim))
    output, sizes = () if summed else axes, dict(enumerate(x.shape))
    parts, factors = [], []
    for term, factor in _terms(jvp(gradient, x, move, simplify=False)):
        if is_entrywise(term, move):
            (part,) = substitute([term], {move: ones_like(x)})
            part = contract((part,), Wiring.of([axes], output, sizes))
        else:
            (square,) = pullback(term, [move], eye(x.shape, x.dtype))
            part = contract((square,), Wiring.of([axes + axes], output, sizes))
        parts.append(part)
        factors.append(factor)
    return combine(parts, factors)


def _terms(node: Node) -> list[tuple[Node, Any]]:
    """The terms that *node* is the sum of, sums within sums and multiples of sums taken apart."""
    found, open_ = [], [(node, 1)]
    while open_:
        term, factor = open_.pop()
        core, own = unscaled(term)
        if isinstance(core, Add):
            open_ += [
                (x, product(product(factor, own), c))
                for x, c in zip(core.operands, core.coefficients, strict=True)
            ]
        else:
            found.append((term, factor))
    return found


# --- checking what was asked for --------------------------------------------------------------------------


def check_real(nodes: Sequence[Any], name: str) -> Sequence[Node]:
    """The nodes, all of them real floating-point."""
    for node in nodes:
        check_inexact(node, name)
        if node.dtype.kind == "c":
            raise TypeError(
                f"{name}: {node!r} is {node.dtype}, but real numbers are needed; make it of its real and "
                "imaginary parts"
            )
    return nodes


def check_scalar(y: Any, name: str, role: str = "what is differentiated") -> None:
    """Complain unless *y* is a real scalar."""
    check_inexact(y, name, role)
    check_real([y], name)
    if y.shape:
        raise GraphError(
            f"{name}: {role} is {y!r} of shape {shape_text(y.shape)}, and must be a scalar; sum it"
        )
