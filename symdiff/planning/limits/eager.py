"""Steps taken as soon as they free memory: sums term by term, products once their factors are there."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.planning.limits.lineage import reads_of, users_of
from symdiff.planning.steps import VIEWS, Step, owners

__all__ = ["eager"]

LONG = 2  # additions that follow in a sum, from which on it is begun at once
SMALL = 4  # times as much as a step makes, from which on reading it is a reason to be early
LAZY = VIEWS | {"concatenate", "fill"}  # kinds of steps that are not taken before they are needed


def eager(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The same steps, where those that make little of what they read come right after it."""
    order = _Order(steps, _soon(steps, outputs)).run()
    new = {register: place for place, register in enumerate(order)}
    return [steps[k].moved(new) for k in order], [new[register] for register in outputs]


class _Order:
    """Goes through the steps in order, and takes those that may be early once all is there for them."""

    def __init__(self, steps: Sequence[Step], soon: Sequence[bool]) -> None:
        self.steps = steps
        self.soon = soon
        self.needs = [tuple(dict.fromkeys(a for a in s.arguments if isinstance(a, int))) for s in steps]
        self.users = users_of(self.needs)
        self.missing = [len(needed) for needed in self.needs]
        self.ready = [False] * len(steps)  # could be taken
        self.taken = [False] * len(steps)
        self.order: list[int] = []
        self.seen = 0  # how much of the order has been told to its users

    def run(self) -> list[int]:
        """The registers in their new order, inputs first."""
        inputs = [k for k, step in enumerate(self.steps) if step.kind == "input"]
        for k in inputs:
            self.take(k)
        for k in range(len(self.steps)):
            waiting = [k]
            while waiting:
                self.take(waiting.pop())
                waiting += reversed(self.newly_ready())
        return self.order

    def take(self, k: int) -> None:
        """Take a step, after those that it needs and that were put off."""
        open_ = [k]
        while open_:
            place = open_[-1]
            late = [needed for needed in self.needs[place] if not self.taken[needed]]
            open_ += late
            if not late:
                open_.pop()
                if not self.taken[place]:
                    self.taken[place] = True
                    self.order.append(place)

    def newly_ready(self) -> list[int]:
        """Steps that may come at once, after what has been taken just now."""
        found: list[int] = []
        open_ = self.order[self.seen :]
        self.seen = len(self.order)
        while open_:
            k = open_.pop()
            if self.ready[k]:
                continue
            self.ready[k] = True
            for user in self.users[k]:
                self.missing[user] -= 1
                if self.missing[user]:
                    continue
                if self.steps[user].kind in LAZY:
                    open_.append(user)
                elif self.soon[user]:
                    found.append(user)
        return sorted(found)


def _soon(steps: Sequence[Step], outputs: Sequence[int]) -> list[bool]:
    """For each step, whether it makes little: less than it frees, or reads, or a part of a long sum."""
    roots = owners(steps)
    reads = reads_of(steps, roots)
    users = users_of(reads)
    given = {roots[register] for register in outputs}
    found = []
    for k, step in enumerate(steps):
        freed = sum(steps[root].bytes for root in reads[k] if len(users[root]) == 1 and root not in given)
        read = sum(steps[root].bytes for root in reads[k])
        found.append(step.kind not in LAZY and 0 < step.bytes <= max(freed, read // SMALL))
    lengths = [0] * len(steps)  # of the sum that goes on from a step
    for k in reversed(range(len(steps))):
        (after, *others) = users[k] or [k, k]
        if _adds(steps[k]) and not others and _adds(steps[after]) and steps[after].shape == steps[k].shape:
            lengths[k] = lengths[after] + 1
        found[k] |= lengths[k] >= LONG
    return found


def _adds(step: Step) -> bool:
    """Whether a step is a sum, or a difference, of entries."""
    return step.kind == "entries" and step.settings[0] in ("add", "subtract")
