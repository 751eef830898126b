"""tanh and its derivatives to order 8: every one a short polynomial of tanh itself.

Prints each derivative with the number of nodes in its graph, compares it with differences of the one
before, and draws the graph of the third.
"""

import sys
from pathlib import Path

import numpy as np

import symdiff as sd

points = np.linspace(-3, 3, 200)
x = sd.Variable(points, "x")
f = sd.tanh(x)

orders = [f]
for _ in range(8):
    # the derivative of a sum of entries is the derivative of each entry
    orders.append(sd.grad(orders[-1].sum(), x))

values = sd.compile(orders)()
print("order  nodes  difference  derivative")
for n, node in enumerate(orders):
    nodes = len(sd.toposort(node))
    slope = np.gradient(values[n - 1], points, edge_order=2) if n else values[0]
    error = np.max(np.abs(slope - values[n])[2:-2]) / np.max(np.abs(values[n]))
    print(f"{n:5}  {nodes:5}  {error:10.1e}  {node}")

file = Path(sys.argv[1] if len(sys.argv) > 1 else "tanh_third_derivative.svg")
orders[3].plot(file)
print(f"drew the third derivative: {file if file.exists() else file.with_suffix('.dot')}")
