"""What all tests share."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

import minigrad

# No deadline, nor one for making examples: a busy machine is not a failure. In CI the examples are half as many, and
# the same in every run, so that a red build is red again when it is looked into; elsewhere each run tries new ones.
SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
settings.register_profile("here", **SLOW)
settings.register_profile("build", **SLOW, derandomize=True, max_examples=50)
settings.load_profile("build" if os.environ.get("CI") else "here")


@pytest.fixture(autouse=True)
def _every_warning():
    """Warnings that are given once in a process are given to every test."""
    minigrad.set_warn_always(True)
    yield
    minigrad.set_warn_always(False)
