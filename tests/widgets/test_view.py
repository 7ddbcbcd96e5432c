"""draw(): the view in a notebook, in a terminal and in a file."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minigrad_widgets import draw
from minigrad_widgets.graph import Graph, GraphNode, trace_graph
from minigrad_widgets.layout import LayoutError
from minigrad_widgets.palette import PALETTE
from minigrad_widgets.svg import LARGEST, PNG_NODES, new_prefix, picture
from minigrad_widgets.text import outline
from minigrad_widgets.values import printable
from minigrad_widgets.view import LINES, View

SVG = "{http://www.w3.org/2000/svg}"
ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}| at 0x|object at")


@pytest.fixture
def loss(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.retain_grad()
    return y + 1


def groups(svg, kind):
    """Return the groups of an SVG's nodes or edges, by their data attribute."""
    root = ET.fromstring(svg)
    return {g.get(f"data-{kind}"): g for g in root.iter(f"{SVG}g") if g.get(f"data-{kind}")}


def words(group):
    """Return the visible words of a group, without their spacing."""
    return "".join("".join(text.itertext()) for text in group.iter(f"{SVG}text"))


# ------------------------------------------------------------------------------------------- text


def test_the_outline_names_each_node_once(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.retain_grad()
    loss = y + 1
    saved = "saved self 3., saved other 3."
    assert repr(draw(loss)).splitlines() == [
        "n0 AddBackward0: loss = 10., float32 scalar",
        f"  [0] n1 MulBackward0: y = 9., float32 scalar, retain_grad, grad None, {saved}",
        "    [0] n2 AccumulateGrad: x = 3., leaf, float32 scalar, grad None",
        "    [1] (see n2)",
        "  [1] None",
    ]


def test_the_outline_after_backward(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    y.backward()
    assert draw(y).text.splitlines() == [
        "n0 MulBackward0: y = 9., float32 scalar, saved self freed, saved other freed",
        "  [0] n1 AccumulateGrad: x = 3., leaf, float32 scalar, grad 6.",
        "  [1] (see n1)",
    ]


def test_the_outline_of_a_long_chain_is_cut_where_it_shows_itself(lib):
    y = lib.tensor(1.0, requires_grad=True)
    for _ in range(1000):
        y = -y
    view = draw(y, {}, fold=False)
    assert len(repr(view).splitlines()) == LINES + 1
    assert repr(view).endswith("… 1001 nodes in all")
    lines = view.text.splitlines()
    assert len(lines) == 1001
    assert max(map(len, lines)) < 200
    assert "(depth 1000) [0] n1000 AccumulateGrad" in lines[-1]


def test_a_view_keeps_the_graph_as_it_was(lib):
    x = lib.tensor(3.0, requires_grad=True)
    y = x * x
    view = draw(y)
    before = view.text
    y.backward()
    assert view.text == before
    assert draw(y).text != before


# ----------------------------------------------------------------------------------------- picture


def test_every_node_and_edge_is_a_group_that_a_page_can_find(loss, engine):
    view = draw(loss)
    nodes, edges = groups(view.svg, "node"), groups(view.svg, "edge")
    graph = view.graph
    assert {k: g.get("class") for k, g in nodes.items()} == {
        n.id: f"node {n.kind}" for n in graph.nodes
    }
    assert {k: g.get("class") for k, g in edges.items()} == {e.id: "edge" for e in graph.edges}
    assert all(g.get("id") == f"{view.prefix}-{k}" for k, g in (nodes | edges).items())


def test_what_a_node_shows(loss, lib):
    view = draw(loss, {"loss": loss})
    nodes = groups(view.svg, "node")
    assert words(nodes["n0"]) == "AddBackward0loss = 10.float32 scalar"
    assert "saved self3.saved other3." in words(nodes["n1"])
    assert words(groups(view.svg, "edge")["e1"]).strip() == "[1]"
    loss.backward()
    after = words(groups(draw(loss).svg, "node")["n1"])
    assert "saved selffreedsaved otherfreed" in after


def test_the_picture_can_be_taken_into_a_page(loss):
    svg = draw(loss).svg
    root = ET.fromstring(svg)
    assert svg.startswith("<svg ")
    assert root.get("viewBox")
    assert root.get("style") == "max-width:100%;height:auto"
    assert root.get("height") is None
    assert int(root.get("width", "0")) > 50
    assert "xlink" not in svg
    assert "<ns0" not in svg


def test_the_picture_can_be_read_aloud(loss):
    view = draw(loss, {"loss": loss})
    root = ET.fromstring(view.svg)
    assert root.get("role") != "img"
    assert root.get("aria-label", "").startswith("Graph of loss = 10.: 4 nodes, 4 edges")
    titles = {k: g.findtext(f"{SVG}title") for k, g in groups(view.svg, "node").items()}
    assert titles["n0"] == "AddBackward0: loss = 10., float32 scalar"
    assert titles["n2"] == "AccumulateGrad: 3., leaf, float32 scalar, grad None"
    edge = groups(view.svg, "edge")["e3"].findtext(f"{SVG}title")
    assert edge == "MulBackward0 (n1) [1] to AccumulateGrad (n2)"


def test_two_pictures_share_no_id(loss):
    first, second = (ET.fromstring(draw(loss).svg) for _ in range(2))
    ids = [{e.get("id") for e in root.iter()} - {None} for root in (first, second)]
    assert not ids[0] & ids[1]
    assert len(ids[0]) >= 1 + 4 + 4


def test_every_colour_follows_the_theme_and_has_a_fallback(loss):
    svg = draw(loss).svg
    root = ET.fromstring(svg)
    style = root.findtext(f"{SVG}style", "")
    light = {colour.light for colour in PALETTE.values()}
    for element in root.iter():
        for attribute, role in (("fill", "fill"), ("stroke", "line")):
            colour = element.get(attribute)
            if colour in light:
                (name,) = [name for name, pair in PALETTE.items() if pair.light == colour]
                assert f"{role}-{name}" in element.get("class", "").split()
                assert f".{role}-{name}{{" in style
            else:
                assert colour in (None, "none", "transparent")
    assert '[data-jp-theme-light="false"]' in style


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("ground", [name for name in PALETTE if name.endswith(("fill", "card"))])
def test_contrast_is_that_of_wcag_aa(theme, ground):
    colours = {name: getattr(colour, theme) for name, colour in PALETTE.items()}
    for text in ("text", "muted", "mark"):
        assert contrast(colours[text], colours[ground]) >= 4.5
    if ground.endswith("fill"):
        line = colours[ground.replace("fill", "line")]
        assert contrast(line, colours[ground]) >= 3
        assert contrast(line, colours["card"]) >= 3


def test_no_address_is_shown(loss):
    view = draw(loss)
    for text in (repr(view), view.svg, view.dot, view.html):
        assert not ADDRESS.search(text)


def test_the_same_graph_is_drawn_the_same_way(loss):
    first, second = draw(loss), draw(loss)
    assert first.prefix != second.prefix
    assert first.svg.replace(first.prefix, "mg") == second.svg.replace(second.prefix, "mg")


def leaf(number, label):
    return GraphNode(
        f"n{number}", "leaf", "AccumulateGrad", label, (), "float32", "2.", (), False, 0
    )


def squeezed(text):
    return "".join(text.split())


def check_names(names):
    graph = Graph(tuple(leaf(i, name) for i, name in enumerate(names)), (), "n0", {})
    svg = picture(graph, new_prefix())
    root = ET.fromstring(svg)
    allowed = {"svg", "style", "g", "title", "text", "path", "polygon", "polyline", "ellipse"}
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= allowed
    assert not [a for e in root.iter() for a in e.attrib if a.startswith("on") or "href" in a]
    nodes = groups(svg, "node")
    assert len(nodes) == len(names)
    for node, name in zip(nodes.values(), names, strict=True):
        title = node.findtext(f"{SVG}title", "")
        assert title.startswith(f"AccumulateGrad: {printable(name)} = 2.") or not name
        shown = squeezed(words(node))
        beginning, cut, _ = shown.partition("…=2.")
        if cut and not name.startswith(shown):
            assert squeezed(printable(name)).startswith(beginning)
        elif name:
            assert shown.startswith(squeezed(f"{printable(name)} = 2."))


def test_hostile_names_are_shown_and_do_nothing(engine):
    check_names(
        [
            "<script>alert(1)</script>",
            "</text></svg><img src=x onerror=alert(1)>",
            '"] evil [label="',
            ">]; evil -> n0 [label=<",
            "&lt;&#65;&nbsp;&amp;",
            r"\N \G \L \E \T \\ \n \l \r",
            "100 %s %d %",
            "line\none\ttab\rreturn\x00nul\x1b[31m",
            "权重的学习率",
            "ﬁ 😀 é e\u0301 العربية \u202eabc",
            "x" * 3000,
            "长" * 500,
            "",
            " ",
            "{a|b}",
            "]]><!--",
            "\ud800",
        ]
    )


@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=1, max_size=8))
def test_any_names_at_all(names):
    check_names(names)


