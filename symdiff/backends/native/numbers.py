"""Programs of single numbers as one function in C: the expressions of the Python program, in C's spelling.

Where Python raises an error, C goes on with an infinity or a NaN. What comes out of the function then is
computed again, as after an error.
"""

from __future__ import annotations

import ast
import ctypes
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symdiff.backends.native.compiler import library
from symdiff.backends.scalars import Written

__all__ = ["c_source", "in_c", "translated"]

OPERATORS: Mapping[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.And: "&&",
    ast.Or: "||",
    ast.USub: "-",
    ast.Not: "!",
}
SPELLED = {"inf": "INFINITY", "nan": "NAN", "round": "rint"}  # what C calls otherwise


class _NotInCError(Exception):
    """Python's remainder, say, is not that of C."""


def translated(text: Written, truths: Sequence[bool]) -> Written | None:
    """A function of floats with its statements in C; *truths* says which of its results are booleans.

    It raises an error where a result is not finite. None if C has no words for it.
    """
    code = c_source(text.names, text.lines, text.results) if truths else None
    if code is None:
        return None
    ahead = f'_code = """{code}"""\n_program = in_c(_code, {len(text.names)}, {len(truths)})\n\n'
    found = [f"r.r{k}" for k in range(len(truths))] if len(truths) > 1 else ["r"]
    odd = "r.odd" if len(truths) > 1 else "r - r"  # 0, or NaN
    lines = [
        f"    r = _program({', '.join(text.names)})",
        f"    if {odd} != 0.0:",
        "        raise ArithmeticError",
    ]
    results = [f"{one} != 0.0" if truth else one for one, truth in zip(found, truths, strict=True)]
    return Written(ahead, text.names, lines, results, {"in_c": in_c})


def c_source(names: Sequence[str], lines: Sequence[str], results: Sequence[str]) -> str | None:
    """A function of numbers, given by the lines of its Python program; None if C has no words for it.

    Examples
    --------
    >>> print(c_source(["x"], ["t1 = sin(x)"], ["1.0 if t1 > 0.0 else t1 / x"]))
    #include <math.h>
    <BLANKLINE>
    double program(double x0)
    {
        const double t1 = sin(x0);
        return ((t1 > 0x0.0p+0) ? 0x1.0000000000000p+0 : (t1 / x0));
    }
    <BLANKLINE>
    """
    known = {name: f"x{k}" for k, name in enumerate(names)} | SPELLED
    try:
        body = [_statement(line, known) for line in lines]
        found = [_expression(ast.parse(result, mode="eval").body, known) for result in results]
    except _NotInCError:
        return None
    kind, value = "double", found[0]
    ahead: list[str] = []
    if len(found) > 1:
        ahead = [f"struct results {{ double {', '.join(f'r{k}' for k in range(len(found)))}, odd; }};", ""]
        body += [f"const double r{k} = {text};" for k, text in enumerate(found)]
        odd = " + ".join(f"(r{k} - r{k})" for k in range(len(found)))
        kind = "struct results"
        value = f"(struct results){{{', '.join(f'r{k}' for k in range(len(found)))}, {odd}}}"
    given = ", ".join(f"double x{k}" for k in range(len(names))) or "void"
    text = ["#include <math.h>", "", *ahead, f"{kind} program({given})", "{"]
    return "\n".join([*text, *[f"    {line}" for line in body], f"    return {value};", "}"]) + "\n"


def _statement(line: str, known: Mapping[str, str]) -> str:
    """A line that gives a name to a value."""
    (statement,) = ast.parse(line.strip()).body
    assert isinstance(statement, ast.Assign)
    (target,) = statement.targets
    return f"const double {ast.unparse(target)} = {_expression(statement.value, known)};"


def _expression(node: ast.expr, known: Mapping[str, str]) -> str:
    """An expression, with brackets around all of its parts."""

    def part(inner: ast.expr) -> str:
        return _expression(inner, known)

    match node:
        case ast.Constant(value=value):
            return str(int(value)) if isinstance(value, bool) else float(value).hex()  # type: ignore[arg-type]
        case ast.Name(id=name):
            return known.get(name, name)
        case ast.Call(func=ast.Name(id=name), args=given):
            return f"{known.get(name, name)}({', '.join(map(part, given))})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return f"({part(test)} ? {part(body)} : {part(orelse)})"
        case ast.UnaryOp(op=op, operand=operand) if type(op) in OPERATORS:
            return f"({OPERATORS[type(op)]}{part(operand)})"
        case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
            return f"({part(left)} {OPERATORS[type(op)]} {part(right)})"
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            return f"({part(left)} {OPERATORS[type(op)]} {part(right)})"
        case ast.BoolOp(op=op, values=values):
            return f"({f' {OPERATORS[type(op)]} '.join(map(part, values))})"
    raise _NotInCError


def in_c(source: str, inputs: int, outputs: int) -> Callable[..., Any]:
    """The function of that source: of floats, to a float, or to an object with r0, r1 and so on, and odd."""
    function = library(source).program
    function.argtypes = [ctypes.c_double] * inputs
    function.restype = ctypes.c_double
    if outputs > 1:
        fields = [(name, ctypes.c_double) for name in (*[f"r{k}" for k in range(outputs)], "odd")]
        function.restype = type("Results", (ctypes.Structure,), {"_fields_": fields})
    called: Callable[..., Any] = function
    return called
