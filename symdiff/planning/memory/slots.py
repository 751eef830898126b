"""What is concatenated is computed where it will stand, so that nothing is left to copy."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Sequence
from typing import NamedTuple

from symdiff.planning.calls.views import contiguous, reshaped
from symdiff.planning.memory.tiles import Tile
from symdiff.planning.steps import Sizes, Step

__all__ = ["Slot", "slots_of"]

STRIDED = frozenset(
    {"entries", "matmul", "vecdot", "reduce", "dot", "fill"}
)  # kinds that write to any places
CHOOSY = frozenset({"dot", "matmul", "vecdot", "reduce", "call"})  # whose last bits hang on how operands lie


class Slot(NamedTuple):
    """Places from *start* to *stop* along an axis of the register *whole*.

    It is *strided* unless its entries lie side by side.
    """

    whole: int
    axis: int
    start: int
    stop: int
    strided: bool


def slots_of(
    steps: Sequence[Step],
    roots: Sequence[int],
    given: Collection[int],
    writers: Collection[str],
    tiles: Sequence[Tile] = (),
) -> dict[int, Slot]:
    """The slots of registers that can be written where a concatenation wants them.

    Those in *given* have a place already.
    """
    even = _side_by_side(steps, roots, tiles)
    found: dict[int, Slot] = {}
    for k in reversed(range(len(steps))):
        step = steps[k]
        if step.kind != "concatenate" or not step.size:
            continue
        (axis,) = step.settings
        start = 0
        strided = math.prod(step.shape[:axis]) > 1
        for argument in step.arguments:
            assert isinstance(argument, int)
            shape = steps[argument].shape
            stop = start + shape[axis]
            root = roots[argument]
            own = steps[root]
            free = own.kind in writers and own.shape != () and root not in given and root not in found
            if free and _whole(steps, argument, root) and not (strided and root in even):
                fits = own.kind in STRIDED and _shows(step.shape, shape, own.shape)
                if fits or not strided:
                    found[root] = Slot(k, axis, start, stop, strided)
            start = stop
    return found


def _side_by_side(steps: Sequence[Step], roots: Sequence[int], tiles: Sequence[Tile]) -> set[int]:
    """The roots whose entries have to lie side by side.

    They are reshaped, part of a flat tile, or read by what would round in another way if they lay apart.
    """
    found = {
        root
        for tile in tiles
        if tile.flat
        for k in range(tile.start, tile.stop)
        for root in (k, *[roots[a] for a in steps[k].arguments if isinstance(a, int)])
    }
    joined = Counter([a for step in steps if step.kind == "concatenate" for a in step.arguments])
    read = Counter([a for step in steps for a in step.arguments])
    for k, step in enumerate(steps):
        if step.kind == "reshape" and not 0 < read[k] == joined[k]:
            found.add(roots[k])  # a slot has the shape that the concatenation wants
        if step.kind in CHOOSY:
            found.update([roots[a] for a in step.arguments if isinstance(a, int)])
    return found


def _whole(steps: Sequence[Step], register: int, root: int) -> bool:
    """Whether a register shows all entries of its root, in their order."""
    while register != root:
        if steps[register].kind not in ("reshape", "barrier"):
            return False
        register = steps[register].arguments[0]  # type: ignore[assignment]
    return True


def _shows(whole: Sizes, part: Sizes, shape: Sizes) -> bool:
    """Whether a part of an array can be reshaped without a copy."""
    return reshaped(part, contiguous(whole), shape) is not None
