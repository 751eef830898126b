"""NumPy's functions of one entry as Python expressions of floats."""

from __future__ import annotations

import math
import re
from typing import NamedTuple

from symdiff.node import Node
from symdiff.ops.entries.clipping import Clip
from symdiff.ops.entries.rounding import Round
from symdiff.ops.entries.special import Erf

__all__ = ["CALL", "FORMS", "LOGICAL", "MATH", "NAME", "UNARY", "Form", "form_of_operation", "form_of_power"]

# how tightly the parts of an expression hold together
CONDITION, OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY, CALL, NAME = range(10)


class Form(NamedTuple):
    """An expression of operands, and how tightly it and each operand must hold together.

    An operand that the text names several times is a `NAME`, so that it is computed once. Of what stands
    behind a condition, only what is chosen is computed.
    """

    text: str
    level: int
    operands: tuple[int, ...]


def _call(name: str, count: int = 1) -> Form:
    """A function of `math`; its operands stand between commas."""
    return Form(f"{name}({', '.join(f'{{{k}}}' for k in range(count))})", CALL, (CONDITION,) * count)


def _infix(sign: str, level: int, left: int) -> Form:
    return Form(f"{{0}} {sign} {{1}}", level, (left, level + 1))


SAME = (
    *("cbrt", "cos", "cosh", "exp", "exp2", "expm1", "fabs", "isfinite", "isinf", "log10", "log1p"),
    *("log2", "sin", "sinh", "sqrt", "tan", "tanh"),
)
FORMS = {
    **{name: _call(name) for name in SAME},
    "absolute": _call("fabs"),
    "log": Form(f"{math.log(2)} * log2({{0}})", PRODUCT, (CONDITION,)),  # half the time of math.log
    **{f"arc{name}": _call(f"a{name}") for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "arctan2": _call("atan2", 2),
    "hypot": _call("hypot", 2),
    "fmod": _call("fmod", 2),
    "power": _call("pow", 2),
    "negative": Form("-{0}", UNARY, (CALL,)),
    "reciprocal": Form("1.0 / {0}", PRODUCT, (UNARY,)),
    "square": Form("{0} * {0}", PRODUCT, (NAME,)),
    "add": _infix("+", SUM, SUM),
    "subtract": _infix("-", SUM, SUM),
    "multiply": _infix("*", PRODUCT, PRODUCT),
    "divide": _infix("/", PRODUCT, PRODUCT),
    "floor_divide": _infix("//", PRODUCT, PRODUCT),
    "remainder": _infix("%", PRODUCT, PRODUCT),
    "less": _infix("<", COMPARISON, SUM),
    "less_equal": _infix("<=", COMPARISON, SUM),
    "greater": _infix(">", COMPARISON, SUM),
    "greater_equal": _infix(">=", COMPARISON, SUM),
    "equal": _infix("==", COMPARISON, SUM),
    "not_equal": _infix("!=", COMPARISON, SUM),
    "isnan": Form("{0} != {0}", COMPARISON, (NAME,)),
    "logical_not": Form("not {0}", NOT, (NOT,)),
    "logical_and": _infix("and", AND, AND),
    "bitwise_and": _infix("and", AND, AND),
    "logical_or": _infix("or", OR, OR),
    "bitwise_or": _infix("or", OR, OR),
    "logical_xor": _infix("!=", COMPARISON, SUM),
    "where": Form("{1} if {0} else {2}", CONDITION, (OR, OR, OR)),
    "number": Form("1.0 if {0} else 0.0", CONDITION, (OR,)),  # of a boolean
    "same": Form("{0}", CONDITION, (CONDITION,)),
    "truth": Form("{0} != 0.0", COMPARISON, (SUM,)),  # of a number
    "maximum": Form("{0} if {0} > {1} or {0} != {0} else {1}", CONDITION, (NAME, NAME)),
    "minimum": Form("{0} if {0} < {1} or {0} != {0} else {1}", CONDITION, (NAME, NAME)),
    "sign": Form("1.0 if {0} > 0.0 else -1.0 if {0} < 0.0 else {0} + 0.0", CONDITION, (NAME,)),
    "floor": Form("copysign(floor({0}), {0})", CALL, (NAME,)),
    "ceil": Form("copysign(ceil({0}), {0})", CALL, (NAME,)),
    "trunc": Form("copysign(trunc({0}), {0})", CALL, (NAME,)),
    "logaddexp": Form(
        f"{{0}} + {math.log(2)} if {{0}} == {{1}} else {{0}} + log1p(exp({{1}} - {{0}})) if {{0}} > {{1}} "
        "else {1} + log1p(exp({0} - {1}))",
        CONDITION,
        (NAME, NAME),
    ),
}
LOGICAL = {"logical_not", "logical_and", "bitwise_and", "logical_or", "bitwise_or", "logical_xor"}
POWERS = {
    -0.5: Form("1.0 / sqrt({0})", PRODUCT, (CONDITION,)),
    0.5: Form("sqrt({0})", CALL, (CONDITION,)),
    1.5: Form("{0} * sqrt({0})", PRODUCT, (NAME,)),
    2.0: Form("{0} * {0}", PRODUCT, (NAME,)),
    3.0: Form("{0} * {0} * {0}", PRODUCT, (NAME,)),
}
CLIPPED = (
    "{0} if {0} != {0} else {1} if {1} != {1} else {2} if {2} != {2} else "
    "{2} if {2} < {0} or {2} < {1} else {1} if {1} > {0} else {0}"
)
WORDS = {word for form in (*FORMS.values(), *POWERS.values()) for word in re.findall("[a-z]\\w*", form.text)}
MATH = frozenset({"erf", "inf", "nan", *WORDS.intersection(dir(math))})  # what a program may import


def form_of_power(exponent: float) -> Form:
    """x to a number that is known: by products and roots, which take less time than `pow`."""
    return POWERS.get(exponent) or Form(f"pow({{0}}, {exponent!r})", CALL, (CONDITION,))


def form_of_operation(operation: Node | None) -> Form | None:
    """An operation that is no combination of NumPy's functions; None where `math` has nothing for it."""
    match operation:
        case Erf():
            return _call("erf")
        case Clip():
            return Form(CLIPPED, CONDITION, (NAME, NAME, NAME))
        case Round(decimals=0):
            return Form("copysign(round({0}), {0})", CALL, (NAME,))
    return None
