"""What is concatenated, where it is made: in its place, or apart and copied there in the end.

A concatenation takes its memory once the first of its parts is made in place, and keeps it as long as one of
them is read, so that a part that is there long before the others, or long after them, would hold all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.planning.limits.lineage import Flow
from symdiff.planning.steps import GIVEN, Step

__all__ = ["gathered"]

Array = np.ndarray[Any, np.dtype[Any]]


def gathered(steps: Sequence[Step], outputs: Sequence[int]) -> tuple[list[Step], list[int]]:
    """The steps, with copies of those parts of concatenations that are better not made in their places."""
    flow = Flow.of(steps, outputs)
    before = np.array([0, *flow.live[:-1]])
    held = before + [0 if step.kind in GIVEN else step.bytes for step in steps]
    most = int(held.max(initial=0))
    made: list[Step] = []
    new: list[int] = []
    for k, step in enumerate(steps):
        arguments = [a if not isinstance(a, int) else new[a] for a in step.arguments]
        if step.kind == "concatenate":
            inner = _in_place(flow, held, most, k)
            for place, part in enumerate(step.arguments):
                if isinstance(part, int) and flow.roots[part] not in inner:
                    made.append(Step("copy", (new[part],), (), steps[part].shape, steps[part].dtype))
                    arguments[place] = len(made) - 1
        moved = tuple(arguments)
        made.append(step if moved == step.arguments else step._replace(arguments=moved))
        new.append(len(made) - 1)
    return made, [new[register] for register in outputs]


def _in_place(flow: Flow, held: Array, most: int, k: int) -> set[int]:
    """The parts of concatenation *k* that are better made in place; what that takes is added to *held*."""
    size, end = flow.steps[k].bytes, _end(flow, k)
    parts = []
    for root in flow.reads[k]:
        longer = slice(end + 1, _end(flow, root) + 1)
        extra = size - flow.steps[root].bytes
        if int(held[longer].max(initial=0)) + extra <= most:
            parts.append(root)
    first = _begin(flow, held, sorted(parts), k)
    parts = [root for root in parts if root >= first]
    for root in parts:
        held[root : k + 1] -= flow.steps[root].bytes
    if parts:
        held[first:k] += size
        longest = max(parts, key=lambda root: _end(flow, root))
        held[end + 1 : _end(flow, longest) + 1] += size - flow.steps[longest].bytes
    return set(parts)


def _end(flow: Flow, root: int) -> int:
    """The last step that needs a root."""
    return len(flow.steps) if root in flow.given else max(flow.users[root], default=root)


def _begin(flow: Flow, held: Array, parts: list[int], k: int) -> int:
    """From where on the parts of concatenation *k* are made in place, so that the least is held at once."""
    if not parts:
        return k
    start = parts[0]
    best, least = k, int(held[start : k + 1].max())
    spans = held[start : k + 1].copy()
    spans[-1] -= flow.steps[k].bytes
    for root in reversed(parts):
        spans[root - start :] -= flow.steps[root].bytes
        most = int(max(spans.max(), spans[root - start :].max() + flow.steps[k].bytes))
        if most <= least:
            best, least = root, most
    return best
