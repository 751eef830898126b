"""The value of a node: a program that is made when it is first asked for, and kept as long as the node."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from typing import Any

import numpy as np

from symdiff.backends.numpy import Kernel
from symdiff.binding import as_value, bind, check_bound, check_inputs
from symdiff.errors import GraphError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.planning import plan, specialise
from symdiff.planning.specialise import symbols

__all__ = ["evaluate"]

KEPT = 1 << 20  # bytes of arrays that are kept for the next evaluation

_evaluators: weakref.WeakKeyDictionary[Node, dict[Any, Any]] = weakref.WeakKeyDictionary()


def evaluate(node: Node, feeds: Mapping[Node, Any]) -> np.ndarray[Any, Any]:
    """The value of *node* now, with *feeds* for its placeholders.

    The code is kept as long as the node is, without keeping the graph alive.
    """
    for key in feeds:
        if not isinstance(key, Node):
            raise GraphError(f"evaluate: feeds map nodes to values, but {key!r} is not a node")
    arrays = [as_value(key, value) for key, value in feeds.items()]
    sizes = bind(list(feeds), arrays)
    if isinstance(node, Variable) and node not in feeds:
        return node.value.copy()
    case = tuple(map(id, feeds)), tuple(sizes.items())
    known = _evaluators.setdefault(node, {})
    if case not in known:
        check_inputs(list(feeds), toposort(node))
        order = toposort(node, stop=set(feeds))
        check_bound(symbols(order), sizes)
        for leaf in order:
            if isinstance(leaf, Placeholder) and leaf not in feeds:
                raise GraphError(
                    f"evaluate: {leaf!r} has no value; pass it, as in y({{x: array}}), "
                    f"for the placeholder {leaf}"
                )
        variables = [leaf for leaf in order if isinstance(leaf, Variable) and leaf not in feeds]
        given = [*feeds, *variables]
        outputs, inputs = specialise([node], given, sizes) if sizes else ([node], given)
        made = plan(outputs, inputs)
        known[case] = Kernel(made, kept=made.buffers.workspace <= KEPT).run, variables
    run, variables = known[case]
    result: np.ndarray[Any, Any] = run([*arrays, *[variable.value for variable in variables]])[0]
    return result
