"""Plans as straight-line NumPy source, one statement per step."""

from __future__ import annotations

import keyword
from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.backends.silence import silenced
from symdiff.backends.text import (
    axes_source,
    dtype_source,
    horner,
    key_source,
    number_source,
    scaled_source,
)
from symdiff.node import Node
from symdiff.ops.base import Elementwise
from symdiff.ops.cast import Cast
from symdiff.ops.comparison import Compare
from symdiff.ops.elementwise import Relu, Sigmoid
from symdiff.ops.leaves import Placeholder, Variable
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Power
from symdiff.ops.shaping import Concatenate
from symdiff.planning.diagonals import FRESH
from symdiff.planning.steps import Literal, Plan, Step

__all__ = ["Kernel"]

CROWD = 1 << 15  # bytes of arrays that nothing needs any more, from which on they are let go
CERTAIN = FRESH | {"add_diagonal_in_place"}  # steps that make arrays, unless scalars
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
        own = all(_is_own(step.operation) for step in plan.steps)
        self.run = silenced(namespace["program"], own)


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
        if self.plan.copied[k]:
            return f"np.array({self.names[register]})"
        return self.names[register] if self.is_array(register) else f"np.asarray({self.names[register]})"

    def statement(self, k: int, step: Step) -> list[str]:
        """The line, or lines, that compute register *k*."""
        arguments = [self.argument(a) for a in step.arguments]
        target = f"    t{k}"
        comment = f"  # {step.dtype}[{','.join(map(str, step.shape))}]"
        if step.kind == "add":
            return _sum_lines(target, arguments, step, self.plan, comment)
        if "diagonal" in step.kind and step.kind != "diagonal":
            return _diagonal_lines(target, arguments, step, comment)
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
            case "dot" if self.is_array(step.arguments[0]):  # the method takes less time to call
                return f"{x[0]}.dot({x[1]})"
            case "dot" | "matmul" | "vecdot":
                return f"np.{step.kind}({x[0]}, {x[1]})"
            case "scale":
                return scaled_source(x[0], step.settings[0].value)
            case "sum":
                exact = f", dtype={dtype_source(step.dtype)}" if step.dtype.kind in "biu" else ""
                return f"np.add.reduce({x[0]}, axis={axes_source(step.settings[0])}{exact})"
            case "transpose":
                (order,) = step.settings
                turned = order == tuple(range(len(order)))[::-1]
                return f"{x[0]}.T" if turned else f"{x[0]}.transpose({order})"
            case "reshape":
                return f"{x[0]}.reshape({step.shape})"
            case "expand":
                axes = [":" if axis is not None else "None" for axis in step.settings[0]]
                return f"{x[0]}[{', '.join(axes)}]"
            case "broadcast":
                return f"np.broadcast_to({x[0]}, {step.shape})"
            case "fill":
                if not step.shape:
                    return f"{dtype_source(step.dtype)}({x[0]})"
                return f"np.full({step.shape}, {x[0]}, {dtype_source(step.dtype)})"
            case "diagonal":
                labels, distinct = step.settings
                return f"np.einsum({x[0]}, {list(labels)}, {list(distinct)})"
            case "slice":
                source = self.plan.steps[step.arguments[0]].shape  # type: ignore[index]
                return f"{x[0]}[{key_source(step.settings[0], source)}]"
        assert step.operation is not None
        return self.call(k, step, step.operation, x)

    def is_array(self, argument: Any) -> bool:
        """Whether a value is an array for certain: a scalar may be none, nor may what a user returns."""
        if isinstance(argument, Literal):
            return False
        step = self.plan.steps[argument]
        while step.kind in ("transpose", "reshape", "expand", "broadcast"):
            step = self.plan.steps[step.arguments[0]]
        own = step.kind == "elementwise" and _is_own(step.operation)
        return step.kind in ("input", "constant") or (step.shape != () and (own or step.kind in CERTAIN))

    def call(self, k: int, step: Step, node: Node, x: list[str]) -> str:
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
                value = x[0] if self.is_array(step.arguments[0]) else f"np.asarray({x[0]})"
                return f"{value}.astype({dtype_source(to)})"
            case Concatenate(axis=axis):
                return f"np.concatenate(({', '.join(x)}), axis={axis})"
            case Elementwise() if node.ufunc and type(node).compute is Elementwise.compute:
                return f"np.{node.ufunc}({', '.join(x)})"
        name = f"_{type(node).__name__.lower()}{k}"
        self.objects[name] = node.compute
        return f"{name}(np, {', '.join(x)})"


def _is_own(operation: Node | None) -> bool:
    """Whether an operation is the package's own, and so known to look at its operands only."""
    return operation is None or type(operation).__module__.startswith("symdiff.")


def _input_names(inputs: Sequence[Node]) -> list[str]:
    """One Python name per input: its own where that is possible, numbered where not."""
    names: list[str] = []
    for k, node in enumerate(inputs):
        own = node.name if isinstance(node, Variable | Placeholder) and node.name else f"x{k}"
        usable = own.isidentifier() and own.isascii() and not keyword.iskeyword(own)
        taken = (
            own in (*names, "np", "complex", "view")
            or own[0] == "_"
            or (own[0] in "tc" and own[1:].isdigit())
        )
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


def _diagonal_lines(target: str, x: list[str], step: Step, comment: str) -> list[str]:
    """Cores written into zeros, or added to an array, through views of the diagonals."""
    empty = step.kind == "write_diagonal"
    base = {
        "write_diagonal": f"np.zeros({step.shape}, {dtype_source(step.dtype)})",
        "add_diagonal": f"np.array({x[0]})",
        "add_diagonal_in_place": x[0],
    }[step.kind]
    lines = [f"{target} = {base}{comment}"]
    for k, (core, (factor, output, distinct)) in enumerate(zip(x[not empty :], step.settings, strict=True)):
        names = {label: i for i, label in enumerate(distinct)}
        labels = f"{[names[label] for label in output]}, {list(range(len(distinct)))}"
        view = f"np.einsum({target.strip()}, {labels})"
        if empty and k == 0:
            lines.append(f"    {view}[...] = {scaled_source(core, factor.value)}")
        else:
            sign, term = _term(core, factor.value)
            lines += [f"    view = {view}", f"    view {sign}= {term}", "    del view"]
    return lines


def _term(text: str, factor: Any) -> tuple[str, str]:
    if isinstance(factor, complex) or factor is True or not factor < 0:
        return "+", scaled_source(text, factor)
    return "-", scaled_source(text, -factor)
