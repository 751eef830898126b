"""What every test may ask for: random numbers that are the same ones every time."""

import os
import zlib
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from symdiff.rewrite.checking import checking


def pytest_addoption(parser: pytest.Parser) -> None:
    """The exhaustive run."""
    parser.addoption("--exhaustive", action="store_true", help="many more random examples; takes minutes")


def pytest_configure(config: pytest.Config) -> None:
    """Tell the tests, which read it when they are imported."""
    if config.getoption("--exhaustive"):
        os.environ["SYMDIFF_EXHAUSTIVE"] = "1"


settings.register_profile(
    "symdiff", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("symdiff")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers, seeded by the name of the test."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))


@pytest.fixture(autouse=True)
def every_rewrite_is_checked() -> Iterator[None]:
    """Both sides of every rule that fires are computed at random points, and must agree."""
    with checking():
        yield
