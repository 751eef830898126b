"""Diagonals written into arrays: sums whose terms are zero almost everywhere.

Of such a term only the core is computed. It is written into zeros, or added to the entries of a dense term
that it falls on; the dense term is made for this alone wherever nothing else needs it.
"""

from __future__ import annotations

from typing import NamedTuple

from symdiff.wiring import Labels

__all__ = ["Written"]


class Written(NamedTuple):
    """A core, the output's labels, and the distinct ones among them, which are the core's."""

    register: int
    output: Labels
    distinct: Labels
