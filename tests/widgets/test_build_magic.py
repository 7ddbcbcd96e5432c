"""%%build in an IPython shell: how it is registered, what it shows, what it raises."""

import builtins
import sys

import pytest
from traitlets.config import Config

from minigrad_widgets import Builder

CELL = """import minigrad as torch
w = torch.tensor(2., requires_grad=True)
y = w * w
"""


@pytest.fixture
def shell(monkeypatch):
    """A shell of IPython, whose end leaves nothing behind."""
    from IPython.core.interactiveshell import InteractiveShell

    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    config.InteractiveShell.warn_venv = False
    hook, display, out = sys.excepthook, sys.displayhook, builtins.__dict__.copy()
    shell = InteractiveShell.instance(config=config)
    monkeypatch.setattr(shell.display_pub, "publish", lambda data, **_: shown.append(data))
    shown = shell.shown = []
    yield shell
    InteractiveShell.clear_instance()
    sys.excepthook, sys.displayhook = hook, display
    for name in set(builtins.__dict__) - set(out):
        del builtins.__dict__[name]


@pytest.fixture
def loaded(shell):
    shell.run_cell("%load_ext minigrad_widgets").raise_error()
    return shell


def test_load_ext_registers_it_and_the_import_too(shell, monkeypatch):
    assert "build" not in shell.magics_manager.magics["cell"]
    shell.run_cell("%load_ext minigrad_widgets").raise_error()
    assert "build" in shell.magics_manager.magics["cell"]
    del shell.magics_manager.magics["cell"]["build"]
    monkeypatch.delitem(sys.modules, "minigrad_widgets.builder")
    shell.run_cell("from minigrad_widgets import build").raise_error()
    assert "build" in shell.magics_manager.magics["cell"]


def test_it_runs_in_the_notebook_and_shows_the_widget(loaded):
    result = loaded.run_cell(f"%%build\n{CELL}")
    result.raise_error()
    assert isinstance(result.result, Builder)
    assert loaded.user_ns["y"].item() == 4.0
    assert [line.number for line in result.result.lines] == [1, 2, 3]
    again = loaded.run_cell("%%build\nz = y * w\n").result
    assert again.recording.first.states["y"].value == "4."
    assert again.names == {"y": "n1", "w": "n0"}


def test_build_runs_in_the_notebook_too(loaded):
    loaded.run_cell("from minigrad_widgets import build\nb = build('k = 7')").raise_error()
    assert loaded.user_ns["k"] == 7


def test_its_arguments(loaded):
    result = loaded.run_cell(f"%%build y --as kept --lang zh --presenter\n{CELL}").result
    assert loaded.user_ns["kept"] is result
    assert list(result.passes) == [3]
    assert result.data["presenter"]
    assert result.data["words"]["names"] == "变量名"


@pytest.mark.parametrize("line", ["--bad", "a b", "--lang fr"])
def test_wrong_arguments_run_nothing(loaded, line, capsys):
    result = loaded.run_cell(f"%%build {line}\nran = 1")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert "ran" not in loaded.user_ns
    assert "%%build" in str(result.error_in_exec)


def test_an_error_is_raised_after_the_widget_is_shown(loaded, capsys):
    result = loaded.run_cell(
        f"%%build --as kept\n{CELL}def f(a):\n    return a @ w\nz = f(y)\nlate = 1\n"
    )
    assert isinstance(result.error_in_exec, RuntimeError)
    assert result.error_in_exec is loaded.user_ns["kept"].error
    assert "late" not in loaded.user_ns
    (shown,) = loaded.shown
    assert "ERROR RuntimeError: both arguments to matmul" in shown["text/plain"]
    traceback = capsys.readouterr().out
    assert "return a @ w" in traceback
    assert "z = f(y)" in traceback
    assert "recorder.py" not in traceback


def test_the_end_of_the_program(loaded, recwarn):
    result = loaded.run_cell("%%build\nimport sys\nsys.exit(3)\n")
    assert isinstance(result.error_in_exec, SystemExit)
    assert len(loaded.shown) == 1


def test_a_syntax_error_points_at_the_line(loaded, capsys):
    result = loaded.run_cell("%%build\na = 1\nb = (\n")
    assert isinstance(result.error_in_exec, SyntaxError)
    out = capsys.readouterr().out
    assert "b = (" in out
    assert "statements.py" not in out
    assert "a" not in loaded.user_ns
    assert loaded.shown == []


@pytest.mark.parametrize("magic", ["%timeit a", "b = !ls", "a?"])
def test_a_magic_inside_is_refused_in_one_line(loaded, magic, capsys):
    result = loaded.run_cell(f"%%build\na = 1\n{magic}\n")
    assert type(result.error_in_exec).__name__ == "UsageError"
    assert str(result.error_in_exec).startswith("%%build, line 2: magics, shell commands and ?")
    assert "a" not in loaded.user_ns


def test_text_of_the_cell_is_left_as_it_is(loaded):
    loaded.run_cell("name = 'x'\n")
    loaded.run_cell("%%build\ns = '{name} $name'\n").raise_error()
    assert loaded.user_ns["s"] == "{name} $name"


def test_the_help(loaded):
    magic = loaded.find_cell_magic("build")
    assert "Run the cell line by line" in magic.__doc__
    assert "--presenter" in magic.__doc__
