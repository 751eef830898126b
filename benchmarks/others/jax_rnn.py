"""Char-RNNs in JAX: a scan over the steps, or all steps unrolled; weights are arguments of the call."""

from __future__ import annotations

from typing import Any

from char_data import CharModel
from harness import Call

__all__ = ["jax_rnn"]


def jax_rnn(model: CharModel, unrolled: bool) -> Call:
    """A call that gives the loss and all gradients."""
    import jax
    import jax.numpy as jnp

    _, batch, _, hidden, gates = model.sizes

    def tanh_step(state: Any, drive: Any, recurrent: Any) -> Any:
        h = jnp.tanh(drive + state[0] @ recurrent)
        return (h,), h

    def lstm_step(state: Any, drive: Any, recurrent: Any) -> Any:
        h, c = state
        i, f, o, g = jnp.split(drive + h @ recurrent, 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    step = tanh_step if gates == 1 else lstm_step

    def loss(weights: Any, x: Any, y: Any) -> Any:
        table, recurrent, bias, output, offset = weights
        drives = (table + bias)[x]
        state = (jnp.zeros((batch, hidden), drives.dtype),) * (1 if gates == 1 else 2)
        if unrolled:
            states = []
            for drive in drives:
                state, h = step(state, drive, recurrent)
                states.append(h)
            outputs = jnp.stack(states)
        else:
            _, outputs = jax.lax.scan(lambda s, drive: step(s, drive, recurrent), state, drives)
        scores = jax.nn.log_softmax(outputs @ output + offset)
        return -jnp.take_along_axis(scores, y[..., None], -1).mean()

    weights = tuple(jnp.asarray(w) for w in model.weights)
    x, y = jnp.asarray(model.x, jnp.int32), jnp.asarray(model.y, jnp.int32)
    compiled = jax.jit(jax.value_and_grad(loss))
    return lambda: jax.block_until_ready(compiled(weights, x, y))
