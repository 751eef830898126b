"""The matrix products alone of a char-RNN's loss and gradients: no program on this BLAS takes less time."""

from __future__ import annotations

import numpy as np
from char_data import CharModel
from harness import Call

__all__ = ["char_rnn_products"]


def char_rnn_products(model: CharModel) -> Call:
    """A call that does the products and nothing else."""
    length, batch, vocabulary, hidden, gates = model.sizes
    recurrent, output = model.weights[1], model.weights[3]
    turned = recurrent.T.copy()
    states, d_states = (np.ones((length, batch, hidden), np.float32) for _ in range(2))
    drives, d_drives = (np.ones((length, batch, gates * hidden), np.float32) for _ in range(2))
    logits, p = (np.ones((length * batch, vocabulary), np.float32) for _ in range(2))
    d_recurrent, d_output = np.empty_like(recurrent), np.empty_like(output)
    flat, rows = states.reshape(-1, hidden), d_drives.reshape(-1, gates * hidden)

    def call() -> None:
        for t in range(1, length):
            np.dot(states[t - 1], recurrent, out=drives[t])
            np.dot(d_drives[t], turned, out=d_states[t])
        np.dot(flat, output, out=logits)
        np.dot(flat.T, p, out=d_output)
        np.dot(p, output.T, out=d_states.reshape(-1, hidden))
        np.dot(flat.T, rows, out=d_recurrent)

    return call
