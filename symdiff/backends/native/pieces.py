"""Native tiles in the source of a program: the C file, its functions on arrays, and the calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from symdiff.backends.native.text import PRELUDE, Body
from symdiff.backends.text import dtype_source
from symdiff.planning.memory.tiles import Tile
from symdiff.planning.steps import Argument, Literal

if TYPE_CHECKING:
    from symdiff.backends.numpy import Writer

__all__ = ["NativePieces"]


class NativePieces:
    """What the native tiles of a program consist of; a function that several of them need is there once."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self.functions: dict[str, str] = {}  # texts and names
        self.loops: dict[tuple[str, str], int] = {}

    def add(self, tile: Tile) -> list[str]:
        """Write the call of a tile into the program, and what prepares it into the workspace.

        There are no lines of Python ahead of the program.
        """
        writer = self.writer
        body = Body(writer.plan.steps, tile, writer.buffers.inner, self.loops)
        name = self.functions.setdefault(body.text("@"), f"piece{len(self.functions)}")
        lasting, given = [], []
        for operand, kind in zip(body.operands, body.kinds, strict=True):
            text = writer.argument(operand, kind)
            stays = text in writer.steady or text in writer.objects
            lasting.append(text if stays else "None")
            if not stays:
                given.append(f"np.asarray({text}, {dtype_source(kind)})" if self.is_loose(operand) else text)
        writer.handed.append(f"q{tile.start} = native.walk('{name}', {tile.shape}, [{', '.join(lasting)}])")
        writer.write(f"q{tile.start}({', '.join(given)})")
        return []

    def is_loose(self, operand: Argument) -> bool:
        """Whether an operand may be no array of its dtype: a number, or the result of somebody's own."""
        if isinstance(operand, Literal):
            return False
        steps = self.writer.plan.steps
        return steps[operand].shape == () or steps[self.writer.roots[operand]].kind == "call"

    def names(self) -> dict[str, Any]:
        """What the source calls; a compiler is looked for when the first program needs one."""
        if not self.functions:
            return {}
        from symdiff.backends.native.walks import Native

        return {"Native": Native}

    def source(self) -> list[str]:
        """The lines that make the functions, ahead of the program."""
        if not self.functions:
            return []
        texts = [text.replace("@", name) for text, name in self.functions.items()]
        loops = [" ".join(key) for key in self.loops]
        return [f'code = """{PRELUDE}', *texts, '"""', f"native = Native(code, {loops})", ""]
