"""step(fold=...): traits, text and files of a stepper with boxes. No browser."""

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import traitlets

from minigrad_widgets import draw, scope, scopes, step, unfolding
from minigrad_widgets.layout import LayoutError


def leaf(lib, value):
    return lib.tensor(value, requires_grad=True)


def made(lib, **options):
    """A stepper of relu(w * x + b) twice, in two boxes in a box; and the leaves."""
    w, b, x = leaf(lib, 2.0), leaf(lib, 1.0), lib.tensor(3.0)
    h = x
    with scope("net"):
        for name in ("first", "second"):
            with scope(name):
                h = lib.relu(w * h + b)
    loss = h * h
    names = {"w": w, "b": b, "x": x, "loss": loss}
    return {"w": w, "b": b}, step(loss, names, **{"fold": "scope", **options})


def box(stepper, name):
    return next(group.id for group in stepper.folded.groups.values() if group.name == name)


def drawn(svg, what="node"):
    return {e.get(f"data-{what}") for e in ET.fromstring(svg).iter() if e.get(f"data-{what}")}


def test_the_steps_do_not_depend_on_what_is_folded(lib):
    _, plain = made(lib, fold=None)
    leaves, folded = made(lib)
    same = ("nodes", "frames", "grads", "root", "start", "found")
    assert [folded.data[key] for key in same] == [plain.data[key] for key in same]
    assert "fold" not in plain.data
    assert str(folded.trace) == str(plain.trace)
    folded.position = 4
    before = [None if one.grad is None else one.grad.item() for one in leaves.values()]
    folded.unfold()
    assert drawn(folded.svg) == {node.id for node in folded.trace.graph.nodes}
    folded.fold()
    assert (folded.position, folded.selected) == (4, folded.trace.frames[3].node)
    after = [None if one.grad is None else one.grad.item() for one in leaves.values()]
    assert after == before
    assert drawn(folded.svg) & set(folded.folded.groups)


def test_the_same_arguments_as_those_of_draw(lib):
    net = lib.nn.Sequential(lib.nn.Linear(2, 2), lib.nn.ReLU(), lib.nn.Linear(2, 1))
    with scopes(net) as noted:
        loss = net(lib.ones(1, 2)).sum()
    for rule in ("module", "scope", "repeat", "auto", True, net, noted, lambda node: node.name):
        viewer = draw(loss, {"net": net}, fold=rule)
        stepper = step(loss, {"net": net}, fold=rule)
        assert stepper.folded.groups == viewer.folded.groups
        assert stepper.opened == viewer.opened
    with pytest.raises(ValueError, match="fold must be one of"):
        step(loss, fold="modules")
    assert "fold" not in step(loss, fold=False).data


def test_where_nothing_can_be_folded_it_says_so(lib):
    w = leaf(lib, 2.0)
    stepper = step(w * w, {"w": w}, fold="module")
    assert stepper.data["fold"]["note"] == "2 nodes; nothing to fold was found."
    assert drawn(stepper.svg) == {"n0", "n1"}
    assert "box" not in stepper.text


def test_a_group_that_is_not_there_is_refused(lib):
    with pytest.raises(traitlets.TraitError, match="no group 'g99'"):
        made(lib)[1].opened = ["g99"]
    with pytest.raises(traitlets.TraitError, match="no group 'g0'"):
        made(lib, fold=None)[1].opened = ["g0"]


def test_what_cannot_be_drawn_is_taken_back_beside_what_else_is_said(lib, monkeypatch):
    leaves, stepper = made(lib)
    stepper.position = len(stepper.trace.frames)
    leaves["w"].grad = None
    stepper.check_grads()
    changed = stepper.message
    assert "w.grad was changed outside" in changed
    before, svg = list(stepper.opened), stepper.svg

    def fail(*_args, **_options):
        raise LayoutError("no room")

    monkeypatch.setattr(unfolding, "picture", fail)
    stepper.fold()
    assert (stepper.opened, stepper.drawn, stepper.svg) == (before, before, svg)
    assert stepper.message == f"No picture: no room. {changed}"
    monkeypatch.undo()
    stepper.fold()
    assert stepper.message == changed
    assert stepper.opened == []


