"""The catalogues: tuples of rules, in the order in which they are tried."""

from symdiff.rewrite.catalogues.algebra import ALGEBRA
from symdiff.rewrite.catalogues.stability import STABILITY
from symdiff.rewrite.catalogues.structures import STRUCTURES
from symdiff.rewrite.catalogues.wires import WIRES

__all__ = ["ALGEBRA", "CONTRACTION", "STABILITY", "WIRES"]

CONTRACTION = (*WIRES, *STRUCTURES)
