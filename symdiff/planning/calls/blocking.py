"""Matrix products cut into blocks that BLAS multiplies as they lie.

Before a large product, BLAS packs both factors into another order, which for few rows takes longer than
the product itself. Below ``SMALL`` multiplications it does without. So the product of a batch of blocks,

    C[i, :, j, :] = A[i, :, :] @ B[:, j, :]     for blocks i of the rows of A and j of the columns of B,

which is one call of ``matmul``, takes 0.4 to 0.9 of the time of ``A @ B``. The bounds below are measured;
where none of the blocks fit them, the product stays whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from symdiff.planning.calls.views import layout_of
from symdiff.planning.steps import Step, owner

__all__ = ["block_sizes", "in_blocks"]

SMALL = 1_000_000  # multiplications up to which OpenBLAS packs nothing
SMALL_TURNED = 1_200  # entries of the result, if the factor on the right is transposed
LINE = 16  # entries of a vector
WIDE = 128  # columns of a block at most
HIGH = 256  # rows of a block at most
LEAST = 512  # entries of a block at least
THIN = 64  # rows or columns of a product up to which long sums are worth it
DEEP, DEEPEST = 512, 1_000  # entries summed at most: in any product, in a thin one


def in_blocks(steps: Sequence[Step]) -> list[Step]:
    """The steps, in which products that gain by it say the rows and columns of their blocks."""
    return [_cut(step, steps) if step.kind in ("dot", "matmul") else step for step in steps]


def _cut(step: Step, steps: Sequence[Step]) -> Step:
    """A product with the rows and columns of its blocks, or as it is."""
    first, second = [a for a in step.arguments if isinstance(a, int)]
    inner = steps[first].shape[-1]
    if (step.size <= SMALL_TURNED and step.size * inner <= SMALL) or step.dtype.char not in "fd":
        return step
    if len(step.shape) < 2 or _is_gram(first, second, steps):
        return step
    turned = [min(steps[a].shape[-2:]) > 1 and layout_of(steps, a).strides[-1] != 1 for a in (first, second)]
    blocks = block_sizes(step.shape[-2], inner, step.shape[-1], *turned)
    return step if blocks is None else step._replace(settings=blocks)


def _is_gram(first: int, second: int, steps: Sequence[Step]) -> bool:
    """Whether a matrix is multiplied by its own transpose, of which BLAS computes one half."""
    return steps[first].shape == steps[second].shape[::-1] and owner(steps, first) == owner(steps, second)


@lru_cache(maxsize=4096)
def block_sizes(
    rows: int, inner: int, columns: int, left_turned: bool, right_turned: bool
) -> tuple[int, int] | None:
    """Rows and columns of the blocks of a product, or None if it is better whole."""
    small = rows * inner * columns <= SMALL
    if small and not (right_turned and rows * columns > SMALL_TURNED):
        return None
    if inner > (DEEPEST if min(rows, columns) <= THIN else DEEP):
        return None
    if right_turned and not _gains_turned(rows, inner, columns, left_turned):
        return None
    least = ((16 if right_turned else 32) if left_turned else 8) if rows >= 8 else 4
    most = min(SMALL // max(inner, 1), SMALL_TURNED if right_turned else SMALL)
    found = [
        (m, n)
        for n in _divisors(columns, WIDE)
        if n == columns or (n >= 2 * LINE and n % LINE == 0)
        for m in _divisors(rows, HIGH)
        if LEAST <= m * n <= most
        if m >= min(least, rows) and not (left_turned and right_turned and m % LINE)
    ]
    return max(found, key=lambda b: (min(b[1], THIN), min(b[0], THIN), b[0] * b[1]), default=None)


def _gains_turned(rows: int, inner: int, columns: int, both: bool) -> bool:
    """Whether blocks help if the factor on the right is transposed: for few rows and long sums."""
    least = 256 if rows > 2 * THIN else 128 if both else 64
    return min(rows, columns) <= 2 * THIN and inner >= least


def _divisors(number: int, most: int) -> Iterator[int]:
    """The divisors of a number, up to *most*."""
    return (d for d in range(1, min(number, most) + 1) if number % d == 0)
