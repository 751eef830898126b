"""What a rule is: a named function from a node to an equal one, with its equation as docstring."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from symdiff.node import Node
from symdiff.rewrite.facts.known import Known

__all__ = ["Around", "Firing", "Rule", "by_head", "contextual", "rule"]


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
    """

    name: str
    equation: str
    heads: tuple[type[Node], ...]
    apply: Callable[[Node, Around], Node | None]

    def __repr__(self) -> str:
        return f"<rule {self.name}: {self.equation}>"


class Firing(NamedTuple):
    """One application of a rule: what stood there, and what stands there now."""

    rule: Rule
    before: Node
    after: Node

    def __str__(self) -> str:
        return f"{self.rule.name}: {self.before} = {self.after}"


def contextual(*heads: type[Node]) -> Callable[[Callable[..., Node | None]], Rule]:
    """A rule made of a function of a node and of what is `Around` it."""

    def decorate(function: Callable[..., Node | None]) -> Rule:
        equation = (function.__doc__ or "").strip().splitlines()[0]
        return Rule(function.__name__, equation, heads, function)

    return decorate


def rule(*heads: type[Node]) -> Callable[[Callable[..., Node | None]], Rule]:
    """A rule made of a function of nodes of the classes *heads*, which is called with one node.

    Examples
    --------
    >>> import symdiff as sd
    >>> from symdiff.ops.powers import Log
    >>> from symdiff.ops.elementwise import Exp
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
        return Rule(alone.name, alone.equation, heads, lambda node, around: function(node))

    return decorate


def by_head(rules: Iterable[Rule]) -> dict[type[Node], tuple[Rule, ...]]:
    """The rules that look at each class, in their order."""
    table: dict[type[Node], tuple[Rule, ...]] = {}
    for one in rules:
        for head in one.heads:
            table[head] = (*table.get(head, ()), one)
    return table
