"""The viewer of a large graph: its traits, its text, its files."""

import re
import subprocess
import sys
from xml.etree import ElementTree as ET

import pytest
import traitlets

import minigrad_widgets
from minigrad_widgets import View, Viewer, draw, svg, unfolding
from minigrad_widgets.layout import LayoutError
from minigrad_widgets.words import words

ADDRESS = re.compile(r"0x[0-9a-fA-F]{4,}| at 0x|object at")


def loop(lib, steps=40):
    w = lib.tensor(0.5, requires_grad=True)
    h = lib.tensor(0.25, requires_grad=True)
    for _ in range(steps):
        h = (h * w).tanh()
    return h


def drawn(svg, what="node"):
    return {e.get(f"data-{what}") for e in ET.fromstring(svg).iter() if e.get(f"data-{what}")}


def test_a_small_graph_is_a_picture_as_ever(lib):
    assert isinstance(draw(loop(lib, 10)), View)


def test_a_large_one_is_folded_and_says_so(lib):
    loss = loop(lib, 60)
    view = draw(loss, {"loss": loss})
    assert isinstance(view, Viewer)
    count = len(view.graph.nodes)
    assert repr(view).splitlines()[0] == (
        f"{count} nodes, equal neighbours folded into {len(view.folded.groups)} groups. print(….text) shows all nodes."
    )
    assert len(repr(view).splitlines()) < 60
    assert len(view.text.splitlines()) >= count
    assert len(drawn(view.svg)) <= 40
    assert not ADDRESS.search(repr(view) + view.svg + view.html)


def test_whoever_asks_gets_all_or_less(lib):
    assert isinstance(draw(loop(lib, 60), fold=False), View)
    assert isinstance(draw(loop(lib, 10), fold=True), Viewer)
    assert draw(loop(lib, 10), fold="repeat").folded.rule == "repeat"
    assert draw(loop(lib, 10), fold=lambda node: "all").folded.rule == "function"
    with pytest.raises(ValueError, match="'module'"):
        draw(loop(lib, 10), fold="modules")


def test_where_nothing_can_be_folded_the_viewer_says_so(lib):
    view = draw(loop(lib, 3), {}, fold="module")
    assert repr(view).startswith("8 nodes; fold=... found no groups among them.")
    assert view.data["note"] == "8 nodes; nothing to fold was found."
    assert len(drawn(view.svg)) == 8


def test_unfolding_lays_out_anew_and_each_state_once(lib, monkeypatch):
    monkeypatch.setattr(
        svg, "PATIENCE", 60
    )  # a busy machine is slow, and a simpler layout has no boxes
    view = draw(loop(lib, 60), {})
    calls = []
    real = unfolding.picture
    monkeypatch.setattr(unfolding, "picture", lambda *a, **k: calls.append(1) or real(*a, **k))
    first, start = view.svg, list(view.opened)
    view.fold()
    assert view.opened == view.drawn == []
    assert len(drawn(view.svg)) < len(drawn(first))
    assert drawn(view.svg, "box") == set()
    view.unfold()
    assert len(drawn(view.svg)) == len(view.graph.nodes)
    assert drawn(view.svg, "box") == set(view.folded.groups)
    assert len(calls) == 2
    view.opened = start
    assert view.svg == first
    view.fold()
    assert len(calls) == 2


def test_an_order_of_groups_makes_no_difference(lib):
    view = draw(loop(lib, 60), {})
    groups = list(view.folded.groups)[:3]
    view.opened = groups[::-1]
    assert view.opened == groups


def test_an_unknown_group_is_refused(lib):
    view = draw(loop(lib, 60), {})
    with pytest.raises(traitlets.TraitError, match="no group 'g99999'"):
        view.opened = ["g99999"]


def test_what_cannot_be_drawn_is_taken_back_with_a_reason(lib, monkeypatch):
    view = draw(loop(lib, 60), {})
    before, svg = list(view.opened), view.svg

    def fail(*_args, **_options):
        raise LayoutError("no room")

    monkeypatch.setattr(unfolding, "picture", fail)
    view.unfold()
    assert (view.opened, view.drawn, view.svg) == (before, before, svg)
    assert view.message == "No picture: no room."
    monkeypatch.undo()
    view.fold()
    assert view.message == ""


def test_without_an_engine_there_is_the_text(lib, no_engine):
    view = draw(loop(lib, 60), {})
    data = view._repr_mimebundle_()[0]
    assert "image/svg+xml" not in data
    assert "needs Graphviz" in data["text/plain"]
    assert view.svg == ""


def test_the_bundle_for_a_notebook(lib):
    view = draw(loop(lib, 60), {})
    data = view._repr_mimebundle_()[0]
    assert data["text/plain"] == repr(view)
    assert data["image/svg+xml"] == view.svg
    assert data["image/png"].startswith("iVBORw0KGgo")
    assert "image/png" not in view._repr_mimebundle_(exclude=["image/png"])[0]
    assert "application/vnd.jupyter.widget-view+json" in data
    assert repr(draw(loop(lib, 60), {})) == repr(view)


def test_files_hold_the_picture_as_it_is_and_the_text_of_all(lib, tmp_path):
    view = draw(loop(lib, 60), {})
    view.fold()
    for name in ("a.svg", "a.html", "a.png", "a.dot"):
        view.save(tmp_path / name)
    assert drawn((tmp_path / "a.svg").read_text("utf-8")) == drawn(view.svg)
    page = (tmp_path / "a.html").read_text("utf-8")
    assert "n60 " in page
    assert "▸" in view.html
    with pytest.raises(ValueError, match=r"\.svg, \.png"):
        view.save(tmp_path / "a.jpg")


def test_nodes_are_found_by_id_name_variable_and_shape(lib):
    x = lib.ones(2, 3, requires_grad=True)
    view = draw((x * 2).sum(), {"<b>权重": x}, fold=True)
    found = dict(view.data["nodes"])
    (text,) = [text for text in found.values() if "权重" in text]
    assert re.fullmatch(r"n\d+ AccumulateGrad <b>权重 float32 \[2, 3\]", text)
    assert not any("None" in text for text in found.values())


@pytest.mark.parametrize("rule", ["module", "scope", "repeat", "function"])
def test_every_kind_of_fold_has_its_words_in_both_languages(rule):
    for lang in ("en", "zh"):
        assert "{groups}" in words("fold", lang=lang)[f"by_{rule}"]


def test_the_language_of_the_interface(lib):
    view = draw(loop(lib, 60), {}, lang="zh", presenter=True)
    assert "节点" in view.data["note"]
    assert view.data["presenter"] is True
    assert repr(view).startswith(view.data["note"])


def test_the_public_names():
    for name in ("Viewer", "scope", "scopes"):
        assert name in minigrad_widgets.__all__
        assert callable(getattr(minigrad_widgets, name))


def test_a_small_picture_needs_no_widget_library():
    code = (
        "import sys; sys.modules['anywidget'] = None\n"
        "import minigrad\nfrom minigrad_widgets import draw\n"
        "x = minigrad.tensor(2., requires_grad=True)\nprint(draw(x * x))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("n0 MulBackward0")
