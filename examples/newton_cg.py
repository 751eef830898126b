"""Logistic regression by Newton's method, without ever forming a Hessian: is a tumour benign?

    python examples/newton_cg.py

The loss is a graph. SciPy's Newton-CG is given its value, gradient and Hessian-vector product; each is
another graph, compiled to a few lines of NumPy. scikit-learn minimises the same function as a check.
"""

import sys

import numpy as np

import symdiff as sd

try:
    from scipy.optimize import minimize
    from sklearn.datasets import load_breast_cancer
    from sklearn.linear_model import LogisticRegression
except ImportError:
    sys.exit('newton_cg: SciPy and scikit-learn are needed: python -m pip install "symdiff-einsum[examples]"')

# data: 569 tumours, 30 measurements of each, whether it is benign; every fourth is kept to test on
data = load_breast_cancer()
test = np.arange(len(data.target)) % 4 == 0
mean, spread = data.data[~test].mean(axis=0), data.data[~test].std(axis=0)
points = (data.data - mean) / spread  # (569, 30)
labels = data.target.astype(float)  # (569,) of 0 and 1
print(f"{(~test).sum()} tumours to learn from, {test.sum()} to test on, {points.shape[1]} measurements each")

# model: the log-odds of being benign are a plane over the measurements
rows = sd.Dim("rows")
x = sd.Placeholder((rows, 30), name="x")
y = sd.Placeholder(rows, name="y")
w = sd.Variable(np.zeros(30), "w")
b = sd.Variable(0.0, "b")
odds = x @ w + b  # (rows,)
loss = sd.sigmoid_cross_entropy(odds, y).sum() + (w @ w) / 2
print("loss     ", loss)
print("gradient ", sd.grad(loss, w))
print("Hessian  ", sd.hessian(loss, w))

# SciPy sees one flat vector of 31 numbers
problem = sd.to_scipy(loss, [w, b], feeds={x: points[~test], y: labels[~test]})


def report(found):
    """One line for each step of Newton's method."""
    slope = np.linalg.norm(problem.jac(found))
    print(f"  loss {problem.fun(found):12.8f}   gradient norm {slope:8.1e}")


print("Newton-CG")
found = minimize(
    problem.fun,
    problem.x0,
    jac=problem.jac,
    hessp=problem.hessp,
    method="Newton-CG",
    callback=report,
    options={"xtol": 1e-10},
)
problem.assign(found.x)
norm = np.linalg.norm(problem.jac(found.x))
print(f"{found.nit} iterations, {found.nhev} Hessian-vector products, gradient norm {norm:.1e}")

# how well does it do?
benign = odds({x: points[test]}) > 0
print(f"accuracy on the test set: {np.mean(benign == labels[test]):.4f}")

# the same function, minimised by scikit-learn
other = LogisticRegression(tol=1e-10, max_iter=10_000).fit(points[~test], labels[~test])
difference = max(np.abs(other.coef_[0] - w.value).max(), abs(other.intercept_[0] - b.value))
print(f"accuracy of scikit-learn: {other.score(points[test], labels[test]):.4f}")
print(f"largest difference of a coefficient: {difference:.1e}")

# which measurements speak for what, and how sure is that? the inverse Hessian knows
error = np.sqrt(np.diag(np.linalg.inv(problem.hess(found.x))))
for k in np.argsort(-np.abs(found.x[:-1] / error[:-1]))[:5]:
    print(f"  {data.feature_names[k]:24} {found.x[k]:+.2f} +- {error[k]:.2f}")
