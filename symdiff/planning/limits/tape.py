"""Steps written down as they are run, some of them again: what reads a value reads the newest copy of it."""

from __future__ import annotations

from collections.abc import Iterable

from symdiff.planning.limits.gathering import gathered
from symdiff.planning.limits.lineage import Flow
from symdiff.planning.steps import GIVEN, Argument, Step, pruned

__all__ = ["Tape", "played"]


class Tape:
    """The steps so far, and where the values of the program are now."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.steps: list[Step] = []
        self.now: dict[int, int] = {}  # roots, and their registers
        self.views: dict[tuple[int, int], int] = {}  # a view of a register
        for k, step in enumerate(flow.steps):
            if step.kind in GIVEN:
                self.now[k] = self.take(step, ())

    def take(self, step: Step, arguments: tuple[Argument, ...]) -> int:
        """A register for what *step* makes of these arguments."""
        if arguments != step.arguments:
            step = Step(
                step.kind, arguments, step.settings, step.shape, step.dtype, step.flops, step.operation
            )
        self.steps.append(step)
        return len(self.steps) - 1

    def run(self, k: int) -> None:
        """Take step *k*, whose arguments are there."""
        step = self.flow.steps[k]
        self.now[k] = self.take(step, tuple([self.argument(a) for a in step.arguments]))

    def argument(self, argument: Argument) -> Argument:
        """The register of a value, or a number."""
        return self.shown(argument) if isinstance(argument, int) else argument

    def shown(self, argument: int) -> int:
        """The register of a value, or of a view of it; what views wait for decides nothing here."""
        flow, path = self.flow, []
        base = self.now[flow.roots[argument]]
        while argument != flow.roots[argument] and (argument, base) not in self.views:
            path.append(argument)
            argument = flow.steps[argument].arguments[0]  # type: ignore[assignment]
        register = self.views.get((argument, base), base)
        for view in reversed(path):
            register = self.take(flow.steps[view], (register,))
            self.views[view, base] = register
        return register

    def outputs(self) -> list[int]:
        """The outputs' registers."""
        return [self.shown(register) for register in self.flow.outputs]


def played(flow: Flow, order: Iterable[int]) -> tuple[list[Step], list[int]]:
    """The steps that run the roots of *order*, and the outputs' registers."""
    tape = Tape(flow)
    for k in order:
        tape.run(k)
    outputs = tape.outputs()
    return gathered(*pruned(tape.steps, outputs))
