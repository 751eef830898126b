"""What a rule is: a named function from a node to an equal one, with its equation as docstring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from symdiff.node import Node
from symdiff.rewrite.facts.known import Known

__all__ = ["Around", "Firing", "Rule", "Table", "contextual", "rule"]


class Around(NamedTuple):
    """What a contextual rule may ask about the graph that a node stands in."""

    uses: Mapping[Node, int]  # operand positions that a node fills; results and kept nodes fill many
    user: type[Node] | None  # the class of the one user of the node, where it has one
    kept: Collection[Node]  # nodes that stay, whatever becomes of their users
    known: Known  # what has been found out about nodes

    def alone(self, operand: Node) -> bool:
        """Whether the node at hand is the only user of *operand*."""
        return self.uses.get(operand) == 1


@dataclass(frozen=True, slots=True)
class Rule:
    """A rewrite that keeps the value of a node and of all its derivatives.

    Attributes
    ----------
    name : str
        The name of the function.
    equation : str
        What it does: the first line of the function's docstring.
    heads : tuple of type
        The classes of nodes that it looks at.
    apply : callable
        From a node and what is around it to an equal node, or None where the rule does not apply.
    over : tuple of type
        Classes of one of which an operand must be for the rule to apply; empty where any operand will do.
    """

    name: str
    equation: str
    heads: tuple[type[Node], ...]
    apply: Callable[[Node, Around], Node | None]
    over: tuple[type[Node], ...] = ()

    def __repr__(self) -> str:
        return f"<rule {self.name}: {self.equation}>"


class Firing(NamedTuple):
    """One application of a rule: what stood there, and what stands there now."""

    rule: Rule
    before: Node
    after: Node

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.before} = {self.after}"


def contextual(
    *heads: type[Node], over: tuple[type[Node], ...] = ()
) -> Callable[[Callable[..., Node | None]], Rule]:
    """A rule made of a function of a node and of what is `Around` it; see `Rule` for *over*."""

    def decorate(function: Callable[..., Node | None]) -> Rule:
        equation = (function.__doc__ or "").strip().splitlines()[0]
        return Rule(function.__name__, equation, heads, function, over)

    return decorate


def rule(
    *heads: type[Node], over: tuple[type[Node], ...] = ()
) -> Callable[[Callable[..., Node | None]], Rule]:
    """A rule made of a function of nodes of the classes *heads*, which is called with one node.

    Examples
    --------
    >>> import symdiff as sd
    >>> from symdiff.ops.powers import Log
    >>> from symdiff.ops.entries.elementwise import Exp
    >>> @rule(Log)
    ... def log_of_exp(node):
    ...     '''log(exp(x)) = x'''
    ...     match node.operands:
    ...         case (Exp(operands=(x,)),):
    ...             return x
    >>> log_of_exp
    <rule log_of_exp: log(exp(x)) = x>
    """

    def decorate(function: Callable[..., Node | None]) -> Rule:
        alone = contextual(*heads)(function)
        return Rule(alone.name, alone.equation, heads, lambda node, around: function(node), over)

    return decorate


class Table:
    """Rules, in their order, by the classes of a node and of its operands."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.heads = frozenset(head for one in self.rules for head in one.heads)
        self._select = lru_cache(maxsize=4096)(self._selected)

    def select(self, node: Node) -> tuple[Rule, ...]:
        """The rules that may apply to *node*."""
        kind = type(node)
        return self._select((kind, tuple(map(type, node.operands)))) if kind in self.heads else ()

    def _selected(self, kinds: tuple[type[Node], tuple[type[Node], ...]]) -> tuple[Rule, ...]:
        """The rules for a class of nodes over operands of these classes."""
        head, below = kinds
        return tuple(
            one
            for one in self.rules
            if head in one.heads and (not one.over or any(issubclass(each, one.over) for each in below))
        )