def test_the_text_says_which_steps_run_in_which_box(lib):
    stepper = made(lib)[1]
    assert str(stepper.trace) in stepper.text
    table = stepper.text.rsplit("\n\n", 1)[1]
    assert re.split(" {2,}", table.splitlines()[0]) == ["in it", "box", "steps"]
    assert re.fullmatch(r" +8 {2}net +2 to 9", table.splitlines()[1])
    assert table.splitlines()[2].split()[1] == "second"
    check_steps(stepper, table)


def check_steps(stepper, table):
    """The table has every box, with the steps that run in it."""
    steps = {frame.node: number for number, frame in enumerate(stepper.trace.frames, 1)}
    for line in table.splitlines()[1:]:
        count, name, ranges = re.fullmatch(r" *(\d+) +(\S+) +(.*)", line).groups()
        group = box(stepper, name)
        inside = sorted(n for node, n in steps.items() if group in stepper.folded.around(node))
        listed = []
        for part in ranges.split(", "):
            first, _, last = part.partition(" to ")
            listed += range(int(first), int(last or first) + 1)
        assert listed == inside
        assert len(inside) == int(count)
    assert len(table.splitlines()) == 1 + len(stepper.folded.groups)


def test_a_still_shows_the_boxes_and_how_far_they_are(lib, tmp_path):
    stepper = made(lib)[1]
    stepper.opened = [box(stepper, "net")]
    inside = {
        name: [
            n
            for n, frame in enumerate(stepper.trace.frames, 1)
            if box(stepper, name) in stepper.folded.around(frame.node)
        ]
        for name in ("first", "second")
    }
    for position in range(len(stepper.trace.frames) + 1):
        stepper.save(tmp_path / "one.svg", position)
        text = (tmp_path / "one.svg").read_text("utf-8")
        for name, steps in inside.items():
            taken = sum(step <= position for step in steps)
            assert f"{taken} / {len(steps)}" in text, (position, name)
        assert "▸ second" in text.replace("&#9656;", "▸")
    stepper.save(tmp_path / "one.png")
    stepper.save(tmp_path / "strip.html", strip=True)
    strip = (tmp_path / "strip.html").read_text("utf-8")
    assert strip.count("<figure") == len(stepper.trace.frames) + 1
    whole: Any = stepper._repr_mimebundle_()
    bundle = whole[0]
    assert "second" in bundle["image/svg+xml"]
    assert bundle["text/plain"] == stepper.text


def test_a_merged_edge_of_a_still_has_what_has_flowed(lib, tmp_path):
    h = leaf(lib, 0.0).exp()
    with scope("two ways"):
        y = h * 2 + h * 5
    stepper = step(y * 1.5, {}, fold="scope")
    stepper.fold()
    assert [edge.count for edge in stepper.shown.graph.edges].count(2) == 1
    seen = []
    for position in range(len(stepper.trace.frames) + 1):
        stepper.save(tmp_path / "one.svg", position)
        text = (tmp_path / "one.svg").read_text("utf-8")
        texts = re.findall(r">(7\.5[^<]*|3\.[^<]*|×2)</text>", text)
        seen.append([one for one in texts if one != "3."])
    assert seen[0][0] == "×2"
    assert any("(1 / 2)" in one for texts in seen for one in texts)
    assert any(re.fullmatch(r"(7\.5 \+ 3\.|3\. \+ 7\.5)", one) for one in seen[-1])


def test_every_kind_of_stepper_can_be_folded(lib):
    for options in ({"predict": True}, {"create_graph": True}, {"engine": True}, {"lang": "zh"}):
        stepper = made(lib, **options)[1]
        assert stepper.data["fold"]["groups"]
        assert drawn(stepper.svg) & set(stepper.folded.groups) or stepper.opened
    if lib.__name__ == "minigrad":
        assert "numbers part" in made(lib, fault="no-accumulate")[1].text


def test_a_saved_page_has_what_one_turn_leads_to(lib, tmp_path, monkeypatch):
    from minigrad_widgets import stored

    stepper = made(lib)[1]
    stepper.opened = [box(stepper, "net")]
    states = [set(one["drawn"]) for one in stored.stored_pictures(stepper)]
    net, first, second = (box(stepper, name) for name in ("net", "first", "second"))
    assert states[0] == {net}
    assert sorted(map(sorted, states[1:])) == sorted(
        [[], sorted([net, first]), sorted([net, second])]
    )
    monkeypatch.setattr(stored, "ROOM", 0)
    assert [one["drawn"] for one in stored.stored_pictures(stepper)] == [[net]]
    stepper.save(tmp_path / "page.html")
    assert "stored" not in stepper.data["fold"]
