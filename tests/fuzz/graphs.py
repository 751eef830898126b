"""Random programs: built step by step from a few variables, and again in another order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from hypothesis import strategies as st

import symdiff as sd
from symdiff.node import Node
from tests.fuzz.contractions import spec_of
from tests.fuzz.domains import DOMAINS, Domain
from tests.fuzz.operations import BINARY, UNARY, Operation
from tests.fuzz.ordering import Ordering
from tests.fuzz.patterns import PAIRS, PATTERNS, PRODUCTS
from tests.fuzz.samples import SAMPLES
from tests.fuzz.values import Values
from tests.fuzz.variables import variables

__all__ = ["Program", "Step", "programs"]

LARGEST = 40  # entries of a value
HIGHEST = 6.0  # magnitude of a value; larger ones are scaled down
INFINITE = 1e6
DEEPEST = 4  # axes
AXES = 3
STEPS = 7
WIDE, FACTOR = st.integers(0, 2**20), 2654435761  # numbers whose multiples are spread evenly


class Step(NamedTuple):
    """An operation on earlier values, behind guards that bring its operand where it is smooth."""

    operation: Operation
    places: tuple[int, ...]
    guard: int | None = None
    exponent: int = 0  # the result is divided by this power of two

    def build(self, o: Ordering, nodes: Sequence[Node]) -> Node:
        """The value of the step."""
        operands = [nodes[place] for place in self.places]
        if self.guard is not None:
            operands[0] = DOMAINS[self.operation.domain].guards[self.guard](operands[0])
        found = self.operation.build(o, *operands)
        return found / 2**self.exponent if self.exponent else found


class Term(NamedTuple):
    """A value as a number: a weighted sum of it."""

    place: int
    weights: Any

    def build(self, o: Ordering, nodes: Sequence[Node]) -> Node:
        """The scalar."""
        x = nodes[self.place]
        if self.weights is None:
            return x.sum()
        labels = "abcd"[: x.ndim]
        return o.einsum(f"{labels},{labels}->", sd.constant(self.weights), x)


@dataclass
class Program:
    """A scalar of some variables, by the steps that build it."""

    variables: list[sd.Variable]
    steps: list[Step]
    terms: list[Term]
    rejected: int = 0
    refused: Counter[str] = field(default_factory=Counter)  # operations that raised an error

    def build(self, o: Ordering) -> Node:
        """The graph, with sums and products written down in an order."""
        nodes: list[Node] = list(self.variables)
        for step in self.steps:
            nodes.append(step.build(o, nodes))
        return o.add(*[term.build(o, nodes) for term in self.terms])

    @property
    def names(self) -> list[str]:
        """The operations of the steps."""
        return [step.operation.name for step in self.steps]

    def __repr__(self) -> str:
        steps = "; ".join(f"{step.operation.name}{list(step.places)}" for step in self.steps)
        return f"<program of {self.variables}: {steps}>"


def _fits(domain: Domain, operation: Operation, x: Node) -> bool:
    """Whether a node of this shape can be the operand, behind a guard if need be."""
    if x.ndim < max(domain.rank, operation.rank) or x.ndim > AXES:
        return False
    if operation.filled and 0 in x.shape:
        return False
    return not domain.square or (x.shape[-1] == x.shape[-2] and x.shape[-1] != 0)


def _broadcast(x: Node, y: Node) -> bool:
    pairs = zip(x.shape[::-1], y.shape[::-1], strict=False)
    return all(a == b or 1 in (a, b) for a, b in pairs)


def _multiplies(x: Node, y: Node) -> bool:
    return x.ndim == y.ndim == 2 and x.shape[1] == y.shape[0]


KINDS = {  # how two operands must match
    "pair": (PAIRS, lambda x, y: x.shape == y.shape),
    "binary": (BINARY, _broadcast),
    "product": (PRODUCTS, _multiplies),
}
FAMILIES = ("unary", "unary", "pattern", "pattern", "pair", "binary", "product", "einsum", "row", "row")


class Builder:
    """A program in the making: it looks at values to stay where operations are smooth."""

    def __init__(self, draw: Any) -> None:
        self.draw = draw
        self.variables = draw(variables())
        self.nodes: list[Node] = list(self.variables)
        self.steps: list[Step] = []
        self.values = Values()
        self.rejected = 0
        self.refused: Counter[str] = Counter()

    def one_of(self, items: Sequence[Any]) -> Any:
        """A drawn item."""
        return items[self.draw(st.integers(0, len(items) - 1))]

    def any_of(self, items: Sequence[Any]) -> Any:
        """A drawn item of many, the first no likelier than others."""
        return items[self.draw(WIDE) * FACTOR // 4096 % len(items)]

    def place(self, fits: Any) -> int | None:
        """A drawn value that fits, the latest one first."""
        places = [k for k in reversed(range(len(self.nodes))) if fits(self.nodes[k])]
        return self.one_of(places) if places else None

    def step(self) -> None:
        """One more value, unless what was drawn has none that can be used."""
        family = self.any_of(FAMILIES)
        drawn = self._drawn(family)
        if drawn is None:
            return
        operation, places = drawn
        domain = DOMAINS[operation.domain]
        x = self.nodes[places[0]]
        guard = None
        if not domain.holds(self.values(x)):
            guard = self.draw(st.integers(0, len(domain.guards) - 1))
            if not domain.holds(self.values(domain.guards[guard](x))):
                self.rejected += 1
                return
        self._append(Step(operation, tuple(places), guard))

    def _drawn(self, family: str) -> tuple[Operation, list[int]] | None:
        """An operation of the family, and places of operands."""
        if family == "einsum":
            return self._einsum()
        if family == "row":
            return self.any_of(SAMPLES), [self._any(), self._any()]
        if family in ("unary", "pattern"):
            operation = self.any_of(UNARY if family == "unary" else PATTERNS)
            place = self.place(lambda x: _fits(DOMAINS[operation.domain], operation, x))
            return None if place is None else (operation, [place])
        operations, match = KINDS[family]
        operation = self.any_of(operations)
        first = self.place(lambda x: _fits(DOMAINS[operation.domain], operation, x))
        if first is None:
            return None
        second = self.place(lambda y: match(self.nodes[first], y))
        return None if second is None else (operation, [first, second])

    def _any(self) -> int:
        return self.one_of(range(len(self.nodes))[::-1])

    def _einsum(self) -> tuple[Operation, list[int]] | None:
        places = [self._any() for _ in range(self.draw(st.integers(1, 3)))]
        if any(self.nodes[place].ndim > AXES for place in places):
            return None
        spec = spec_of(self.draw, [self.nodes[place].shape for place in places])
        return Operation(spec, lambda o, *nodes: o.einsum(spec, *nodes)), places

    def _append(self, step: Step) -> None:
        """The step, scaled, if its value can be used."""
        try:
            node, highest = self._built(step)
        except Exception as error:
            self.refused[f"{step.operation.name}: {type(error).__name__}: {error}"] += 1
            return
        usable = int(np.prod(node.shape)) <= LARGEST and node.ndim <= DEEPEST and highest < INFINITE
        if not usable:
            self.rejected += 1
            return
        if highest > HIGHEST:
            step = step._replace(exponent=int(np.ceil(np.log2(highest / HIGHEST))))
            node, _ = self._built(step)
        self.steps.append(step)
        self.nodes.append(node)

    def _built(self, step: Step) -> tuple[Node, float]:
        """The value of a step as a node, and the largest magnitude in it."""
        node = step.build(Ordering(), self.nodes)
        highest = float(np.abs(self.values(node)).max(initial=0.0))
        return node, highest if np.isfinite(highest) else INFINITE

    def term(self, place: int) -> Term:
        """A weighted sum of a value."""
        shape = self.nodes[place].shape
        seed = self.draw(st.integers(0, 3))
        if seed == 0:
            return Term(place, None)
        weights = np.random.default_rng(seed).uniform(-1, 1, shape).astype(self.nodes[place].dtype)
        return Term(place, np.round(weights, 2))


@st.composite
def programs(draw: Any) -> Program:
    """A program of a few steps, whose last values make up a scalar."""
    builder = Builder(draw)
    for _ in range(draw(st.integers(1, STEPS))):
        builder.step()
    last = len(builder.nodes) - 1
    count = draw(st.integers(1, 3))
    terms = [builder.term(place) for place in range(last, max(last - count, -1), -1)]
    return Program(builder.variables, builder.steps, terms, builder.rejected, builder.refused)
