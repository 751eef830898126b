"""Derivatives compared with finite differences: what to run on every new operation and model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from symdiff.derivative import jvp, vjp
from symdiff.dims import shape_text
from symdiff.dtypes import is_inexact
from symdiff.errors import GraphError
from symdiff.graph import leaves
from symdiff.node import Node
from symdiff.ops.add import add
from symdiff.ops.freed import freed
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.program import Program, compile

__all__ = ["GradientError", "check_grad"]

Array = np.ndarray[Any, np.dtype[Any]]
MODES = ("reverse", "forward")


class Tolerance(NamedTuple):
    """How far to step, and how far two numbers may lie apart; *exact* is for one mode against the other."""

    step: float
    rtol: float
    atol: float
    exact: float


TOLERANCES = {  # the coarsest first
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
    point must be away from kinks by a few steps. Complex functions need not be holomorphic: what is
    compared are real parts of products, along random complex directions.

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
    >>> check_grad(Half(x), x)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    symdiff.check.GradientError: check_grad: order 1, reverse mode, by x: ... derived but ...
    """
    sources = _sources(wrt)
    if order < 1 or not modes or not set(modes) <= set(MODES):
        raise GraphError(f"check_grad: order {order} and modes {modes!r}; order is at least 1, modes {MODES}")
    rows = {_precision(node.dtype) for node in (y, *sources.values())}
    table = next(row for name, row in TOLERANCES.items() if name in rows)
    given = {"step": step, "rtol": rtol, "atol": atol}
    tolerance = table._replace(**{key: value for key, value in given.items() if value is not None})
    y, sources, point = freed(y, sources, _point(y, sources, feeds or {}))
    check = _Check(sources, point, tolerance, tuple(modes), np.random.default_rng(0 if rng is None else rng))
    level: list[tuple[tuple[str, ...], list[Node]]] = [((), [y])]
    for _ in range(order):
        level = [
            ((*path, mode), slopes) for path, ys in level for mode, slopes in check.order(path, ys).items()
        ]


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
        done = f" after {', '.join(path)}" if path else ""
        title = f"check_grad: order {len(path) + 1}, {{}} mode{done}, by {{}}"
        sources = list(self.sources.values())
        program = compile(ys, list(self.point))
        base = self.run(program)
        weights = [self.direction(y, value) for y, value in zip(ys, base, strict=True)]
        moves = [self.direction(x, self.point[x]) for x in sources]
        back = self.pullback(ys, weights) if "reverse" in self.modes else []
        ahead = self.pushforward(ys, moves) if "forward" in self.modes else []
        for k, name in enumerate(self.sources):
            move = self.point[moves[k]]
            slopes = self.differences(program, name, move)
            pairing = _Pairing([self.point[g] for g in weights], slopes, base, move, self.tolerance)
            if "reverse" in self.modes:
                heading = title.format("reverse", name)
                (backward,) = self.values(heading, [back[k]], [self.point[sources[k]]])
                pairing.reverse(heading, backward)
            if "forward" in self.modes:
                heading = title.format("forward", name)
                forward = self.values(heading, ahead[k], base)
                pairing.forward(heading, forward)
            if len(set(self.modes)) == 2:
                pairing.adjoint(title.format("either", name), backward, forward)
        joined = [add(*column) for column in zip(*ahead, strict=True)]
        return {mode: back if mode == "reverse" else joined for mode in self.modes}

    def pullback(self, ys: list[Node], weights: list[Node]) -> list[Node]:
        """The gradient, by every source, of the weighted sum of all entries of *ys*."""
        sources = list(self.sources.values())
        rows = [vjp(y, sources, weight) for y, weight in zip(ys, weights, strict=True)]
        return [add(*column) for column in zip(*rows, strict=True)]

    def pushforward(self, ys: list[Node], moves: list[Node]) -> list[list[Node]]:
        """How each of *ys* changes, for each source that moves alone."""
        pairs = zip(self.sources.values(), moves, strict=True)
        return [[jvp(y, x, move) for y in ys] for x, move in pairs]

    def direction(self, node: Node, like: Array) -> Node:
        """A stand-in for random numbers, none of them large or tiny, which join the point."""
        drawn = self.rng.uniform(0.3, 1.0, like.shape) * self.rng.choice([-1.0, 1.0], like.shape)
        if like.dtype.kind == "c":
            drawn = drawn + 1j * self.rng.uniform(-1.0, 1.0, like.shape)
        probe = Placeholder(node.shape, node.dtype)
        self.point[probe] = np.asarray(drawn, node.dtype)
        return probe

    def run(self, program: Program, name: str = "", change: Any = 0) -> list[Array]:
        """The outputs of *program* at the point, with one source changed."""
        moved = self.sources.get(name)
        given = [self.point[x] + change if x is moved else self.point[x] for x in program.inputs]
        found: list[Array] = program(*given)
        return found

    def values(self, title: str, nodes: list[Node], like: list[Array]) -> list[Array]:
        """The values of *nodes*, which must be finite, and of the shapes and dtypes of *like*."""
        found = self.run(compile(nodes, list(self.point)))
        for node, value, other in zip(nodes, found, like, strict=True):
            if (value.shape, value.dtype, node.dtype) != (other.shape, other.dtype, other.dtype):
                raise GradientError(
                    f"{title}: the derivative is {node!r} and runs to {value.dtype} "
                    f"{shape_text(value.shape)}, not to {other.dtype} {shape_text(other.shape)}"
                )
            if not np.isfinite(value).all():
                raise GradientError(f"{title}: the derivative has entries that are infinite or NaN")
        return found

    def differences(self, program: Program, name: str, move: Array) -> list[Array]:
        """Central differences of four points along *move*, exact for polynomials of degree four."""
        h = move.dtype.type(self.tolerance.step)
        places = [list(map(_wide, self.run(program, name, k * h * move))) for k in (-2, -1, 1, 2)]
        return [(a - d + 8 * (c - b)) / (12 * h) for a, b, c, d in zip(*places, strict=True)]


