"""A Newton step of a matrix factorisation through its structured Hessian, against the dense system.

f = sum((T - U @ V.T)**2) by U: the Hessian has (n k)**2 entries, of which k * k are distinct numbers.
"""

from __future__ import annotations

from harness import median_times  # first, since it pins the BLAS threads

import numpy as np

import symdiff as sd


def problem(n: int, m: int, k: int) -> tuple[sd.Structured, sd.Node, sd.Variable]:
    """The Hessian as an operator, the gradient, and what it is by."""
    rng = np.random.default_rng(0)
    T, U, V = (
        sd.Variable(rng.normal(size=s), name) for s, name in [((n, m), "T"), ((n, k), "U"), ((m, k), "V")]
    )
    f = ((T - U @ V.T) ** 2).sum()
    return sd.structured(sd.hessian(f, U)), sd.grad(f, U), U


def main() -> None:
    """Agreement with the dense solve, then times."""
    hessian, gradient, u = problem(30, 30, 10)
    matrix = hessian.dense()().reshape(u.value.size, u.value.size)
    dense = np.linalg.solve(matrix, gradient().ravel()).reshape(u.shape)
    step = hessian.solve(gradient)()
    apart = np.abs(step - dense).max() / np.abs(dense).max()
    print(f"n = 30, k = 10: relative difference from the dense solve {apart:.1e}")
    for n in (30, 100, 300, 1000):
        hessian, gradient, u = problem(n, n, 10)
        g = sd.Placeholder(u.shape, name="g")
        solve = sd.compile(hessian.solve(g), [g])
        whole = sd.compile(hessian.solve(gradient))
        value = gradient()
        sides = {"solve": lambda solve=solve, value=value: solve(value), "gradient and solve": whole}
        if n <= 100:
            matrix = hessian.dense()().reshape(u.value.size, -1)
            sides["dense solve"] = lambda matrix=matrix, value=value: np.linalg.solve(matrix, value.ravel())
        times = median_times(sides, rounds=20)
        print(
            f"n = {n:4}: " + ", ".join(f"{name} {1e3 * t:.3f} ms" for name, t in times.items()),
            f"({hessian.structure})",
        )


if __name__ == "__main__":
    main()
