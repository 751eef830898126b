"""What a program is given: values as arrays of the right type and shape, and the sizes they determine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from symdiff.dims import Dim, Size, bind_size, shape_text, size_text
from symdiff.errors import GraphError, ShapeError
from symdiff.facts import check_facts
from symdiff.node import Node
from symdiff.ops.leaves import Variable

__all__ = ["as_value", "bind", "check_bound", "check_inputs", "check_update", "in_order"]

Array = np.ndarray[Any, np.dtype[Any]]


def as_value(node: Node, value: Any) -> Array:
    """*value* as an array of the node's dtype and shape, as far as that is known.

    Raises
    ------
    TypeError
        If the dtype would lose something.
    ShapeError
        If the shape differs.
    ValueError
        If the value does not keep to the facts that a leaf was declared with.
    """
    array = value if type(value) is np.ndarray else np.asarray(value)
    if array.dtype != node.dtype or array.shape != node.shape:
        array = _fitted(node, array)
    if facts := getattr(node, "facts", None):
        check_facts(node, facts, array)
    return array


def _fitted(node: Node, array: Array) -> Array:
    """*array* in the node's dtype, if nothing is lost, and of its shape as far as that is known."""
    if array.dtype != node.dtype:
        if not np.can_cast(array.dtype, node.dtype, "same_kind"):
            raise TypeError(
                f"program: {node!r} takes {node.dtype}, but was given {array.dtype}; convert it with "
                f"astype({node.dtype.name!r})"
            )
        array = array.astype(node.dtype)
    fits = len(array.shape) == len(node.shape) and all(
        isinstance(size, Dim) or size == own for own, size in zip(array.shape, node.shape, strict=True)
    )
    if not fits:
        raise ShapeError(
            f"program: {node!r} takes {shape_text(node.shape)}, but was given {shape_text(array.shape)}; "
            "reshape the value, or declare the input with another shape"
        )
    return array


def bind(inputs: Sequence[Node], arrays: Sequence[Array]) -> dict[str, int]:
    """The sizes of symbols that the arrays determine.

    Raises
    ------
    ShapeError
        If two uses of a symbol disagree.
    """
    sizes: dict[str, int] = {}
    source: dict[str, Node] = {}
    used: list[tuple[Node, Size, int]] = []
    for node, array in zip(inputs, arrays, strict=True):
        for size, own in zip(node.shape, array.shape, strict=True):
            if not isinstance(size, Dim):
                continue
            used.append((node, size, own))
            if size.is_symbol:
                (name,) = size.symbols
                if sizes.setdefault(name, own) != own:
                    raise ShapeError(
                        f"program: {size_text(size)} is {sizes[name]} in {source[name]!r} but {own} in "
                        f"{node!r}; one name is one size"
                    )
                source.setdefault(name, node)
    for node, size, own in used:
        bound = bind_size(size, sizes)
        if bound != own:
            raise ShapeError(
                f"program: {size_text(size)} in {node!r} is {size_text(bound)}, but the array has {own}"
            )
    return sizes


def in_order(inputs: Sequence[Node], values: Sequence[Any], named: Mapping[str, Any]) -> Sequence[Any]:
    """One value per input, from positions and names."""
    if len(values) == len(inputs) and not named:
        return values
    names = [getattr(node, "name", None) for node in inputs]
    given = dict(zip(range(len(inputs)), values, strict=False))
    for name, value in named.items():
        if name not in names or names.index(name) in given:
            raise GraphError(f"program: no free input is named {name!r}; inputs are {names}")
        given[names.index(name)] = value
    if len(values) > len(inputs) or len(given) < len(inputs):
        listed = ", ".join(map(repr, inputs)) or "none"
        raise GraphError(
            f"program: {len(values) + len(named)} values for {len(inputs)} inputs ({listed}); give one each"
        )
    return [given[k] for k in range(len(inputs))]


def check_bound(symbols: set[str], sizes: Mapping[str, int]) -> None:
    """Complain about sizes that no input determines."""
    unbound = ", ".join(sorted(symbols.difference(sizes)))
    if unbound:
        raise GraphError(
            f"program: no input determines the size {unbound}; give an input a shape in which it stands alone"
        )


def check_inputs(given: Sequence[Node], order: Sequence[Node]) -> None:
    """Complain about inputs that are listed twice, and computed ones whose values would be ignored."""
    if len(set(given)) < len(given):
        raise GraphError("compile: an input is listed twice; list each once")
    found = set(order)
    for node in given:
        if node.operands and node not in found:
            raise GraphError(
                f"compile: the input {node!r} is not in the graph: what uses it was built from its "
                "operands; use identity(x) of it in its place"
            )


def check_update(variable: Any, node: Any) -> None:
    """Complain about an update that does not fit its variable."""
    if not isinstance(variable, Variable) or not isinstance(node, Node):
        raise GraphError(f"compile: updates map variables to nodes, not {variable!r} to {node!r}")
    if node.shape != variable.shape:
        raise ShapeError(
            f"compile: the update of {variable!r} is {shape_text(node.shape)}, but the variable is "
            f"{shape_text(variable.shape)}; sum or reshape it"
        )
    if node.dtype != variable.dtype:
        raise TypeError(
            f"compile: the update of {variable!r} is {node.dtype}; convert it with "
            f"astype({variable.dtype.name!r})"
        )
