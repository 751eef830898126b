"""Pictures of graphs: boxes in plain words, leaves as chips at each use, forward and gradient apart.

`plot` draws nodes and saves the picture; `to_dot` gives its text, which needs no other program.
"""

from symdiff.plot.picture import Picture, plot, to_dot
from symdiff.plot.rendering import PlotWarning

__all__ = ["Picture", "PlotWarning", "plot", "to_dot"]
