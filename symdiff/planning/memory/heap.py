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
    order = sorted(range(len(blocks)), key=lambda k: (-rounded(blocks[k].size), blocks[k].born))
    born, died = (np.array([blocks[k][field] for k in order]) for field in (1, 2))
    taken: list[tuple[int, int]] = []  # the first byte of each block so far, and the one after its last
    for place, k in enumerate(order):
        size, first, last = rounded(blocks[k].size), blocks[k].born, blocks[k].died
        (beside,) = ((born[:place] <= last) & (died[:place] >= first)).nonzero()
        offset = 0
        for start, stop in sorted([taken[j] for j in beside.tolist()]):
            if start - offset >= size:
                break
            offset = max(offset, stop)
        taken.append((offset, offset + size))
    offsets = dict(zip(order, taken, strict=True))
    return [offsets[k][0] for k in range(len(blocks))], max([stop for _, stop in taken], default=0)
