"""Text and how tightly it binds: what parentheses are decided by."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from symdiff.node import Node

__all__ = ["ATOM", "POWER", "PRODUCT", "SUM", "Term", "Write", "wrap"]

SUM, PRODUCT, POWER, ATOM = range(4)
Term: TypeAlias = tuple[str, int]  # text, and how tightly it binds
Write: TypeAlias = Callable[[Node], Term]


def wrap(term: Term, level: int) -> str:
    """The text, in parentheses if it binds less tightly than *level*."""
    text, own = term
    return text if own >= level else f"({text})"
