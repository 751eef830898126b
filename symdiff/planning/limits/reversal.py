"""Chains of cells within a limit: schedules are tried, cheapest first, until the steps that one takes fit."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.planning.limits.chains import Chain
from symdiff.planning.limits.choices import Choice, choices_of
from symdiff.planning.limits.measure import Measure, Steps
from symdiff.planning.limits.replay import replayed

__all__ = ["Reversal"]

TRIALS = 12  # schedules whose steps are made
LAST = 3  # schedules that are tried when all others need too much


class Reversal:
    """Tries schedules of a chain, with what it learns of how much more they hold than estimated."""

    def __init__(self, chain: Chain, measure: Measure) -> None:
        self.chain = chain
        self.measure = measure
        self.choices = choices_of(chain, measure.limit)
        self.choices.sort(key=lambda choice: (choice.work, choice.bytes))
        self.short: dict[int, int] = {}  # by how much the estimates of a family fell short
        self.usual = 0

    def within(self) -> Steps | None:
        """The cheapest steps that were found within the limit."""
        best, found = len(self.choices), None
        untried = set(range(best))
        for _ in range(TRIALS):
            k = next((k for k in range(best) if k in untried and self.may_fit(self.choices[k])), None)
            if k is None:
                break
            untried.remove(k)
            made = self.attempt(self.choices[k])
            if made is not None:
                best, found = k, made
        return found

    def may_fit(self, choice: Choice) -> bool:
        """Whether a schedule is expected to be within the limit."""
        return choice.bytes + self.short.get(choice.family, self.usual) <= self.measure.limit

    def attempt(self, choice: Choice) -> Steps | None:
        """The steps of a schedule, if they are within the limit."""
        made = replayed(self.chain, choice.moves())
        if made is None:
            return None
        need = self.measure.peak(*made)
        self.usual = self.short[choice.family] = need - choice.bytes
        return made if need <= self.measure.limit else None

    def least(self) -> Iterator[Steps]:
        """The steps of the schedules that hold least, which are the same for every limit."""
        equal = sorted((c for c in self.choices if c.family), key=lambda choice: (choice.bytes, choice.work))
        for choice in equal[:LAST]:
            made = replayed(self.chain, choice.moves())
            if made is not None:
                yield made
