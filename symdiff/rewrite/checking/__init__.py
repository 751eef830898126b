"""Checking rewrites: both sides of every rule that fires, computed at random points and compared."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import numpy as np

from symdiff.dims import shape_text
from symdiff.errors import RewriteError
from symdiff.graph import leaves
from symdiff.node import Leaf, Node
from symdiff.printing.formula import formula, leaf_name
from symdiff.rewrite.checking.evaluation import Difference
from symdiff.rewrite.checking.fields import PRIME, Exact
from symdiff.rewrite.checking.reals import Neighbourhood
from symdiff.rewrite.checking.sampling import Point

__all__ = ["Checker", "checking", "current"]

KINDS = ("positive", "negative", "normal", "current")
SHOWN = 6  # leaves whose values a message names
_seed: ContextVar[int | None] = ContextVar("symdiff checking", default=None)


class Checker:
    """Computes graphs at a few random points, and remembers the values of all nodes it has seen.

    Both sides of a rewrite are compared modulo a prime first, where an operation that is none of fields
    is a random function. Graphs that agree there are equal. Others are compared in the widest floating
    type, at numbers between 0.1 and 0.9, at negative ones, at normally distributed ones, and at the
    values that variables have, each up to what rounding may do at that point. Leaves keep to the facts
    they were declared with; symbolic sizes become small numbers. A rule may give a value where there was
    none (infinite, or NaN), but not lose one.

    What is not found: differences above an array of more than 2**20 entries or a contraction of more than
    2**22 operations; rewrites that only round differently, or lose digits; rules that hold just for the
    values which variables of integers have, or for small integers where a program is fed integers.

    Parameters
    ----------
    seed : int
        Chooses the points.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([0.5, 2.0], "x")
    >>> checker = Checker()
    >>> checker.check("log_of_exp", sd.log(sd.exp(x)), x)
    >>> checker.check("log_of_square", sd.log(x * x), sd.log(x))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    symdiff.errors.RewriteError: the rule log_of_square changed a value: ...
    """

    def __init__(self, seed: int = 0) -> None:
        self.exact = [Exact(Point("positive", seed, k)) for k in range(2)]
        self.places = [Neighbourhood(Point(kind, seed, k)) for k, kind in enumerate(KINDS)]

    def check(self, rule: str, before: Node, after: Node) -> None:
        """Compare what the rule called *rule* was applied to with what it made of it.

        Raises
        ------
        RewriteError
            If they differ in shape, dtype or value; it names the rule, both formulas, the point and
            the values there.
        """
        if before is after:
            return
        if before.shape != after.shape or before.dtype != after.dtype:
            _refuse(
                rule,
                before,
                after,
                f"changed a type: {before.dtype} {shape_text(before.shape)} became "
                f"{after.dtype} {shape_text(after.shape)}",
                "",
            )
        exact = self.exact[0]
        if exact.agree(before, after):
            if not exact.point.sizes or self.exact[1].agree(before, after):
                return
            exact = self.exact[1]  # at other sizes they differ
        for place in self.places:
            self._compare(rule, before, after, place)
        found = exact.difference(before, after)
        if found is not None:
            point = _point(exact.point, [before, after], {})
            _refuse(rule, before, after, f"changed a value modulo {PRIME}: {_text(found)}", point)

    def _compare(self, rule: str, before: Node, after: Node, place: Neighbourhood) -> None:
        """Compare at one point, in floating point."""
        try:
            found = place.difference(before, after)
        except Exception as reason:
            point = _point(place.point, [before, after], place.plain.values)
            text = f"made something that cannot be computed: {type(reason).__name__}: {reason}"
            _refuse(rule, before, after, text, point, reason)
        else:
            if found is not None:
                point = _point(place.point, [before, after], place.plain.values)
                _refuse(rule, before, after, f"changed a value: {_text(found)}", point)


def _refuse(
    rule: str, before: Node, after: Node, what: str, point: str, reason: Exception | None = None
) -> None:
    raise RewriteError(
        f"the rule {rule} {what}\n  before: {formula(before)}\n  after:  {formula(after)}{point}\n"
        "The rule is wrong, or needs to know something of its operands that it does not ask for.",
        rule,
        before,
        after,
    ) from reason


def _text(found: Difference) -> str:
    where = f" at {list(found.place)}" if found.place else ""
    return f"{found.before!s} became {found.after!s}{where}"


def _point(point: Point, nodes: list[Node], values: dict[Node, Any]) -> str:
    """The sizes and the values of leaves, as far as there is room for them."""
    parts = [f"{name} = {size}" for name, size in point.sizes.items()]
    with np.printoptions(precision=6, threshold=12, edgeitems=2, linewidth=10**6):
        for leaf in [leaf for leaf in leaves(*nodes) if isinstance(leaf, Leaf)][:SHOWN]:
            if values.get(leaf) is not None:
                text = str(np.asarray(values[leaf])).replace("\n", "")
                parts.append(f"{leaf_name(leaf)} = {text}")
    return f"\n  where:  {', '.join(parts)}" if parts else ""


@contextmanager
def checking(enabled: bool = True, seed: int = 0) -> Iterator[None]:
    """Inside, every rewrite of `simplify` is checked; a rule that changes a value is named in an error.

    Parameters
    ----------
    enabled : bool
        False turns checking off where it is on.
    seed : int
        Chooses the random points.

    Raises
    ------
    TypeError
        If *enabled* is no boolean, or *seed* no non-negative int.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([1.0, 2.0], "x")
    >>> with checking():
    ...     print(sd.grad((x * x).sum(), x))
    2 * x
    """
    if not isinstance(enabled, bool):
        raise TypeError(f"checking: enabled is True or False, not {enabled!r}; give a seed as seed=")
    if not isinstance(seed, int) or isinstance(seed, bool) or seed < 0:
        raise TypeError(f"checking: a seed is a non-negative int, not {seed!r}")
    token = _seed.set(seed if enabled else None)
    try:
        yield
    finally:
        _seed.reset(token)


def current() -> Checker | None:
    """A new checker where checking is on, else None."""
    seed = _seed.get()
    return None if seed is None else Checker(seed)
