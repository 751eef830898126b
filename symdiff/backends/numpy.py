"""Plans as straight-line NumPy source, one statement per step."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from symdiff.dtypes import DType
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast
from symdiff.ops.comparison import Compare
from symdiff.ops.elementwise import Relu, Sigmoid
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Power
from symdiff.ops.shaping import Concatenate
from symdiff.planning.steps import Literal, Plan, Step

__all__ = ["Kernel"]

CROWD = 1 << 15  # bytes of arrays that nothing needs any more, from which on they are let go
INFIX = {
    "add": "+",
    "less": "<",
    "less_equal": "<=",
    "greater": ">",
    "greater_equal": ">=",
    "equal": "==",
    "not_equal": "!=",
}


class Kernel:
    """A plan as a Python function of arrays, with its source."""

    def __init__(self, plan: Plan) -> None:
        writer = _Writer(plan)
        self.source = writer.source()
        self.plan = plan
        namespace: dict[str, Any] = {"np": np, **writer.objects}
        exec(compile(self.source, "<symdiff program>", "exec"), namespace)
        self.run: Callable[..., tuple[Any, ...]] = namespace["program"]


class _Writer:
    """Writes the statements of a plan, and collects the objects that they name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.objects: dict[str, Any] = {}
        self.names = _input_names(plan.inputs)
        self.last = _last_uses(plan)

    def source(self) -> str:
        """The text of the program."""
        inputs = ", ".join(self.names)
        lines = [f"def program({inputs}):"]
        dead: list[int] = []
        weight = 0
        for k, step in enumerate(self.plan.steps):
            if step.kind == "input":
                continue
            if step.kind == "constant":
                self.objects[f"c{k}"] = step.settings[0].array
                self.names.append(f"c{k}")
                continue
            self.names.append(f"t{k}")
            lines += self.statement(k, step)
            gone = [r for r in self.last.get(k, ()) if self.plan.steps[r].kind not in ("input", "constant")]
            dead += gone
            weight += sum(self.plan.steps[r].bytes for r in gone)
            if weight >= CROWD:
                lines.append(f"    del {', '.join(self.names[r] for r in dead)}")
                dead, weight = [], 0
        lines.append(f"    return ({''.join(f'{self.result(k)}, ' for k in range(len(self.plan.outputs)))})")
        return "\n".join(lines) + "\n"

    def result(self, k: int) -> str:
        """An output as an array of its own."""
        register = self.plan.outputs[k]
        function = "np.array" if self.plan.copied[k] else "np.asarray"
        return f"{function}({self.names[register]})"

    def statement(self, k: int, step: Step) -> list[str]:
        """The line, or lines, that compute register *k*."""
        arguments = [self.argument(a) for a in step.arguments]
        target = f"    t{k}"
        comment = f"  # {step.dtype}[{','.join(map(str, step.shape))}]"
        if step.kind == "add":
            return _sum_lines(target, arguments, step, self.plan, comment)
        if step.kind == "write_diagonal":
            output, distinct = step.settings
            names = {label: i for i, label in enumerate(distinct)}
            view = f"np.einsum(t{k}, {[names[label] for label in output]}, {list(range(len(distinct)))})"
            return [
                f"{target} = np.zeros({step.shape}, {_dtype(step.dtype)}){comment}",
                f"    {view}[...] = {arguments[0]}",
            ]
        return [f"{target} = {self.expression(k, step, arguments)}{comment}"]

    def argument(self, argument: Any) -> str:
        return number_source(argument.value) if isinstance(argument, Literal) else self.names[argument]

    def expression(self, k: int, step: Step, x: list[str]) -> str:
        """The right-hand side of one step."""
        match step.kind:
            case "barrier":
                return x[0]
            case "multiply" | "divide":
                return f"{x[0]} {'*' if step.kind == 'multiply' else '/'} {x[1]}"
            case "dot":
                return f"np.dot({x[0]}, {x[1]})"
            case "matmul" | "vecdot":
                return f"np.{step.kind}({x[0]}, {x[1]})"
            case "scale":
                return scaled_source(x[0], step.settings[0].value)
            case "sum":
                exact = f", dtype={_dtype(step.dtype)}" if step.dtype.kind in "biu" else ""
                return f"np.add.reduce({x[0]}, axis={_tuple(step.settings[0])}{exact})"
            case "transpose":
                (order,) = step.settings
                return (
                    f"{x[0]}.T" if order == tuple(range(len(order)))[::-1] else f"{x[0]}.transpose({order})"
                )
            case "reshape":
                return f"{x[0]}.reshape({step.shape})"
            case "expand":
                return (
                    f"{x[0]}[{', '.join(':' if axis is not None else 'None' for axis in step.settings[0])}]"
                )
            case "broadcast":
                return f"np.broadcast_to({x[0]}, {step.shape})"
            case "fill":
                if not step.shape:
                    return f"{_dtype(step.dtype)}({x[0]})"
                return f"np.full({step.shape}, {x[0]}, {_dtype(step.dtype)})"
            case "diagonal":
                labels, distinct = step.settings
                return f"np.einsum({x[0]}, {list(labels)}, {list(distinct)})"
            case "slice":
                source = self.plan.steps[step.arguments[0]].shape  # type: ignore[index]
                return f"{x[0]}[{_key(step.settings[0], source)}]"
        assert step.operation is not None
        return self.call(k, step.operation, x)

    def call(self, k: int, node: Node, x: list[str]) -> str:
        """An operation in NumPy's words, or its own compute."""
        match node:
            case Compare(name=name) if name in INFIX:
                return f"{x[0]} {INFIX[name]} {x[1]}"
            case Power(exponent=-1):
                return f"1.0 / {x[0]}"
            case Power(exponent=exponent):
                return f"{x[0]} ** {number_source(exponent)}"
            case Polynomial(coefficients=coefficients):
                return horner(x[0], coefficients)
            case Sigmoid():
                return f"1.0 / (1.0 + np.exp(-{x[0]}))"
            case Relu():
                return f"np.maximum({x[0]}, 0)"
            case Cast(to=to) if node.operands[0].dtype.kind != "c":
                return f"np.asarray({x[0]}).astype({_dtype(to)})"
            case Concatenate(axis=axis):
                return f"np.concatenate(({', '.join(x)}), axis={axis})"
            case Elementwise() if node.ufunc and type(node).compute is Elementwise.compute:
                return f"np.{node.ufunc}({', '.join(x)})"
        name = f"_{type(node).__name__.lower()}{k}"
        self.objects[name] = node.compute
        return f"{name}(np, {', '.join(x)})"


