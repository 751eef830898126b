"""Where NumPy keeps what C needs: the loops inside of its functions, and the entries of arrays."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Loop", "address", "is_readable", "loop_of"]

HEAD = object.__basicsize__  # bytes before the first field of any object


class Loop(NamedTuple):
    """The address of a ``PyUFuncGenericFunction``, and that of the data that it is called with."""

    run: int
    data: int


class _UFunc(ctypes.Structure):
    """The head of ``PyUFuncObject`` in NumPy's ``ufuncobject.h``, which is part of its binary interface."""

    _fields_ = (
        ("head", ctypes.c_char * HEAD),
        ("nin", ctypes.c_int),
        ("nout", ctypes.c_int),
        ("nargs", ctypes.c_int),
        ("identity", ctypes.c_int),
        ("functions", ctypes.POINTER(ctypes.c_void_p)),
        ("data", ctypes.POINTER(ctypes.c_void_p)),
        ("ntypes", ctypes.c_int),
        ("reserved", ctypes.c_int),
        ("name", ctypes.c_char_p),
    )


@cache
def loop_of(name: str, signature: str) -> Loop | None:
    """The loop that ``numpy.<name>`` runs for a signature such as ``ff->f``.

    None where there is none, and where the function does not look as NumPy's headers say.

    Examples
    --------
    >>> loop_of("tanh", "O->f") is None
    True
    """
    function = getattr(np, name, None)
    if not is_readable() or not isinstance(function, np.ufunc):
        return None
    inside = _UFunc.from_address(id(function))
    seen = (inside.nin, inside.nout, inside.nargs, inside.ntypes)
    if seen != (function.nin, function.nout, function.nargs, function.ntypes):
        return None
    if inside.name != function.__name__.encode() or signature not in function.types:
        return None
    place = function.types.index(signature)
    run, data = inside.functions[place], inside.data[place] if inside.data else None
    return Loop(run, data or 0) if run else None


def address(x: np.ndarray[Any, Any]) -> int:
    """Where the entries of an array begin: the first field of ``PyArrayObject_fields``.

    Examples
    --------
    >>> x = np.zeros(3)
    >>> address(x) == x.ctypes.data
    True
    """
    return ctypes.c_void_p.from_address(id(x) + HEAD).value or 0  # a fifth of the time of x.ctypes.data


@cache
def is_readable() -> bool:
    """Whether objects lie in memory as CPython and NumPy say."""
    sample = np.zeros(3)
    return sys.implementation.name == "cpython" and address(sample) == sample.ctypes.data
