"""Losses for SciPy: value, gradient, Hessian and Hessian-vector product of one flat vector."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import accumulate, pairwise
from typing import Any, NamedTuple

import numpy as np

from symdiff.binding import as_value
from symdiff.derivative import grad, hvp, jacobian
from symdiff.dims import shape_text
from symdiff.errors import GraphError, ShapeError
from symdiff.graph import leaves
from symdiff.linearised import linearised
from symdiff.node import Node
from symdiff.ops.leaves import Placeholder, Variable, frozen_array
from symdiff.program import Program, compile
from symdiff.structure import flatten, unflatten

__all__ = ["ScipyProblem", "to_scipy"]

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, eq=False, repr=False)
class ScipyProblem:
    """A loss and its derivatives as functions of one flat float64 vector; `to_scipy` makes it.

    The vector is the variables' entries one after the other, each variable in C order. Calling a
    function does not change the variables; `assign` does. Programs are compiled when they are first
    needed. Other variables of the loss are read at each call.

    Attributes
    ----------
    loss : Node
    variables : Variable, or a list, tuple or dict of them, as given
    feeds : mapping of Placeholder to array
    """

    loss: Node
    variables: Any
    feeds: Mapping[Node, Array]
    _known: dict[str, Any] = field(default_factory=dict, init=False)

    # --- what SciPy calls -------------------------------------------------------------------------------

    def fun(self, x: Any, *args: Any) -> float:
        """The loss at *x*.

        Once a gradient was asked for, it is computed along with the value, for the call that follows.
        """
        x = self._point("fun", x, args)
        if "_slopes" in self.__dict__:
            return self._both(x)[0]
        return float(self._values(*self._parts(x), *self.feeds.values()))

    def jac(self, x: Any, *args: Any) -> Array:
        """The gradient at *x*, flat."""
        return self._both(self._point("jac", x, args))[1]

    def fun_and_jac(self, x: Any, *args: Any) -> tuple[float, Array]:
        """The loss and its gradient at *x*, for ``jac=True``."""
        return self._both(self._point("fun_and_jac", x, args))

    def hess(self, x: Any, *args: Any) -> Array:
        """The Hessian at *x*, a symmetric matrix over the entries of all variables."""
        x = self._point("hess", x, args)
        blocks = iter(self._hessians(*self._parts(x), *self.feeds.values()))
        full = np.empty((x.size, x.size))
        for k, rows in enumerate(self._spans):
            for columns in self._spans[k:]:
                block = next(blocks).reshape(rows.stop - rows.start, columns.stop - columns.start)
                full[columns, rows] = block.T
                full[rows, columns] = block
        return full

    def hessp(self, x: Any, p: Any, *args: Any) -> Array:
        """The Hessian at *x* times the vector *p*, without the Hessian.

        What *p* has no part in is kept for the next *p* at the same *x*.
        """
        x, p = self._point("hessp", x, args), self._point("hessp", p, ())
        first, second = self._products
        kept = self._known_at(x, "kept", first)
        return self._flat(second(*self._parts(x), *self.feeds.values(), *kept, *self._parts(p)))

    # --- between the variables and the vector ---------------------------------------------------------------

    @property
    def x0(self) -> Array:
        """The variables' current values, flat: a new array at each access."""
        return self._flat([variable.value for variable in self._flat_variables])

    def unflatten(self, x: Any) -> Any:
        """*x* as one array per variable, of its shape and dtype, in the structure of *variables*."""
        parts = self._parts(self._point("unflatten", x, ()))
        return unflatten(self.variables, [part.copy() for part in parts])

    def assign(self, x: Any) -> None:
        """Store *x* in the variables."""
        parts = self._parts(self._point("assign", x, ()))
        for variable, part in zip(self._flat_variables, parts, strict=True):
            variable.value = part

    def __repr__(self) -> str:
        return f"<scipy problem of {self._size} entries in {len(self._flat_variables)} variables>"

    # --- programs, each made when it is first needed --------------------------------------------------------

    @cached_property
    def _flat_variables(self) -> list[Variable]:
        return [v for v in flatten(self.variables, "to_scipy: variables") if isinstance(v, Variable)]

    @cached_property
    def _gradient(self) -> list[Node]:
        found: list[Node] = grad(self.loss, self._flat_variables)
        return found

    @cached_property
    def _values(self) -> Program:
        return compile(self.loss, [*self._flat_variables, *self.feeds])

    @cached_property
    def _slopes(self) -> Program:
        return compile([self.loss, *self._gradient], [*self._flat_variables, *self.feeds])

    @cached_property
    def _hessians(self) -> Program:
        """The blocks on and right of the diagonal, row by row."""
        variables = self._flat_variables
        rows = [jacobian(g, variables[k:]) for k, g in enumerate(self._gradient)]
        return compile([block for row in rows for block in row], [*variables, *self.feeds])

    @cached_property
    def _products(self) -> tuple[Program, Program]:
        variables = self._flat_variables
        directions: list[Node] = [Placeholder(variable.shape, variable.dtype) for variable in variables]
        product = hvp(self.loss, variables, directions)
        return linearised(product, [*variables, *self.feeds], directions)

    # --- at a point -----------------------------------------------------------------------------------------

    def _both(self, x: Array) -> tuple[float, Array]:
        """The loss and its gradient."""
        value, *slopes = self._known_at(x, "slopes", self._slopes)
        return float(value), self._flat(slopes)

    def _known_at(self, x: Array, name: str, program: Program) -> list[Array]:
        """What *program* gives at *x*: from the last call, if nothing has changed since."""
        others = [variable.value for variable in program.variables]
        last: _Evaluation | None = self._known.get(name)
        if last is None or not last.holds(x, others):
            point = x.copy()
            last = _Evaluation(point, others, program(*self._parts(point), *self.feeds.values()))
            self._known[name] = last
        return last.results

    def _point(self, name: str, x: Any, args: tuple[Any, ...]) -> Array:
        """*x* as a float64 vector of the right length."""
        if args:
            raise TypeError(
                f"{name}: the loss takes no args, but was given {len(args)}; a placeholder is given "
                "its value once, as to_scipy(..., feeds={placeholder: array})"
            )
        array = np.asarray(x)
        if array.dtype.kind not in "biuf":
            raise TypeError(f"{name}: a vector of real numbers is needed, not {array.dtype} {x!r}")
        if array.shape != (self._size,):
            held = ", ".join(f"{v}: {shape_text(v.shape)}" for v in self._flat_variables)
            raise ShapeError(
                f"{name}: the vector is {shape_text(array.shape)}, but the variables ({held}) hold "
                f"{self._size} entries; start from x0"
            )
        return array.astype(np.float64, copy=False)

    def _parts(self, x: Array) -> list[Array]:
        """The entries of each variable, in its shape and dtype."""
        pairs = zip(self._flat_variables, self._spans, strict=True)
        return [x[span].reshape(v.value.shape).astype(v.dtype, copy=False) for v, span in pairs]

    def _flat(self, parts: Sequence[Array]) -> Array:
        """A new vector of all entries."""
        return np.concatenate([part.ravel() for part in parts], dtype=np.float64)

    @cached_property
    def _spans(self) -> list[slice]:
        """Where the entries of each variable stand."""
        ends = accumulate([v.value.size for v in self._flat_variables], initial=0)
        return [slice(start, stop) for start, stop in pairwise(ends)]

    @property
    def _size(self) -> int:
        return int(self._spans[-1].stop)


