"""Two layers of 3 x 3 convolutions with relu and pooling and a dense layer, batch 64: loss and gradients.

Images are 28 x 28, channels last; 16 and 32 channels, 10 classes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from by_hand.convolutions import Convolutions
from harness import Call, Contest, Settings, Side, contest
from outcomes import Outcome

import symdiff as sd

__all__ = ["outcomes"]

BATCH, SIZE, CHANNELS, CLASSES = 64, 28, (16, 32), 10


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """One size."""
    rng = np.random.default_rng(0)
    shapes = [(3, 3, 1, 16), (3, 3, 16, 32), (7 * 7 * 32, CLASSES)]
    weights = [(rng.normal(size=s) / np.sqrt(np.prod(s[:-1]))).astype(np.float32) for s in shapes]
    x = rng.normal(size=(BATCH, SIZE, SIZE, 1)).astype(np.float32)
    y = rng.integers(0, CLASSES, BATCH)
    sides = {
        "hand": Side(partial(Convolutions, weights, x, y)),
        "symdiff": Side(partial(by_symdiff, weights, x, y)),
        "symdiff, C": Side(partial(by_symdiff, weights, x, y, "c")),
        "jax": Side(partial(by_jax, weights, x, y), "jax"),
        "torch eager": Side(partial(by_torch, weights, x, y), "torch"),
    }
    yield contest(Contest("two convolutions, float32", sides, tolerance=2e-4), settings)


def network(x: sd.Node, y: sd.Node, weights: list[sd.Variable]) -> sd.Node:
    """The loss of the network."""
    first, second, dense = weights
    for kernel in (first, second):
        x = sd.relu(sd.conv2d(x, kernel, padding="same", layout="NHWC"))
        x = sd.max_pool2d(x, 2, layout="NHWC")
    return sd.softmax_cross_entropy(x.reshape(BATCH, -1) @ dense, y).mean()


def by_symdiff(arrays: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray, backend: str = "numpy") -> Call:
    """A program of images and classes."""
    weights = [sd.Variable(array, f"w{k}") for k, array in enumerate(arrays)]
    images, classes = sd.Placeholder(x.shape, x.dtype, "x"), sd.Placeholder(y.shape, y.dtype, "y")
    loss = network(images, classes, weights)
    results = [loss, *sd.grad(loss, weights)]
    return partial(sd.compile(results, [images, classes], backend=backend), x, y)


def by_jax(arrays: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray) -> Call:
    """Jitted, with the weights as arguments."""
    import jax
    import jax.numpy as jnp
    from jax import lax

    def value(weights: Any, x: Any, y: Any) -> Any:
        *kernels, dense = weights
        for kernel in kernels:
            x = lax.conv_general_dilated(
                x, kernel, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC")
            )
            x = lax.reduce_window(jax.nn.relu(x), -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        scores = jax.nn.log_softmax(x.reshape(BATCH, -1) @ dense)
        return -jnp.take_along_axis(scores, y[:, None], 1).mean()

    weights = [jnp.asarray(array) for array in arrays]
    images, classes = jnp.asarray(x), jnp.asarray(y, jnp.int32)
    compiled = jax.jit(lambda *given: jax.tree.leaves(jax.value_and_grad(value)(*given)))
    return lambda: jax.block_until_ready(compiled(weights, images, classes))


def by_torch(arrays: Sequence[np.ndarray], x: np.ndarray, y: np.ndarray) -> Call:
    """Eager, in torch's own order of axes; gradients are turned to ours, which copies nothing."""
    import torch
    from torch.nn import functional

    first, second, dense = arrays
    kernels = [torch.tensor(k.transpose(3, 2, 0, 1).copy(), requires_grad=True) for k in (first, second)]
    weights = [*kernels, torch.tensor(dense, requires_grad=True)]
    images, classes = torch.tensor(x.transpose(0, 3, 1, 2).copy()), torch.tensor(y)

    def call() -> list[Any]:
        h = images
        for kernel in kernels:
            h = functional.max_pool2d(torch.relu(functional.conv2d(h, kernel, padding=1)), 2)
        loss = functional.cross_entropy(h.permute(0, 2, 3, 1).reshape(BATCH, -1) @ weights[2], classes)
        one, two, three = torch.autograd.grad(loss, weights)
        return [loss.detach(), one.permute(2, 3, 1, 0), two.permute(2, 3, 1, 0), three]

    return call
