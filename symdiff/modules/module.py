"""What a module is: variables, and a way to build a graph with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from symdiff.dims import shape_text
from symdiff.modules.state import Stateful, members
from symdiff.ops.leaves import Variable
from symdiff.scopes import scope

__all__ = ["Module"]


class Module(Stateful):
    """A part of a model. A subclass sets variables and modules as attributes and defines `forward`.

    Calling a module runs `forward` in a scope of the module's name, so that pictures draw its nodes
    together. Nothing is computed: nodes go in, nodes come out, and calling it again with the same
    nodes gives the same graph.

    Parameters
    ----------
    name : str, optional
        The name in pictures; the class's name in lower case by default.

    Examples
    --------
    >>> import symdiff as sd
    >>> class Scale(Module):
    ...     def __init__(self, size):
    ...         super().__init__()
    ...         self.weight = sd.Variable([1.0] * size, "weight")
    ...     def forward(self, x):
    ...         return x * self.weight
    >>> scale = Scale(2)
    >>> x = sd.Placeholder((2,), name="x")
    >>> print(scale(x))
    weight * x
    >>> scale
    Scale with 2 parameters
      weight: 2
    """

    name: str

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "name" not in vars(cls):
            cls.name = cls.__name__.lower()

    def __init__(self, name: str | None = None) -> None:
        if name is not None:
            self.name = name

    def forward(self, *inputs: Any) -> Any:
        """The graph of the outputs; what calling the module returns."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it computes: define forward")

    def __call__(self, *inputs: Any, **options: Any) -> Any:
        """What `forward` returns, built in a scope of this module's name."""
        with scope(self.name):
            return self.forward(*inputs, **options)

    def parameters(self) -> list[Variable]:
        """The trainable variables, in the order of definition."""
        return list(self.named_parameters().values())

    def named_parameters(self) -> dict[str, Variable]:
        """The trainable variables by name, such as ``cell.layers.0.bias``."""
        return {name: variable for name, variable in self.variables().items() if variable.trainable}

    def __repr__(self) -> str:
        count = sum(variable.value.size for variable in self.parameters())
        return "\n".join([f"{type(self).__name__} with {count:,} parameters", *_tree(self, "  ")])


def _tree(holder: Stateful, indent: str) -> Iterator[str]:
    """One line per variable and module, indented by depth."""
    for name, member in members(holder):
        if isinstance(member, Variable):
            yield f"{indent}{name}: {shape_text(member.shape) if member.shape else 'scalar'}"
        else:
            yield f"{indent}{name}: {type(member).__name__}"
            yield from _tree(member, indent + "  ")
