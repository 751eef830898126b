"""What NumPy is good at on this machine, found by asking it."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np

__all__ = ["is_vectorised", "multiplies_unpacked"]

UNPACKING = frozenset({b"SkylakeX", b"Cooperlake", b"SapphireRapids"})  # OpenBLAS's names of its kernels
AFFIXES = (("scipy_", "64_"), ("scipy_", ""), ("", "64_"), ("", ""))  # of its functions in NumPy's builds


@cache
def is_vectorised(function: str, dtype: str) -> bool:
    """Whether a function of entries has code for this processor's vectors, rather than for any processor.

    Where NumPy does not say, the answer is no.
    """
    introspect = getattr(np.lib, "introspect", None)
    if introspect is None:
        return False
    found = introspect.opt_func_info(func_name=f"^{function}$", signature=f"^{dtype}$")
    targets = [kind["current"] for kinds in found.values() for kind in kinds.values()]
    return bool(targets) and not any(target.startswith("baseline") for target in targets)


def multiplies_unpacked() -> bool:
    """Whether small products are made without packing their factors first, and on one thread.

    OpenBLAS has kernels of this kind where there is AVX-512. The number of threads is the one at the time
    of the call; several threads share a large product better than many small ones.
    """
    threads = _thread_count()
    return threads is not None and threads() == 1


@cache
def _thread_count() -> Callable[[], int] | None:
    """The function that counts the threads of an OpenBLAS with such kernels, if NumPy has loaded one."""
    for path in _libraries():
        library = ctypes.CDLL(str(path))
        for before, after in AFFIXES:
            if hasattr(library, f"{before}openblas_get_corename{after}"):
                kernels = library[f"{before}openblas_get_corename{after}"]
                kernels.restype = ctypes.c_char_p
                return library[f"{before}openblas_get_num_threads{after}"] if kernels() in UNPACKING else None
    return None


def _libraries() -> Iterator[Path]:
    """Files beside NumPy that its wheels bring along, with OpenBLAS in their name."""
    home = Path(np.__file__).parent
    for folder in (home.parent / "numpy.libs", home / ".dylibs"):
        yield from sorted(folder.glob("*openblas*"))
