"""Structured derivatives: operators that are a few numbers and many wires."""

from symdiff.structured.operator import Structured
from symdiff.structured.reading import structured
from symdiff.structured.terms import Term

__all__ = ["Structured", "Term", "structured"]
