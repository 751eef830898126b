"""Functions of entries and of numbers in C, for programs that ask for it; everything else stays NumPy."""

from __future__ import annotations

import warnings

from symdiff.backends.scalars import Translator
from symdiff.planning.memory.tiles import Native

__all__ = ["functions_of"]


def functions_of(backend: str) -> tuple[Native | None, Translator | None]:
    """What says which steps a backend does in C, and what writes programs of numbers in C.

    None of both for NumPy alone, and with a warning where there is no C.
    """
    if backend != "c":
        return None, None
    from symdiff.backends.native.forms import is_native
    from symdiff.backends.native.numbers import translated
    from symdiff.backends.native.walks import obstacle

    missing = obstacle()
    if missing is None:
        return is_native, translated
    warnings.warn(
        f'compile: backend="c" runs everything in NumPy, since {missing}; results are the same',
        RuntimeWarning,
        stacklevel=4,
    )
    return None, None
