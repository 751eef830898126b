"""Outcomes as a picture: a row for each, and a dot for each side at its ratio to the base."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from outcomes import Outcome

__all__ = ["draw"]

STYLES = {  # by the library that a side stands for: colour, marker
    "symdiff": ("#d62728", "o"),
    "symdiff, C": ("#e377c2", "p"),
    "jax": ("#1f77b4", "s"),
    "torch": ("#ff7f0e", "^"),
    "torch.nn": ("#8c564b", "v"),
    "autograd": ("#9467bd", "D"),
    "opt_einsum": ("#2ca02c", "P"),
    "casadi": ("#17becf", "X"),
    "pytensor": ("#bcbd22", "*"),
    "gemm": ("#7f7f7f", "|"),
}
OTHER = ("#7f7f7f", ".")
SOLID = ("|", ".")  # markers that cannot be hollow
WIDEST = 60  # characters of a row's name


def draw(outcomes: Sequence[Outcome], path: Path) -> None:
    """Write the picture; the sides of one library look alike, its second in a row is hollow."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    rows = [outcome for outcome in outcomes if outcome.plotted and outcome.base in outcome.timings]
    figure, axes = plt.subplots(figsize=(11, 1.5 + 0.3 * max(len(rows), 4)), layout="constrained")
    axes.set_xscale("log")
    axes.axvline(1.0, color="black", linewidth=1)
    seen: dict[str, Any] = {}
    for y, outcome in enumerate(rows):
        for side, label, hollow in labelled(outcome):
            colour, marker = STYLES.get(library(side), OTHER)
            face = "none" if hollow and marker not in SOLID else colour
            low, ratio, high = outcome.ratio(side, outcome.base)
            axes.plot([low, high], [y, y], color=colour, linewidth=1)
            (dot,) = axes.plot(ratio, y, marker, color=colour, markerfacecolor=face, markersize=7)
            seen.setdefault(label, dot)
    axes.set_yticks(range(len(rows)), [shortened(outcome.title) for outcome in rows], fontsize=8)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.grid(axis="x", which="both", color="#e6e6e6", linewidth=0.6)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.set_xlabel("time per call / that of NumPy written by hand (log scale; lines: quartiles over rounds)")
    figure.legend(
        list(seen.values()), list(seen), loc="outside upper center", ncols=6, fontsize=8, frameon=False
    )
    figure.savefig(path, dpi=130)
    plt.close(figure)


def labelled(outcome: Outcome) -> Iterator[tuple[str, str, bool]]:
    """Each side but the base, its name in the legend, and whether its library is there already."""
    met: set[str] = set()
    for side in sorted(outcome.timings, key=lambda side: side == "symdiff"):  # symdiff on top
        if side != outcome.base:
            family = library(side)
            known = family in STYLES and family != "gemm"
            yield side, side if family in met or not known else family, family in met
            met.add(family)


def library(side: str) -> str:
    """The library that a side stands for, or one of ours by its backend."""
    if side in STYLES:
        return side
    name = side.split()[0]
    return "torch.nn" if name.startswith("torch.nn") else name


def shortened(title: str) -> str:
    """What comes before a colon or a bracket, as far as there is room."""
    name = title.split(" (")[0].split(":")[0]
    return name if len(name) <= WIDEST else name[: WIDEST - 1] + "…"
