"""What the tests of the core share."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(scope="session")
def torch() -> Any:
    """Return PyTorch, which the differential tests compare with."""
    return pytest.importorskip("torch", reason="PyTorch is absent: nothing to compare with")