class _Pairing(NamedTuple):
    """Differences along one direction, with what is needed to compare derivatives with them."""

    weights: list[Array]
    slopes: list[Array]
    base: list[Array]
    move: Array
    tolerance: Tolerance

    def reverse(self, title: str, backward: Array) -> None:
        """<J^T g, dx> is <g, differences>."""
        expected = sum(map(_inner, self.weights, self.slopes))
        size, base = (sum(map(_size, self.weights, values)) for values in (self.slopes, self.base))
        self.near(title, _inner(backward, self.move), expected, size, base)

    def forward(self, title: str, found: list[Array]) -> None:
        """J dx is the differences, entry by entry."""
        for value, expected, base in zip(found, self.slopes, self.base, strict=True):
            size = np.abs(expected).max(initial=0.0)
            self.near(title, value, expected, size, np.abs(base).max(initial=0.0))

    def adjoint(self, title: str, backward: Array, forward: list[Array]) -> None:
        """<J^T g, dx> is <g, J dx>, to rounding."""
        one, two = _inner(backward, self.move), sum(map(_inner, self.weights, forward))
        size = _size(backward, self.move) + sum(map(_size, self.weights, forward))
        room = self.tolerance.exact * (1 + size)
        if not abs(one - two) <= room:
            raise GradientError(f"{title}: {one} backwards but {two} forwards (tolerance {room:.1e})")

    def near(self, title: str, found: Any, expected: Any, size: Any, base: Any) -> None:
        """Whether all of *found* is as expected; *base* is how large the values are that were subtracted."""
        noise = 4 * np.finfo(self.move.dtype).eps * base / self.tolerance.step
        room = self.tolerance.atol + self.tolerance.rtol * size + noise
        far = np.abs(np.asarray(found - expected))
        if not far.size or far.max() <= room:
            return
        worst = np.unravel_index(np.argmax(far), far.shape)
        one, two = np.asarray(found)[worst], np.asarray(expected)[worst]
        raise GradientError(f"{title}: {one} derived but {two} by differences (tolerance {room:.1e})")


def _sources(wrt: Any) -> dict[str, Node]:
    """What is varied, by the names that messages use."""
    if isinstance(wrt, Mapping):
        found = {str(name): node for name, node in wrt.items()}
    else:
        nodes = wrt if isinstance(wrt, list | tuple) else [wrt]
        names = [getattr(node, "name", None) for node in nodes]
        found = {
            name if name and names.count(name) == 1 else f"wrt[{k}]": node
            for k, (name, node) in enumerate(zip(names, nodes, strict=True))
        }
    for name, node in found.items():
        if not isinstance(node, Variable | Placeholder):
            raise GraphError(f"check_grad: {name} is {node!r}; vary a Variable or a Placeholder")
    return found


def _point(y: Node, sources: Mapping[str, Node], feeds: Mapping[Node, Any]) -> dict[Node, Array]:
    """The values of everything that is varied or fed."""
    open_ = [node for node in (*sources.values(), *leaves(y)) if isinstance(node, Placeholder)]
    missing = [node for node in open_ if node not in feeds]
    if missing:
        raise GraphError(f"check_grad: {missing[0]!r} has no value; pass feeds={{{missing[0]}: array}}")
    fed = {node: np.asarray(value, node.dtype) for node, value in feeds.items()}
    return {node: node.value for node in sources.values() if isinstance(node, Variable)} | fed


def _precision(dtype: Any) -> str:
    """The row of the table of tolerances for a dtype."""
    size = np.finfo(dtype).dtype.itemsize if is_inexact(dtype) else 8
    return {2: "float16", 4: "float32"}.get(size, "float64")


def _wide(value: Any) -> Array:
    """In double precision, where sums and differences lose nothing more."""
    return np.asarray(value, complex if np.iscomplexobj(value) else float)


def _inner(x: Any, y: Any) -> Any:
    """<x, y>, without conjugation: the real part, all that is kept by functions not holomorphic."""
    return (_wide(x) * _wide(y)).sum().real


def _size(x: Any, y: Any) -> Any:
    """The sum of absolute products, which no cancellation makes small."""
    return (np.abs(_wide(x)) * np.abs(_wide(y))).sum()
