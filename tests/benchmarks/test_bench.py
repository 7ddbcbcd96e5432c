"""The benchmarks run; that they are fast is no test."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest


def _loaded(name: str) -> ModuleType:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def bench() -> ModuleType:
    return _loaded("bench_core")


@pytest.fixture(scope="module")
def ops() -> ModuleType:
    return _loaded("bench_ops")


def test_core_in_small(bench: ModuleType) -> None:
    table = list(bench.lines([], rounds=1, tiny=True))
    names = [case.name for case in bench.cases(tiny=True)]
    assert [line.partition("  ")[0] for line in table[1:-1]] == names
    assert table[-1].startswith("import")


def test_by_hand_computes_what_the_libraries_compute(bench: ModuleType) -> None:
    """A wrong formula by hand would be a wrong yardstick."""
    torch = importlib.import_module("minigrad")
    for library_run, hand_run, name in [
        (bench.views(torch), bench.views_by_hand(), "x"),
        (bench.with_numbers(torch), bench.with_numbers_by_hand(), "x"),
    ]:
        library_run()
        hand_run()
        inside = [cell.cell_contents for cell in library_run.__closure__]
        leaf = next(value for value in inside if getattr(value, "requires_grad", False))
        arrays = dict(zip(hand_run.__code__.co_freevars, hand_run.__closure__, strict=True))
        assert torch.allclose(
            leaf.grad, torch.from_numpy(arrays["grad"].cell_contents), rtol=1e-4
        ), name


@pytest.mark.parametrize("library", ["minigrad", "torch"])
def test_every_snippet_runs(ops: ModuleType, library: str) -> None:
    scope = ops.prepared(library)
    for snippet in ops.chosen([]):
        ops.compiled(snippet, scope)()


def test_ops_in_small(ops: ModuleType) -> None:
    wanted = ["x.max(1)", "einsum"]
    _, *rows, last = ops.lines(wanted, rounds=1)
    names = [row.rpartition("µs  ")[2] for row in rows]
    assert sorted(names) == sorted(ops.chosen(wanted))
    assert "x.max(1)" in names
    ratios = [float(row.split()[2]) for row in rows]
    assert ratios == sorted(ratios, reverse=True)
    assert last.endswith(f"mean of {len(rows)}")


def test_a_group_is_chosen_by_its_name(ops: ModuleType) -> None:
    assert ops.chosen(["matrices"])[:2] == ["x @ M", "x @ v"]
