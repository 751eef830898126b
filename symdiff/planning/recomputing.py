"""Programs within a memory limit: values that do not fit are computed again instead of kept.

The program is seen as a chain of cells (`planning.chains`). Schedules for it (`planning.schedules`) are
tried, cheapest first, until the steps that one takes (`planning.replay`) fit. Steps that are run again are
copies, so results are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from symdiff.errors import MemoryLimitError
from symdiff.planning.chains import Chain, chain_of
from symdiff.planning.choices import Choice, choices_of
from symdiff.planning.eager import eager
from symdiff.planning.lineage import held_at_peak
from symdiff.planning.replay import replayed
from symdiff.planning.steps import Step
from symdiff.quantities import bytes_text

__all__ = ["Peak", "recomputed"]

Steps: TypeAlias = tuple[list[Step], list[int]]  # with the registers of the outputs
Peak: TypeAlias = Callable[[Sequence[Step], Sequence[int]], int]
TRIALS = 12  # schedules whose steps are made
LAST = 3  # schedules that are tried when all others need too much


def recomputed(steps: Sequence[Step], outputs: Sequence[int], limit: int, peak: Peak) -> Steps:
    """Steps with the same results whose peak is at most *limit*.

    Parameters
    ----------
    steps, outputs : sequence of Step, sequence of int
        The program, and the registers that it returns.
    limit : int
        Bytes.
    peak : callable
        From steps and outputs to the bytes that they need.

    Raises
    ------
    MemoryLimitError
        If no schedule that was found is within the limit.
    """
    natural = peak(steps, outputs)
    if natural <= limit:
        return list(steps), list(outputs)
    early = eager(steps, outputs)
    search = _Search(limit, peak)
    if search.fits(early):
        return early
    chain = chain_of(*early)
    found = search.run(chain, choices_of(chain, limit)) if chain else None
    if found is None:
        raise _too_small(limit, natural, search)
    return found


def _too_small(limit: int, natural: int, search: _Search) -> MemoryLimitError:
    """The error that states what would do, and what is in the way."""
    smallest = min(natural, search.least)
    steps = search.tightest[0]
    largest = sorted((steps[k] for k, _ in held_at_peak(*search.tightest)), key=lambda step: -step.bytes)
    held = [step.result for step in largest[:3]]
    return MemoryLimitError(
        f"compile: memory_limit is {limit:,} bytes, but the program needs {natural:,} "
        f"({bytes_text(natural)}) when it computes everything once, and {smallest:,} "
        f"({bytes_text(smallest)}) when it keeps as little as is known how; then the largest arrays held at "
        f"once are {', '.join(held)}. The smallest limit is memory_limit={smallest}; smaller batches or "
        f"smaller arrays need less",
        limit,
        natural,
        smallest,
    )


class _Search:
    """Tries schedules, cheapest first, with what it learns of how much more they hold than estimated.

    Attributes
    ----------
    least : int
        The smallest peak of what is tried whatever the limit is.
    tightest : tuple
        The steps that have it.
    """

    def __init__(self, limit: int, peak: Peak) -> None:
        self.limit = limit
        self.peak = peak
        self.short: dict[int, int] = {}  # by how much the estimates of a family fell short
        self.usual = 0
        self.least = 0
        self.tightest: Steps = [], []

    def fits(self, made: Steps) -> bool:
        """Whether steps are within the limit, of those that are tried for all limits."""
        need = self.peak(*made)
        if need < self.least or not self.tightest[0]:
            self.least, self.tightest = need, made
        return need <= self.limit

    def run(self, chain: Chain, choices: list[Choice]) -> Steps | None:
        """The cheapest steps that were found within the limit."""
        choices.sort(key=lambda choice: (choice.work, choice.bytes))
        best, found = len(choices), None
        untried = set(range(best))
        for _ in range(TRIALS):
            k = next((k for k in range(best) if k in untried and self.may_fit(choices[k])), None)
            if k is None:
                break
            untried.remove(k)
            made = self.attempt(chain, choices[k])
            if made is not None:
                best, found = k, made
        return found or self.last_resort(chain, choices)

    def may_fit(self, choice: Choice) -> bool:
        """Whether a schedule is expected to be within the limit."""
        return choice.bytes + self.short.get(choice.family, self.usual) <= self.limit

    def attempt(self, chain: Chain, choice: Choice) -> Steps | None:
        """The steps of a schedule, if they are within the limit."""
        made = replayed(chain, choice.moves())
        if made is None:
            return None
        need = self.peak(*made)
        self.usual = self.short[choice.family] = need - choice.bytes
        return made if need <= self.limit else None

    def last_resort(self, chain: Chain, choices: list[Choice]) -> Steps | None:
        """Steps within the limit by the schedules that hold least, which are the same for every limit."""
        equal = sorted((c for c in choices if c.family), key=lambda choice: (choice.bytes, choice.work))
        for choice in equal[:LAST]:
            made = replayed(chain, choice.moves())
            if made is not None and self.fits(made):
                return made
        return None