class _Evaluation(NamedTuple):
    """What a program gave at a point, for some values of the other variables."""

    point: Array
    others: list[Array]
    results: list[Array]

    def holds(self, x: Array, others: list[Array]) -> bool:
        """Whether point and values are the same; a variable's value is another array once it is assigned."""
        return np.array_equal(self.point, x) and all(map(operator.is_, self.others, others))


def to_scipy(loss: Node, variables: Any, feeds: Mapping[Node, Any] | None = None) -> ScipyProblem:
    """A loss as what SciPy's optimizers take: functions of one flat float64 vector.

    Parameters
    ----------
    loss : Node
        A real scalar.
    variables : Variable, or a list, tuple or dict of them
        What is varied: of any shapes and real floating dtypes. Arithmetic is in those dtypes, the
        vector is float64.
    feeds : mapping of Placeholder to value, optional
        Values of the placeholders of the loss, the same at each call.

    Returns
    -------
    ScipyProblem
        With ``fun``, ``jac``, ``fun_and_jac``, ``hess``, ``hessp``, ``x0``, ``unflatten`` and ``assign``.

    Raises
    ------
    GraphError
        If the loss is not a scalar, a variable is listed twice or none is, a placeholder has no value.
    TypeError
        If the loss or a variable is not real floating-point, or something else than a variable is listed.
    ShapeError
        If a value in *feeds* has not the shape of its placeholder.

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([-1.2, 1.0], "x")
    >>> problem = to_scipy(100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2, x)
    >>> problem.jac(problem.x0)
    array([-215.6,  -88. ])

    >>> from scipy.optimize import minimize
    >>> found = minimize(problem.fun, problem.x0, jac=problem.jac, hessp=problem.hessp, method="Newton-CG")
    >>> problem.assign(found.x)
    >>> x.value.round(3)
    array([1., 1.])
    """
    if not isinstance(loss, Node):
        raise TypeError(f"to_scipy: the loss is a node, not {type(loss).__name__} {loss!r}")
    _check_real("the loss", loss)
    if loss.shape:
        raise GraphError(
            f"to_scipy: the loss {loss!r} is {shape_text(loss.shape)}, and must be a scalar; sum it"
        )
    given = _feeds(loss, feeds or {})
    listed = flatten(variables, "to_scipy: variables")
    for variable in listed:
        if not isinstance(variable, Variable):
            raise TypeError(
                f"to_scipy: {variable!r} is not a Variable; give what holds a value to start from"
            )
        _check_real("the variable", variable)
    if not listed or len(set(listed)) < len(listed):
        raise GraphError(
            f"to_scipy: {len(listed)} variables, {len(set(listed))} of them different; list each once"
        )
    return ScipyProblem(loss, variables, given)


def _check_real(role: str, node: Node) -> None:
    if node.dtype.kind != "f":
        raise TypeError(
            f"to_scipy: {role} {node!r} is {node.dtype}, and must be real floating point; give the variable "
            "dtype=float, or make a complex one of its real and imaginary parts"
        )


def _feeds(loss: Node, feeds: Mapping[Node, Any]) -> dict[Node, Array]:
    """A copy of the value of every placeholder."""
    for node in feeds:
        if not isinstance(node, Placeholder):
            raise GraphError(f"to_scipy: feeds map placeholders to values, but {node!r} is no placeholder")
    missing = [leaf for leaf in leaves(loss) if isinstance(leaf, Placeholder) and leaf not in feeds]
    if missing:
        raise GraphError(
            f"to_scipy: {missing[0]!r} has no value; pass feeds={{{missing[0]}: array}} for the placeholder"
        )
    return {node: frozen_array(as_value(node, value)) for node, value in feeds.items()}
