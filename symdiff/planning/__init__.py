"""From a graph to a plan: sizes fixed, products merged, contractions in order, equal steps shared."""

from symdiff.planning.planner import plan
from symdiff.planning.specialise import specialise
from symdiff.planning.steps import Literal, Plan, Step

__all__ = ["Literal", "Plan", "Step", "plan", "specialise"]
