"""Programs within a memory limit: values that do not fit are computed again instead of kept.

Where the program is a chain of cells (`limits.chains`), schedules that are known to be best are tried
(`limits.reversal`). A program of any shape is run with a budget, in which what costs least is let go
(`limits.trials`). Steps that are run again are copies, so results are the same to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain as joined
from math import inf

from symdiff.errors import MemoryLimitError
from symdiff.planning.limits.chains import chain_of
from symdiff.planning.limits.eager import eager
from symdiff.planning.limits.lineage import Flow, held_at_peak
from symdiff.planning.limits.measure import Measure, Peak, Steps
from symdiff.planning.limits.reversal import Reversal
from symdiff.planning.limits.trials import Trials
from symdiff.planning.steps import Step
from symdiff.quantities import bytes_text

__all__ = ["recomputed"]

WORTH = 0.99  # times the flops of a chain's schedule, below which another one is better


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
        If nothing that was found is within the limit.
    """
    natural = list(steps), list(outputs)
    measure = Measure(limit, peak, natural)
    if measure.natural <= limit:
        return natural
    early = eager(steps, outputs)
    if measure.fits(early):
        return early
    chain = chain_of(*early)
    reversal = None if chain is None else Reversal(chain, measure)
    found = None if reversal is None else reversal.within()
    trials = Trials([Flow.of(*natural), Flow.of(*early)], measure.natural)
    bound = inf if found is None else WORTH * _flops(found)
    found = trials.within(measure, bound) or found
    if found is None:
        found = _cheapest(joined(() if reversal is None else reversal.least(), trials.least()), measure)
    if found is None:
        raise _too_small(measure)
    return found


def _flops(made: Steps) -> int:
    """The flops of all steps."""
    return sum(step.flops for step in made[0])


def _cheapest(tried: Iterable[Steps], measure: Measure) -> Steps | None:
    """The steps with the fewest flops that are within the limit."""
    return min((made for made in tried if measure.fits(made)), key=_flops, default=None)


def _too_small(measure: Measure) -> MemoryLimitError:
    """The error that states what would do, and what is in the way."""
    limit, natural, smallest = measure.limit, measure.natural, measure.least
    steps = measure.tightest[0]
    largest = sorted((steps[k] for k, _ in held_at_peak(*measure.tightest)), key=lambda step: -step.bytes)
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
