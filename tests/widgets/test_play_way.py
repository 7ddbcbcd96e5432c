"""The places that a slider passes while an answer is under way: which are run, and what is sent of them."""

import json
import math
import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import pace, play
from minigrad_widgets import playground as playground_module
from minigrad_widgets.pace import Pace


def move(playground, leaf, value, index=0, **more):
    """Send the playground what its page sends while a slider moves."""
    content = {"kind": "set", "leaf": leaf, "index": index, "value": value, "rough": True, **more}
    playground._handle_msg(
        {"content": {"data": {"method": "custom", "content": content}}, "buffers": []}
    )


@pytest.fixture
def unhurried(monkeypatch):
    """Time for every place, and for its curve."""
    monkeypatch.setattr(Pace, "some", lambda _pace, places: iter(places))
    monkeypatch.setattr(playground_module, "ROUGH_SECONDS", 60)


def plain(frame):
    """A frame without what is sent of the last place only."""
    texts = {
        node: {slot: text for slot, text in written.items() if slot != "title"}
        for node, written in frame["texts"].items()
    }
    left = {"answered", "refused", "before", "curve"}
    return {name: value for name, value in frame.items() if name not in left} | {"texts": texts}


def branch(lib):
    def f(x, w):
        z = w * x
        return lib.relu(z) + 1 if x > 1 else z

    return f


@pytest.mark.usefixtures("unhurried")
def test_each_place_is_what_it_would_be_alone(lib):
    places = [2.5, 1.5, 0.75, -1.0]  # the shape of the graph changes on the way
    one = play(branch(lib), library=lib, x=(-4, 4, 3), w=1.5)
    move(one, "x", places[-1], passed=places[:-1], seq="a 1")
    assert one.state["answered"] == "a 1"
    other = play(branch(lib), library=lib, x=(-4, 4, 3), w=1.5)
    frames = [*one.state["before"], one.state]
    assert len(frames) == 4
    for place, frame in zip(places, frames, strict=True):
        move(other, "x", place)
        assert plain(frame) == plain(other.state)
    assert one.values["x"] == -1.0
    assert one.grads["x"].item() == 1.5
    assert one.svg.replace(" ", "")[:20] == other.svg.replace(" ", "")[:20]
    assert len(one.graph.nodes) == 3
    json.dumps(one.state, allow_nan=False)
    move(one, "x", -1.5)
    assert one.state["before"] == []


@pytest.mark.usefixtures("unhurried")
def test_the_curve_goes_along_where_it_changes():
    playground = play(lambda x, w: x * w, x=(-2, 2, 1), w=(-2, 2, 1))
    first = playground.curve
    move(playground, "x", 0.5, passed=[1.5, 1.0])  # the leaf that is plotted against
    move(playground, "x", 1.0, passed=[0.75])
    assert all("curve" not in frame for frame in playground.state["before"])
    move(playground, "w", -1.0, passed=[0.5, -0.5])
    curves = [*(frame["curve"] for frame in playground.state["before"]), playground.curve]
    assert [curve["pieces"][0][1] for curve in curves] == [-1.0, 1.0, 2.0]
    assert playground.curve["x"] == first["x"]


@pytest.mark.usefixtures("unhurried")
def test_errors_on_the_way_are_shown_where_they_are(lib):
    def f(x):
        if 1 < x < 2:
            raise ValueError(f"at {x.item():g}")
        return x * 2

    playground = play(f, library=lib, x=(-4, 4, 3))
    move(playground, "x", 0.5, passed=[2.5, 1.5])
    good, bad = playground.state["before"]
    assert (good["message"], good["old"], good["output"]["text"]) == ("", False, "5.")
    assert (bad["message"].split(" (")[0], bad["old"]) == ("ValueError: at 1.5", True)
    assert (playground.message, playground.output.item()) == ("", 1.0)
    move(playground, "x", 1.25, passed=[0.75, 1.75])
    assert playground.message.startswith("ValueError: at 1.25")
    assert playground.output.item() == 1.5  # of the last place that had one


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "passed",
    [*(None, 3, "x", {"a": 1}, [], [None, "1", [1], True], [math.nan, math.inf, 5, -5, 1e301])],
)
def test_places_that_make_no_sense_are_left_out(passed):
    playground = play(lambda x: x * 2, x=(-4, 4, 3))
    move(playground, "x", 1.0, passed=passed)
    assert playground.state["before"] == []
    assert playground.state["refused"] is None
    assert playground.values["x"] == 1.0
    move(playground, "x", "bad", passed=[2.0])
    assert playground.state["refused"]["reason"].startswith("This is not a number")
    assert playground.values["x"] == 1.0


