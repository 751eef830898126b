"""A part of a model whose inner values are recomputed rather than kept."""

from __future__ import annotations

from typing import Any

from symdiff.modules.module import Module
from symdiff.recompute import checkpoint

__all__ = ["Checkpoint"]


class Checkpoint(Module):
    """A module, with inner values that the derivative computes again: see `symdiff.checkpoint`.

    Parameters
    ----------
    module : Module
        Whose parameters are this one's.
    name : str, optional

    Raises
    ------
    TypeError
        If *module* is no module.

    Examples
    --------
    >>> import symdiff as sd
    >>> layer = Checkpoint(sd.modules.Linear(3, 2, rng=0))
    >>> x = sd.Placeholder((5, 3), name="x")
    >>> layer(x).shape, len(layer.parameters())
    ((5, 2), 2)
    """

    def __init__(self, module: Module, name: str | None = None) -> None:
        super().__init__(name)
        if not isinstance(module, Module):
            raise TypeError(
                f"Checkpoint: {module!r} is not a module; for a function, call symdiff.checkpoint"
            )
        self.module = module

    def forward(self, *inputs: Any, **options: Any) -> Any:
        """What the module returns."""
        return checkpoint(self.module)(*inputs, **options)
