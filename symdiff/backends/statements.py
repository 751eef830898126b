"""Single steps as NumPy statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symdiff.backends.text import axes_source, dtype_source
from symdiff.ops.entries.comparison import SIGNS
from symdiff.ops.places.indexing import check_range
from symdiff.planning.steps import Argument, Step, literal_dtype

if TYPE_CHECKING:
    from symdiff.backends.numpy import Writer

__all__ = ["entries", "statement"]

NAMED = ("maximum", "minimum")  # functions whose results go where the argument called out says
INFIX = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", **SIGNS}


def statement(writer: Writer, k: int, step: Step) -> list[str]:
    """The lines that compute register *k*."""
    if step.kind in ("input", "constant"):
        return []
    lines = _lines(writer, k, step)
    if lines:
        lines[0] += f"  # {step.result}"
    return lines


def _lines(writer: Writer, k: int, step: Step) -> list[str]:
    match step.kind:
        case "entries":
            names = [_operand(writer, step, a) for a in step.arguments]
            return entries(writer, step, writer.name(k), names)
        case "dot" | "matmul" if step.settings:
            return [_blocks(writer, k, step)]
        case "dot" | "matmul" | "vecdot" | "reduce":
            return [_product(writer, k, step)]
        case "copy":
            return _copy(writer, k, step)
        case "concatenate":
            return _concatenate(writer, k, step)
        case "take":
            return _take(writer, k, step)
        case "fill":
            return _fill(writer, k, step)
        case "write_diagonal" | "add_diagonal":
            return _diagonals(writer, k, step)
        case "call":
            assert step.operation is not None
            name = f"_{type(step.operation).__name__.lower()}{k}"
            writer.objects[name] = step.operation.compute
            arguments = [writer.argument(a) for a in step.arguments]
            return [f"{writer.name(k)} = {name}({', '.join(['np', *arguments])})"]
    if writer.name(step.arguments[0]) not in writer.steady:  # type: ignore[arg-type]
        writer.name(k)  # a view of what every call has anew; others are made when they are read
    return []


def _operand(writer: Writer, step: Step, argument: Argument) -> str:
    """An argument of a function of entries."""
    if isinstance(argument, int) or step.shape == ():
        return writer.argument(argument)
    return writer.argument(argument, literal_dtype(writer.plan.steps, step, argument))


def entries(writer: Writer, step: Step, target: str, x: list[str]) -> list[str]:
    """A function of entries, written to *target*."""
    (name,) = step.settings
    if step.shape == ():
        return [f"{target} = {_scalar(writer, step, name, x)}"]
    if name == "cast":
        return [f"{writer.use('copyto')}({target}, {x[0]}, 'unsafe')"]
    if name == "where":
        copyto = writer.use("copyto")
        lines = [] if x[2] == target else [f"{copyto}({target}, {x[2]})"]
        return [*lines, f"{copyto}({target}, {x[1]}, 'same_kind', {x[0]})"]
    out = f"out={target}" if name in NAMED else target
    return [f"{writer.use(name)}({', '.join([*x, out])})"]


def _scalar(writer: Writer, step: Step, name: str, x: list[str]) -> str:
    """A function of numbers."""
    if name in INFIX:
        return f"{x[0]} {INFIX[name]} {x[1]}"
    if name == "negative":
        return f"-{x[0]}"
    if name == "cast":
        return f"np.asarray({x[0]}).astype({dtype_source(step.dtype)})"
    return f"{writer.use(name)}({', '.join(x)})"


def _product(writer: Writer, k: int, step: Step) -> str:
    """A matrix product, or a function along axes."""
    target = writer.name(k)
    x = [writer.argument(a) for a in step.arguments]
    if step.kind == "reduce":
        name, axes = step.settings
        exact = dtype_source(step.dtype) if step.dtype.kind in "biu" else "None"
        call = f"{writer.use(name)}.reduce({x[0]}, {axes_source(axes)}, {exact}"
        return f"{target} = {call})" if step.shape == () else f"{call}, {target})"
    slot = writer.buffers.slots.get(k)
    kind = "matmul" if step.kind == "dot" and slot is not None and slot.strided else step.kind
    call = f"{x[0]}.dot({x[1]}" if kind == "dot" else f"np.{kind}({x[0]}, {x[1]}"  # the method is quicker
    return f"{target} = {call})" if step.shape == () else f"{call}, {target})"


def _blocks(writer: Writer, k: int, step: Step) -> str:
    """Matrix products as one call for all blocks, each some rows by some columns of a result."""
    (high, wide), (*batch, rows, columns) = step.settings, step.shape
    down, across = rows // high, columns // wide
    left, right = step.arguments
    *first, _, inner = writer.shape(left)
    *second, _, _ = writer.shape(right)
    x, y, target = writer.argument(left), writer.argument(right), writer.name(k)
    if down > 1 or first:
        x = writer.shown(x, f".reshape({(*first, down, 1, high, inner)})")
    if across > 1 or second:
        split = (*second, *[1] * bool(second), inner, across, wide)
        y = writer.shown(y, f".reshape({split}).swapaxes(-3, -2)")
    target = writer.shown(target, f".reshape({(*batch, down, high, across, wide)}).swapaxes(-3, -2)")
    return f"np.matmul({x}, {y}, {target})"


def _copy(writer: Writer, k: int, step: Step) -> list[str]:
    """The entries of an array moved so that they lie side by side."""
    (source,) = step.arguments
    shape = writer.shape(source)
    target = writer.name(k)
    if shape != step.shape:
        target = writer.view(f"f{k}", target, f".reshape({shape})")
    return [f"{writer.use('copyto')}({target}, {writer.argument(source)})"]


def _concatenate(writer: Writer, k: int, step: Step) -> list[str]:
    """What does not stand in its place already, copied there."""
    (axis,) = step.settings
    roots, start, lines = writer.roots, 0, []
    for argument in step.arguments:
        assert isinstance(argument, int)
        stop = start + writer.shape(argument)[axis]
        slot = writer.buffers.slots.get(roots[argument])
        if slot is None or (slot.whole, slot.start) != (k, start):
            key = f"[{', '.join([':'] * axis + [f'{start}:{stop}'])}]"
            part = f"{writer.name(k)}{key}"
            if writer.name(k) in writer.steady:
                part = writer.lasting(part, "v")
            lines.append(f"{writer.use('copyto')}({part}, {writer.argument(argument)})")
        start = stop
    return lines


def _take(writer: Writer, k: int, step: Step) -> list[str]:
    """Entries along an axis; NumPy writes them where they belong if it need not look for wrong places."""
    (axis,) = step.settings
    x, places = [writer.argument(a) for a in step.arguments]
    length = writer.shape(step.arguments[0])[axis]
    writer.objects["check_range"] = check_range
    check = f"check_range('take', {places}, {-length}, {length})"
    if step.shape == ():
        return [check, f"{writer.name(k)} = np.take({x}, {places}, {axis})"]
    return [check, f"np.take({x}, {places}, {axis}, {writer.name(k)}, 'wrap')"]


def _fill(writer: Writer, k: int, step: Step) -> list[str]:
    """One number everywhere."""
    (value,) = step.arguments
    text = writer.argument(value)
    if step.shape == ():
        return [f"{writer.name(k)} = {dtype_source(step.dtype)}({text})"]
    return [f"{writer.name(k)}.fill({text})"]


def _diagonals(writer: Writer, k: int, step: Step) -> list[str]:
    """Cores written into zeros, or added to an array, through views of the diagonals."""
    target = writer.name(k)
    cores = list(step.arguments)
    lines = []
    if step.kind == "write_diagonal":
        lines += [] if k in writer.buffers.made else [f"{target}.fill(0)"]
    else:
        base = writer.argument(cores.pop(0))
        if base != target:
            lines.append(f"{writer.use('copyto')}({target}, {base})")
    for place, (core, (factor, output, distinct)) in enumerate(zip(cores, step.settings, strict=True)):
        names = {label: i for i, label in enumerate(distinct)}
        labels = f"{[names[label] for label in output]}, {list(range(len(distinct)))}"
        view = f"np.einsum({target}, {labels})"
        if target in writer.steady:
            view = writer.lasting(view, "v")
        else:
            lines.append(f"d{k}_{place} = {view}")
            view = f"d{k}_{place}"
        x = writer.argument(core)
        if step.kind == "write_diagonal" and place == 0 and factor.value == 1:
            lines.append(f"{writer.use('copyto')}({view}, {x})")
        else:
            lines.append(f"{writer.use('subtract' if factor.value == -1 else 'add')}({view}, {x}, {view})")
    return lines
