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
from symdiff.rewrite import simplify
from symdiff.scopes import scope_of

__all__ = ["Path", "gradients_of", "modules"]

Path: TypeAlias = tuple[str, ...]


def gradients_of(top: Node, nodes: Iterable[Node]) -> dict[Node, list[Node]]:
    """For every one of the *nodes* that is a gradient of *top* by leaves, these leaves.

    Equal graphs have one simplest form: the gradients are built once more, and recognised.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(2.0, "x"), sd.Variable(3.0, "y")
    >>> dx = sd.grad(sd.exp(x) * y, x)
    >>> gradients_of(sd.exp(x) * y, [x, dx])
    {<einsum ,-> float64[]>: [<variable x float64[]>]}
    """
    if top.shape or not is_inexact(top.dtype):
        return {}
    leaves = [
        node
        for node in toposort(top)
        if isinstance(node, Variable | Placeholder) and is_inexact(node.dtype) and node is not top
    ]
    known: dict[Node, list[Node]] = {}
    try:
        gradients = grad(top, leaves)
    except (GraphError, NotImplementedError):  # no derivative: nothing to recognise
        return {}
    for leaf, gradient in zip(leaves, gradients, strict=True):
        known.setdefault(simplify(gradient), []).append(leaf)
    forms = {node: simplify(node) for node in nodes}
    return {node: known[form] for node, form in forms.items() if form in known}


def modules(
    order: Sequence[Node], forward: Collection[Node], owners: Mapping[Node, Sequence[Node]]
) -> dict[Node, Path]:
    """The scopes in which every node is drawn.

    A node of the forward pass stands where it was built. Gradients are built outside of scopes: that of
    a leaf stands with the uses of the leaf; a function of forward values alone stands with them; any
    other where the forward values it reads were used.
    """
    paths = {node: scope_of(node) for node in order}
    uses = _uses(order, forward, paths)
    for node in order:
        if node not in forward and not is_leaf(node) and not paths[node]:
            owned = _deepest(uses.get(leaf, ()) for leaf in owners.get(node, ()))
            paths[node] = owned or _inherited(node, paths, uses)
    return paths


def _uses(order: Sequence[Node], forward: Collection[Node], paths: Mapping[Node, Path]) -> dict[Node, Path]:
    """The innermost scopes that hold every use of a node in the forward pass."""
    uses: dict[Node, Path] = {}
    for node in order:
        if node in forward:
            for operand in node.operands:
                path = paths[node]
                uses[operand] = _common(uses[operand], path) if operand in uses else path
    return {
        node: paths[node] or uses.get(node, ()) if is_leaf(node) else uses.get(node, paths[node])
        for node in order
        if node in forward
    }


def _inherited(node: Node, paths: Mapping[Node, Path], uses: Mapping[Node, Path]) -> Path:
    """The scopes of a gradient node, from what it reads."""
    gradients = [operand for operand in node.operands if operand not in uses and not is_leaf(operand)]
    read = [operand for operand in node.operands if operand in uses]
    if not gradients:
        return _deepest(uses[operand] if is_leaf(operand) else paths[operand] for operand in read)
    used, above = _deepest(uses[operand] for operand in read), paths[gradients[-1]]
    return above if above[: len(used)] == used else used


def _common(left: Path, right: Path) -> Path:
    """The longest path that both begin with."""
    length = next((k for k, (a, b) in enumerate(zip(left, right, strict=False)) if a != b), None)
    return left[:length] if length is not None else min(left, right, key=len)


def _deepest(paths: Iterable[Path]) -> Path:
    return max(paths, key=len, default=())
