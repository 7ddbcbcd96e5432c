"""build(): errors, code that cannot be run line by line, limits, what it leaves alone. No browser."""

import gc
import sys
import threading
import traceback
import weakref
from typing import Any

import pytest

from minigrad_widgets import build
from minigrad_widgets import recorder as recorder_module
from minigrad_widgets.recorder import MOST_LINES, MOST_NODES

LEAVES = "w = torch.tensor(2., requires_grad=True)\nx = torch.tensor(3.)\n"


def ran(lib, source, namespace=None):
    """Run code that knows the library as `torch`; recording itself must not fail."""
    namespace = {} if namespace is None else namespace
    namespace.setdefault("torch", lib)
    builder = build(source, namespace)
    assert builder.recording.failure is None
    return builder


def said(builder, number=None):
    """What the lines with a number did, as text; of all lines when there is none."""
    words = builder.data["words"]
    return [
        change.text(words)
        for line in builder.lines
        if number is None or line.number == number
        for change in line.changes
    ]


# ---- errors of the learner's


def struck(builder):
    union = builder.recording.union
    return [union.nodes[one].name for one in builder.lines[-1].struck]


def test_an_error_of_a_shape(lib):
    builder = ran(lib, "w = torch.ones(3, requires_grad=True)\nx = torch.ones(4)\ny = w + x\nz = 1")
    assert isinstance(builder.error, RuntimeError)
    assert builder.position == len(builder.lines) == 3
    assert builder.lines[-1].kind == "error"
    assert struck(builder) == ["AccumulateGrad", "tensor"]
    assert said(builder, 3)[0].startswith("RuntimeError: The size of tensor a (3)")
    assert "ERROR RuntimeError" in str(builder)


def test_what_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"build\(\) needs code as text, not NoneType"):
        build(None)


def test_an_error_in_a_function_marks_its_line(lib):
    builder = ran(lib, LEAVES + "def f(a):\n    b = a * 2\n    return b @ a\ny = f(w)")
    last = builder.lines[-1]
    assert (last.number, last.kind, last.function) == (5, "error", "f")
    assert struck(builder) == ["AccumulateGrad", "MulBackward0"]
    assert "f: b" in last.states


def test_an_in_place_change_strikes_the_node_that_saved(lib):
    builder = ran(lib, LEAVES + "e = (w * x).exp()\ne += 1\ne.backward()")
    assert struck(builder) == ["ExpBackward0"]
    assert builder.lines[-1].number == 5


def test_a_freed_graph(lib):
    builder = ran(lib, LEAVES + "y = (w * x).exp()\nz = y + 1\nz.backward()\nz.backward()")
    assert struck(builder) == ["ExpBackward0"]
    assert builder.lines[-1].number == 6
    assert list(builder.passes) == [5]


def test_an_error_that_is_caught(lib):
    builder = ran(
        lib, LEAVES + "try:\n    y = w @ x\nexcept RuntimeError as error:\n    y = w * x\ny"
    )
    assert builder.error is None
    assert said(builder, 4)[0].startswith("raises RuntimeError")
    assert builder.lines[-1].states["y"].value == "6."


@pytest.mark.parametrize(
    "what", ["raise SystemExit(3)", "raise KeyboardInterrupt", "import sys; sys.exit()"]
)
def test_the_end_of_the_program_is_kept(lib, what):
    builder = ran(lib, f"w = torch.ones(1)\n{what}\n")
    assert isinstance(builder.error, (SystemExit, KeyboardInterrupt))
    assert builder.lines[-1].number == 2


def test_the_traceback_shows_the_code(lib):
    builder = ran(lib, "def f():\n    raise ValueError('no')\nf()")
    text = "".join(traceback.format_exception(builder.error))
    assert "raise ValueError('no')" in text


# ---- what cannot be run line by line


@pytest.mark.parametrize("source", ["a = (", "def f(:", "a = 1\n  b = 2", "return 1", "a = 1 +"])
def test_syntax_errors_are_raised_and_nothing_runs(source):
    names = {}
    with pytest.raises(SyntaxError) as caught:
        build(f"ran = 1\n{source}", names)
    assert "ran" not in names
    with pytest.raises(SyntaxError) as python:
        compile(f"ran = 1\n{source}", "x", "exec")
    assert (caught.value.msg, caught.value.lineno) == (python.value.msg, python.value.lineno)


@pytest.mark.parametrize(
    "magic", ["%timeit a", "!ls", "b = !ls", "b = %time a", "a?", "?a", "  %%time"]
)
def test_magics_are_refused(magic):
    with pytest.raises(SyntaxError, match="magics, shell commands and"):
        build(f"a = 1\n{magic}\n", {})


@pytest.mark.parametrize(
    "source", ["await x", "async for i in x: pass", "async with x: pass", "[i async for i in x]"]
)
def test_await_is_refused(source):
    with pytest.raises(SyntaxError, match="awaits at its top level"):
        build(source, {})


def test_an_async_function_may_await(lib):
    builder = ran(
        lib,
        LEAVES
        + "import asyncio\nasync def f():\n    await asyncio.sleep(0)\n    return w * 2\ny = asyncio.run(f())",
    )
    assert builder.error is None
    assert builder.lines[-1].states["y"].value == "4."


@pytest.mark.parametrize("source", ["", "\n\n", "# nothing\n", '"""text"""', "pass"])
def test_code_that_does_nothing(source):
    builder = build(source, {})
    assert builder.error is None
    assert str(builder).startswith("line")
    assert builder.svg == ""
    assert builder.message == ""


# ---- limits


