"""ALGEBRA: exact rules, each of which makes the graph smaller or leads to one that does.

Equal terms, numbers, units, transposes and polynomials are collected when nodes are built; what is here
needs to look at more than one operation, or to know what has been declared.
"""

from __future__ import annotations

from symdiff.rewrite.catalogues.declared import DECLARED
from symdiff.rewrite.catalogues.inverses import INVERSES
from symdiff.rewrite.catalogues.powers import POWERS

__all__ = ["ALGEBRA"]

ALGEBRA = (*INVERSES, *POWERS, *DECLARED)
