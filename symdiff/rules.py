"""A function of nodes with a derivative of its own: `custom_rule`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from symdiff.dims import shape_text
from symdiff.dtypes import is_inexact
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.cast import StopGradient, cast, identity
from symdiff.ops.filled import zeros_like
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.ops.operands import constant
from symdiff.ops.regions import Region
from symdiff.sweeps import pullback

__all__ = ["custom_rule"]

Function = Callable[..., Any]


@dataclass(frozen=True)
class Rule:
    """How a function is differentiated, in its author's words."""

    name: str
    vjp: Function | None
    jvp: Function | None

    def __str__(self) -> str:
        return self.name


class CustomRule(Region):
    """a function of nodes, differentiated by a rule of its own"""

    __slots__ = ()
    rule: Rule

    def vjp(self, k: int, g: Node) -> Node | None:
        """The cotangent that the rule hands to operand *k*."""
        return self.cotangents(g, [k], ())[0]

    def cotangents(self, g: Node, places: Sequence[int], sources: Collection[Node]) -> list[Node | None]:
        """The rule's cotangents, all of one call; operand 0 gets none."""
        _, *xs = self.operands
        for node in _reached(self.operands[0], xs):
            if node in sources:
                raise GraphError(
                    f"{self.rule}: {node!r} is inside a function with a custom rule, which differentiates by "
                    "its arguments only; pass the node as an argument"
                )
        parts = self._backward(g) if any(places) else []
        return [None if k == 0 else parts[k - 1] for k in places]

    def jvp(self, k: int, dx: Node) -> Node | None:
        """The tangent that the rule makes of a move of operand *k*."""
        if k == 0:
            return None
        if self.rule.jvp is not None:
            return self._forward(k, dx)
        probe = Placeholder(self.shape, self.dtype)
        part = self._backward(probe)[k - 1]
        return None if part is None else self._transpose(part, probe, dx, "vjp")

    def _backward(self, g: Node) -> list[Node | None]:
        """A cotangent, behind the batch axes of *g*, for each argument."""
        _, *xs = self.operands
        if self.rule.vjp is None:
            return [self._turned(k, g) if is_inexact(x.dtype) else None for k, x in enumerate(xs, 1)]
        given = self.rule.vjp(self, *xs, g)
        parts = [given] if isinstance(given, Node) or given is None else list(given)
        if len(parts) != len(xs):
            raise GraphError(
                f"{self.rule}: its vjp gives {len(parts)} cotangents for {len(xs)} arguments; give one for "
                "each, None where there is none"
            )
        batch = g.shape[: g.ndim - self.ndim]
        return [
            None if part is None else self._fits("vjp", part, (*batch, *x.shape), x)
            for part, x in zip(parts, xs, strict=True)
        ]

    def _turned(self, k: int, g: Node) -> Node:
        """A cotangent by the transpose of the rule for tangents."""
        x = self.operands[k]
        probe = Placeholder(x.shape, x.dtype)
        return self._transpose(self._forward(k, probe), probe, g, "jvp")

    def _forward(self, k: int, dx: Node) -> Node:
        """The rule's tangent as operand *k* moves alone."""
        assert self.rule.jvp is not None
        _, *xs = self.operands
        moves = [dx if place == k else zeros_like(x) for place, x in enumerate(xs, 1)]
        return self._fits("jvp", self.rule.jvp(self, *xs, *moves), self.shape, self)

    def _fits(self, mode: str, part: Any, shape: Any, like: Node) -> Node:
        """What a rule gave, if it has the shape that it should have."""
        node = constant(part)
        if node.shape != shape:
            raise ShapeError(
                f"{self.rule}: its {mode} gives {shape_text(node.shape)}, but {shape_text(shape)} is needed, "
                "leading batch axes of the cotangent included; count axes from the end"
            )
        return cast(node, like.dtype)

    def _transpose(self, part: Node, probe: Node, direction: Node, given: str) -> Node:
        """The transpose, at *direction*, of a map that is linear in *probe*."""
        turned: Node
        (turned,) = pullback(part, [probe], direction)
        if probe in toposort(turned):
            other = "jvp" if given == "vjp" else "vjp"
            raise GraphError(
                f"{self.rule}: its {given} is not linear, so that it says nothing about the {other}; "
                f"give custom_rule {other}= as well"
            )
        return turned


