"""play(): values, gradients, pictures and messages, on both libraries. No browser."""

import json
import math
import random
import threading
from typing import Any
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import play, step
from minigrad_widgets.live import filled, texts


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


def drawn(playground):
    """What is written in the picture: by node, the texts."""
    root = ET.fromstring(filled(playground.svg, texts(playground.graph)))
    ns = "{http://www.w3.org/2000/svg}"
    return {
        group.get("data-node"): [text.text or "" for text in group.iter(f"{ns}text")]
        for group in root.iter(f"{ns}g")
        if group.get("data-node")
    }


def branch(lib):
    def f(x, w):
        z = w * x
        return lib.relu(z) + 1 if x > 1 else z

    return f


# ---- values, output, gradients


def test_everything_follows_the_leaves(lib):
    playground = play(lambda x, w: lib.relu(w * x + 1), library=lib, x=2.0, w=(-3, 3))
    assert dict(playground.values) == {"x": 2.0, "w": 0.0}
    playground.values["w"] = 1.5
    assert playground.output.item() == 4.0
    assert playground.grads["x"].item() == 1.5
    assert playground.grads["w"].item() == 2.0
    assert playground.leaves["w"].grad is playground.grads["w"]
    assert playground.leaves["w"].item() == 1.5
    playground.values = {"x": -4, "w": 2}
    assert playground.output.item() == 0.0
    assert [playground.grads[name].item() for name in "xw"] == [0.0, 0.0]
    assert playground.message == ""
    playground.reset()
    assert dict(playground.values) == {"x": 2.0, "w": 0.0}


def test_gradients_are_those_of_backward(lib):
    def f(x, W):
        return lib.tanh(W @ x) * x.sum()

    W = [[0.5, -1.0], [2.0, 0.25], [1.0, 1.0]]
    playground = play(f, library=lib, x=[1.0, -2.0], W=W)
    leaves = {n: lib.tensor(v, requires_grad=True) for n, v in {"x": [1.0, -2.0], "W": W}.items()}
    f(**leaves).sum().backward()
    for name, leaf in leaves.items():
        assert playground.grads[name].tolist() == leaf.grad.tolist()
    assert "gradients are those of its sum" in str(playground)
    assert playground.state["output"]["note"].startswith("Not a scalar")


def test_the_output_can_be_stepped_through(lib):
    playground = play(lambda x: lib.exp(x) * x, library=lib, x=1.0)
    assert len(step(playground.output).trace.frames) == 3
    playground.output.backward()


def test_nothing_of_the_learner_is_touched(lib):
    own = lib.tensor([1.0, 2.0], requires_grad=True)
    bias = lib.tensor(3.0, requires_grad=True)
    playground = play(lambda x: (x * bias).sum(), x=own)
    playground.values["x"] = [5.0, 6.0]
    assert own.tolist() == [1.0, 2.0]
    assert own.grad is None
    assert bias.grad is None
    assert playground.output.item() == 33.0
    labels = {node.label: node.grad for node in playground.graph.nodes if node.kind == "leaf"}
    assert labels == {"x": "[3., 3.]", "bias": "11."}  # its gradient is shown nevertheless


def test_the_library_is_that_of_the_leaves(lib):
    assert type(play(lambda x: x * 2, x=lib.tensor(1.0)).output) is type(lib.tensor(1.0))
    assert type(play(lambda x: x * 2, x=1.0).output) is minigrad.Tensor


