"""In which order the axes of each product lie: the one that what comes next reads without copying.

What a product leaves behind may lie in several orders at the same price. Which one is best depends on who
reads it: another product merges some axes into the rows or columns of a matrix, which it can only where they
stand side by side; a sum or a function of entries reads all its operands in one order.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial

from symdiff.graph import Graph, moved
from symdiff.node import Node
from symdiff.ops.einsum import Einsum, contract
from symdiff.planning.calls.products import TURNED, forms, product_cost
from symdiff.planning.graphs.pairs import paired
from symdiff.planning.steps import Sizes
from symdiff.wiring import Labels, Wiring

__all__ = ["arrange_results"]

SWEEPS = 2  # times that every product looks at its neighbours

Axes = tuple[int, ...]  # the axes of a result that are longer than 1, in the order in which they lie


def arrange_results(graph: Graph, ranks: dict[Node, float]) -> Graph:
    """The same graph in pairs, with the axes of each product of two in the order that costs least in all.

    *ranks* says when each node is computed; a new node takes the rank of the one it replaces.
    """
    graph = _in_pairs(graph, ranks)
    given = set(graph.outputs)
    choices: dict[Node, tuple[Axes, ...]] = {
        x: _choices(x.wiring) for x in graph.order if type(x) is Einsum and x not in given
    }
    users: dict[Node, list[Node]] = {node: [] for node, axes in choices.items() if len(axes) > 1}
    for node in graph.order:
        for operand in node.operands:
            if operand in users:
                users[operand].append(node)
    for node, readers in list(users.items()):
        if _is_settled(node, choices[node], readers):
            del users[node]
    found = _Search(choices, users).run()
    turned = {node: axes for node, axes in found.items() if axes != choices[node][0]}
    return _replaced(graph, partial(_turned, turned), ranks) if turned else graph


def _in_pairs(graph: Graph, ranks: dict[Node, float]) -> Graph:
    """The graph with products of pairs in place of longer ones."""
    if not any(len(node.operands) > 2 and type(node) is Einsum for node in graph.order):
        return graph
    return _replaced(graph, lambda node, changed: paired(moved(node, changed)), ranks)


def _replaced(
    graph: Graph, visit: Callable[[Node, Mapping[Node, Node]], Node], ranks: dict[Node, float]
) -> Graph:
    """The graph of what *visit* makes of each node and of those that have changed; ranks are passed on."""
    changed: dict[Node, Node] = {}
    for node in graph.order:
        fresh = visit(node, changed)
        if fresh is not node:
            changed[node] = fresh
            if node in ranks:
                ranks.setdefault(fresh, ranks[node])
    return graph.with_changes(changed)


@lru_cache(maxsize=16384)
def _choices(wiring: Wiring) -> tuple[Axes, ...]:
    """The orders in which the result of a product of two may lie, that of its labels first."""
    sizes, output = wiring.sizes, wiring.output
    axes = tuple([axis for axis, label in enumerate(output) if sizes[label] != 1])
    if len(wiring.inputs) != 2 or len(axes) < 2 or not _is_plain(wiring):
        return (axes,)
    one, two = [_lasting(labels, wiring) for labels in wiring.inputs]
    kept = frozenset(output)
    found = [one, two]
    if not {*one} & {*two} <= kept:
        found = [form.result for form in forms(one, two, kept, sizes)]  # type: ignore[arg-type]
    orders = [tuple([output.index(label) for label in labels if label in kept]) for labels in found]
    return tuple(dict.fromkeys([axes, *[order for order in orders if len(order) == len(axes)]]))


def _is_plain(wiring: Wiring) -> bool:
    """Whether no label stands twice in an operand or the output, or in the output only."""
    distinct = all(len({*labels}) == len(labels) for labels in (*wiring.inputs, wiring.output))
    return distinct and {*wiring.output}.issubset(itertools.chain(*wiring.inputs))


def _lasting(labels: Labels, wiring: Wiring) -> Labels:
    """The labels that are longer than 1 and not summed before the product."""
    others = {label for group in (*wiring.inputs, wiring.output) if group is not labels for label in group}
    return tuple([label for label in labels if wiring.sizes[label] != 1 and label in others])


def _is_settled(node: Node, choices: Sequence[Axes], users: Sequence[Node]) -> bool:
    """Whether the order of a product's labels costs least, and is the one that all its users read."""
    assert isinstance(node, Einsum), "products have orders"
    if any(_read(user) is not None for user in users):
        return False
    costs = [_einsum_cost(node.wiring, (None, None), axes) for axes in choices]
    return costs[0] == min(costs)


