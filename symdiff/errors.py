"""The errors that a wrong graph raises: one class for sizes, one for structure."""

__all__ = ["GraphError", "RewriteError", "ShapeError"]


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
