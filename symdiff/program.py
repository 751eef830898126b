"""Graphs as programs: compiled once for given sizes, run many times, readable as source."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from symdiff.backends.native import functions_of
from symdiff.backends.numpy import Kernel
from symdiff.backends.scalars import ScalarKernel, direct, scalar_kernel
from symdiff.binding import as_value, bind, check_bound, check_inputs, check_update, in_order
from symdiff.cost import Cost, cost_of
from symdiff.errors import GraphError
from symdiff.facts import check_facts
from symdiff.finite import all_finite, refuse_nonfinite
from symdiff.graph import toposort
from symdiff.memory_plan import MemoryPlan, memory_plan
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.planning import plan, specialise
from symdiff.planning.memory.peak import peak_bytes
from symdiff.planning.specialise import symbols
from symdiff.quantities import bytes_of
from symdiff.structure import flatten, unflatten

__all__ = ["Program", "compile"]

BACKENDS = ("numpy", "c")
KERNELS = 32  # specialisations that a program keeps

Array = np.ndarray[Any, np.dtype[Any]]


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
        check_finite: bool = False,
        memory_limit: int | None = None,
        backend: str = "numpy",
        order: Sequence[Node] | None = None,
    ) -> None:
        self.structure = outputs
        self.check_finite = check_finite
        self.memory_limit = memory_limit
        self.backend = backend
        self._native, self._translated = functions_of(backend)
        self._alone = isinstance(outputs, Node) and not updates
        row = type(outputs) in (list, tuple) and all(isinstance(node, Node) for node in outputs)
        self._row = type(outputs) if row else None
        self.inputs = tuple(inputs)
        self._fitting = [
            (node, node.dtype, None if getattr(node, "facts", None) else node.shape) for node in inputs
        ]
        self.variables = tuple(variables)
        self.updates = dict(updates)
        self.results = [*flatten(outputs, "compile"), *updates.values()]
        self.symbols = symbols([*(order or toposort(*self.results)), *inputs])
        self._kernels: OrderedDict[tuple[int, ...], Kernel | ScalarKernel] = OrderedDict()
        self._lock = threading.Lock()
        kernel = None if self.symbols else self.kernel({})
        self._run = kernel and kernel.run
        if isinstance(kernel, ScalarKernel) and not updates and not check_finite:
            shaped = None if self._alone else Program._in_structure
            call = direct(kernel, self.inputs, self.variables, shaped, Program.__call__)
            if call is not None:  # a class made for it: Python finds a method of objects by their class
                self.__class__ = type("Program", (Program,), {"__call__": call})

    def __call__(self, *values: Any, **named: Any) -> Any:
        """The outputs for these values of the inputs, by position or by name; then the updates happen."""
        arrays = [variable.value for variable in self.variables]
        run = self._run
        if values or named or self.inputs:
            given = in_order(self.inputs, values, named)
            fed = [
                value
                if type(value) is np.ndarray and value.dtype is dtype and value.shape == shape
                else as_value(node, value)
                for (node, dtype, shape), value in zip(self._fitting, given, strict=True)
            ]
            run = run or self.kernel(bind(self.inputs, fed)).run
            arrays = fed + arrays
        results = (run or self.kernel({}).run)(arrays)
        if self.check_finite and not all_finite(results):
            self._refuse(results, arrays)
        if self._alone:
            return results[0]
        if self.updates:
            results = self._updated(results)
        return self._in_structure(results)

    def _in_structure(self, results: Sequence[Array]) -> Any:
        """The results as the outputs were given."""
        return self._row(results) if self._row else unflatten(self.structure, results)

    def _updated(self, results: tuple[Array, ...]) -> tuple[Array, ...]:
        """The results for the caller, once all variables have new values; none has if one is wrong."""
        count = len(results) - len(self.updates)
        new = dict(zip(self.updates, results[count:], strict=True))
        for variable, value in new.items():
            if variable.facts:
                check_facts(variable, variable.facts, value)
        for variable, value in new.items():
            variable.adopt(value)
        return results[:count]

    def _refuse(self, results: Sequence[Array], arrays: Sequence[Array]) -> None:
        """Complain about results that are not finite."""
        count = len(results) - len(self.updates)
        names = [f"output {k}" for k in range(count)] if count > 1 else ["the output"] * count
        names += [f"the update of {variable!r}" for variable in self.updates]
        named = dict(zip(names, zip(self.results, results, strict=True), strict=True))
        refuse_nonfinite(named, (*self.inputs, *self.variables), arrays)

    def kernel(self, sizes: Mapping[str, int]) -> Kernel | ScalarKernel:
        """The code for these sizes, made when they are first seen."""
        check_bound(self.symbols, sizes)
        key = tuple(sizes[name] for name in sorted(self.symbols))
        found = self._kernels.get(key)
        if found is not None:
            return found
        given = (*self.inputs, *self.variables)
        outputs, inputs = specialise(self.results, given, sizes) if sizes else (self.results, given)
        steps = plan(outputs, inputs, self.memory_limit, self._native)
        made = scalar_kernel(steps, Kernel, self._translated) or Kernel(steps)
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
        """What one run takes, known without running it; for symbolic sizes, at the newest sizes.

        Examples
        --------
        >>> import symdiff as sd
        >>> a, b = sd.Placeholder((30, 40), name="a"), sd.Placeholder((40, 50), name="b")
        >>> print(compile(sd.tanh(a @ b), [a, b]).cost)
        2 steps, 122 k flops, 61.6 kB moved, at most 12 kB held
        step  operation  result          flops    moved   held
        t2    dot        float64[30,50]  120 k  37.6 kB  12 kB
        t3    tanh       float64[30,50]  1.5 k    24 kB  12 kB
        """
        plan = self._newest().plan
        return cost_of(plan)

    @property
    def plan(self) -> MemoryPlan:
        """Which values are kept and which are computed again; for symbolic sizes, at the newest sizes.

        Examples
        --------
        >>> import symdiff as sd
        >>> x = sd.Placeholder((1000,), name="x")
        >>> y = x
        >>> for _ in range(9):
        ...     y = sd.sin(y)
        >>> plan = compile(sd.grad(y.sum(), x), [x], memory_limit="60 kB").plan
        >>> plan.peak_bytes <= 60_000 < plan.once_bytes, plan.repeated[0].operation
        (True, 'sin')
        """
        return memory_plan(self._newest().plan, self.memory_limit, partial(peak_bytes, native=self._native))

    def _newest(self) -> Kernel | ScalarKernel:
        if not self._kernels:
            raise GraphError(f"program: sizes {', '.join(sorted(self.symbols))} are open until it first runs")
        return next(reversed(self._kernels.values()))

    def __reduce__(self) -> tuple[Any, ...]:
        settings = (self.check_finite, self.memory_limit, self.backend)
        return Program, (self.structure, self.inputs, self.variables, self.updates, *settings)

    def __str__(self) -> str:
        return f"# {self.cost.summary}\n{self.source}" if self._kernels else repr(self)

    def __repr__(self) -> str:
        return f"<program of {len(self.inputs)} inputs, {len(self.results)} results>"


def compile(
    outputs: Any,
    inputs: Sequence[Node] | Node | None = None,
    updates: Mapping[Variable, Node] | None = None,
    *,
    check_finite: bool = False,
    memory_limit: int | str | None = None,
    backend: str = "numpy",
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
    check_finite : bool
        Whether a call looks at its results and, where one is NaN or infinite, raises an error that names the
        first node that made it so, its formula, its operands and, within `record_lines`, the line that built
        it. Variables then keep their values. It costs a look at the results of a call, and on the way to
        an error the graph is run once more, node by node as it was built.
    memory_limit : int or str, optional
        The most memory for arrays at one time, inputs, variables and constants aside: bytes, or text such as
        ``"200 MB"`` or ``"1.5 GiB"``. `Program.cost` says what a program needs. Where it needs more, values
        are computed again instead of kept, which changes no bit of the results: n equal steps with room
        for s states take the fewest steps that are possible (Griewank and Walther, "Algorithm 799:
        revolve", 2000). `Program.plan` says what is done. With symbolic sizes, this is decided for
        each sizes anew.
    backend : {"numpy", "c"}
        ``"c"`` has runs of functions of entries, and programs of numbers, done by functions in C, which are
        generated, compiled by the C compiler that is found (``CC``, cc, gcc or clang) and kept in the user's
        cache. The rest stays NumPy, and so do exponentials and their kin within these functions, so that
        results are the same to the last bit. Without a compiler, all is NumPy, after a warning.

    Returns
    -------
    Program

    Raises
    ------
    GraphError
        If a placeholder is missing from *inputs*.
    ShapeError
        If an update has not the shape of its variable.
    TypeError
        If *check_finite* is no boolean, or *memory_limit* neither a number nor text.
    ValueError
        If *memory_limit* is text that is no number of bytes, or negative; if there is no such *backend*.
    MemoryLimitError
        If no plan is found that stays within *memory_limit*; it says the smallest limit that works. For
        symbolic sizes it comes from the first call with such sizes.
    NonFiniteError
        When called, if *check_finite* is set and a result is NaN or infinite.

    Notes
    -----
    What `check_finite` reports has reached a result. It says nothing of a NaN in a choice that `where` did
    not take, or of an infinity that a softmax has made a zero, nor of infinities that stand in the graph
    as constants. Of an infinity that became a NaN, as in inf - inf, it names the node that made it.

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
    if not isinstance(check_finite, bool):
        raise TypeError(f"compile: check_finite is True or False, not {check_finite!r}")
    if backend not in BACKENDS:
        raise ValueError(f"compile: backend is one of {', '.join(map(repr, BACKENDS))}, not {backend!r}")
    limit = None if memory_limit is None else bytes_of(memory_limit, "compile: memory_limit")
    updates = dict(updates or {})
    flat = flatten(outputs, "compile")
    for variable, node in updates.items():
        check_update(variable, node)
    order = toposort(*flat, *updates.values())
    found = [node for node in order if isinstance(node, Placeholder)]
    given = found if inputs is None else [inputs] if isinstance(inputs, Node) else list(inputs)
    check_inputs(given, order)
    above = any(node.operands for node in given)  # what lies below an input is not needed
    needed = toposort(*flat, *updates.values(), stop=set(given)) if above else order
    for node in needed:
        if isinstance(node, Placeholder) and node not in given:
            raise GraphError(f"compile: {node!r} is needed but is not among the inputs; add it")
    variables = [node for node in needed if isinstance(node, Variable) and node not in given]
    return Program(outputs, given, variables, updates, check_finite, limit, backend, order)
