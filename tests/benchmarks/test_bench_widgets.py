"""The benchmarks of the widgets run; that they are fast is no test."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from rows import keeps


@pytest.mark.browser
@pytest.mark.exhaustive
def test_every_row_in_small() -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    file = Path(__file__).parent / "bench_widgets.py"
    spec = importlib.util.spec_from_file_location("bench_widgets", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    head, *table = module.ROWS.lines([], tiny=True)
    assert "measured" in head
    assert [line[: len(one.name)] for line, one in zip(table, module.ROWS, strict=True)] == [
        one.name for one in module.ROWS
    ]
    assert keeps(31, ">= 30")
    assert not keeps(0.4, "< 0.3")
