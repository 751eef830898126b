"""Graphs as text: one line, a formula, a typed program."""

from symdiff.printing.formula import describe, formula
from symdiff.printing.listing import listing, operation_text

__all__ = ["describe", "formula", "listing", "operation_text"]
