"""A node as one line, and as a formula of bounded length."""

from __future__ import annotations

from typing import Any

from symdiff.coefficients import product
from symdiff.dims import size_text
from symdiff.node import Node, number
from symdiff.ops.add import Add
from symdiff.ops.axes.norms import PowerNorm
from symdiff.ops.axes.reductions import Reduction
from symdiff.ops.axes.softmax import LogSoftmax, Softmax
from symdiff.ops.cast import Cast
from symdiff.ops.einsum import Einsum, is_scalar_constant, scale
from symdiff.ops.entries.comparison import SIGNS, Compare, Not
from symdiff.ops.entries.logarithms import OddsOfExp
from symdiff.ops.entries.sinc import Sinc
from symdiff.ops.entries.special import Polygamma
from symdiff.ops.leaves import Constant, Placeholder, Variable
from symdiff.ops.linalg.results import Output
from symdiff.ops.places.gather import FlatIndex
from symdiff.ops.places.indexing import OneHot, ScatterAdd, Take
from symdiff.ops.places.overwriting import Overwrite, Put
from symdiff.ops.polynomial import Polynomial
from symdiff.ops.powers import Inverse, Length, Pow, Power
from symdiff.ops.regions import Barrier, Region
from symdiff.ops.shape.ranges import Arange
from symdiff.ops.shape.reshaping import Reshape
from symdiff.ops.shape.shaping import Concatenate, Place, Slice
from symdiff.printing.calls import public_call
from symdiff.printing.indices import index_text
from symdiff.printing.notation import einsum_term, number_text
from symdiff.printing.terms import ATOM, POWER, PRODUCT, SUM, Term, wrap

__all__ = ["describe", "formula", "leaf_name"]

BUDGET = 80  # operations written before the rest becomes an ellipsis
DEPTH = 24


def leaf_name(node: Node) -> str:
    """The name of a leaf, or one made from its serial number."""
    match node:
        case Variable() | Placeholder():
            return node.name or f"{'v' if isinstance(node, Variable) else 'p'}{number(node)}"
        case Constant():
            return str(node.value.tolist()) if node.value.size <= 4 else f"c{number(node)}"
    return type(node).__name__.lower()


def describe(node: Node) -> str:
    """One line: the kind of node, its name or equation, dtype and shape.

    Examples
    --------
    >>> import symdiff as sd
    >>> describe(sd.Variable([1.0, 2.0], "x"))
    '<variable x float64[2]>'
    """
    words = [type(node).__name__.lower()]
    if isinstance(node, Variable | Placeholder):
        words.append(leaf_name(node))
    if isinstance(node, Einsum):
        words.append(str(node.wiring))
    sizes = ",".join(map(size_text, node.shape))
    facts = getattr(node, "facts", None)
    return f"<{' '.join(words)} {node.dtype}[{sizes}]{f' {facts}' if facts else ''}>"


def formula(node: Node) -> str:
    """The node as a formula; what exceeds a fixed number of operations becomes an ellipsis.

    Examples
    --------
    >>> import symdiff as sd
    >>> x, y = sd.Variable(3.0, "x"), sd.Variable(4.0, "y")
    >>> formula(x * y / 2 - sd.exp(x + 3)**2)
    'x * y / 2 - exp(x + 3)**2'
    """
    return _Writer().write(node)[0]


