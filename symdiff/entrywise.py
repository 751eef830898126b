"""Whether a linear map is a diagonal: read off the wires of its graph, no numbers needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.add import Add
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast, Identity
from symdiff.ops.einsum import Einsum

__all__ = ["is_entrywise"]

Places: TypeAlias = tuple[frozenset[int], ...]
"""For each axis of a source the axes of a node that must hold the same index for it to play a part."""


def is_entrywise(node: Node, source: Node) -> bool:
    """Whether every entry of *node* depends on the same entry of *source*, and on no other.

    Sums, entry by entry operations and einsums say which axes they carry on; anything else counts as
    mixing what it is given.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> is_entrywise(sd.exp(x) * x, x), is_entrywise(sd.exp(x) * x.sum(), x)
    (True, False)
    """
    if node.shape != source.shape:
        return False
    known: dict[Node, Places] = {source: tuple(frozenset([axis]) for axis in range(source.ndim))}
    long = [axis for axis, size in enumerate(source.shape) if size != 1]  # the others have one index only
    for each in toposort(node, stop={source}):
        if each is source or known.keys().isdisjoint(each.operands):
            continue
        places = _carried(each, known)
        if not all(places[axis] for axis in long):
            return False
        known[each] = places
    return node not in known or all(axis in known[node][axis] for axis in long)


def _carried(node: Node, known: Mapping[Node, Places]) -> Places:
    """The places of the source's axes among those of *node*; none where they are mixed."""
    if isinstance(node, Einsum):
        rows = [
            _through(node.wiring.inputs[k], node.wiring.output, known[x])
            for k, x in enumerate(node.operands)
            if x in known
        ]
    elif isinstance(node, Elementwise | Add | Cast | Identity):
        rows = [known[x] for x in node.operands if x in known]
    else:
        rows = [tuple(frozenset[int]() for _ in next(known[x] for x in node.operands if x in known))]
    return tuple([frozenset.intersection(*column) for column in zip(*rows, strict=True)])


def _through(labels: tuple[int, ...], output: tuple[int, ...], places: Places) -> Places:
    """Places among the *labels* of an operand become those in the *output* with the same label."""
    found = [{labels[place] for place in own} for own in places]
    return tuple([frozenset([k for k, label in enumerate(output) if label in own]) for own in found])
