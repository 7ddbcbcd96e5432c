"""The graph that a recorded pass makes of itself."""

import pytest

from minigrad_widgets import step, stepper, still, svg
from minigrad_widgets.layout import TooSlowError
from minigrad_widgets.trace import trace


def cubed(lib):
    x = lib.tensor(2.0, requires_grad=True)
    w = lib.tensor(3.0, requires_grad=True)
    y = x**3 * w
    return y, {"x": x, "w": w, "y": y}


def test_which_step_made_which_node(lib):
    taken = trace(*cubed(lib), create_graph=True)
    second = taken.second
    assert second is not None
    names = {node.id: (node.name, node.label) for node in second.graph.nodes}
    assert sorted((step, *names[node]) for node, step in second.made.items() if names[node][1]) == [
        (1, "MulBackward0", "w.grad"),
        (3, "MulBackward0", "x.grad"),
    ]
    assert set(second.made.values()) == {1, 3}
    first = {taken.nodes[node].name for node in second.first.values()}
    assert first == {"AccumulateGrad", "PowBackward0"}
    assert not set(second.first) & set(second.made)


def test_a_pass_that_is_not_recorded_has_none(lib):
    assert trace(*cubed(lib)).second is None


def test_gradients_that_are_constant_have_no_graph(lib):
    x = lib.tensor(2.0, requires_grad=True)
    assert trace(x * 3, {"x": x}, create_graph=True).second is None


def test_grad_has_a_graph_behind_it_as_after_backward_with_create_graph(lib):
    y, names = cubed(lib)
    stepper = step(y, names, create_graph=True)
    stepper.position = 4
    x = names["x"]
    assert x.grad.item() == 36.0
    (again,) = lib.autograd.grad(x.grad, x)
    assert again.item() == 36.0  # 6 x w
    stepper.position = 0
    assert x.grad is None


def test_the_text(lib):
    y, names = cubed(lib)
    lines = step(y, names, create_graph=True).text.split("\n\n")[1].splitlines()
    assert lines[0] == "step  made                   leads to"
    assert lines[1] == "   1  MulBackward0 (w.grad)  None, PowBackward0"
    assert "leads to" not in step(y, names).text


def static(shown):
    """Return what a notebook holds of a stepper beside the widget."""
    bundle = shown._repr_mimebundle_()
    assert bundle is not None
    return bundle[0]


def test_a_notebook_does_not_wait_for_a_large_one(lib, monkeypatch):
    """Of a network with an LSTM it has a thousand nodes, and the engine took 20 seconds, in vain."""
    assert "Graph of the gradients" in static(step(*cubed(lib), create_graph=True))["image/svg+xml"]
    monkeypatch.setattr(stepper, "MOST_SECOND", 5)
    large = step(*cubed(lib), create_graph=True)
    data = static(large)
    assert (data["image/svg+xml"], "image/png" in data) == (large.svg, False)


def test_a_notebook_shows_a_stepper_whose_static_picture_is_too_much_for_the_engine(
    lib, monkeypatch
):
    def late(_source, _format, *, seconds):
        assert seconds == svg.PATIENCE
        raise TooSlowError("late")

    monkeypatch.setattr(still, "render", late)
    shown = step(*cubed(lib))
    assert static(shown)["image/svg+xml"] == shown.svg
    with pytest.raises(AssertionError):  # a file is worth waiting for
        shown.save("x.svg")


def test_a_second_graph_that_cannot_be_drawn_leaves_the_first(lib, monkeypatch):
    monkeypatch.setattr(svg, "LARGEST", 7)
    shown = step(*cubed(lib), create_graph=True)
    assert shown.svg
    assert "second" not in shown.data
    assert "a picture of more than 7" in shown.message
