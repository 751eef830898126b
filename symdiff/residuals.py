"""Gauss-Newton matrices: the curvature of a loss, as if its residual were linear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symdiff.asked import direction_like, sources_in
from symdiff.curvature import check_real, check_scalar
from symdiff.derivative import grad, jacobian, jvp, vjp
from symdiff.errors import GraphError
from symdiff.graph import substitute, toposort
from symdiff.node import Node
from symdiff.operators import finished
from symdiff.ops.cast import cast
from symdiff.ops.einsum import contract
from symdiff.ops.leaves import Placeholder
from symdiff.ops.operands import promote
from symdiff.structure import matched, unflatten
from symdiff.sweeps import pullback
from symdiff.wiring import Wiring

__all__ = ["gauss_newton", "gauss_newton_vp"]

Loss = Callable[[Node], Node]


def gauss_newton(residual: Node, wrt: Any, loss: Loss | None = None, *, simplify: bool = True) -> Any:
    """The Gauss-Newton matrix J.T J of a residual, or J.T H J with the Hessian H of a loss of it.

    It is the Hessian of ``0.5 * (residual**2).sum()``, or of ``loss(residual)``, as if the residual
    were linear: positive semi-definite for every convex loss.

    Parameters
    ----------
    residual : Node
        Real, of any shape; J is its Jacobian.
    wrt : Node, or a list, tuple or dict of nodes
    loss : callable, optional
        From a node like *residual* to a scalar node; half the sum of squares by default. Whatever else
        it uses counts as constant. H is applied to J, and not formed.
    simplify : bool
        Whether to simplify the result, as `grad` does.

    Returns
    -------
    Node, or a list of lists, a tuple of tuples or a dict of dicts, as *wrt*
        Axes of the first node, then axes of the second, as `hessian`.

    Raises
    ------
    GraphError
        If the loss is not a scalar, or does not use what it is given.
    TypeError
        If *residual*, something in *wrt* or the loss is not real floating-point.

    Examples
    --------
    >>> import symdiff as sd
    >>> a = sd.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], "a")
    >>> x = sd.Variable([1.0, 1.0], "x")
    >>> print(gauss_newton(a @ x - 1, x))
    a.T @ a
    >>> gauss_newton(a @ x, x, loss=lambda r: (r**4).sum() / 12)()  # a.T @ diag(r**2) @ a
    array([[3475., 4236.],
           [4236., 5176.]])
    """
    check_real([residual], "gauss_newton")
    sources = check_real(sources_in(wrt, "gauss_newton"), "gauss_newton")
    jacobians = jacobian(residual, sources, simplify=simplify)
    curved = jacobians
    if loss is not None:
        slope, at = _loss_slope(residual, loss, "gauss_newton")
        curved = [_curved(slope, at, residual, j) for j in jacobians]
    blocks = [_product(left, right, residual.ndim) for left in jacobians for right in curved]
    blocks, count = finished(blocks, residual, simplify), len(sources)
    rows = [blocks[k : k + count] for k in range(0, count * count, count)]
    return unflatten(wrt, [unflatten(wrt, row) for row in rows])


def gauss_newton_vp(
    residual: Node, wrt: Any, direction: Any, loss: Loss | None = None, *, simplify: bool = True
) -> Any:
    """The Gauss-Newton matrix times a direction, without the matrix or the Jacobian.

    A sweep forwards along the direction, the Hessian of the loss, and a sweep backwards.

    Parameters
    ----------
    residual, wrt, loss, simplify
        As in `gauss_newton`.
    direction : array_like, or a list, tuple or dict of them, as *wrt*

    Returns
    -------
    Node, or a list, tuple or dict of nodes, as *wrt*

    Raises
    ------
    GraphError, TypeError
        As `gauss_newton`.
    ShapeError
        If a direction has not the shape of its node.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> gauss_newton_vp(x * x, x, [1.0, 1.0])()
    array([ 4., 16.])
    """
    check_real([residual], "gauss_newton_vp")
    sources = check_real(sources_in(wrt, "gauss_newton_vp"), "gauss_newton_vp")
    moves = [
        direction_like("gauss_newton_vp", f"the direction of {node!r}", value, node)
        for node, value in zip(sources, matched(wrt, direction, "gauss_newton_vp"), strict=True)
    ]
    moved = jvp(residual, sources, moves, simplify=False)
    if loss is not None:
        slope, at = _loss_slope(residual, loss, "gauss_newton_vp")
        moved = jvp(slope, at, moved, simplify=False)
        (moved,) = substitute([moved], {at: residual})
    return vjp(residual, wrt, moved, simplify=simplify)


# --- how it is built --------------------------------------------------------------------------------------


def _loss_slope(residual: Node, loss: Loss, name: str) -> tuple[Node, Node]:
    """The gradient of a loss by a stand-in for the residual, and the stand-in."""
    if isinstance(loss, Node) or not callable(loss):
        raise TypeError(f"{name}: loss= is a function of the residual, not {loss!r}; write lambda r: ...")
    at = Placeholder(residual.shape, residual.dtype, "residual")
    value = loss(at)
    check_scalar(value, name, "the loss")
    if at not in toposort(value):
        raise GraphError(
            f"{name}: the loss {value!r} does not use its argument, the residual; write it with that"
        )
    return grad(value, at), at


def _curved(slope: Node, at: Node, residual: Node, jacobian: Node) -> Node:
    """H J for the Hessian H of a loss with this *slope*: symmetric, so a sweep back from J."""
    count = residual.ndim
    rows, columns = tuple(range(count)), tuple(range(count, jacobian.ndim))
    shape = jacobian.shape
    seed = contract((jacobian,), Wiring.of([rows + columns], columns + rows, dict(enumerate(shape))))
    (turned,) = pullback(slope, [at], cast(seed, slope.dtype))
    (turned,) = substitute([turned], {at: residual})
    return contract((turned,), Wiring.of([columns + rows], rows + columns, dict(enumerate(shape))))


def _product(left: Node, right: Node, count: int) -> Node:
    """The sum over the first *count* axes of both, other axes of the left one first."""
    left, right = promote(left, right)
    rows = [("row", axis) for axis in range(count)]
    one = [("left", axis) for axis in range(left.ndim - count)]
    two = [("right", axis) for axis in range(right.ndim - count)]
    sizes = {
        **dict(zip(rows + one, left.shape, strict=True)),
        **dict(zip(rows + two, right.shape, strict=True)),
    }
    return contract((left, right), Wiring.of([rows + one, rows + two], one + two, sizes))
