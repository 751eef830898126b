"""What stands between the brackets of a slice."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from symdiff.dims import Shape, size_text
from symdiff.ops.shape.shaping import Range

__all__ = ["index_text"]


def index_text(ranges: Sequence[Range], shape: Shape, dropped: Collection[int] = ()) -> str:
    """The places of a slice of an array of *shape*, as they are typed; *dropped* axes as integers.

    Examples
    --------
    >>> index_text([Range(1, 2, 1), Range(3, 4, -1), Range(0, 5, 1)], (3, 4, 5))
    '1:, ::-1'
    >>> index_text([Range(1, 1, 1), Range(0, 4, 1)], (3, 4), dropped=[0])
    '1'
    """
    items = []
    for axis, (places, size) in enumerate(zip(ranges, shape, strict=True)):
        if axis in dropped:
            items.append(size_text(places.start))
        elif places == Range(0, size, 1):
            items.append(":")
        elif isinstance(size, int) and places == Range(size - 1, size, -1):
            items.append("::-1")
        else:
            part = places.slice
            start = "" if part.start == 0 and places.step > 0 else size_text(part.start)
            stop = "" if part.stop is None or part.stop == size else size_text(part.stop)
            items.append(f"{start}:{stop}" + (f":{part.step}" if part.step != 1 else ""))
    while len(items) > 1 and items[-1] == ":":
        items.pop()
    return ", ".join(items)
