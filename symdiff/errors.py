"""The errors that a wrong graph raises: for sizes, structure, wrong rules, memory, NaN and infinity."""

from typing import Any

__all__ = ["GraphError", "MemoryLimitError", "NonFiniteError", "RewriteError", "ShapeError"]


class ShapeError(ValueError):
    """Two sizes disagree, or an axis does not exist."""


class GraphError(ValueError):
    """The graph asked for cannot be built, differentiated or compiled as written."""


class RewriteError(AssertionError):
    """A rule of simplification made one node of another that is not equal to it.

    Attributes
    ----------
    rule : str
        The name of the rule.
    before, after : Node
        What the rule was applied to, and what it made of it.
    """

    def __init__(self, message: str, rule: str = "", before: object = None, after: object = None) -> None:
        super().__init__(message)
        self.rule = rule
        self.before = before
        self.after = after


class NonFiniteError(ArithmeticError):
    """A program made a NaN or an infinity; `compile` with ``check_finite=True`` looks for them.

    Attributes
    ----------
    node : Node
        Where the first one was made, or the input or constant that held it.
    operands : tuple of numpy.ndarray
        The values that *node* was computed from.
    """

    def __init__(self, message: str, node: Any = None, operands: tuple[Any, ...] = ()) -> None:
        super().__init__(message)
        self.node = node
        self.operands = operands


class MemoryLimitError(GraphError, MemoryError):
    """A program needs more memory than it was allowed, however much it computes again.

    Attributes
    ----------
    limit : int
        Bytes that were allowed.
    natural : int
        Bytes that the program needs when it computes everything once.
    smallest : int
        The smallest limit, in bytes, that `compile` can keep.
    """

    def __init__(self, message: str, limit: int = 0, natural: int = 0, smallest: int = 0) -> None:
        super().__init__(message)
        self.limit = limit
        self.natural = natural
        self.smallest = smallest
