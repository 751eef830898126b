"""Programs that look for NaN and infinity: which node is named, with what, and what is left alone."""

from __future__ import annotations

import pickle
import threading
import weakref

import numpy as np
import pytest

import symdiff as sd
from symdiff.errors import NonFiniteError
from symdiff.finite import refuse_nonfinite, statistics
from symdiff.node import witnesses
from symdiff.origins import origin_of

X = sd.Variable([1.0, -1.0, 0.0], "x")


def blame(outputs, *values, inputs=None, updates=None):
    """The error of a checked program, which a plain one does not raise."""
    sd.compile(outputs, inputs)(*values)
    with pytest.raises(NonFiniteError) as caught:
        sd.compile(outputs, inputs, updates, check_finite=True)(*values)
    return caught.value


# --- which node is named ------------------------------------------------------------------------------


MADE = {  # result -> the node that made the first NaN or infinity, what it made
    "log of 0": lambda x: (sd.exp(y := sd.log(x + 1)) + y, y, "-inf in 1 of 3 entries, first at [1]"),
    "log of less": lambda x: (3 * (y := sd.log(x)) @ x, y, "nan in 1 of 3 entries, first at [1]"),
    "overflow": lambda x: ((y := sd.exp(1000 * x)) * 0.5, y, "inf in 1 of 3 entries, first at [0]"),
    "inf - inf": lambda x: ((y := sd.exp(1000 * x)) - sd.exp(999 * x) - sd.sin(y), y, "is inf"),
    "0 / 0": lambda x: (x * sd.sin(y := 1 / x), y, "is inf in 1 of 3 entries, first at [2]"),
    "the oldest": lambda x: ((y := sd.sqrt(x)) + sd.log(x), y, "nan in 1 of 3 entries, first at [1]"),
    "of two results": lambda x: ([x, y := sd.arcsin(x + 3), sd.log(y)], y, "nan in 3 of 3"),
    "a product": lambda x: ((y := sd.exp(400 * x) @ sd.exp(400 * x)) + 1, y, "is inf"),
    "a reduction": lambda x: (sd.exp(y := sd.prod(x + 1e300)), y, "inf"),
    "a branch that is taken": lambda x: (sd.where(x > 0, sd.sqrt(x), (y := sd.log(x))), y, "nan in 1 of 3"),
    "complex": lambda x: ((y := 1 / sd.complex(x, 0 * x)) * 2, y, "in 1 of 3 entries, first at [2]"),
    "a checkpoint": lambda x: (sd.checkpoint(lambda x: sd.sin(sd.log(x)))(x), sd.log(x), "nan"),
}


@pytest.mark.parametrize("name", MADE)
def test_the_first_node_is_named(name):
    """With its formula and what it made."""
    outputs, node, what = MADE[name](sd.Variable(X.value, "x"))  # of which no other test has older nodes

    error = blame(outputs)

    assert error.node is node
    assert str(node) in str(error)
    assert what in str(error)


def test_operands_are_described_and_kept():
    """By their formulas, with statistics of their values, and as arrays."""
    x = sd.Variable([[2.0, np.nan], [0.0, -np.inf]], "x")
    error = blame(sd.log(sd.where(sd.isfinite(x), x, 0) - 2) + 1)

    assert "operand 0, where(isfinite(x), x, 0) - 2: float64[2,2], min -2, max 0, mean -1.5, 1 zero" in str(
        error
    )
    np.testing.assert_array_equal(error.operands[0], [[0, -2], [-2, -2]])
    assert statistics(x.value) == "float64[2,2], min 0, max 2, mean 1, 1 nan, 1 -inf, 1 zero"
    assert statistics(x.value > 0) == "bool[2,2], 1 of 4 true"
    assert statistics(np.array(True)) == "bool[], True"
    assert statistics(np.array([3 + 4j, np.inf])) == "complex128[2], largest modulus 5, 1 inf"
    assert statistics(np.array([], int)) == "int64[0]"


@pytest.mark.parametrize(("value", "what"), [([np.nan, 1], "nan"), ([1, -np.inf], "-inf")])
def test_what_was_given_is_named_as_given(value, what):
    """An input or a variable that holds the NaN or infinity itself."""
    p, v = sd.Placeholder((2,), name="p"), sd.Variable(value, "v")

    assert f"program: the input p is {what} in 1 of 2" in str(blame(sd.exp(p) + p, value, inputs=[p]))
    assert f"program: the variable v is {what} in 1 of 2" in str(blame(3 * v))


def test_a_computed_input_is_an_input():
    """Nothing below it is looked at."""
    h = sd.log(X)
    error = blame(sd.exp(h) * h, [1.0, np.nan, 2.0], inputs=[h])

    assert error.node is h
    assert error.operands == ()
    assert "the input log(x) is nan in 1 of 3 entries, first at [1]" in str(error)


def test_a_nan_made_of_given_infinities_names_both():
    """The infinity may be meant, the NaN is not."""
    p = sd.Placeholder((3,), name="p")
    masked = sd.where(X > 5, X, -np.inf)

    of_input = blame(sd.softmax(p), [-np.inf] * 3, inputs=[p])
    of_constant = blame(sd.softmax(masked))

    assert "softmax(p) is nan in 3 of 3" in str(of_input)
    assert "the infinity comes from the input p" in str(of_input)
    assert of_constant.node is sd.softmax(masked)
    assert "the infinity comes from the constant -inf" in str(of_constant)


def test_a_nan_that_is_a_constant_is_named():
    """Unlike an infinity, it is nothing to compute with."""
    assert "the constant nan" in str(blame(sd.where(X > 0, X, np.nan)))


# --- what is left alone -------------------------------------------------------------------------------