# -------------------------------------------------------------------------------------- a notebook


def test_the_bundle_for_a_notebook(loss, engine):
    bundle = draw(loss)._repr_mimebundle_()
    assert set(bundle) == {"text/plain", "image/svg+xml", "image/png"}
    assert bundle["image/png"].startswith("iVBORw0KGgo")
    assert bundle["text/plain"].startswith("n0 AddBackward0")


def test_a_graph_of_many_nodes_has_no_png(lib):
    y = lib.tensor(1.0, requires_grad=True)
    for _ in range(PNG_NODES):
        y = -y
    assert set(draw(y)._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}


def test_a_notebook_may_ask_for_less(loss):
    view = draw(loss)
    assert set(view._repr_mimebundle_(include=["text/plain"])) == {"text/plain"}
    assert "image/png" not in view._repr_mimebundle_(exclude=["image/png"])


def test_without_an_engine_the_outline_is_shown_with_what_to_install(loss, no_engine):
    view = draw(loss)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert bundle["text/plain"].startswith(repr(view))
    assert "No picture: a picture needs Graphviz" in bundle["text/plain"]


def test_a_graph_too_large_for_a_picture_is_shown_as_text(lib):
    y = lib.tensor(1.0, requires_grad=True)
    for _ in range(LARGEST):
        y = -y
    view = draw(y, fold=False)
    bundle = view._repr_mimebundle_()
    assert set(bundle) == {"text/plain"}
    assert f"No picture: the graph has {LARGEST + 1:,} nodes" in bundle["text/plain"]
    with pytest.raises(LayoutError, match="nodes"):
        _ = view.svg


