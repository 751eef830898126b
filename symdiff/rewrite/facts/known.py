"""What is known of nodes, found once each: a notebook that one question after another adds to."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any

from symdiff.node import Node

__all__ = ["DEPTH", "Known"]

DEPTH = 12  # levels that an answer may look down


class Known:
    """Answers about nodes, remembered with how far down each of them looked.

    Pass one notebook to many questions, and what they share is found once. It keeps the nodes alive.
    """

    __slots__ = ("_answers", "_left")

    def __init__(self) -> None:
        self._answers: dict[Hashable, tuple[int, Any]] = {}
        self._left = DEPTH

    def answer(self, question: Callable[..., Any], node: Node, *details: Hashable, unknown: Any) -> Any:
        """What `question(node, *details, known)` says; *unknown* once that is too far down."""
        key = (question, node, *details)
        found = self._answers.get(key)
        if found is not None and found[0] >= self._left:
            return found[1]
        if self._left <= 0 and node.operands:
            return unknown
        depth, self._left = self._left, self._left - 1
        try:
            value = question(node, *details, self)
        finally:
            self._left = depth
        self._answers[key] = depth if node.operands else DEPTH, value
        return value
