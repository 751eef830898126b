"""Random numbers, each a function of a key: `uniform`, `normal`, `categorical`, and keys from keys.

One key gives one set of numbers: use it once, and `split` it for more. A constant key gives the same
numbers at every run, a placeholder new ones with every key that is fed, and a variable new ones where a
program updates it.

>>> import symdiff as sd
>>> state = sd.Variable(key(0)(), "state", trainable=False)
>>> now, later = split(state)
>>> draw = sd.compile(normal(now), updates={state: later})
>>> bool(draw() == draw())
False
"""

from symdiff.ops.drawn.choosing import bernoulli, categorical, integers, permutation
from symdiff.ops.drawn.keys import fold_in, key, split
from symdiff.ops.drawn.sampling import exponential, gumbel, normal, uniform

__all__ = [
    "bernoulli",
    "categorical",
    "exponential",
    "fold_in",
    "gumbel",
    "integers",
    "key",
    "normal",
    "permutation",
    "split",
    "uniform",
]
