"""render: the engine on the PATH, the one in pygraphviz, and neither."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree as ET

import pytest

from minigrad_widgets import layout, painter
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
    dot_on_path("import time; time.sleep(600)")
    monkeypatch.setattr(layout, "SECONDS", 0.5)
    start = time.monotonic()
    with pytest.raises(LayoutError, match=r"did not finish within 0\.5 seconds"):
        render(DOT)
    assert time.monotonic() - start < 300


def test_a_file_of_the_learner_does_not_stand_in_for_pythons_own(tmp_path, monkeypatch):
    (tmp_path / "subprocess.py").write_text("raise SystemExit('the wrong file')")
    painter.close_all()  # who was started elsewhere knows nothing of that file
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "")
    assert render(DOT).startswith(b"<?xml")


# --- the process that pygraphviz draws in


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """A machine that has no other engine; the process that draws, once it has drawn."""
    monkeypatch.setenv("PATH", str(tmp_path))
    painter.close_all()
    render(DOT)
    (one,) = painter._idle[os.getpid()]
    return one.process


SLOW = "digraph {" + " ".join(f"a{i} -> a{i * 7 % 1000}; a{i} -> a{i * i % 997};" for i in range(1000)) + "}"  # fmt: skip


def waiting():
    return [one.process.pid for one in painter._idle[os.getpid()]]


def test_one_process_draws_one_graph_after_the_other(alone):
    for nr in range(5):
        assert f'id="number{nr}"'.encode() in render(f"digraph {{ a [id=number{nr}] }}")
    assert waiting() == [alone.pid]


def test_what_was_said_of_one_graph_is_not_said_of_the_next(alone):
    render("digraph { a [shape=nothing_of_this_name] }")
    with pytest.raises(LayoutError) as info:
        render(DOT, "nonsense")
    assert "nothing_of_this_name" not in str(info.value)


def test_a_graph_that_takes_too_long_is_stopped_and_the_next_is_drawn(alone):
    with pytest.raises(layout.TooSlowError, match=r"pygraphviz did not finish within 0\.1 seconds"):
        render(SLOW, seconds=0.1)
    assert alone.poll() is not None
    assert render(DOT).startswith(b"<?xml")
    assert len(waiting()) == 1


def test_a_process_that_ended_while_it_waited_is_replaced(alone):
    alone.kill()
    alone.wait()
    assert render(DOT).startswith(b"<?xml")
    assert waiting() != [alone.pid]


def test_one_that_ends_over_every_graph_has_failed(alone, monkeypatch):
    monkeypatch.setattr(painter, "__file__", os.devnull)  # it reads nothing, and ends
    painter.close_all()
    with pytest.raises(LayoutError, match="pygraphviz could not draw svg: it wrote nothing"):
        render(DOT)
    assert waiting() == []


def test_a_graph_that_is_none_does_not_spoil_the_next(alone):
    with pytest.raises(LayoutError, match="syntax error"):
        render("digraph { a -> }")
    assert render(DOT).startswith(b"<?xml")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_an_interrupt_of_the_kernel_leaves_it_alone(alone):
    alone.send_signal(signal.SIGINT)
    assert render(DOT).startswith(b"<?xml")
    assert waiting() == [alone.pid]


def test_threads_have_each_their_own(alone):
    with ThreadPoolExecutor(6) as pool:
        drawn = list(pool.map(lambda nr: render(f"digraph {{ a [id=number{nr}] }}"), range(30)))
    for nr, picture in enumerate(drawn):
        assert f'id="number{nr}"'.encode() in picture
    assert 1 <= len(waiting()) <= 6


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows has no fork")
@pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")
def test_a_forked_process_does_not_ask_that_of_its_parent(alone):
    child = os.fork()
    if not child:
        os._exit(0 if render(DOT).startswith(b"<?xml") and waiting() != [alone.pid] else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert render(DOT).startswith(b"<?xml")
    assert waiting() == [alone.pid]


def test_it_ends_with_the_kernel(tmp_path):
    program = (
        "import os; os.environ['PATH'] = ''\n"
        "from minigrad_widgets import layout, painter\n"
        "layout.render('digraph {}')\n"
        "print(painter._idle[os.getpid()][0].process.pid)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True
    )
    assert done.stderr == ""
    with pytest.raises(ProcessLookupError):
        os.kill(int(done.stdout), 0)


def test_an_answer_that_ends_early_is_no_picture():
    stopped = "import sys; sys.stdin.buffer.read(1); print('[100, 0]'); print('<svg')"
    one = painter.Painter()
    one.close()
    pipe = subprocess.PIPE
    one.process = subprocess.Popen([sys.executable, "-c", stopped], stdin=pipe, stdout=pipe)
    try:
        with pytest.raises(EOFError):
            one.draw(b"digraph {}", "svg", "dot", 20)
    finally:
        one.close()
