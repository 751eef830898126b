"""Random numbers: the same key the same numbers, new keys new ones, all distributed as they should be."""

import numpy as np
import pytest
import scipy.stats as stats

import symdiff as sd
from symdiff.check import check_grad
from symdiff.modules import Dropout, Linear
from symdiff.optim import SGD
from symdiff.structure import flatten

MANY = 4000
KEY = sd.random.key(5)


def p_value(node, distribution):
    """How likely draws are to lie this far from a distribution."""
    return stats.kstest(node().ravel().astype(float), distribution.cdf).pvalue


def test_the_same_key_is_the_same_node():
    """Equal calls are one node; another key, shape, dtype or distribution is another."""
    a = sd.random.normal(KEY, (3,))

    assert a is sd.random.normal(sd.random.key(5), 3)
    assert a is sd.random.normal(5, [3])
    others = [sd.random.normal(6, 3), sd.random.normal(5, 4), sd.random.normal(5, 3, dtype="float32")]
    assert a not in {*others, sd.random.uniform(5, 3)}


def test_a_key_gives_the_same_numbers_at_every_run():
    """Nothing is remembered between runs, programs or graphs."""
    x = sd.random.normal(KEY, (2, 3))
    first = x()

    np.testing.assert_array_equal(x(), first)
    np.testing.assert_array_equal(sd.compile(x * 1.0)(), first)
    np.testing.assert_array_equal(sd.compile([x, x + 1])()[0], first)


def test_a_fed_key_gives_new_numbers():
    """A placeholder, a variable or a seed that is a node leave the choice to the run."""
    fed, seed = sd.Placeholder((2,), "uint64"), sd.Placeholder((), int)
    for node, values in (
        (fed, [sd.random.key(k)() for k in (0, 1)]),
        (seed, [0, 1]),
    ):
        x = sd.random.uniform(node, (4,))
        one, two = (x({node: value}) for value in values)

        assert (one != two).all()
        np.testing.assert_array_equal(x({node: values[0]}), one)


def test_a_program_can_move_its_key_on():
    """An update of a key variable gives new numbers at every call, and the same from the same start."""
    state = sd.Variable(KEY(), "state", trainable=False)
    now, later = sd.random.split(state)
    draw = sd.compile(sd.random.normal(now, 3), updates={state: later})
    first = [draw() for _ in range(3)]
    state.value = KEY()

    assert len({tuple(values.tolist()) for values in first}) == 3
    np.testing.assert_array_equal([draw() for _ in range(3)], first)


@pytest.mark.parametrize("dtype", ["float64", "float32", "float16"])
def test_distributions(dtype):
    """Standard draws, moved draws and all dtypes pass a test of goodness of fit."""
    r = sd.random
    rows = [
        (r.uniform(KEY, MANY, dtype=dtype), stats.uniform()),
        (r.uniform(KEY, MANY, -1, 3, dtype), stats.uniform(-1, 4)),
        (r.normal(KEY, MANY, 2, 0.5, dtype), stats.norm(2, 0.5)),
        (r.exponential(KEY, MANY, 3, dtype), stats.expon(0, 3)),
        (r.gumbel(KEY, MANY, 1, 2, dtype), stats.gumbel_r(1, 2)),
    ]
    for node, distribution in rows:
        assert node.dtype == node().dtype == dtype
        if dtype != "float16":
            assert p_value(node, distribution) > 0.01
        np.testing.assert_allclose(node().astype(float).mean(), distribution.mean(), atol=0.15)


def test_uniform_numbers_never_reach_one():
    """Rounding to half precision does not make 1 of a number just below it."""
    drawn = sd.random.uniform(KEY, 20000, dtype="float16")()

    assert drawn.max() < 1
    assert drawn.min() >= 0


def test_discrete_frequencies():
    """Coins, integers and categories come as often as they should."""
    probabilities = np.array([0.1, 0.2, 0.7])
    drawn = sd.random.categorical(KEY, np.log(probabilities), shape=MANY)()
    counts = np.bincount(drawn, minlength=3)
    numbers = np.bincount(sd.random.integers(KEY, MANY, 0, 5)(), minlength=5)
    heads = sd.random.bernoulli(KEY, 0.3, MANY)().sum()

    assert stats.chisquare(counts, MANY * probabilities).pvalue > 0.01
    assert stats.chisquare(numbers).pvalue > 0.01
    assert stats.binomtest(int(heads), MANY, 0.3).pvalue > 0.01


def test_certain_coins_and_categories():
    """Probabilities 0 and 1 are never and always; a logit of minus infinity is never drawn."""
    assert not sd.random.bernoulli(KEY, 0.0, 1000)().any()
    assert sd.random.bernoulli(KEY, 1.0, 1000)().all()
    logits = [-np.inf, 0.0, -np.inf]
    np.testing.assert_array_equal(sd.random.categorical(KEY, logits, shape=100)(), np.ones(100))


def test_keys_of_a_split_are_independent():
    """No two keys agree, and numbers from two of them are not correlated."""
    keys = sd.random.split(KEY, 100)
    assert len({tuple(row) for row in [*keys().tolist(), KEY().tolist()]}) == 101

    a, b = (sd.random.normal(keys[k], MANY)() for k in (0, 1))
    assert abs(np.corrcoef(a, b)[0, 1]) < 0.05


def test_a_split_is_not_what_is_drawn():
    """Keys and numbers come from different parts of the generator."""
    words = sd.random.split(KEY, 2)().ravel()
    bits = np.random.Philox(key=KEY()).random_raw(8)

    assert not set(words.tolist()) & set(bits.tolist())
    assert len({tuple(sd.random.fold_in(KEY, k)().tolist()) for k in range(100)}) == 100


