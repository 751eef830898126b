"""What every test may ask for: random numbers that are the same ones every time."""

import zlib

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "symdiff", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("symdiff")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> np.random.Generator:
    """Random numbers, seeded by the name of the test."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))
