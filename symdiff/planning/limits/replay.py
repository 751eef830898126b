"""The steps of a program, run by a schedule: what is needed and not held any more is made again.

The second half is run once, in its order. Of the first half, only what a move needs is run, so that a
schedule decides how much is run and held, but never what comes out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable

from symdiff.planning.limits.chains import Chain
from symdiff.planning.limits.gathering import gathered
from symdiff.planning.limits.schedules import Advance, Leaf, Move
from symdiff.planning.limits.tape import Tape
from symdiff.planning.steps import Step, pruned

__all__ = ["replayed"]

TOO_LONG = 64  # times as many steps as before, at which a schedule is given up


def replayed(chain: Chain, moves: Iterable[Move]) -> tuple[list[Step], list[int]] | None:
    """The steps that these moves take, and the outputs' registers; None if they are too many."""
    replay = _Replay(chain)
    for move in moves:
        if isinstance(move, Advance):
            replay.advance(move)
        else:
            replay.reverse(move)
        if len(replay.steps) > TOO_LONG * len(chain.flow.steps):
            return None
    return gathered(*pruned(replay.steps, replay.finish()))


class _Replay(Tape):
    """What is held is where the tape says; what is let go is not there any more."""

    def __init__(self, chain: Chain) -> None:
        super().__init__(chain.flow)
        self.chain = chain
        self.recent: list[int] = []  # roots of the first half that are held for now, oldest first
        self.place = chain.turn  # how far the second half has come

    def advance(self, move: Advance) -> None:
        """Hold the state at a cut, as far as cells up to the end of the move need it."""
        chain = self.chain
        place, end = (
            chain.starts[move.stop],
            chain.starts[move.end] if move.end < len(chain.starts) else chain.turn,
        )
        last = chain.lasts[move.stop]
        wanted = [
            root
            for root in chain.state(place)
            if _reads_between(chain.flow.users[root], place, end)
            or _reads_between(chain.flow.users[root], self.place, last)
        ]
        self.make([*wanted, *self.once(chain.starts[move.start], place)])

    def reverse(self, move: Leaf) -> None:
        """Make what the second half needs from here on, run it as far as it goes, and let all go."""
        chain = self.chain
        place, stop = chain.starts[move.start], max(chain.lasts[move.start], self.place)
        end = chain.starts[move.stop] if move.stop < len(chain.starts) else chain.turn
        ahead = range(self.place, stop)
        wanted = {root for k in ahead for root in chain.flow.reads[k] if root < chain.turn}
        self.make([*sorted(wanted), *self.once(place, end)])
        for k in ahead:
            if chain.flow.steps[k].computes:
                self.run(k)
        self.place = stop
        while self.recent and self.recent[-1] >= place:
            self.now.pop(self.recent.pop())

    def once(self, start: int, stop: int) -> list[int]:
        """What is made there, and held to the end."""
        return [k for k in sorted(self.chain.held) if start <= k < stop]

    def make(self, wanted: Iterable[int]) -> None:
        """Run the steps that lead from what is held to the roots that are *wanted*; hold only these."""
        chain, now = self.chain, self.now
        keep = {root for root in wanted if root not in now}
        found, open_ = set(keep), list(keep)
        while open_:
            for root in chain.flow.reads[open_.pop()]:
                if root not in now and root not in found:
                    found.add(root)
                    open_.append(root)
        order = sorted(found)
        for k in order:
            self.run(k)
        for k in order:
            if k in chain.held:
                continue
            if k in keep:
                self.recent.append(k)
            else:
                del now[k]
        self.recent.sort()

    def finish(self) -> list[int]:
        """The outputs' registers, once all steps are done."""
        chain = self.chain
        for k in range(self.place, len(chain.flow.steps)):
            if chain.flow.steps[k].computes:
                self.make(chain.flow.reads[k])
                self.run(k)
        self.make([chain.flow.roots[register] for register in chain.flow.outputs])
        return self.outputs()


def _reads_between(users: list[int], start: int, stop: int) -> bool:
    """Whether one of the *users* comes at *start* or later, but before *stop*."""
    place = bisect_left(users, start)
    return place < len(users) and users[place] < stop
