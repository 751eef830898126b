"""Dense layers 784-512-512-10 with relu and cross-entropy, batch 128 and 16: loss and all gradients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from by_hand.mlp import MLP, mlp_products
from harness import Call, Contest, Settings, Side, contest
from outcomes import Outcome, Target

import symdiff as sd

__all__ = ["outcomes"]

Array = np.ndarray[Any, np.dtype[Any]]
SIZES = (784, 512, 512, 10)
TARGETS = (Target("hand", 1.05), Target("jax", 1.0))


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Batches of 128 and of 16."""
    rng = np.random.default_rng(0)
    shapes = list(pairwise(SIZES))
    weights = [(rng.normal(size=s) * np.sqrt(2 / s[0])).astype(np.float32) for s in shapes]
    offsets = [(0.1 * rng.normal(size=s[1])).astype(np.float32) for s in shapes]
    for batch in settings.sizes(128, 16):
        x = rng.random((batch, SIZES[0]), np.float32)
        y = rng.integers(0, SIZES[-1], batch)
        given = weights, offsets, x, y
        sides = {
            "hand": Side(partial(MLP, *given)),
            "symdiff": Side(partial(by_symdiff, *given)),
            "symdiff, C": Side(partial(by_symdiff, *given, "c")),
            "jax": Side(partial(by_jax, *given), "jax"),
            "torch eager": Side(partial(by_torch, *given), "torch"),
            "autograd": Side(partial(by_autograd, *given), "autograd"),
            "gemm only": Side(partial(mlp_products, weights, x), checked=False),
        }
        yield contest(Contest(f"dense layers, batch {batch}, float32", sides, TARGETS), settings)


def interleaved(weights: Sequence[Any], offsets: Sequence[Any]) -> list[Any]:
    """Weight and offset of each layer in turn."""
    return [array for pair in zip(weights, offsets, strict=True) for array in pair]


def by_symdiff(
    weights: Sequence[Array], offsets: Sequence[Array], x: Array, y: Array, backend: str = "numpy"
) -> Call:
    """A program of images and classes."""
    arrays = interleaved(weights, offsets)
    parameters = [sd.Variable(array, f"p{k}") for k, array in enumerate(arrays)]
    images, classes = sd.Placeholder(x.shape, x.dtype, "x"), sd.Placeholder(y.shape, y.dtype, "y")
    h: sd.Node = images
    for k in range(0, len(parameters), 2):
        h = h @ parameters[k] + parameters[k + 1]
        h = sd.relu(h) if k < len(parameters) - 2 else h
    loss = sd.softmax_cross_entropy(h, classes).mean()
    results = [loss, *sd.grad(loss, parameters)]
    return partial(sd.compile(results, [images, classes], backend=backend), x, y)


def by_jax(weights: Sequence[Array], offsets: Sequence[Array], x: Array, y: Array) -> Call:
    """Jitted, with the weights as arguments."""
    import jax
    import jax.numpy as jnp

    def loss(parameters: Any, x: Any, y: Any) -> Any:
        h = x
        for k in range(0, len(parameters), 2):
            h = h @ parameters[k] + parameters[k + 1]
            h = jax.nn.relu(h) if k < len(parameters) - 2 else h
        return -jnp.take_along_axis(jax.nn.log_softmax(h), y[:, None], 1).mean()

    parameters = [jnp.asarray(array) for array in interleaved(weights, offsets)]
    images, classes = jnp.asarray(x), jnp.asarray(y, jnp.int32)
    compiled = jax.jit(lambda *given: jax.tree.leaves(jax.value_and_grad(loss)(*given)))
    return lambda: jax.block_until_ready(compiled(parameters, images, classes))


def by_torch(weights: Sequence[Array], offsets: Sequence[Array], x: Array, y: Array) -> Call:
    """Eager."""
    import torch
    from torch.nn import functional

    parameters = [torch.tensor(array, requires_grad=True) for array in interleaved(weights, offsets)]
    images, classes = torch.tensor(x), torch.tensor(y)

    def call() -> Any:
        h = images
        for k in range(0, len(parameters), 2):
            h = torch.addmm(parameters[k + 1], h, parameters[k])
            h = torch.relu(h) if k < len(parameters) - 2 else h
        loss = functional.cross_entropy(h, classes)
        return [loss.detach(), *torch.autograd.grad(loss, parameters)]

    return call


def by_autograd(weights: Sequence[Array], offsets: Sequence[Array], x: Array, y: Array) -> Call:
    """HIPS autograd."""
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    rows = np.arange(len(y))

    def loss(parameters: Any) -> Any:
        h = x
        for k in range(0, len(parameters), 2):
            h = anp.dot(h, parameters[k]) + parameters[k + 1]
            h = anp.maximum(h, 0) if k < len(parameters) - 2 else h
        return anp.mean(logsumexp(h, axis=1) - h[rows, y])

    compiled = autograd.value_and_grad(loss)
    parameters = interleaved(weights, offsets)

    def call() -> Any:
        value, gradients = compiled(parameters)
        return [value, *gradients]

    return call
