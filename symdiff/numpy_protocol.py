"""What NumPy's functions do with nodes: they build the node of symdiff's function of that name.

A function that NumPy and symdiff both have is found by its name when it is called; the tables below hold
only those whose names or arguments differ. What a graph cannot do is refused with the reason.
"""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NoReturn

import numpy as np

from symdiff.array_methods import public
from symdiff.node import Node
from symdiff.numpy_functions import FUNCTIONS, UFUNCS

__all__ = ["NumPyProtocol"]

REASONS = {
    "out": "an array cannot hold a symbol; use what the call returns, as in a = a + x instead of a += x",
    "where": "choose entries with symdiff.where(mask, x, y)",
    "dtype": "convert with x.astype(dtype)",
    "casting": "convert with x.astype(dtype)",
    "initial": "combine the result with add, multiply, maximum or minimum",
    "order": "a graph has no memory layout",
    "subok": "the result is a node",
    "axes": "move axes with symdiff.moveaxis or transpose",
    "axis": "move axes with symdiff.moveaxis or transpose",
}
REDUCTIONS = {
    "add": "sum",
    "multiply": "prod",
    "maximum": "max",
    "minimum": "min",
    "logical_and": "all",
    "logical_or": "any",
}
INSTEAD = {
    "at": "it would write into its operand; use x.at[i].add(v), or symdiff.scatter_add",
    "accumulate": "use symdiff.cumsum or cumprod",
    "reduceat": "slice the node and reduce each part",
}


class NumPyProtocol:
    """The two protocols by which NumPy asks its operands to act for it, and the priorities of old."""

    __slots__ = ()
    __array_priority__ = 1000.0
    __pandas_priority__ = 5000

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        name = ufunc.__name__
        if name in ("equal", "not_equal"):
            raise TypeError(
                f"np.{name}, which == and != of arrays call, is not the identity by which nodes compare; "
                f"for values, use symdiff.{name}(x, y)"
            )
        if not all(isinstance(value, Node) or _plain(value) for value in inputs):
            return NotImplemented
        if method not in ("__call__", "reduce", "outer"):
            raise TypeError(
                f"np.{name}.{method} of a node: {INSTEAD.get(method, 'call the function itself')}"
            )
        if method == "reduce":
            return _reduce(name, *inputs, **options)
        _refuse(f"np.{name}", options)
        function = _function(name, UFUNCS, [""])
        return _outer(function, *inputs) if method == "outer" else function(*inputs)

    def __array_function__(
        self,
        function: Callable[..., Any],
        types: Iterable[type],
        arguments: tuple[Any, ...],
        options: dict[str, Any],
    ) -> Any:
        name, module = function.__name__, getattr(function, "__module__", "numpy")
        folder = module.removeprefix("numpy").lstrip(".")
        folders = [f"{folder}.", ""] if folder else [""]
        bridge = FUNCTIONS.get(folders[0] + name, FUNCTIONS.get(name))
        if callable(bridge):
            accepted = inspect.signature(bridge).parameters
            if not any(each.kind is inspect.Parameter.VAR_KEYWORD for each in accepted.values()):
                _refuse(f"np.{name}", [option for option in options if option not in accepted])
            return bridge(*arguments, **options)
        return _translated(function, _function(name, FUNCTIONS, folders), arguments, options)


def _plain(value: Any) -> bool:
    """Whether *value* becomes a constant: a number, an array, a list of numbers."""
    return not hasattr(type(value), "__array_ufunc__") or isinstance(value, np.ndarray | np.generic)


def _function(name: str, table: Mapping[str, Any], folders: list[str]) -> Callable[..., Any]:
    """symdiff's function for NumPy's *name*, or a TypeError that lists what comes near."""
    known = table.get(name, name)
    found = [known] if callable(known) else [public(folder + known) for folder in folders]
    for function in found:
        if callable(function):
            return function  # type: ignore[no-any-return]
    near = difflib.get_close_matches(folders[0] + name, _names(), n=3)
    nearest = f"the nearest names are {', '.join(f'symdiff.{each}' for each in near)}; " if near else ""
    raise TypeError(
        f"np.{folders[0]}{name} has no counterpart in symdiff; {nearest}"
        "write it with functions that exist, or evaluate the node with x() and pass the array"
    )


def _names() -> list[str]:
    """The public functions, those of the folders after NumPy's included."""
    import symdiff

    inner = [f"{folder}.{each}" for folder in ("linalg", "fft") for each in _listed(public(folder))]
    return [each for each in [*symdiff.__all__, *inner] if callable(public(each))]


def _listed(module: Any) -> Sequence[str]:
    return getattr(module, "__all__", ())


def _refuse(name: str, options: Iterable[str]) -> None:
    """Raise a TypeError that says why a node does not take the first of these options."""
    for option in options:
        reason = REASONS.get(option, "symdiff's function has no such parameter")
        raise TypeError(f"{name} of a node does not take {option}=: {reason}")


def _reduce(name: str, x: Node, *, axis: Any = 0, keepdims: bool = False, **options: Any) -> Any:
    """``np.add.reduce`` and its kin: the reduction that the function repeats."""
    _refuse(f"np.{name}.reduce", options)
    if name not in REDUCTIONS:
        raise TypeError(f"np.{name}.reduce of a node: only {', '.join(REDUCTIONS)} can be reduced")
    return _function(REDUCTIONS[name], {}, [""])(x, axis=axis, keepdims=keepdims)


def _outer(function: Callable[..., Any], x: Any, y: Any) -> Any:
    """*function* of every entry of *x* with every entry of *y*: axes of *x*, then those of *y*."""
    reshape, constant = public("reshape"), public("constant")
    x, y = constant(x), constant(y)
    return function(reshape(x, (*x.shape, *[1] * y.ndim)), y)


def _translated(
    function: Callable[..., Any],
    ours: Callable[..., Any],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
) -> Any:
    """The call of NumPy's *function* as a call of ours: data by place, settings by name.

    A setting that both have is passed on with NumPy's default, so that the two agree where ours differs;
    None stands for a default of NumPy that is written elsewhere, except as an axis, where it means all.
    """
    try:
        bound = inspect.signature(function).bind(*arguments, **options)
    except ValueError:  # a function in C that does not say what it takes
        return ours(*arguments, **options)
    bound.apply_defaults()
    parameters, mine = bound.signature.parameters, inspect.signature(ours).parameters
    data: list[Any] = []
    settings: dict[str, Any] = {}
    for key, value in bound.arguments.items():
        kind, default = parameters[key].kind, parameters[key].default
        if kind is inspect.Parameter.VAR_POSITIONAL:
            data += value
        elif kind is inspect.Parameter.VAR_KEYWORD:
            settings |= value
        elif default is inspect.Parameter.empty:
            data.append(value)
        elif value is np._NoValue or (value is None is default and key != "axis"):
            continue
        elif key in mine:
            settings[key] = value
        elif value is not default and not (isinstance(value, str | int) and value == default):
            _no_setting(function, ours, key)
    return ours(*data, **settings)


def _no_setting(function: Callable[..., Any], ours: Callable[..., Any], key: str) -> NoReturn:
    hint = REASONS.get(key, f"its parameters are {', '.join(inspect.signature(ours).parameters)}")
    raise TypeError(f"np.{function.__name__} of a node is symdiff.{ours.__name__}, without {key}=: {hint}")
