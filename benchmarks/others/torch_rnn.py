"""Char-RNNs in PyTorch: eager with the cells written out, or by torch.nn.RNN and torch.nn.LSTM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from char_data import CharModel
from harness import Call

__all__ = ["read_torch_nn", "torch_nn_rnn", "torch_rnn"]

ORDER = (0, 1, 3, 2)  # of our gates input, forget, output, candidate among torch's; its own inverse


def torch_rnn(model: CharModel) -> Call:
    """A call that gives the loss and all gradients."""
    import torch
    from torch.nn import functional

    _, batch, _, hidden, gates = model.sizes
    weights = [torch.tensor(w, requires_grad=True) for w in model.weights]
    x, y = torch.tensor(model.x), torch.tensor(model.y)

    def tanh_step(state: Any, drive: Any, recurrent: Any) -> Any:
        return (torch.tanh(torch.addmm(drive, state[0], recurrent)),)

    def lstm_step(state: Any, drive: Any, recurrent: Any) -> Any:
        h, c = state
        opened, candidate = torch.addmm(drive, h, recurrent).split((3 * hidden, hidden), 1)
        i, f, o = torch.sigmoid(opened).chunk(3, 1)
        c = f * c + i * torch.tanh(candidate)
        return o * torch.tanh(c), c

    step = tanh_step if gates == 1 else lstm_step

    def call() -> Any:
        table, recurrent, bias, output, offset = weights
        state = (torch.zeros(batch, hidden),) * (1 if gates == 1 else 2)
        states = []
        for drive in functional.embedding(x, table + bias).unbind():
            state = step(state, drive, recurrent)
            states.append(state[0])
        logits = torch.stack(states).view(-1, hidden) @ output + offset
        loss = functional.cross_entropy(logits, y.view(-1))
        return [loss.detach(), *torch.autograd.grad(loss, weights)]

    return call


def torch_nn_rnn(model: CharModel) -> Call:
    """The same by torch's own layer, which takes one-hot codes and has its own order of gates."""
    import torch
    from torch.nn import functional

    _, _, vocabulary, hidden, gates = model.sizes
    table, recurrent, bias, output, offset = model.weights
    kind = torch.nn.RNN if gates == 1 else torch.nn.LSTM
    layer = kind(vocabulary, hidden)
    inner = [layer.weight_ih_l0, layer.weight_hh_l0, layer.bias_ih_l0]
    for own, given in zip(inner, (table, recurrent, bias), strict=True):
        own.data = torch.tensor(_reordered(given, gates).T.copy())
    layer.bias_hh_l0.data.zero_()
    layer.bias_hh_l0.requires_grad_(False)
    dense = [torch.tensor(w, requires_grad=True) for w in (output, offset)]
    weights = [*inner, *dense]
    x, y = torch.tensor(model.x), torch.tensor(model.y)

    def call() -> Any:
        states, _ = layer(functional.one_hot(x, vocabulary).float())
        loss = functional.cross_entropy(states.view(-1, hidden) @ dense[0] + dense[1], y.view(-1))
        return [loss.detach(), *torch.autograd.grad(loss, weights)]

    return call


def read_torch_nn(result: Sequence[Any], gates: int) -> list[Any]:
    """Gradients by torch's own layer as ours: transposed, with our order of gates."""
    loss, *found = (np.asarray(r) for r in result)
    return [loss, *(_reordered(g.T, gates) for g in found[:3]), *found[3:]]


def _reordered(array: np.ndarray, gates: int) -> np.ndarray:
    """An array with the blocks of its last axis in the other order."""
    if gates == 1:
        return array
    return np.concatenate([np.split(array, 4, axis=-1)[k] for k in ORDER], axis=-1)
