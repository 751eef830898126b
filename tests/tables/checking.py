"""Wrong calls of the checker of rewrites."""

from __future__ import annotations

from typing import Any

from symdiff.rewrite.checking import checking


def _inside(*arguments: Any, **settings: Any) -> None:
    with checking(*arguments, **settings):
        pass


WRONG: dict[str, Any] = {
    "checking: enabled": (lambda: _inside(7), TypeError, ["checking", "True or False", "7", "seed"]),
    "checking: seed": (lambda: _inside(seed=-1), TypeError, ["checking", "seed", "non-negative", "-1"]),
}
