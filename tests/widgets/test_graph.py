"""trace_graph: what is found behind a tensor of either library."""

import dataclasses
from typing import Any

import pytest

from minigrad_widgets.graph import Saved, library_of, root_node, trace_graph
from minigrad_widgets.text import outline


def shape_of(graph):
    """Return names and edges: what must be the same in both libraries."""
    return (
        [node.name for node in graph.nodes],
        [(edge.source, edge.input_nr, edge.target, edge.output_nr) for edge in graph.edges],
    )


def by_name(graph, name):
    (node,) = [node for node in graph.nodes if node.name == name]
    return node


def doubling(lib: Any):
    """Return a custom Function of a library that saves its input."""

    class Double(lib.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            ctx.name = "mine"  # a learner may call an attribute anything
            return x * 2

        @staticmethod
        def backward(ctx, grad):
            (_x,) = ctx.saved_tensors
            return grad * 2

    return Double


def test_a_product_of_two_leaves(lib):
    x = lib.tensor(2.0, requires_grad=True)
    w = lib.tensor(3.0, requires_grad=True)
    graph = trace_graph(x * w, {"x": x, "w": w})
    assert shape_of(graph) == (
        ["MulBackward0", "AccumulateGrad", "AccumulateGrad"],
        [("n0", 0, "n1", 0), ("n0", 1, "n2", 0)],
    )
    assert [node.label for node in graph.nodes] == [None, "x", "w"]
    assert [node.value for node in graph.nodes] == ["6.", "2.", "3."]
    assert [node.kind for node in graph.nodes] == ["op", "leaf", "leaf"]
    assert graph.root == "n0"
    assert graph.nodes[0].saved == (Saved("self", "2.", False), Saved("other", "3.", False))


def test_a_square_has_two_edges_to_one_leaf(lib):
    x = lib.tensor(3.0, requires_grad=True)
    graph = trace_graph(x * x)
    assert shape_of(graph)[1] == [("n0", 0, "n1", 0), ("n0", 1, "n1", 0)]


def test_each_input_without_a_gradient_has_a_none_node_of_its_own(lib):
    x = lib.ones(2, requires_grad=True)
    graph = trace_graph((x + lib.ones(2)) * lib.ones(2))
    assert shape_of(graph) == (
        ["MulBackward0", "AddBackward0", "AccumulateGrad", "None", "None"],
        [("n0", 0, "n1", 0), ("n0", 1, "n4", 0), ("n1", 0, "n2", 0), ("n1", 1, "n3", 0)],
    )
    assert [node.kind for node in graph.nodes[3:]] == ["none", "none"]
    assert set(graph.handles) == {"n0", "n1", "n2"}


def test_the_second_element_of_next_functions_is_kept(lib):
    x = lib.ones(4, requires_grad=True)
    _first, second = x.split(2)
    graph = trace_graph(second * 1)
    assert graph.edges[0].output_nr == 1


def test_ids_count_depth_first_in_order_of_the_inputs(lib):
    a, b, c = (lib.tensor(float(n), requires_grad=True) for n in range(3))
    graph = trace_graph((a * b) + c, {"a": a, "b": b, "c": c})
    assert [(node.id, node.label or node.name) for node in graph.nodes] == [
        ("n0", "AddBackward0"),
        ("n1", "MulBackward0"),
        ("n2", "a"),
        ("n3", "b"),
        ("n4", "c"),
    ]


def test_saved_tensors_are_freed_by_backward_and_only_they(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = (x * x).exp().sum()
    slots = [(s.name, s.freed) for node in trace_graph(y).nodes for s in node.saved]
    assert slots == [("result", False), ("self", False), ("other", False)]
    y.backward()
    after = [slot for node in trace_graph(y).nodes for slot in node.saved]
    assert after == [Saved(name, "freed", True) for name, _ in slots]


def test_retain_graph_keeps_the_saved_tensors(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    y.backward(retain_graph=True)
    assert trace_graph(y).nodes[0].saved[0] == Saved("self", "2.", False)


def test_a_saved_tensor_that_was_changed_in_place_is_not_called_freed(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = x * 1
    z = y * y
    y.add_(1)
    assert trace_graph(z).nodes[0].saved == (
        Saved("self", "changed in place", changed=True),
        Saved("other", "changed in place", changed=True),
    )


@pytest.mark.parametrize("error", [ValueError, RuntimeError])
def test_a_saved_tensor_that_its_hook_does_not_unpack(lib, error):
    def fails(_packed):
        raise error("no disk")

    x = lib.tensor([1.0, 2.0], requires_grad=True)
    with lib.autograd.graph.saved_tensors_hooks(lambda tensor: None, fails):
        y = x.exp()
    assert trace_graph(y).nodes[0].saved == (Saved("result", "its hook fails"),)


def test_an_exponent_is_shown_like_a_tensor(lib):
    x = lib.tensor(3.0, requires_grad=True)
    saved = trace_graph(x**2).nodes[0].saved
    assert [(slot.name, float(slot.text)) for slot in saved] == [("self", 3), ("exponent", 2)]


def test_grad_of_leaves_and_of_retained_tensors(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    h = x * 3
    h.retain_grad()
    loss = h.sum()
    names = {"x": x, "h": h, "loss": loss}
    before = trace_graph(loss, names)
    assert [(n.label, n.grad, n.retains_grad) for n in before.nodes if n.label] == [
        ("loss", None, False),
        ("h", "None", True),
        ("x", "None", False),
    ]
    loss.backward()
    after = {n.label: n.grad for n in trace_graph(loss, names).nodes}
    assert (after["loss"], after["h"], after["x"]) == (None, "[1., 1.]", "[3., 3.]")


def test_a_custom_function_is_told_apart(lib):
    x = lib.tensor([1.0, 2.0], requires_grad=True)
    y = doubling(lib).apply(x)
    node = trace_graph(y).nodes[0]
    assert (node.kind, node.name, node.shape) == ("function", "DoubleBackward", (2,))
    assert node.saved == (Saved("saved_tensors[0]", "[1., 2.]", False),)
    y.sum().backward()
    assert trace_graph(y).nodes[0].saved == (Saved("saved_tensors", "freed", True),)


def test_large_tensors_are_described_and_not_written_out(lib):
    x = lib.ones(20, 30, requires_grad=True)
    graph = trace_graph((x * x).sum(), {"x": x})
    leaf = by_name(graph, "AccumulateGrad")
    assert (leaf.value, leaf.shape, leaf.dtype) == (None, (20, 30), "float32")
    assert by_name(graph, "MulBackward0").saved[0].text == "float32 [20, 30]"


def test_a_node_that_made_no_known_tensor_still_has_shape_and_dtype(lib):
    x = lib.ones(2, 3, dtype=lib.float64, requires_grad=True)
    node = trace_graph((x * 2).sum()).nodes[1]
    assert (node.label, node.value, node.shape, node.dtype) == (None, None, (2, 3), "float64")


def test_a_root_may_be_a_node_or_a_leaf(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    assert shape_of(trace_graph(y.grad_fn)) == shape_of(trace_graph(y))
    leaf = trace_graph(x, {"x": x})
    assert [(n.kind, n.label, n.value) for n in leaf.nodes] == [("leaf", "x", "2.")]
    with lib.no_grad():
        assert root_node(x).variable is x


def test_a_chain_of_100_000_nodes(lib):
    y = lib.tensor(1.0, requires_grad=True)
    for _ in range(100_000):
        y = -y
    graph = trace_graph(y)
    assert (len(graph.nodes), len(graph.edges)) == (100_001, 100_000)
    assert len(outline(graph, 5).splitlines()) == 6


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda lib: 3, TypeError, "not int"),
        (lambda lib: None, TypeError, "A leaf has no grad_fn"),
        (lambda lib: [lib.ones(1)], TypeError, "Give one of its tensors"),
        (lambda lib: lib.nn.Linear(1, 1), TypeError, "Call the module first"),
        (lambda lib: lib.ones(2), ValueError, "requires_grad=True"),
        (lambda lib: (lib.ones(2, requires_grad=True) * 2).detach(), ValueError, "no graph"),
    ],
)
def test_what_has_no_graph_is_refused_in_plain_words(lib, make, error, words):
    with pytest.raises(error, match=words) as raised:
        trace_graph(make(lib))
    assert "0x" not in str(raised.value)


def test_library_of_a_tensor_and_of_a_parameter(lib):
    assert library_of(lib.ones(1)) is lib
    assert library_of(lib.nn.Linear(1, 1).weight) is lib


def test_library_of_a_subclass_that_a_learner_wrote():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")

    class Mine(torch.Tensor):
        pass

    assert library_of(torch.ones(1).as_subclass(Mine)) is torch


def shared(h):
    return h * h + h


PROGRAMS = {
    "neuron": lambda t, x, w: (w * x + 1).relu().sum(),
    "mean of squares": lambda t, x, w: ((x - w) ** 2).mean(),
    "scalars left and right": lambda t, x, w: (2 * x / 4 + 1 - w).sum(),
    "matrix product": lambda t, x, w: (x.reshape(1, 2) @ w.reshape(2, 1)).sum(),
    "slices": lambda t, x, w: x[0] * w[1],
    "concatenation": lambda t, x, w: t.cat([x, w, x]).tanh().sum(),
    "shared": lambda t, x, w: shared(x.sigmoid()).sum(),
    "broadcast": lambda t, x, w: (x.unsqueeze(1) * w).sum(),
    "custom": lambda t, x, w: doubling(t).apply(x * w).sum(),
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
@pytest.mark.parametrize("after", [False, True], ids=["before", "after backward"])
def test_both_libraries_give_the_same_graph(both, program, after):
    graphs = []
    for lib in both:
        x = lib.tensor([1.0, -2.0], requires_grad=True)
        w = lib.tensor([0.5, 4.0], requires_grad=True)
        loss = program(lib, x, w)
        if after:
            loss.backward()
        graph = trace_graph(loss, {"x": x, "w": w, "loss": loss})
        nodes = [dataclasses.replace(node, sequence=0) for node in graph.nodes]
        graphs.append((nodes, graph.edges))
    assert graphs[0] == graphs[1]
