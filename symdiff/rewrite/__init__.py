"""Rewriting: named rules in three catalogues, and the passes that apply them."""

from symdiff.rewrite.catalogues.algebra import ALGEBRA
from symdiff.rewrite.catalogues.stability import STABILITY
from symdiff.rewrite.catalogues.structures import STRUCTURES
from symdiff.rewrite.catalogues.wires import CONTRACTION
from symdiff.rewrite.rule import Around, Firing, Rule, contextual, rule
from symdiff.rewrite.simplification import simplified, simplify, tidied
from symdiff.rewrite.strategies import Run, everywhere, first, fixpoint, sequence

__all__ = [
    "ALGEBRA",
    "CONTRACTION",
    "STABILITY",
    "STRUCTURES",
    "Around",
    "Firing",
    "Rule",
    "Run",
    "contextual",
    "everywhere",
    "first",
    "fixpoint",
    "rule",
    "sequence",
    "simplified",
    "simplify",
    "tidied",
]
