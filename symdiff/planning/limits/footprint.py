"""What each step of a program takes: work, and bytes as memory will be given out to it."""

from __future__ import annotations

from collections.abc import Iterator

from symdiff.planning.limits.lineage import Flow
from symdiff.planning.memory.buffers import WRITERS
from symdiff.planning.steps import GIVEN

__all__ = ["Footprint"]


class Footprint:
    """What the steps of a program take.

    Parameters
    ----------
    flow : Flow
        The program.
    gathers : bool
        Whether parts of concatenations count as lying in them, so that joining them takes no more.

    Attributes
    ----------
    tasks : list of int
        The steps that compute something, in order.
    work, sizes, scratch : list of int
        For each step: flops and entries, the bytes of its result, and the bytes it takes on the way. What is
        handed out, or is written over until it is, has its place all along, and counts in *fixed*.
    over : list of tuple of int
        For each step, the roots that its result may be written over.
    least : int
        The bytes without which some step cannot run.
    """

    def __init__(self, flow: Flow, gathers: bool = True) -> None:
        steps = flow.steps
        self.flow = flow
        self.gathers = gathers
        self.joins = [step.kind == "concatenate" for step in steps]
        self.tasks = [k for k, step in enumerate(steps) if step.computes]
        self.work = [0] * len(steps)
        self.sizes = [0 if step.kind in GIVEN or not step.shape else step.bytes for step in steps]
        self.scratch = [0] * len(steps)
        for k in self.tasks:
            self.work[k] = steps[k].flops + steps[k].size
            operation = steps[k].operation
            self.scratch[k] = operation.scratch() if steps[k].kind == "call" and operation is not None else 0
        self.over = [tuple(dict.fromkeys(_overwritten(flow, k, gathers))) for k in range(len(steps))]
        self.fixed = self._hand_out()
        self.least = self.fixed + max((self.need(k) for k in self.tasks), default=0)

    def _hand_out(self) -> int:
        """Take the size of all that lies where an output will, and return the bytes of the outputs."""
        flow, total = self.flow, 0
        given = {k for k in flow.given if flow.steps[k].kind in WRITERS}
        for place in sorted(given):
            total += self.sizes[place]
            k: int | None = place
            while k is not None:
                self.sizes[k] = 0
                open_ = self.over[k] if flow.steps[k].kind != "concatenate" else ()
                k = next((r for r in open_ if r not in given and self.ends_with(r, k)), None)
        return total

    def ends_with(self, root: int, k: int) -> bool:
        """Whether step *k* is the last to read a root with a place of its own, which it may be written to."""
        kind = self.flow.steps[root].kind
        free = kind in WRITERS and kind != "concatenate" and self.sizes[root] > 0
        return free and self.flow.users[root][-1] == k

    def freed(self, k: int, dead: list[int]) -> int:
        """The bytes that the result of step *k* need not take, once the roots in *dead* are not needed."""
        sizes = [self.sizes[root] for root in self.over[k] if root in dead]
        return min(self.sizes[k], sum(sizes if self.joins[k] else sizes[:1]))

    def need(self, k: int) -> int:
        """The bytes that step *k* takes at least, what it reads among them."""
        reads = self.flow.reads[k]
        held = sum(self.sizes[root] for root in reads)
        return held + self.sizes[k] + self.scratch[k] - self.freed(k, list(reads))


def _overwritten(flow: Flow, k: int, gathers: bool) -> Iterator[int]:
    """The roots that the result of step *k* may be written over, if nothing else needs them."""
    steps, step = flow.steps, flow.steps[k]
    if step.kind not in ("entries", "add_diagonal", "concatenate") or (
        step.kind == "concatenate" and not gathers
    ):
        return
    chosen = step.arguments[2:] if step.settings == ("where",) else step.arguments
    for argument in chosen[:1] if step.kind == "add_diagonal" else chosen:
        if not isinstance(argument, int) or steps[flow.roots[argument]].kind in GIVEN:
            continue
        other = steps[argument]
        alike = argument == flow.roots[argument] and (other.shape, other.dtype) == (step.shape, step.dtype)
        if alike or step.kind == "concatenate":
            yield flow.roots[argument]