def test_an_endless_loop_is_recorded_up_to_a_limit(lib):
    builder = ran(lib, LEAVES + f"n = 0\nwhile n < {MOST_LINES}:\n    n += 1\ny = w * x\n")
    assert len(builder.lines) == MOST_LINES + 1
    last = builder.lines[-1]
    assert last.kind == "rest"
    assert last.states["n"].value == str(MOST_LINES)
    assert said(builder)[-4:] == [
        "the rest ran unrecorded",
        f"n = {MOST_LINES}",
        "y = MulBackward0 (n3), new node",
    ] or "the rest ran unrecorded" in said(builder)
    assert builder.message == "Only the first 2,000 lines were recorded; the rest ran unrecorded."
    assert sys.gettrace() is None or sys.gettrace()


def test_an_error_in_the_rest(lib):
    builder = ran(lib, f"n = 0\nwhile n < {MOST_LINES}:\n    n += 1\nraise ValueError('late')\n")
    assert str(builder.error) == "late"
    assert (builder.lines[-1].number, builder.lines[-1].kind) == (4, "error")


def test_a_graph_that_is_too_large(lib):
    builder = ran(lib, LEAVES + f"y = w\nfor _ in range({MOST_NODES}): y = y.exp()\nz = w * x")
    drawn = [node for node in builder.recording.union.nodes.values() if node.kind != "none"]
    assert len(drawn) == MOST_NODES
    assert builder.message.startswith(f"The picture has the first {MOST_NODES} nodes")
    assert builder.error is None


# ---- the trace function, threads, memory


@pytest.mark.parametrize("source", ["a = 1", "raise ValueError", "for i in range(3000): pass"])
def test_a_previous_trace_function_is_restored(source):
    def tracer(frame, event, arg):
        return None

    before = sys.gettrace()
    sys.settrace(tracer)
    try:
        build(source, {})
        assert sys.gettrace() is tracer
    finally:
        sys.settrace(before)


def test_a_debugger_that_the_code_starts_keeps_its_place():
    before = sys.gettrace()
    try:
        builder = build("import sys\nsys.settrace(lambda *_: None)\na = 1", {"mine": print})
        assert sys.gettrace() is not before
    finally:
        sys.settrace(before)
    assert builder.message.startswith("Something else took Python's trace function")
    assert builder.error is None


def test_threads_run_unrecorded(lib):
    builder = ran(
        lib,
        LEAVES
        + """import threading
def f():
    global y
    y = w * x
thread = threading.Thread(target=f)
thread.start()
thread.join()
""",
    )
    assert [line.function for line in builder.lines if line.function] == []
    assert builder.lines[-1].states["y"].value == "6."


def test_it_may_run_in_a_thread_itself(lib):
    found = []
    thread = threading.Thread(target=lambda: found.append(ran(lib, LEAVES + "y = w * x")))
    thread.start()
    thread.join()
    assert len(found[0].lines) == 3


def test_build_within_build(lib):
    names: dict[str, Any] = {"torch": lib, "build": build}
    builder = ran(lib, "b = build('w = torch.ones(1)', {'torch': torch})\nx = torch.ones(1)", names)
    assert len(names["b"].lines) == 1
    assert [line.number for line in builder.lines] == [1, 2]


def test_a_failure_of_the_recorder_does_not_reach_the_code(lib, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("of the recorder")

    monkeypatch.setattr(recorder_module.Recorder, "_begin", fail)
    names = {"torch": lib}
    builder = build(LEAVES + "y = w * x", names)
    assert names["y"].item() == 6.0
    assert builder.message == "Recording failed: of the recorder. The code itself ran on."


def test_frames_of_the_code_are_not_kept(lib):
    class Big:
        pass

    names: dict[str, Any] = {"torch": lib, "Big": Big, "refs": [], "ref": weakref.ref}
    builder = ran(lib, "def f():\n    big = Big()\n    refs.append(ref(big))\nf()", names)
    gc.collect()
    assert names["refs"][0]() is None
    assert builder.lines


def test_functions_of_the_code_work_afterwards(lib):
    names = {"torch": lib}
    builder = ran(lib, LEAVES + "def f(a):\n    return a * w", names)
    count = len(builder.lines)
    assert names["f"](names["x"]).item() == 6.0
    assert len(builder.lines) == count


# ---- the namespace


def test_the_globals_of_the_caller_are_the_default():
    build("_made_by_build = 3")
    assert globals().pop("_made_by_build") == 3


def test_language_and_size():
    builder = build("a = 1", {}, lang="zh", presenter=True)
    assert builder.data["presenter"] is True
    assert builder.data["words"]["names"] == "变量名"
    assert str(builder).startswith("行  次  代码")
    with pytest.raises(ValueError, match="'fr'"):
        build("a = 1", {}, lang="fr")


# ---- saved


def test_it_is_saved(tmp_path):
    builder = build(
        "import minigrad as torch\nw = torch.ones(1, requires_grad=True)\ny = w * w", {}
    )
    for ending in ("html", "svg", "txt"):
        builder.save(tmp_path / f"run.{ending}", 2)
    assert (tmp_path / "run.txt").read_text() == f"{builder}\n"
    assert "Step 2 of 3, Line 2" in (tmp_path / "run.svg").read_text()
    assert "<noscript><pre>line  time  code" in (tmp_path / "run.html").read_text()
    with pytest.raises(ValueError, match=r"must end in \.html, \.svg, "):
        builder.save(tmp_path / "run.doc")
    with pytest.raises(ValueError, match="position must be from 0 to 3"):
        builder.save(tmp_path / "run.html", 4)
    with pytest.raises(ValueError, match="there is no picture"):
        build("a = 1", {}).save(tmp_path / "none.svg")
    assert not (tmp_path / "none.svg").exists()
