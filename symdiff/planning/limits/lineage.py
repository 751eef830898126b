"""Who reads which array, and what is held when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from symdiff.planning.steps import GIVEN, VIEWS, Step, owners

__all__ = ["Flow", "held_at_peak", "held_bytes", "live_bytes", "reads_of", "users_of"]


def reads_of(steps: Sequence[Step], roots: Sequence[int]) -> list[tuple[int, ...]]:
    """For each step, the roots of the arrays of the program's own that it reads; views read none."""
    return [
        ()
        if step.kind in VIEWS
        else tuple(
            dict.fromkeys(
                [roots[a] for a in step.arguments if isinstance(a, int) and steps[roots[a]].kind not in GIVEN]
            )
        )
        for step in steps
    ]


def users_of(reads: Sequence[tuple[int, ...]]) -> list[list[int]]:
    """For each root, the steps that read it, in order."""
    users: list[list[int]] = [[] for _ in reads]
    for k, needed in enumerate(reads):
        for root in needed:
            users[root].append(k)
    return users


def live_bytes(steps: Sequence[Step], users: Sequence[list[int]], outputs: set[int]) -> list[int]:
    """The bytes that stay needed after each step, inputs and constants aside.

    *outputs* are the roots of what the program returns, which are needed to its end.
    """
    freed = [0] * len(steps)
    for root, places in enumerate(users):
        if places and root not in outputs:
            freed[places[-1]] += steps[root].bytes
    held, found = 0, []
    for k, step in enumerate(steps):
        used = users[k] or k in outputs
        held += (step.bytes if used and step.kind not in GIVEN else 0) - freed[k]
        found.append(held)
    return found


def held_bytes(steps: Sequence[Step], outputs: Sequence[int]) -> list[int]:
    """The bytes that are needed while each step runs, inputs and constants aside."""
    roots = owners(steps)
    live = live_bytes(steps, users_of(reads_of(steps, roots)), {roots[register] for register in outputs})
    made = [0 if step.kind in GIVEN else step.bytes for step in steps]
    return [before + own for before, own in zip([0, *live], made, strict=False)]


def held_at_peak(steps: Sequence[Step], outputs: Sequence[int]) -> list[tuple[int, int]]:
    """The roots that are held once most bytes are, and their last readers, or the number of steps."""
    roots = owners(steps)
    users = users_of(reads_of(steps, roots))
    given = {roots[register] for register in outputs}
    live = live_bytes(steps, users, given)
    place = max(range(len(steps)), key=live.__getitem__)
    last = [len(steps) if k in given else places[-1] if places else -1 for k, places in enumerate(users)]
    return [(k, last[k]) for k in range(place + 1) if last[k] > place and steps[k].kind not in GIVEN]


class Flow(NamedTuple):
    """The steps of a program and who reads what.

    Attributes
    ----------
    roots, reads, users : list
        For each register whose memory it shows, which roots its step reads, and which steps read it.
    given : set
        The roots of the outputs.
    live : list of int
        The bytes that stay needed after each step.
    """

    steps: Sequence[Step]
    outputs: Sequence[int]
    roots: list[int]
    reads: list[tuple[int, ...]]
    users: list[list[int]]
    given: set[int]
    live: list[int]

    @classmethod
    def of(cls, steps: Sequence[Step], outputs: Sequence[int]) -> Flow:
        """All of it."""
        roots = owners(steps)
        reads = reads_of(steps, roots)
        users = users_of(reads)
        given = {roots[register] for register in outputs}
        return cls(steps, outputs, roots, reads, users, given, live_bytes(steps, users, given))
