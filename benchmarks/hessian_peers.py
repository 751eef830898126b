"""Hessians by JAX, PyTorch and autograd, for side-by-side runs; what is not installed is left out."""

from __future__ import annotations

import os

# one thread for XLA as well, before it is imported
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

__all__ = ["Library", "peers"]

Call = Callable[[], Any]


@dataclass(frozen=True)
class Library:
    """The functions that a loss is written with, as one library spells them."""

    array: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    relu: Callable[[Any], Any]
    logsumexp: Callable[[Any], Any]


Loss = Callable[[Library, Any, Mapping[str, Any]], Any]


def peers() -> dict[str, Callable[[Loss, Any, Mapping[str, Any]], Call]]:
    """For each installed library: from a loss, its variable and its data to a call that gives the Hessian."""
    found = {}
    for name, make in (("JAX", _jax), ("torch", _torch), ("autograd", _autograd)):
        try:
            found[name] = make()
        except ImportError:
            print(f"{name} is not installed, and left out")
    return found


def _jax() -> Callable[[Loss, Any, Mapping[str, Any]], Call]:
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")
    import jax.numpy as jnp

    library = Library(jnp.asarray, jax.nn.softplus, jax.nn.relu, jax.nn.logsumexp)

    def make(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
        held = {name: jnp.asarray(value) for name, value in data.items()}
        compiled = jax.jit(jax.hessian(lambda w, held: loss(library, w, held)))
        w = jnp.asarray(point)
        return lambda: jax.block_until_ready(compiled(w, held))

    return make


def _torch() -> Callable[[Loss, Any, Mapping[str, Any]], Call]:
    import torch

    torch.set_num_threads(1)
    functional = torch.nn.functional
    library = Library(torch.tensor, functional.softplus, torch.relu, lambda z: torch.logsumexp(z, 0))

    def make(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
        held = {name: torch.tensor(value) for name, value in data.items()}
        compiled = torch.func.hessian(lambda w: loss(library, w, held))
        w = torch.tensor(point)
        return lambda: compiled(w)

    return make


def _autograd() -> Callable[[Loss, Any, Mapping[str, Any]], Call]:
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    library = Library(
        np.asarray, lambda z: anp.logaddexp(0.0, z), lambda z: anp.maximum(z, 0.0), lambda z: logsumexp(z)
    )

    def make(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
        compiled = autograd.hessian(lambda w: loss(library, w, data))
        return lambda: compiled(point)

    return make
