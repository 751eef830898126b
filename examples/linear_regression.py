"""Fit a plane, and look at the gradient that was derived.

The loss is a graph, its gradient is another graph, and one training step is a program of both.
"""

import numpy as np

import symdiff as sd
from symdiff.optim import SGD

# data: points on a plane, with a little noise
rng = np.random.default_rng(0)
points = rng.normal(size=(200, 2))  # (rows, features)
truth = np.array([3.0, -2.0])
values = points @ truth + 0.5 + 0.01 * rng.normal(size=200)  # (rows,)

# a model is a graph over inputs and parameters; the number of rows stays open
rows = sd.Dim("rows")
x = sd.Placeholder((rows, 2), name="x")
y = sd.Placeholder(rows, name="y")
w = sd.Variable(np.zeros(2), "w")
b = sd.Variable(0.0, "b")
error = x @ w + b - y
loss = (error**2).mean()

# its gradient is a graph as well: print it, or differentiate it again
dw, db = sd.grad(loss, [w, b])
print("loss       ", loss)
print("d loss / dw", dw)
print("d2 loss/dw2", sd.hessian(loss, w))

# one step of gradient descent is a program that updates the parameters
step = sd.compile(loss, [x, y], updates=SGD(0.1).updates([w, b], [dw, db]))
for epoch in range(100):
    value = step(points, values)
    if epoch % 20 == 0:
        print(f"step {epoch:3}  loss {value:.6f}")
print(f"found w = {w.value.round(3)}, b = {b.value:.3f}; the data were made with {truth} and 0.5")

# the exact answer in one Newton step, from the Hessian that was derived
hessian = sd.hessian(loss, w)({x: points, y: values})
print(f"condition number of the Hessian: {np.linalg.cond(hessian):.2f}")
