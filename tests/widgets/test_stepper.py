"""step(): the traits, and the .grad that follows the position. No browser."""

import json
import re
import threading

import pytest
import traitlets
from hypothesis import given
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import build, draw, ledger, step


@pytest.fixture
def neuron(lib):
    """Return w, b, y of relu(w * 3 + b), and a stepper; 5 steps: relu, add, mul, w, b or so."""
    w, b = (lib.tensor(value, requires_grad=True) for value in (2.0, -1.0))
    y = lib.relu(w * lib.tensor(3.0) + b)
    return w, b, y, step(y, {"w": w, "b": b, "y": y})


def steps_of(stepper, *names):
    """The numbers of the steps in which these tensors' .grad changes."""
    of = {
        item.name: number
        for number, frame in enumerate(stepper.trace.frames, 1)
        for item in frame.accumulated
    }
    return [of[name] for name in names]


# ---- .grad


def test_a_hook_that_waits_for_the_finished_grad_is_told(lib):
    x = lib.tensor(2.0, requires_grad=True)
    x.register_post_accumulate_grad_hook(lambda leaf: leaf.grad.mul_(0) and None)
    stepper = step(x * 3, {"x": x})
    told = (
        "x: a hook waits for the finished .grad, or for several gradients; it runs in backward(), "
        "not in this stepper."
    )
    assert stepper.message == told
    assert told in stepper.text
    stepper.position = 2
    x.grad = None
    stepper.position = 1
    assert stepper.message.startswith(f"{told} x.grad was changed")


def test_grad_follows_the_position(neuron):
    w, b, _, stepper = neuron
    w_step, b_step = steps_of(stepper, "w", "b")
    for position in [*range(6), *reversed(range(6)), 3, 5, 0]:
        stepper.position = position
        assert (w.grad is None) == (position < w_step)
        assert (b.grad is None) == (position < b_step)
    stepper.position = 5
    assert (w.grad.item(), b.grad.item()) == (3.0, 1.0)


def test_at_the_end_it_is_what_backward_leaves(lib):
    def build():
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        x.grad = lib.tensor([10.0, 20.0])
        h = x * x
        h.retain_grad()
        return x, h, h.sum()

    x, h, root = build()
    stepper = step(root, {"h": h, "x": x})
    stepper.position = len(stepper.trace.frames)
    other_x, other_h, other_root = build()
    other_root.backward()
    assert x.grad.tolist() == other_x.grad.tolist() == [12.0, 24.0]
    assert h.grad.tolist() == other_h.grad.tolist()
    assert not x.grad.requires_grad


def test_sparse_gradients_of_pytorch(both):
    _, torch = both
    rows = torch.nn.Embedding(4, 2, sparse=True)
    root = rows(torch.tensor([1, 3, 1])).sum()
    stepper = step(root, {"rows": rows})
    for position in (3, 0, 3):
        stepper.position = position
    assert stepper.message == ""
    assert stepper.data["grads"][0]["after"]["text"] == "[[0., 0.], [2., 2.], [0., 0.], [1., 1.]]"
    stepped = rows.weight.grad
    stepper.position = 0
    root.backward()
    assert (stepped - rows.weight.grad).coalesce().values().abs().sum() == 0
    assert stepped.layout is rows.weight.grad.layout is torch.sparse_coo


def test_tensors_of_pytorch_without_numbers(both):
    _, torch = both
    x = torch.ones(2, 3, device="meta", requires_grad=True)
    stepper = step((x * 2).sum(), {"x": x})
    stepper.position = 3
    stepper.position = 0
    assert stepper.message == ""
    assert "x.grad: None + [2, 3] = [2, 3]" in stepper.text


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize(
    ("layout", "shape"), [("strided", r"\[nested\]"), ("jagged", r"\[2, j\d\]")]
)
def test_nested_tensors_of_pytorch_are_told_by_their_shape(both, layout, shape):
    _, torch = both
    a, b = (torch.ones(n, requires_grad=True) for n in (2, 3))
    nested = torch.nested.as_nested_tensor([a, b], layout=getattr(torch, layout))
    root = torch.nested.to_padded_tensor(nested * 2, 0.0).sum()
    with ledger({"a": a, "nested": nested.detach().requires_grad_()}) as book:
        stepper = step(root, {"a": a, "b": b, "nested": nested})
        root.backward()
    assert re.search(rf"MulBackward0 +float32 {shape} +float32 {shape} to", stepper.text)
    assert "b.grad: None + [2., 2., 2.] = [2., 2., 2.]" in stepper.text
    assert re.search(rf"nested, float32 {shape}", draw(root, {"nested": nested}).text)
    stepper.position = 3
    data, _ = stepper._repr_mimebundle_() or ({}, {})
    assert "<svg" in data["image/svg+xml"]
    assert "a.grad" in str(book)
    source = "n = torch.nested.as_nested_tensor([a, a], layout=layout)\nm = n * 2"
    built = build(source, {"torch": torch, "a": a, "layout": nested.layout})
    data, _ = built._repr_mimebundle_() or ({}, {})
    assert "m = MulBackward0" in data["text/plain"]


