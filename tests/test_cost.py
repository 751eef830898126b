"""What a program takes is known before it runs, in all and step by step."""

from __future__ import annotations

import numpy as np
import pytest

import symdiff as sd
from symdiff.cost import Cost, Row

LA = sd.linalg
N = 16


def test_every_step_has_a_row():
    """Operation, result, flops, bytes read and written, and bytes held."""
    a, b = sd.Placeholder((30, 40), name="a"), sd.Placeholder((40, 50), name="b")

    cost = sd.compile(sd.tanh(a @ b), [a, b]).cost

    assert cost.table == (
        Row("t2", "dot", "float64[30,50]", 120_000, 37_600, 12_000),
        Row("t3", "tanh", "float64[30,50]", 1_500, 24_000, 12_000),
    )
    assert (cost.flops, cost.bytes, cost.steps) == (121_500, 61_600, 2)


def test_a_cost_prints_as_a_table():
    """The total first, then the steps under one heading, numbers flush right."""
    table = (Row("t2", "dot", "float64[3]", 1200, 2_000_000, 24), Row("t10", "tanh", "float64[3]", 3, 48, 48))

    assert str(Cost(1203, 2_000_048, 48, 2, table)).splitlines() == [
        "2 steps, 1.2 k flops, 2 MB moved, at most 48 B held",
        "step  operation  result      flops  moved  held",
        "t2    dot        float64[3]  1.2 k   2 MB  24 B",
        "t10   tanh       float64[3]      3   48 B  48 B",
    ]


def test_a_long_program_shows_its_largest_steps():
    """Twenty of them in order, and a count of the rest."""
    x = sd.Variable(np.ones(100), "x")
    y = x
    for _ in range(40):
        y = sd.sin(y)
    big = sd.outer(y, y)

    lines = str(sd.compile(sd.exp(big)).cost).splitlines()

    assert len(lines) == 1 + 1 + 20 + 1
    assert sum("float64[100,100]" in line for line in lines) == 2
    assert lines[-1].startswith("22 smaller")


def test_printing_a_program_states_its_cost():
    """The source, under one line of comment; the source alone stays as it is."""
    x = sd.Variable(np.ones(3), "x")
    program = sd.compile(sd.exp(x))

    first, *rest = str(program).splitlines()

    assert first == f"# {program.cost.summary}"
    assert "\n".join(rest) + "\n" == program.source
    compile(str(program), "<printed>", "exec")


def test_open_sizes_have_no_cost_yet():
    """A program that has not run has nothing to print but its kind; then it has."""
    x = sd.Placeholder((None,), name="x")
    program = sd.compile(sd.exp(x), x)
    with pytest.raises(sd.GraphError, match="until it first runs"):
        _ = program.cost
    assert str(program) == repr(program)

    program(np.ones(5))

    assert program.cost.flops == 5
    assert str(program).startswith("# 1 step, 5 flops")


def square(n=N):
    """A symmetric matrix without zero eigenvalues."""
    return sd.Variable(np.eye(n) * 2 + 0.1, "a")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (LA.inv(square()), 2 * N**3),
        (LA.det(square()), int(2 / 3 * N**3)),
        (LA.cholesky(square()), N**3 // 3),
        (LA.solve(square(), sd.Variable(np.ones((N, 3)), "b")), 2 * N**3 // 3 + 2 * N * N * 3),
        (LA.eigh(square()).eigenvalues, 9 * N**3),
        (LA.svd(sd.Variable(np.ones((3, 20, N)), "a")).S, 3 * (14 * 20 * N * N + 8 * N**3)),
        (LA.qr(sd.Variable(np.ones((20, N)), "a")).R, 4 * 20 * N * N - 4 * N**3 // 3),
        (LA.pinv(sd.Variable(np.ones((N, 20)), "a")), 14 * 20 * N * N + 8 * N**3),
        (sd.argsort(sd.Variable(np.ones((3, 15)), "x")), 3 * 15 * 4),
        (sd.fft(sd.Variable(np.ones(64, complex), "x")), 5 * 64 * 6),
        (sd.rfft(sd.Variable(np.ones(64), "x")), 5 * 64 * 6 // 2),
    ],
)
def test_operations_with_algorithms_count_what_these_take(node, expected):
    """Matrix factorisations, sorts and transforms by their textbook counts."""
    rows = sd.compile(node).cost.table

    assert expected in [row.flops for row in rows]


def test_an_operation_of_a_users_own_counts_its_entries_or_says_what_it_takes():
    """One method, with a default."""

    class Plain(sd.Node):
        """the value itself"""

        def infer_shape(self):
            return self.operands[0].shape

        def compute(self, xp, x):
            return xp.array(x)

    class Dear(Plain):
        """the same at a price"""

        def flops(self):
            return 12_345

    x = sd.Variable(np.ones(7), "x")

    assert sd.compile(Plain(x)).cost.flops == 7
    assert sd.compile(Dear(x)).cost.flops == 12_345
