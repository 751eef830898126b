"""Plans as straight-line NumPy source, one statement per step."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.backends.names import input_names
from symdiff.backends.native.pieces import NativePieces
from symdiff.backends.outputs import Output
from symdiff.backends.pieces import piece
from symdiff.backends.pool import pooled
from symdiff.backends.statements import statement
from symdiff.backends.text import dtype_source, literal_name, number_source, slot_source, view_source
from symdiff.dtypes import DType
from symdiff.ops.signals.windows import view
from symdiff.planning.memory.heap import ALIGNMENT
from symdiff.planning.steps import VIEWS, Argument, Plan, Sizes, Step, is_own, owners

__all__ = ["Kernel", "Writer"]

RECYCLED = 1 << 14  # bytes of a result from which on its memory is used again once it is let go
CROWD = 1 << 15  # bytes of arrays that nothing needs any more, from which on they are let go
BARE = {  # functions that are written without a module
    *("Native", "Output", "array", "check_range", "code", "copyto", "empty", "memory", "native", "where"),
    *("windows", "zeros"),
}


class Kernel:
    """A plan as a Python function of arrays, with its source.

    Arrays that are *kept* from call to call belong to one call at a time.
    """

    def __init__(self, plan: Plan, kept: bool = True) -> None:
        writer = Writer(plan)
        self.source = writer.source()
        self.plan = plan
        names: dict[str, Any] = {"np": np, "array": array, "memory": memory}
        names |= {"Output": Output, "windows": view, **writer.native.names(), **writer.objects}
        exec(compile(self.source, "<symdiff program>", "exec"), names)
        make: Callable[[], Any] = names.get("workspace") or (lambda: names["program"])
        self.run = pooled(make, all(is_own(step.operation) for step in plan.steps), kept)


def memory(size: int) -> np.ndarray[Any, Any]:
    """Bytes that begin at a multiple of a cache line."""
    block = np.empty(size + ALIGNMENT, np.uint8)
    start = -block.ctypes.data % ALIGNMENT
    return block[start : start + size]


def array(block: np.ndarray[Any, Any], offset: int, shape: Sizes, dtype: Any) -> np.ndarray[Any, Any]:
    """An array in a block of memory."""
    return np.ndarray(shape, dtype, block, offset)


class Writer:
    """Writes the statements of a plan, and collects the objects that they name.

    Arrays in the workspace and views of them are `steady`: they are made once, before the program runs.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.buffers = plan.buffers
        self.roots = owners(plan.steps)
        self.objects: dict[str, Any] = {}
        self.names: dict[int, str] = {}
        self.made: dict[str, str] = {}  # texts of steady arrays, and their names
        self.steady: set[str] = set()
        self.inputs: list[str] = []
        self.seen: dict[str, str] = {}  # views of inputs, and their names
        self.handed: list[str] = []  # lines that make what results are written into
        self.native = NativePieces(self)
        self.body: list[tuple[int, str]] = []  # lines, and the steps that they belong to
        self.at = 0

    def source(self) -> str:
        """The text of the program."""
        inputs = self.inputs = input_names(self.plan.inputs, _is_taken)
        self.names.update(enumerate(inputs))
        tiles = {tile.start: tile for tile in self.plan.tiles}
        inside = {k for tile in self.plan.tiles for k in range(tile.start, tile.stop)}
        pieces: list[str] = []
        for k, step in enumerate(self.plan.steps):
            if k in tiles:
                self.at = tiles[k].stop - 1
                pieces += self.native.add(tiles[k]) if tiles[k].native else piece(self, tiles[k])
            elif k not in inside:
                self.at = k
                for line in statement(self, k, step):
                    self.write(line)
        results = "".join([f"{self.result(k)}, " for k in range(len(self.plan.outputs))])
        body = [f"    {line}" for line in (*self.lines(), f"return ({results})")]
        program = [f"def program({', '.join(inputs)}):", *body]
        if self.made or self.handed:
            made = [*[f"{name} = {text}" for text, name in self.made.items()], *self.handed]
            if any(text.startswith("array(m,") for text in self.made):
                made.insert(0, f"m = memory({self.buffers.workspace})")
            program = ["def workspace():", *[f"    {line}" for line in (*made, *program, "return program")]]
        return "\n".join([*self.native.source(), *pieces, *program]) + "\n"

    def write(self, line: str) -> None:
        """One more line of the program."""
        self.body.append((self.at, line))

    def result(self, k: int) -> str:
        """An output as an array of its own."""
        register = self.plan.outputs[k]
        name = self.name(register)
        if self.buffers.copied[k]:
            return f"np.array({name})"
        return name if self.is_array(register) else f"np.asarray({name})"

    def is_array(self, register: int) -> bool:
        """Whether a register is an array for certain: one without axes may be a number."""
        return self.roots[register] in self.buffers.made

    # --- names ------------------------------------------------------------------------------------

    def name(self, k: int) -> str:
        """The name of the array that register *k* is; when first asked for, its making is written down."""
        if k not in self.names:
            self.names[k] = self.named(k, self.plan.steps[k])
        return self.names[k]

    def named(self, k: int, step: Step) -> str:
        """A new name."""
        buffers = self.buffers
        if step.kind == "constant":
            self.objects[f"c{k}"] = step.settings[0].array
            return f"c{k}"
        if k in buffers.same:
            return self.name(buffers.same[k])
        if k in buffers.offsets:
            shape = buffers.inner.get(k, step.shape)
            return self.lasting(f"array(m, {buffers.offsets[k]}, {shape}, {dtype_source(step.dtype)})", "b")
        if k in buffers.made:
            text = f"{step.shape}, {dtype_source(step.dtype)}"
            if step.kind == "write_diagonal":  # pages of zeros come for free, and most stay untouched
                self.write(f"t{k} = {self.use('zeros')}({text})")
            elif step.bytes < RECYCLED:
                self.write(f"t{k} = {self.use('empty')}({text})")
            else:
                self.handed.append(f"o{k} = Output({text})")
                self.write(f"t{k} = o{k}.array()")
            return f"t{k}"
        if k in buffers.slots:
            slot = buffers.slots[k]
            whole = self.plan.steps[slot.whole]
            return self.view(f"t{k}", self.name(slot.whole), slot_source(slot, whole.shape, step.shape))
        source = step.arguments[0] if step.arguments else None
        if step.kind in VIEWS and isinstance(source, int):
            return self.view(f"t{k}", self.name(source), view_source(step, self.plan.steps[source].shape))
        return f"t{k}"

    def view(self, name: str, source: str, key: str) -> str:
        """The name of a view of another array: a lasting one, or *name*."""
        if not key:
            return source
        text = key.replace("@", source) if "@" in key else source + key
        if source in self.steady:
            return self.lasting(text, "v")
        self.write(f"{name} = {text}")
        return name

    def shown(self, source: str, key: str) -> str:
        """A view within a statement: made once if the array lasts, and once per call if it is an input."""
        text = source + key
        if source in self.steady:
            return self.lasting(text, "v")
        if source not in self.inputs:
            return text
        if text not in self.seen:
            self.seen[text] = f"v_{len(self.seen)}"
            self.write(f"{self.seen[text]} = {text}")
        return self.seen[text]

    def lasting(self, text: str, letter: str) -> str:
        """The name of an array that is made once."""
        if text not in self.made:
            self.made[text] = f"{letter}{len(self.made)}"
            self.steady.add(self.made[text])
        return self.made[text]

    def use(self, function: str) -> str:
        """A function of NumPy by its bare name, which is found in less time."""
        self.objects.setdefault(function, getattr(np, function))
        return function

    def argument(self, argument: Argument, dtype: DType | None = None) -> str:
        """A register by name, or a number: as an array of a dtype, which calls take up in less time."""
        if isinstance(argument, int):
            return self.name(argument)
        if dtype is None:
            return number_source(argument.value)
        name = literal_name(argument.value, dtype)
        if name not in self.objects:
            self.objects[name] = np.asarray(argument.value, dtype)
        return name

    def shape(self, argument: Argument) -> Sizes:
        """The shape of a register; () for a number."""
        return self.plan.steps[argument].shape if isinstance(argument, int) else ()

    # --- lines ------------------------------------------------------------------------------------

    def lines(self) -> list[str]:
        """The body, in which arrays that nothing needs any more are let go."""
        last: dict[str, int] = {}
        weights: dict[str, int] = {}
        kept = self.steady | {self.names[register] for register in self.plan.outputs}
        for k, step in enumerate(self.plan.steps):
            name = self.names.get(k)
            if name is not None and name not in kept and step.kind not in ("input", "constant"):
                shown = self.plan.steps[self.roots[k]]  # a view holds what it shows
                weights[name] = max(weights.get(name, 0), shown.bytes)
                last[name] = max(last.get(name, 0), k)
            for argument in step.arguments:
                if isinstance(argument, int) and argument in self.names:
                    last[self.names[argument]] = k
        ends: dict[int, list[str]] = {}
        for name, k in last.items():
            if name in weights:
                ends.setdefault(k, []).append(name)
        return self.with_releases(ends, weights)

    def with_releases(self, ends: dict[int, list[str]], weights: dict[str, int]) -> list[str]:
        """The lines, with a ``del`` behind the last use of large arrays."""
        lines: list[str] = []
        dead: list[str] = []
        weight, done = 0, -1
        for place, (k, line) in enumerate(self.body):
            lines.append(line)
            if place + 1 < len(self.body) and self.body[place + 1][0] == k:
                continue
            gone = [name for j in range(done + 1, k + 1) for name in ends.get(j, ())]
            dead += gone
            weight += sum([weights[name] for name in gone])
            done = k
            if weight >= CROWD:
                lines.append(f"del {', '.join(dead)}")
                dead, weight = [], 0
        return lines


def _is_taken(name: str) -> bool:
    """Whether a name means something else in a program."""
    function = name in BARE or hasattr(builtins, name) or isinstance(getattr(np, name, None), np.ufunc)
    numbered = re.fullmatch(r"(piece|[tcbvpqfdo])[\d_]+", name) is not None
    constant = name[0] == "k" and (
        name[1:2].isdigit() or name[1:].startswith(("m", "nan", "inf", "True", "False"))
    )
    return function or numbered or constant or name[0] == "_" or name in ("np", "complex", "m", "i", "j")
