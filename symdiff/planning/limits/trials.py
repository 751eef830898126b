"""Programs of any shape within a limit: run with several budgets, in several ways, and measured.

A budget counts what is held as far as that is known before places are given out; how much is needed indeed is
found out for each trial.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from math import inf

import numpy as np

from symdiff.planning.limits.eviction import RUNS, Way, evicting
from symdiff.planning.limits.footprint import Footprint
from symdiff.planning.limits.lineage import Flow
from symdiff.planning.limits.measure import Measure, Steps
from symdiff.planning.limits.tape import played
from symdiff.planning.limits.trimming import estimated_peak, trimmed

__all__ = ["Trials"]

WAYS = (Way(0.5, True), Way(0.5, False), Way(1.0, True), Way(0.25, False), Way(0.25, True), Way(1.0, False))
BUDGETS = 32  # of which those are tried that may fit
FINER = 3  # times that the least one is halved further
FEW = 4  # least budgets that are measured whatever the limit is
EFFORT = 50_000  # steps run, after which no other way is tried
SLACK = 1.15  # times the limit up to which budgets are tried
PROMISING = 2  # ways after which no other is tried if none of them was better than what is there
USELESS = 4  # trials that follow each other and find nothing better, from which on smaller ones will not


class Trials:
    """Ways to run a program, and budgets for it.

    Parameters
    ----------
    flows : sequence of Flow
        The program, with its steps in one order or another.
    natural : int
        The bytes that it needs when everything is computed once.
    """

    def __init__(self, flows: Sequence[Flow], natural: int) -> None:
        kinds = [[Footprint(flow, gathers) for flow in flows] for gathers in (True, False)]
        self.kinds = kinds if any(kinds[0][0].joins) else kinds[:1]
        self.most = max(natural, *(estimated_peak(takes, takes.tasks) for takes in kinds[0]))
        self.share = self.most / max(natural, 1)  # of an estimate in what is needed
        self.spent = 0

    def ways(self) -> Iterator[tuple[Footprint, Way]]:
        """Ways to run the program, as long as that does not take too long."""
        self.spent = 0
        for kind, way in product(self.kinds, WAYS):
            for takes in kind:
                if self.spent < EFFORT:
                    yield takes, way

    def budgets(self, takes: Footprint) -> list[int]:
        """Budgets from all that a program needs to what some step needs, in equal ratios."""
        least = min(max(takes.least, 1), self.most)
        return [int(size) for size in np.geomspace(self.most, least, BUDGETS)]

    def order(self, takes: Footprint, way: Way, budget: int) -> list[int] | None:
        """The steps to run with a budget, if it is enough."""
        order = evicting(takes, budget, way)
        self.spent += RUNS * len(takes.tasks) if order is None else len(order)
        return None if order is None else trimmed(takes, order, budget)

    def within(self, measure: Measure, flops: float) -> Steps | None:
        """The steps that take the fewest flops within the limit, if these are fewer than *flops*."""
        best = None
        for number, (takes, way) in enumerate(self.ways()):
            if number == PROMISING and best is None and flops < inf:
                break
            useless = 0
            for budget in self.budgets(takes):
                if budget > SLACK * self.share * measure.limit or useless == USELESS:
                    continue
                order = self.order(takes, way, budget)
                useless += 1
                if order is not None and _flops(takes, order) < flops:
                    useless = 0
                    made = played(takes.flow, order)
                    if measure.peak(*made) <= measure.limit:
                        best, flops = made, _flops(takes, order)
        return best

    def least(self) -> Iterator[Steps]:
        """Steps for the least budgets of each way, which are the same for every limit."""
        for takes, way in self.ways():
            budgets = self.budgets(takes)
            low, high = -1, len(budgets) - 1  # the last budget that is enough, and the last one
            while low < high:
                middle = (low + high + 1) // 2
                if self.order(takes, way, budgets[middle]) is None:
                    high = middle - 1
                else:
                    low = middle
            for budget in self.near(takes, way, budgets, low):
                order = self.order(takes, way, budget)
                if order is not None:
                    yield played(takes.flow, order)

    def near(self, takes: Footprint, way: Way, budgets: list[int], place: int) -> list[int]:
        """The budget at a place, some before it, and smaller ones that are enough."""
        found = budgets[max(place - FEW, 0) : place + 1]
        if 0 <= place < len(budgets) - 1:
            high, low = budgets[place : place + 2]
            for _ in range(FINER):
                middle = (low + high) // 2
                if self.order(takes, way, middle) is None:
                    low = middle
                else:
                    high = middle
                    found.append(middle)
        return found


def _flops(takes: Footprint, order: Iterable[int]) -> int:
    """The flops of steps that are run."""
    return sum(takes.flow.steps[k].flops for k in order)
