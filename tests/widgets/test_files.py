"""save() of every widget: which endings it has, what is refused, and that what a learner typed is safe."""

import base64
import gzip
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from widget_kinds import ENDINGS, HOSTILE, WIDGETS, make

import minigrad

BEGINS = {
    ".html": b"<!DOCTYPE html>", ".svg": b"<", ".png": b"\x89PNG", ".pdf": b"%PDF", ".gif": b"GIF89a",
}  # fmt: skip


@pytest.mark.parametrize("kind", WIDGETS)
def test_each_ending_is_written_or_refused(kind, tmp_path):
    widget = make(kind, minigrad)
    for ending in (".html", ".svg", ".png", ".pdf", ".gif", ".txt", ".dot", ".jpg", ""):
        path = tmp_path / f"file{ending}"
        if ending in ENDINGS[kind]:
            widget.save(path)
            data = path.read_bytes()
            assert data.startswith(BEGINS.get(ending, b"")), ending
            assert len(data) > 50
            path.unlink()
        else:
            with pytest.raises(ValueError, match=r"cannot save as 'file|is still asked") as info:
                widget.save(path)
            told = str(info.value)
            assert "asked" in told or all(one in told for one in ENDINGS[kind])
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        widget.save(tmp_path / "nowhere" / "file.txt")


@pytest.mark.parametrize("kind", WIDGETS)
def test_what_a_learner_wrote_is_text_in_every_file(kind, lib, tmp_path):
    widget = make(kind, lib, HOSTILE)
    if kind == "asking":
        widget.position = 1  # its text tells what has been answered
    for ending in {".html", ".svg", ".txt"} & set(ENDINGS[kind]):
        widget.save(tmp_path / f"file{ending}")
        text = (tmp_path / f"file{ending}").read_text("utf-8")  # strictly
        if ending == ".svg":
            text = "".join(ET.fromstring(text).itertext())
        elif ending == ".html":
            tags = Tags()
            tags.feed(text)
            assert "img" not in tags.seen
            assert tags.seen.count("script") in (0, 2)
            text += json.dumps(state_of(text), ensure_ascii=False)
        if kind != "builder" or ending != ".svg":  # its picture is that of the first line
            assert "权重ע" in text


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def state_of(page):
    found = re.findall(r'<script type="application/gzip" id="state">(.*?)</script>', page)
    return json.loads(gzip.decompress(base64.b64decode(found[0]))) if found else {}


def test_half_a_character_does_not_stop_a_page(tmp_path):
    from minigrad_widgets import build

    builder = build(
        'import minigrad as torch\nw = torch.ones(1, requires_grad=True)\ns = "\\ud800"\nprint(repr(s))',
        {},
    )
    builder.lines[-1].states.clear()
    object.__setattr__(builder.lines[-1], "printed", "\ud800")
    builder.data = {
        **builder.data,
        "steps": [*builder.data["steps"][:-1], {**builder.data["steps"][-1], "printed": "\ud800"}],
    }
    for ending in ("html", "txt"):
        builder.save(tmp_path / f"run.{ending}")
    assert (
        state_of((tmp_path / "run.html").read_text("utf-8"))["data"]["steps"][-1]["printed"] == "?"
    )


def test_what_has_no_picture_says_so(tmp_path):
    from minigrad_widgets import build, explain, play

    without = {
        "nothing to explain": explain(ValueError("other")),
        "no graph": build("a = 1", {}),
        "an error": play(lambda x: 1 / 0, x=1.0),
    }
    for name, widget in without.items():
        for ending in ("svg", "png", "pdf"):
            with pytest.raises(ValueError, match=r"there is no picture: ."):
                widget.save(tmp_path / f"{name}.{ending}")
        for ending in ("html", "txt"):
            widget.save(tmp_path / f"{name}.{ending}")
    assert len(list(tmp_path.iterdir())) == 6


@pytest.mark.parametrize("kind", ["stepper", "asking", "builder", "playground", "viewer"])
def test_a_page_of_fifty_nodes_is_small(kind, tmp_path):
    widget = make(kind, minigrad, size=24)
    widget.save(tmp_path / "page.html")
    assert 30_000 < (tmp_path / "page.html").stat().st_size < 500_000


def test_a_playground_is_as_it_was_after_it_was_saved(lib, tmp_path):
    playground = make("playground", lib)
    before = (
        playground.state,
        playground.curve,
        playground.svg,
        playground.output,
        playground.leaves["x"],
    )
    playground.save(tmp_path / "page.html")
    after = (
        playground.state,
        playground.curve,
        playground.svg,
        playground.output,
        playground.leaves["x"],
    )
    assert all(one is other for one, other in zip(before, after, strict=True))
    along = state_of((tmp_path / "page.html").read_text("utf-8"))["along"]
    assert (along["leaf"], along["index"], len(along["runs"])) == ("x", 0, 41)
    for run in along["runs"][::10]:
        playground.values["x"] = run["at"]
        assert playground.state["leaves"]["x"]["grads"] == run["state"]["leaves"]["x"]["grads"]
        assert playground.state["output"] == run["state"]["output"]


def test_a_slow_playground_has_a_page_on_which_nothing_moves(monkeypatch, tmp_path):
    from minigrad_widgets import along

    monkeypatch.setattr(along, "SECONDS", 0.0)
    make("playground", minigrad).save(tmp_path / "page.html")
    assert state_of((tmp_path / "page.html").read_text("utf-8"))["along"] == {}
