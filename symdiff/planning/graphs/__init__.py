"""Rewrites of the graph before it is lowered, for the sizes at hand."""
