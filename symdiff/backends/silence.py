"""Functions of arrays that run without floating-point warnings, at little cost per call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextvars import Context
from typing import Any, TypeAlias

import numpy as np

__all__ = ["Run", "silenced"]

Results: TypeAlias = tuple[Any, ...]
Run: TypeAlias = Callable[[Sequence[Any]], Results]


def silenced(function: Callable[..., Results], closed: bool) -> Run:
    """*function* of a list of its arguments, in which infinities and NaNs come out silently.

    NumPy keeps what to do about floating-point errors in the context of the thread. A function that is
    *closed*, which means that it reads nothing else from there, runs in a context of its own that is
    made once and used again; entering it takes a tenth of the time of `numpy.errstate`. Calls that
    overlap, in several threads, have a context each.
    """
    if not closed:
        return _with_errstate(function)
    idle: list[Context] = []

    def run(arrays: Sequence[Any]) -> Results:
        try:
            context = idle.pop()
        except IndexError:
            context = _silent()
        results = context.run(_spread, function, arrays)
        idle.append(context)
        return results

    return run


def _spread(function: Callable[..., Results], arrays: Sequence[Any]) -> Results:
    return function(*arrays)


def _silent() -> Context:
    """A context in which NumPy ignores floating-point errors."""
    context = Context()
    context.run(np.seterr, all="ignore")
    return context


def _with_errstate(function: Callable[..., Results]) -> Run:
    """*function* in the caller's context, but for floating-point errors."""

    def run(arrays: Sequence[Any]) -> Results:
        with np.errstate(all="ignore"):
            return function(*arrays)

    return run
