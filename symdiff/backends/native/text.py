"""Runs of functions of entries as C: arithmetic in one loop, NumPy's own functions on pieces in between.

Whatever is not plain arithmetic (exponentials, tanh, maxima) is the loop inside of NumPy's function, called
on a piece that lies in the cache, so that results are those of NumPy.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from symdiff.backends.native.forms import TYPES, form_of, kinds_of, number_text, signature_of
from symdiff.dtypes import DType
from symdiff.planning.memory.tiles import Tile
from symdiff.planning.steps import Argument, Sizes, Step

__all__ = ["PRELUDE", "Body", "varies"]

PIECE = 512  # bytes of one array in a piece: ten arrays in step fit into the first cache, wherever they lie
PRELUDE = """\
#include <math.h>
#include <stdint.h>
#include <string.h>

struct loop { void (*run)(char **, const intptr_t *, const intptr_t *, void *); void *data; };
struct call {
    void (*body)(char **, intptr_t, const intptr_t *, intptr_t, const struct loop *);
    const struct loop *loops;
    char *const *at;
    intptr_t operands, length, even, depth;
    const intptr_t *inner, *sizes, *outer;
};

static void walk(const struct call *c, char **at, intptr_t level)
{
    if (level == c->depth) {
        c->body(at, c->length, c->inner, c->even, c->loops);
        return;
    }
    const intptr_t *step = c->outer + level * c->operands, size = c->sizes[level];
    for (intptr_t i = 0; i < size; i++) {
        walk(c, at, level + 1);
        for (intptr_t k = 0; k < c->operands; k++)
            at[k] += step[k];
    }
    for (intptr_t k = 0; k < c->operands; k++)
        at[k] -= size * step[k];
}

