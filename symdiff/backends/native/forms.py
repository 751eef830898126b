"""What of functions of entries C computes by itself: only what IEEE 754 defines to the last bit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from symdiff.backends.native.addresses import loop_of
from symdiff.dtypes import DType
from symdiff.planning.steps import Step, literal_dtype

__all__ = ["TYPES", "form_of", "is_native", "kinds_of", "number_text", "signature_of"]

TYPES = {"float32": "float", "float64": "double", "bool": "unsigned char"}
FLOATS = {  # of floats, to a float
    "add": "{} + {}",
    "subtract": "{} - {}",
    "multiply": "{} * {}",
    "divide": "{} / {}",
    "negative": "-{}",
    "square": "{0} * {0}",
    "reciprocal": "1 / {}",
}
ORDERS = {  # of floats, to a truth
    "less": "{} < {}",
    "less_equal": "{} <= {}",
    "greater": "{} > {}",
    "greater_equal": "{} >= {}",
    "equal": "{} == {}",
    "not_equal": "{} != {}",
}
TRUTHS = {  # of truths
    **dict.fromkeys(("logical_and", "bitwise_and"), "{} & {}"),
    **dict.fromkeys(("logical_or", "bitwise_or"), "{} | {}"),
    **dict.fromkeys(("logical_not", "invert"), "!{}"),
}


def is_native(steps: Sequence[Step], step: Step) -> bool:
    """Whether a step is a function of entries that C can do, by itself or with NumPy's loop."""
    if step.kind != "entries" or not step.shape:
        return False
    if any(kind.name not in TYPES for kind in kinds_of(steps, step)):
        return False
    (name,) = step.settings
    return form_of(steps, step) is not None or loop_of(name, signature_of(steps, step)) is not None


def kinds_of(steps: Sequence[Step], step: Step) -> list[DType]:
    """The dtypes of the arguments of a step, then that of its result."""
    chosen = step.settings == ("where",)
    given = [
        steps[a].dtype if isinstance(a, int) else step.dtype if chosen else literal_dtype(steps, step, a)
        for a in step.arguments
    ]
    return [*given, step.dtype]


def signature_of(steps: Sequence[Step], step: Step) -> str:
    """The dtypes of a step as NumPy writes them: ``ff->f``."""
    *given, made = [kind.char for kind in kinds_of(steps, step)]
    return f"{''.join(given)}->{made}"


def form_of(steps: Sequence[Step], step: Step) -> str | None:
    """A function of entries as a C expression, if C has it to the last bit."""
    *given, made = kinds_of(steps, step)
    (name,) = step.settings
    if name == "cast":
        return "{} != 0" if made.kind == "b" else "{}"
    if name == "where":
        return "{} ? {} : {}" if given[0].kind == "b" and {*given[1:]} == {made} else None
    if len(set(given)) > 1:
        return None
    if given[0].kind == "f":
        return FLOATS.get(name) if made == given[0] else ORDERS.get(name) if made.kind == "b" else None
    return TRUTHS.get(name) if made.kind == "b" else None


def number_text(value: Any, dtype: DType) -> str:
    """A number in C, exactly.

    Examples
    --------
    >>> number_text(0.5, np.dtype("float32")), number_text(-2, np.dtype("float64"))
    ('0x1.0000000000000p-1f', '(-0x1.0000000000000p+1)')
    """
    if dtype.kind == "b":
        return str(int(bool(value)))
    exact = float(np.asarray(value, dtype))
    if exact != exact or exact in (float("inf"), -float("inf")):
        return "NAN" if exact != exact else "INFINITY" if exact > 0 else "(-INFINITY)"
    text = exact.hex() + "f" * (dtype.itemsize == 4)
    return f"({text})" if text[0] == "-" else text
