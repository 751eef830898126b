"""Standard draws: arrays of random numbers that are functions of a key, and of nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from symdiff.dims import Shape
from symdiff.dtypes import DType, as_dtype
from symdiff.node import Node
from symdiff.ops.drawn.keys import DRAW, philox

__all__ = ["Draw", "Exponential", "Gumbel", "Integers", "Normal", "Permutation", "Uniform", "float_dtype"]


class Draw(Node):
    """numbers of some shape and dtype, drawn with a key"""

    __slots__ = ()
    target: Shape
    to: DType

    def infer_shape(self) -> Shape:
        return self.target

    def infer_dtype(self) -> DType:
        return self.to

    def compute(self, xp: Any, key: Any) -> Any:
        drawn = self.draw(np.random.Generator(philox(key, DRAW)))
        return np.asarray(drawn).astype(self.to, copy=False)

    def draw(self, generator: np.random.Generator) -> Any:
        """The numbers, from a generator that is at its start."""
        raise NotImplementedError(f"{type(self).__name__} does not say its numbers: define draw")

    def in_precision(self, method: Callable[..., Any]) -> Any:
        """What a method of the generator draws, in single precision where that is enough."""
        return method(self.target, np.float64 if self.to.itemsize > 4 else np.float32)

    def vjp(self, k: int, g: Node) -> Node | None:
        return None

    def jvp(self, k: int, dx: Node) -> Node | None:
        return None


class Uniform(Draw):
    """uniform between 0 and 1, 1 excluded"""

    __slots__ = ()

    def draw(self, generator: np.random.Generator) -> Any:
        drawn = self.in_precision(generator.random)
        if self.to.itemsize > 2:
            return drawn
        return np.minimum(drawn, np.float32(1 - 2**-11))  # 1 would be the nearest half-precision number


class Normal(Draw):
    """normal with mean 0 and variance 1"""

    __slots__ = ()

    def draw(self, generator: np.random.Generator) -> Any:
        return self.in_precision(generator.standard_normal)


class Exponential(Draw):
    """exponential with mean 1"""

    __slots__ = ()

    def draw(self, generator: np.random.Generator) -> Any:
        return self.in_precision(generator.standard_exponential)


class Gumbel(Draw):
    """standard Gumbel: minus the logarithm of an exponential"""

    __slots__ = ()

    def draw(self, generator: np.random.Generator) -> Any:
        return generator.gumbel(size=self.target)  # type: ignore[arg-type]


class Integers(Draw):
    """integers from low to high, high excluded, all equally likely"""

    __slots__ = ()
    low: int
    high: int

    def draw(self, generator: np.random.Generator) -> Any:
        return generator.integers(self.low, self.high, self.target, self.to)  # type: ignore[arg-type]


class Permutation(Draw):
    """the integers below a length, in random order"""

    __slots__ = ()

    def draw(self, generator: np.random.Generator) -> Any:
        return generator.permutation(self.target[0])  # type: ignore[arg-type]


def float_dtype(name: str, dtype: Any) -> DType:
    """A dtype that numbers can be drawn in."""
    found = as_dtype(dtype)
    if found.kind != "f" or found.itemsize > 8:
        raise TypeError(f"{name}: numbers are drawn as float16, float32 or float64, not as {found}")
    return found
