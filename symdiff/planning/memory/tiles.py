"""Runs of functions of entries that go through arrays piece by piece, so that pieces stay in cache."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

from symdiff.planning.steps import VIEWS, Sizes, Step

__all__ = ["PIECE", "Native", "Tile", "in_tiles"]

PIECE = 1 << 18  # bytes of one array in a piece
LARGE = 1 << 20  # bytes of an array from which on pieces pay
FEWEST = 3  # functions in a run that is worth a loop
SHORT = 1 << 12  # bytes of an array up to which calls cost more than entries
ROW = 64  # entries of a row from which on a native loop pays that goes row by row
HOISTED = VIEWS | {"input", "constant"}
UNEVEN = VIEWS | {"call"}  # kinds of steps whose entries may lie in any order

Native: TypeAlias = Callable[[Sequence[Step], Step], bool]  # whether a backend does a step by itself


class Tile(NamedTuple):
    """Steps from *start* to *stop* run for *rows* places along the first axis, then for the next ones.

    Arrays are *flat*, so that their entries are the places, where all of them lie in the same order. A
    *native* tile goes through its places by itself: it has no rows, and what only it uses needs no memory.
    """

    start: int
    stop: int
    shape: Sizes
    rows: int
    flat: bool
    native: bool = False

    @property
    def length(self) -> int:
        """The number of places."""
        return math.prod(self.shape) if self.flat else self.shape[0]

    def cut(self, shape: Sizes) -> bool:
        """Whether an operand of this shape is read piece by piece, and not as a whole."""
        return math.prod(shape) > 1 and len(shape) == len(self.shape) and shape[0] == self.shape[0]


def in_tiles(
    steps: Sequence[Step], outputs: Sequence[int], native: Native | None = None
) -> tuple[list[Step], list[int], list[Tile]]:
    """The steps with those of each tile next to each other, and the tiles: *native* ones, or NumPy's."""
    wanted = _is_large if native is None else partial(native, steps)
    if not any(map(wanted, steps)):
        return list(steps), list(outputs), []
    order: list[int] = []
    runs: list[tuple[int, list[int]]] = []
    run: list[int] = []
    ahead: list[int] = []
    inside: set[int] = set()

    def close() -> None:
        order.extend(ahead)
        if run and len(run) >= _fewest(steps[run[0]], native):
            runs.append((len(order), list(run)))
        order.extend(run)
        for found in (run, ahead, inside):
            found.clear()

    for k, step in enumerate(steps):
        if wanted(step):
            if run and steps[run[0]].shape != step.shape:
                close()
            run.append(k)
            inside.add(k)
        elif run and step.kind in HOISTED and inside.isdisjoint(step.arguments):
            ahead.append(k)
        else:
            close()
            order.append(k)
    close()
    if not runs:
        return list(steps), list(outputs), []
    new = {old: place for place, old in enumerate(order)}
    moved = [steps[old].moved(new) for old in order]
    spans = [(start, start + len(run)) for start, run in runs]
    cut = _tile if native is None else _native_tile
    found = [cut(moved, start, stop) for start, stop in spans]
    return moved, [new[register] for register in outputs], [tile for tile in found if tile is not None]


def _fewest(step: Step, native: Native | None) -> int:
    """How many functions like a step are worth a loop: a native one saves all their calls but one."""
    return FEWEST if native is None else 2 if step.bytes > SHORT else 4


def _is_large(step: Step) -> bool:
    """Whether a step is a function of the entries of a large array."""
    return step.kind == "entries" and step.bytes >= LARGE


def _tile(steps: Sequence[Step], start: int, stop: int) -> Tile | None:
    """How a run is cut into pieces; None where its first axis is too short."""
    run = steps[start:stop]
    shape, flat = run[0].shape, _is_flat(steps, start, stop)
    width = max(step.dtype.itemsize for step in run) * (1 if flat else math.prod(shape[1:]))
    tile = Tile(start, stop, shape, max(1, PIECE // width), flat)
    return tile if tile.length >= 2 * tile.rows else None


def _native_tile(steps: Sequence[Step], start: int, stop: int) -> Tile | None:
    """A run as one native loop; None where it would have to go through many short rows."""
    shape = steps[start].shape
    short = shape[-1] < ROW and not _is_flat(steps, start, stop)
    return None if short else Tile(start, stop, shape, 0, False, native=True)


def _is_flat(steps: Sequence[Step], start: int, stop: int) -> bool:
    """Whether all that a run reads are numbers, or arrays whose entries lie in the order of its results."""
    read = {a for step in steps[start:stop] for a in step.arguments if isinstance(a, int) and a < start}
    shape = steps[start].shape
    return all(steps[a].size == 1 or (steps[a].shape == shape and _is_even(steps, a)) for a in read)


def _is_even(steps: Sequence[Step], register: int) -> bool:
    """Whether the entries of a register lie side by side, in their order."""
    while steps[register].kind == "reshape":
        register = steps[register].arguments[0]  # type: ignore[assignment]
    return steps[register].kind not in UNEVEN
