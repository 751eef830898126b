"""Arrays that a program hands out, and uses again once nobody else has them."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

__all__ = ["Output"]

COPIES = 2  # arrays per result that are remembered: one may be a variable's value while the other is written
COUNTED = sys.implementation.name == "cpython" and getattr(sys, "_is_gil_enabled", lambda: True)()


class Output:
    """Memory for one result of a program, call after call.

    Fresh pages cost as much time as several passes over them, so that an array that was handed out is
    used again when the program holds the only reference to it: no variable, no view, no other library.
    Where references are not counted, or not by one thread at a time, every call has a new array.
    """

    def __init__(self, shape: tuple[int, ...], dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype
        self.known: list[np.ndarray[Any, Any]] = []

    def array(self) -> np.ndarray[Any, Any]:
        """An array that nobody else has.

        It is a view of the memory that is remembered, so that whoever has it may change its shape or
        make it read-only; as long as anybody has it, it refers to that memory.
        """
        known = self.known
        for k in range(len(known)):
            if sys.getrefcount(known[k]) <= ALONE:
                return known[k][...]
        made = np.empty(self.shape, self.dtype)
        if COUNTED:
            known.append(made)
            del known[:-COPIES]
        return made[...]


_HELD = [object()]
ALONE = sys.getrefcount(_HELD[0])  # references to what only a list and the count itself hold
