"""A pass that lacks one rule of the engine: where the numbers part, and what is left in .grad."""

import pytest

import minigrad
from minigrad_widgets import step
from minigrad_widgets.faults import FAULTS, MOST_RUNS


def label(stepper):
    node = stepper.trace.nodes[stepper.fault.node]
    return node.label or node.name


def grads(stepper):
    return {
        name: tuple(None if grad is None else grad.tolist() for grad in pair)
        for name, pair in stepper.fault.grads.items()
    }


@pytest.fixture
def paths():
    """loss = sum((w * x + b) ** 2): two paths meet in y, and b is broadcast."""
    w = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = minigrad.tensor(0.5, requires_grad=True)
    x = minigrad.tensor([2.0, -1.0, 1.0])
    y = w * x + b
    loss = (y * y).sum()
    return loss, {"w": w, "b": b, "x": x, "y": y, "loss": loss}


def test_without_accumulation(paths):
    stepper = step(*paths, fault="no-accumulate")
    assert label(stepper) == "y"
    assert stepper.fault.edge is None  # what it received is wrong already
    assert grads(stepper) == {"b": (9.0, 4.5), "w": ([10.0, 3.0, 7.0], [5.0, 1.5, 3.5])}
    assert {stepper.trace.nodes[node].label for node in stepper.fault.wrong} == {
        "y",
        "b",
        "w",
        None,
    }


def test_without_accumulation_an_old_grad_is_lost():
    w = minigrad.tensor(2.0, requires_grad=True)
    w.grad = minigrad.tensor(10.0)
    stepper = step(w * 3, {"w": w}, fault="no-accumulate")
    assert label(stepper) == "w"
    assert grads(stepper) == {"w": (13.0, 3.0)}


def test_recursion_in_place_of_the_right_order(paths):
    stepper = step(*paths, fault="recursive-order")
    assert label(stepper) == "y"
    runs = {stepper.trace.nodes[n].label or n: w.runs for n, w in stepper.fault.wrong.items()}
    assert runs["y"] == runs["b"] == runs["w"] == 2
    # y passes on g1, then g1 + g2; what it feeds adds both: 2 g1 + g2
    assert grads(stepper)["b"] == (9.0, 4.5 + 9.0)


def test_recursion_stops_where_the_paths_are_too_many():
    x = minigrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(20):
        y = y + y
    stepper = step(y, {"x": x}, fault="recursive-order")
    assert f"{MOST_RUNS:,} runs" in stepper.fault.error
    assert stepper.fault.node is not None


def test_without_the_sum_over_a_broadcast(paths):
    stepper = step(*paths, fault="no-unbroadcast")
    assert label(stepper) == "y"
    edge = stepper.trace.edges[stepper.fault.edge]
    assert stepper.trace.nodes[edge.target].label == "b"
    assert grads(stepper) == {"b": (9.0, [5.0, -3.0, 7.0]), "w": ([10.0, 3.0, 7.0],) * 2}


def test_without_the_sum_a_later_node_may_fail():
    b = minigrad.tensor([[1.0, 2.0]], requires_grad=True)
    c = b.T  # (2, 1), broadcast below
    y = (c @ minigrad.ones(1, 3) + c).sum()
    stepper = step(y, {"b": b}, fault="no-unbroadcast")
    assert stepper.fault.node is not None
    assert grads(stepper)["b"][0] == [[6.0, 6.0]]


def test_stale_saved_tensors():
    w = minigrad.tensor(3.0, requires_grad=True)
    h = w * 2
    z = h * h
    h.add_(1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        step(z, {"w": w})
    stepper = step(z, {"w": w, "z": z}, fault="stale-saved")
    assert label(stepper) == "z"
    assert "is at version 1; expected version 0" in stepper.fault.error
    assert grads(stepper) == {"w": (None, 28.0)}  # 2 * 2 * 7 in place of 2 * 2 * 6
    stepper.position = 3
    assert w.grad is None  # the right engine would have stopped before
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        step(z, {"w": w})  # the check is back
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        z.backward()


@pytest.mark.parametrize("fault", FAULTS)
def test_a_graph_on_which_the_rule_makes_no_difference(fault):
    w = minigrad.tensor(3.0, requires_grad=True)
    stepper = step(w * 2, {"w": w}, fault=fault)
    assert (stepper.fault.node, stepper.fault.edge, stepper.fault.error) == (None, None, "")
    assert not stepper.fault.wrong
    assert stepper.text.endswith("On this graph the rule makes no difference.")


@pytest.mark.parametrize("fault", FAULTS[:3])
def test_nothing_changes_but_the_report(paths, fault):
    loss, names = paths
    stepper = step(loss, names, fault=fault)
    assert names["w"].grad is None
    stepper.position = len(stepper.trace.frames)
    assert names["w"].grad.tolist() == [10.0, 3.0, 7.0]  # the right numbers
    names["w"].grad = names["b"].grad = None
    loss.backward()
    assert names["w"].grad.tolist() == [10.0, 3.0, 7.0]


def test_the_text(paths):
    lines = step(*paths, fault="no-accumulate").text.splitlines()
    assert lines[-5:] == [
        "Without accumulation",
        "The rule taken away: gradients that meet are added. Here the last one replaces the others.",
        "The numbers part at step 3: AddBackward0 (y).",
        "b.grad: 9. | 4.5",
        "w.grad: [10., 3., 7.] | [5., 1.5, 3.5]",
    ]


def test_what_cannot_be_asked_for(paths):
    loss, names = paths
    with pytest.raises(ValueError, match=r"fault must be one of 'no-accumulate', .*, not 'slow'"):
        step(loss, names, fault="slow")
    with pytest.raises(ValueError, match="two lessons"):
        step(loss, names, fault="no-accumulate", predict=True)


def test_pytorchs_engine_cannot_be_broken():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    w = torch.tensor(3.0, requires_grad=True)
    with pytest.raises(ValueError, match="takes a rule out of minigrad's engine"):
        step(w * w, fault="no-accumulate")