def function_name(node: Node) -> str:
    """The class as a function is called: StopGradient as stop_gradient, LogSumExp as logsumexp."""
    name = type(node).__name__
    if name.startswith(("LogSum", "Arg")):
        return name.lower()
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class _Writer:
    """Writes nodes until a budget is spent."""

    def __init__(self) -> None:
        self.left = BUDGET
        self.depth = 0

    def write(self, node: Node) -> Term:
        if self.left <= 0 or self.depth > DEPTH:
            return "…", ATOM
        self.left -= 1
        self.depth += 1
        try:
            return self.term(node)
        finally:
            self.depth -= 1

    def exact(self, node: Node) -> str:
        """A node with the axes that a product would leave to broadcasting."""
        text = self.write(node)
        if not isinstance(node, Einsum) or len(node.operands) != 1 or not node.wiring.is_view:
            return text[0]
        (labels,), output, sizes = node.wiring
        leading = next((k for k, label in enumerate(output) if label in labels), len(output))
        if any(sizes[label] != 1 for label in output if label not in labels):
            return f"broadcast_to({text[0]}, {_sizes(node.shape)})"
        inserted = "None, " * leading
        return f"{wrap(text, ATOM)}[{inserted}...]" if leading else text[0]

    def block(self, node: Node) -> str:
        """A part of an array, of its own shape also where it is one number."""
        if is_scalar_constant(node):
            return f"full({_sizes(node.shape)}, {self.write(node)[0]})"
        return self.exact(node)

    def term(self, node: Node) -> Term:
        match node:
            case Variable() | Placeholder() | Constant():
                return leaf_name(node), ATOM
            case Einsum():
                return einsum_term(node, self.write)
            case Add():
                return self.sum(node)
            case Polynomial():
                return self.polynomial(node)
            case Length(operands=(x,)):
                return f"sqrt({self.write(x)[0]})", ATOM
            case OddsOfExp(operands=(x,)):
                return f"1 / expm1({self.write(scale(x, -1))[0]})", PRODUCT
            case Power(operands=(x,), exponent=-1) | Inverse(operands=(x,)):
                return f"1 / {wrap(self.write(x), ATOM)}", PRODUCT
            case Power(operands=(x,), exponent=exponent):
                text = number_text(exponent)
                return f"{wrap(self.write(x), ATOM)}**{text if exponent >= 0 else f'({text})'}", POWER
            case Pow(operands=(x, y)):
                return f"{wrap(self.write(x), ATOM)}**{wrap(self.write(y), POWER)}", POWER
            case Compare(operands=(x, y), name=name):
                return f"({wrap(self.write(x), SUM)} {SIGNS[name]} {wrap(self.write(y), SUM)})", ATOM
            case Overwrite(operands=(x, v)):
                where = index_text(node.ranges, x.shape)
                return f"{wrap(self.write(x), ATOM)}.at[{where}].set({self.exact(v)})", ATOM
            case Put(operands=(x, v, places), axis=axis):
                where = ":, " * axis + self.exact(places)
                return f"{wrap(self.write(x), ATOM)}.at[{where}].set({self.exact(v)})", ATOM
            case Output(operands=(x,), part=part):
                return f"{self.write(x)[0]}[{part}]", ATOM
            case Slice(operands=(x,)):
                return f"{wrap(self.write(x), ATOM)}[{index_text(node.ranges, x.shape)}]", ATOM
            case Region() | Barrier():
                return self.write(node.operands[0])
        return f"{self.call(node)}", ATOM

    def call(self, node: Node) -> str:
        """name(operands, settings), for operations without a notation of their own."""
        name = function_name(node)
        write = self.block if isinstance(node, Concatenate) else self.exact
        inside = ", ".join(map(write, node.operands))
        public = public_call(node, inside)
        if public is not None:
            return public
        match node:
            case Cast():
                return f'{wrap(self.write(node.operands[0]), ATOM)}.astype("{node.to}")'
            case Reshape():
                return f"reshape({inside}, {_sizes(node.target)})"
            case Place(target=target):
                where = index_text(node.ranges, node.shape)
                return f"zeros({_sizes(target)}, '{node.dtype}').at[{where}].set({inside})"
            case Concatenate(axis=axis):
                return f"concatenate([{inside}], axis={axis})"
            case ScatterAdd(axis=axis, length=size):
                return f"{name}({inside}, size={size_text(size)}, axis={axis})"
            case FlatIndex(lengths=lengths):
                return f"ravel_multi_index([{inside}], {_sizes(lengths)})"
            case Arange(length=size):
                return f"arange({size_text(size)}, dtype='{node.dtype}')"
            case Not():
                return f"logical_not({inside})"
            case Take(axis=axis):
                return f"take({inside}, axis={axis})"
            case OneHot(length=size):
                return f"{name}({inside}, {size_text(size)})"
            case Polygamma(order=n):
                return f"polygamma({n}, {inside})"
            case Sinc(order=0):
                return f"sinc({inside})"
            case Reduction() | Softmax() | LogSoftmax():
                return self.along_axes(node, name, inside)
        settings = [
            f"{field}={_setting(value)}" for field, value in zip(node.fields, node.attributes, strict=True)
        ]
        return f"{name}({', '.join([inside, *settings] if inside else settings)})"

    def along_axes(self, node: Reduction | Softmax | LogSoftmax, name: str, inside: str) -> str:
        """name(operand, axis), without the axis where it is the one that the function would choose."""
        if isinstance(node, PowerNorm):
            name, inside = "norm", f"{inside}, {number_text(node.order)}"
        axes, count = node.axes, node.operands[0].ndim
        if len(axes) == count if isinstance(node, Reduction) else axes == (count - 1,):
            return f"{name}({inside})"
        return f"{name}({inside}, axis={axes[0] if len(axes) == 1 else axes})"

    def sum(self, node: Add) -> Term:
        parts: list[Any] = []
        for factor, operand in zip(node.coefficients, node.operands, strict=True):
            if self.left <= 0:
                parts.append((False, True, "+ …"))
                break
            text = self.scaled(factor, operand)
            signed = f"- {text[1:]}" if text.startswith("-") else f"+ {text}"
            parts.append((signed[0] == "-", is_scalar_constant(operand), signed))
        parts = [text for *_, text in sorted(parts, key=lambda part: part[:2])]
        text = " ".join(parts)
        return text.removeprefix("+ ") if text[0] == "+" else f"-{text[2:]}", SUM

    def scaled(self, factor: Any, operand: Node) -> str:
        """One term of a sum."""
        if isinstance(operand, Einsum):
            whole = product(factor, operand.coefficient)
            scaled = Einsum(
                *operand.operands, wiring=operand.wiring, coefficient=whole, result=operand.result
            )
            return einsum_term(scaled, self.write)[0]
        core = wrap(self.write(operand), SUM if factor == 1 else PRODUCT)
        if isinstance(factor, int | float) and factor in (1, -1):
            return core if factor == 1 else f"-{core}"
        if isinstance(factor, int | float | complex):
            return f"{number_text(factor)} * {core}"
        lead = "" if factor.numerator == 1 else "-" if factor.numerator == -1 else f"{factor.numerator} * "
        return f"{lead}{core} / {factor.denominator}"

    def polynomial(self, node: Polynomial) -> Term:
        base = wrap(self.write(node.operands[0]), ATOM)
        parts = []
        for power, c in enumerate(node.coefficients):
            if c == 0:
                continue
            variable = "" if power == 0 else base if power == 1 else f"{base}**{power}"
            size = number_text(abs(c))
            body = size if not variable else variable if size == "1" else f"{size} * {variable}"
            parts.append(f"- {body}" if c < 0 else f"+ {body}")
        text = " ".join(parts)
        return text.removeprefix("+ ") if text[0] == "+" else f"-{text[2:]}", SUM


def _sizes(shape: Any) -> str:
    return f"({', '.join(map(size_text, shape))})"


def _setting(value: Any) -> str:
    return number_text(value) if isinstance(value, float) else str(value)
