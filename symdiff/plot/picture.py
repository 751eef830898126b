"""A picture of a graph: text that can be drawn, shown in a notebook and saved."""

from __future__ import annotations

import os
import secrets
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from symdiff.node import Node
from symdiff.plot.dot import dot_text
from symdiff.plot.rendering import FORMATS, INSTALL, PlotWarning, render
from symdiff.plot.scene import scene_of

__all__ = ["Picture", "plot", "to_dot"]

Nodes: TypeAlias = Node | Sequence[Node] | Mapping[str, Node]


class Picture:
    """A drawn graph; `plot` makes it, and notebooks show it.

    Attributes
    ----------
    dot : str
        The picture as DOT text, which many programs and web pages draw.
    """

    __slots__ = ("_svg", "dot")
    dot: str

    def __init__(self, dot: str) -> None:
        self.dot = dot
        self._svg: str | None = None

    def svg(self) -> str | None:
        """The picture as SVG; None, and a warning that says what to install, where nothing can draw it."""
        drawn = self._drawn()
        if drawn is None:
            warnings.warn(f"plot: nothing here draws SVG; {INSTALL}", PlotWarning, stacklevel=2)
        return drawn

    def save(self, file: str | os.PathLike[str]) -> Path:
        """Write the picture as the ending of *file* says, and return the path written.

        Where nothing can draw it, the DOT text is written next to *file* instead, and a warning says so.

        Raises
        ------
        ValueError
            If the ending is none of ``.svg``, ``.png``, ``.pdf`` and ``.dot``.
        OSError
            If the file cannot be written; whatever was there stays.
        """
        path = Path(file)
        kind = path.suffix.lower().removeprefix(".")
        if kind not in (*FORMATS, "dot"):
            known = ", ".join(f".{name}" for name in (*FORMATS, "dot"))
            raise ValueError(f"plot: {path.name!r} should end in one of {known}")
        content = self.dot.encode() if kind == "dot" else render(self.dot, kind)
        if content is None:
            content, path = self.dot.encode(), path.with_suffix(".dot")
            warnings.warn(
                f"plot: nothing here draws {kind.upper()}, so the DOT text is in {path}; {INSTALL}",
                PlotWarning,
                stacklevel=3,
            )
        _replace(path, content)
        return path

    def __repr__(self) -> str:
        return f"<picture, {len(self.dot.splitlines())} lines of DOT text>"

    def _drawn(self) -> str | None:
        if self._svg is None:
            drawn = render(self.dot, "svg")
            self._svg = None if drawn is None else drawn.decode()
        return self._svg

    def _repr_svg_(self) -> str | None:
        return self._drawn()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        drawn = self._drawn()
        if drawn is None:
            return {"text/plain": f"To see this picture, {INSTALL}. Its DOT text:\n\n{self.dot}"}
        return {"image/svg+xml": drawn, "text/plain": repr(self)}


def plot(nodes: Nodes, file: str | os.PathLike[str] | None = None, **options: Any) -> Picture:
    """The picture of *nodes* and all they depend on, saved if a *file* is given.

    Parameters
    ----------
    nodes : Node, or a list, tuple or dict of nodes
        The results to draw; the keys of a dict are the names they get.
    file : path, optional
        Where to save it; ``.svg``, ``.png``, ``.pdf`` and ``.dot`` say how.
    **options
        As in `to_dot`.

    Returns
    -------
    Picture
        Shown by notebooks.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(3.0, "x"), sd.Variable(4.0, "y")
    >>> z = x * y + sd.exp(x + 3)
    >>> picture = plot({"z": z, "dz/dx": sd.grad(z, x)}, title="a function and its slope")
    >>> picture.dot.startswith("digraph")
    True
    """
    picture = Picture(to_dot(nodes, **options))
    if file is not None:
        picture.save(file)
    return picture


def to_dot(
    nodes: Nodes,
    *,
    title: str | None = None,
    forward: Nodes | None = None,
    leaves: str = "chips",
    direction: str = "TB",
    legend: bool = True,
    limit: int = 2000,
) -> str:
    """The picture of *nodes* as DOT text.

    Parameters
    ----------
    nodes : Node, or a list, tuple or dict of nodes
        The results to draw; the keys of a dict are the names they get.
    title : str, optional
        A line above the picture.
    forward : Node, or a list, tuple or dict of nodes, optional
        What counts as the forward pass, with all it depends on; by default the first of *nodes*. The
        rest is drawn as gradients.
    leaves : {"chips", "shared"}
        Whether inputs, parameters and constants are repeated at each use, or drawn once.
    direction : {"TB", "LR"}
        From the top to the bottom, or from left to right.
    legend : bool
        Whether to explain shapes and colours below the picture.
    limit : int
        The number of boxes above which the graph is not drawn.

    Raises
    ------
    GraphError
        If there are more boxes than *limit*.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> text = to_dot(sd.exp(x), legend=False)
    >>> text.startswith("digraph"), "parameter" in text, "n0 -> n1" in text
    (True, False, True)
    """
    if leaves not in ("chips", "shared"):
        raise ValueError(f"plot: leaves is 'chips' or 'shared', not {leaves!r}")
    if direction not in ("TB", "LR"):
        raise ValueError(f"plot: direction is 'TB' or 'LR', not {direction!r}")
    outputs = _named(nodes)
    first = list(outputs)[:1] if forward is None else list(_named(forward))
    return dot_text(scene_of(outputs, first, leaves == "shared", limit), title, direction, legend)


def _named(nodes: Nodes) -> dict[Node, str]:
    """The nodes to draw with their names; several names for one node are joined."""
    if isinstance(nodes, Node):
        return {nodes: ""}
    named = nodes.items() if isinstance(nodes, Mapping) else [("", node) for node in nodes]
    found: dict[Node, str] = {}
    for name, node in named:
        if not isinstance(node, Node):
            raise TypeError(f"plot: draws nodes, not {type(node).__name__} {node!r}")
        before = found.get(node, "")
        found[node] = ", ".join(filter(None, (before, str(name))))
    if not found:
        raise ValueError("plot: nothing to draw; give a node, or a list or dict of nodes")
    return found


def _replace(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        part.write_bytes(content)
        part.replace(path)
    except OSError as reason:
        part.unlink(missing_ok=True)
        raise OSError(reason.errno, reason.strerror, str(path)) from None
