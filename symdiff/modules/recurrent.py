"""Layers that carry a state along a sequence: the tanh network and the LSTM.

A sequence is ``(time, batch, inputs)``. The steps are unrolled into the graph, and what does not
depend on the state is done for all of them at once: one product of the whole sequence with the input
weight before the loop, and one stack of the outputs after it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, TypeAlias

import numpy as np

from symdiff.dims import Size, shape_text
from symdiff.errors import ShapeError
from symdiff.modules.initial import Rng, glorot_uniform, orthogonal, zeros
from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.contractions import matmul
from symdiff.ops.entries.elementwise import sigmoid, tanh
from symdiff.ops.filled import zeros as zero_node
from symdiff.ops.leaves import Variable
from symdiff.ops.operands import constant
from symdiff.ops.places.indexing import take
from symdiff.ops.shape.shaping import stack

__all__ = ["LSTM", "RNN"]

State: TypeAlias = tuple[Node, ...]


class Layer(Module):
    """One recurrent layer; a subclass says what a step does.

    The parts of a state are ``(batch, hidden)``; the first of them is the output. The weights of all
    gates stand side by side, ``(inputs, gates * hidden)`` and ``(hidden, gates * hidden)``.
    """

    gates: ClassVar[int] = 1
    parts: ClassVar[int] = 1

    def __init__(self, inputs: int, hidden: int, rng: Rng, dtype: Any, name: str) -> None:
        super().__init__(name)
        rng = np.random.default_rng(rng)
        drawn = [
            np.concatenate([draw((rows, hidden), rng, dtype) for _ in range(self.gates)], axis=1)
            for draw, rows in ((glorot_uniform, inputs), (orthogonal, hidden))
        ]
        self.hidden = hidden
        self.input = Variable(drawn[0], f"{name}_input")
        self.recurrent = Variable(drawn[1], f"{name}_recurrent")
        self.bias = Variable(self.initial_bias(dtype), f"{name}_bias")

    def initial_bias(self, dtype: Any) -> Any:
        """Biases of all gates, ``(gates * hidden,)``."""
        return zeros((self.gates * self.hidden,), None, dtype)

    def step(self, drive: Node, state: State) -> State:
        """The next state, given the input's share of the gates, ``(batch, gates * hidden)``."""
        raise NotImplementedError(f"{type(self).__name__} does not say what a step does: define step")

    def driven(self, x: Node) -> Node:
        """The input's share of the gates at every step, ``(time, batch, gates * hidden)``."""
        if x.dtype.kind in "iu":
            return take(self.input + self.bias, x)  # the rows that one-hot codes would select
        return matmul(x, self.input) + self.bias

    def forward(self, x: Node, state: State) -> tuple[Node, State]:
        """All outputs, ``(time, batch, hidden)``, and the state after the last step."""
        drive = self.driven(x)
        outputs = []
        for t in range(len(drive)):
            state = self.step(drive[t], state)
            outputs.append(state[0])
        return stack(outputs), state


class TanhLayer(Layer):
    """h' = tanh(x @ input + h @ recurrent + bias)"""

    def step(self, drive: Node, state: State) -> State:
        """One product, one sum and one tanh."""
        (h,) = state
        return (tanh(drive + matmul(h, self.recurrent)),)


class GatedLayer(Layer):
    """c' = f * c + i * g and h' = o * tanh(c'), with i, f, o = sigmoid(...) and g = tanh(...)"""

    gates = 4
    parts = 2

    def initial_bias(self, dtype: Any) -> Any:
        """0, and 1 for the forget gate, so that the cell remembers until it learns to forget."""
        bias = super().initial_bias(dtype)
        bias[self.hidden : 2 * self.hidden] = 1
        return bias

    def step(self, drive: Node, state: State) -> State:
        """All four gates in one product."""
        h, c = state
        n = self.hidden
        gates = drive + matmul(h, self.recurrent)
        opened = sigmoid(gates[:, : 3 * n])
        i, f, o = opened[:, :n], opened[:, n : 2 * n], opened[:, 2 * n :]
        c = f * c + i * tanh(gates[:, 3 * n :])
        return o * tanh(c), c


