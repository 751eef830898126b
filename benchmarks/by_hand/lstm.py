"""Backpropagation through time of a char-LSTM.

sigmoid(z) = (1 + tanh(z / 2)) / 2, so the weights of the three sigmoid gates are halved first, and one tanh
over a contiguous block serves all four gates.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from char_data import CharModel

from by_hand.row_sums import RowSums
from by_hand.softmax_head import SoftmaxHead

__all__ = ["CharLSTM"]

Array = np.ndarray[Any, np.dtype[Any]]


class CharLSTM:
    """Gates in the order input, forget, output, candidate, side by side in every weight."""

    def __init__(self, model: CharModel) -> None:
        self.model = model
        length, batch, vocabulary, hidden, gates = model.sizes
        table, recurrent, bias, _, _ = model.weights
        dtype = table.dtype
        self.half = np.repeat(np.array([0.5, 0.5, 0.5, 1], dtype), hidden)
        self.table, self.recurrent = np.empty_like(table), np.empty_like(recurrent)
        self.turned = np.empty(recurrent.shape[::-1], dtype)
        self.gates = np.empty((length, batch, gates * hidden), dtype)  # tanh of all gates
        self.opened = np.empty((length, 3, batch, hidden), dtype)  # input, forget, output
        self.cells = np.zeros((length + 1, batch, hidden), dtype)
        self.squashed, self.states = (np.empty((length, batch, hidden), dtype) for _ in range(2))
        self.wide = np.empty((batch, gates * hidden), dtype)
        self.a, self.b, self.d_cell = (np.empty((batch, hidden), dtype) for _ in range(3))
        self.head = SoftmaxHead(length * batch, hidden, vocabulary, dtype)
        self.sums = RowSums(length * batch, vocabulary, gates * hidden, dtype)
        self.d_gates = np.empty_like(self.gates)
        self.d_recurrent, self.d_bias = np.empty_like(recurrent), np.empty_like(bias)
        self.ahead = [self.step_ahead(t) for t in range(length)]  # views are made once
        self.back = [self.step_back(t) for t in range(length)]

    def step_ahead(self, t: int) -> tuple[Array, ...]:
        """What a step forward reads and writes."""
        _, batch, hidden = self.states.shape
        gates = self.gates[t]
        three = gates[:, : 3 * hidden].reshape(batch, 3, hidden).transpose(1, 0, 2)
        candidate = gates[:, 3 * hidden :]
        cells = self.cells[t], self.cells[t + 1]
        return (
            gates,
            three,
            candidate,
            self.opened[t],
            *self.opened[t],
            *cells,
            self.squashed[t],
            self.states[t],
        )

    def step_back(self, t: int) -> tuple[Array, ...]:
        """What a step backward reads and writes."""
        hidden = self.states.shape[2]
        gates, d_gates = self.gates[t], self.d_gates[t]
        each = [d_gates[:, k * hidden : (k + 1) * hidden] for k in range(4)]
        d = self.head.d_input.reshape(self.states.shape)[t]
        return (
            d,
            d_gates,
            *each,
            gates,
            gates[:, 3 * hidden :],
            *self.opened[t],
            self.cells[t],
            self.squashed[t],
        )

    def __call__(self) -> list[Any]:
        """The loss and its derivative by each weight."""
        _, _, _, output, offset = self.model.weights
        self.forward()
        batch, hidden = self.states.shape[1:]
        flat = self.states.reshape(-1, hidden)
        loss = self.head(flat, output, offset, self.model.y.reshape(-1))
        self.backward()
        rows = self.d_gates.reshape(-1, 4 * hidden)
        np.dot(flat[:-batch].T, rows[batch:], out=self.d_recurrent)
        d_table = self.sums(rows, self.model.x.reshape(-1))
        for d in (self.d_recurrent, d_table):
            np.multiply(d, self.half * self.half, out=d)
        np.add.reduce(d_table, axis=0, out=self.d_bias)
        return [loss, d_table, self.d_recurrent, self.d_bias, self.head.d_weight, self.head.d_offset]

    def forward(self) -> None:
        """All states, and what their derivatives need."""
        table, recurrent, bias, _, _ = self.model.weights
        np.add(table, bias, out=self.table)
        np.multiply(self.table, self.half, out=self.table)
        np.multiply(recurrent, self.half, out=self.recurrent)
        np.take(self.table, self.model.x, axis=0, out=self.gates, mode="clip")
        before, wide, a = None, self.wide, self.a
        for gates, three, candidate, opened, i, f, o, cell, new, squashed, state in self.ahead:
            if before is not None:
                np.dot(before, self.recurrent, out=wide)
                np.add(gates, wide, out=gates)
            np.tanh(gates, out=gates)
            np.multiply(three, 0.5, out=opened)
            np.add(opened, 0.5, out=opened)
            np.multiply(i, candidate, out=new)
            if before is not None:
                np.multiply(f, cell, out=a)
                np.add(new, a, out=new)
            np.tanh(new, out=squashed)
            before = np.multiply(o, squashed, out=state)

    def backward(self) -> None:
        """The derivatives by the gates from those by the states, but for the factors of the halves."""
        # after is d_gates @ recurrent.T, where a sigmoid gate lacks one half from weight and one from slope
        np.multiply(self.model.weights[1].T, (self.half * self.half)[:, None], out=self.turned)
        a, b, d_cell, wide, after = self.a, self.b, self.d_cell, self.wide, None
        d_cell[...] = 0
        for d, d_gates, d_i, d_f, d_o, d_g, gates, g, i, f, o, cell, s in reversed(self.back):
            if after is not None:
                np.dot(after, self.turned, out=a)
                np.add(d, a, out=d)
            np.multiply(d, s, out=d_o)
            np.multiply(d, o, out=a)
            np.multiply(s, s, out=b)
            np.subtract(1, b, out=b)
            np.multiply(a, b, out=a)
            np.add(d_cell, a, out=d_cell)
            np.multiply(d_cell, g, out=d_i)
            np.multiply(d_cell, cell, out=d_f)
            np.multiply(d_cell, i, out=d_g)
            np.multiply(d_cell, f, out=d_cell)
            np.multiply(gates, gates, out=wide)
            np.subtract(1, wide, out=wide)
            after = np.multiply(d_gates, wide, out=d_gates)
