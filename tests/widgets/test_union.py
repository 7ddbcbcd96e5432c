"""Several roots as one graph, on minigrad and on PyTorch."""

import pytest

from minigrad_widgets.graph import trace_graph
from minigrad_widgets.names import NamedTensors
from minigrad_widgets.union import Union, trace_graphs


@pytest.fixture
def roots(lib):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    h = w * 3
    return {"w": w, "h": h, "y": h.exp(), "z": (h + w).sum()}


def shape_of(graph):
    """Which kind of node leads to which, whatever the ids."""
    names = {node.id: node.name for node in graph.nodes}
    return sorted((names[edge.source], names[edge.target], edge.input_nr) for edge in graph.edges)


def test_one_root_is_the_graph_that_trace_graph_gives(roots):
    one, other = trace_graphs([roots["z"]], roots), trace_graph(roots["z"], roots)
    assert shape_of(one) == shape_of(other)
    described = [
        sorted(
            (node.name, node.label, node.value, node.saved) for node in graph.nodes if node.label
        )
        for graph in (one, other)
    ]
    assert described[0] == described[1]


def test_what_roots_share_is_there_once(roots):
    graph = trace_graphs([roots["y"], roots["z"], roots["w"], roots["h"]], roots)
    names = [node.name for node in graph.nodes if node.kind != "none"]
    assert sorted(names) == [
        "AccumulateGrad", "AddBackward0", "ExpBackward0", "MulBackward0", "SumBackward0",
    ]  # fmt: skip
    assert graph.nodes[[node.id for node in graph.nodes].index(graph.root)].name == "ExpBackward0"
    assert len({node.id for node in graph.nodes}) == len(graph.nodes)


def test_ids_follow_the_order_in_which_nodes_were_made(roots):
    graph = trace_graphs([roots["z"]], roots)
    assert [node.name for node in graph.nodes if node.kind != "none"] == [
        "AccumulateGrad", "MulBackward0", "AddBackward0", "SumBackward0",
    ]  # fmt: skip


def test_roots_without_a_graph_and_no_roots(lib, roots):
    with pytest.raises(ValueError, match="this tensor has no graph"):
        trace_graphs([roots["y"], lib.tensor(1.0)])
    with pytest.raises(ValueError, match="at least one root"):
        trace_graphs([])


def test_a_root_that_is_too_large_is_not_added_at_all(roots):
    union = Union(limit=3)
    named = NamedTensors(roots)
    assert union.add(roots["y"].grad_fn, named) is not None
    count = len(union.nodes)
    assert union.add(roots["z"].grad_fn, named) is None
    assert union.add_plain(roots["w"].detach(), None) is None
    assert len(union.nodes) == count
    assert union.add(roots["h"].grad_fn, named) is not None  # it is there already


def test_what_is_reachable(roots):
    graph = trace_graphs([roots["y"], roots["z"]], roots)
    union = Union()
    ids = {name: union.add(roots[name].grad_fn, NamedTensors({})) for name in ("y", "z")}
    plain = union.add_plain(roots["w"].detach(), None)
    assert plain is not None
    union.cut(plain, ids["y"] or "")
    assert union.reachable([plain]) == {plain}
    reached = {union.nodes[one].name for one in union.reachable([ids["z"] or ""])}
    assert "ExpBackward0" not in reached
    assert len(union.nodes) == len(graph.nodes) + 1


def test_a_long_chain_needs_no_recursion(lib):
    y = lib.tensor(1.0, requires_grad=True)
    for _ in range(5000):
        y = y.sin()
    assert len(trace_graphs([y]).nodes) == 5001