@pytest.mark.parametrize(
    ("imports", "function"),
    [
        ("import {} as torch", "lambda x: torch.relu(x)"),
        ("import {} as torch", "lambda x: x * x"),
        ("import {} as torch; double = lambda x: torch.mul(x, 2)", "lambda x: double(x)"),
        ("from {}.nn import functional as F", "lambda x: F.relu(x)"),
        ("from {}.nn.functional import softplus", "lambda x: softplus(x)"),
        ("from {} import sin", "lambda x: sin(x)"),
        ("from {} import nn", "nn.Linear(1, 1).forward"),
        ("from {} import nn", "nn.Linear(1, 1)"),
        ("import {} as torch; w = torch.tensor(2.); del torch", "lambda x: x * w"),
        ("import minigrad, torch; used = {}", "lambda x: used.sin(x)"),
    ],
)
def test_the_library_is_that_of_the_function(both, imports, function):
    for lib in both:
        space = {}
        exec(imports.format(lib.__name__), space)
        name, value = ("input", [2.0]) if "nn.Linear" in function else ("x", 2.0)
        playground = play(eval(function, space), **{name: value})
        assert playground.message == ""
        assert type(playground.output) is lib.Tensor


def test_complex_numbers_are_refused(both):
    _, torch = both
    playground = play(lambda x: torch.complex(x, x), x=2.0)
    assert playground.message.startswith("The function returned complex numbers")
    assert play(lambda x: torch.complex(x, x).abs(), x=2.0).message == ""


def test_integers_are_data(lib):
    def f(x, target):
        logits = lib.stack([x, 2 * x]).unsqueeze(0)
        return lib.nn.functional.cross_entropy(logits, target)

    playground = play(f, x=1.0, target=lib.tensor([1]))
    assert playground.message == ""
    assert playground.grads["target"] is None
    before = playground.output.item()
    move(playground, "target", 0)
    assert playground.values["target"] == [0]
    assert playground.output.item() > before
    assert playground.state["leaves"]["target"]["note"] == "integers have no gradient"
    move(playground, "target", "1/2")
    assert playground.state["refused"]["reason"] == "target holds integers."
    assert "target = [0], integers, grad None" in str(playground)


def test_a_leaf_that_is_not_used(lib):
    playground = play(lambda x, w: x * 2, library=lib, x=1.0, w=2.0)
    assert playground.grads["w"] is None
    assert playground.state["leaves"]["w"]["note"] == "the output does not depend on it"
    tell(playground, kind="choose", leaf="w", index=0)
    assert playground.state["slope"] is None
    assert "does not depend" in playground.state["slopeText"]


# ---- values that are refused


def test_setting_from_python(lib):
    playground = play(lambda x, w: w @ x, library=lib, x=(0, 1), w=[[1.0]])
    for name, new, error, says in [
        ("y", 1, KeyError, "there is no leaf 'y'"),
        ("x", 2, ValueError, "x goes from 0 to 1"),
        ("x", [1], ValueError, r"shape \[\]"),
        ("w", [1.0, 2.0], ValueError, r"shape \[1, 1\]"),
        ("w", [[math.nan]], ValueError, "too large"),
        ("x", "1", TypeError, "not str"),
    ]:
        with pytest.raises(error, match=says):
            playground.values[name] = new
    assert dict(playground.values) == {"x": 0.5, "w": [[1.0]]}
    with pytest.raises(ValueError, match="x goes"):
        playground.values = {"w": [[2.0]], "x": 2}
    assert playground.values["w"] == [[1.0]]  # all or nothing
    with pytest.raises(TypeError, match="cannot be taken away"):
        del playground.values["x"]
    assert len(playground.values) == 2
    assert repr(playground.values) == "{'x': 0.5, 'w': [[1.0]]}"


