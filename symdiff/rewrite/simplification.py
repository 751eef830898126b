"""Simplification: the catalogues of rules, applied until nothing changes."""

from __future__ import annotations

import weakref
from collections.abc import Collection, Sequence
from typing import Any

from symdiff.graph import toposort
from symdiff.interning import Marked
from symdiff.node import Node
from symdiff.rewrite.catalogues import ALGEBRA, CONTRACTION, STABILITY, WIRES
from symdiff.rewrite.catalogues.wires import nested_sum
from symdiff.rewrite.rule import Firing
from symdiff.rewrite.strategies import ROUNDS, Run, everywhere, fixpoint
from symdiff.structure import flatten, unflatten

__all__ = ["simplified", "simplify", "tidied"]

LOCAL = everywhere((nested_sum, *ALGEBRA, *STABILITY))
EVERYTHING = fixpoint(everywhere((*CONTRACTION, *ALGEBRA, *STABILITY)))
CAREFUL = fixpoint(everywhere((*WIRES, *ALGEBRA)))  # rules that never make a graph larger


def simplify(nodes: Any, explain: bool = False) -> Any:
    """The same graphs in a simpler form: equal in value and in every derivative, never larger.

    Results that are simplified together share what they have in common.

    Parameters
    ----------
    nodes : Node, or a list, tuple or dict of nodes, nested as you like
    explain : bool
        Whether to say which rules were applied.

    Returns
    -------
    Node, or the structure of *nodes*
        Simplifying it again gives the same objects.
    list of Firing
        With *explain*: the rules in the order in which they were applied, each with the node before
        and after.

    Raises
    ------
    TypeError
        If something in *nodes* is not a node.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> print(simplify(sd.log(sd.exp(x) * sd.exp(x))))
    2 * x
    """
    flat = flatten(nodes, "simplify")
    firings: list[Firing] | None = [] if explain else None
    results = unflatten(nodes, simplified(flat, (), firings))
    return (results, firings) if explain else results


def simplified(
    nodes: Sequence[Node], kept: Collection[Node], firings: list[Firing] | None = None
) -> list[Node]:
    """The nodes simplified by every rule; nodes in *kept* are not touched."""
    results, order = _no_larger(nodes, kept, firings)
    _tidy.update(order)
    return results


def _no_larger(
    nodes: Sequence[Node], kept: Collection[Node], firings: list[Firing] | None
) -> tuple[list[Node], list[Node]]:
    """By all rules, or where that makes the graph larger by fewer of them, and then all over again.

    The results, and all nodes that they need down to those that are kept.
    """
    run = Run(kept)
    for _ in range(ROUNDS):
        for passes in (EVERYTHING, CAREFUL):
            run = Run(kept, None if firings is None else [])
            results = passes(nodes, run)
            same = all(new is old for new, old in zip(results, nodes, strict=True))
            if same or len(run.order(results)) <= len(run.order(nodes)):
                break
        else:
            break  # even the careful rules make it larger
        if same:
            break
        if firings is not None:
            firings += run.firings or []
        nodes = results
        if passes is EVERYTHING:
            break
    return list(nodes), run.order(nodes)


_tidy: Marked[Node] = Marked()  # nodes that `tidied` would give back as they are
_forms: weakref.WeakKeyDictionary[Node, Node] = weakref.WeakKeyDictionary()  # what it made of others


def tidied(nodes: Sequence[Node]) -> list[Node]:
    """The nodes simplified by the rules that make functions stable and small, product by product.

    It is done before a function is differentiated and when it is compiled, so that both see one graph.
    """
    known = [_forms.get(node, node) for node in nodes]
    if all(node in _tidy for node in known):
        return known
    results = LOCAL(nodes, Run(_tidy))
    _tidy.update(toposort(*results, stop=_tidy))
    _forms.update({node: result for node, result in zip(nodes, results, strict=True) if node is not result})
    return results
