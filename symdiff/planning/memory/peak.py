"""How much memory the steps of a plan need at once."""

from __future__ import annotations

from collections.abc import Sequence

from symdiff.planning.memory.buffers import buffers_for
from symdiff.planning.memory.tiles import Native, in_tiles
from symdiff.planning.steps import Step

__all__ = ["peak_bytes"]


def peak_bytes(steps: Sequence[Step], outputs: Sequence[int], native: Native | None = None) -> int:
    """The most bytes of arrays that one run holds at one time, inputs and constants aside.

    Counted are the workspace, which stays, and with it what is handed out and what operations that
    compute themselves return, and what they say they use on the way.
    """
    steps, outputs, tiles = in_tiles(steps, outputs, native)
    return buffers_for(steps, outputs, tiles).peak
