"""Derivatives compared with finite differences: what to run on every new operation and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from symdiff.derivative import jvp, vjp
from symdiff.dims import shape_text
from symdiff.errors import GraphError
from symdiff.node import Node
from symdiff.ops.add import add
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.program import compile

__all__ = ["GradientError", "check_grad"]

Array = np.ndarray[Any, np.dtype[Any]]
MODES = ("reverse", "forward")


class Tolerance(NamedTuple):
    """How far to step, and how far two numbers may lie apart; *exact* is for reverse against forward."""

    step: float
    rtol: float
    atol: float
    exact: float


TOLERANCES = {
    "float16": Tolerance(1e-1, 1e-1, 1e-1, 5e-2),
    "float32": Tolerance(2e-2, 2e-3, 1e-3, 1e-4),
    "float64": Tolerance(7e-4, 1e-6, 1e-8, 1e-10),
}


class GradientError(AssertionError):
    """A derivative that disagrees with finite differences, with its node, or with the other mode."""


def check_grad(
    y: Node,
    wrt: Any,
    order: int = 2,
    *,
    modes: Sequence[str] = MODES,
    feeds: Mapping[Node, Any] | None = None,
    rng: np.random.Generator | int | None = None,
    step: float | None = None,
    rtol: float | None = None,
    atol: float | None = None,
) -> None:
    """Compare the derivatives of *y* with finite differences, order by order and in both modes.

    Every order differentiates the graph of the order before, once backwards with random cotangents
    and once forwards along random tangents, and compares both with central differences of that graph's
    values; one with the other; and the shape and dtype of each result with what its node says. The
    point must be away from kinks by a few steps. Complex functions must be holomorphic.

    Parameters
    ----------
    y : Node
        What is differentiated, of any shape.
    wrt : Variable or Placeholder, or a list, tuple or dict of them
        What is varied, from the variables' current values.
    order : int
        The highest derivative that is checked.
    modes : sequence of "reverse" and "forward"
        Which sweeps are checked.
    feeds : mapping of Placeholder to value, optional
        Values of placeholders.
    rng : Generator or int, optional
        Where random directions come from; the same ones every time by default.
    step, rtol, atol : float, optional
        Override the table for the coarsest dtype among *y* and *wrt*.

    Raises
    ------
    GradientError
        If two numbers disagree; the message names the order, the mode, the variable, the numbers and
        the tolerance.
    GraphError
        If something in *wrt* is no leaf, a placeholder has no value, or a mode or order does not exist.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([0.3, -1.2], "x")
    >>> check_grad(sd.tanh(x) * x, x, order=3)

    A wrong rule is named:

    >>> class Half(sd.Elementwise):
    ...     '''x / 2, with the derivative of x'''
    ...     def compute(self, xp, x):
    ...         return x / 2
    ...     def partials(self):
    ...         return (sd.ones_like(self),)
    >>> check_grad(Half(x), x)
    Traceback (most recent call last):
    symdiff.check.GradientError: check_grad: order 1, reverse mode, by x: ...
    """
    sources = _sources(wrt)
    if order < 1 or not modes or not set(modes) <= set(MODES):
        raise GraphError(f"check_grad: order {order} and modes {modes!r}; order is at least 1, modes {MODES}")
    table = TOLERANCES[max((_real(node.dtype) for node in (y, *sources.values())), key=_coarseness)]
    given = {"step": step, "rtol": rtol, "atol": atol}
    tolerance = table._replace(**{key: value for key, value in given.items() if value is not None})
    point = _values(y, sources, feeds or {})
    check = _Check(sources, point, tolerance, tuple(modes), np.random.default_rng(0 if rng is None else rng))
    level: list[tuple[tuple[str, ...], list[Node]]] = [((), [y])]
    for _ in range(order):
        level = [
            ((*path, mode), derived) for path, ys in level for mode, derived in check.order(path, ys).items()
        ]


class _Derived(NamedTuple):
    """Graphs of first derivatives: per source, and forwards per source and output."""

    reverse: list[Node]
    forward: list[list[Node]]


@dataclass(frozen=True)
class _Check:
    """One point, at which graphs are differentiated and compared."""

    sources: dict[str, Node]
    point: dict[Node, Array]
    tolerance: Tolerance
    modes: tuple[str, ...]
    rng: np.random.Generator

    def order(self, path: tuple[str, ...], ys: list[Node]) -> dict[str, list[Node]]:
        """Check the first derivatives of *ys*; return them as graphs, by mode."""
        title = _Title(path)
        cotangents = [self.random(y) for y in ys]
        tangents = [self.random(x) for x in self.sources.values()]
        derived = self.derive(ys, cotangents, tangents)
        reverse, forward = self.run(title, derived)
        f = compile(ys, list(self.point))
        for k, (name, x) in enumerate(self.sources.items()):
            numeric = self.differences(f, x, tangents[k])
            noise = np.finfo(tangents[k].dtype).eps / self.tolerance.step
            base = [noise * np.abs(value) for value in self.call(f)]
            backwards, forwards = reverse[k : k + 1], forward[k] if forward else []
            if backwards:
                one = _inner(backwards, [tangents[k]])
                many = _inner(cotangents, numeric)
                spread = _inner(map(np.abs, cotangents), base)
                self.near(title, "reverse", name, one, many, _scale(cotangents, numeric), spread)
            for value, expected, spread in zip(forwards, numeric, base, strict=False):
                self.near(title, "forward", name, value, expected, np.abs(expected).max(initial=0), spread)
            if backwards and forwards:
                self.adjoint(title, name, (backwards, [tangents[k]]), (cotangents, forwards))
        following = {"reverse": derived.reverse, "forward": [add(*column) for column in zip(*derived.forward)]}
        return {mode: following[mode] for mode in self.modes}
