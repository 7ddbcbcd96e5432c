"""render: the engine on the PATH, the one in pygraphviz, and neither."""

import subprocess
import time
from xml.etree import ElementTree as ET

import pytest

from minigrad_widgets import layout
from minigrad_widgets.layout import LayoutError, render

DOT = "digraph { a [id=first]; b [id=second]; a -> b }"


@pytest.mark.parametrize(
    ("format", "beginning"), [("png", b"\x89PNG\r\n\x1a\n"), ("pdf", b"%PDF-"), ("svg", b"<?xml")]
)
def test_every_engine_draws_every_format(engine, format, beginning):
    assert render(DOT, format).startswith(beginning)


def test_every_engine_draws_the_graph_it_was_given(engine):
    root = ET.fromstring(render(DOT))
    ids = {element.get("id") for element in root.iter()}
    assert {"first", "second"} <= ids


def test_the_engine_on_the_path_comes_first(dot_on_path, monkeypatch):
    monkeypatch.undo()  # with pygraphviz in reach
    with pytest.MonkeyPatch.context() as patch:
        calls = []

        def run(command, **options):
            calls.append(command)
            return subprocess.CompletedProcess(command, 0, b"drawn", b"")

        patch.setattr(layout.shutil, "which", lambda name: f"/somewhere/{name}")
        patch.setattr(layout.subprocess, "run", run)
        assert render(DOT, "svg", "neato") == b"drawn"
    assert calls == [["/somewhere/neato", "-Tsvg"]]


def test_the_program_gets_the_graph_and_the_format(dot_on_path):
    dot_on_path("import sys; sys.stdout.write(sys.argv[1] + sys.stdin.read())")
    assert render("digraph { 变量 }", "pdf").decode() == "-Tpdfdigraph { 变量 }"


def test_without_an_engine_the_error_says_what_to_install(no_engine):
    with pytest.raises(LayoutError, match=r'pip install "pygraphviz>=2\.0"'):
        render(DOT)


def test_an_unknown_format_is_refused_with_the_engines_words(engine):
    with pytest.raises(LayoutError, match=r'could not draw nonsense: .*"nonsense" not recognized'):
        render(DOT, "nonsense")


def test_what_the_program_says_when_it_fails_is_passed_on(dot_on_path):
    dot_on_path("import sys; sys.exit('Error: no room')")
    with pytest.raises(LayoutError, match="dot on the PATH could not draw svg: Error: no room"):
        render(DOT)


def test_a_program_that_writes_nothing_has_failed(dot_on_path):
    dot_on_path("")
    with pytest.raises(LayoutError, match="it wrote nothing"):
        render(DOT)


def test_a_program_that_cannot_start_is_no_traceback(dot_on_path, tmp_path):
    dot_on_path("")
    (tmp_path / "dot").write_text("#!/nowhere/python\n")
    with pytest.raises(LayoutError, match="dot on the PATH could not be started"):
        render(DOT)


def test_pygraphviz_stands_in_for_a_program_that_fails(tmp_path, monkeypatch):
    (tmp_path / "dot").write_text("#!/bin/sh\nexit 1\n")
    (tmp_path / "dot").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert render(DOT).startswith(b"<?xml")


def test_a_program_that_hangs_is_stopped(dot_on_path, monkeypatch):
    dot_on_path("import time; time.sleep(60)")
    monkeypatch.setattr(layout, "SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(LayoutError, match=r"did not finish within 0\.5 seconds"):
        render(DOT)
    assert time.monotonic() - start < 20


def test_a_file_of_the_learner_does_not_stand_in_for_pythons_own(tmp_path, monkeypatch):
    (tmp_path / "subprocess.py").write_text("raise SystemExit('the wrong file')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert render(DOT).startswith(b"<?xml")
