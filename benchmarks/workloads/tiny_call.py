"""The derivative of fifty elementwise operations, float64: of one number, and of a vector of 100."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from by_hand.fifty_operations import by_math, by_numpy, fifty_operations
from harness import Call, Contest, Settings, Side, contest, ready
from outcomes import Bound, Outcome, Target

import symdiff as sd

__all__ = ["outcomes"]

COUNT = 100


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Called with a Python float; called with a vector."""
    number, vector = 0.3, np.linspace(-1.0, 1.0, COUNT)
    peers = {"jax": by_jax, "torch eager": by_torch, "autograd": by_autograd}
    peers |= {"casadi": by_casadi, "pytensor": by_pytensor}

    def sides(x: Any) -> dict[str, Side]:
        found = {"symdiff": Side(partial(by_symdiff, x), read=_alone)}
        return found | {name: Side(partial(make, x), name.split()[0], _alone) for name, make in peers.items()}

    hand = Side(ready(by_math(), number), read=_alone)
    in_c = {"symdiff, C": Side(partial(by_symdiff, number, "c"), read=_alone)}
    title = "fifty operations, a Python float"
    every = {"hand": hand, **in_c, **sides(number)}
    yield contest(Contest(title, every, (Bound(2e-6),), 1e-9), settings)
    hand = Side(ready(by_numpy(COUNT), vector), read=_alone)
    in_c = {"symdiff, C": Side(partial(by_symdiff, vector, "c"), read=_alone)}
    title = "fifty operations, a vector of 100"
    every = {"hand": hand, **in_c, **sides(vector)}
    yield contest(Contest(title, every, (Target("hand", 1.0),), 1e-9), settings)


def _alone(result: Any) -> list[Any]:
    return [np.asarray(result).reshape(-1)]


def by_symdiff(x: Any, backend: str = "numpy") -> Call:
    """A program of one input."""
    given = sd.Placeholder(np.shape(x), float, "x")
    y = fifty_operations(sd, given)
    return partial(sd.compile(sd.grad(y if y.ndim == 0 else y.sum(), given), [given], backend=backend), x)


def by_jax(x: Any) -> Call:
    """A jitted gradient; the vector is one of JAX's."""
    import jax
    import jax.numpy as jnp

    compiled = jax.jit(jax.grad(lambda x: jnp.sum(fifty_operations(jnp, x))))
    given = x if isinstance(x, float) else jnp.asarray(x)
    return lambda: jax.block_until_ready(compiled(given))


def by_torch(x: Any) -> Call:
    """Eager."""
    import torch

    given = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    return lambda: torch.autograd.grad(fifty_operations(torch, given).sum(), given)[0]


def by_autograd(x: Any) -> Call:
    """HIPS autograd."""
    import autograd
    import autograd.numpy as anp

    return partial(autograd.grad(lambda x: anp.sum(fifty_operations(anp, x))), x)


def by_casadi(x: Any) -> Call:
    """A function of scalar expressions, called the plain way."""
    import casadi

    given = casadi.SX.sym("x", np.size(x))
    y = casadi.sum1(fifty_operations(casadi, given))
    return partial(casadi.Function("derivative", [given], [casadi.gradient(y, given)]), x)


def by_pytensor(x: Any) -> Call:
    """A function of the default mode, which trusts its input."""
    import pytensor
    from pytensor import tensor

    given = tensor.dscalar("x") if isinstance(x, float) else tensor.dvector("x")
    compiled = pytensor.function([given], tensor.grad(fifty_operations(tensor, given).sum(), given))
    compiled.trust_input = True
    return partial(compiled, np.asarray(x))
