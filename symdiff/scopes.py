"""Names for parts of a graph, for pictures only: which nodes were built while a scope was open.

A node does not know its scope. A scope remembers the serial numbers that passed while it was open.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from contextlib import contextmanager

from symdiff.node import Node, next_serial

__all__ = ["scope", "scope_of"]

_starts: list[int] = []  # serial numbers at which the innermost scope changes
_paths: list[tuple[str, ...]] = []  # the scope from there on


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Nodes built inside are drawn together, under *name*; scopes nest.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(1.0, "x")
    >>> with scope("encoder"):
    ...     y = sd.tanh(x)
    >>> scope_of(y), scope_of(x)
    (('encoder',), ())
    """
    if not isinstance(name, str):
        raise TypeError(f"scope: a name is a string, not {name!r}")
    outside = _paths[-1] if _paths else ()
    _open((*outside, name))
    try:
        yield
    finally:
        _open(outside)


def _open(path: tuple[str, ...]) -> None:
    """From the next node on, the scope is *path*."""
    start = next_serial()
    if _starts and _starts[-1] == start:
        _paths[-1] = path
    else:
        _starts.append(start)
        _paths.append(path)


def scope_of(node: Node) -> tuple[str, ...]:
    """The names of the scopes in which *node* was first built, outermost first."""
    place = bisect_right(_starts, node.serial) - 1
    return _paths[place] if place >= 0 else ()
