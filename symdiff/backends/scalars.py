"""Plans in which everything is one number, as Python source on floats: a sixth of the time of NumPy calls."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from symdiff.backends.names import input_names
from symdiff.backends.scalar_forms import (
    FORMS,
    LOGICAL,
    MATH,
    NAME,
    UNARY,
    Form,
    form_of_operation,
    form_of_power,
)
from symdiff.node import Node
from symdiff.ops.leaves import Variable
from symdiff.planning.steps import VIEWS, Argument, Literal, Plan, Step

__all__ = ["ScalarKernel", "Translator", "Written", "direct", "scalar_kernel", "written"]

Array = np.ndarray[Any, np.dtype[Any]]
LONGEST = 60  # characters of an expression that is written where it is used
ERRORS = (ArithmeticError, ValueError)  # what `math` raises where NumPy makes an infinity or a NaN
MANY = 16  # operations from which on a call of C takes less time than these in Python
WHOLE = 1 << 63  # NumPy has no signed integers from here on
NUMBER, TRUTH = np.dtype(np.float64), np.dtype(np.bool_)


class Runs(Protocol):
    """What runs a plan on arrays."""

    @property
    def run(self) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
        """The results for a list of arrays."""


class ScalarKernel:
    """A plan as a Python function of floats, with its source.

    Where `math` raises an error (a division by 0, an overflow, a logarithm of 0) the kernel for arrays,
    which *fallback* makes when first needed, runs instead, so that infinities and NaN come out as ever.
    """

    def __init__(self, plan: Plan, text: Written, fallback: Callable[[Plan], Runs]) -> None:
        self.plan = plan
        self.text = text
        self.source = text.source
        self._fallback = fallback
        self._kernel: Runs | None = None

    @cached_property
    def function(self) -> Callable[..., tuple[float, ...]]:
        """The program as it stands in the source."""
        names = dict(self.text.objects)
        exec(compile(self.source, "<symdiff program>", "exec"), names)
        found: Callable[..., tuple[float, ...]] = names["program"]
        return found

    def run(self, arrays: Sequence[Array]) -> tuple[Any, ...]:
        """The results, as arrays without axes."""
        try:
            results = self.function(*[array.item() for array in arrays])
        except ERRORS:
            if self._kernel is None:
                self._kernel = self._fallback(self.plan)
            return self._kernel.run(arrays)
        return tuple(map(np.array, results))


def direct(
    kernel: ScalarKernel,
    inputs: Sequence[Node],
    variables: Sequence[Variable],
    result: Callable[[Any, list[Array]], Any] | None,
    otherwise: Callable[..., Any],
) -> Callable[..., Any] | None:
    """A method that runs the kernel on the values it is called with, without arrays in between.

    It hands out the first result, or what *result* makes of the object and of all results. Where more care
    is needed, it calls *otherwise* with what it was given: values that are neither floats nor integers, or
    given by name, or an error of `math`. There is no such method for inputs that are booleans or have facts
    to keep to.
    """
    if any(node.dtype != NUMBER or getattr(node, "facts", None) for node in inputs):
        return None
    text = kernel.text
    given, stored = text.names[: len(inputs)], text.names[len(inputs) :]
    taken = "".join([f"{name}, " for name in given]) or "() "
    known = " and ".join([f"type({name}) is float" for name in given]) or "not _values"
    results = [f"_array({value})" for value in text.results]
    listed = ", ".join(results)
    lines = [
        text.imports,
        "def call(_self, *_values, **_named):",
        "    try:",
        f"        {taken}= _values",
        f"        if _named or not ({known}):",
        f"            {taken}= _floats(_values, _named)",
        *[f"        {name} = _variables[{k}].value.item()" for k, name in enumerate(stored)],
        *[f"    {line}" for line in text.lines],
        f"        return {results[0] if result is None else f'_result(_self, [{listed}])'}",
        "    except _errors:",
        "        return _otherwise(_self, *_values, **_named)",
    ]
    names = {"_variables": variables, "_floats": _floats, "_array": np.asarray, "_errors": ERRORS}
    names |= {"_result": result, "_otherwise": otherwise, **text.objects}
    exec(compile("\n".join(lines), "<symdiff program>", "exec"), names)
    found: Callable[..., Any] = names["call"]  # type: ignore[assignment]
    return found


def _floats(values: Sequence[Any], named: Mapping[str, Any]) -> list[float]:
    """The values as floats, or an error where one is of another kind, or named."""
    if named:
        raise ValueError("values by name")
    found = []
    for value in values:
        kind = type(value)
        known = kind is float or kind is np.float64 or (kind is int and abs(value) < WHOLE)
        if not known and not (kind is np.ndarray and value.shape == () and value.dtype == NUMBER):
            raise ValueError("no float")
        found.append(float(value))
    return found


def scalar_kernel(
    plan: Plan, fallback: Callable[[Plan], Runs], translated: Translator | None = None
) -> ScalarKernel | None:
    """The plan on floats, if all of it can be said in them; *translated*, if that can be and pays."""
    text = written(plan)
    if text is None:
        return None
    if translated is not None and sum(step.computes for step in plan.steps) >= MANY:
        text = translated(text, [plan.steps[k].dtype == TRUTH for k in plan.outputs]) or text
    return ScalarKernel(plan, text, fallback)


class Written(NamedTuple):
    """A function of floats: what goes ahead of it, its arguments, its statements and its results.

    What goes ahead imports functions, or names some of the *objects*.
    """

    imports: str
    names: list[str]
    lines: list[str]
    results: list[str]
    objects: Mapping[str, Any] = {}

    @property
    def source(self) -> str:
        """The function as text."""
        results = "".join([f"{result}, " for result in self.results])
        lines = [f"def program({', '.join(self.names)}):", *self.lines, f"    return ({results})", ""]
        return self.imports + "\n".join(lines)


Translator: TypeAlias = Callable[[Written, Sequence[bool]], Written | None]  # told which results are truths


def written(plan: Plan) -> Written | None:
    """The plan as a function of floats; None if something in it is no number, or has no form.

    Examples
    --------
    >>> import symdiff as sd
    >>> from symdiff.planning import plan
    >>> x = sd.Placeholder((), name="x")
    >>> print(written(plan([sd.exp(-x) * x**2], [x])).source)
    from math import exp
    <BLANKLINE>
    def program(x):
        return (exp(-x) * (x * x), )
    <BLANKLINE>
    """
    if any(step.shape or step.dtype not in (NUMBER, TRUTH) for step in plan.steps):
        return None
    try:
        return _Writer(plan.steps, plan.outputs, input_names(plan.inputs, _is_taken)).text()
    except _NoFormError:
        return None


class _NoFormError(Exception):
    """A step has no form in floats."""


class _Text(NamedTuple):
    """An expression, and how tightly it holds together."""

    text: str
    level: int


class _Writer:
    """Writes expressions, each where it is used if that is in one place, else as a statement."""

    def __init__(self, steps: Sequence[Step], outputs: Sequence[int], inputs: Sequence[str]) -> None:
        self.steps, self.outputs, self.inputs = steps, outputs, inputs
        self.lines: list[str] = []
        self.texts: list[_Text] = []
        self.uses = [0] * len(steps)
        for register in [*(a for step in steps for a in step.arguments if isinstance(a, int)), *outputs]:
            self.uses[register] += 1

    def text(self) -> Written:
        """The program."""
        for k, step in enumerate(self.steps):
            self.texts.append(self.expression(step))
            if self.uses[k] > 1 or len(self.texts[k].text) > LONGEST:
                self.named(k)
        results = [self.texts[register].text for register in self.outputs]
        needed = sorted(MATH.intersection(re.findall(r"\b[a-z]\w*", "\n".join([*self.lines, *results]))))
        imports = f"from math import {', '.join(needed)}\n\n" if needed else ""
        return Written(imports, list(self.inputs), self.lines, results, {})

    def named(self, k: int) -> _Text:
        """The name of a value, which is computed in a statement of its own."""
        if self.texts[k].level < NAME:
            self.lines.append(f"    t{k} = {self.texts[k].text}")
            self.texts[k] = _Text(f"t{k}", NAME)
        return self.texts[k]

    def expression(self, step: Step) -> _Text:
        """The value of one step."""
        match step.kind:
            case "input":
                return _Text(self.inputs[step.settings[0]], NAME)
            case "constant":
                return _number(step.settings[0].array.item(), step.dtype)
            case "entries":
                return self.call(step, self.form(step, step.settings[0]))
            case "call":
                return self.call(step, form_of_operation(step.operation))
            case kind if kind in ("fill", "copy") or kind in VIEWS:
                return self.argument(step.arguments[0], step)
        raise _NoFormError

    def form(self, step: Step, name: str) -> Form | None:
        """The form of a function of NumPy, if it has one for operands of these dtypes."""
        kinds = {self.steps[a].dtype for a in step.arguments if isinstance(a, int)}
        if name == "cast":
            return FORMS["same" if step.dtype in kinds else "truth" if step.dtype == TRUTH else "number"]
        if name == "where":
            return FORMS[name]
        if name == "power" and isinstance(step.arguments[1], Literal):
            return form_of_power(float(step.arguments[1].value))
        if name not in ("equal", "not_equal") and kinds != {TRUTH if name in LOGICAL else NUMBER}:
            return None
        return FORMS.get(name)

    def call(self, step: Step, form: Form | None) -> _Text:
        """A form with the operands filled in."""
        if form is None:
            raise _NoFormError
        texts = []
        for argument, level in zip(step.arguments, form.operands, strict=False):
            value = self.argument(argument, step)
            if level == NAME and isinstance(argument, int):
                value = self.named(argument)
            texts.append(value.text if value.level >= level else f"({value.text})")
        return _Text(form.text.format(*texts), form.level)

    def argument(self, argument: Argument, step: Step) -> _Text:
        """An operand of a step."""
        return _number(argument.value, step.dtype) if isinstance(argument, Literal) else self.texts[argument]


def _number(value: Any, dtype: Any) -> _Text:
    """A number as it is written: a float, unless it is a boolean among booleans."""
    if isinstance(value, bool) and dtype == TRUTH:
        return _Text(repr(value), NAME)
    try:
        text = repr(float(value))
    except (TypeError, OverflowError):
        raise _NoFormError from None
    return _Text(text, UNARY if text[0] == "-" else NAME)


def _is_taken(name: str) -> bool:
    """Whether a name means something else in a program."""
    own = re.fullmatch(r"t\d+|_.*|program|call|round", name) is not None
    return own or name in MATH or hasattr(builtins, name)