@pytest.mark.usefixtures("unhurried")
def test_a_cell_of_a_table_passes_too():
    playground = play(lambda W: (W * W).sum(), W=[[1.0, 2.0], [3.0, 4.0]])
    move(playground, "W", 0.0, 2, passed=[2.0, 1.0])
    outputs = [frame["output"]["text"] for frame in playground.state["before"]]
    assert outputs == ["25.", "22."]
    assert playground.values["W"] == [[1.0, 2.0], [0.0, 4.0]]


def test_a_slow_function_gets_no_more_than_the_last_place():
    calls = []

    def slow(x):
        calls.append(x.item())
        time.sleep(0.12)
        return x * 2

    playground = play(slow, x=(0, 10, 5))
    move(playground, "x", 4.0)
    time.sleep(0.01)
    calls.clear()
    move(playground, "x", 1.0, passed=[3.5, 3.0, 2.5, 2.0, 1.5])
    assert playground.state["before"] == []
    assert calls[0] == 1.0
    assert playground.values["x"] == 1.0


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands still until it is told; returns how to move it."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "monotonic", lambda: now[0])

    def wait(seconds):
        now[0] += seconds

    return wait


@pytest.mark.parametrize(
    ("gap", "lasted", "some"),
    [
        (0.055, 0.01, [0, 2, 4, 6, 8]),  # five of ten, evenly
        (0.05, 0.001, list(range(10))),
        (0.05, 0.03, [0]),
        (0.05, 0.06, []),
        (60.0, 0.019, [0, 2, 4, 6, 8]),  # nobody waits longer than a tenth of a second
        (0.0, 0.01, []),
    ],
)
def test_as_many_places_as_there_is_time_for(clock, gap, lasted, some):
    own = Pace()
    own.answered()
    own.lasted = lasted
    clock(gap)
    assert list(own.some(range(10))) == some


def test_places_end_when_the_time_is_over(clock):
    own = Pace()
    own.answered()
    own.lasted = 0.001
    clock(0.05)
    found = []
    for place in own.some(range(10)):
        found.append(place)
        clock(0.02)  # longer than it lasted before
    assert found == [0, 1, 2]


@settings(deadline=None, max_examples=10)
@given(st.randoms(use_true_random=False))
def test_any_drags_end_where_python_would(chance: random.Random):
    def f(x, w):
        y = x * w
        if y > 6:
            raise ValueError("too large")
        return minigrad.tanh(y) if y > 0 else y

    playground = play(f, x=(-4, 4, 1), w=(-4, 4, 1))
    model = {"x": 1.0, "w": 1.0}
    for _ in range(8):
        leaf = chance.choice("xw")
        way = [round(chance.uniform(-4, 4), 2) for _ in range(chance.randint(1, 6))]
        move(playground, leaf, way[-1], passed=way[:-1])
        model[leaf] = way[-1]
        assert dict(playground.values) == model
        passed = [frame["leaves"][leaf]["numbers"][0] for frame in playground.state["before"]]
        rest = iter(way[:-1])
        assert all(place in rest for place in passed)  # in their order
        assert playground.state["leaves"][leaf]["numbers"] == [way[-1]]
    product = model["x"] * model["w"]
    assert bool(playground.message) == (product > 6)
    if product <= 6:
        leaves = {name: minigrad.tensor(value, requires_grad=True) for name, value in model.items()}
        output = f(**leaves)
        output.backward()
        assert playground.output.item() == output.item()
        assert {n: g.item() for n, g in playground.grads.items()} == {
            name: leaf.grad.item() for name, leaf in leaves.items()
        }
