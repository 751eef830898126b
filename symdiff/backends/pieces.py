"""Tiles as functions of pieces of arrays, and the loops that call them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.backends.statements import entries
from symdiff.planning.memory.tiles import Tile
from symdiff.planning.steps import Literal, literal_dtype

if TYPE_CHECKING:
    from symdiff.backends.numpy import Writer

__all__ = ["piece"]


def piece(writer: Writer, tile: Tile) -> list[str]:
    """The function that does one piece; the loop over the pieces is written into the program."""
    cut: dict[str, str] = {}  # arrays of which a piece is taken, and their names in the function
    whole: dict[str, str] = {}  # arrays that it is given as they are
    inner: dict[str, str] = {}  # arrays that have the size of a piece

    def local(register: int) -> str:
        name = writer.name(register)
        step = writer.plan.steps[register]
        if register in writer.buffers.inner:
            group = inner
        else:
            group = cut if tile.cut(step.shape) else whole
            if tile.flat and len(step.shape) > 1 - (group is whole):
                name = flat(register, name, "-1" if group is cut else "()")
        return group.setdefault(name, f"p{len(cut) + len(whole) + len(inner)}")

    def flat(register: int, name: str, shape: str) -> str:
        if name not in flats:
            flats[name] = writer.view(f"f{register}", name, f".reshape({shape})")
        return flats[name]

    flats: dict[str, str] = {}
    lines = []
    steps = writer.plan.steps
    for k in range(tile.start, tile.stop):
        step = steps[k]
        x = [
            writer.argument(a, literal_dtype(steps, step, a)) if isinstance(a, Literal) else local(a)
            for a in step.arguments
        ]
        done = entries(writer, step, local(k), x)
        done[0] += f"  # {step.result}"
        lines += done
    names = ", ".join([*cut.values(), *whole.values(), *inner.values()])
    _loop(writer, tile, list(cut), list(whole), list(inner))
    return [f"def piece{tile.start}({names}):", *[f"    {line}" for line in lines], ""]


def _loop(writer: Writer, tile: Tile, cut: list[str], whole: list[str], inner: list[str]) -> None:
    """The calls for all pieces: those of full size, and what is left over."""
    left = tile.length % tile.rows
    even = tile.length - left
    full = ", ".join([*[f"{name}[i:j]" for name in cut], *whole, *inner])
    writer.write(f"for i in range(0, {even}, {tile.rows}):")
    writer.write(f"    j = i + {tile.rows}")
    writer.write(f"    piece{tile.start}({full})")
    if left:
        rest = ", ".join([*[f"{name}[{even}:]" for name in cut], *whole, *[f"{n}[:{left}]" for n in inner]])
        writer.write(f"piece{tile.start}({rest})")
