"""A scene as DOT text: labels, clusters, edges and the legend."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from symdiff.plot.roles import LOOKS
from symdiff.plot.scene import Box, Edge, Scene
from symdiff.plot.words import WIDTH, clipped

__all__ = ["dot_text"]

FONT = "Helvetica,Arial,sans-serif"
OPERATIONS = ("forward", "gradient")
CROSSING = {"color": "#0067a399", "style": "dashed", "weight": "0"}
MANY = 200  # boxes above which the layout is told to hurry
TINTS = {"forward": "#0067a3", "gradient": "#c04f00"}


def dot_text(scene: Scene, title: str | None, direction: str, legend: bool) -> str:
    """The DOT text of *scene*: the same text for the same scene."""
    from graphviz import Digraph

    graph = Digraph(graph_attr=_sheet(title, direction, len(scene.boxes)))
    graph.attr("node", fontname=FONT, fontsize="12", fontcolor="#1a1a1a", height="0.3", width="0.3")
    graph.attr("edge", color="#5f6368", arrowsize="0.6", penwidth="0.9", weight="4")
    _fill(graph, scene.boxes, (), "c")
    for edge in scene.edges:
        graph.edge(edge.tail, _head(edge, direction), **(CROSSING if edge.crossing else {}))
    if legend:
        _legend(graph, scene)
    return str(graph.source)


def _sheet(title: str | None, direction: str, boxes: int) -> dict[str, str]:
    """Attributes of the whole drawing."""
    sheet = {"rankdir": direction, "fontname": FONT, "nodesep": "0.22", "ranksep": "0.32", "pad": "0.2"}
    if title:
        sheet |= {"label": f"<<B>{_escape(title, 200)}</B>>", "labelloc": "t", "fontsize": "16"}
    if boxes > MANY:
        sheet |= {"nslimit": "2", "nslimit1": "2"}
    return sheet


def _fill(graph: Any, boxes: Sequence[Box], path: tuple[str, ...], key: str) -> None:
    """Draw the boxes of one cluster, then the clusters inside it."""
    inner: dict[str, list[Box]] = {}
    for box in boxes:
        if len(box.path) == len(path):
            graph.node(box.key, **_attributes(box))
        else:
            inner.setdefault(box.path[len(path)], []).append(box)
    for place, (name, members) in enumerate(inner.items()):
        with graph.subgraph(name=f"cluster_{key}{place}") as cluster:
            cluster.attr(**_cluster(name, path))
            _fill(cluster, members, (*path, name), f"{key}{place}_")


def _cluster(name: str, path: tuple[str, ...]) -> dict[str, str]:
    """A frame with its name at the top left."""
    tint = TINTS.get(path[0] if path else name, "#444444")
    return {
        "label": f"<<B>{_escape(name)}</B>>",
        "labeljust": "l",
        "fontsize": "12",
        "fontcolor": tint,
        "style": "rounded,filled",
        "color": f"{tint}59",
        "fillcolor": f"{tint}0a",
        "margin": "10",
    }


def _attributes(box: Box) -> dict[str, str]:
    look = LOOKS[box.role]
    return {
        "label": _label(box),
        "shape": look.shape,
        "style": look.style,
        "fillcolor": look.fill,
        "color": look.line,
        "margin": "0.04,0" if box.role in OPERATIONS else "0.04,0.02",
        "penwidth": "1.1" if box.result is None else "3",
    }


def _label(box: Box) -> str:
    """Lines from top to bottom: what arrives, the operation, shape and dtype, the name of the result."""
    body = f"<B>&#160;{_escape(box.word)}&#160;</B>"
    if box.kind:
        body += f'<BR/><FONT POINT-SIZE="9" COLOR="#4d4d4d">&#160;{_escape(box.kind)}&#160;</FONT>'
    if box.result:
        body += f'<BR/><FONT COLOR="{LOOKS[box.role].line}"><B>&#160;= {_escape(box.result)}&#160;</B></FONT>'
    if box.role not in OPERATIONS:
        return f"<{body}>"
    cells = "".join(_cell(text, port) for text, port in box.row)
    above = f"<TR>{cells}</TR>" if cells else ""
    below = f'<TR><TD COLSPAN="{max(len(box.row), 1)}" CELLPADDING="3">{body}</TD></TR>'
    return f'<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="1">{above}{below}</TABLE>>'


def _cell(text: str, port: int | None) -> str:
    """A part of the first line, where the edge of an operand may end."""
    mark = "" if port is None else f' PORT="p{port}"'
    shown = _escape(text) if mark else f"&#160;{_escape(text)}&#160;"
    return f'<TD{mark}><FONT POINT-SIZE="10">{shown}</FONT></TD>'


def _escape(text: str, width: int = WIDTH) -> str:
    """Text that neither HTML nor DOT reads as anything else."""
    return html.escape(clipped(text, width)).replace("\\", "&#92;")


def _head(edge: Edge, direction: str) -> str:
    """Where an edge ends; boxes that are read sideways have no ports on the side of their operands."""
    return edge.head if edge.port is None or direction != "TB" else f"{edge.head}:p{edge.port}:n"


def _legend(graph: Any, scene: Scene) -> None:
    """Samples beside what comes first: only of the kinds that are there."""
    present = {box.role for box in scene.boxes} | {"output"}
    names = [role for role in LOOKS if role in present]
    with graph.subgraph(name="legend") as row:
        row.attr(rank="source")
        for name in names:
            look = LOOKS[name]
            row.node(
                f"legend_{name}",
                label=name,
                shape=look.shape,
                style=look.style,
                fillcolor=look.fill,
                color=look.line,
                fontsize="10",
                margin="0.02,0.02" if look.shape == "hexagon" else "0.06,0.03",
                penwidth="3" if name == "output" else "1.1",
            )
        for left, right in pairwise(names):
            row.edge(f"legend_{left}", f"legend_{right}", style="invis")
