"""The errors that a wrong graph raises: one class for sizes, one for structure."""

__all__ = ["GraphError", "ShapeError"]


class ShapeError(ValueError):
    """Two sizes disagree, or an axis does not exist."""


class GraphError(ValueError):
    """The graph asked for cannot be built, differentiated or compiled as written."""