void run(const struct call *c)
{
    char *at[c->operands];
    memcpy(at, c->at, sizeof at);
    walk(c, at, 0);
}
"""


class Body:
    """The C function that does a run of steps, with names that do not hang on where in a program it stands.

    Attributes
    ----------
    operands : list of int or Literal
        What it is given in memory: registers that it reads or writes, and numbers for NumPy's loops.
    kinds : list of numpy.dtype
        Of these.
    """

    def __init__(
        self, steps: Sequence[Step], tile: Tile, inner: Collection[int], loops: dict[tuple[str, str], int]
    ) -> None:
        self.steps, self.shape, self.inner, self.loops = steps, tile.shape, inner, loops
        self.run = range(tile.start, tile.stop)
        self.operands: list[Argument] = []
        self.kinds: list[DType] = []
        self.last = {a: k for k in self.run for a in steps[k].arguments if isinstance(a, int)}
        self.pieces: list[int] = []  # bytes of an entry of what lies between loops
        self.free: list[int] = []
        self.held: dict[int, int] = {}  # registers, and the pieces that they lie in
        self.lines = [line for group in self.groups() for line in self.statements(group)]

    def groups(self) -> Iterator[list[int]]:
        """The steps in order: arithmetic as far as it goes, NumPy's functions one by one."""
        group: list[int] = []
        for k in self.run:
            if self.is_arithmetic(k):
                group.append(k)
                continue
            yield from ([group] if group else [])
            yield [k]
            group = []
        yield from ([group] if group else [])

    def is_arithmetic(self, k: int) -> bool:
        """Whether C does a step by itself."""
        return form_of(self.steps, self.steps[k]) is not None

    # --- where things lie -----------------------------------------------------------------------------

    def operand(self, argument: Argument, dtype: DType) -> int:
        """The number of an operand in memory."""
        for k, known in enumerate(zip(self.operands, self.kinds, strict=True)):
            if known == (argument, dtype):
                return k
        self.operands.append(argument)
        self.kinds.append(dtype)
        return len(self.operands) - 1

    def place(self, argument: Argument, dtype: DType) -> tuple[str, str]:
        """Where an argument or a result of a step lies, and the bytes from one entry to the next."""
        if isinstance(argument, int) and argument in self.held:
            piece = self.held[argument]
            return f"w{piece}", str(self.pieces[piece])
        k = self.operand(argument, dtype)
        return f"x{k}", f"s{k}"

    def settle(self, group: Collection[int]) -> None:
        """Find pieces for results that are read by other groups, once what is read last here is let go."""
        self.free += [self.held[r] for r, k in self.last.items() if k in group and r in self.held]
        for k in group:
            if k in self.inner and self.last[k] not in group:
                size = self.steps[k].dtype.itemsize
                piece = next((p for p in reversed(self.free) if self.pieces[p] == size), None)
                if piece is None:
                    piece = len(self.pieces)
                    self.pieces.append(size)
                else:
                    self.free.remove(piece)
                self.held[k] = piece

    def varies(self, argument: Argument) -> bool:
        """Whether an operand has more than one entry along the axis that loops run along."""
        return varies(self.steps[argument].shape if isinstance(argument, int) else (), self.shape)

    # --- statements -----------------------------------------------------------------------------------

    def statements(self, group: list[int]) -> list[str]:
        """What does the steps of a group."""
        return self.arithmetic(group) if self.is_arithmetic(group[0]) else [self.call(group[0])]

    def arithmetic(self, group: list[int]) -> list[str]:
        """A loop over entries, in which all is read before anything is written, maybe where it was read."""
        names = {k: f"v{k - self.run.start}" for k in group}
        given = dict.fromkeys(a for k in group for a in self.steps[k].arguments if isinstance(a, int))
        ahead: list[str] = []  # numbers that are the same for all entries
        inside: list[str] = []
        for a in given:
            if a not in names:
                names[a] = f"r{len(names)}"
                kind = self.steps[a].dtype
                (piece, stride), c = self.place(a, kind), TYPES[kind.name]
                same = a not in self.held and not self.varies(a)
                entry = piece if same else f"({piece} + k * {stride})"
                (ahead if same else inside).append(f"const {c} {names[a]} = *({c} *){entry};")
        inside += [self.defined(k, names) for k in group]
        self.settle(group)
        for k in group:
            if k in self.held or k not in self.inner:
                kind = self.steps[k].dtype
                piece, stride = self.place(k, kind)
                inside.append(f"*({TYPES[kind.name]} *)({piece} + k * {stride}) = {names[k]};")
        loop = ["#pragma omp simd", "for (intptr_t k = 0; k < m; k++) {", *indented(inside), "}"]
        return ["{", *indented([*ahead, *loop]), "}"] if ahead else loop

    def defined(self, k: int, names: dict[int, str]) -> str:
        """The arithmetic of a step."""
        step = self.steps[k]
        texts = [
            names[a] if isinstance(a, int) else number_text(a.value, kind)
            for a, kind in zip(step.arguments, kinds_of(self.steps, step), strict=False)
        ]
        form = form_of(self.steps, step)
        assert form is not None
        return f"const {TYPES[step.dtype.name]} {names[k]} = {form.format(*texts)};"

    def call(self, k: int) -> str:
        """A function of NumPy's on a piece."""
        step = self.steps[k]
        *given, made = kinds_of(self.steps, step)
        places = [self.place(a, kind) for a, kind in zip(step.arguments, given, strict=True)]
        self.settle([k])
        places.append(self.place(k, made))
        pieces, strides = (", ".join(column) for column in zip(*places, strict=True))
        (name,) = step.settings
        number = self.loops.setdefault((name, signature_of(self.steps, step)), len(self.loops))
        given_text = f"(char *[]){{{pieces}}}, &m, (const intptr_t[]){{{strides}}}, f[{number}].data"
        return f"f[{number}].run({given_text});  /* {name} */"

    # --- the text -------------------------------------------------------------------------------------

    def text(self, name: str) -> str:
        """The function: for entries that lie side by side, and for any others."""
        rows = PIECE // max(self.steps[k].dtype.itemsize for k in self.run)
        count = range(len(self.operands))
        pairs = zip(self.operands, self.kinds, strict=True)
        even = [str(kind.itemsize * self.varies(operand)) for operand, kind in pairs]
        aligned = "__attribute__((aligned(64)))"
        pieces = [f"    char w{k}[{rows * size}] {aligned};" for k, size in enumerate(self.pieces)]
        lines = [
            "static inline __attribute__((always_inline)) void",
            f"{name}_of(char **at, intptr_t n, const struct loop *f,",
            f"    {', '.join(f'const intptr_t s{k}' for k in count)})",
            "{",
            *pieces,
            f"    for (intptr_t i = 0; i < n; i += {rows}) {{",
            f"        const intptr_t m = n - i < {rows} ? n - i : {rows};",
            *[f"        char *const x{k} = at[{k}] + i * s{k};" for k in count],
            *indented(self.lines, 8),
            "    }",
            "}",
            "",
            f"void {name}(char **at, intptr_t n, const intptr_t *s, intptr_t even, const struct loop *f)",
            "{",
            "    if (even)",
            f"        {name}_of(at, n, f, {', '.join(even)});",
            "    else",
            f"        {name}_of(at, n, f, {', '.join(f's[{k}]' for k in count)});",
            "}",
        ]
        return "\n".join(lines) + "\n"


def varies(own: Sizes, shape: Sizes) -> bool:
    """Whether an array that is stretched to *shape* varies along the axis that loops run along.

    That is the last one along which *shape* has more than one entry.

    Examples
    --------
    >>> varies((3, 1), (2, 3, 1)), varies((3, 1), (3, 4)), varies((), (3,))
    (True, False, False)
    """
    axis = max((k for k, size in enumerate(shape) if size != 1), default=len(shape) - 1) - len(shape)
    return len(own) >= -axis and own[axis] != 1


def indented(lines: Iterable[str], depth: int = 4) -> list[str]:
    """Lines further to the right."""
    return [" " * depth + line for line in lines]
