"""DOT text to SVG, PNG and PDF: by the program dot, else by the Graphviz inside pygraphviz."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["FORMATS", "INSTALL", "PlotWarning", "render"]

FORMATS = ("svg", "png", "pdf")
INSTALL = "install Graphviz (https://graphviz.org), or symdiff with its extra: pip install '.[plot]'"
_one_at_a_time = threading.Lock()  # the library inside pygraphviz is not made for threads


class PlotWarning(UserWarning):
    """A picture could not be drawn as asked, and what was done instead."""


def render(dot: str, kind: str) -> bytes | None:
    """The drawing of *dot* as ``svg``, ``png`` or ``pdf``; None where nothing here can draw it."""
    if kind == "png":
        dot = dot.replace("{", "{\n\tdpi=144", 1)
    drawn = _by_program(dot, kind) if shutil.which("dot") else None
    return _by_library(dot, kind) if drawn is None else drawn


def _by_program(dot: str, kind: str) -> bytes | None:
    """Through the program dot; None where it was built without this format."""
    done = subprocess.run(["dot", f"-T{kind}"], input=dot.encode(), capture_output=True, check=False)
    return done.stdout if done.returncode == 0 and done.stdout else None


def _by_library(dot: str, kind: str) -> bytes | None:
    """Through pygraphviz, whose wheel brings Graphviz; None where it is missing or cannot."""
    try:
        from pygraphviz import AGraph

        with _one_at_a_time, _without_font_warnings():
            return bytes(AGraph(string=dot).draw(format=kind, prog="dot"))
    except (ImportError, OSError, ValueError):
        return None


@contextmanager
def _without_font_warnings() -> Iterator[None]:
    """Hold back what C code writes to stderr; what is not about font files is passed on at the end."""
    try:
        stderr = os.dup(2)
    except OSError:  # no stderr, nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
            held.seek(0)
            lines = held.read().splitlines(keepends=True)
            os.write(2, b"".join(line for line in lines if not line.startswith(b"Fontconfig")))
