"""A program as a chain of cells: a first half that grows, and a second half that uses it up from its end.

The program *turns* where most bytes are held. A *cut* before that is a place where few bytes, its *state*,
lead on to all that comes after; a *cell* lies between two cuts. Of the second half, each cell does what needs
nothing that is made after it any more.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise
from typing import Any, NamedTuple

import numpy as np

from symdiff.planning.limits.lineage import Flow
from symdiff.planning.steps import VIEWS, Step

__all__ = ["Chain", "chain_of"]

CHEAP = frozenset(
    {"elementwise", "entries", "multiply", "divide", "scale", "add", "copy", "fill"}
)  # kinds of steps that are taken again where their result is needed
FEW = 64  # places for a cut, up to which all of them are cuts
USES = 4  # of a value that is used all along, and so is held all along
SMALL = 64  # times as much is held on average, from which on a value is small
FAR, NEAR = 2, 16  # times the state of a cut that is less than this part of all work away
UNEVEN = 1.25  # times as much as usual, from which on a cell is too large
ALIKE = 1.1  # times as much as another, up to which a cell is as good
TURNS = 4  # cuts before the peak from which on the turn is sought
AHEAD = 256  # steps of the second half that a cut looks at beyond its own

Array = np.ndarray[Any, np.dtype[Any]]


class Kept(NamedTuple):
    """What a leaf takes: work, and bytes that it keeps."""

    work: int
    bytes: int


@dataclass(slots=True)
class Chain:
    """Where a program turns and is cut, and what is held there."""

    flow: Flow
    turn: int
    held: set[int]  # roots that are made once and kept
    ends: Array  # for each root of the first half, the last place whose state it belongs to; -1 for none
    starts: list[int]  # the cuts; the last one is the turn
    lasts: list[int]  # for each cut, up to where the second half can go with its state and what comes after
    state_bytes: list[int]  # of each cut
    work: list[int]  # for each place of the first half, what all before it takes: flops and entries
    sizes: Array  # for each root of the first half, its bytes
    final: Array  # for each root of the first half that is made again, its last reader

    def state(self, place: int) -> list[int]:
        """The roots that stand for all before *place*, oldest first."""
        found: list[int] = np.flatnonzero(self.ends[:place] >= place).tolist()
        return found

    def needs(self) -> list[int]:
        """The bytes that each cell takes with its state."""
        return [size + self.leaf(k, k + 1).bytes for k, size in enumerate(self.state_bytes)]

    def leaf(self, start: int, stop: int) -> Kept:
        """What it takes to keep what the second half reads of the cells from *start* to before *stop*."""
        first = self.starts[start]
        inner = stop < len(self.starts)
        last, done = (self.starts[stop], self.lasts[stop]) if inner else (self.turn, self.turn)
        needed = np.flatnonzero(self.final[first:last] >= max(done, self.turn))
        if not len(needed):
            return Kept(0, 0)
        work = self.work[first + int(needed[-1]) + 1] - self.work[first]
        return Kept(work, int(self.sizes[first:last][needed].sum()))


def chain_of(steps: Sequence[Step], outputs: Sequence[int]) -> Chain | None:
    """The chain that a program is; None where nothing is held across its turn.

    It is cut at its peak first. Where the second half is under way before that, cells near the turn are
    large; then an earlier cut becomes the turn.
    """
    flow = Flow.of(steps, outputs)
    whole = _turned(flow, int(np.argmax(flow.live)) + 1)
    if whole is None:
        return None
    needs = whole.needs()
    if max(needs) <= UNEVEN * sorted(needs)[len(needs) // 2]:
        return whole
    return _turned_early(flow, whole) or whole


def _turned_early(flow: Flow, whole: Chain) -> Chain | None:
    """The chain that turns as late as it can without a larger cell than if it turned some cells earlier.

    It may turn where cells begin, or would if they went on as before.
    """
    ends = whole.starts[-TURNS - 1 : -1]
    spaces = sorted(b - a for a, b in pairwise(ends))
    if not spaces:
        return None
    further = range(ends[-1], whole.turn, spaces[len(spaces) // 2])
    chains = [_turned(flow, turn) for turn in [*reversed(further[: 2 * TURNS]), *reversed(ends[:-1])] if turn]
    needs = {id(chain): max(chain.needs()) for chain in chains if chain is not None}
    return next((c for c in chains if c is not None and needs[id(c)] <= ALIKE * min(needs.values())), None)


def _turned(flow: Flow, turn: int) -> Chain | None:
    """The chain that a program is when its first half ends at *turn*."""
    steps, reads, users = flow.steps, flow.reads, flow.users
    made = [k for k in range(turn) if users[k] and steps[k].kind not in VIEWS]
    begin = next((k for k in range(turn, len(steps)) if any(root < turn for root in reads[k])), None)
    if not made or begin is None:
        return None
    spans = _Spans(made, users, turn)
    ends = spans.ends(spans.betas(flow.given, begin))
    held = flow.given | {k for k in made if _throughout(flow, k, int(ends[k]), turn)}
    betas = spans.betas(held, begin)
    ends = spans.ends(betas)
    ends[list(held & set(made))] = -1
    _drop_cheap(steps, reads, made, ends)
    sizes = _state_bytes(steps, made, ends)
    useless = _state_bytes(steps, [k for k in made if users[k][-1] < turn], ends)
    starts = _cuts(steps, sizes, useless)
    state_bytes = [int(sizes[place]) for place in starts]
    final = np.array([-1 if k in held or not users[k] else users[k][-1] for k in range(turn)])
    work = [0, *accumulate(_work(step) for step in steps[:turn])]
    bytes_ = np.array([step.bytes for step in steps[:turn]])
    chain = Chain(flow, turn, held, ends, starts, [], state_bytes, work, bytes_, final)
    chain.lasts = [_last(chain, place, int(betas[place])) for place in starts]
    chain.lasts[0] = len(steps)
    return chain


def _work(step: Step) -> int:
    """What a step takes: flops, and entries."""
    return step.flops + step.size if step.computes else 0


def _throughout(flow: Flow, k: int, end: int, turn: int) -> bool:
    """Whether a value is used all along, rather than where what was made with it is used."""
    users, bytes_ = flow.users[k], flow.steps[k].bytes
    if users[-1] < turn:
        return False
    late = (users[-1] - turn) / (len(flow.steps) - turn) + k / turn  # 1 where it is used in its turn
    small = SMALL * bytes_ * len(flow.steps) <= sum(flow.live)
    return late > (1.1 if small else 1.5) or (len(users) >= USES and 2 * (end - k) > turn)


class _Spans:
    """When the roots of the first half are read: last before the turn, first and last after it."""

    def __init__(self, made: Sequence[int], users: Sequence[list[int]], turn: int) -> None:
        self.turn = turn
        self.made = np.array(made)
        self.before = np.full(turn, -1)  # the last reader in the first half
        self.first = np.full(turn, np.iinfo(np.int64).max)
        self.last = np.full(turn, -1)
        for k in made:
            place = bisect_left(users[k], turn)
            if place:
                self.before[k] = users[k][place - 1]
            if place < len(users[k]):
                self.first[k], self.last[k] = users[k][place], users[k][-1]

    def betas(self, held: set[int], begin: int) -> Array:
        """For each place, where the second half ends to need what is made from there on."""
        last = self.last.copy()
        last[[k for k in held if k < self.turn]] = -1
        whole = np.append(last, begin) + 1
        found: Array = np.maximum.accumulate(whole[::-1])[::-1]
        return found

    def ends(self, betas: Array) -> Array:
        """For each root, the last place before which it has been made and after which it is needed."""
        later = np.searchsorted(-betas, -self.first, side="left") - 1  # betas fall: those above `first`
        ends = np.full(self.turn, -1)
        ends[self.made] = np.maximum(self.before, later)[self.made]
        return ends


def _drop_cheap(
    steps: Sequence[Step], reads: Sequence[tuple[int, ...]], made: Sequence[int], ends: Array
) -> None:
    """Leave out of all states what one cheap step makes of the rest of the state."""
    dropped: set[int] = set()
    sizes = _state_bytes(steps, made, ends)
    for k in made:
        if steps[k].kind not in CHEAP or ends[k] <= k or steps[k].flops > 8 * steps[k].size:
            continue
        if sizes[k + 1] == steps[k].bytes and steps[k].kind != "fill":
            continue  # it is the whole state
        if all(root not in dropped and ends[root] >= ends[k] for root in reads[k]):
            dropped.add(k)
            ends[k] = -1


def _state_bytes(steps: Sequence[Step], made: Sequence[int], ends: Array) -> Array:
    """For each place, the bytes of the state there."""
    change = np.zeros(len(ends) + 2, np.int64)
    for k in made:
        if ends[k] > k:
            change[k + 1] += steps[k].bytes
            change[ends[k] + 1] -= steps[k].bytes
    found: Array = np.cumsum(change)[: len(ends) + 1]
    return found


def _cuts(steps: Sequence[Step], sizes: Array, useless: Array) -> list[int]:
    """Places where the state is smaller than nearby; of equal ones, those that make nothing in vain."""
    turn = len(sizes) - 1
    places = [0, *(k + 1 for k in range(turn) if steps[k].computes)]
    places[-1] = turn
    if len(places) <= FEW:
        return places
    inner = places[1:-1]
    runs = [(key, list(run)) for key, run in groupby(inner, lambda k: (int(sizes[k]), int(useless[k])))]
    keys = [key for key, _ in runs]
    beside = zip([keys[0], *keys], [*keys[1:], keys[-1]], strict=False)
    low = [
        place
        for (key, run), near in zip(runs, beside, strict=True)
        if key <= min(near) or len(runs) == 1
        for place in run
    ]
    work = [0, *accumulate(_work(step) for step in steps[:turn])]
    for _ in range(2):  # once in either direction
        low = _without_large(low, sizes, work)[::-1]
    return [0, *low, turn]


def _without_large(cuts: Sequence[int], sizes: Array, work: Sequence[int]) -> list[int]:
    """The cuts without those that hold far more than one a little before them."""
    kept: list[int] = []
    for place in cuts:
        near = kept and abs(work[place] - work[kept[-1]]) <= work[-1] / NEAR
        if not (near and sizes[place] >= FAR * sizes[kept[-1]]):
            kept.append(place)
    return kept


def _last(chain: Chain, place: int, last: int) -> int:
    """Where the second half needs more than what is made from *place* on and the state there."""
    for k in range(last, min(last + AHEAD, len(chain.flow.steps))):
        for root in chain.flow.reads[k]:
            if root < place and root not in chain.held and chain.ends[root] < place:
                return k
        last = k + 1
    return last
