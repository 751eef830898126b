"""Functions of entries computed in the order in which operands lie, for readers to whom all orders are one.

NumPy is slow on arrays whose last axes are short and lie apart, as those of windows do.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.ops.signals.windows import Overlap
from symdiff.planning.steps import Argument, Literal, Sizes, Step

__all__ = ["as_they_lie"]


def as_they_lie(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps, with transposes taken of results instead of operands where nobody minds."""
    if not any(isinstance(step.operation, Overlap) for step in steps):
        return list(steps), list(outputs)
    easy = _easy(steps, outputs)
    made: list[Step] = []
    new: list[int] = []
    for k, step in enumerate(steps):
        moved = step.moved(new)
        order = _order(made, moved) if k in easy else None
        if order is not None:
            back = tuple(sorted(range(len(order)), key=order.__getitem__))
            arguments = tuple([_turned(made, a, back, order) for a in moved.arguments])
            shape = tuple([step.shape[axis] for axis in back])
            made.append(moved._replace(arguments=arguments, shape=shape))
            moved = Step("transpose", (len(made) - 1,), (order,), step.shape, step.dtype)
        new.append(len(made))
        made.append(moved)
    return made, [new[register] for register in outputs]


def _easy(steps: Sequence[Step], outputs: Sequence[int]) -> set[int]:
    """Functions of entries that are read, at last, by nobody but operations that take them in any order."""
    easy: set[int] = set()
    minded = set(outputs)
    for k in reversed(range(len(steps))):
        step = steps[k]
        if step.kind == "entries" and k not in minded:
            easy.add(k)
        elif not isinstance(step.operation, Overlap):
            minded.update([a for a in step.arguments if isinstance(a, int)])
    return easy


def _order(steps: Sequence[Step], step: Step) -> Sizes | None:
    """How the axes of all operands of full size are permuted; None where they are not, or not alike."""
    full = [steps[a] for a in step.arguments if isinstance(a, int) and steps[a].shape == step.shape]
    orders = {one.settings[0] if one.kind == "transpose" else None for one in full}
    return orders.pop() if len(orders) == 1 else None


def _turned(steps: list[Step], argument: Argument, back: Sizes, order: Sizes) -> Argument:
    """An operand with its axes as they lie where full ones come from."""
    if isinstance(argument, Literal) or steps[argument].shape == ():
        return argument
    step = steps[argument]
    if step.kind == "transpose" and step.settings == (order,):
        return step.arguments[0]
    if len(step.shape) < len(back):
        padded = (1,) * (len(back) - len(step.shape)) + step.shape
        step = Step("reshape", (argument,), (padded,), padded, step.dtype)
        argument = len(steps)
        steps.append(step)
    shape = tuple([step.shape[axis] for axis in back])
    steps.append(Step("transpose", (argument,), (back,), shape, step.dtype))
    return len(steps) - 1
