"""From the graph to steps, each of which is one call of NumPy."""
