"""Wrong calls of what looks for NaN and infinity."""

from __future__ import annotations

from typing import Any

import symdiff as sd


def _recorded(*arguments: Any) -> None:
    with sd.record_lines(*arguments):
        pass


X = sd.Variable([1.0, 0.0], "x")

WRONG: dict[str, Any] = {
    "record_lines: enabled": (
        lambda: _recorded(X),
        TypeError,
        ["record_lines", "True or False", "x", "with"],
    ),
    "compile: check_finite": (
        lambda: sd.compile(X, check_finite="yes"),
        TypeError,
        ["compile", "check_finite", "True or False", "yes"],
    ),
    "compile: not finite": (
        lambda: sd.compile(sd.log(X), check_finite=True)(),
        sd.NonFiniteError,
        ["log(x)", "-inf in 1 of 2", "[1]", "operand 0, x", "record_lines", "the output"],
    ),
}
