"""How much memory the steps of a plan hold at once."""

from __future__ import annotations

from symdiff.planning.steps import VIEWS, Plan

__all__ = ["peak_bytes"]


def peak_bytes(plan: Plan) -> int:
    """The most bytes of arrays that are needed at one time, inputs and constants aside.

    An array is needed from the step that makes it to the last step that reads it or a view of it, and
    an output to the end.
    """
    owners = _owners(plan)
    last = {owners[register]: len(plan.steps) for register in plan.outputs}
    for k in reversed(range(len(plan.steps))):
        for argument in (*plan.steps[k].arguments, k):
            if isinstance(argument, int):
                last.setdefault(owners[argument], k)
    ending: dict[int, list[int]] = {}
    for owner, k in last.items():
        ending.setdefault(k, []).append(owner)
    held = peak = 0
    for k in range(len(plan.steps)):
        held += _made(plan, k)
        peak = max(peak, held)
        held -= sum(_made(plan, owner) for owner in ending.get(k, ()))
    return peak


def _owners(plan: Plan) -> list[int]:
    """For each register, the one whose memory it shows; itself unless it is a view."""
    owners: list[int] = []
    for k, step in enumerate(plan.steps):
        source = step.arguments[0] if step.kind in VIEWS else k
        owners.append(owners[source] if isinstance(source, int) and source != k else k)
    return owners


def _made(plan: Plan, k: int) -> int:
    """The bytes that step *k* makes."""
    return 0 if plan.steps[k].kind == "constant" else plan.steps[k].bytes
