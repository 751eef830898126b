"""What goes along axes: extremes, orders, running sums, norms, statistics."""
