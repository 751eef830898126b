"""Optimizers as graphs: the new value of every parameter, as a function of its gradient.

``sd.compile(loss, [x, y], updates=optimizer.updates(parameters, gradients))`` is a whole training step
as one program. An update is made of nodes, so it can be printed, and differentiated through.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np

from symdiff.dims import shape_text
from symdiff.dtypes import DType
from symdiff.errors import GraphError, ShapeError
from symdiff.modules.state import Stateful
from symdiff.node import Node
from symdiff.ops.add import add
from symdiff.ops.cast import cast
from symdiff.ops.contractions import sum
from symdiff.ops.entries.elementwise import maximum
from symdiff.ops.leaves import Variable
from symdiff.ops.powers import power, sqrt

__all__ = ["SGD", "Adagrad", "Adam", "Momentum", "Nesterov", "Optimizer", "RMSProp", "clip_by_global_norm"]

Parameters: TypeAlias = Sequence[Variable] | Mapping[str, Variable]
Gradients: TypeAlias = Sequence[Node] | Mapping[str, Node]


@dataclass(eq=False)
class Optimizer(Stateful):
    """A rule that turns gradients into updates; a subclass defines `update`, for one parameter.

    What a rule remembers of a parameter is kept in variables of the parameter's shape and dtype, 0 at
    first and named in `remembers`; `state` and `load_state` save and restore them. Asking again for the
    updates of the same parameters shares them, so that several programs can train one model.

    Parameters
    ----------
    learning_rate : float or Node
        A node, such as a placeholder or a variable, makes a schedule possible.

    Examples
    --------
    >>> import symdiff as sd
    >>> class SignDescent(Optimizer):
    ...     def update(self, x, g):
    ...         return (x - self.rate(x.dtype) * sd.sign(g),)
    >>> x = sd.Variable([3.0, -1.0], "x")
    >>> updates = SignDescent(0.5).updates([x], [2 * x])
    >>> print(updates[x])
    x - 0.5 * sign(2 * x)
    >>> step = sd.compile([], updates=updates)
    >>> _ = step()
    >>> x.value
    array([ 2.5, -0.5])
    """

    remembers: ClassVar[tuple[str, ...]] = ()
    learning_rate: float | Node = 0.01

    def __post_init__(self) -> None:
        self.memory: dict[str, list[Variable]] = {}
        self._parameters: list[Variable] = []

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """The new values of a parameter *x* with gradient *g*, and of what is remembered of it."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it updates: define update")

    def updates(self, parameters: Parameters, gradients: Gradients) -> dict[Variable, Node]:
        """New values for all parameters and for the optimizer's own variables.

        Parameters
        ----------
        parameters : sequence or mapping of Variable
        gradients : sequence or mapping of Node
            In the same structure, as `grad` returns them.

        Returns
        -------
        dict of Variable to Node
            To be given to `compile` as *updates*.

        Raises
        ------
        GraphError
            If there is not one gradient per parameter, or these are other parameters than before.
        ShapeError
            If a gradient has another shape than its parameter.
        """
        pairs = self._paired(parameters, gradients)
        self._remember([x for x, _ in pairs])
        result: dict[Variable, Node] = {}
        for k, (x, g) in enumerate(pairs):
            own = (x, *(self.memory[kind][k] for kind in self.remembers))
            result |= zip(own, self.update(x, g, *own[1:]), strict=True)
        return result

    def rate(self, dtype: DType) -> Any:
        """The learning rate, as a number or as a node of *dtype*."""
        return cast(rate, dtype) if isinstance(rate := self.learning_rate, Node) else float(rate)

    def _remember(self, parameters: list[Variable]) -> None:
        """Make the variables of the memory, unless these parameters are known."""
        if self._parameters not in ([], parameters):
            kind = type(self).__name__
            raise GraphError(f"{kind}: this optimizer trains other parameters already; make another one")
        if not self._parameters:
            self._parameters = parameters
            self.memory = {kind: [_zeros(x, kind) for x in parameters] for kind in self.remembers}

    def _paired(self, parameters: Any, gradients: Any) -> list[tuple[Variable, Node]]:
        """Parameters and gradients of the parameters' dtypes, name by name or place by place."""
        mapped = isinstance(parameters, Mapping) and isinstance(gradients, Mapping)
        names, given = (list(x) if mapped else list(range(len(x))) for x in (parameters, gradients))
        kind = type(self).__name__
        if names != given:
            counts = f"{len(names)} parameters and {len(given)} gradients"
            raise GraphError(f"{kind}: {counts} do not pair up; give one each, in the same structure")
        pairs = [(parameters[name], gradients[name]) for name in names]
        for x, g in pairs:
            if x.shape != g.shape:
                own, found = shape_text(x.shape), shape_text(g.shape)
                raise ShapeError(f"{kind}: {x!r} is {own}, but its gradient is {found}")
        return [(x, cast(g, x.dtype)) for x, g in pairs]


def _zeros(x: Variable, kind: str) -> Variable:
    return Variable(np.zeros_like(x.value), f"{x.name}_{kind}" if x.name else kind, trainable=False)


@dataclass(eq=False)
class SGD(Optimizer):
    """x' = x - rate g

    Robbins and Monro, "A stochastic approximation method", 1951.
    """

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """One step against the gradient."""
        return (x - self.rate(x.dtype) * g,)


