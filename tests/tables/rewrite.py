"""Wrong calls of what simplifies and what checks it."""

from __future__ import annotations

from typing import Any

import symdiff as sd

WRONG: dict[str, Any] = {
    "simplify: array": (lambda: sd.simplify([1.0, 2.0]), TypeError, ["simplify", "node", "float"]),
    "simplify: text": (lambda: sd.simplify("x + x"), TypeError, ["simplify", "node", "str"]),
}
