"""How many bytes steps need, compared with a limit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

from symdiff.planning.steps import Step

__all__ = ["Measure", "Peak", "Steps"]

Steps: TypeAlias = tuple[list[Step], list[int]]  # with the registers of the outputs
Peak: TypeAlias = Callable[[Sequence[Step], Sequence[int]], int]


class Measure:
    """Compares what steps need with a limit, and remembers the least.

    Attributes
    ----------
    limit : int
        Bytes.
    peak : callable
        From steps and outputs to the bytes that they need.
    least : int
        The smallest peak of what is tried whatever the limit is.
    tightest : tuple
        The steps that have it.
    """

    def __init__(self, limit: int, peak: Peak, natural: Steps) -> None:
        self.limit = limit
        self.peak = peak
        self.tightest = natural
        self.least = self.natural = peak(*natural)

    def fits(self, made: Steps) -> bool:
        """Whether steps are within the limit, of those that are tried for all limits."""
        need = self.peak(*made)
        if need < self.least:
            self.least, self.tightest = need, made
        return need <= self.limit
