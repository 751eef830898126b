"""One object per key, for as long as anything else refers to it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Hashable
from functools import lru_cache
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = ["Interned", "canonical"]

T = TypeVar("T")


class _Entry(weakref.ref[T]):
    """A reference that keeps its object's key, but not the object."""

    __slots__ = ("key",)
    key: Hashable


class Interned(Generic[T]):
    """Objects by their keys, which may be asked for in several threads at once.

    It is a `weakref.WeakValueDictionary` that does nothing else, in less time.
    """

    def __init__(self) -> None:
        entries = self._entries = dict[Hashable, _Entry[T]]()
        lock = self._lock = threading.RLock()  # an object may leave while its thread enters another one

        def leave(gone: _Entry[T]) -> None:
            with lock:
                entry = entries.pop(gone.key, gone)
                if entry is not gone:  # another object stands in its place
                    entries[gone.key] = entry

        self._leave = leave

    def get(self, key: Hashable) -> T | None:
        """The object of this key, if there is one."""
        entry = self._entries.get(key)
        return None if entry is None else entry()

    def enter(self, key: Hashable, made: T) -> T:
        """The object of this key: *made*, unless another one has come before it."""
        fresh = _Entry(made, self._leave)
        fresh.key = key
        with self._lock:
            found = self._entries.setdefault(key, fresh)()
            if found is None:  # it is gone, and has not left yet
                self._entries[key] = fresh
                return made
        return found

    def __len__(self) -> int:
        return len(self._entries)


def canonical(value: Any) -> Hashable:
    """A key that keeps apart what Python's equality confuses: 0.0 and -0.0, 1 and True and 1.0."""
    kind = type(value)
    if kind is float:
        return _plain(value) if value and value == value else (kind, value.hex())
    if kind is complex:
        return (kind, value.real.hex(), value.imag.hex())
    if kind is bool or isinstance(value, np.generic):
        return (kind, repr(value))
    if kind is tuple:
        return tuple([canonical(item) for item in value])
    key: Hashable = value
    return key


@lru_cache(maxsize=4096)
def _plain(value: float) -> Hashable:
    """The key of a float that is equal to no other one, which many nodes share."""
    return (float, value)
