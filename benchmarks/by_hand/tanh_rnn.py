"""Backpropagation through time of a tanh char-RNN."""

from __future__ import annotations

from typing import Any

import numpy as np
from char_data import CharModel

from by_hand.row_sums import RowSums
from by_hand.softmax_head import SoftmaxHead

__all__ = ["TanhRNN"]

Array = np.ndarray[Any, np.dtype[Any]]


class TanhRNN:
    """h' = tanh(table[x] + h @ recurrent + bias), then a softmax head on all states at once."""

    def __init__(self, model: CharModel) -> None:
        self.model = model
        length, batch, vocabulary, hidden, _ = model.sizes
        table, recurrent, bias, _, _ = model.weights
        dtype = table.dtype
        self.table = np.empty_like(table)
        self.turned = np.empty_like(recurrent)
        self.states = np.empty((length, batch, hidden), dtype)
        self.scratch = np.empty((batch, hidden), dtype)
        self.carried = np.empty((batch, hidden), dtype)
        self.head = SoftmaxHead(length * batch, hidden, vocabulary, dtype)
        self.sums = RowSums(length * batch, vocabulary, hidden, dtype)
        self.d_recurrent = np.empty_like(recurrent)
        self.d_bias = np.empty_like(bias)

    def __call__(self) -> list[Any]:
        """The loss and its derivative by each weight."""
        _, _, _, output, offset = self.model.weights
        hidden = len(output)
        self.forward()
        flat = self.states.reshape(-1, hidden)
        loss = self.head(flat, output, offset, self.model.y.reshape(-1))
        d = self.head.d_input.reshape(self.states.shape)
        self.backward(d)
        rows = d.reshape(-1, hidden)
        batch = d.shape[1]
        np.dot(flat[:-batch].T, rows[batch:], out=self.d_recurrent)
        d_table = self.sums(rows, self.model.x.reshape(-1))
        np.add.reduce(d_table, axis=0, out=self.d_bias)
        return [loss, d_table, self.d_recurrent, self.d_bias, self.head.d_weight, self.head.d_offset]

    def forward(self) -> None:
        """All states; they start as the inputs' shares."""
        table, recurrent, bias, _, _ = self.model.weights
        states, scratch = self.states, self.scratch
        np.add(table, bias, out=self.table)
        np.take(self.table, self.model.x, axis=0, out=states, mode="clip")
        np.tanh(states[0], out=states[0])
        before = states[0]
        for h in states[1:]:
            np.dot(before, recurrent, out=scratch)
            np.add(h, scratch, out=h)
            np.tanh(h, out=h)
            before = h

    def backward(self, d: Array) -> None:
        """From derivatives by the states, in place, to those by what the tanh is of."""
        states, scratch, carried = self.states, self.scratch, self.carried
        np.copyto(self.turned, self.model.weights[1].T)  # a product with a transpose takes twice as long
        for t in range(len(d) - 1, -1, -1):
            if t < len(d) - 1:
                np.dot(d[t + 1], self.turned, out=carried)
                np.add(d[t], carried, out=d[t])
            np.multiply(states[t], states[t], out=scratch)
            np.subtract(1, scratch, out=scratch)
            np.multiply(d[t], scratch, out=d[t])
