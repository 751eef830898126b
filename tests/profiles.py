"""How many random examples a test takes: few by default, many with ``python -m pytest --exhaustive``."""

import os

from hypothesis import settings

FACTOR = 25 if os.environ.get("SYMDIFF_EXHAUSTIVE") else 1

__all__ = ["FACTOR", "examples"]


def examples(count: int) -> settings:
    """*count* examples, or many times as many in an exhaustive run."""
    return settings(max_examples=count * FACTOR)
