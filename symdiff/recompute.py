"""Values that a derivative computes again instead of keeping them: `checkpoint`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from symdiff.dims import product
from symdiff.dtypes import is_inexact
from symdiff.graph import ancestors, rebuild, toposort
from symdiff.node import Node, next_serial
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.reshaping import reshape
from symdiff.ops.shape.shaping import concatenate
from symdiff.structure import flatten, unflatten
from symdiff.sweeps import pullback

__all__ = ["checkpoint"]

Function = Callable[..., Any]


class Checkpoint(Region):
    """a region whose inner values a reverse sweep computes again, from the other operands"""

    __slots__ = ()

    @classmethod
    def apply(cls, operands: tuple[Node, ...], attributes: tuple[Any, ...]) -> Node:
        """The region with what it reads now, after its operands were rebuilt."""
        return marked(operands[0], _below_views(operands[1:]))

    def vjp(self, k: int, g: Node) -> Node | None:
        """The cotangent of operand *k*, through values computed again."""
        return self.cotangents(g, [k], ())[0]

    def cotangents(self, g: Node, places: Sequence[int], sources: Collection[Node]) -> list[Node | None]:
        """All cotangents through one copy of the region, which cannot start before *g* is there."""
        result, *reads = self.operands
        inside = set(toposort(result, stop=set(reads))).difference(reads)
        if not inside.isdisjoint(sources):
            return [None if k else g for k in places]  # what is sought has no cotangent in a copy
        copies = {x: Barrier(x, g) for x in reads}
        (copy,) = rebuild([result], lambda node: node, copies)
        wanted = [k for k in places if k > 0]
        found = pullback(copy, [copies[self.operands[k]] for k in wanted], g)
        handed = dict(zip(wanted, found, strict=True))
        return [handed.get(k) for k in places]

    def jvp(self, k: int, dx: Node) -> Node | None:
        """The tangent of the region's result: a forward sweep keeps nothing, and recomputes nothing."""
        return None if k else dx


def marked(result: Node, ends: Iterable[Node]) -> Node:
    """*result* as a region that starts at *ends*, as far as it reads them, and at other leaves."""
    stop = set(ends)
    if result in stop or not result.operands or not is_inexact(result.dtype):
        return result
    order = toposort(result, stop=stop)
    reads = [
        x for x in order if (x in stop and x.operands) or isinstance(x, Variable | Placeholder | Constant)
    ]
    return Checkpoint(result, *reads)


def _below_views(nodes: Iterable[Node]) -> set[Node]:
    """Nodes, and what those among them stand on that their users may be built without."""
    found: set[Node] = set()
    open_ = list(nodes)
    while open_:
        node = open_.pop()
        if node not in found:
            found.add(node)
            open_ += node.operands if node.melts else ()
    return found


def checkpoint(function: Function) -> Function:
    """*function*, with inner values that derivatives compute again instead of keeping them.

    A reverse sweep needs the values in between, and a program keeps them from the forward pass until then.
    Marked regions keep only what they read: n layers in regions of sqrt(n) layers need memory for about
    2 sqrt(n), and one more forward pass (Chen, Xu, Zhang and Guestrin, "Training deep nets with sublinear
    memory cost", 2016). Regions nest. Values and derivatives are those of *function*, of every order;
    higher derivatives keep the values that the first one recomputed.

    Parameters
    ----------
    function : callable
        From nodes to a node, or to nodes in lists, tuples and dicts. It may use variables and other nodes
        that are not its arguments; a `Module` is a function as well.

    Returns
    -------
    callable
        Called as *function* is.

    Raises
    ------
    TypeError
        If *function* cannot be called; when called, if it returns something else than nodes.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([0.5, -1.0], "x")
    >>> w = sd.Variable([[1.0, 2.0], [3.0, 4.0]], "w")
    >>> layer = checkpoint(lambda x: sd.tanh(x @ w))
    >>> y = layer(layer(x)).sum()
    >>> plain = sd.tanh(sd.tanh(x @ w) @ w).sum()
    >>> bool((sd.grad(y, w)() == sd.grad(plain, w)()).all())
    True
    """
    if isinstance(function, Node) or not callable(function):
        raise TypeError(
            f"checkpoint: {function!r} is not a function; write checkpoint(f)(x), not checkpoint(f(x))"
        )

    @functools.wraps(function)
    def region(*arguments: Any, **options: Any) -> Any:
        start = next_serial()
        outputs = function(*arguments, **options)
        given = set(_nodes([*arguments, *options.values()]))
        return _marked_together(outputs, given, start)

    return region


def _nodes(value: Any) -> list[Node]:
    """The nodes among arguments, however they are nested."""
    if isinstance(value, Node):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    return [node for part in value for node in _nodes(part)] if isinstance(value, list | tuple) else []


def _marked_together(outputs: Any, given: set[Node], start: int) -> Any:
    """All outputs of one dtype as one region, so that what they share is recomputed once."""
    results = flatten(outputs, "checkpoint")
    ends = _ends(results, given, start)
    groups: dict[Any, list[Node]] = {}
    for node in dict.fromkeys(results):
        if is_inexact(node.dtype) and node not in ends and node.operands:
            groups.setdefault(node.dtype, []).append(node)
    new: dict[Node, Node] = {}
    for nodes in groups.values():
        if len(nodes) == 1:
            new[nodes[0]] = marked(nodes[0], ends)
            continue
        whole = marked(concatenate([reshape(node, -1) for node in nodes]), ends)
        place: Any = 0
        for node in nodes:
            length = product(node.shape)
            new[node] = reshape(whole[place : place + length], node.shape)
            place = place + length
    return unflatten(outputs, [new.get(node, node) for node in results])


def _ends(results: Sequence[Node], given: set[Node], start: int) -> set[Node]:
    """Where a call began: its arguments, and older nodes that do not depend on them."""
    arguments = _below_views(given)
    order = toposort(*results, stop=arguments)
    inside = ancestors(order, arguments.intersection(order))
    old = {node for node in order if node.serial < start and node not in inside}
    return arguments | old