def test_a_chosen_range_grows_and_a_given_one_does_not():
    playground = play(lambda x, w: x * w, x=2.0, w=(0, 1))
    move(playground, "x", "30")
    assert playground.state["leaves"]["x"]["high"] == 100
    move(playground, "w", "30")
    assert playground.values["w"] == 0.5
    assert playground.state["refused"] == {
        "leaf": "w", "index": 0, "reason": "w goes from 0 to 1.",
    }  # fmt: skip
    move(playground, "w", "1/4")
    assert playground.values["w"] == 0.25
    assert playground.state["refused"] is None
    move(playground, "w", "x")
    tell(playground, kind="refine")
    assert playground.state["refused"]["reason"].startswith("This is not a number")
    playground.reset()
    assert playground.state["leaves"]["x"]["high"] == 5


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"kind": "no such kind"},
        {"kind": "set"},
        {"kind": "set", "leaf": "q", "index": 0, "value": 1},
        {"kind": "set", "leaf": ["x"], "index": 0, "value": 1},
        {"kind": "set", "leaf": "x", "index": 1, "value": 1},
        {"kind": "set", "leaf": "x", "index": -1, "value": 1},
        {"kind": "set", "leaf": "x", "index": "0", "value": 1},
        {"kind": "set", "leaf": "x", "index": 0, "value": None},
        {"kind": "set", "leaf": "x", "index": 0, "value": [1]},
        {"kind": "set", "leaf": "x", "index": 0, "value": math.nan},
        {"kind": "set", "leaf": "x", "index": 0, "value": "__import__('os').abort()"},
        {"kind": "choose", "leaf": "q", "index": 0},
    ],
)
def test_a_message_that_makes_no_sense_is_answered_and_changes_nothing(content):
    playground = play(lambda x: x * 2, x=1.0)
    tell(playground, seq="a 1", **content)
    assert playground.state["answered"] == "a 1"
    assert dict(playground.values) == {"x": 1.0}
    assert playground.message == ""
    playground._hear(None, "no mapping", None)


# ---- the shape of the graph


def test_only_texts_change_while_the_shape_stays(lib, monkeypatch):
    playground = play(branch(lib), library=lib, x=2.0, w=1.0)
    svg, number = playground.svg, playground.state["picture"]
    calls = []
    monkeypatch.setattr("minigrad_widgets.live.picture", lambda *a, **k: calls.append(a))
    for value in [1.5, 1.25, 4.0]:
        move(playground, "x", value)
        assert playground.svg is svg
        assert playground.state["picture"] == number
        assert playground.output.item() == value + 1
    assert calls == []
    assert playground.state["changes"] == ""


def test_another_shape_is_another_picture_and_is_told(lib):
    playground = play(branch(lib), library=lib, x=2.0, w=1.0)
    first, number = playground.svg, playground.state["picture"]
    assert len(playground.graph.nodes) == 6
    move(playground, "x", 0.5)
    assert len(playground.graph.nodes) == 3
    assert playground.svg != first
    assert playground.state["picture"] != number
    assert playground.state["changes"] == "The graph has changed: it has 3 nodes, and had 6."
    move(playground, "x", 2.5)
    assert playground.svg == first  # kept
    assert playground.state["picture"] == number


def test_the_same_number_of_nodes_may_be_another_shape(lib):
    playground = play(lambda x: lib.sin(x) if x > 0 else lib.cos(x), library=lib, x=1.0)
    number = playground.state["picture"]
    move(playground, "x", -1.0)
    assert playground.state["picture"] != number
    assert "CosBackward0" in playground.svg


def test_texts_in_the_picture_are_those_of_the_graph(lib):
    def f(x, W):
        h = W @ x
        return lib.relu(h) * 2

    playground = play(f, library=lib, x=[1.0, -2.0], W=[[0.5, 1.0], [3.0, 1.0]])
    for value in (1.0, -123.456, 1e-5, 1 / 3):
        move(playground, "x", value)
        written = drawn(playground)
        for node in playground.graph.nodes:
            if node.kind == "none":
                continue
            shown = written[node.id]
            assert node.name in shown
            name, told = node.label, node.value
            both = f"{name} = {told}" if name and told else told
            fits = [text for text in (both, f"grad = {node.grad}") if text]
            for text in [*fits, *(saved.text for saved in node.saved)]:
                assert any(text == one or (one[-1:] == "…" and text.startswith(one[:-1])) for one in shown), (text, shown)  # fmt: skip
            assert not any("888" in one for one in shown)