@dataclass(eq=False)
class Momentum(Optimizer):
    """v' = momentum v + g,  x' = x - rate v'

    Polyak, "Some methods of speeding up the convergence of iteration methods", 1964.
    """

    remembers = ("velocity",)
    momentum: float = 0.9

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """A heavy ball, rolling."""
        (velocity,) = memory
        velocity = self.momentum * velocity + g
        return x - self.rate(x.dtype) * velocity, velocity


@dataclass(eq=False)
class Nesterov(Momentum):
    """v' = momentum v + g,  x' = x - rate (g + momentum v')

    Nesterov, "A method of solving a convex programming problem with convergence rate O(1/k^2)", 1983,
    in the form of Sutskever, Martens, Dahl and Hinton, "On the importance of initialization and momentum
    in deep learning", 2013.
    """

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """Momentum that looks one step ahead."""
        (velocity,) = memory
        velocity = self.momentum * velocity + g
        return x - self.rate(x.dtype) * (g + self.momentum * velocity), velocity


@dataclass(eq=False)
class Adagrad(Optimizer):
    """s' = s + g^2,  x' = x - rate g / (sqrt(s') + epsilon)

    Duchi, Hazan and Singer, "Adaptive subgradient methods for online learning and stochastic
    optimization", 2011.
    """

    remembers = ("squares",)
    epsilon: float = 1e-10

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """Steps that shrink with the sum of all squared gradients."""
        (squares,) = memory
        squares = squares + g * g
        return x - self.rate(x.dtype) * g / (sqrt(squares) + self.epsilon), squares


@dataclass(eq=False)
class RMSProp(Optimizer):
    """s' = decay s + (1 - decay) g^2,  x' = x - rate g / (sqrt(s') + epsilon)

    Tieleman and Hinton, "Lecture 6.5: rmsprop", Neural networks for machine learning, 2012.
    """

    remembers = ("squares",)
    learning_rate: float | Node = 0.001
    decay: float = 0.9
    epsilon: float = 1e-8

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """Steps in units of the recent size of the gradient."""
        (squares,) = memory
        squares = self.decay * squares + (1 - self.decay) * (g * g)
        return x - self.rate(x.dtype) * g / (sqrt(squares) + self.epsilon), squares


@dataclass(eq=False)
class Adam(Optimizer):
    """m' = beta1 m + (1 - beta1) g,  v' = beta2 v + (1 - beta2) g^2,
    x' = x - rate (m' / (1 - beta1^t)) / (sqrt(v' / (1 - beta2^t)) + epsilon)

    t is 1 at the first step, which moves every entry by the learning rate, nearly.

    Kingma and Ba, "Adam: a method for stochastic optimization", 2015, algorithm 1. The two corrections
    are gathered in one number per step, which changes nothing but the rounding.

    Parameters
    ----------
    learning_rate : float or Node
    beta1, beta2 : float
        How much of the two means is kept at each step.
    epsilon : float

    Examples
    --------
    >>> import symdiff as sd
    >>> x = sd.Variable([3.0, -4.0], "x")
    >>> loss = (x * x).sum()
    >>> adam = Adam(learning_rate=0.1)
    >>> step = sd.compile(loss, updates=adam.updates([x], [sd.grad(loss, x)]))
    >>> print(step(), x.value, adam.steps.value)
    25.0 [ 2.9 -3.9] 1
    >>> sorted(adam.state())
    ['memory.mean.0', 'memory.squares.0', 'steps']
    """

    remembers = ("mean", "squares")
    learning_rate: float | Node = 0.001
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        super().__post_init__()
        self.steps = Variable(np.array(0), "steps", trainable=False)

    def updates(self, parameters: Parameters, gradients: Gradients) -> dict[Variable, Node]:
        """New values for all parameters, for both means, and for the number of steps."""
        return {**super().updates(parameters, gradients), self.steps: self.steps + 1}

    def update(self, x: Node, g: Node, *memory: Node) -> tuple[Node, ...]:
        """Algorithm 1, its last line times sqrt(1 - beta2^t) above and below."""
        mean, squares = memory
        t = cast(self.steps + 1, np.dtype(float))  # the corrections lose too much in float32
        small, large = 1 - power(self.beta1, t), sqrt(1 - power(self.beta2, t))
        mean = self.beta1 * mean + (1 - self.beta1) * g
        squares = self.beta2 * squares + (1 - self.beta2) * (g * g)
        rate = self.rate(x.dtype) * cast(large / small, x.dtype)
        return x - rate * mean / (sqrt(squares) + cast(self.epsilon * large, x.dtype)), mean, squares


def clip_by_global_norm(gradients: Any, limit: float) -> Any:
    """The gradients, scaled down together if the length of all of them as one vector is above *limit*.

    Pascanu, Mikolov and Bengio, "On the difficulty of training recurrent neural networks", 2013.

    Parameters
    ----------
    gradients : list, tuple or dict of Node
    limit : float

    Returns
    -------
    list, tuple or dict of Node
        In the structure of *gradients*.

    Examples
    --------
    >>> import symdiff as sd
    >>> a, b = clip_by_global_norm([sd.Variable([3.0, 0.0]), sd.Variable(4.0)], limit=1.0)
    >>> print(a(), b())
    [0.6 0. ] 0.8
    """
    if isinstance(gradients, Mapping):
        return dict(zip(gradients, clip_by_global_norm(list(gradients.values()), limit), strict=True))
    if not gradients:
        return gradients
    length = sqrt(add(*(sum(g * g) for g in gradients)))
    return type(gradients)([g * cast(limit / maximum(length, limit), g.dtype) for g in gradients])
