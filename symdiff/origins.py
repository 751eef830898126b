"""Where nodes were built: file, line and text, noted for those built while somebody asks for it."""

from __future__ import annotations

import linecache
import os
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from symdiff.node import Node, witnesses

__all__ = ["Origin", "origin_of", "record_lines"]

PACKAGE = os.path.dirname(os.path.abspath(__file__)) + os.sep

_origins: weakref.WeakKeyDictionary[Node, Origin] = weakref.WeakKeyDictionary()
_lock = threading.Lock()
_open = 0  # blocks that record at present, in all threads together


class Origin(NamedTuple):
    """A line of the user's own that built a node."""

    file: str
    line: int
    function: str
    text: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}"
        inside = "" if self.function == "<module>" else f", in {self.function}"
        return f"{place}{inside}: {self.text}" if self.text else place + inside


@contextmanager
def record_lines(enabled: bool = True) -> Iterator[None]:
    """Nodes built inside are remembered with the line that built them, for the errors of `check_finite`.

    The line is the innermost one outside this package. What a call such as `grad` builds has the line of
    that call; a node that was built several times has the first line that was recorded. It costs a few
    microseconds per node, and nothing outside.

    Parameters
    ----------
    enabled : bool
        False changes nothing: for a setting that is handed through.

    Raises
    ------
    TypeError
        If *enabled* is no boolean.

    Notes
    -----
    Nodes that other threads build meanwhile are recorded as well.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 0.0], "x")
    >>> with record_lines():
    ...     y = sd.log(x)
    >>> sd.compile(y, check_finite=True)()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    ...
    symdiff.errors.NonFiniteError: program: log(x) is -inf in 1 of 2 entries, first at [1]
      built at <doctest ...>:2: y = sd.log(x)
      operand 0, x: float64[2], min 0, max 1, mean 0.5, 1 zero
      it reached the output
    """
    if not isinstance(enabled, bool):
        raise TypeError(
            f"record_lines: enabled is True or False, not {enabled!r}; build the graph inside "
            "`with record_lines():`"
        )
    _count(enabled)
    try:
        yield
    finally:
        _count(-enabled)


def _count(change: int) -> None:
    """Begin with the first block that opens, end with the last one that closes."""
    global _open
    with _lock:
        before, _open = _open, _open + change
        if not before and _open:
            witnesses.append(_record)
        if before and not _open:
            witnesses.remove(_record)


def _record(node: Node) -> None:
    """Note the innermost line outside the package, unless the node has one."""
    if node in _origins:
        return
    frame = sys._getframe(1)
    while frame.f_code.co_filename.startswith(PACKAGE):
        if frame.f_back is None:
            return
        frame = frame.f_back
    code, line = frame.f_code, frame.f_lineno
    text = linecache.getline(code.co_filename, line, frame.f_globals).strip()
    with _lock:
        _origins.setdefault(node, Origin(code.co_filename, line, code.co_name, text))


def origin_of(node: Node) -> Origin | None:
    """The line that built *node*, if it was recorded.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable(1.0, "x")
    >>> origin_of(sd.exp(x)) is None
    True
    """
    return _origins.get(node)
