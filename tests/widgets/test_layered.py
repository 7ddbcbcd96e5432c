"""The simpler layout, and when it is used."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import draw, svg
from minigrad_widgets.dot import size_of
from minigrad_widgets.graph import Graph, GraphEdge, GraphNode, trace_graph
from minigrad_widgets.layered import layered, layers, stretch
from minigrad_widgets.layout import TooSlowError, render
from minigrad_widgets.svg import new_prefix, picture


def many_uses(steps):
    """Return a chain in which every step uses one leaf: with it, dot takes half a minute."""
    w, h = (minigrad.tensor(value, requires_grad=True) for value in (0.5, 0.25))
    for _ in range(steps):
        h = (h * w).tanh()
    return h


def made(count, ends):
    nodes = [
        GraphNode(f"n{k}", "op", "AddBackward0", None, (), None, None, (), False, -k)
        for k in range(count)
    ]
    edges = [GraphEdge(f"e{k}", f"n{a}", f"n{b}", 0, 0) for k, (a, b) in enumerate(ends)]
    return Graph(tuple(nodes), tuple(edges), "n0", {})


def place(graph):
    return layered(graph, {node.id: size_of(node) for node in graph.nodes})


def test_every_edge_runs_down_and_no_nodes_overlap():
    graph = trace_graph(many_uses(20))
    placed = place(graph)
    for edge in graph.edges:
        assert placed.nodes[edge.source][1] > placed.nodes[edge.target][1]
        start, end = placed.edges[edge.id]
        assert start[1] > end[1]
    check_apart(graph, placed)


def check_apart(graph, placed):
    boxes = [(*placed.nodes[n.id], *placed.sizes[n.id]) for n in graph.nodes]
    for nr, (x, y, width, height) in enumerate(boxes):
        for x2, y2, width2, height2 in boxes[:nr]:
            across = abs(x - x2) >= (width + width2) / 2
            down = abs(y - y2) >= (height + height2) / 2
            assert across or down


@settings(max_examples=50, deadline=None)
@given(
    st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.just(n),
            st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=30),
        )
    )
)
def test_any_graph_even_with_cycles(shape):
    graph = made(*shape)
    placed = place(graph)
    assert placed.nodes.keys() == {node.id for node in graph.nodes}
    assert placed.edges.keys() == {edge.id for edge in graph.edges}
    check_apart(graph, placed)


def test_layers_are_the_longest_ways():
    graph = made(4, [(0, 1), (1, 2), (0, 2), (2, 3), (0, 3)])
    assert layers(graph) == {"n0": 0, "n1": 1, "n2": 2, "n3": 3}
    assert stretch(graph) == 1 + 1 + 2 + 1 + 3


def check_simple(drawn, graph):
    root = ET.fromstring(drawn)
    assert "A simpler layout, with straight lines that may run behind nodes:" in "".join(
        root.itertext()
    )
    ids = [element.get("data-node") for element in root.iter() if element.get("data-node")]
    assert sorted(ids) == sorted(node.id for node in graph.nodes)
    edges = [element for element in root.iter() if element.get("data-edge")]
    assert len(edges) == len(graph.edges)
    for edge in edges:
        (path,) = [element for element in edge if element.tag.endswith("path")]
        numbers = [float(number) for number in re.findall(r"-?[\d.]+", path.get("d", ""))]
        (x, y), (end_x, end_y) = numbers[:2], numbers[-2:]
        for nr in (2, 4):  # the points in between lie on the line
            part_x, part_y = numbers[nr], numbers[nr + 1]
            assert abs((part_x - x) * (end_y - y) - (part_y - y) * (end_x - x)) <= 0.2 * (
                abs(end_x - x) + abs(end_y - y) + 1
            )


def test_a_graph_that_dot_would_not_finish_is_drawn_more_simply():
    graph = trace_graph(many_uses(150), {})
    assert stretch(graph) > svg.MOST_STRETCH
    check_simple(picture(graph, new_prefix()), graph)


def test_the_program_on_the_path_is_told_to_leave_the_nodes_where_they_are(dot_on_path):
    dot_on_path("import sys; sys.stdout.write(' '.join(sys.argv[1:]))")
    assert render("digraph {}", "svg", "nop2") == b"-Tsvg -Knop2"


def test_where_the_engine_takes_too_long_the_simpler_layout_says_so(monkeypatch):
    graph = trace_graph(many_uses(3))
    rendered = svg.render

    def slow(source, format="svg", engine="dot", seconds=None):
        if engine == "dot":
            raise TooSlowError
        return rendered(source, format, engine, seconds)

    monkeypatch.setattr(svg, "render", slow)
    check_simple(picture(graph, new_prefix()), graph)


def test_a_small_graph_has_all_the_time_and_a_larger_one_has_little(monkeypatch):
    seen = []

    def watch(source, format="svg", engine="dot", seconds=None):
        seen.append(seconds)
        return b""

    monkeypatch.setattr(svg, "render", watch)
    y = minigrad.tensor(1.0, requires_grad=True)
    for count in (10, 200):
        h = y
        for _ in range(count):
            h = -h
        svg.render_graph(trace_graph(h), "svg", prefix="a")
    assert seen == [None, svg.PATIENCE]


@pytest.mark.parametrize("suffix", [".png", ".pdf"])
def test_the_simpler_layout_can_be_saved_in_every_format(tmp_path, suffix):
    draw(many_uses(150), {}, fold=False).save(tmp_path / f"a{suffix}")
    assert (tmp_path / f"a{suffix}").stat().st_size > 1000
