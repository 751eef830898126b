"""Functions in C applied to NumPy's arrays: where they begin and how they are strided, then one call."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from symdiff.backends.native.addresses import address, is_readable, loop_of
from symdiff.backends.native.compiler import compiler, library
from symdiff.backends.native.text import varies
from symdiff.planning.steps import Sizes

__all__ = ["Native", "merged_axes", "obstacle", "strides_in"]

Array: TypeAlias = np.ndarray[Any, np.dtype[Any]]
Strides: TypeAlias = tuple[int, ...]
KNOWN = 16  # layouts of arguments that are remembered


class _Loop(ctypes.Structure):
    _fields_ = (("run", ctypes.c_void_p), ("data", ctypes.c_void_p))


class _Call(ctypes.Structure):
    """``struct call`` of the generated code."""

    _fields_ = (
        *(("body", ctypes.c_void_p), ("loops", ctypes.c_void_p), ("at", ctypes.c_void_p)),
        *(("operands", ctypes.c_ssize_t), ("length", ctypes.c_ssize_t)),
        *(("even", ctypes.c_ssize_t), ("depth", ctypes.c_ssize_t)),
        *(("inner", ctypes.c_void_p), ("sizes", ctypes.c_void_p), ("outer", ctypes.c_void_p)),
    )


def obstacle() -> str | None:
    """Why programs cannot have functions in C here, if they cannot."""
    if not is_readable():
        return "NumPy's objects do not lie in memory as its headers say"
    return None if compiler() else "no C compiler that works was found (set CC to the command of one)"


class Native:
    """The functions of a C file, and the loops of NumPy's that they call.

    Parameters
    ----------
    code : str
        The file.
    loops : sequence of str
        A function of NumPy and a signature each: ``"tanh f->f"``.
    """

    def __init__(self, code: str, loops: Sequence[str]) -> None:
        self.library = library(code)
        self.run = self.library.run
        self.run.restype = None
        found = [loop_of(*text.split(" ", 1)) for text in loops]
        self.loops = (_Loop * len(loops))(*[_Loop(*loop) for loop in found if loop is not None])

    def walk(self, name: str, shape: Sizes, arrays: Sequence[Array | None]) -> Callable[..., None]:
        """The function called *name*, to run over entries of this shape.

        It takes what is None in *arrays*; the others are those of every call.
        """
        body = ctypes.cast(getattr(self.library, name), ctypes.c_void_p).value
        walk = _Walk(self, body, shape, list(arrays))
        return walk.prepared([]) if not walk.open else walk


class _Walk:
    """One function on arrays of one shape, some of which are given anew with every call.

    It belongs to one call of a program at a time.
    """

    def __init__(self, native: Native, body: int | None, shape: Sizes, arrays: list[Array | None]) -> None:
        self.native, self.body, self.shape, self.arrays = native, body, shape, arrays
        self.open = [k for k, x in enumerate(arrays) if x is None]
        self.at = (ctypes.c_void_p * len(arrays))()
        for k, x in enumerate(arrays):
            self.at[k] = None if x is None else address(x)
        self.known: dict[tuple[Strides, ...], Callable[[], None]] = {}

    def __call__(self, *arrays: Array) -> None:
        key = tuple([x.strides for x in arrays])
        call = self.known.get(key) or self.remembered(key, arrays)
        for k, x in zip(self.open, arrays, strict=True):
            self.at[k] = address(x)
        call()

    def remembered(self, key: tuple[Strides, ...], arrays: Sequence[Array]) -> Callable[[], None]:
        """The call for arrays that lie like these."""
        if len(self.known) >= KNOWN:
            self.known.clear()
        self.known[key] = call = self.prepared(arrays)
        return call

    def prepared(self, given: Sequence[Array]) -> Callable[[], None]:
        """What runs the function on arrays that lie like these."""
        fresh = iter(given)
        whole = [next(fresh) if x is None else x for x in self.arrays]
        sizes, rows = merged_axes(self.shape, [strides_in(x, self.shape) for x in whole])
        *outer, length = sizes
        inner = [row[-1] for row in rows]
        even = inner == [x.itemsize * varies(x.shape, self.shape) for x in whole]
        tables = [inner, outer, [row[level] for level in range(len(outer)) for row in rows]]
        kept = [(ctypes.c_ssize_t * max(1, len(table)))(*table) for table in tables]
        pointers = [ctypes.cast(table, ctypes.c_void_p) for table in kept]
        loops = ctypes.cast(self.native.loops, ctypes.c_void_p)
        at = ctypes.cast(self.at, ctypes.c_void_p)
        call = _Call(self.body, loops, at, len(whole), length, even, len(outer), *pointers)
        call.kept = (kept, self)
        return partial(self.native.run, ctypes.byref(call))


def strides_in(x: Array, shape: Sizes) -> Strides:
    """Bytes from entry to entry along each axis of *shape*, to which an array is stretched.

    Examples
    --------
    >>> strides_in(np.zeros((3, 1)), (2, 3, 4))
    (0, 8, 0)
    """
    own = [0 if size == 1 else stride for size, stride in zip(x.shape, x.strides, strict=True)]
    return (0,) * (len(shape) - x.ndim) + tuple(own)


def merged_axes(shape: Sizes, rows: Sequence[Strides]) -> tuple[list[int], list[list[int]]]:
    """Sizes and strides with axes made one that all arrays go through as one; those of size 1 are gone.

    Examples
    --------
    >>> merged_axes((2, 3, 1, 4), [(96, 32, 32, 8), (12, 4, 4, 0)])
    ([6, 4], [[32, 8], [4, 0]])
    """
    sizes: list[int] = []
    found: list[list[int]] = [[] for _ in rows]
    for axis, size in enumerate(shape):
        if size == 1:
            continue
        strides = [row[axis] for row in rows]
        joined = sizes and all(own[-1] == size * s for own, s in zip(found, strides, strict=True))
        if joined:
            sizes[-1] *= size
        else:
            sizes.append(size)
        for own, stride in zip(found, strides, strict=True):
            own[-1:] = [stride] if joined else [*own[-1:], stride]
    return (sizes, found) if sizes else ([1], [[0] for _ in rows])