class Recurrent(Module):
    """Recurrent layers on top of one another; a subclass names their kind."""

    kind: ClassVar[type[Layer]]

    def __init__(
        self,
        inputs: int,
        hidden: int,
        layers: int = 1,
        *,
        rng: Rng = None,
        dtype: Any = float,
        name: str | None = None,
    ) -> None:
        super().__init__(name)
        rng = np.random.default_rng(rng)
        if layers < 1:
            raise ShapeError(f"{type(self).__name__}: {layers} layers; at least one is needed")
        self.inputs = inputs
        self.layers = [
            self.kind(hidden if k else inputs, hidden, rng, dtype, f"{self.name}{k}") for k in range(layers)
        ]

    def start(self, batch: Size) -> State:
        """The state before the first step: zeros."""
        return tuple(
            zero_node((batch, layer.hidden), layer.bias.dtype)
            for layer in self.layers
            for _ in range(layer.parts)
        )

    def forward(self, x: Any, state: Sequence[Node] | None = None) -> tuple[Node, State]:
        """The top layer's outputs and the state of all layers after the last step.

        Parameters
        ----------
        x : Node
            ``(time, batch, inputs)``, or integers ``(time, batch)`` below *inputs*, which stand for
            one-hot codes. The time is a number; the batch may be a `Dim`.
        state : sequence of Node, optional
            As returned, each ``(batch, hidden)``; zeros by default.

        Returns
        -------
        outputs : Node
            ``(time, batch, hidden)``.
        state : tuple of Node
            The parts of each layer's state, layer by layer.

        Raises
        ------
        ShapeError
            If the sequence or the state has other axes than these.
        """
        x = constant(x)
        self._check(x)
        given = self.start(x.shape[1]) if state is None else tuple(state)
        self._check_state(given, x.shape[1])
        final: State = ()
        for layer in self.layers:
            x, last = layer(x, given[: layer.parts])
            given = given[layer.parts :]
            final += last
        return x, final

    def _check(self, x: Node) -> None:
        coded = x.dtype.kind in "iu"
        if x.ndim != 3 - coded or (not coded and x.shape[-1] != self.inputs):
            raise ShapeError(
                f"{type(self).__name__}: a sequence is (time, batch, {self.inputs}), or (time, batch) for "
                f"integers, not {x.dtype} {shape_text(x.shape)}"
            )

    def _check_state(self, state: State, batch: Size) -> None:
        expected = [part.shape for part in self.start(batch)]
        found = [part.shape for part in state]
        if found != expected:
            raise ShapeError(
                f"{type(self).__name__}: the state has parts {', '.join(map(shape_text, found)) or 'none'}, "
                f"but {', '.join(map(shape_text, expected))} are needed"
            )


class RNN(Recurrent):
    """h' = tanh(x @ input + h @ recurrent + bias), step by step along a sequence.

    Elman, "Finding structure in time", 1990. Input weights are drawn by `glorot_uniform`, recurrent
    ones by `orthogonal`; biases are 0.

    Parameters
    ----------
    inputs, hidden : int
    layers : int
        Each one reads the outputs of the one below.
    rng : int or numpy.random.Generator, optional
    dtype : dtype
    name : str, optional

    Examples
    --------
    >>> import symdiff as sd
    >>> rnn = RNN(10, 4, rng=0)
    >>> rnn
    RNN with 60 parameters
      layers.0: TanhLayer
        input: 10×4
        recurrent: 4×4
        bias: 4
    >>> outputs, state = rnn(sd.Placeholder((50, 32), int, "x"))
    >>> outputs.shape, [part.shape for part in state]
    ((50, 32, 4), [(32, 4)])
    """

    kind = TanhLayer


class LSTM(Recurrent):
    """Long short-term memory: a cell that gates keep, write and read.

    Hochreiter and Schmidhuber, "Long short-term memory", 1997, with the forget gate of Gers,
    Schmidhuber and Cummins, 2000. Gates are in the order input, forget, output, candidate; the bias of
    the forget gate is 1 at first. The state of a layer has two parts, output and cell.

    Parameters
    ----------
    inputs, hidden : int
    layers : int
        Each one reads the outputs of the one below.
    rng : int or numpy.random.Generator, optional
    dtype : dtype
    name : str, optional

    Examples
    --------
    >>> import symdiff as sd
    >>> lstm = LSTM(10, 4, layers=2, rng=0)
    >>> outputs, state = lstm(sd.Placeholder((50, 32, 10), name="x"))
    >>> outputs.shape, [part.shape for part in state]
    ((50, 32, 4), [(32, 4), (32, 4), (32, 4), (32, 4)])
    """

    kind = GatedLayer
