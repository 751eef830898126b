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
from symdiff.plot.words import kind_text, leaf_text, word

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
    port: int | None
    crossing: bool  # from the forward to the gradient half


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
    >>> drawing_order([sd.maximum(x, y)])
    [<variable x float64[]>, <variable y float64[]>, <maximum float64[]>]
    """
    done: dict[Node, None] = {}
    for output in outputs:
        stack = [(output, iter(output.operands))]
        while stack:
            operand = next((operand for operand in stack[-1][1] if operand not in done), None)
            if operand is None:
                done.setdefault(stack.pop()[0])
            else:
                stack.append((operand, iter(operand.operands)))
    return list(done)


class _Painter:
    """Turns nodes into boxes, one after another."""

    def __init__(
        self, order: Sequence[Node], outputs: Mapping[Node, str], forward: Sequence[Node], shared: bool
    ) -> None:
        self.order, self.shared = order, shared
        self.tops = set(forward)
        self.forward = set(toposort(*forward))
        self.split = any(node not in self.forward and not is_leaf(node) for node in order)
        owners = gradients_of(forward[0], outputs) if self.split else {}
        self.paths = modules(order, self.forward, owners)
        self.numbers = _numbers(order)
        self.fixed = _fixed(order)
        self.results = {
            node: name or self.gradient_text(owners.get(node, ())) for node, name in outputs.items()
        }
        self.keys: dict[Node, str] = {}
        self.drawn = Scene()

    def gradient_text(self, leaves: Sequence[Node]) -> str:
        """What a gradient is called that has no name."""
        names = [leaf_text(leaf, self.numbers) for leaf in leaves]
        return f"gradient of {', '.join(names)}" if names else ""

    def scene(self) -> Scene:
        """The whole scene."""
        for node in self.order:
            if not is_leaf(node):
                self.operation(node)
            elif self.shared or node in self.results:
                first = self.shared and node in self.forward
                self.keys[node] = self.chip(node, self.cluster(node, first or node in self.tops))
        return self.drawn

    def operation(self, node: Node) -> None:
        """A box, and the edges that end there."""
        order = sorted_operands(node, self.fixed)
        texts = row(node, order, inlined=not self.shared)
        ports = {port for _, port in texts}
        path = self.cluster(node, node in self.forward)
        tails: dict[tuple[Node, int | None], str] = {}
        drawn: set[Node] = set()
        for k in order:
            operand, port = node.operands[k], (k if k in ports else None)
            if port is not None or operand not in drawn:
                tails[operand, port] = self.tail(node, k, path)
                drawn.add(operand)
        role = role_of(node, node in self.forward)
        key = self.add(role, texts, word(node), kind_text(node), self.results.get(node), path)
        self.keys[node] = key
        for (operand, port), tail in tails.items():
            crossing = node not in self.forward and operand in self.forward and not is_leaf(operand)
            self.drawn.edges.append(Edge(tail, key, port, crossing))

    def tail(self, user: Node, place: int, path: Path) -> str:
        """Where an edge starts: at a chip of its own for a leaf, unless chips are shared."""
        operand = user.operands[place]
        if not is_leaf(operand) or self.shared:
            return self.keys[operand]
        if isinstance(user, Add) and is_scalar_constant(operand):
            operand = scale(operand, signed(user.coefficients[place])[1])
        return self.add(*self.leaf(operand), None, path)

    def chip(self, leaf: Node, path: Path) -> str:
        """A leaf that stands for itself: an output, or one chip for all its uses."""
        return self.add(*self.leaf(leaf), self.results.get(leaf), path)

    def leaf(self, node: Node) -> tuple[str, Row, str, str]:
        """Role and lines of a chip; a number needs no dtype."""
        role = role_of(node, True)
        kind = "" if role == "constant" and not node.shape else kind_text(node)
        return role, (), leaf_text(node, self.numbers), kind

    def cluster(self, node: Node, forward: bool) -> Path:
        """The clusters in which *node* stands, its half first if there are two."""
        path = self.paths[node]
        return ("forward" if forward else "gradient", *path) if self.split else path

    def add(self, role: str, texts: Row, text: str, kind: str, result: str | None, path: Path) -> str:
        """One more box."""
        key = f"n{len(self.drawn.boxes)}"
        self.drawn.boxes.append(Box(key, role, texts, text, kind, result, path))
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
