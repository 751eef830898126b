"""Which nodes are the forward pass, whose gradient the others are, and in which module each stands."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeAlias

from symdiff.derivative import grad
from symdiff.dtypes import is_inexact
from symdiff.errors import GraphError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.plot.roles import is_leaf
from symdiff.scopes import scope_of

__all__ = ["Path", "gradients_of", "modules"]

Path: TypeAlias = tuple[str, ...]


def gradients_of(top: Node) -> dict[Node, list[Node]]:
    """For every gradient of *top* by a leaf, the leaves it is the gradient of.

    Equal graphs are one object: the gradients are built once more, and recognised.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(2.0, "x"), sd.Variable(3.0, "y")
    >>> dx = sd.grad(sd.exp(x) * y, x)
    >>> gradients_of(sd.exp(x) * y)[dx]
    [<variable x float64[]>]
    """
    if top.shape or not is_inexact(top.dtype):
        return {}
    leaves = [
        node
        for node in toposort(top)
        if isinstance(node, Variable | Placeholder) and is_inexact(node.dtype) and node is not top
    ]
    found: dict[Node, list[Node]] = {}
    try:
        gradients = grad(top, leaves)
    except (GraphError, NotImplementedError):  # no derivative: nothing to recognise
        return {}
    for leaf, gradient in zip(leaves, gradients, strict=True):
        found.setdefault(gradient, []).append(leaf)
    return found


def modules(
    order: Sequence[Node], forward: Collection[Node], owners: Mapping[Node, Sequence[Node]]
) -> dict[Node, Path]:
    """The scopes in which every node is drawn.

    A node of the forward pass stands where it was built, and a leaf built outside of all scopes where
    it is first used. Gradients are built outside of scopes: that of a leaf stands with the leaf, any
    other with the deepest of the forward nodes it reads, or with the youngest gradient it reads.
    """
    paths: dict[Node, Path] = {}
    for node in order:
        if node in forward:
            paths[node] = scope_of(node)
            for operand in filter(is_leaf, node.operands):
                paths[operand] = paths[operand] or paths[node]
    for node in order:
        if node not in forward:
            paths[node] = scope_of(node) or _inherited(node, paths, forward, owners)
    return paths


def _inherited(
    node: Node, paths: Mapping[Node, Path], forward: Collection[Node], owners: Mapping[Node, Sequence[Node]]
) -> Path:
    """The scopes of a gradient node that was built outside of all scopes."""
    owned = _deepest(paths[leaf] for leaf in owners.get(node, ()) if leaf in paths)
    read = owned or _deepest(paths[operand] for operand in node.operands if operand in forward)
    if read:
        return read
    gradients = [operand for operand in node.operands if operand not in forward and not is_leaf(operand)]
    return paths[gradients[-1]] if gradients else ()


def _deepest(paths: Iterable[Path]) -> Path:
    return max(paths, key=len, default=())
