"""Softmax regression in a trust region, with the exact Hessian: which grape is this wine from?

    python examples/trust_region.py

A trust-region method asks for the whole Hessian: a matrix over two variables, of four blocks, each a
graph that can be printed. scikit-learn minimises the same function as a check.
"""

import sys

import numpy as np

import symdiff as sd

try:
    from scipy.optimize import minimize
    from sklearn.datasets import load_wine
    from sklearn.linear_model import LogisticRegression
except ImportError:
    sys.exit(
        'trust_region: SciPy and scikit-learn are needed: python -m pip install "symdiff-einsum[examples]"'
    )

# data: 178 wines of three cultivars, 13 measurements of each; every fourth is kept to test on
data = load_wine()
test = np.arange(len(data.target)) % 4 == 0
mean, spread = data.data[~test].mean(axis=0), data.data[~test].std(axis=0)
points = (data.data - mean) / spread  # (178, 13)
grapes = data.target  # (178,) of 0, 1 and 2
print(f"{(~test).sum()} wines to learn from, {test.sum()} to test on, {points.shape[1]} measurements each")

# model: one plane for each cultivar, and the highest wins
rows = sd.Dim("rows")
x = sd.Placeholder((rows, 13), name="x")
y = sd.Placeholder((rows,), int, name="y")
w = sd.Variable(np.zeros((13, 3)), "w")
b = sd.Variable(np.zeros(3), "b")
logits = x @ w + b  # (rows, 3)
loss = sd.softmax_cross_entropy(logits, y).sum() + (w**2).sum() / 2
(ww, wb), (bw, bb) = sd.hessian(loss, [w, b])
print("loss                  ", loss)
print("gradient by w         ", sd.grad(loss, w))
print("Hessian by w and w    ", ww)
print("Hessian by b and b    ", bb)

# SciPy sees one flat vector of 42 numbers, and one matrix of 42 x 42
problem = sd.to_scipy(loss, {"w": w, "b": b}, feeds={x: points[~test], y: grapes[~test]})


def report(found):
    """One line for each step."""
    slope = np.linalg.norm(problem.jac(found))
    print(f"  loss {problem.fun(found):12.8f}   gradient norm {slope:8.1e}")


print("trust-exact")
found = minimize(
    problem.fun,
    problem.x0,
    jac=problem.jac,
    hess=problem.hess,
    method="trust-exact",
    callback=report,
    options={"gtol": 1e-8},
)
problem.assign(found.x)
norm = np.linalg.norm(problem.jac(found.x))
print(f"{found.nit} iterations, {found.nhev} Hessians, gradient norm {norm:.1e}")

# all cultivars may be shifted alike: one direction without curvature, the others curve upwards
curvature = np.linalg.eigvalsh(problem.hess(found.x))
print(f"curvatures at the minimum: {curvature[0]:.1e}, {curvature[1]:.2f} ... {curvature[-1]:.1f}")

# how well does it do?
guess = logits({x: points[test]}).argmax(axis=1)
print(f"accuracy on the test set: {np.mean(guess == grapes[test]):.4f}")

# the same function, minimised by scikit-learn
other = LogisticRegression(tol=1e-10, max_iter=10_000).fit(points[~test], grapes[~test])
difference = np.abs(sd.softmax(logits)({x: points[test]}) - other.predict_proba(points[test])).max()
print(f"accuracy of scikit-learn: {other.score(points[test], grapes[test]):.4f}")
print(f"largest difference of a probability: {difference:.1e}")
