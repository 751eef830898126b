"""The char-RNN workloads: all sides of one model, for either kind of cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from by_hand.char_rnn_products import char_rnn_products
from by_hand.lstm import CharLSTM
from by_hand.tanh_rnn import TanhRNN
from char_data import CharModel, char_model
from harness import Call, Contest, Settings, Side, contest
from others.jax_rnn import jax_rnn
from others.torch_rnn import read_torch_nn, torch_nn_rnn, torch_rnn
from outcomes import Bound, Outcome, Target

import symdiff as sd
from symdiff.modules import LSTM, RNN, Linear

__all__ = ["char_rnn_outcomes", "symdiff_loss"]


def symdiff_loss(model: CharModel) -> tuple[sd.Node, list[sd.Variable], list[sd.Placeholder]]:
    """The loss, its weights, and the placeholders of the codes, by symdiff's own layers."""
    length, batch, vocabulary, hidden, gates = model.sizes
    dtype = model.weights[0].dtype
    cell = (RNN if gates == 1 else LSTM)(vocabulary, hidden, dtype=dtype)
    output = Linear(hidden, vocabulary, dtype=dtype)
    layer = cell.layers[0]
    weights = [layer.input, layer.recurrent, layer.bias, output.weight, output.bias]
    for variable, value in zip(weights, model.weights, strict=True):
        variable.value = value
    x = sd.Placeholder((length, batch), np.int64, "x")
    y = sd.Placeholder((length, batch), np.int64, "y")
    states, _ = cell(x)
    return sd.softmax_cross_entropy(output(states), y).mean(), weights, [x, y]


def by_symdiff(model: CharModel, backend: str = "numpy") -> Call:
    """A call of the program for the loss and all gradients."""
    loss, weights, codes = symdiff_loss(model)
    return partial(sd.compile([loss, *sd.grad(loss, weights)], codes, backend=backend), model.x, model.y)


def char_rnn_outcomes(settings: Settings, gates: int, targets: Sequence[Target | Bound]) -> Iterator[Outcome]:
    """Hidden sizes 128 and 512, batch 32, length 50, vocabulary 65."""
    for hidden in settings.sizes(128, 512):
        model = char_model(hidden, gates)
        layer = "torch.nn.RNN" if gates == 1 else "torch.nn.LSTM"
        by_hand: Any = TanhRNN if gates == 1 else CharLSTM
        sides = {
            "hand": Side(partial(by_hand, model)),
            "symdiff": Side(partial(by_symdiff, model)),
            "symdiff, C": Side(partial(by_symdiff, model, "c")),
            "jax scan": Side(partial(jax_rnn, model, False), "jax", read=_flat),
            "jax unrolled": Side(partial(jax_rnn, model, True), "jax", read=_flat),
            "torch eager": Side(partial(torch_rnn, model), "torch"),
            layer: Side(partial(torch_nn_rnn, model), "torch", read=partial(read_torch_nn, gates=gates)),
            "gemm only": Side(partial(char_rnn_products, model), checked=False),
        }
        kind = "tanh" if gates == 1 else "LSTM"
        title = f"char-RNN {kind}, hidden {hidden}: loss and all gradients, float32"
        yield contest(Contest(title, sides, targets, tolerance=2e-4), settings)


def _flat(result: Any) -> list[Any]:
    """The loss and the gradients in one list."""
    loss, gradients = result
    return [loss, *gradients]
