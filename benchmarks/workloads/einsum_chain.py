"""Contractions of six operands: the value and the gradient by each, all products shared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
from by_hand.network import network
from by_hand.ring import ring
from by_hand.tucker import tucker
from harness import Call, Contest, Settings, Side, contest
from outcomes import Outcome, Target

import symdiff as sd

__all__ = ["outcomes"]

Array = np.ndarray[Any, np.dtype[Any]]
RING = "zab,zbc,zcd,zde,zef,zfa->"
NETWORK = "ab,bcd,de,efc,fg,ga->"
TUCKER = "abc,ad,be,cf,def,a->"
MIXED = {"a": 100, "b": 24, "c": 60, "d": 12, "e": 16, "f": 8}
BATCH = 16  # matrices at each place of the ring
TARGETS = (Target("hand", 1.1), Target("jax", 1.0), Target("opt_einsum", 0.5))


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Two patterns with all labels of one size, and one in which they differ."""
    for d in settings.sizes(30, 60):
        same = dict.fromkeys("abcdefg", d)
        title = f"ring of matrices in a batch of {BATCH}, d = {d}"
        yield raced(title, RING, same | {"z": BATCH}, ring, settings)
        yield raced(f"tensor network, d = {d}", NETWORK, same, network, settings)
    yield raced("Tucker form of mixed dims", TUCKER, MIXED, tucker, settings)


def raced(
    title: str,
    equation: str,
    sizes: Mapping[str, int],
    by_hand: Callable[[Sequence[Array]], Call],
    settings: Settings,
) -> Outcome:
    """All sides of one contraction."""
    rng = np.random.default_rng(0)
    shapes = [[sizes[label] for label in term] for term in equation.removesuffix("->").split(",")]
    operands = [(rng.normal(size=s) / np.sqrt(max(s))).astype(np.float32) for s in shapes]
    sides = {
        "hand": Side(partial(by_hand, operands)),
        "symdiff": Side(partial(by_symdiff, equation, operands)),
        "jax": Side(partial(by_jax, equation, operands), "jax"),
        "torch eager": Side(partial(by_torch, equation, operands), "torch"),
        "opt_einsum": Side(partial(by_opt_einsum, equation, operands), "opt_einsum"),
    }
    return contest(Contest(f"{title} ({equation}), float32", sides, TARGETS, 1e-3), settings)


def by_symdiff(equation: str, operands: Sequence[Array]) -> Call:
    """A program of variables."""
    variables = [sd.Variable(array, f"x{k}") for k, array in enumerate(operands)]
    value = sd.einsum(equation, *variables)
    return partial(sd.compile([value, *sd.grad(value, variables)]))


def by_jax(equation: str, operands: Sequence[Array]) -> Call:
    """One jitted function; the order of contractions is the optimal one."""
    import jax
    import jax.numpy as jnp

    given = [jnp.asarray(array) for array in operands]

    def value(*operands: Any) -> Any:
        return jnp.einsum(equation, *operands, optimize="optimal")

    whole = jax.value_and_grad(value, argnums=tuple(range(len(given))))
    compiled = jax.jit(lambda *operands: jax.tree.leaves(whole(*operands)))
    return lambda: jax.block_until_ready(compiled(*given))


def by_torch(equation: str, operands: Sequence[Array]) -> Call:
    """Eager; torch finds an order by opt_einsum."""
    import torch

    given = [torch.tensor(array, requires_grad=True) for array in operands]

    def call() -> Any:
        value = torch.einsum(equation, *given)
        return [value.detach(), *torch.autograd.grad(value, given)]

    return call


def by_opt_einsum(equation: str, operands: Sequence[Array]) -> Call:
    """One optimal contraction for the value, and one for each gradient, which share nothing."""
    import opt_einsum

    terms = equation.removesuffix("->").split(",")
    find = partial(opt_einsum.contract_expression, optimize="optimal")
    jobs = [(find(equation, *(x.shape for x in operands)), operands)]
    for k, term in enumerate(terms):
        rest = [*operands[:k], *operands[k + 1 :]]
        others = ",".join([*terms[:k], *terms[k + 1 :]])
        jobs.append((find(f"{others}->{term}", *(x.shape for x in rest)), rest))
    return lambda: [expression(*arrays) for expression, arrays in jobs]
