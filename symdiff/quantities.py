"""Numbers of bytes, read and written."""

from __future__ import annotations

import math
import operator
import re
from typing import Any

__all__ = ["bytes_of", "bytes_text", "count_text"]

UNITS = {
    **dict(zip(("b", "kb", "mb", "gb", "tb"), (1000**k for k in range(5)), strict=True)),
    **dict(zip(("byte", "kib", "mib", "gib", "tib"), (1024**k for k in range(5)), strict=True)),
    "": 1,
    "bytes": 1,
}


def bytes_of(limit: Any, what: str) -> int:
    """The number of bytes that *limit* says: a number, or text such as ``"200 MB"`` or ``"1.5GiB"``.

    kB, MB, GB and TB are powers of 1000, KiB, MiB, GiB and TiB powers of 1024; case does not matter.

    Parameters
    ----------
    limit : int or str
    what : str
        What is limited, for the error.

    Raises
    ------
    TypeError
        If *limit* is neither an integer nor text.
    ValueError
        If it is negative, or text that is no number of bytes.

    Examples
    --------
    >>> bytes_of("1.5 KiB", "limit"), bytes_of("64kB", "limit"), bytes_of(100, "limit")
    (1536, 64000, 100)
    """
    if isinstance(limit, str):
        found = re.fullmatch(r"\s*([0-9][0-9_,]*\.?[0-9]*|\.[0-9]+)\s*([A-Za-z]*)\s*", limit)
        if found is None or found[2].lower() not in UNITS:
            raise ValueError(
                f"{what} is {limit!r}, which is no number of bytes; write for example 2_000_000, "
                f"'200 MB' or '1.5 GiB'"
            )
        unit: int = UNITS[found[2].lower()]
        return math.floor(float(re.sub("[_,]", "", found[1])) * unit)
    if isinstance(limit, bool) or not hasattr(limit, "__index__"):
        raise TypeError(f"{what} is {limit!r}; give bytes as an integer, or text such as '200 MB'")
    count: int = operator.index(limit)
    if count < 0:
        raise ValueError(f"{what} is {count}, but memory cannot be negative")
    return count


def bytes_text(count: float) -> str:
    """Bytes for a reader, in powers of 1000.

    Examples
    --------
    >>> bytes_text(999), bytes_text(65_536), bytes_text(52_494_336)
    ('999 B', '65.5 kB', '52.5 MB')
    """
    return _scaled(count, ("B", "kB", "MB", "GB", "TB", "PB"), " ")


def count_text(count: float) -> str:
    """A large number for a reader, as in 2.1 G.

    Examples
    --------
    >>> count_text(12), count_text(2_116_931_585)
    ('12', '2.12 G')
    """
    return _scaled(count, ("", "k", "M", "G", "T", "P"), " ").rstrip()


def _scaled(count: float, units: tuple[str, ...], gap: str) -> str:
    """A number below 1000, to three digits, and its unit."""
    place = 0
    while abs(count) >= 999.5 and place + 1 < len(units):
        count, place = count / 1000, place + 1
    return f"{count:.3g}{gap}{units[place]}"
