"""Which schedules a chain may be run by: how much each runs again, and an estimate of what it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from symdiff.planning.limits.chains import Chain
from symdiff.planning.limits.schedules import Advance, Budgets, Leaf, Move, binomial, forwards

__all__ = ["Choice", "choices_of"]

LEVELS = 96  # of bytes, in which budgets for unlike cells are counted
CELLS = 96  # to which longer chains are joined before budgets are tried
DEAREST = 40  # times the work of the first half, beyond which no schedule is tried

Array = np.ndarray[Any, np.dtype[Any]]


class Choice(NamedTuple):
    """A schedule: what it runs again, an estimate of the bytes it holds, its family, and its moves."""

    work: float
    bytes: int
    family: int
    moves: Callable[[], Iterator[Move]]


def choices_of(chain: Chain, limit: int) -> list[Choice]:
    """Schedules of all kinds: equal cells of one or more cuts, and unlike ones by their bytes."""
    count = len(chain.starts)
    found: list[Choice] = []
    lengths = sorted({-(-count // groups) for groups in _spread(count, 8)})  # equal for many numbers
    for length in lengths:
        found += _binomials(chain, _marks(count, length))
    return found + _budgeted(chain, _marks(count, -(-count // CELLS)), limit)


def _spread(most: int, share: int) -> list[int]:
    """Numbers from 1 to *most*, each above the one before by one *share* of it, or by 1."""
    found, number = [], 1
    while number < most:
        found.append(number)
        number += max(number // share, 1)
    return [*found, most]


def _marks(count: int, length: int) -> list[int]:
    """The first cells of groups of *length*, of which the first may be shorter."""
    return [0, *range((count - 1) % length + 1, count, length)]


def _binomials(chain: Chain, marks: list[int]) -> list[Choice]:
    """Schedules for groups of cells taken to be alike, with any number of states."""
    groups, ends = len(marks), [*marks, len(chain.starts)]
    each = chain.work[chain.turn] / groups
    leaves = [chain.leaf(a, b) for a, b in pairwise(ends)]
    again = sum(leaf.work for leaf in leaves)
    largest = max(leaf.bytes for leaf in leaves)
    sizes = [chain.state_bytes[mark] for mark in marks]
    state = sum(sizes) / max(groups - 1, 1)
    found = []
    for states in _spread(groups, 32):
        work = forwards(groups, states) * each + again
        if work <= DEAREST * chain.work[chain.turn]:
            size = int((states - 1) * state) + largest
            found.append(Choice(work, size, groups, partial(_binomial, ends, states, sizes)))
    return found


def _budgeted(chain: Chain, marks: list[int], limit: int) -> list[Choice]:
    """Schedules for groups of cells as they are, with the least work for budgets up to the limit."""
    ends, level = [*marks, len(chain.starts)], max(-(-limit // LEVELS), 1)
    states = -(-np.array([chain.state_bytes[mark] for mark in marks]) // level)
    again, kept = np.zeros((2, len(marks), len(ends)), np.int64)
    for b in range(1, len(ends)):
        for a in range(b):
            again[a, b], kept[a, b] = chain.leaf(ends[a], ends[b])
    work = [chain.work[chain.starts[mark]] for mark in marks]
    budgets = Budgets(work, states, again, -(-kept // level), LEVELS)
    found, previous = [], np.inf
    for budget in range(LEVELS + 1):
        cost = float(budgets.cost[0, len(marks), budget])
        if cost < previous and cost <= DEAREST * chain.work[chain.turn]:
            found.append(Choice(cost, budget * level, 0, partial(_within, ends, budgets, budget)))
            previous = cost
    return found


def _binomial(ends: list[int], states: int, sizes: list[int]) -> Iterator[Move]:
    """The moves of groups of cells, each as good as any other."""
    return _of_cells(binomial(len(sizes), states, sizes.__getitem__), ends)


def _within(ends: list[int], budgets: Budgets, budget: int) -> Iterator[Move]:
    """The moves of groups of cells that differ."""
    return _of_cells(budgets.moves(budget), ends)


def _of_cells(moves: Iterable[Move], ends: list[int]) -> Iterator[Move]:
    """Moves of groups as moves of cells; *ends* are their first cells, and the number of all."""
    for move in moves:
        yield (
            Advance(*(ends[k] for k in move)) if isinstance(move, Advance) else Leaf(*(ends[k] for k in move))
        )
