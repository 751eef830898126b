"""Graphs as programs: compiled once for given sizes, run many times, readable as source."""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symdiff.backends.numpy import Kernel
from symdiff.binding import as_value, bind, check_bound, check_inputs, check_update, in_order
from symdiff.errors import GraphError
from symdiff.graph import toposort
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.planning import plan, specialise
from symdiff.planning.memory import peak_bytes
from symdiff.planning.specialise import symbols
from symdiff.structure import flatten, unflatten

__all__ = ["Cost", "Program", "compile", "evaluate"]

KERNELS = 32  # specialisations that a program keeps

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True)
class Cost:
    """What one run takes: arithmetic operations, steps, bytes of arrays made, and the most needed at once."""

    flops: int
    steps: int
    bytes: int
    peak_bytes: int


class Program:
    """A graph compiled to straight-line code; `compile` makes it.

    Calling it runs the graph on the inputs' values and the variables' current values. It may be
    called from several threads at once. Floating-point warnings are not raised: infinities and NaNs
    come out where the arithmetic makes them.
    """

    def __init__(
        self,
        outputs: Any,
        inputs: Sequence[Node],
        variables: Sequence[Variable],
        updates: Mapping[Variable, Node],
    ) -> None:
        self.structure = outputs
        self._alone = isinstance(outputs, Node) and not updates
        self.inputs = tuple(inputs)
        self.variables = tuple(variables)
        self.updates = dict(updates)
        self.results = [*flatten(outputs, "compile"), *updates.values()]
        self.symbols = symbols(toposort(*self.results, *inputs))
        self._kernels: OrderedDict[tuple[int, ...], Kernel] = OrderedDict()
        self._lock = threading.Lock()
        self._run = None if self.symbols else self.kernel({}).run

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The outputs for these values of the inputs, by position or by name; then the updates happen."""
        arrays = [variable.value for variable in self.variables]
        run = self._run
        if values or named or self.inputs:
            given = in_order(self.inputs, values, named)
            fed = [as_value(node, value) for node, value in zip(self.inputs, given, strict=True)]
            run = run or self.kernel(bind(self.inputs, fed)).run
            arrays = fed + arrays
        results = (run or self.kernel({}).run)(arrays)
        if self._alone:
            return results[0]
        count = len(results) - len(self.updates)
        for variable, value in zip(self.updates, results[count:], strict=True):
            variable.adopt(value)
        return unflatten(self.structure, results[:count])

    def kernel(self, sizes: Mapping[str, int]) -> Kernel:
        """The code for these sizes, made when they are first seen."""
        check_bound(self.symbols, sizes)
        key = tuple(sizes[name] for name in sorted(self.symbols))
        found = self._kernels.get(key)
        if found is not None:
            return found
        given = (*self.inputs, *self.variables)
        outputs, inputs = specialise(self.results, given, sizes) if sizes else (self.results, given)
        made = Kernel(plan(outputs, inputs))
        with self._lock:
            self._kernels[key] = made
            while len(self._kernels) > KERNELS:
                self._kernels.popitem(last=False)
        return made

    @property
    def source(self) -> str:
        """The Python source that runs; for symbolic sizes, that of the newest sizes."""
        return self._newest().source

    @property
    def cost(self) -> Cost:
        """What one run takes; for symbolic sizes, at the newest sizes."""
        plan = self._newest().plan
        steps = plan.steps
        return Cost(
            sum(step.flops for step in steps),
            sum(step.kind not in ("input", "constant") for step in steps),
            sum(step.bytes for step in steps),
            peak_bytes(plan),
        )

    def _newest(self) -> Kernel:
        if not self._kernels:
            raise GraphError(f"program: sizes {', '.join(sorted(self.symbols))} are open until it first runs")
        return next(reversed(self._kernels.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.structure, self.inputs, self.variables, self.updates)

    def __str__(self) -> str:
        return self.source

    def __repr__(self) -> str:
        return f"<program of {len(self.inputs)} inputs, {len(self.results)} results>"


def compile(
    outputs: Any,
    inputs: Sequence[Node] | Node | None = None,
    updates: Mapping[Variable, Node] | None = None,
) -> Program:
    """A program that computes *outputs*.

    Parameters
    ----------
    outputs : Node, or a list, tuple or dict of nodes, nested as you like
        What a call returns, in the same structure.
    inputs : node or sequence of nodes, optional
        What a call is given, in this order; by default the placeholders, oldest first. A variable in
        *inputs* is given its value by the call. Any node may be an input: what it was computed from is
        then not looked at.
    updates : mapping of variable to node, optional
        New values that every call stores in variables, after everything is computed.

    Returns
    -------
    Program

    Raises
    ------
    GraphError
        If a placeholder is missing from *inputs*.
    ShapeError
        If an update has not the shape of its variable.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Placeholder((2,), name="x")
    >>> w = sd.Variable([1.0, 2.0], "w")
    >>> f = compile(w @ x, [x])
    >>> print(f([3.0, 4.0]))
    11.0
    >>> print(f.source)
    def program(x, w):
        t2 = x.dot(w)  # float64[]
        return (np.asarray(t2), )
    <BLANKLINE>
    """
    updates = dict(updates or {})
    flat = flatten(outputs, "compile")
    for variable, node in updates.items():
        check_update(variable, node)
    order = toposort(*flat, *updates.values())
    found = [node for node in order if isinstance(node, Placeholder)]
    given = found if inputs is None else [inputs] if isinstance(inputs, Node) else list(inputs)
    if len(set(given)) < len(given):
        raise GraphError("compile: an input is listed twice")
    check_inputs(given, order)
    needed = toposort(*flat, *updates.values(), stop=set(given))
    for node in needed:
        if isinstance(node, Placeholder) and node not in given:
            raise GraphError(f"compile: {node!r} is needed but is not among the inputs; add it")
    variables = [node for node in needed if isinstance(node, Variable) and node not in given]
    return Program(outputs, given, variables, updates)


_evaluators: weakref.WeakKeyDictionary[Node, dict[Any, Any]] = weakref.WeakKeyDictionary()


def evaluate(node: Node, feeds: Mapping[Node, Any]) -> Array:
    """The value of *node* now, with *feeds* for its placeholders.

    The code is kept as long as the node is, without keeping the graph alive.
    """
    for key in feeds:
        if not isinstance(key, Node):
            raise GraphError(f"evaluate: feeds map nodes to values, but {key!r} is not a node")
    arrays = [as_value(key, value) for key, value in feeds.items()]
    sizes = bind(list(feeds), arrays)
    if isinstance(node, Variable) and node not in feeds:
        return node.value.copy()
    case = tuple(map(id, feeds)), tuple(sizes.items())
    known = _evaluators.setdefault(node, {})
    if case not in known:
        check_inputs(list(feeds), toposort(node))
        order = toposort(node, stop=set(feeds))
        check_bound(symbols(order), sizes)
        for leaf in order:
            if isinstance(leaf, Placeholder) and leaf not in feeds:
                raise GraphError(
                    f"evaluate: {leaf!r} has no value; pass it, as in y({{x: array}}), "
                    f"for the placeholder {leaf}"
                )
        variables = [leaf for leaf in order if isinstance(leaf, Variable) and leaf not in feeds]
        given = [*feeds, *variables]
        outputs, inputs = specialise([node], given, sizes) if sizes else ([node], given)
        known[case] = Kernel(plan(outputs, inputs)).run, variables
    run, variables = known[case]
    result: Array = run([*arrays, *[variable.value for variable in variables]])[0]
    return result
