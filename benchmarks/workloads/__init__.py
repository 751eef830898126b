"""The workloads by name, in the order in which they run.

Each is a module with a function ``outcomes(settings)`` that gives one `Outcome` after another.
"""

from __future__ import annotations

__all__ = ["NAMES"]

NAMES = (
    "char_rnn_tanh",
    "char_rnn_lstm",
    "mlp_step",
    "einsum_chain",
    "lstm_gates",
    "tiny_call",
    "build",
    "memory",
    "threads",
    "char_rnn_step",
    "conv_step",
    "newton_step",
    "first_run",
    "hessians",
    "growth",
)