def _input_names(inputs: Sequence[Node]) -> list[str]:
    """One Python name per input: its own where that is possible, numbered where not."""
    names: list[str] = []
    for k, node in enumerate(inputs):
        own = node.name if isinstance(node, Variable | Placeholder) and node.name else f"x{k}"
        usable = own.isidentifier() and own.isascii() and not keyword.iskeyword(own)
        taken = own in (*names, "np", "complex") or own[0] == "_" or (own[0] in "tc" and own[1:].isdigit())
        if not usable or taken:
            own = f"{own if usable else 'x'}_{k}"
        names.append(own)
    return names


def _last_uses(plan: Plan) -> dict[int, list[int]]:
    """For each step, the registers that nothing needs after it."""
    last: dict[int, int] = {}
    for k, step in enumerate(plan.steps):
        for argument in step.arguments:
            if isinstance(argument, int):
                last[argument] = k
    for register in plan.outputs:
        last.pop(register, None)
    result: dict[int, list[int]] = {}
    for register, k in last.items():
        result.setdefault(k, []).append(register)
    return result


def _sum_lines(target: str, x: list[str], step: Step, plan: Plan, comment: str) -> list[str]:
    """A sum in one line; a long one added up in place."""
    factors = [factor.value for factor in step.settings]
    first = scaled_source(x[0], factors[0])
    terms = [_term(text, factor) for text, factor in zip(x[1:], factors[1:], strict=True)]
    leading = step.arguments[0]
    whole = isinstance(leading, int) and plan.steps[leading].shape == step.shape and step.shape
    if len(terms) < 3 or not whole:
        lines = [f"{target} = {first} {' '.join(f'{sign} {term}' for sign, term in terms[:3])}{comment}"]
        lines += [f"{target} = t{target.strip()[1:]} {sign} {term}" for sign, term in terms[3:]]
        return lines
    lines = [f"{target} = {first} {terms[0][0]} {terms[0][1]}{comment}"]
    return lines + [f"{target} {sign}= {term}" for sign, term in terms[1:]]


