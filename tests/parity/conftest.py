"""Tests that compare minigrad with PyTorch: live where it is installed, else as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import compare


@pytest.fixture(autouse=True)
def _table(request: pytest.FixtureRequest) -> None:
    compare.table = request.path.stem


@pytest.fixture(scope="session", autouse=True)
def _recorder() -> Iterator[None]:
    yield
    compare.save()


@pytest.fixture(scope="session")
def torch() -> Any:
    """PyTorch itself, for what cannot be said with `compare.both`; skips where it is missing."""
    if not compare.has_torch():
        pytest.skip("PyTorch is not installed (or MINIGRAD_GOLDENS=read): nothing was compared")
    import torch  # pyright: ignore[reportMissingImports]

    return torch


@pytest.fixture
def recorded_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """On other processors PyTorch's libraries add in other orders: there recorded results count."""
    if not compare.is_processor_of_records():
        monkeypatch.setattr(compare, "MODE", "read")


def pytest_report_header() -> str:
    """Say it loudly at the top of the report."""
    source = "PyTorch itself" if compare.has_torch() else "recorded outcomes: PyTorch is NOT run"
    return f"parity: compared with {source} (MINIGRAD_GOLDENS={compare.MODE})"
