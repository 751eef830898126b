"""Transposed weights copied once, where many small products read them as they lie.

BLAS multiplies by the transpose of a matrix through a flag, but for few rows on the left that takes up to
twice the time of a product with the transpose lying ready, which a loop makes worth a copy.
"""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.planning.steps import Step

__all__ = ["packed"]

FEW = range(4, 129)  # rows on the left for which a transposed matrix on the right is slow
USES = 4  # products by one matrix from which on it is copied
ROWS = 256  # rows of all these products together


def packed(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps, with copies of transposes that many products multiply by."""
    users: dict[int, list[int]] = {}
    for k, step in enumerate(steps):
        if step.kind == "dot" and len(step.shape) == 2 and step.shape[0] in FEW:
            right = step.arguments[1]
            if isinstance(right, int) and steps[right].kind == "transpose" and min(steps[right].shape) > 1:
                users.setdefault(right, []).append(k)
    wanted = {
        right: found
        for right, found in users.items()
        if len(found) >= USES and sum(steps[k].shape[0] for k in found) >= ROWS
    }
    if not wanted:
        return list(steps), list(outputs)
    first = {found[0]: right for right, found in wanted.items()}
    copied = {k: right for right, found in wanted.items() for k in found}
    result: list[Step] = []
    new: list[int] = []
    copies: dict[int, int] = {}
    for k, step in enumerate(steps):
        if k in first:
            source = steps[first[k]]
            copies[first[k]] = len(result)
            result.append(Step("copy", (new[first[k]],), (), source.shape, source.dtype))
        moved = step.moved(new)
        if k in copied:
            moved = moved._replace(arguments=(moved.arguments[0], copies[copied[k]]))
        new.append(len(result))
        result.append(moved)
    return result, [new[register] for register in outputs]
