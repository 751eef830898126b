"""Which memory each step writes to: arrays that are used again, places in larger ones, or what it read."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from symdiff.planning.memory.heap import Block, Heap, packed_offsets
from symdiff.planning.memory.slots import Slot, slots_of
from symdiff.planning.memory.tiles import Tile
from symdiff.planning.steps import Literal, Sizes, Step, is_own, owners

__all__ = ["WRITERS", "Buffers", "buffers_for"]

LOOSE = 1.03  # bytes of the workspace for each that is needed at once, from which on it is packed again
WRITERS = frozenset(
    {
        "entries",
        "dot",
        "matmul",
        "vecdot",
        "reduce",
        "copy",
        "take",
        "concatenate",
        "write_diagonal",
        "add_diagonal",
        "fill",
    }
)  # kinds of steps that write into an array that they are given


@dataclass(slots=True)
class Buffers:
    """Where the registers of a plan lie.

    Attributes
    ----------
    offsets : dict
        Registers that lie in the workspace, which is kept from call to call, and the byte they begin at.
    inner : dict
        Registers that only their own tile uses, and the shape of a piece of them.
    same : dict
        Registers that are written over another one, which nothing needs any more.
    slots : dict
        Registers that lie within a concatenation.
    made : set
        Registers whose array every call makes anew, since they are handed out.
    copied : list of bool
        Which outputs are copied at the end, since they show what is not theirs.
    workspace, peak : int
        Bytes of the workspace; the most bytes of arrays at one time, with the workspace, and without
        inputs and constants.
    """

    offsets: dict[int, int] = field(default_factory=dict)
    inner: dict[int, Sizes] = field(default_factory=dict)
    same: dict[int, int] = field(default_factory=dict)
    slots: dict[int, Slot] = field(default_factory=dict)
    made: set[int] = field(default_factory=set)
    copied: list[bool] = field(default_factory=list)
    workspace: int = 0
    peak: int = 0


def buffers_for(steps: Sequence[Step], outputs: Sequence[int], tiles: Sequence[Tile] = ()) -> Buffers:
    """Memory for every step that writes."""
    return _Assignment(steps, outputs, tiles).run()


class _Assignment:
    """Goes through the steps in order, and keeps account of what is free."""

    def __init__(self, steps: Sequence[Step], outputs: Sequence[int], tiles: Sequence[Tile]) -> None:
        self.steps = steps
        self.tiles = {tile.start: tile for tile in tiles}
        self.members = {k: tile.start for tile in tiles for k in range(tile.start, tile.stop)}
        self.roots = owners(steps)
        self.found = Buffers()
        self.heap = Heap()
        self.found.copied = self._copied(outputs)
        kept = {self.roots[r] for r, copied in zip(outputs, self.found.copied, strict=True) if not copied}
        self.found.made = {r for r in kept if steps[r].kind in WRITERS and steps[r].shape}
        self.last = self._last_uses(outputs)
        self.taken: set[int] = set()  # roots that something else was written over
        for k in sorted(self.found.made):
            self._hand_over(k)
        self.found.slots = slots_of(steps, self.roots, self.found.made, WRITERS, tiles)
        self.wholes = {slot.whole for slot in self.found.slots.values()}
        self.found.inner = self._inner(outputs)
        self.ends = self._ends()
        self.sizes: dict[int, int] = {}  # bytes of what lies in the workspace
        self.born: dict[int, int] = {}  # the step before which it is needed
        self.died: dict[int, int] = {}  # and the one after which it is not
        self.now = 0
        self.live: dict[int, int] = {}  # bytes of arrays that NumPy makes and of outputs
        self.held = 0
        self.late = sum(
            steps[r].size * steps[r].dtype.itemsize
            for r, copied in zip(outputs, self.found.copied, strict=True)
            if copied
        )

    def _copied(self, outputs: Sequence[int]) -> list[bool]:
        """Which outputs show memory that is not theirs alone, or show it stretched."""
        taken: set[int] = set()
        copied = []
        for register in outputs:
            root, place, stretched = self.roots[register], register, False
            while place != root:
                stretched |= self.steps[place].kind in ("broadcast", "windows")
                place = self.steps[place].arguments[0]  # type: ignore[assignment]
            step = self.steps[root]
            owned = step.kind not in ("input", "constant") and is_own(step.operation)
            copied.append(not owned or root in taken or stretched)
            taken.add(root)
        return copied

    def _last_uses(self, outputs: Sequence[int]) -> dict[int, int]:
        """For each root, the last step that reads it or a view of it; the end for outputs."""
        roots = self.roots
        last = {roots[register]: len(self.steps) for register in outputs}
        for k in reversed(range(len(self.steps))):
            step = self.steps[k]
            own = last.setdefault(roots[k], k)
            until = max(own, k) if step.kind == "call" and not is_own(step.operation) else k
            for argument in step.arguments:
                if type(argument) is int and last.get(roots[argument], -1) < until:
                    last[roots[argument]] = until
        return last

    def _ends(self) -> dict[int, list[int]]:
        """For each step, the roots that are needed up to it; what a tile reads, to the tile's end."""
        stop = {k: tile.stop - 1 for tile in self.tiles.values() for k in range(tile.start, tile.stop)}
        until = {root: k if root in self.found.inner else stop.get(k, k) for root, k in self.last.items()}
        for register in sorted(self.found.slots):
            whole = self.found.slots[register].whole
            until[whole] = max(until[whole], until[register])
        ends: dict[int, list[int]] = {}
        for root, k in until.items():
            ends.setdefault(k, []).append(root)
        return ends

    def _inner(self, outputs: Sequence[int]) -> dict[int, Sizes]:
        """Registers that only their own tile uses."""
        needed = {self.roots[register] for register in outputs}
        return {
            k: (tile.rows,) if tile.flat else (tile.rows, *tile.shape[1:])
            for tile in self.tiles.values()
            for k in range(tile.start, tile.stop)
            if self.last[k] < tile.stop and k not in needed and k not in self.found.slots
        }

    def _hand_over(self, k: int) -> None:
        """Let an output's array be that of the operand that the output is written over, and so on."""
        found = self.found
        while (root := self.overwritten(k, self.is_open)) is not None:
            found.made.add(root)
            found.same[k] = root
            self.taken.add(root)
            k = root

    def is_open(self, root: int) -> bool:
        """Whether a root may get the memory of an output; parts of a concatenation may be read later."""
        kind = self.steps[root].kind
        return kind in WRITERS and kind != "concatenate" and root not in self.found.made

    # --- the walk -----------------------------------------------------------------------------------

    def run(self) -> Buffers:
        """Assign everything."""
        found = self.found
        for k, step in enumerate(self.steps):
            self.now = k
            if k in self.tiles:
                for member in range(k, self.tiles[k].stop):
                    if member not in self.found.inner:
                        self.place(member)
            if step.kind in WRITERS and k not in found.offsets and k not in found.same:
                self.place(k)
            elif step.kind == "call":
                assert step.operation is not None
                self.hold(k, step.bytes, step.operation.scratch())
            for root in self.ends.get(k, ()):
                self.free(root)
        found.workspace = self.heap.size
        if self.heap.size > LOOSE * self.heap.most:
            self.pack()
        found.peak = max(found.peak, self.held + self.late) + found.workspace
        return found

    def pack(self) -> None:
        """Places found for the largest arrays first, if that takes less room than the order of the steps."""
        blocks = [
            Block(self.sizes[k], born, self.died.get(k, len(self.steps))) for k, born in self.born.items()
        ]
        offsets, size = packed_offsets(blocks)
        if size < self.found.workspace:
            self.found.offsets = dict(zip(self.born, offsets, strict=True))
            self.found.workspace = size

    def place(self, k: int) -> None:
        """Memory for what step *k* writes."""
        found, step = self.found, self.steps[k]
        if step.shape == () or k in found.offsets or k in found.same:
            return
        if k in found.slots:
            self.place(found.slots[k].whole)
        elif k in found.made:
            if k not in self.live:
                self.hold(k, step.bytes)
        elif (source := self.overwritten(k, self.is_free)) is not None:
            found.same[k] = source
            self.taken.add(source)
            if source in self.live:
                self.live[k] = self.live.pop(source)
        else:
            shape = found.inner.get(k, step.shape)
            self.sizes[k] = math.prod(shape) * step.dtype.itemsize
            found.offsets[k] = self.heap.take(self.sizes[k])
            self.born[k] = self.now

    def overwritten(self, k: int, free: Callable[[int], bool]) -> int | None:
        """An operand that step *k* reads last, and whose memory is *free* for its result to take."""
        step = self.steps[k]
        if step.kind not in ("entries", "add_diagonal"):
            return None
        first = step.arguments[:1]  # of what is added to diagonals of an array, that array
        chosen = step.arguments[2:] if step.settings == ("where",) else step.arguments
        for a in chosen if step.kind == "entries" else first:
            if isinstance(a, Literal):
                continue
            root, other = self.roots[a], self.steps[a]
            if a != root or self.last[root] != k or (other.shape, other.dtype) != (step.shape, step.dtype):
                continue
            if (a >= self.members.get(k, k)) != (k in self.found.inner):
                continue  # what only a tile uses has the size of a piece
            if free(root) and self.directly(root, k):
                return root
        return None

    def directly(self, root: int, k: int) -> bool:
        """Whether step *k*, and the steps of its tile before it, read a root in no other order."""
        start = self.members.get(k, k)
        return all(
            b == root or self.roots[b] != root
            for j in range(start, k + 1)
            for b in self.steps[j].arguments
            if isinstance(b, int)
        )

    def is_free(self, root: int) -> bool:
        """Whether a root has memory of its own, which another register may take over."""
        found, step = self.found, self.steps[root]
        if root in found.slots or root in found.made or root in self.wholes or root in self.taken:
            return False
        fresh = step.kind == "call" and root in self.live and is_own(step.operation)
        return root in found.offsets or root in found.same or fresh

    def hold(self, k: int, size: int, scratch: int = 0) -> None:
        """Account for an array outside of the workspace, and for what its making takes on the way."""
        self.live[k] = size
        self.held += size
        self.found.peak = max(self.found.peak, self.held + scratch)

    def free(self, root: int) -> None:
        """Account for what is not needed any more."""
        if root in self.taken or root in self.found.slots:
            return
        if root in self.live:
            self.held -= self.live.pop(root)
            return
        base = root
        while base in self.found.same:
            base = self.found.same[base]
        if base in self.found.offsets:
            self.heap.give(self.found.offsets[base], self.sizes[base])
            self.died[base] = self.now
