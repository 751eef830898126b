"""A char-LSTM: batch 32, length 50, vocabulary 65; loss and all gradients, without an optimiser."""

from __future__ import annotations

from collections.abc import Iterator

from char_rnn import char_rnn_outcomes
from harness import Settings
from outcomes import Outcome, Target

__all__ = ["outcomes"]

TARGETS = (
    Target("hand", 1.1),
    Target("jax scan", 1.0, strict=True),
    Target("torch eager", 1.0, strict=True),
)


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Hidden sizes 128 and 512."""
    return char_rnn_outcomes(settings, gates=4, targets=TARGETS)
