"""In which order the cells of a chain are run, some of them again, when few of their states are held.

A schedule is a list of moves: to *advance* from one cut to another and hold the state there, and to run the
cells of a *leaf* once more, keeping what the second half needs of them, which is then done as far as they go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import comb
from typing import Any, NamedTuple, TypeAlias

import numpy as np

__all__ = ["Advance", "Budgets", "Leaf", "Move", "binomial", "forwards"]

Array = np.ndarray[Any, np.dtype[Any]]


class Advance(NamedTuple):
    """From the state at cut *start* to that at cut *stop*, as far as the cells before *end* need it."""

    start: int
    stop: int
    end: int


class Leaf(NamedTuple):
    """The second half of the cells from *start* to before *stop*."""

    start: int
    stop: int


Move: TypeAlias = Advance | Leaf


def forwards(length: int, states: int) -> int:
    """The fewest cells run to reverse a chain of equal cells.

    t(l, s) = r l - C(s + r, r - 1), where r is the least number with C(s + r, s) >= l: Griewank and Walther,
    "Algorithm 799: revolve", ACM Transactions on Mathematical Software 26 (2000) 19-45.

    Parameters
    ----------
    length : int
        The number of cells, l.
    states : int
        The states that may be held at once, s, that before the first cell among them.

    Examples
    --------
    >>> forwards(1000, 10), forwards(10, 10), forwards(4, 1)
    (3636, 9, 6)
    """
    rounds = _rounds(length, states)
    return rounds * length - comb(states + rounds, rounds - 1) if rounds else 0


def _rounds(length: int, states: int) -> int:
    """How often a cell is run at most, by the best schedule."""
    rounds = 0
    while comb(states + rounds, states) < length:
        rounds += 1
    return rounds


def binomial(length: int, states: int, size: Callable[[int], float] = lambda _: 0) -> Iterator[Move]:
    """The moves that reverse *length* cells with the fewest of them run again.

    Where several cuts are equally good for cells of equal work, the one of least *size* is taken.
    """
    open_ = [(0, length, states)]
    while open_:
        start, end, free = open_.pop()
        if end - start == 1:
            yield Leaf(start, end)
        elif free == 1:
            for cell in reversed(range(start, end)):
                if cell > start:
                    yield Advance(start, cell, cell + 1)
                yield Leaf(cell, cell + 1)
        else:
            middle = start + min(_splits(end - start, free), key=lambda k: size(start + k))
            yield Advance(start, middle, end)
            open_ += [(start, middle, free), (middle, end, free - 1)]


def _splits(length: int, states: int) -> Sequence[int]:
    """The lengths of first parts with which a chain of equal cells takes the fewest forward runs."""
    rounds = _rounds(length, states)
    least = max(
        comb(states + rounds - 2, states) if rounds > 1 else 1, length - comb(states - 1 + rounds, rounds)
    )
    most = min(comb(states + rounds - 1, states), length - comb(states + rounds - 2, states - 1))
    return range(max(least, 1), max(most, least, 1) + 1)


class Budgets:
    """The best schedules of a chain whose cells are not alike, for all budgets of bytes at once.

    The cheapest way to reverse cells a to b is a leaf, if what it keeps fits, or the best middle m: advance
    to it, reverse m to b beside its state, and then a to m. Budgets are counted in *levels*.

    Parameters
    ----------
    work : sequence of int
        For each cell and the end, what all before it takes.
    states : array of int
        The levels that the state before each cell takes.
    again, kept : array of int
        ``again[a, b]`` is what a leaf of the cells a to b takes, and ``kept[a, b]`` the levels that it keeps.
    levels : int
        The largest budget.
    """

    def __init__(self, work: Sequence[int], states: Array, again: Array, kept: Array, levels: int) -> None:
        count = len(states)
        self.count = count
        self.states = states
        self.cost = np.full((count + 1, count + 1, levels + 1), np.inf)
        beside = np.full_like(self.cost, np.inf)  # the same where the state at the start is held as well
        self.middle = np.zeros(self.cost.shape, np.int16)
        budgets = np.arange(levels + 1)
        advanced = np.array(work[:count], float)
        for length in range(1, count + 1):
            for a in range(count - length + 1):
                b = a + length
                best = self.cost[a, b]
                if length > 1:
                    runs = advanced[a + 1 : b, None] - advanced[a]
                    sums = runs + beside[a + 1 : b, b] + self.cost[a, a + 1 : b]
                    places = sums.argmin(axis=0)
                    best[:] = sums[places, budgets]
                    self.middle[a, b] = places + a + 1
                leaf = (budgets >= kept[a, b]) & (again[a, b] <= best)
                best[leaf] = again[a, b]
                self.middle[a, b][leaf] = 0
                held = int(states[a])
                if held <= levels:
                    beside[a, b, held:] = best[: levels + 1 - held]

    def moves(self, budget: int) -> Iterator[Move]:
        """The moves of the best schedule within this many levels, if there is one."""
        open_ = [(0, self.count, budget)]
        while open_:
            a, b, free = open_.pop()
            middle = int(self.middle[a, b, free])
            if not middle:
                yield Leaf(a, b)
                continue
            yield Advance(a, middle, b)
            open_ += [(a, middle, free), (middle, b, free - int(self.states[middle]))]