def test_a_split_begins_like_a_shorter_one():
    """Asking for more keys does not change the first ones."""
    np.testing.assert_array_equal(sd.random.split(KEY, 5)()[:2], sd.random.split(KEY)())


def test_a_generator_is_asked_for_a_key():
    """NumPy's generators stand for keys, and move on when they do."""
    one, two = np.random.default_rng(0), np.random.default_rng(0)

    assert sd.random.normal(one, 3) is sd.random.normal(two, 3)
    assert sd.random.normal(one, 3) is not sd.random.key(one)


def test_permutations_hold_everything_once():
    """An order of integers, of rows and of an axis, the same one for the same key."""
    x = sd.Variable(np.arange(12.0).reshape(3, 4), "x")

    assert sorted(sd.random.permutation(KEY, 9)().tolist()) == list(range(9))
    order = sd.random.permutation(KEY, 4)()
    np.testing.assert_array_equal(sd.random.permutation(KEY, x, axis=1)(), x.value[:, order])
    n = sd.Dim("n")
    y = sd.Placeholder(n, name="y")
    shuffled = sd.random.permutation(KEY, y)
    for size in (1, 5):
        assert sorted(shuffled({y: np.arange(size)}).tolist()) == list(range(size))


def test_open_sizes():
    """Draws take the size that a program finds."""
    x = sd.Placeholder((None, 2), name="x")
    y = x + sd.random.normal(KEY, x.shape) * sd.random.bernoulli(KEY, 0.5, x.shape)
    keys = sd.random.split(KEY, x.shape[0])

    for rows in (1, 3, 0):
        assert y({x: np.zeros((rows, 2))}).shape == (rows, 2)
        assert (keys[:, 0] + x[:, 0].astype("uint64"))({x: np.zeros((rows, 2))}).shape == (rows,)


def test_parameters_have_pathwise_derivatives():
    """The derivative of an expectation by a parameter is the mean of the draws' derivatives."""
    mean, std = sd.Variable(0.5, "mean"), sd.Variable(2.0, "std")
    x = sd.random.normal(KEY, (MANY,), mean, std)
    by_mean, by_std = sd.grad((x * x).mean(), [mean, std])

    np.testing.assert_allclose(by_mean(), 2 * mean.value, atol=0.2)
    np.testing.assert_allclose(by_std(), 2 * std.value, rtol=0.1)
    check_grad(sd.random.uniform(KEY, (3,), mean, std) ** 3, [mean, std], 3)


def test_what_cannot_be_differentiated_has_zero_derivative():
    """Coins and categories are steps of their parameters."""
    p = sd.Variable([0.3, 0.6], "p")

    assert sd.grad(sd.random.bernoulli(KEY, p).astype(float).sum(), p) is sd.zeros_like(p)
    assert sd.grad(sd.random.categorical(KEY, p).astype(float), p) is sd.zeros_like(p)


# --- dropout ------------------------------------------------------------------------------------------


def test_dropout_keeps_the_mean_and_its_own_mask():
    """What stays is scaled up, and the gradient passes where the value did."""
    x = sd.Variable(np.ones(MANY), "x")
    y = sd.dropout(x, 0.25, KEY)
    value, slope = sd.compile([y, sd.grad(y.sum(), x)])()

    np.testing.assert_array_equal(value, slope)
    np.testing.assert_allclose(sorted(set(value.tolist())), [0, 4 / 3])
    assert stats.binomtest(int((value == 0).sum()), MANY, 0.25).pvalue > 0.01


def test_dropout_drops_infinities():
    """An entry that is left out is 0, whatever it was, and so is its derivative."""
    x = sd.Variable([np.inf, np.nan] * 50, "x")
    y = sd.dropout(x, 0.5, KEY)
    dropped = sd.random.uniform(KEY, 100)() < 0.5

    np.testing.assert_array_equal(y()[dropped], 0.0)
    np.testing.assert_array_equal(sd.grad((y * y).sum(), x)()[dropped], 0.0)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_dropout_keeps_dtypes(dtype):
    """Half precision stays half precision; integers become float64."""
    x = sd.Variable(np.ones(4, dtype), "x")

    assert sd.dropout(x, 0.5, 0).dtype == sd.dropout(x, 0.5, 0)().dtype == dtype
    assert sd.dropout([1, 2], 0.5, 0).dtype == np.float64


def test_dropout_module_trains_with_new_masks():
    """Its key is no parameter, moves on with the program, and is set aside for evaluation."""
    layer, drop = Linear(3, 1, rng=0), Dropout(0.5, rng=1)
    x = sd.Placeholder((8, 3), name="x")
    loss = (layer(drop(x)) ** 2).mean()
    assert drop.parameters() == []
    assert drop(x, training=False) is x
    assert drop(x, key=3) is sd.dropout(x, 0.5, 3)

    gradients = sd.grad(loss, layer.parameters())
    updates = SGD(0.1).updates(layer.parameters(), gradients) | drop.updates()
    step = sd.compile([loss, drop(x)], [x], updates=updates)
    masks = {step(np.ones((8, 3)))[1].tobytes() for _ in range(5)}

    assert len(masks) == 5
    assert Dropout(0.5, rng=1).key.value.tolist() == Dropout(0.5, rng=1).key.value.tolist()
    assert len(flatten(list(drop.variables().values()), "variables")) == 1


def test_keys_print_and_pickle():
    """Draws are nodes like any other: a formula, a listing, a copy."""
    import copy
    import pickle

    x = sd.random.normal(sd.Placeholder((2,), "uint64", name="key"), (3,))

    assert str(x) == 'random.normal(key, (3,), dtype="float64")'
    assert "normal" in sd.listing(x)
    y = sd.random.normal(KEY, (3,))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(y))(), y())
    np.testing.assert_array_equal(copy.deepcopy(y)(), y())
