"""play(): what goes wrong is shown in place; the plot, its tangent and where there is none. No browser."""

import json
import math
import sys
from itertools import count
from types import SimpleNamespace

import pytest

from minigrad_widgets import evaluate as evaluation
from minigrad_widgets import play


def tell(playground, **content):
    """Send the playground a message, as its page does."""
    message = {"data": {"method": "custom", "content": content}}
    playground._handle_msg({"content": message, "buffers": []})


def move(playground, leaf, value, index=0, **more):
    tell(playground, kind="set", leaf=leaf, index=index, value=value, **more)


def bundle(playground):
    """The data that a notebook shows of it."""
    shown = playground._repr_mimebundle_()
    assert shown is not None
    return shown[0]


# ---- errors


def fails(lib, kind):
    def f(x):
        y = x * 2
        if x > 1:
            return {
                "raises": lambda: 1 / 0,
                "nothing": lambda: None,
                "number": lambda: 3.0,
                "list": lambda: [y],
                "leaf": lambda: x,
                "detached": lambda: y.detach(),
                "backward": lambda: lib.tensor([1.0, 2.0], requires_grad=True).log()[5],
            }[kind]()
        return y

    return f


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("raises", "ZeroDivisionError: division by zero (line "),
        ("nothing", "The function returned None: is its return missing?"),
        ("number", "The function returned float, not a tensor."),
        ("list", "The function returned list, not a tensor."),
        ("leaf", "The function returned its leaf x as it is"),
        ("detached", "The output does not require grad"),
        ("backward", "IndexError: "),
    ],
)
def test_an_error_is_shown_in_place_and_the_last_picture_stays(lib, kind, says):
    playground = play(fails(lib, kind), library=lib, x=0.5)
    svg, output = playground.svg, playground.output
    move(playground, "x", 2.0)
    assert playground.message.startswith(says)
    assert playground.state["message"] == playground.message
    assert playground.state["old"]
    assert playground.svg is svg
    assert playground.output is output
    assert playground.state["output"]["text"] == "—"  # no number stands beside another's value
    assert playground.state["leaves"]["x"]["grads"] == ["—"]
    assert playground.state["leaves"]["x"]["numbers"] == [2.0]
    assert "Graph (before the error):" in str(playground)
    assert f"Error: {playground.message}" in str(playground)
    move(playground, "x", 0.25)
    assert playground.message == ""
    assert not playground.state["old"]
    assert playground.output.item() == 0.5


def test_the_line_of_an_error(lib):
    playground = play(fails(lib, "raises"), library=lib, x=2.0)
    line = fails.__code__.co_firstlineno + 5
    assert playground.message == (
        f'ZeroDivisionError: division by zero (line {line}: "raises": lambda: 1 / 0,)'
    )


def test_an_error_from_the_beginning_is_no_dead_widget(lib):
    playground = play(fails(lib, "raises"), library=lib, x=2.0)
    assert playground.output is None
    assert playground.graph is None
    assert dict(playground.grads) == {"x": None}
    assert playground.svg == ""
    assert not playground.state["old"]
    assert playground.curve["pieces"]  # where it works, it is drawn
    assert bundle(playground)["text/plain"] == str(playground)
    move(playground, "x", 0.5)
    assert playground.output.item() == 1.0
    assert playground.svg


def test_another_library_than_the_leaves(both):
    ours, theirs = both
    other = theirs.tensor(1.0, requires_grad=True)
    playground = play(lambda x: other * 2, library=ours, x=1.0)
    assert (
        "returned a tensor of torch, but its leaves are tensors of minigrad" in playground.message
    )
    assert "library=torch" in playground.message
    with pytest.raises(TypeError, match="say which: library="):
        play(lambda x, y: x, x=ours.tensor(1.0), y=theirs.tensor(1.0))