def test_an_engine_without_png_leaves_the_svg(loss, dot_on_path):
    dot_on_path(
        "import sys\n"
        "if sys.argv[1] != '-Tsvg': sys.exit('Format not recognized')\n"
        "import pygraphviz\n"
        "graph = pygraphviz.AGraph(string=sys.stdin.buffer.read().decode())\n"
        "sys.stdout.buffer.write(graph.draw(format='svg', prog='dot'))"
    )
    assert set(draw(loss)._repr_mimebundle_()) == {"text/plain", "image/svg+xml"}


# ------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("suffix", "beginning"),
    [
        (".svg", b"<svg "),
        (".png", b"\x89PNG"),
        (".pdf", b"%PDF-"),
        (".dot", b"digraph mg"),
        (".html", b"<!DOCTYPE html>"),
        (".SVG", b"<svg "),
    ],
)
def test_save_writes_what_the_name_says(loss, engine, tmp_path, suffix, beginning):
    target = tmp_path / f"图 a{suffix}"
    draw(loss).save(target)
    assert target.read_bytes().startswith(beginning)
    assert [p.name for p in tmp_path.iterdir() if p.name != "dot"] == [target.name]


def test_a_saved_page_holds_picture_and_outline(loss, tmp_path):
    view = draw(loss, {"<b>": loss})
    view.save(str(tmp_path / "graph.html"))
    page = (tmp_path / "graph.html").read_text(encoding="utf-8")
    assert view.svg in page
    assert "n0 AddBackward0: &lt;b&gt; = 10." in page
    assert "<title>Graph of &lt;b&gt; = 10.</title>" in page
    assert "<b>" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("name", ["graph.jpg", "graph", "graph.svg.bak"])
def test_an_unknown_ending_is_refused_with_the_known_ones(loss, tmp_path, name):
    with pytest.raises(ValueError, match=r"\.html, \.svg, \.png, \.pdf, \.txt or \.dot"):
        draw(loss).save(tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_the_old_file(loss, no_engine, tmp_path):
    target = tmp_path / "graph.png"
    target.write_text("old")
    with pytest.raises(LayoutError, match="pygraphviz"):
        draw(loss).save(target)
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["graph.png"]


def test_a_folder_that_is_not_there_is_named(loss, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        draw(loss).save(tmp_path / "none" / "graph.dot")


# ------------------------------------------------------------------------------------------- roots


def test_a_leaf_is_drawn_as_one_node(lib):
    x = lib.tensor(2.0, requires_grad=True)
    assert repr(draw(x)) == "n0 AccumulateGrad: x = 2., leaf, float32 scalar, grad None"
    assert list(groups(draw(x).svg, "node")) == ["n0"]


def test_a_node_is_drawn_like_its_tensor(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * 3
    assert draw(y.grad_fn).text == draw(y).text


def test_draw_refuses_what_has_no_graph(lib):
    with pytest.raises(TypeError, match="not int"):
        draw(3)
    with pytest.raises(ValueError, match="requires_grad=True"):
        draw(lib.ones(2))
    with pytest.raises(TypeError, match="names must be a dict"):
        draw(lib.ones(2, requires_grad=True) * 2, names="x")  # pyright: ignore[reportArgumentType]


def test_drawing_changes_nothing(lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * x
    versions = x._version, y._version
    draw(y)._repr_mimebundle_()
    assert (x._version, y._version) == versions
    assert x.grad is None
    y.backward()
    assert x.grad is not None
    assert x.grad.item() == 4.0


def test_the_outline_of_a_view_is_that_of_its_graph(loss):
    graph = trace_graph(loss)
    assert View(graph).text == outline(graph)
