"""A program run within a budget: what costs least to make again, for its bytes and its wait, is let go.

The steps are gone through in order. Before a step runs, what it reads and is not there is made again, from
what is there; where room is short, values are let go, those first whose score is least:

    score = work to make it again / (bytes x steps until it is needed ** patience)

as in Kirisame et al., "Dynamic tensor rematerialization" (ICLR 2021), except that it is known here when a
value is needed next, which is also when a value is needed again that can only be made from it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

from symdiff.planning.limits.footprint import Footprint

__all__ = ["RUNS", "Way", "evicting"]

REACH = 100  # values up to which the work to make one again is summed up
RUNS = 6  # times as many runs of steps as there are steps, at which a budget is given up
DEPTH = 3000  # of values made again for values made again, at which it is, too
NEVER = 1 << 60


class Way(NamedTuple):
    """How values are chosen: *patience* for their wait, and whether all that is missing is made in order."""

    patience: float
    in_order: bool


class _TooLittleError(Exception):
    """The budget is not enough."""


def evicting(takes: Footprint, budget: int, way: Way) -> list[int] | None:
    """The steps to run, some of them again, so that about *budget* bytes are held; None if it is too few."""
    run = _Run(takes, budget - takes.fixed, way)
    try:
        return run.all()
    except _TooLittleError:
        return None


@dataclass(slots=True)
class _Frame:
    """A step to run, the steps to run before it, last ones first, and those of its reads that they made."""

    target: int
    before: list[int] = field(default_factory=list)
    made: list[int] = field(default_factory=list)
    rounds: int = 0


class _Run:
    """What is there, what is needed when, and what has been run."""

    def __init__(self, takes: Footprint, room: int, way: Way) -> None:
        flow = takes.flow
        count = len(flow.steps)
        self.takes = takes
        self.reads, self.users = flow.reads, flow.users
        self.way = way
        self.room = room
        self.place = 0  # the step of the program that has been reached
        self.end = count
        self.order: list[int] = []
        self.there = [False] * count
        self.known = [False] * count  # has been there
        self.pinned = [0] * count  # by how many steps that run next
        self.awaited = [0] * count  # by how many steps that run soon
        self.wanted = [NEVER] * count  # when something that is not there, and is made from it, is needed
        self.frames: list[_Frame] = []
        self.heap: list[tuple[float, int, int]] = []  # scores, which may have risen since
        self.stamp = [0] * count  # which entry of the heap is a value's newest

    def all(self) -> list[int]:
        """Run everything; the outputs are there in the end."""
        for k in self.takes.tasks:
            self.place = k
            self.make(k)
        self.place = self.end
        outputs = [root for root in sorted(self.takes.flow.given) if self.known[root]]
        for root in outputs:
            self.pinned[root] += self.there[root]
        for root in outputs:
            if not self.there[root]:
                self.make(root)
                self.pinned[root] += 1
        return self.order

    # --- what is needed when --------------------------------------------------------------------------

    def next_use(self, root: int) -> int:
        """The step of the program that reads a root next."""
        users = self.users[root]
        k = bisect_right(users, self.place)
        if k < len(users):
            return users[k]
        return self.end if root in self.takes.flow.given else NEVER

    def need(self, root: int) -> int:
        """When a root is needed next, itself or for what is made from it and is not there."""
        if self.wanted[root] <= self.place:
            times = [
                min(self.next_use(user), self.wanted[user] if self.wanted[user] > self.place else NEVER)
                for user in self.users[root][: bisect_right(self.users[root], self.place)]
                if self.known[user] and not self.there[user]
            ]
            self.wanted[root] = min(times, default=NEVER)
        return min(self.wanted[root], self.next_use(root))

    def cost(self, root: int) -> int:
        """The work to make a root again."""
        found, open_, work = {root}, [root], self.takes.work
        total = work[root]
        while open_ and len(found) < REACH:
            for read in self.reads[open_.pop()]:
                if not self.there[read] and read not in found:
                    found.add(read)
                    open_.append(read)
                    total += work[read]
        return total

    def score(self, root: int) -> float:
        """How much it matters to hold a root."""
        need = self.need(root)
        if need == NEVER:
            return 0.0
        wait = max(need - self.place, 1) ** self.way.patience
        return float(self.cost(root) / (self.takes.sizes[root] * wait))

    # --- letting go -----------------------------------------------------------------------------------

    def offer(self, root: int) -> None:
        """Let a root be chosen, with its score as of now."""
        if self.there[root] and self.takes.sizes[root]:
            self.stamp[root] += 1
            heappush(self.heap, (self.score(root), root, self.stamp[root]))

    def drop(self, root: int) -> None:
        """Let a root go."""
        self.there[root] = False
        self.room += self.takes.sizes[root]
        self.stamp[root] += 1

    def evict(self, root: int) -> None:
        """Let a root go that is needed later, and with it all that it will be made from."""
        need = self.need(root)
        self.drop(root)
        if need == NEVER:
            return
        self.wanted[root] = need
        open_ = [root]
        while open_:
            for read in self.reads[open_.pop()]:
                if not self.place < self.wanted[read] <= need:
                    self.wanted[read] = need
                    if not self.there[read]:
                        open_.append(read)

    def make_room(self, size: int) -> bool:
        """Let values go until there is room for *size* bytes; those that are needed soon only if need be."""
        aside: list[tuple[float, int, int]] = []
        soon: list[tuple[float, int, int]] = []
        while self.room < size and self.heap:
            score, root, stamp = heappop(self.heap)
            if stamp != self.stamp[root]:
                continue
            if self.pinned[root] or self.awaited[root]:
                (aside if self.pinned[root] else soon).append((score, root, stamp))
                continue
            now = self.score(root)
            if self.heap and now > self.heap[0][0] and now > score:
                heappush(self.heap, (now, root, stamp))
            else:
                self.evict(root)
        if self.room < size and soon:
            turns = self.turns()
            for root in sorted({root for _, root, _ in soon}, key=turns.__getitem__, reverse=True):
                if self.room < size:
                    self.evict(root)
        for entry in (*aside, *soon):
            heappush(self.heap, entry)
        return self.room >= size

    def turns(self) -> dict[int, int]:
        """When values that are needed soon are read first."""
        coming = [k for frame in reversed(self.frames) for k in (*reversed(frame.before), frame.target)]
        first: dict[int, int] = {}
        for turn, k in enumerate(coming):
            for root in self.reads[k]:
                first.setdefault(root, turn)
        return first

    # --- running --------------------------------------------------------------------------------------

    def make(self, k: int) -> None:
        """Run step *k*, after all that it takes."""
        frames = self.frames = [_Frame(k)]
        self.await_reads([k])
        while frames:
            frame = frames[-1]
            if frame.before:
                before = frame.before.pop()
                if self.there[before]:
                    self.await_reads([before], -1)
                else:
                    frames.append(_Frame(before))
                continue
            missing = [root for root in self.reads[frame.target] if not self.there[root]]
            if missing:
                frame.before = (
                    self.leading_to(missing) if self.way.in_order else [max(missing, key=self.cost)]
                )
                self.await_reads(frame.before)
                frame.rounds += 1
            else:
                frames.pop()
                self.run(frame, frames[-1] if frames else None)
            if len(frames) > DEPTH:
                raise _TooLittleError

    def await_reads(self, steps: Iterable[int], times: int = 1) -> None:
        """Count what *steps* read as needed soon."""
        for k in steps:
            for root in self.reads[k]:
                self.awaited[root] += times

    def leading_to(self, missing: list[int]) -> list[int]:
        """All steps to run for what is missing, last ones first."""
        found, open_ = set(missing), list(missing)
        while open_:
            for root in self.reads[open_.pop()]:
                if not self.there[root] and root not in found:
                    found.add(root)
                    open_.append(root)
        return sorted(found, reverse=True)

    def run(self, frame: _Frame, outer: _Frame | None) -> None:
        """Run a step, what it reads being there."""
        k = frame.target
        self.await_reads([k], -1)
        for root in frame.made:
            self.pinned[root] -= 1
        self.take(k)
        if outer is not None and outer.rounds > 1 and k in self.reads[outer.target]:
            self.pinned[k] += 1
            outer.made.append(k)
        if outer is None and self.need(k) == NEVER:
            self.drop(k)
        self.offer(k)
        for root in (*self.reads[k], *self.users[k][: bisect_right(self.users[k], self.place)]):
            self.offer(root)

    def take(self, k: int) -> None:
        """Find room for the result of step *k*, over what it reads if that is all there is."""
        takes, reads = self.takes, self.reads[k]
        free = [root for root in reads if not self.pinned[root]]
        dead = [root for root in free if not self.awaited[root] and self.need(root) == NEVER]
        size = takes.sizes[k] + takes.scratch[k]
        for root in reads:
            self.pinned[root] += 1
        fits = self.make_room(size - takes.freed(k, dead))
        for root in reads:
            self.pinned[root] -= 1
        if not fits:
            if self.room < size - takes.freed(k, free):
                raise _TooLittleError
            over = [root for root in takes.over[k] if root in free]
            for root in over if takes.joins[k] else over[:1]:
                if root not in dead:
                    self.evict(root)
        for root in dead:
            self.drop(root)
        self.order.append(k)
        self.known[k] = self.there[k] = True
        self.room -= takes.sizes[k]
        if len(self.order) > RUNS * len(takes.tasks):
            raise _TooLittleError