def test_names_of_the_function_and_from_outside(lib):
    scale = lib.tensor(3.0, requires_grad=True)
    weights = {"a": lib.tensor(2.0, requires_grad=True)}

    def f(x):
        hidden = x * scale
        out = hidden + weights["a"]
        return out  # noqa: RET504 (its name is looked for)

    def labels(playground):
        return {node.label for node in playground.graph.nodes if node.label}

    assert labels(play(f, library=lib, x=1.0)) == {"x", "hidden", "out", "scale", "weights['a']"}
    named = play(f, {"s": scale}, library=lib, x=1.0)
    assert labels(named) == {"x", "hidden", "out", "s"}


def test_functions_of_all_kinds(lib):
    class Model:
        def __init__(self):
            self.w = lib.tensor(2.0, requires_grad=True)

        def __call__(self, x):
            y = x * self.w
            return y  # noqa: RET504

        def method(self, x, /, *, b):
            return x + b

    def many(**leaves):
        return sum(leaves.values())

    model = Model()
    assert play(model, library=lib, x=3.0).output.item() == 6.0
    assert play(model.method, library=lib, x=3.0, b=1.0).output.item() == 4.0
    assert play(many, library=lib, a=1.0, b=2.0).output.item() == 3.0
    assert play(lib.exp, library=lib, input=0.0).output.item() == 1.0
    assert play(lambda x, y=2: x * y, library=lib, x=3.0).output.item() == 6.0
    linear = lib.nn.Linear(2, 1)
    playground = play(linear, library=lib, input=[1.0, 2.0])
    assert {n.label for n in playground.graph.nodes if n.kind == "leaf"} >= {"input"}
    assert linear.weight.grad is None


def test_what_does_not_fit_the_function():
    for leaves, says in [
        ({"y": 1.0}, "no parameter 'y'; its parameters are: x"),
        ({}, "needs a leaf for the parameter 'x'"),
    ]:
        with pytest.raises(TypeError, match=says):
            play(lambda x: x, **leaves)
    with pytest.raises(TypeError, match="needs a function"):
        play(minigrad.tensor(1.0), x=1.0)
    with pytest.raises(TypeError, match="library is a module"):
        play(lambda x: x, library="torch", x=1.0)


def test_a_leaf_may_be_called_as_an_argument_of_play():
    assert play(lambda function: function * 2, function=2.0).output.item() == 4.0


# ---- how it is shown


TEXT = """\
Playground of f(x, w)
x = 2. from -5 to 5, grad 1.5
w = 1.5 from -3 to 3, grad 2.
output = 4., float32 scalar
Graph:
n0 ReluBackward0: 4., float32 scalar, grad 1., saved result 4.
  [0] n1 AddBackward0: float32 scalar, grad 1.
    [0] n2 MulBackward0: float32 scalar, grad 1., saved self 1.5, saved other 2.
      [0] n3 AccumulateGrad: w = 1.5, leaf, float32 scalar, grad 1.5
      [1] n4 AccumulateGrad: x = 2., leaf, float32 scalar, grad 1.5
    [1] None""".replace("w = 1.5, leaf, float32 scalar, grad 1.5", "w = 1.5, leaf, float32 scalar, grad 2.")  # fmt: skip


def test_the_text_is_complete_and_the_same_every_time(lib):
    def make():
        return play(lambda x, w: lib.relu(w * x + 1), library=lib, x=2.0, w=(-3, 3, 1.5))

    shown = bundle(make())
    assert shown["text/plain"] == TEXT == str(make())
    assert "w = 1.5" in shown["image/svg+xml"]
    assert shown["image/png"].startswith("iVBORw0KGgo")
    assert repr(make()) == "Playground(f(x, w))"


def test_presenter_and_language():
    playground = play(lambda x: x * 2, x=1.0, presenter=True, lang="zh")
    assert playground.data["presenter"]
    assert playground.data["words"]["leaves"] == "叶子张量"
    move(playground, "x", "abc")
    assert playground.state["refused"]["reason"].startswith("这不是数")


