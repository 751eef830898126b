"""Results of programs checked for NaN and infinity, and an error that says where the first one was made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.binding import bind
from symdiff.blame import Blame, Marks, blamed, computed
from symdiff.errors import NonFiniteError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.origins import origin_of
from symdiff.planning.specialise import specialised
from symdiff.printing import describe, formula

__all__ = ["all_finite", "refuse_nonfinite", "statistics"]

Array = np.ndarray[Any, np.dtype[Any]]
WIDTH = 72  # characters of a formula in an error


def all_finite(results: Sequence[Array]) -> bool:
    """Whether no entry is NaN or infinite."""
    return all(result.dtype.kind not in "fc" or np.isfinite(result).all() for result in results)


def refuse_nonfinite(
    results: Mapping[str, tuple[Node, Array]], given: Sequence[Node], arrays: Sequence[Array]
) -> None:
    """Complain about results that are NaN or infinite, naming the first node that made them so.

    Parameters
    ----------
    results : mapping
        From what a result is called to its node and its value.
    given : sequence of Node
        The nodes whose values are known: inputs and variables.
    arrays : sequence of array
        Their values.

    Raises
    ------
    NonFiniteError
        Unless the infinities are those of constants in the graph.
    """
    bad = {name: node for name, (node, value) in results.items() if not all_finite([value])}
    order = toposort(*bad.values(), *given)
    new = specialised(order, bind(given, arrays))
    old: dict[Node, Node] = {}
    for node in order:
        old.setdefault(new[node], node)
    fed = {new[node]: array for node, array in zip(given, arrays, strict=True)}
    marks = Marks([new[node] for node in bad.values()], fed)
    for name, node in bad.items():
        found = blamed(marks, new[node])
        if found is not None:
            raise _error(name, found, fed, old)
        if new[node] not in marks.infinite:
            raise NonFiniteError(
                f"program: {name}, {_short(node)}, is not finite, but is so when its graph is computed node "
                "by node: a number in between comes close to the largest of its dtype; scale the operands",
                node,
            )


def _error(name: str, blame: Blame, fed: Mapping[Node, Array], old: Mapping[Node, Node]) -> NonFiniteError:
    """The error for a node, with what is known about its operands."""
    node = blame.node
    below = [] if node in fed else [*node.operands]
    values: dict[Node, Array] = {}
    for one, found in computed(toposort(node, *below, stop=fed.keys()), fed):
        if one is node or one in below:
            values[one] = found[one]
    shown = old.get(node, node)
    lines = [f"program: {_role(shown, node in fed)} {_trouble(values[node], blame.entries)}"]
    if node not in fed:
        place = origin_of(shown)
        unknown = "at an unknown line; build the graph inside `with sd.record_lines():` to have it named"
        lines.append(f"  built {unknown if place is None else f'at {place}'}")
    operands = shown.operands if len(shown.operands) == len(below) else below
    for k, (one, operand) in enumerate(zip(below, operands, strict=True)):
        lines.append(f"  operand {k}, {_short(operand)}: {statistics(values[one])}")
    if blame.cause is not None:
        cause = old.get(blame.cause, blame.cause)
        lines.append(f"  the infinity comes from {_role(cause, blame.cause in fed)}")
    lines.append(f"  it reached {name}")
    return NonFiniteError("\n".join(lines), shown, tuple([values[operand] for operand in below]))


def _role(node: Node, given: bool) -> str:
    """What a node is called: an input and a variable by their names, other nodes by their formulas."""
    if isinstance(node, Variable | Placeholder):
        return f"the {'variable' if isinstance(node, Variable) else 'input'} {_short(node)}"
    if isinstance(node, Constant) or not node.operands:
        return f"the constant {_short(node)}"
    return f"the input {_short(node)}" if given else _short(node)


def _short(node: Node) -> str:
    """A node's formula, or what kind of node it is when that is long."""
    text = formula(node)
    if len(text) <= WIDTH:
        return text
    return f"{describe(node)} {text[: WIDTH - 1]}…"


def _trouble(value: Array, entries: Array) -> str:
    """What is wrong with which entries: ``is nan in 2 of 6 entries, first at [0, 1]``."""
    first = tuple(int(k) for k in np.argwhere(entries)[0])
    kinds = dict.fromkeys(str(entry) for entry in value[entries])
    what = " and ".join(list(kinds)[:2])
    if not value.shape:
        return f"is {what}"
    return f"is {what} in {entries.sum()} of {value.size} entries, first at {list(first)}"


def statistics(value: Array) -> str:
    """The dtype, the shape and, over the finite entries, the range and the mean; and how many are special.

    Examples
    --------
    >>> statistics(np.array([1.0, 0.0, np.nan, 3.0]))
    'float64[4], min 0, max 3, mean 1.333, 1 nan, 1 zero'
    >>> statistics(np.array(2.5))
    'float64[], 2.5'
    """
    sizes = ",".join(map(str, value.shape))
    words = [f"{value.dtype}[{sizes}]"]
    if not value.shape:
        return f"{words[0]}, {value.item():.6g}" if value.dtype.kind != "b" else f"{words[0]}, {value}"
    if value.dtype.kind == "b":
        return f"{words[0]}, {np.count_nonzero(value)} of {value.size} true"
    finite = value[np.isfinite(value)]
    if finite.size and value.dtype.kind == "c":
        words.append(f"largest modulus {np.abs(finite).max():.4g}")
    elif finite.size:
        words += [f"min {finite.min():.4g}", f"max {finite.max():.4g}", f"mean {finite.mean():.4g}"]
    counts = {"nan": np.isnan(value), **_infinities(value), "zero": value == 0}
    words += [f"{marks.sum()} {name}" for name, marks in counts.items() if marks.any()]
    return ", ".join(words)


def _infinities(value: Array) -> dict[str, Array]:
    """Which entries are infinite, by sign where there is one."""
    if value.dtype.kind == "c":
        return {"inf": np.isinf(value)}
    return {"inf": value == np.inf, "-inf": value == -np.inf}
