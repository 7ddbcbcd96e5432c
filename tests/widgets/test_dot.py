"""to_dot: the structure of the DOT, as Graphviz itself reads it."""

import json
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from minigrad_widgets.dot import LONGEST_NAME, MOST_SLOTS, to_dot
from minigrad_widgets.graph import Graph, GraphEdge, GraphNode, Saved, trace_graph
from minigrad_widgets.layout import render
from minigrad_widgets.svg import picture
from minigrad_widgets.text import outline
from minigrad_widgets.values import columns

SVG = "{http://www.w3.org/2000/svg}"


def parse(graph, **options):
    """Return the graph, its nodes ("objects") and edges, as Graphviz understood the DOT."""
    return json.loads(render(to_dot(graph, prefix="mg1", **options).source, "dot_json"))


def label(graph, **options):
    """Return the label of the first node."""
    return parse(graph, **options)["objects"][0]["label"]


def node(**changes):
    """Return a node that stands alone."""
    values: dict[str, Any] = {
        "id": "n0",
        "kind": "op",
        "name": "MulBackward0",
        "label": None,
        "shape": (),
        "dtype": "float32",
        "value": None,
        "saved": (),
        "retains_grad": False,
        "sequence": 0,
    }
    return GraphNode(**(values | changes))


def alone(**changes):
    return Graph((node(**changes),), (), "n0", {})


def test_nodes_and_edges_are_those_of_the_graph(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + 1
    graph = trace_graph(y)
    parsed = parse(graph)
    nodes = [(drawn["name"], drawn["id"]) for drawn in parsed["objects"]]
    assert nodes == [(n.id, f"mg1-{n.id}") for n in graph.nodes]
    edges = {
        drawn["id"]: (nodes[drawn["tail"]][0], nodes[drawn["head"]][0]) for drawn in parsed["edges"]
    }
    assert edges == {f"mg1-{e.id}": (e.source, e.target) for e in graph.edges}
    assert parsed["directed"]


def test_a_square_is_drawn_with_two_edges_and_their_places(lib):
    x = lib.tensor(3.0, requires_grad=True)
    labels = {drawn["id"]: drawn["label"] for drawn in parse(trace_graph(x * x))["edges"]}
    assert len(labels) == 2
    assert ">[0]<" in labels["mg1-e0"]
    assert ">[1]<" in labels["mg1-e1"]


def test_an_edge_to_a_later_output_says_so():
    nodes = (node(), node(id="n1", name="SplitBackward0"))
    graph = Graph(nodes, (GraphEdge("e0", "n0", "n1", 0, 2),), "n0", {})
    assert ">[0] output 2<" in parse(graph)["edges"][0]["label"]


def test_kinds_differ_in_shape_in_line_and_in_colour():
    looks = []
    for kind in ("op", "function", "leaf", "none"):
        drawn = parse(alone(kind=kind))["objects"][0]
        looks.append((drawn["shape"], drawn["fillcolor"], drawn["color"]))
    for aspect in zip(*looks, strict=True):
        assert len(set(aspect)) == 4


def test_a_leaf_shows_its_name_value_shape_and_grad():
    leaf = alone(
        kind="leaf", name="AccumulateGrad", label="w", value="[1., 2.]", shape=(2,), grad="None"
    )
    text = label(leaf)
    for part in ("w = [1., 2.]", "AccumulateGrad", "leaf, float32 [2]", "grad = None"):
        assert f">{part}<" in text
    assert "grad =" not in label(leaf, grads=False)


def test_saved_tensors_are_slots_and_freed_ones_are_dashed():
    held = label(alone(saved=(Saved("self", "2.", False),)))
    freed = label(alone(saved=(Saved("self", "freed", True),)))
    assert ">saved self<" in held
    assert ">2.<" in held
    assert "dashed" not in held
    assert ">freed<" in freed
    assert freed.count("dashed") == 2


def test_many_saved_tensors_are_counted_and_not_all_drawn():
    saved = tuple(Saved(f"saved_tensors[{n}]", "1.", False) for n in range(200))
    text = label(alone(kind="function", saved=saved))
    assert text.count("saved_tensors[") == MOST_SLOTS
    assert f">and {200 - MOST_SLOTS} more<" in text


def test_retain_grad_and_a_custom_function_are_marked():
    text = label(alone(kind="function", retains_grad=True, grad="2."))
    for part in ("retain_grad ✓", "grad = 2.", "custom Function, float32 scalar"):
        assert f">{part}<" in text


def test_the_legend_says_which_way_the_arrows_run_and_explains_what_occurs(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x + 1
    legend = parse(trace_graph(y))["label"]
    assert "Arrows run the way gradients flow: backward" in legend
    assert "needs no gradient" in legend
    assert "freed" not in legend
    y = x * x
    y.backward()
    legend = parse(trace_graph(y))["label"]
    assert "freed" in legend
    assert "needs no gradient" not in legend
    assert "label" not in parse(trace_graph(y), legend=False)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a<b", "a&lt;b"),
        ('say "x"', "say &quot;x&quot;"),
        ("it's", "it&#x27;s"),
        ("R&D", "R&amp;D"),
        ("two\nlines", r"two\\nlines"),
        (r"C:\N\G", r"C:\\N\\G"),
        ("100 %d", "100 %d"),
        ("权重", "权重"),
    ],
)
def test_names_are_escaped(name, written):
    text = label(alone(kind="leaf", label=name))
    assert f">{written}<" in text


