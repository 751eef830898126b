"""Hessians by JAX, PyTorch and autograd: from a loss, its variable and its data to a call."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from harness import Call

__all__ = ["PEERS", "Library", "Loss"]


@dataclass(frozen=True)
class Library:
    """The functions that a loss is written with, as one library spells them."""

    array: Callable[[Any], Any]
    softplus: Callable[[Any], Any]
    relu: Callable[[Any], Any]
    logsumexp: Callable[[Any], Any]


Loss = Callable[[Library, Any, Mapping[str, Any]], Any]


def by_jax(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
    """Forward over reverse, jitted; the data are arguments."""
    import jax
    import jax.numpy as jnp

    library = Library(jnp.asarray, jax.nn.softplus, jax.nn.relu, jax.nn.logsumexp)
    held = {name: jnp.asarray(value) for name, value in data.items()}
    compiled = jax.jit(jax.hessian(lambda w, held: loss(library, w, held)))
    w = jnp.asarray(point)
    return lambda: jax.block_until_ready(compiled(w, held))


def by_torch(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
    """Forward over reverse, eager."""
    import torch

    functional = torch.nn.functional
    library = Library(torch.tensor, functional.softplus, torch.relu, lambda z: torch.logsumexp(z, 0))
    held = {name: torch.tensor(value) for name, value in data.items()}
    compiled = torch.func.hessian(lambda w: loss(library, w, held))
    w = torch.tensor(point)
    return lambda: compiled(w)


def by_autograd(loss: Loss, point: Any, data: Mapping[str, Any]) -> Call:
    """Reverse over reverse."""
    import autograd
    import autograd.numpy as anp
    from autograd.scipy.special import logsumexp

    library = Library(np.asarray, lambda z: anp.logaddexp(0.0, z), lambda z: anp.maximum(z, 0.0), logsumexp)
    compiled = autograd.hessian(lambda w: loss(library, w, data))
    return lambda: compiled(point)


PEERS = {"jax": by_jax, "torch": by_torch, "autograd": by_autograd}
