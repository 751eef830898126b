"""Passes over graphs, made of rules by four combinators: everywhere, sequence, first, fixpoint.

A pass takes the results of a graph and gives equal ones. What is shared stays shared, since equal nodes
are one object; nodes that are kept are looked at, but neither rewritten nor written into others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from symdiff.errors import GraphError
from symdiff.graph import moved, toposort
from symdiff.node import Node, replacing
from symdiff.ops.add import Add
from symdiff.rewrite.checking import Checker, current
from symdiff.rewrite.facts.known import Known
from symdiff.rewrite.rule import Around, Firing, Rule, Table

__all__ = ["Pass", "Run", "everywhere", "first", "fixpoint", "sequence"]

ROUNDS = 20  # after which a fixpoint is taken to be out of reach


@dataclass(slots=True)
class Run:
    """What goes through all the passes of one simplification."""

    kept: Collection[Node] = ()
    firings: list[Firing] | None = None
    checker: Checker | None = field(default_factory=current)
    known: Known = field(default_factory=Known)
    settled: dict[Node, Any] = field(default_factory=dict)  # nodes no rule applied to, and their surroundings
    walked: dict[tuple[Node, ...], list[Node]] = field(default_factory=dict)  # what results need, not kept
    missed: bool = False  # whether a rule does apply to one of them after all

    def order(self, outputs: Sequence[Node]) -> list[Node]:
        """Every node that the outputs need down to those that are kept, operands before users."""
        key = tuple(outputs)
        if key not in self.walked:
            self.walked[key] = toposort(*outputs, stop=self.kept)
        return self.walked[key]

    def note(self, rule: Rule, before: Node, after: Node) -> None:
        """Remember, and check, that *rule* made *after* of *before*."""
        if self.checker is not None:
            self.checker.check(rule.name, before, after)
        if self.firings is not None:
            self.firings.append(Firing(rule, before, after))


Pass: TypeAlias = Callable[[Sequence[Node], Run], list[Node]]


def sequence(*passes: Pass) -> Pass:
    """One pass after the other."""

    def run_all(outputs: Sequence[Node], run: Run) -> list[Node]:
        for one in passes:
            outputs = one(outputs, run)
        return list(outputs)

    return run_all


def fixpoint(inner: Pass) -> Pass:
    """The pass again and again, until it changes nothing."""

    def run_until_still(outputs: Sequence[Node], run: Run) -> list[Node]:
        for _ in range(ROUNDS):
            run.missed = False
            before, outputs = outputs, inner(outputs, run)
            if not run.missed and _same(outputs, before):
                break
        return list(outputs)

    return run_until_still


def first(*rules: Rule) -> Rule:
    """The first of the rules that applies, as one rule."""
    heads = tuple(dict.fromkeys(head for one in rules for head in one.heads))
    table = Table(rules)

    def apply(node: Node, around: Around) -> Node | None:
        for one in table.select(node):
            result = one.apply(node, around)
            if result is not None and result is not node:
                return result
        return None

    names = "first of " + ", ".join(one.name for one in rules)
    return Rule(names, "; ".join(one.equation for one in rules), heads, apply)


def everywhere(rules: Sequence[Rule]) -> Pass:
    """The rules on every node, operands first, until none of them applies to any."""
    table = Table(rules)

    def run_over(outputs: Sequence[Node], run: Run) -> list[Node]:
        walk = Walk(outputs, run, table)
        results = [walk.normal.get(output, output) for output in outputs]
        if _same(results, outputs) and walk.misses():
            run.missed = True
            run.settled.clear()
        return results

    return run_over


def _same(nodes: Sequence[Node], others: Sequence[Node]) -> bool:
    return all(one is other for one, other in zip(nodes, others, strict=True))


class Walk:
    """One walk over a graph that leaves the normal form of every node in `normal`."""

    def __init__(self, outputs: Sequence[Node], run: Run, table: Table) -> None:
        self.run = run
        self.table = table
        self.normal: dict[Node, Node] = {}
        self.uses: dict[Node, int] = {}
        self.arounds: dict[type[Node] | None, Around] = {}  # by the class of the one user
        self.passed: list[tuple[Node, type[Node] | None]] = []  # settled nodes, not looked at again
        self.changed: dict[Node, Node] = {}  # what is not its own normal form
        order = run.order(outputs)
        counts, users = _users(order, outputs)
        uses, kept = self.uses, run.kept
        with replacing() as place:
            for node in order:
                place.serial = node.serial
                if node in kept:
                    after, own = node, MANY
                    self.normal[node] = node
                else:
                    own = counts[node]
                    after = self.settle(node, users[node] if own == 1 else None)
                uses[after] = uses.get(after, 0) + own

    def settle(self, top: Node, user: type[Node] | None) -> Node:
        """The normal form of *top*, and of whatever new nodes the rules make on the way."""
        normal = self.normal
        if top in normal:
            return normal[top]
        after = self.step(top, user)  # all that lies below is in normal form
        if after is top or after in normal:
            return self.note(top, normal.get(after, after))
        became = {top: after}
        pending = [top, after]
        while pending:
            node = pending[-1]
            if node not in normal:
                known = became.get(node)
                if known is None:
                    missing = [x for x in node.operands if x not in normal]
                    kept = node in self.run.kept
                    if missing and not kept:
                        if not became.keys().isdisjoint(missing):
                            raise GraphError(f"simplify: rules lead from {node!r} to itself; one is wrong")
                        pending += missing
                        continue
                    known = became[node] = node if kept else self.step(node, user)
                after = known
                if after is not node and after not in normal:
                    if after in became:
                        raise GraphError(f"simplify: rules lead from {node!r} to itself; one is wrong")
                    pending.append(after)
                    continue
                self.note(node, normal.get(after, after))
            pending.pop()
        return normal[top]

    def note(self, node: Node, after: Node) -> Node:
        """Take down the normal form of a node."""
        self.normal[node] = after
        if after is not node:
            self.changed[node] = after
        return after

    def step(self, node: Node, user: type[Node] | None) -> Node:
        """*node* on operands in normal form, or what a rule makes of it, or itself."""
        if not node.operands:
            return node
        fresh = moved(node, self.changed)
        return self.fire(node, user) if fresh is node else fresh

    def count(self, before: Node, after: Node) -> None:
        """Take what *after*, and what is new below it, make use of for used by many, until it is counted."""
        fresh, seen = [after], {after}
        old = {*before.operands}
        while fresh:
            node = fresh.pop()
            if node in self.normal:
                continue
            for operand in node.operands:
                if node is not after or operand not in old:
                    self.uses[operand] = self.uses.get(operand, 0) + MANY
                if operand not in seen:
                    seen.add(operand)
                    fresh.append(operand)

    def fire(self, node: Node, user: type[Node] | None) -> Node:
        """What the first rule that applies makes of *node*, or itself."""
        rules = self.table.select(node)
        if not rules:
            return node
        settled = self.run.settled
        deep = Add in map(type, node.operands)  # rules look at what such an operand is made of
        seen = None if deep else (self.table, user, *map(self.uses.get, node.operands))
        if not deep and settled.get(node) == seen:
            self.passed.append((node, user))
            return node
        found = self.match(node, rules, user)
        if found is None:
            settled[node] = seen
            return node
        one, after = found
        self.run.note(one, node, after)
        self.count(node, after)
        return after

    def match(self, node: Node, rules: Sequence[Rule], user: type[Node] | None) -> tuple[Rule, Node] | None:
        """The first of the *rules* that applies to *node*, and what it makes of it."""
        around = self.arounds.get(user)
        if around is None:
            around = self.arounds[user] = Around(self.uses, user, self.run.kept, self.run.known)
        for one in rules:
            after = one.apply(node, around)
            if after is not None and after is not node:
                return one, after
        return None

    def misses(self) -> bool:
        """Whether a rule applies to a node that was passed over, in a graph that has not changed."""
        with replacing() as place:
            for node, user in self.passed:
                place.serial = node.serial
                if self.match(node, self.table.select(node), user) is not None:
                    return True
        return False


MANY = 2  # uses of a node that is not to be written into its user


def _users(order: Sequence[Node], outputs: Sequence[Node]) -> tuple[dict[Node, int], dict[Node, type[Node]]]:
    """How many positions each node fills, results in more than one; and the class of its last user."""
    counts: dict[Node, int] = dict.fromkeys(outputs, MANY)
    users: dict[Node, type[Node]] = {}
    for node in order:
        for operand in node.operands:
            counts[operand] = counts.get(operand, 0) + 1
            users[operand] = type(node)
    return counts, users