def test_stepping_back_restores_the_very_object(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    x.grad = before = lib.tensor([10.0, 20.0])
    stepper = step((x * x).sum())
    stepper.position = len(stepper.trace.frames)
    after = x.grad
    assert after is not before
    stepper.position = 0
    assert x.grad is before
    assert before.tolist() == [10.0, 20.0]
    stepper.position = len(stepper.trace.frames)
    assert x.grad is after


def test_the_graph_can_still_run_backward(neuron):
    w, _, y, stepper = neuron
    stepper.position = 5
    stepper.position = 0
    y.backward()
    assert w.grad.item() == 3.0


def shown(stepper):
    """Tell the stepper, as the page does, that it has been shown."""
    content = {"data": {"method": "custom", "content": {"kind": "shown"}}}
    stepper._handle_msg({"content": content, "buffers": []})


def test_a_change_before_it_is_shown_is_told_when_it_is_shown(neuron):
    w, b, y, stepper = neuron
    y.backward()
    of_learner = w.grad
    assert stepper.message == ""
    shown(stepper)
    assert stepper.message == (
        "b.grad, w.grad were changed outside this stepper, which leaves them alone from now on."
    )
    assert [other["value"]["text"] for other in stepper.others] == ["1.", "3."]
    stepper.position = 5
    assert w.grad is of_learner
    assert (w.grad.item(), b.grad.item()) == (3.0, 1.0)


def test_the_check_can_be_asked_for(lib, neuron):
    w, _, _, stepper = neuron
    stepper.position = 5
    w.grad = lib.tensor(7.0)
    stepper.check_grads()
    assert stepper.message.startswith("w.grad was changed outside this stepper")
    assert [other["value"]["text"] for other in stepper.others] == ["7."]
    w.grad += 1
    stepper.check_grads()
    assert [other["value"]["text"] for other in stepper.others] == ["8."]


def test_a_change_before_it_is_shown_is_in_what_is_displayed(neuron):
    *_, y, stepper = neuron
    y.backward()
    assert stepper.others == []
    stepper._repr_mimebundle_()
    assert [other["value"]["text"] for other in stepper.others] == ["1.", "3."]


@pytest.mark.parametrize("position", [0, 3, 5])
def test_showing_it_changes_nothing_where_nobody_else_did(neuron, position):
    w, b, _, stepper = neuron
    stepper.position = position
    before = (w.grad, b.grad)
    shown(stepper)
    assert (stepper.message, stepper.others, stepper.position) == ("", [], position)
    assert all(one is other for one, other in zip((w.grad, b.grad), before, strict=True))


@pytest.mark.parametrize(
    "change",
    [
        lambda lib, w: setattr(w, "grad", None),
        lambda lib, w: setattr(w, "grad", lib.tensor(7.0)),
        lambda lib, w: w.grad.zero_(),
        lambda lib, w: w.grad.data.zero_(),
    ],
)
def test_what_somebody_else_changed_is_left_alone(lib, neuron, change):
    w, b, _, stepper = neuron
    stepper.position = 5
    assert stepper.message == ""
    change(lib, w)
    changed, value = w.grad, w.grad and w.grad.item()
    stepper.position = 4
    assert stepper.message.startswith("w.grad was changed outside this stepper")
    names = [stepper.data["grads"][other["place"]]["name"] for other in stepper.others]
    assert names == ["w"]
    for position in (0, 5, 0):
        stepper.position = position
        assert w.grad is changed
        assert (w.grad and w.grad.item()) == value
    assert b.grad is None  # the other leaf still follows


def test_the_stepper_does_not_mind_nan(lib):
    x = lib.tensor(0.0, requires_grad=True)
    stepper = step(x.log() * x)
    stepper.position = len(stepper.trace.frames)
    assert x.grad.item() != x.grad.item()
    stepper.position = 0
    assert x.grad is None
    assert stepper.message == ""


def test_what_the_learner_does_to_grad_does_not_reach_the_record(neuron):
    w, _, _, stepper = neuron
    stepper.position = 5
    table = str(stepper.trace)
    w.grad.zero_()
    assert str(stepper.trace) == table


@given(st.lists(st.integers(0, 5), max_size=12))
def test_any_way_to_a_position_ends_in_the_same_state(positions):
    w, b = (minigrad.tensor(value, requires_grad=True) for value in (2.0, -1.0))
    stepper = step(minigrad.relu(w * minigrad.tensor(3.0) + b), {"w": w, "b": b})
    w_step, b_step = steps_of(stepper, "w", "b")
    for position in positions:
        stepper.position = position
    assert (w.grad is None) == (stepper.position < w_step)
    assert (b.grad is None) == (stepper.position < b_step)
    assert stepper.message == ""


def test_another_thread_without_grad_mode_moves_it(lib, neuron):
    """Observers run in threads of their own, where grad modes are PyTorch's defaults."""
    w, _, _, stepper = neuron
    mover = threading.Thread(target=setattr, args=(stepper, "position", 5))
    with lib.no_grad():
        mover.start()
        mover.join()
    assert w.grad.item() == 3.0
    assert not w.grad.requires_grad


# ---- traits


def test_position_and_selected_go_together(neuron):
    *_, stepper = neuron
    assert (stepper.position, stepper.selected, stepper.frame) == (0, "", None)
    stepper.position = 1
    assert stepper.selected == "n0"
    assert stepper.frame is stepper.trace.frames[0]
    last = stepper.trace.frames[4].node
    stepper.selected = last
    assert stepper.position == 5
    stepper.selected = ""
    assert stepper.position == 0


@pytest.mark.parametrize("position", [-1, 6, 100, 1.5, "2", None])
def test_a_wrong_position_changes_nothing(neuron, position):
    w, _, _, stepper = neuron
    stepper.position = 5
    with pytest.raises(traitlets.TraitError):
        stepper.position = position
    assert stepper.position == 5
    assert w.grad.item() == 3.0


def test_the_message_names_the_range(neuron):
    with pytest.raises(traitlets.TraitError, match="position must be from 0 to 5, not 6"):
        neuron[-1].position = 6


def test_a_node_without_a_step_cannot_be_selected(neuron):
    *_, stepper = neuron
    none = next(node.id for node in stepper.trace.graph.nodes if node.kind == "none")
    with pytest.raises(traitlets.TraitError, match="no step belongs to a node"):
        stepper.selected = none
    assert stepper.position == 0


def test_a_message_from_the_page_moves_it(neuron):
    """What the page sends arrives as a comm message."""
    w, _, _, stepper = neuron
    content = {"data": {"method": "update", "state": {"position": 5}, "buffer_paths": []}}
    stepper._handle_msg({"content": content, "buffers": []})
    assert w.grad.item() == 3.0


def test_all_that_the_page_gets_is_plain_data(neuron):
    *_, stepper = neuron
    data = json.loads(json.dumps(stepper.data))
    assert len(data["frames"]) == 5
    assert {"position", "data", "svg", "message", "_esm", "_css"} <= set(stepper.get_state())
    assert stepper._esm.count("export default") == 1
    assert "import " not in stepper._esm


def test_moving_sends_the_position_and_nothing_large(neuron, monkeypatch):
    *_, stepper = neuron
    sent = []
    monkeypatch.setattr(stepper, "send_state", lambda key=None: sent.append(key))
    stepper.position = 3
    assert {key if isinstance(key, str) else tuple(key) for key in sent} <= {
        "position",
        "selected",
        ("position",),
        ("selected",),
        ("position", "selected"),
        ("selected", "position"),
    }


# ---- what a notebook stores


def bundle(stepper):
    made = stepper._repr_mimebundle_()
    assert made is not None
    return made


def test_the_bundle_has_the_table_the_picture_and_no_address(neuron):
    *_, stepper = neuron
    data, _ = bundle(stepper)
    assert data["text/plain"] == str(stepper.trace)
    assert data["image/svg+xml"].startswith("<svg")
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == stepper.model_id
    assert "0x" not in data["text/plain"] + data["image/svg+xml"] + repr(stepper)
    assert repr(stepper) == "Stepper(y, position 0 of 5)"


def test_without_an_engine_there_is_a_table_and_a_message(lib, no_engine):
    x = lib.tensor(2.0, requires_grad=True)
    stepper = step(x * x)
    assert stepper.message.startswith("No picture: ")
    data, _ = bundle(stepper)
    assert "image/svg+xml" not in data
    assert data["text/plain"].startswith("step  node")
    stepper.position = 2
    assert x.grad.item() == 4.0
    x.grad = None
    stepper.check_grads()
    assert stepper.message.startswith("No picture: ")
    assert "x.grad was changed outside" in stepper.message


def test_names_are_those_of_the_caller(lib):
    weight = lib.tensor(2.0, requires_grad=True)
    assert "weight.grad: None + 4. = 4." in str(step(weight * weight).trace)


# ---- bad input


def test_bad_roots(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match="not int"):
        step(3)
    with pytest.raises(ValueError, match="leaf"):
        step(x)
    with pytest.raises(RuntimeError, match="does not require grad"):
        step(lib.tensor(2.0))
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar"):
        step(x * x)
    with pytest.raises(TypeError, match="names must be a dict"):
        step((x * x).sum(), names=["x"])  # pyright: ignore[reportArgumentType]
    assert step(x * x, gradient=[1.0, 1.0]).position == 0
