"""What is drawn, before any drawing: boxes with their words and places, and the edges between them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from symdiff.errors import GraphError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.einsum import is_scalar_constant, scale
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.plot.halves import Path, gradients_of, modules
from symdiff.plot.roles import is_leaf, role_of
from symdiff.plot.rows import Row, row, signed, sorted_operands
from symdiff.plot.words import clipped, kind_text, leaf_text, word

__all__ = ["Box", "Edge", "Scene", "scene_of"]


@dataclass(frozen=True, slots=True)
class Box:
    """One box or chip: its role, its lines from top to bottom, and the clusters it stands in."""

    key: str
    role: str
    row: Row
    word: str
    kind: str
    result: str | None  # the name of an output; None for what is no output
    path: Path


@dataclass(frozen=True, slots=True)
class Edge:
    """From one box to another, or to the port of an operand of the other."""

    tail: str
    head: str
    port: int | None = None


@dataclass(slots=True)
class Scene:
    """Everything that is drawn, operands before users."""

    boxes: list[Box] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


def scene_of(outputs: Mapping[Node, str], forward: Sequence[Node], shared: bool, limit: int) -> Scene:
    """The scene of *outputs* and their names, split in what *forward* needs and the rest."""
    order = drawing_order(list(outputs))
    count = sum(not is_leaf(node) for node in order)
    if count > limit:
        raise GraphError(
            f"plot: this graph has {count} boxes, more than limit={limit}; pass limit={count} to draw them "
            "all, or plot a node closer to the leaves"
        )
    return _Painter(order, outputs, forward, shared).scene()


def drawing_order(outputs: Sequence[Node]) -> list[Node]:
    """Operands before users, in the order in which a reader comes by them: it depends on no serial.

    Examples
    --------
    >>> import symdiff as sd
    >>> y, x = sd.Variable(1.0, "y"), sd.Variable(2.0, "x")
    >>> drawing_order([sd.exp(x) + y])
    [<variable x float64[]>, ...]
    """
    done: dict[Node, None] = {}
    for output in outputs:
        stack = [output]
        while stack:
            waiting = [operand for operand in stack[-1].operands if operand not in done]
            if waiting:
                stack.append(waiting[0])
            else:
                done.setdefault(stack.pop())
    return list(done)


class _Painter:
    """Turns nodes into boxes, one after another."""

    def __init__(
        self, order: Sequence[Node], outputs: Mapping[Node, str], forward: Sequence[Node], shared: bool
    ) -> None:
        self.order = order
        self.outputs = outputs
        self.shared = shared
        self.forward = set(toposort(*forward))
        self.split = any(node not in self.forward and not is_leaf(node) for node in order)
        owners = gradients_of(forward[0]) if self.split else {}
        self.paths = modules(order, self.forward, owners)
        self.results = dict(outputs)
        self.numbers = _numbers(order)
        self.fixed = _fixed(order)
        self.keys: dict[Node, str] = {}
        self.drawn = Scene()
        for node, leaves in owners.items():
            if node in outputs and not outputs[node] and node is not forward[0]:
                names = ", ".join(leaf_text(leaf, self.numbers) for leaf in leaves)
                self.results[node] = f"gradient of {names}"

    def scene(self) -> Scene:
        """The whole scene."""
        for node in self.order:
            if not is_leaf(node):
                self.box(node)
            elif self.shared or node in self.outputs:
                self.keys[node] = self.chip(node, None)
        return self.drawn

    def box(self, node: Node) -> None:
        """An operation, and the edges that end there."""
        order = sorted_operands(node, self.fixed)
        texts = row(node, order, inlined=not self.shared)
        ports = {port for _, port in texts}
        tails: dict[tuple[Node, int | None], str] = {}
        for k in order:
            operand, port = node.operands[k], (k if k in ports else None)
            if (operand, port) not in tails:
                tails[operand, port] = self.tail(operand, node, k)
        key = self.add(node, node, texts, word(node), self.outputs.get(node) is not None)
        self.keys[node] = key
        self.drawn.edges += [Edge(tail, key, port) for (_, port), tail in tails.items()]

    def tail(self, operand: Node, user: Node, place: int) -> str:
        """The box an edge starts from: a chip of its own for a leaf, unless chips are shared."""
        if not is_leaf(operand) or self.shared:
            return self.keys[operand]
        if isinstance(user, Add) and is_scalar_constant(operand):
            operand = scale(operand, signed(user.coefficients[place])[1])
        return self.chip(operand, user)

    def chip(self, leaf: Node, user: Node | None) -> str:
        """A leaf, drawn next to *user*, or on its own."""
        return self.add(leaf, leaf if user is None else user, (), leaf_text(leaf, self.numbers), user is None)

    def add(self, node: Node, near: Node, texts: Row, text: str, output: bool) -> str:
        """A box for *node* in the clusters of the node *near*."""
        key = f"n{len(self.drawn.boxes)}"
        path = self.paths.get(near, ())
        if self.split:
            path = ("forward" if near in self.forward else "gradient", *path)
        result = self.results.get(node, "") if output and node in self.outputs else None
        kind = "" if is_leaf(node) and not node.shape and role_of(node, True) == "constant" else kind_text(node)
        role = role_of(node, node in self.forward)
        self.drawn.boxes.append(Box(key, role, texts, clipped(text), kind, result, path))
        return key


def _numbers(order: Sequence[Node]) -> dict[Node, int]:
    """A number for every leaf that may need one, counted by kind."""
    numbers: dict[Node, int] = {}
    for kind in (Placeholder, Variable, Constant):
        found = [node for node in order if isinstance(node, kind) and not getattr(node, "name", None)]
        numbers.update((node, k) for k, node in enumerate(found, 1))
    return numbers


def _fixed(order: Collection[Node]) -> set[Node]:
    """The nodes that depend on no input and no parameter."""
    fixed: set[Node] = set()
    for node in order:
        if not isinstance(node, Variable | Placeholder) and fixed.issuperset(node.operands):
            fixed.add(node)
    return fixed