def test_a_long_name_is_cut_and_its_value_is_kept():
    text = label(alone(label="very_" * 100, value="2."))
    (shown,) = [part for part in text.split(">") if part.startswith("very_")]
    assert shown.endswith("… = 2.</FONT")
    assert columns(shown.split(" =")[0]) == LONGEST_NAME


def test_room_is_reserved_for_chinese_names():
    assert 'WIDTH="' in label(alone(label="学习率"))
    assert 'WIDTH="' not in label(alone(label="rate"))


def test_a_leaf_with_many_uses_is_drawn_in_good_time_and_squares_keep_two_edges(lib):
    x = lib.tensor(0.1, requires_grad=True)
    y = x
    for _ in range(60):
        y = y * y + x
    parsed = parse(trace_graph(y, {}))
    assert parsed["splines"] == "line"
    pairs: dict[tuple[int, int], set[str | None]] = {}
    for edge in parsed["edges"]:
        pairs.setdefault((edge["tail"], edge["head"]), set()).add(edge.get("tailport"))
    squares = [ports for ports in pairs.values() if len(ports) > 1]
    assert squares == [{"sw", "se"}] * 60
    assert render(to_dot(trace_graph(y, {}), prefix="mg1").source)  # within the time limit
    assert "splines" not in parse(trace_graph(x * x))


def test_the_same_program_gives_the_same_dot(lib):
    sources = []
    for _ in range(2):
        x = lib.tensor([1.0, 2.0], requires_grad=True)
        y = (x * x + 1).relu().sum()
        sources.append(to_dot(trace_graph(y, {"x": x}), prefix="mg1").source)
    assert sources[0] == sources[1]


# ------------------------------------------------------------------------------------------ marks


def test_a_mark_is_an_outline_a_sign_and_words():
    graph = Graph((node(),), (), "n0", {})
    (plain,) = parse(graph, legend=False)["objects"]
    (marked,) = parse(graph, legend=False, marks={"n0": "freed"})["objects"]
    assert float(marked["penwidth"]) > float(plain.get("penwidth", 1))
    assert marked["color"] != plain["color"]
    assert "✖ freed" in marked["label"]
    assert "✖" not in plain["label"]


@pytest.mark.parametrize("words", ['<b>"x"</b> \\N', "原地修改", "تغيير"])
def test_the_words_of_a_mark_are_text(words):
    graph = Graph((node(),), (), "n0", {})
    svg = ET.fromstring(picture(graph, "mg1", marks={"n0": words}))
    (group,) = [g for g in svg.iter(f"{SVG}g") if g.get("data-node") == "n0"]
    assert group.get("class") == "node op marked"
    assert f"✖ {words}" in "".join(group.itertext())
    assert f"✖ {words}" in (group.findtext(f"{SVG}title") or "")


def test_the_outline_says_what_a_mark_says():
    graph = Graph((node(),), (), "n0", {})
    assert outline(graph, marks={"n0": "freed"}).endswith("  ✖ freed")
    assert outline(graph, marks={"n7": "no such node"}) == outline(graph)