def _term(text: str, factor: Any) -> tuple[str, str]:
    if isinstance(factor, complex) or factor is True or not factor < 0:
        return "+", scaled_source(text, factor)
    return "-", scaled_source(text, -factor)


def scaled_source(text: str, factor: Any) -> str:
    """*text* times *factor*: by division where the inverse is exact and the factor is not."""
    if not isinstance(factor, Fraction):
        if factor == 1:
            return text
        return f"-{text}" if factor == -1 else f"{number_source(factor)} * {text}"
    inverse = 1 / factor
    if Fraction(float(inverse)) == inverse:
        return f"{text} / {number_source(float(inverse))}"
    return f"{number_source(float(factor.numerator))} * {text} / {number_source(float(factor.denominator))}"


def horner(x: str, coefficients: Sequence[Any]) -> str:
    """A polynomial as nested products: ``1.0 - x * x``."""
    constant, *higher = coefficients
    real = not any(isinstance(c, complex) for c in coefficients)
    if real and higher[-1] < 0 and constant > 0:
        return f"{number_source(constant)} - {_nested(x, [-c for c in higher])}"
    rest = _nested(x, higher)
    return rest if constant == 0 else f"{rest} + {number_source(constant)}"


def _nested(x: str, coefficients: Sequence[Any]) -> str:
    """x times the polynomial with these coefficients."""
    *lower, top = coefficients
    text = "" if top == 1 else number_source(top)
    for c in reversed(lower):
        text = f"{text} * {x}" if text else x
        if c != 0:
            text = f"({text} + {number_source(c)})"
    return f"{text} * {x}" if text else x


def number_source(value: Any) -> str:
    """A number as Python source."""
    if isinstance(value, Fraction):
        value = float(value)
    if isinstance(value, float) and (value != value or value in (float("inf"), -float("inf"))):
        return {"inf": "np.inf", "-inf": "-np.inf"}.get(str(value), "np.nan")
    if isinstance(value, complex):
        return f"complex({number_source(value.real)}, {number_source(value.imag)})"
    return f"({value!r})" if value < 0 else repr(value)


def _dtype(dtype: DType) -> str:
    return f"np.{dtype.name}" if dtype.name != "bool" else "np.bool_"


def _tuple(axes: tuple[int, ...] | None) -> str:
    return str(axes) if axes is None or len(axes) > 1 else str(axes[0])


def _key(places: Sequence[Any], shape: Sequence[int]) -> str:
    """An index: integers, and ranges as slices; whole axes at the end are left out."""
    items = []
    for place, size in zip(places, shape, strict=True):
        if isinstance(place, int):
            items.append(str(place))
            continue
        part = place.slice
        start = "" if part.start == 0 and place.step > 0 else part.start
        stop = "" if part.stop is None or part.stop == size else part.stop
        items.append(f"{start}:{stop}" + (f":{part.step}" if part.step != 1 else ""))
    while len(items) > 1 and items[-1] == ":":
        items.pop()
    return ", ".join(items)
