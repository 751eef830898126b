"""Contractions of many matrices and vectors as a person would write them: ``X.T @ diag(v) @ X``.

Labels are places and matrices are roads between them. Where the roads form a tree, everything that hangs
on a place is a vector there, and what lies between the two places of the result is a chain of products.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from symdiff.node import Node
from symdiff.ops.einsum import Einsum
from symdiff.printing.terms import ATOM, POWER, PRODUCT, Term, Write, wrap
from symdiff.wiring import Labels

__all__ = ["chain_term"]


class Road(NamedTuple):
    """A matrix between two labels: its text from the first to the second, and the other way round."""

    ends: Labels
    there: Term
    back: Term

    def leaving(self, label: int) -> Term:
        """The matrix whose rows are *label*."""
        return self.there if self.ends[0] == label else self.back

    def other(self, label: int) -> int:
        """Where one arrives from *label*."""
        return self.ends[1] if self.ends[0] == label else self.ends[0]


class Tree:
    """Vectors on places, and roads between them."""

    def __init__(self, node: Einsum, write: Write) -> None:
        self.vectors: dict[int, list[Term]] = {}
        self.scalars: list[Term] = []
        matrices: dict[frozenset[int], list[tuple[Labels, Node]]] = {}
        for labels, operand in zip(node.wiring.inputs, node.operands, strict=True):
            if len(labels) == 2:
                matrices.setdefault(frozenset(labels), []).append((labels, operand))
            elif labels:
                self.vectors.setdefault(labels[0], []).append(write(operand))
            else:
                self.scalars.append(write(operand))
        self.roads = [_road(group, write) for group in matrices.values()]
        self.places = dict.fromkeys([label for labels in node.wiring.inputs for label in labels])

    def at(self, label: int, without: Road | None = None) -> list[Road]:
        """The roads that leave *label*, but for the one by which one came."""
        return [road for road in self.roads if label in road.ends and road is not without]

    def path(self, start: int, stop: int) -> list[tuple[int, Road]] | None:
        """The places from *start* to before *stop*, each with the road that one takes on."""
        open_: list[tuple[int, Road | None, list[tuple[int, Road]]]] = [(start, None, [])]
        while open_:
            label, came, steps = open_.pop()
            if label == stop:
                return steps
            open_ += [(r.other(label), r, [*steps, (label, r)]) for r in self.at(label, came)]
        return None

    def is_forest(self) -> bool:
        """Whether no road leads back to where one was."""
        seen: set[int] = set()
        for start in self.places:
            if start in seen:
                continue
            open_: list[tuple[int, Road | None]] = [(start, None)]
            while open_:
                label, came = open_.pop()
                if label in seen:
                    return False
                seen.add(label)
                open_ += [(road.other(label), road) for road in self.at(label, came)]
        return True

    def component(self, start: int) -> set[int]:
        """The places that can be reached from *start*."""
        found, open_ = {start}, [start]
        while open_:
            label = open_.pop()
            for road in self.at(label):
                if road.other(label) not in found:
                    found.add(road.other(label))
                    open_.append(road.other(label))
        return found

    def hanging(self, label: int, without: Iterable[Road] = ()) -> list[Term]:
        """The vectors at *label*, those that come by roads included."""
        apart = list(without)
        arriving = [self.through(label, road) for road in self.at(label) if not any(road is r for r in apart)]
        own = Counter(self.vectors.get(label, []))
        return [*(_power(term, n) for term, n in own.items()), *arriving]

    def through(self, label: int, road: Road) -> Term:
        """The matrix of a road times the vector at its other end."""
        matrix, end = road.leaving(label), road.other(label)
        parts = self.hanging(end, [road])
        if not parts:
            return f"sum({matrix[0]}, axis=1)", ATOM
        return f"{_tight(matrix)} @ {_tight(_times(parts), right=True)}", PRODUCT


def _road(group: Sequence[tuple[Labels, Node]], write: Write) -> Road:
    """Matrices between the same two labels as one, entry by entry."""
    ends = group[0][0]
    texts = []
    for way in (ends, ends[::-1]):
        counts: Counter[Term] = Counter()
        for labels, operand in group:
            term = write(operand)
            counts[term if labels == way else (f"{wrap(term, ATOM)}.T", ATOM)] += 1
        texts.append(_times([_power(term, n) for term, n in counts.items()]))
    return Road(ends, texts[0], texts[1])


def chain_term(node: Einsum, write: Write) -> Term | None:
    """A contraction of matrices, vectors and scalars that form a tree, or None."""
    inputs, output, sizes = node.wiring
    known = {label for labels in inputs for label in labels}
    plain = all(len(labels) < 3 and len(set(labels)) == len(labels) for labels in inputs)
    if not plain or len(output) > 2 or not known.issuperset(output) or len(known) < len(sizes):
        return None
    tree = Tree(node, write)
    if not tree.is_forest():
        return None
    within: set[int] = set()
    for label in output:
        within |= tree.component(label)
    factors = list(tree.scalars)
    for label in tree.places:
        if label not in within:
            part = tree.component(label)
            within |= part
            factors.append(_number(tree, part))
    if output:
        factors.append(_result(tree, output))
    return _times([_power(term, n) for term, n in Counter(factors).items()])


def _number(tree: Tree, part: set[int]) -> Term:
    """A component without places of the result: summed over everything."""
    ends = [x for x in tree.places if x in part and tree.vectors.get(x)]
    single = [x for x in ends if len(tree.at(x)) == 1]
    if single:
        start = single[0]
        (road,) = tree.at(start)
        left, right = _times(tree.hanging(start, [road])), tree.through(start, road)
        return f"{_tight(left)} @ {_tight(right, right=True)}", PRODUCT
    start = ends[0] if ends else next(x for x in tree.places if x in part)
    parts = tree.vectors.get(start, []) if len(part) == 1 else tree.hanging(start)
    if len(parts) == 2 and len(part) == 1:
        return f"{_tight(parts[0])} @ {_tight(parts[1], right=True)}", PRODUCT
    if not ends and len(part) == 2:
        return f"sum({tree.roads[0].there[0]})" if len(tree.roads) == 1 else f"sum({_times(parts)[0]})", ATOM
    return f"sum({_times(tree.hanging(start))[0]})", ATOM


def _result(tree: Tree, output: Labels) -> Term:
    """The component, or the two, that hold the places of the result."""
    if len(output) == 1:
        return _times(tree.hanging(output[0]))
    first, last = output
    steps = tree.path(first, last)
    if steps is None:
        left, right = _times(tree.hanging(first)), _times(tree.hanging(last))
        return f"{wrap(left, ATOM)}[:, None] * {wrap(right, POWER)}", PRODUCT
    roads = [road for _, road in steps]
    places = [label for label, _ in steps] + [last]
    links: list[str] = []
    for k, road in enumerate(roads):
        links.append(_tight(road.leaving(places[k]), right=bool(links)))
        if k < len(roads) - 1:
            weights = tree.hanging(places[k + 1], roads[k : k + 2])
            links += [f"diag({_times(weights)[0]})"] if weights else []
    core: Term = " @ ".join(links), PRODUCT if len(links) > 1 else POWER
    before, after = tree.hanging(first, roads), tree.hanging(last, roads)
    if before:
        core = f"{wrap(_times(before), ATOM)}[:, None] * {wrap(core, POWER)}", PRODUCT
    if after:
        core = f"{wrap(core, POWER if not before else PRODUCT)} * {wrap(_times(after), POWER)}", PRODUCT
    return core


def _times(parts: Sequence[Term]) -> Term:
    if len(parts) == 1:
        return parts[0]
    return " * ".join(_factor(part) for part in parts), PRODUCT


def _factor(term: Term) -> str:
    """A factor; a product of numbers needs no parentheses, one of matrices or a quotient does."""
    text, level = term
    return text if level == PRODUCT and " @ " not in text and " / " not in text else wrap(term, POWER)


def _power(term: Term, n: int) -> Term:
    return term if n == 1 else (f"{wrap(term, ATOM)}**{n}", POWER)


def _tight(term: Term, right: bool = False) -> str:
    """A factor of a matrix product; a product of matrices on the right stays without parentheses."""
    text, level = term
    if right and level == PRODUCT and " @ " in text and " * " not in text and " / " not in text:
        return text
    return wrap(term, POWER)


def _tight_chain(term: Term) -> str:
    return _tight(term, right=True)