FINE = {
    "a choice not taken": lambda x: [sd.where(x > 0, sd.log(x), 0)],
    "its gradient": lambda x: [sd.grad(sd.where(x > 0, sd.sqrt(x), 0).sum(), x)],
    "an infinity on the way": lambda x: [
        sd.exp(sd.sin(x) * 0 + sd.log(sd.abs(x))),
        sd.exp(-sd.exp(1000 * x)),
    ],
    "a mask before a softmax": lambda x: [sd.softmax(sd.where(x > 0, x, -np.inf))],
    "infinities as written": lambda x: [sd.where(x > 0, x, -np.inf), x],
    "what the program makes stable": lambda x: [sd.log(1 + sd.exp(1000 * x))],
    "integers and booleans": lambda x: [sd.isnan(x), sd.argmax(sd.log(x))],
}


@pytest.mark.parametrize("name", FINE)
def test_what_does_no_harm_is_no_error(name):
    """Results are those of the plain program, to the last bit."""
    outputs = FINE[name](X)

    found = sd.compile(outputs, check_finite=True)()
    expected = sd.compile(outputs)()

    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)


def test_variables_keep_their_values_when_an_update_is_refused():
    """The state that led to the NaN can be looked at."""
    w, v = sd.Variable([1.0, 0.0], "w"), sd.Variable(1.0, "v")
    step = sd.compile(v * 2, updates={v: v + 1, w: sd.log(w)}, check_finite=True)

    with pytest.raises(NonFiniteError, match="the update of <variable w float64"):
        step()
    w.value = [1.0, 2.0]

    assert step() == 2
    assert (v.value, w.value.tolist()) == (2, [0, np.log(2)])


def test_a_program_that_overflows_in_its_own_order_says_so():
    """Its graph, computed node by node, is finite."""
    x = sd.Variable(1e200, "x")

    with pytest.raises(NonFiniteError, match=r"finite.*node by node.*scale the operands"):
        refuse_nonfinite({"the output": (x * 2, np.array(np.inf))}, [x], [x.value])


def test_sizes_structures_names_and_pickles_work_as_ever():
    """The setting is part of the program."""
    p, q = sd.Placeholder((None, 2), name="p"), sd.Placeholder((), name="q")
    made = sd.log(p * q)
    step = pickle.loads(pickle.dumps(sd.compile({"a": made.sum(0), "b": [p]}, [p, q], check_finite=True)))

    assert step(q=1.0, p=np.ones((3, 2)))["a"].tolist() == [0, 0]
    with pytest.raises(NonFiniteError, match=r"log\(p \* q\) is nan in 4 of 4") as caught:
        step(-np.ones((2, 2)), q=1.0)
    assert "it reached output 0" in str(caught.value)
    assert "operand 0, p * q: float64[2,2], min -1, max -1, mean -1" in str(caught.value)


def test_random_numbers_are_those_of_the_program():
    """The graph that is run again draws the same numbers."""
    z = sd.random.normal(sd.random.key(3), (50,))
    made = sd.log(z)
    error = blame(made.sum())

    assert error.node is made
    np.testing.assert_array_equal(error.operands[0], z())


def test_a_long_graph_is_searched_without_recursion():
    """Ten thousand nodes."""
    y = made = sd.log(X)
    for _ in range(10_000):
        y = sd.sin(y)

    error = blame(y)

    assert error.node is made


# --- where it was built -------------------------------------------------------------------------------


def logarithm(x):
    return sd.log(x)  # the line that is named


def test_the_line_is_named():
    """File, line, function and text of the innermost frame outside the package."""
    x = sd.Variable([3.0, 0.0], "line")
    with sd.record_lines():
        y = logarithm(x)
    place = origin_of(y)
    line = logarithm.__code__.co_firstlineno + 1

    assert place is not None
    assert place == (__file__, line, "logarithm", "return sd.log(x)  # the line that is named")
    assert f"built at {__file__}:{line}, in logarithm: return sd.log(x)" in str(blame(y * 2))


def test_a_derivative_has_the_line_that_asked_for_it():
    """Its nodes have none of their own."""
    x = sd.Variable(0.0, "slope")
    with sd.record_lines():
        g = sd.grad(sd.sqrt(x), x)  # asked here

    error = blame(3 * g)

    assert str(origin_of(error.node)).endswith("g = sd.grad(sd.sqrt(x), x)  # asked here")


def test_lines_are_recorded_inside_only():
    """Blocks nest, close after errors, and may be switched off; the first line that is recorded stays."""
    x = sd.Variable(1.0, "where")
    before = sd.sin(x)
    with sd.record_lines():
        with sd.record_lines(), pytest.raises(ZeroDivisionError):
            1 / 0  # noqa: B018
        inside = sd.cos(x)
        first = origin_of(inside)
        assert sd.cos(x) is inside
    with sd.record_lines(False):
        after = sd.tan(x)

    assert witnesses == []
    assert origin_of(before) is None
    assert origin_of(after) is None
    assert first is not None
    assert origin_of(inside) is first
    with sd.record_lines():
        assert sd.sin(x) is before
    assert origin_of(before) is not None


def test_lines_are_forgotten_with_their_nodes():
    """The table keeps no node alive."""
    x = sd.Variable(1.0, "gone")
    with sd.record_lines():
        node = sd.sin(x)
    reference = weakref.ref(node)
    del node

    assert reference() is None


def test_lines_from_many_threads():
    """Every node has its line, and recording ends with the last block."""
    x = sd.Variable(1.0, "threads")
    nodes = {}

    def work(k):
        with sd.record_lines():
            nodes[k] = [sd.sin(x + (100 * k + j + 7)) for j in range(50)]

    threads = [threading.Thread(target=work, args=(k,)) for k in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert all(origin_of(node) is not None for made in nodes.values() for node in made)
    assert witnesses == []
