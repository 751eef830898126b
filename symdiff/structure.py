"""Nodes in lists, tuples and dicts: taken apart into a row, and results put back into the same shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from symdiff.errors import GraphError
from symdiff.node import Node

__all__ = ["flatten", "matched", "unflatten"]


def flatten(structure: Any, name: str) -> list[Node]:
    """The nodes of nested lists, tuples and dicts, in order.

    Raises
    ------
    TypeError
        If something else stands among them; *name* says whose argument it is.
    """
    if isinstance(structure, Node):
        return [structure]
    if isinstance(structure, Mapping):
        structure = structure.values()
    elif not isinstance(structure, list | tuple):
        raise TypeError(
            f"{name} takes a node, or nodes in lists, tuples and dicts, "
            f"not {type(structure).__name__} {structure!r}"
        )
    return [node for part in structure for node in flatten(part, name)]


def unflatten(structure: Any, values: Iterable[Any]) -> Any:
    """*values*, one for each node of *structure*, arranged like it.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(1.0, "x"), sd.Variable(2.0, "y")
    >>> unflatten({"a": x, "b": [y, x]}, [10, 20, 30])
    {'a': 10, 'b': [20, 30]}
    """
    return _filled(structure, iter(values))


def _filled(structure: Any, values: Iterator[Any]) -> Any:
    if isinstance(structure, Node):
        return next(values)
    if isinstance(structure, Mapping):
        return {key: _filled(part, values) for key, part in structure.items()}
    parts = [_filled(part, values) for part in structure]
    kind = type(structure)
    return kind(*parts) if hasattr(kind, "_fields") else kind(parts)


def matched(structure: Any, values: Any, name: str) -> list[Any]:
    """The parts of *values* that belong to the nodes of *structure*, which has the same nesting.

    Raises
    ------
    GraphError
        If the nesting differs.
    """
    if isinstance(structure, Node):
        return [values]
    if isinstance(structure, Mapping):
        fits = isinstance(values, Mapping) and set(values) == set(structure)
        rows = [(part, values[key]) for key, part in structure.items()] if fits else []
    else:
        fits = isinstance(values, Sequence) and len(values) == len(structure)
        rows = list(zip(structure, values, strict=True)) if fits else []
    if not fits and isinstance(structure, Mapping) and isinstance(values, Mapping):
        raise GraphError(f"{name}: values are named {list(values)}, but {list(structure)} are needed")
    if not fits:
        count = len(values) if hasattr(values, "__len__") else "no"
        raise GraphError(
            f"{name}: {count} values for {len(structure)} nodes; give one for each, nested alike"
        )
    return [value for part, own in rows for value in matched(part, own, name)]
