"""The steps of a program, run by a schedule: what is needed and not held any more is made again.

The second half is run once, in its order. Of the first half, only what a move needs is run, so that a
schedule decides how much is run and held, but never what comes out.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from symdiff.planning.chains import Chain
from symdiff.planning.lineage import GIVEN
from symdiff.planning.schedules import Advance, Leaf, Move
from symdiff.planning.steps import VIEWS, Argument, Step, owners, pruned

__all__ = ["replayed"]

LONG_AGO = 4  # times the age of most parts of a concatenation
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
    return _apart(*pruned(replay.steps, replay.finish()))


class _Replay:
    """The steps so far, and where the values of the program are now."""

    def __init__(self, chain: Chain) -> None:
        self.chain = chain
        self.steps: list[Step] = []
        self.now: dict[int, int] = {}  # roots that are held, and their registers
        self.views: dict[tuple[int, int], int] = {}  # a view of a register
        self.recent: list[int] = []  # roots of the first half that are held for now, oldest first
        self.place = chain.turn  # how far the second half has come
        for k, step in enumerate(chain.flow.steps):
            if step.kind in GIVEN:
                self.now[k] = self.take(step, ())

    def take(self, step: Step, arguments: tuple[Argument, ...]) -> int:
        """A register for what *step* makes of these arguments."""
        if arguments != step.arguments:
            step = Step(
                step.kind, arguments, step.settings, step.shape, step.dtype, step.flops, step.operation
            )
        self.steps.append(step)
        return len(self.steps) - 1

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
            if chain.flow.steps[k].kind not in VIEWS and chain.flow.steps[k].kind not in GIVEN:
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

    def run(self, k: int) -> None:
        """Take step *k*, whose arguments are held."""
        step = self.chain.flow.steps[k]
        self.now[k] = self.take(step, tuple([self.argument(a) for a in step.arguments]))

    def argument(self, argument: Argument) -> Argument:
        """The register of a value that is held, or a number."""
        return self.shown(argument) if isinstance(argument, int) else argument

    def shown(self, argument: int) -> int:
        """The register of a value that is held, or of a view of it."""
        chain, path = self.chain, []
        base = self.now[chain.flow.roots[argument]]
        while argument != chain.flow.roots[argument] and (argument, base) not in self.views:
            path.append(argument)
            argument = chain.flow.steps[argument].arguments[0]  # type: ignore[assignment]
        register = self.views.get((argument, base), base)
        for view in reversed(path):
            step = chain.flow.steps[view]
            others = [self.waited(a) for a in step.arguments[1:]]
            register = self.take(step, (register, *[a for a in others if a is not None]))
            self.views[view, base] = register
        return register

    def waited(self, argument: Argument) -> Argument | None:
        """What a view waits for, unless that has been there and gone."""
        if isinstance(argument, int) and self.chain.flow.roots[argument] not in self.now:
            return None
        return self.argument(argument)

    def finish(self) -> list[int]:
        """The outputs' registers, once all steps are done."""
        chain = self.chain
        for k in range(self.place, len(chain.flow.steps)):
            if chain.flow.steps[k].kind not in VIEWS and chain.flow.steps[k].kind not in GIVEN:
                self.make(chain.flow.reads[k])
                self.run(k)
        self.make([chain.flow.roots[register] for register in chain.flow.outputs])
        return [self.shown(register) for register in chain.flow.outputs]


def _reads_between(users: list[int], start: int, stop: int) -> bool:
    """Whether one of the *users* comes at *start* or later, but before *stop*."""
    place = bisect_left(users, start)
    return place < len(users) and users[place] < stop


def _apart(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps, where what is concatenated long after it was made is copied first.

    A concatenation takes its memory once the first of its parts is made, so that a state that is held would
    hold all of it.
    """
    roots = owners(steps)
    made: list[Step] = []
    new: list[int] = []
    for k, step in enumerate(steps):
        arguments = [a if not isinstance(a, int) else new[a] for a in step.arguments]
        if step.kind == "concatenate":
            ages = [k - roots[a] if isinstance(a, int) else 0 for a in step.arguments]
            old = LONG_AGO * sorted(ages)[len(ages) // 2]
            for place, age in enumerate(ages):
                part = arguments[place]
                if age > old and isinstance(part, int):
                    made.append(Step("copy", (part,), (), made[part].shape, made[part].dtype))
                    arguments[place] = len(made) - 1
        moved = tuple(arguments)
        made.append(step if moved == step.arguments else step._replace(arguments=moved))
        new.append(len(made) - 1)
    return made, [new[register] for register in outputs]
