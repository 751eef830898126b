"""A training step of a small tanh char-RNN with Adam: batch 8, hidden 100, length 20, vocabulary 71."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from by_hand.adam import Adam as AdamByHand
from by_hand.tanh_rnn import TanhRNN
from char_data import CharModel, char_model
from char_rnn import symdiff_loss
from harness import Call, Contest, Settings, Side, contest
from outcomes import Outcome, Target

import symdiff as sd
from symdiff.optim import Adam

__all__ = ["outcomes"]

BATCH, HIDDEN, LENGTH, VOCABULARY = 8, 100, 20, 71
RATE = 1e-3
TARGETS = (Target("hand", 1.1),)


def outcomes(settings: Settings) -> Iterator[Outcome]:
    """Loss, all gradients and the update of every weight, in float32 and float64."""
    for dtype in settings.sizes(np.float32, np.float64):
        model = char_model(HIDDEN, 1, LENGTH, BATCH, VOCABULARY, dtype)
        sides = {
            "hand": Side(partial(by_hand, model)),
            "symdiff": Side(partial(by_symdiff, model)),
            "symdiff, C": Side(partial(by_symdiff, model, "c")),
        }
        title = f"char-RNN step with Adam, hidden {HIDDEN}, batch {BATCH}, {np.dtype(dtype).name}"
        yield contest(Contest(title, sides, TARGETS, 1e-4 if dtype == np.float32 else 1e-9), settings)


def by_hand(model: CharModel) -> Call:
    """Gradients of copies of the weights, updated in place; gives the loss and the weights."""
    own = CharModel(tuple(w.copy() for w in model.weights), model.x, model.y)
    gradients, adam = TanhRNN(own), AdamByHand(own.weights, RATE)

    def call() -> list[Any]:
        loss, *found = gradients()
        adam(found)
        return [loss, *own.weights]

    return call


def by_symdiff(model: CharModel, backend: str = "numpy") -> Call:
    """One program with updates; the weights are read where the first result is compared."""
    loss, weights, codes = symdiff_loss(model)
    adam = Adam(RATE)
    updates = adam.updates(weights, sd.grad(loss, weights))
    step = sd.compile(loss, codes, updates=updates, backend=backend)

    def call() -> list[Any]:
        return [step(model.x, model.y), *[w.value for w in weights]]

    return call
