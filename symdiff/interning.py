"""One object per key, for as long as anything else refers to it."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator
from typing import Any, Generic, TypeVar

import numpy as np

__all__ = ["Interned", "Marked", "canonical", "canonical_all"]

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
        lock = threading.RLock()  # an object may leave while its thread enters another one
        acquire, release = lock.acquire, lock.release  # which take half the time of `with`
        self._acquire, self._release = acquire, release

        def leave(gone: _Entry[T]) -> None:
            acquire()
            try:
                entry = entries.pop(gone.key, gone)
                if entry is not gone:  # another object stands in its place
                    entries[gone.key] = entry
            finally:
                release()

        self._leave = leave

    def get(self, key: Hashable) -> T | None:
        """The object of this key, if there is one."""
        entry = self._entries.get(key)
        return None if entry is None else entry()

    def enter(self, key: Hashable, made: T) -> T:
        """The object of this key: *made*, unless another one has come before it."""
        fresh = _Entry(made, self._leave)
        fresh.key = key
        self._acquire()
        try:
            found = self._entries.setdefault(key, fresh)()
            if found is None:  # it is gone, and has not left yet
                self._entries[key] = fresh
                return made
        finally:
            self._release()
        return found

    def __len__(self) -> int:
        return len(self._entries)


class Marked(Collection[T]):
    """Objects that are remembered for as long as anything else refers to them.

    It is a `weakref.WeakSet` that only grows, in half the time: what leaves it runs no Python.
    """

    def __init__(self) -> None:
        self._entries: set[weakref.ref[T]] = set()

    def update(self, items: Iterable[T]) -> None:
        """Remember these as well."""
        leave = self._entries.discard
        self._entries.update([weakref.ref(item, leave) for item in items])

    def __contains__(self, item: object) -> bool:
        return weakref.ref(item) in self._entries

    def __iter__(self) -> Iterator[T]:
        return iter([item for entry in list(self._entries) if (item := entry()) is not None])

    def __len__(self) -> int:
        return len(self._entries)


def canonical(value: Any) -> Hashable:
    """A key that keeps apart what Python's equality confuses: 0.0 and -0.0, 1 and True and 1.0."""
    key = _keys[type(value)]
    result: Hashable = value if key is None else key(value)
    return result


def canonical_all(values: tuple[Any, ...]) -> list[Hashable]:
    """The keys of several values."""
    return [value if (key := _keys[type(value)]) is None else key(value) for value in values]


class _Keys(dict[type, "Callable[[Any], Hashable] | None"]):
    """How values of a type become keys; None where they are keys as they are."""

    def __missing__(self, kind: type) -> Callable[[Any], Hashable] | None:
        if len(self) >= MOST:  # classes that somebody makes over and over
            self.clear()
        found = self[kind] = _MADE.get(kind, _typed if issubclass(kind, np.generic) else None)
        return found


class _Floats(dict[float, Hashable]):
    """The keys of floats that are equal to no other ones, which many nodes share."""

    def __missing__(self, value: float) -> Hashable:
        if len(self) >= MOST:
            self.clear()
        found = self[value] = (float, value)
        return found


def _float(value: float) -> Hashable:
    return _floats[value] if value and value == value else (float, value.hex())


def _complex(value: complex) -> Hashable:
    return (complex, value.real.hex(), value.imag.hex())


def _typed(value: Any) -> Hashable:
    return (type(value), repr(value))


def _tuple(value: tuple[Any, ...]) -> Hashable:
    return tuple(canonical_all(value))


MOST = 4096  # types and floats of which the keys are remembered
_MADE: dict[type, Callable[[Any], Hashable]] = {
    float: _float,
    complex: _complex,
    bool: _typed,
    tuple: _tuple,
}
_keys, _floats = _Keys(), _Floats()
