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

# every order at once, at the points and a little to both sides of them
program = sd.compile(orders, [x])
step = 1e-5
values, above, below = program(points), program(points + step), program(points - step)

print("order  nodes     error  derivative")
for n, node in enumerate(orders):
    slope = (above[n - 1] - below[n - 1]) / (2 * step) if n else np.tanh(points)
    error = np.max(np.abs(slope - values[n])) / np.max(np.abs(values[n]))
    print(f"{n:5}  {len(sd.toposort(node)):5}  {error:8.1e}  {node}")

file = Path(sys.argv[1] if len(sys.argv) > 1 else "tanh_third_derivative.svg")
orders[3].plot(file)
print(f"drew the third derivative: {file if file.exists() else file.with_suffix('.dot')}")