def custom_rule(
    function: Function | None = None, *, vjp: Function | None = None, jvp: Function | None = None
) -> Function:
    """A function of nodes that is differentiated by a rule of its own, to every order.

    The value is what *function* builds. The rule is made of nodes as well, so its derivatives are found
    as usual; the first argument that it is given is the result, whose derivative is again the rule's.
    Use as a decorator, ``@custom_rule(vjp=...)``, or call it with the function.

    Parameters
    ----------
    function : callable
        From nodes, its positional arguments, to one node. Keyword arguments are settings, which the
        rule is not told. Variables and placeholders of floating dtype come in as arguments only.
    vjp : callable, optional
        ``vjp(result, *arguments, g)`` gives a cotangent for each argument: one node, or a tuple in
        which None stands for no dependence. *g* may have leading batch axes, which cotangents keep.
    jvp : callable, optional
        ``jvp(result, *arguments, *tangents)`` gives the tangent of the result.
        Of two linear rules one is enough: the other is its transpose.

    Returns
    -------
    callable
        From anything array-like to a node.

    Raises
    ------
    TypeError
        If no rule is given, or the function does not return one node.
    GraphError
        If the function uses a variable that is not an argument; or, when differentiated, if a rule gives the
        wrong number of cotangents, or a missing rule cannot be derived from the other.
    ShapeError
        When differentiated, if a cotangent has not the shape of its argument.

    Examples
    --------
    >>> import symdiff as sd
    >>> @custom_rule(vjp=lambda y, x, g: g)
    ... def sign_through(x):
    ...     return sd.sign(x)
    >>> x = sd.Variable([0.5, -2.0], "x")
    >>> y = sign_through(x) * [1.0, 10.0]
    >>> y(), sd.grad(y.sum(), x)()
    (array([ 1., -10.]), array([ 1., 10.]))
    """
    if vjp is None and jvp is None:
        raise TypeError(
            "custom_rule: give a rule, vjp= or jvp= or both; there is nothing to differentiate by"
        )
    if function is None:
        return functools.partial(custom_rule, vjp=vjp, jvp=jvp)
    if isinstance(function, Node) or not callable(function):
        raise TypeError(f"custom_rule: {function!r} is not a function; write custom_rule(function, vjp=...)")
    rule = Rule(getattr(function, "__name__", type(function).__name__), vjp, jvp)

    @functools.wraps(function)
    def ruled(*arguments: Any, **settings: Any) -> Node:
        xs = [identity(constant(argument)) for argument in arguments]
        result = function(*xs, **settings)
        if not isinstance(result, Node):
            raise TypeError(
                f"{rule}: a function with a custom rule returns one node, not {type(result).__name__}; "
                "join several with concatenate"
            )
        _refuse_captured(rule, result, xs)
        return CustomRule(result, *xs, rule=rule)

    return ruled


def _refuse_captured(rule: Rule, result: Node, xs: Sequence[Node]) -> None:
    """Complain about what would have a gradient, had it come in as an argument."""
    for node in _reached(result, xs):
        if isinstance(node, Variable | Placeholder) and is_inexact(node.dtype):
            raise GraphError(
                f"{rule}: it uses {node!r}, which is not among its arguments, so that its rule has no "
                "derivative for it; pass it as an argument, or use stop_gradient of it"
            )


def _reached(result: Node, xs: Collection[Node]) -> list[Node]:
    """The nodes that a derivative of *result* would meet otherwise than through *xs*."""
    ends = set(xs)
    blocked = {node for node in toposort(result, stop=ends) if isinstance(node, StopGradient)}
    return [node for node in toposort(result, stop=ends | blocked) if node not in ends]
