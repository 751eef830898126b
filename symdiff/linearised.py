"""A program in two halves: what only the point decides, once for all directions from it."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.dims import product
from symdiff.graph import ancestors, substitute, toposort
from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.ops.leaves import Placeholder
from symdiff.program import Program, compile

__all__ = ["linearised"]


def linearised(
    outputs: Sequence[Node], point: Sequence[Node], directions: Sequence[Node]
) -> tuple[Program, Program]:
    """Two programs that compute *outputs* one after the other.

    Parameters
    ----------
    outputs : sequence of Node
    point, directions : sequences of Node
        The inputs.

    Returns
    -------
    first, second : Program
        The first takes *point* and gives all that *directions* have no part in. The second takes
        *point*, then what the first gave, then *directions*.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, p = sd.Variable([1.0, 2.0], "x"), sd.Placeholder((2,), name="p")
    >>> first, second = linearised([sd.exp(x) * p], [x], [p])
    >>> kept = first([0.0, 1.0])
    >>> second([0.0, 1.0], *kept, [1.0, 0.0]), second([0.0, 1.0], *kept, [0.0, 1.0])
    ([array([1., 0.])], [array([0.        , 2.71828183])])
    """
    kept = _kept(outputs, directions)
    stand_ins: dict[Node, Node] = {node: Placeholder(node.shape, node.dtype) for node in kept}
    moved = substitute(outputs, stand_ins)
    return compile(kept, point), compile(moved, [*point, *stand_ins.values(), *directions])


def _kept(outputs: Sequence[Node], directions: Sequence[Node]) -> list[Node]:
    """The last nodes before the directions come in; products larger than their factors are not formed."""
    order = toposort(*outputs)
    moving = ancestors(order, directions)
    wanted = {x for node in order if node in moving for x in node.operands}.union(outputs)
    found = []
    for node in reversed(order):
        if node in wanted and node not in moving and node.operands:
            if isinstance(node, Einsum) and _grows(node):
                wanted.update(node.operands)
            else:
                found.append(node)
    return found


def _grows(node: Node) -> bool:
    """Whether the result is larger than each operand, as far as sizes are known."""
    size, sizes = product(node.shape), [product(x.shape) for x in node.operands]
    if isinstance(size, int) and all(isinstance(own, int) for own in sizes):
        return all(isinstance(own, int) and own < size for own in sizes)
    return all(x.ndim < node.ndim for x in node.operands)
