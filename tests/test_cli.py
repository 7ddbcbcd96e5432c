"""The command line: `python -m minigrad` in a bare terminal, `minigrad lab` where it cannot run."""

from __future__ import annotations

import subprocess
import sys

import pytest

from minigrad_widgets.command_line import main

# Runs the module as a computer does that has numpy and nothing else: every other import fails.
BARE = """
import importlib.abc, runpy, sys
allowed = sys.stdlib_module_names | {{"numpy", "minigrad", "minigrad_widgets"}}
class Missing(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Missing())
sys.argv = ["minigrad", *{arguments!r}]
runpy.run_module("minigrad", run_name="__main__", alter_sys=True)
"""


def bare(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = BARE.format(arguments=arguments)
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=False, encoding="utf-8"
    )


def test_shows_the_graph_and_the_steps_with_numpy_alone() -> None:
    done = bare()
    assert (done.returncode, done.stderr) == (0, "")
    graph, steps = done.stdout.split("What y.backward() does")
    for name in ("ReluBackward0", "AddBackward0", "MulBackward0"):
        assert name in graph
        assert name in steps
    for line in ("w.grad: None + 3. = 3.", "x.grad: None + 2. = 2.", "b.grad: None + 1. = 1."):
        assert line in steps


def test_the_numbers_of_the_steps_are_those_of_backward() -> None:
    import minigrad as torch

    w, x, b = (torch.tensor(value, requires_grad=True) for value in (2.0, 3.0, 1.0))
    torch.relu(w * x + b).backward()
    assert [t.grad.item() for t in (w, x, b) if t.grad is not None] == [3.0, 2.0, 1.0]


def test_the_text_is_the_same_in_every_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    assert capsys.readouterr().out == bare().stdout


def test_lab_says_in_one_line_what_to_install() -> None:
    done = bare("lab")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert 'pip install "minigrad-kit[lab]"' in done.stderr


@pytest.mark.parametrize("arguments", [["nonsense"], ["--nonsense"]])
def test_an_unknown_argument_ends_with_usage(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: minigrad" in capsys.readouterr().err


def test_help_names_the_lab(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--help"])
    assert end.value.code == 0
    assert "minigrad lab" in capsys.readouterr().out
