"""Calls of programs: from many threads, without warnings, and without touching how the caller set NumPy."""

from __future__ import annotations

import contextvars
import threading
import warnings

import numpy as np
import pytest

import symdiff as sd
from symdiff.backends.pool import pooled

NOTE: contextvars.ContextVar[str] = contextvars.ContextVar("NOTE", default="none")


class Noted(sd.Elementwise):
    """x, with a note of what the caller's context says: an operation from outside"""

    def compute(self, xp, x):
        found.append(NOTE.get())
        return x / 0

    def partials(self):
        return (sd.ones_like(self),)


found: list[str] = []


def test_one_program_runs_in_many_threads(rng):
    """Concurrent calls do not mix their intermediate results."""
    p = sd.Placeholder((40, None), name="p")
    f = sd.compile(sd.tanh(p @ p.T).sum(0) + sd.exp(-(p**2)).sum(1), [p])
    arrays = [rng.normal(size=(40, 3 + k % 3)) for k in range(8)]
    expected = [np.tanh(v @ v.T).sum(0) + np.exp(-(v**2)).sum(1) for v in arrays]
    wrong: list[int] = []

    def work(k):
        found = [f(arrays[k]) for _ in range(40)]
        wrong.extend(k for value in found if not np.allclose(value, expected[k], rtol=1e-12))

    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []


def test_warnings_are_not_raised():
    """Infinities and NaN come out where the arithmetic makes them, silently."""
    x = sd.Variable([0.0, -1.0, 1000.0], "x")

    np.testing.assert_array_equal(sd.log(x)()[:1], [-np.inf])
    assert np.isnan(sd.log(x)()[1])
    np.testing.assert_array_equal(sd.exp(x)()[2:], [np.inf])


def test_the_callers_settings_are_kept():
    """Errors that the caller wants raised are raised before and after, not inside."""
    x = sd.Variable([0.0, 1000.0], "x")
    f = sd.compile([sd.log(x), sd.exp(x), x / (x - x)])
    with np.errstate(all="raise"):
        f()
        with pytest.raises(FloatingPointError):
            np.exp(np.array([1000.0]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        f()
    assert np.geterr()["over"] == "warn"


def test_operations_from_outside_see_the_callers_context():
    """They run where the call was made, silently all the same."""
    found.clear()
    token = NOTE.set("here")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            result = sd.compile(Noted(sd.Variable([1.0], "x")))()
    finally:
        NOTE.reset(token)

    assert found == ["here"]
    assert np.isinf(result).all()


def test_overlapping_calls_have_contexts_of_their_own():
    """A call inside a call, or in another thread, does not wait, and an error breaks nothing."""
    seen = []

    def inner(k):
        seen.append(np.geterr()["over"])
        if k == 3:
            raise ValueError("three")
        return (k if k == 0 else run([k - 1])[0],)

    run = pooled(lambda: inner, closed=True, kept=True)

    assert run([2]) == (0,)
    with pytest.raises(ValueError, match="three"):
        run([3])
    threads = [threading.Thread(target=run, args=([2],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert run([1]) == (0,)
    assert seen == ["ignore"] * len(seen)
    assert len(seen) == 3 + 1 + 4 * 3 + 2


def test_what_is_given_is_checked_at_every_call():
    """Shapes and dtypes, also after a call that was right."""
    p = sd.Placeholder((2,), name="p")
    f = sd.compile(p * 2, [p])
    assert f(np.ones(2)).tolist() == [2, 2]
    with pytest.raises(sd.ShapeError, match="was given"):
        f(np.ones(3))
    with pytest.raises(TypeError, match="float64"):
        f(np.ones(2, complex))
    with pytest.raises(sd.GraphError, match="values for"):
        f()
    with pytest.raises(sd.GraphError, match="values for"):
        sd.compile(sd.ones(2))(1)
    with pytest.raises(sd.GraphError, match="named"):
        sd.compile(sd.ones(2))(p=1)
