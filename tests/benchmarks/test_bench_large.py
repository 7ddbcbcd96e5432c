"""The benchmark of large graphs runs; that it is fast is no test."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    spec = importlib.util.spec_from_file_location(
        "bench_large", Path(__file__).parent / "bench_large.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.exhaustive
def test_pictures_in_small(bench: ModuleType) -> None:
    table = list(bench.ROWS.lines(["draw"], tiny=True))
    assert [line[: len(row.name)] for line, row in zip(table[1:], bench.ROWS, strict=False)] == [
        row.name for row in bench.ROWS if row.name.startswith("draw")
    ]
    assert not any("not here" in line for line in table)


@pytest.mark.browser
def test_steps_in_small(bench: ModuleType) -> None:
    names = ["step at 1,000 nodes, chain, minigrad", "step in a ResNet of 20 blocks, torch, folded"]
    table = list(bench.ROWS.lines(names, tiny=True))
    assert len(table) == 3
    assert not any("not here" in line for line in table)
