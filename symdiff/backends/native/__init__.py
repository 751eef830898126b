"""Functions of entries in C, for programs that ask for it; everything else in them stays NumPy."""

from __future__ import annotations

import warnings

from symdiff.planning.memory.tiles import Native

__all__ = ["native_steps"]


def native_steps() -> Native | None:
    """What says which steps can be done in C here; None, with a warning, where none can."""
    from symdiff.backends.native.forms import is_native
    from symdiff.backends.native.walks import obstacle

    missing = obstacle()
    if missing is None:
        return is_native
    warnings.warn(
        f'compile: backend="c" runs everything in NumPy, since {missing}; results are the same',
        RuntimeWarning,
        stacklevel=4,
    )
    return None
