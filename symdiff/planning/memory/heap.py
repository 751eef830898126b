"""Room in one block of memory, handed out and taken back while a program is planned."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

__all__ = ["ALIGNMENT", "Block", "Heap", "packed_offsets", "rounded"]

ALIGNMENT = 64  # bytes of a cache line


def rounded(size: int) -> int:
    """The bytes that an array of *size* bytes takes up."""
    return -(-size // ALIGNMENT) * ALIGNMENT


class Heap:
    """The smallest gap that is large enough is taken, or room at the end.

    Attributes
    ----------
    size : int
        The bytes of the block so far.
    most : int
        The most bytes that were taken at one time.
    """

    def __init__(self) -> None:
        self.size = self.most = self.held = 0
        self.gaps: list[tuple[int, int]] = []  # offset and bytes, by offset

    def take(self, size: int) -> int:
        """The offset of *size* bytes that were free."""
        size = rounded(size)
        if not size:
            return 0
        self.held += size
        self.most = max(self.most, self.held)
        fitting = [(room, k) for k, (_, room) in enumerate(self.gaps) if room >= size]
        if fitting:
            room, k = min(fitting)
            offset, _ = self.gaps.pop(k)
            if room > size:
                self.gaps.insert(k, (offset + size, room - size))
            return offset
        offset = self.size
        if self.gaps and sum(self.gaps[-1]) == self.size:
            offset, _ = self.gaps.pop()
        self.size = offset + size
        return offset

    def give(self, offset: int, size: int) -> None:
        """Free what was taken."""
        size = rounded(size)
        if not size:
            return
        self.held -= size
        place = bisect_left(self.gaps, (offset,))
        if place < len(self.gaps) and self.gaps[place][0] == offset + size:
            size += self.gaps.pop(place)[1]
        if place and sum(self.gaps[place - 1]) == offset:
            place -= 1
            start, room = self.gaps.pop(place)
            offset, size = start, room + size
        insort(self.gaps, (offset, size))


class Block(NamedTuple):
    """Bytes that are needed from one step to another, both of them included."""

    size: int
    born: int
    died: int


def packed_offsets(blocks: Sequence[Block]) -> tuple[list[int], int]:
    """An offset for each block, so that none overlap at any time, and the bytes of all.

    The largest come first, each at the lowest place that is free as long as it is needed (Pisarchyk and Lee,
    "Efficient memory management for deep neural net inference", 2020, greedy by size).
    """
    sizes = np.array([rounded(block.size) for block in blocks])
    born, died = (np.array([block[k] for block in blocks]) for k in (1, 2))
    order = np.lexsort((born, -sizes))
    sizes, born, died = sizes[order], born[order], died[order]
    starts = np.zeros(len(blocks), np.int64)
    for k in range(1, len(blocks)):
        (beside,) = ((born[:k] <= died[k]) & (died[:k] >= born[k])).nonzero()
        taken = beside[starts[beside].argsort()]
        ends = np.maximum.accumulate(np.concatenate([[0], starts[taken] + sizes[taken]]))
        (gaps,) = (starts[taken] - ends[:-1] >= sizes[k]).nonzero()
        starts[k] = ends[gaps[0]] if gaps.size else ends[-1]
    offsets = np.empty_like(starts)
    offsets[order] = starts
    return offsets.tolist(), int((starts + sizes).max(initial=0))
