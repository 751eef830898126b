"""Runs of steps left out again where there is room to hold the value since it was there last."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from symdiff.planning.limits.footprint import Footprint

__all__ = ["estimated_peak", "trimmed"]


def trimmed(takes: Footprint, order: Sequence[int], budget: int) -> list[int]:
    """The steps of *order* without those runs that are not needed when about *budget* bytes may be held."""
    return _Copies(takes, order, budget - takes.fixed).trim()


def estimated_peak(takes: Footprint, order: Sequence[int]) -> int:
    """About how many bytes are held when the steps of *order* are run."""
    return _Copies(takes, order, 0).budget + takes.fixed


class _Copies:
    """Each run makes a copy of a value: who reads it, until when it is held, which one was there before."""

    def __init__(self, takes: Footprint, order: Sequence[int], budget: int) -> None:
        count = len(order)
        self.takes = takes
        self.order = order
        self.sources: list[list[int]] = []  # the copies that each run reads
        self.readers: list[list[int]] = [[] for _ in order]
        self.before, self.after = [-1] * count, [-1] * count  # copies of the same value
        newest: dict[int, int] = {}
        for place, k in enumerate(order):
            self.sources.append([newest[root] for root in takes.flow.reads[k]])
            for copy in self.sources[place]:
                self.readers[copy].append(place)
            if k in newest:
                self.before[place], self.after[newest[k]] = newest[k], place
            newest[k] = place
        self.given = {newest[root] for root in takes.flow.given if root in newest}
        self.last = [self.until(copy) for copy in range(count)]
        self.gone = [False] * count
        self.held = self.profile()
        self.budget = max(budget, int(self.held.max(initial=0)))

    def until(self, copy: int) -> int:
        """The last place where a copy is needed."""
        if copy in self.given:
            return len(self.order)
        return self.readers[copy][-1] if self.readers[copy] else copy

    def size(self, copy: int) -> int:
        """The bytes of a copy."""
        return self.takes.sizes[self.order[copy]]

    def profile(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The bytes that are held while each step runs."""
        change = np.zeros(len(self.order) + 2, np.int64)
        for copy, last in enumerate(self.last):
            change[copy] += self.size(copy)
            change[last + 1] -= self.size(copy)
        held = np.cumsum(change)[: len(self.order)]
        for place, k in enumerate(self.order):
            dead = [self.order[copy] for copy in self.sources[place] if self.last[copy] == place]
            held[place] += self.takes.scratch[k] - self.takes.freed(k, dead)
        return held

    def trim(self) -> list[int]:
        """Leave out runs, those first that save most work for the bytes and the time held."""

        def gain(copy: int) -> float:
            gap = copy - self.last[self.before[copy]]
            return self.takes.work[self.order[copy]] / ((self.size(copy) + 1) * gap)

        again = [copy for copy, before in enumerate(self.before) if before >= 0]
        for copy in sorted(again, key=gain, reverse=True):
            if not self.gone[copy] and self.before[copy] >= 0 and self.fits(copy):
                self.join(copy)
        return [k for place, k in enumerate(self.order) if not self.gone[place]]

    def fits(self, copy: int) -> bool:
        """Whether the copy before this one can be held until here."""
        gap = self.held[self.gap(copy)]
        return int(gap.max(initial=0)) + self.size(copy) <= self.budget

    def gap(self, copy: int) -> slice:
        """The places at which a value would be held in addition, if this copy were not made."""
        before = self.before[copy]
        last = self.last[before]
        over = last > before and self.order[before] in self.takes.over[self.order[last]]
        return slice(last if over else last + 1, copy)

    def join(self, copy: int) -> None:
        """Read the copy before this one instead."""
        before = self.before[copy]
        self.held[self.gap(copy)] += self.size(copy)
        for place in self.readers[copy]:
            self.sources[place] = [before if source == copy else source for source in self.sources[place]]
        self.readers[before] += self.readers[copy]
        self.last[before] = self.last[copy]
        if copy in self.given:
            self.given.add(before)
        self.leave_out(copy)

    def leave_out(self, copy: int) -> None:
        """Do not make a copy, nor those that were made for it only."""
        open_ = [copy]
        while open_:
            copy = open_.pop()
            self.gone[copy] = True
            before, after = self.before[copy], self.after[copy]
            if before >= 0:
                self.after[before] = after
            if after >= 0:
                self.before[after] = before
            for source in self.sources[copy]:
                self.readers[source].remove(copy)
                if self.last[source] == copy:
                    self.last[source] = self.until(source)
                    self.held[self.last[source] + 1 : copy + 1] -= self.size(source)
                if not self.readers[source] and source not in self.given and not self.gone[source]:
                    self.held[source] -= self.size(source)
                    open_.append(source)
