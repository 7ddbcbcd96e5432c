"""The graph that a recorded pass makes of itself."""

from minigrad_widgets import step
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
