"""How many steps of a loop are taken together: as many as make a matrix product large, and no more.

The rule is the same in all programs, so that the rounding of a result never depends on how much memory there
is.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

__all__ = ["FEWEST", "ROWS", "chunk_length", "chunks"]

ROWS = 1024  # of a product; longer ones take at most 3 % less time per row
FEWEST = 4  # steps for which taking them together pays

T = TypeVar("T")


def chunk_length(rows: int) -> int:
    """The steps of a chunk when each step has this many rows.

    Examples
    --------
    >>> chunk_length(32), chunk_length(128), chunk_length(5000)
    (32, 8, 1)
    """
    return max(1, ROWS // max(rows, 1))


def chunks(items: Sequence[T], length: int) -> list[list[T]]:
    """The items in order, in the fewest chunks of at most *length*, as long as each other within one.

    Examples
    --------
    >>> chunks("abcdefg", 3)
    [['a', 'b'], ['c', 'd'], ['e', 'f', 'g']]
    """
    count = -(-len(items) // length)
    bounds = [len(items) * k // count for k in range(count + 1)]
    return [list(items[i:j]) for i, j in pairwise(bounds)]
