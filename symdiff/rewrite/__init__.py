"""Rewriting: named rules in three catalogues, and the passes that apply them."""

from symdiff.rewrite.catalogues import ALGEBRA, CONTRACTION, STABILITY
from symdiff.rewrite.rule import Around, Firing, Rule, contextual, rule
from symdiff.rewrite.simplification import simplified, simplify, tidied
from symdiff.rewrite.strategies import Run, everywhere, first, fixpoint, sequence

__all__ = [
    "ALGEBRA",
    "CONTRACTION",
    "STABILITY",
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