class _Search:
    """Each product in turn takes the order that is best for it and its users, as these stand."""

    def __init__(self, choices: Mapping[Node, Sequence[Axes]], users: Mapping[Node, Sequence[Node]]) -> None:
        self.choices = choices
        self.users = users
        self.lying = {node: choices[node][0] for node in users}
        self.wirings = {user: _read(user) for node in users for user in (node, *users[node])}

    def run(self) -> dict[Node, Axes]:
        """The order of each product in the end."""
        for _ in range(SWEEPS):
            before = dict(self.lying)
            for node in self.users:
                self.settle(node)
            if self.lying == before:
                break
        return self.lying

    def settle(self, node: Node, deeper: bool = True) -> int:
        """The best order for one product, and what it and its users cost then.

        Products entry by entry follow what they multiply, and so do the two factors of an inner product: for
        each choice these are settled first.
        """
        best: tuple[int, dict[Node, Axes]] | None = None
        for axes in self.choices[node]:
            moved = {node: axes}
            self.lying[node] = axes
            total = self.cost(node, node)
            for user in self.users[node]:
                follower = self.follower(user, node) if deeper else None
                if follower is not None:
                    total += self.settle(follower, False)
                    moved[follower] = self.lying[follower]
                else:
                    total += self.cost(user, node)
            if best is None or total < best[0]:
                best = total, moved
        assert best is not None, "a product has an order"
        self.lying.update(best[1])
        return best[0]

    def follower(self, user: Node, node: Node) -> Node | None:
        """What takes the order of *node* because of *user*: that itself, or its other factor."""
        if type(user) is not Einsum or len(user.operands) != 2:
            return None
        found: Node = user
        if user.wiring.summed:
            one, two = user.operands
            found = two if one is node else one
            if found is node or {*user.wiring.inputs[0]} != {*user.wiring.inputs[1]}:
                return None
        return found if found in self.users else None

    def cost(self, user: Node, node: Node) -> int:
        """What *user* costs as everything lies: itself, or reading *node* across."""
        wiring, lying = self.wirings[user], self.lying
        if wiring is not None:
            return _einsum_cost(wiring, tuple([lying.get(x) for x in user.operands]), lying.get(user))
        axes = lying[node]
        natural = axes == self.choices[node][0]
        return 0 if natural else TURNED * math.prod(node.shape)  # type: ignore[return-value]


@lru_cache(maxsize=16384)
def _shows(wiring: Wiring) -> bool:
    return wiring.is_view


def _read(user: Node) -> Wiring | None:
    """The wiring of a product or a sum; None for what reads each axis where it is."""
    return user.wiring if type(user) is Einsum and not _shows(user.wiring) else None


@lru_cache(maxsize=65536)
def _einsum_cost(wiring: Wiring, groups: tuple[Axes | None, ...], result: Axes | None) -> int:
    """What an einsum costs whose operands lie like this; nothing where it makes no difference."""
    if len(groups) != 2 or not _is_plain(wiring):
        return 0
    sizes: Sizes = wiring.sizes  # type: ignore[assignment]
    lasting = [
        _lasting(labels if axes is None else tuple([labels[axis] for axis in axes]), wiring)
        for labels, axes in zip(wiring.inputs, groups, strict=True)
    ]
    output = wiring.output if result is None else tuple([wiring.output[axis] for axis in result])
    output = tuple([label for label in output if sizes[label] != 1])
    return product_cost(lasting[0], lasting[1], output, sizes)


def _turned(turned: Mapping[Node, Axes], node: Node, changed: Mapping[Node, Node]) -> Node:
    """A product as a transpose of one whose axes lie in another order, those of size 1 first."""
    if node not in turned or type(node) is not Einsum:
        return moved(node, changed)
    operands = [changed.get(operand, operand) for operand in node.operands]
    lying, back = _wirings(node.wiring, turned[node])
    return contract([contract(operands, lying, node.coefficient, node.dtype)], back)


@lru_cache(maxsize=4096)
def _wirings(wiring: Wiring, axes: Axes) -> tuple[Wiring, Wiring]:
    """The product whose axes lie in this order, and the transpose that turns it back."""
    shape, output = wiring.shape, wiring.output
    order = (*[axis for axis in range(len(shape)) if axis not in axes], *axes)
    lying = Wiring.of(wiring.inputs, [output[axis] for axis in order], wiring.sizes)
    return lying, Wiring.of([order], range(len(shape)), dict(enumerate(shape)))
