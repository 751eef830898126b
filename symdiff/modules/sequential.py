"""Modules one after another, and the commonest of them: the multilayer perceptron."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symdiff.errors import ShapeError
from symdiff.modules.initial import Rng
from symdiff.modules.linear import Linear
from symdiff.modules.module import Module
from symdiff.node import Node
from symdiff.ops.entries.elementwise import relu

__all__ = ["MLP", "Sequential"]


class Sequential(Module):
    """Modules and functions of one node, each applied to what the one before returned.

    Examples
    --------
    >>> import symdiff as sd
    >>> model = Sequential(Linear(4, 8, rng=0), sd.tanh, Linear(8, 2, rng=1))
    >>> model(sd.Placeholder((None, 4))).shape[1]
    2
    >>> [name for name in model.named_parameters()]
    ['layers.0.weight', 'layers.0.bias', 'layers.2.weight', 'layers.2.bias']
    """

    def __init__(self, *layers: Callable[[Node], Node], name: str | None = None) -> None:
        super().__init__(name)
        self.layers = list(layers)

    def forward(self, x: Node) -> Node:
        """The result of the last layer."""
        for layer in self.layers:
            x = layer(x)
        return x


class MLP(Sequential):
    """Linear layers of the given sizes with a function of entries between them.

    Parameters
    ----------
    sizes : sequence of int
        Inputs, hidden sizes, outputs: at least two numbers.
    activation : function of one node
        Applied after every layer but the last; `relu` by default.
    rng : int or numpy.random.Generator, optional
    dtype : dtype
    name : str, optional

    Raises
    ------
    ShapeError
        If there are fewer than two sizes.

    Examples
    --------
    >>> import symdiff as sd
    >>> model = MLP([784, 32, 10], rng=0)
    >>> model(sd.Placeholder((50, 784))).shape
    (50, 10)
    >>> sum(p.value.size for p in model.parameters())
    25450
    """

    def __init__(
        self,
        sizes: Sequence[int],
        activation: Callable[[Node], Node] = relu,
        *,
        rng: Rng = None,
        dtype: Any = float,
        name: str | None = None,
    ) -> None:
        if len(sizes) < 2:
            raise ShapeError(f"MLP: sizes {list(sizes)} give no layer; name inputs and outputs at least")
        rng = np.random.default_rng(rng)
        layers: list[Callable[[Node], Node]] = []
        for k, (inputs, outputs) in enumerate(itertools.pairwise(sizes)):
            layers += [activation] if k else []
            layers.append(Linear(inputs, outputs, rng=rng, dtype=dtype, name=f"layer{k}"))
        super().__init__(*layers, name=name)