NASTY = ["<b>&amp;", "a\\Nb", '"quoted"', "שלום", "变量", "x\ny", "{x}", "ns0:g", "x = 8888888800"]


@pytest.mark.parametrize("name", NASTY)
def test_names_of_any_kind(lib, name):
    def f(**leaves):
        return sum(leaf * 2 for leaf in leaves.values())

    playground = play(f, {}, library=lib, **{name: 1.0, "y": 2.0})
    assert playground.message == ""
    playground.values[name] = 0.5
    root = ET.fromstring(filled(playground.svg, texts(playground.graph)))
    shown = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    wanted = name.replace("\n", r"\n")
    assert any((one or "").startswith(f"{wanted} = 0.5") for one in shown), shown
    assert not root.findall(".//{http://www.w3.org/2000/svg}b")


@pytest.mark.parametrize("name", NASTY)
def test_errors_of_any_kind(lib, name):
    def f(x):
        raise ValueError(name + "{x} {0}")

    assert play(f, library=lib, x=1.0).message.startswith(f"ValueError: {name}" + "{x} {0} (line ")


# ---- several at a time


def test_two_playgrounds_of_one_function_are_independent():
    def f(x):
        return x * x

    one, other = (play(f, x=2.0) for _ in range(2))
    one.values["x"] = 3
    assert (one.output.item(), other.output.item()) == (9.0, 4.0)
    assert one.svg != other.svg  # no id is in both


def test_after_close_the_object_still_works():
    playground = play(lambda x: x * x, x=2.0)
    playground.close()
    playground.values["x"] = 3
    assert playground.output.item() == 9.0


def test_messages_in_several_threads():
    playground = play(lambda x, w: x * w, x=1.0, w=1.0)
    problems = []

    def work(leaf):
        try:
            for value in range(1, 5):
                move(playground, leaf, value, rough=True)
        except Exception as error:  # noqa: BLE001 (told in the end)
            problems.append(error)

    threads = [threading.Thread(target=work, args=(leaf,)) for leaf in "xw"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert playground.output.item() == 16.0


def test_a_grad_mode_of_another_thread_does_not_matter(lib):
    playground = play(lambda x: x * x, library=lib, x=2.0)
    with lib.no_grad():
        move(playground, "x", 3.0)
    assert playground.message == ""
    assert playground.grads["x"].item() == 6.0


@settings(deadline=None, max_examples=6)
@given(st.randoms(use_true_random=False))
def test_any_actions_end_where_python_would(random_source: random.Random):
    def f(x, W):
        y = (W * x).sum()
        return minigrad.relu(y) if y > 0 else y * 2

    model: dict[str, Any] = {"x": 1.0, "W": [1.0, -2.0]}
    read: dict[Any, float] = {"1/4": 0.25, "−3": -3.0, "1e5": 1e5}
    playground = play(f, x=1.0, W=[1.0, -2.0])
    for _ in range(12):
        index = random_source.randrange(2)
        value = random_source.choice([0.5, -1.0, "1/4", "−3", "bad", 1e-9, "1e5"])
        if random_source.random() < 0.2:
            playground.reset()
            model = {"x": 1.0, "W": [1.0, -2.0]}
        elif random_source.random() < 0.5:
            move(playground, "x", value, rough=random_source.random() < 0.5)
            if value != "bad":
                model["x"] = read.get(value, value)
        else:
            move(playground, "W", value, index)
            if value != "bad":
                model["W"] = list(model["W"])
                model["W"][index] = read.get(value, value)
    assert dict(playground.values) == model
    leaves = {name: minigrad.tensor(value, requires_grad=True) for name, value in model.items()}
    output = f(**leaves)
    output.backward()
    assert playground.output.item() == output.item()
    for name, leaf in leaves.items():
        assert np.array_equal(playground.grads[name].tolist(), leaf.grad.tolist())
    json.dumps([playground.state, playground.curve, playground.data], allow_nan=False)