@pytest.mark.skipif(sys.gettrace() is not None, reason="something else traces this run")
def test_a_loop_without_end_is_stopped(lib, monkeypatch):
    monkeypatch.setattr(evaluation, "SECONDS", 0.2)
    looks = count()  # at the clock: each takes a millisecond, on any machine
    clock = SimpleNamespace(monotonic=lambda: next(looks) / 1000)
    monkeypatch.setattr(evaluation, "time", clock)

    def f(x):
        while x < 10:
            x = x * 1.0
        while x > 30:
            pass
        return x * 1

    playground = play(f, library=lib, x=(0.0, 40.0, 15.0))
    assert playground.message == ""
    move(playground, "x", 5.0)
    assert playground.message == "The function took longer than 0.2 s, and was stopped."
    move(playground, "x", 35.0)
    assert playground.message.endswith("was stopped.")
    move(playground, "x", 12.0)
    assert playground.message == ""


def test_an_interrupt_ends_the_run_and_not_the_playground(lib):
    def f(x):
        if x > 1:
            raise KeyboardInterrupt
        return x * 2

    playground = play(f, library=lib, x=0.5)
    move(playground, "x", 2.0)
    assert playground.message.startswith("KeyboardInterrupt")


def test_a_machine_without_an_engine_has_no_picture_and_says_so(no_engine):
    playground = play(lambda x: x * 2, x=1.0)
    assert playground.svg == ""
    assert "a picture needs Graphviz" in playground.state["problem"]
    assert "image/svg+xml" not in bundle(playground)
    assert playground.output.item() == 2.0


# ---- the plot


def test_the_tangent_is_what_autograd_gave(lib):
    playground = play(lambda x, w: w * lib.exp(x), library=lib, x=1.0, w=2.0)
    state = playground.state
    assert state["plotted"] == ["x", 0]
    assert state["point"] == [1.0, pytest.approx(2 * math.e)]
    assert state["slope"] == playground.grads["x"].item()
    assert state["slopeText"] == "its slope is x.grad = 5.437"
    playground.selected = "w"
    assert playground.state["point"][0] == 2.0
    assert playground.state["slope"] == pytest.approx(math.e)


def test_the_plot_against_one_element_of_a_table(lib):
    playground = play(lambda W: (W * W).sum(), library=lib, W=[[1.0, 2.0], [3.0, 4.0]])
    assert playground.selected == "W[0, 0]"
    playground.selected = "W[1,0]"
    assert playground.selected == "W[1, 0]"
    assert playground.state["point"] == [3.0, 30.0]
    assert playground.state["slope"] == 6.0
    assert "W.grad[1, 0] = 6." in playground.state["slopeText"]
    (piece,) = playground.curve["pieces"]
    xs, ys = piece[::2], piece[1::2]
    assert ys == pytest.approx([x * x + 21 for x in xs], rel=1e-5)
    for wrong in ("W", "q", "W[2, 0]"):
        with pytest.raises(ValueError, match="no element"):
            playground.selected = wrong


def test_the_curve_is_kept_while_only_its_own_leaf_moves(lib):
    calls = 0

    def f(x, w):
        nonlocal calls
        calls += 1
        return w * x * x

    playground = play(f, library=lib, x=1.0, w=2.0)
    curve, calls = playground.curve, 0
    for value in (0.5, 1.5, -1.0):
        move(playground, "x", value)
        assert playground.curve is curve
    assert calls == 3
    move(playground, "w", 1.0)
    assert calls > 50
    assert playground.curve != curve


def test_a_rough_curve_is_refined_when_asked_for(lib):
    playground = play(lambda x, w: w * lib.sin(x), library=lib, x=1.0, w=2.0)
    move(playground, "w", 1.0, rough=True)
    assert playground.state["rough"]
    tell(playground, kind="refine")
    assert not playground.state["rough"]
    move(playground, "x", 0.5, rough=True)
    assert not playground.state["rough"]  # a fine one was there


def test_no_tangent_where_there_is_none(lib):
    playground = play(lambda x: lib.sqrt(x), library=lib, x=(-1.0, 1.0))
    state = playground.state
    assert state["slope"] is None
    assert "no tangent here: x.grad = inf" in state["slopeText"]
    assert state["point"] == [0.0, 0.0]
    move(playground, "x", -0.5)
    assert playground.state["point"] is None
    assert "nan" in playground.state["slopeText"]
    json.dumps([playground.state, playground.curve], allow_nan=False)
