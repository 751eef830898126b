"""What must hold for every graph, whatever it computes."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

import symdiff as sd
from symdiff.errors import RewriteError
from symdiff.node import Node
from symdiff.rewrite import simplify
from symdiff.rewrite.checking import checking
from tests.fuzz.charts import Chart, chart
from tests.fuzz.graphs import Program
from tests.fuzz.ordering import Ordering
from tests.fuzz.values import Comparison, Values

__all__ = ["Examined", "PropertyError", "Skip", "examine"]

Array = Any
LARGEST = 400  # nodes of a gradient up to which second derivatives are built


class PropertyError(AssertionError):
    """A property that a graph breaks: which one, and where it shows."""

    def __init__(self, name: str, text: str) -> None:
        super().__init__(f"{name}: {text}")
        self.name = name


class Skip(Exception):  # noqa: N818
    """A graph about which nothing is said, since its value or a derivative is not finite."""


class Examined:
    """What there is to count about one graph."""

    def __init__(self) -> None:
        self.operations: Counter[str] = Counter()
        self.rules: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()


def reading(node: Node) -> Callable[[Values], Array]:
    """The value of a node."""
    return lambda values: values(node)


def fixed(array: Array) -> Callable[[Values], Array]:
    """What a program gave, whatever the errors of others."""
    return lambda values: array


def _spelled(node: Node) -> str:
    """A graph as text, with numbers that were added up in some order rounded."""
    return re.sub(r"\d+\.\d+(e[-+]?\d+)?", lambda match: f"{float(match[0]):.9g}", str(sd.listing(node)))


@contextmanager
def _naming(what: str) -> Iterator[None]:
    """Errors inside are named by what was done and by the function that raised them."""
    try:
        yield
    except PropertyError:
        raise
    except RewriteError as error:
        raise PropertyError(f"every rewrite keeps the value ({error.rule})", str(error)) from error
    except Exception as error:
        last = error.__traceback__
        while last is not None and last.tb_next is not None:
            last = last.tb_next
        where = (
            f"{last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_frame.f_code.co_name}"
            if last
            else ""
        )
        name = f"{what} raises no error ({type(error).__name__} in {where})"
        raise PropertyError(name, str(error)) from error


class Examination:
    """One graph, its derivatives with and without simplification, and how their values compare."""

    def __init__(self, program: Program, checked: bool = True) -> None:
        self.program = program
        self.checked = checked
        self.variables = program.variables
        self.charts = [chart(variable) for variable in self.variables]
        self.found = Examined()
        with _naming("building"):
            ordering = Ordering()
            self.y = program.build(ordering)
        self.shares = ordering.shares(self.y)
        nodes = sd.toposort(self.y)
        self.found.operations.update(type(node).__name__ for node in nodes)
        self.found.counts["nodes"] = len(nodes)
        self.comparison = Comparison(single=any(node.dtype in (np.float32, np.complex64) for node in nodes))

    # --- values ---------------------------------------------------------------------------------------

    def must_agree(self, name: str, one: Callable[[Values], Array], two: Callable[[Values], Array]) -> None:
        """Complain if two values differ by more than rounding."""
        with _naming("evaluating"):
            difference = self.comparison.difference(one, two)
        if difference is not None:
            first, second = difference
            raise PropertyError(name, f"\n{first}\nagainst\n{second}")

    def gradient(self, nodes: Sequence[Node]) -> Callable[[Values], Array]:
        """The gradient along the directions of the variables."""

        def value(values: Values) -> Array:
            parts = [one.first(values.rough(values(g))) for one, g in zip(self.charts, nodes, strict=True)]
            return np.concatenate(parts)

        return value

    def hessian(self, first: Sequence[Node], second: Sequence[Sequence[Node]]) -> Callable[[Values], Array]:
        """The Hessian along the directions of the variables."""

        def value(values: Values) -> Array:
            rows = []
            for i, one in enumerate(self.charts):
                blocks = [
                    self._block(values, i, one, j, second[i][j], first[i]) for j in range(len(self.charts))
                ]
                rows.append(np.concatenate(blocks, axis=1))
            return np.concatenate(rows, axis=0)

        return value

    def _block(self, values: Values, i: int, one: Chart, j: int, node: Node, gradient: Node) -> Array:
        rows, columns = self.variables[i], self.variables[j]
        matrix = values.rough(values(node)).reshape(rows.value.size, columns.value.size)
        return one.second(self.charts[j], matrix, values.rough(values(gradient)) if i == j else None)

    def finite(self, value: Callable[[Values], Array]) -> None:
        """Go no further with a value that is not finite."""
        with _naming("evaluating"):
            if not np.all(np.isfinite(value(self.comparison.plain))):
                raise Skip

    # --- properties -----------------------------------------------------------------------------------

    def simplification(self) -> Node:
        """Simplifying keeps the value, never grows the graph, and has nothing left to do."""
        self.finite(lambda values: values(self.y))
        (simple,) = self.simplified([self.y])
        self.must_agree("simplify keeps the value", lambda v: v(self.y), lambda v: v(simple))
        self.found.counts["simplified nodes"] = len(sd.toposort(simple))
        return simple

    def simplified(self, nodes: Sequence[Node]) -> list[Node]:
        """The nodes simplified together, with what must hold for their graphs."""
        with _naming("simplify"):
            results, firings = simplify(list(nodes), explain=True)
            again = simplify(results)
        self.found.rules.update(firing.rule.name for firing in firings)
        before, after = len(sd.toposort(*nodes)), len(sd.toposort(*results))
        if after > before:
            raise PropertyError("simplify never grows a graph", f"{before} nodes became {after}")
        if any(new is not old for new, old in zip(again, results, strict=True)):
            shown = "\n".join(
                f"{old}\n  became {new}" for old, new in zip(results, again, strict=True) if old is not new
            )
            raise PropertyError("simplify is idempotent", shown)
        return list(results)

    def first_derivatives(self, simple: Node) -> tuple[list[Node], list[Node]]:
        """Gradients agree, whether simplified before, after, on the way, or not at all; both modes do."""
        with _naming("grad"):
            raw = sd.grad(self.y, self.variables, simplify=False)
        self.finite(self.gradient(raw))
        after = self.simplified(raw)
        with _naming("grad with simplification"):
            found = sd.grad(self.y, self.variables)
            before = sd.grad(simple, self.variables)
        self.found.counts["gradient nodes"] = len(sd.toposort(*raw))
        self.found.counts["simplified gradient nodes"] = len(sd.toposort(*found))
        self.found.counts["gradients"] = len(raw)
        self.found.counts["same gradients"] = sum(x is y for x, y in zip(after, before, strict=True))
        reference = self.gradient(raw)
        for name, other in (("grad", found), ("simplify after grad", after), ("grad after simplify", before)):
            self.must_agree(f"{name} keeps the gradient", reference, self.gradient(other))
        self.modes(raw)
        return list(raw), list(found)

    def modes(self, gradients: Sequence[Node]) -> None:
        """A forward sweep along a direction is the product of the gradient with it."""
        directions = [
            np.cos(1.0 + np.arange(v.value.size)).reshape(v.shape).astype(v.dtype) for v in self.variables
        ]
        with _naming("jvp"):
            forward = sd.jvp(self.y, self.variables, directions)
            plain = sd.jvp(self.y, self.variables, directions, simplify=False)
        self.must_agree(
            "both modes agree",
            lambda v: np.sum([np.sum(v(g) * d) for g, d in zip(gradients, directions, strict=True)]),
            lambda v: v(plain),
        )
        if not any(v.facts for v in self.variables):
            self.must_agree("jvp keeps the tangent", lambda v: v(plain), lambda v: v(forward))

    def second_derivatives(self, raw: Sequence[Node], found: Sequence[Node]) -> list[Node]:
        """Hessians agree and are symmetric, with and without simplification."""
        if self.found.counts["gradient nodes"] > LARGEST:
            self.found.counts["without Hessian"] += 1
            return []
        with _naming("hessian"):
            plain = sd.hessian(self.y, self.variables, simplify=False)
        reference = self.hessian(raw, plain)
        self.finite(reference)
        self.must_agree("mixed partials commute", reference, lambda v: reference(v).T)
        with _naming("hessian with simplification"):
            simple = sd.hessian(self.y, self.variables)
        self.found.counts["Hessian nodes"] = len(sd.toposort(*itertools.chain(*plain)))
        self.found.counts["simplified Hessian nodes"] = len(sd.toposort(*itertools.chain(*simple)))
        self.must_agree("hessian keeps the value", reference, self.hessian(found, simple))
        return [node for row in simple for node in row]

    def order(self, simple: Node) -> None:
        """What is built in another order has the same value, and nearly always the same form: counted."""
        with _naming("building"):
            again = self.program.build(Ordering())
        if again is not self.y:  # a row of the table makes leaves of its own
            self.found.counts["never the same"] += 1
            return
        for name, brackets in (("order", False), ("brackets", True)):
            rng = random.Random(len(self.program.steps))
            with _naming("building"):
                ordering = Ordering(rng, brackets)
                other = self.program.build(ordering)
            if self.shares or ordering.shares(other):
                self.found.counts[f"shared before, any {name}"] += 1
                continue
            if other is self.y:
                self.found.counts[f"same before, any {name}"] += 1
                continue
            with _naming("simplify"):
                result = simplify(other)
            if result is not simple and _spelled(result) == _spelled(simple):
                self.found.counts[f"same but for rounding, any {name}"] += 1
            elif result is not simple:
                self.must_agree(f"any {name} has the same value", lambda v: v(simple), reading(result))
                self.found.counts[f"another form, any {name}"] += 1
            else:
                self.found.counts[f"same after, any {name}"] += 1

    def compiled(self, outputs: Sequence[Node]) -> None:
        """A program computes what the nodes say."""
        with _naming("compile"):
            results = sd.compile(list(outputs))()
        for node, result in zip(outputs, results, strict=True):
            self.must_agree("a program computes what its nodes do", reading(node), fixed(result))
            if np.shape(result) != node.shape or result.dtype != node.dtype:
                text = f"{node!r} runs to {result.dtype}{list(np.shape(result))}"
                raise PropertyError("a program has the shapes and dtypes of its nodes", text)


def examine(program: Program, checked: bool = True) -> Examined:
    """Everything that must hold for a program.

    Raises
    ------
    PropertyError
        Naming what does not hold.
    Skip
        If the value or a derivative is not finite.
    """
    one = Examination(program)
    with checking(checked):
        simple = one.simplification()
        raw, found = one.first_derivatives(simple)
        second = one.second_derivatives(raw, found)
    one.compiled([one.y, simple, *found, *second])
    one.order(simple)
    return one.found
