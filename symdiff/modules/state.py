"""Variables by name: how a model, or an optimizer, is saved and loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from symdiff.dims import shape_text
from symdiff.errors import GraphError, ShapeError
from symdiff.facts import check_facts
from symdiff.ops.leaves import Variable

__all__ = ["Stateful"]

Array = np.ndarray[Any, np.dtype[Any]]


class Stateful:
    """Whatever holds variables in its attributes, directly or in lists, tuples, dicts and other holders.

    Variables are found in the order in which the attributes were set; attributes that start with an
    underscore are left out. A variable's name is the way to it, joined by dots: ``layers.0.weight``. One
    that is held twice goes by the first name.

    Examples
    --------
    >>> import symdiff as sd
    >>> class Line(Stateful):
    ...     def __init__(self):
    ...         self.slope = sd.Variable(2.0)
    ...         self.ends = [sd.Variable(0.0), sd.Variable(1.0)]
    >>> line = Line()
    >>> list(line.variables())
    ['slope', 'ends.0', 'ends.1']
    >>> line.load_state({**line.state(), "slope": 3.0})
    >>> line.slope.value
    array(3.)
    """

    def variables(self) -> dict[str, Variable]:
        """All variables, trainable or not, by name."""
        found: dict[Variable, str] = {}
        for name, variable in _walk(self, "", set()):
            found.setdefault(variable, name)
        return {name: variable for variable, name in found.items()}

    def state(self) -> dict[str, Array]:
        """The current values by name: arrays that nobody changes afterwards."""
        return {name: variable.value for name, variable in self.variables().items()}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Set all variables to the values in *state*, or, if one of them does not fit, none.

        Parameters
        ----------
        state : mapping of name to array_like
            As `state` returned it.

        Raises
        ------
        GraphError
            If names are missing or not known.
        ShapeError
            If a value has another shape than its variable.
        TypeError
            If a value cannot be converted to the dtype of its variable.
        ValueError
            If a value does not keep to the facts that its variable was declared with.
        """
        variables = self.variables()
        kind = type(self).__name__
        if missing := [name for name in variables if name not in state]:
            raise GraphError(f"{kind}.load_state: the state lacks {', '.join(missing)}")
        if unknown := [name for name in state if name not in variables]:
            raise GraphError(f"{kind}.load_state: there is no variable {', '.join(unknown)}")
        arrays = {name: np.asarray(state[name]) for name in variables}
        for name, variable in variables.items():
            _check(f"{kind}.load_state: {name}", variable, arrays[name])
        for name, variable in variables.items():
            variable.value = arrays[name]


def members(holder: Stateful) -> Iterator[tuple[str, Variable | Stateful]]:
    """The variables and holders among the attributes, with the name of each; containers are opened."""
    return _opened("", {name: value for name, value in vars(holder).items() if name[0] != "_"})


def _opened(name: str, value: Any) -> Iterator[tuple[str, Variable | Stateful]]:
    """The variables and holders in *value*, which goes by *name*."""
    if isinstance(value, Variable | Stateful):
        yield name, value
        return
    items = value.items() if isinstance(value, Mapping) else enumerate(value) if _is_row(value) else ()
    for key, item in items:
        yield from _opened(f"{name}.{key}" if name else str(key), item)


def _is_row(value: Any) -> bool:
    return isinstance(value, list | tuple)


def _walk(holder: Stateful, path: str, entered: set[int]) -> Iterator[tuple[str, Variable]]:
    """The variables below *holder*, which is entered once."""
    if id(holder) in entered:
        return
    entered.add(id(holder))
    for name, member in members(holder):
        if isinstance(member, Variable):
            yield path + name, member
        else:
            yield from _walk(member, f"{path}{name}.", entered)


def _check(role: str, variable: Variable, array: Array) -> None:
    if array.shape != variable.shape:
        raise ShapeError(
            f"{role} is {shape_text(variable.shape)}, but its new value is {shape_text(array.shape)}"
        )
    if not np.can_cast(array.dtype, variable.dtype, "same_kind"):
        raise TypeError(f"{role} is {variable.dtype}, but its new value is {array.dtype}")
    if variable.facts:
        check_facts(variable, variable.facts, array.astype(variable.dtype))
