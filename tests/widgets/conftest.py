"""Fixtures for the front end: both libraries, and machines with either layout engine or none."""

import importlib
import importlib.util
import sys

import pytest

from minigrad_widgets import layout


def load(name):
    """Import a library; without PyTorch the test is skipped, and says so."""
    if name == "torch":
        return pytest.importorskip(
            "torch", reason="PyTorch is not installed: nothing to compare with"
        )
    return importlib.import_module(name)


@pytest.fixture(params=["minigrad", "torch"])
def lib(request):
    """Each of the two libraries whose graphs are drawn."""
    return load(request.param)


@pytest.fixture
def both():
    """Both libraries, to compare one with the other."""
    return load("minigrad"), load("torch")


@pytest.fixture
def no_engine(monkeypatch, tmp_path):
    """A machine without Graphviz."""
    monkeypatch.setenv("PATH", str(tmp_path))
    find_spec = importlib.util.find_spec
    monkeypatch.setattr(
        layout.importlib.util,
        "find_spec",
        lambda name, package=None: None if name == "pygraphviz" else find_spec(name, package),
    )


@pytest.fixture
def dot_on_path(no_engine, tmp_path):
    """Put a program called dot on the PATH of a machine that has no other Graphviz."""

    def write(body: str) -> None:
        program = tmp_path / "dot"
        program.write_text(f"#!{sys.executable}\n{body}")
        program.chmod(0o755)

    return write


# A dot that draws: it understands -Tsvg, and has pygraphviz's Graphviz do the work.
WORKING_DOT = """
import sys, pygraphviz
format = sys.argv[1].removeprefix("-T")
graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())
sys.stdout.buffer.write(graph.draw(format=format, prog="dot"))
"""


@pytest.fixture(params=["dot on the PATH", "pygraphviz"])
def engine(request, monkeypatch, tmp_path):
    """A machine whose only engine is the one, then the other."""
    if request.param == "pygraphviz":
        monkeypatch.setenv("PATH", str(tmp_path))
    else:
        request.getfixturevalue("dot_on_path")(WORKING_DOT)
    return request.param
