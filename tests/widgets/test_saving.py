"""Saving a stepper: frames, a film, a strip, a page, the table; and what stands in a notebook."""

import base64
import gzip
import io
import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

import minigrad
from minigrad_widgets import step
from minigrad_widgets.layout import LayoutError

HOSTILE = '</script><img src=x onerror="alert(1)">&\\N 权重'


def make(lib, name="y", **kwargs):
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    y = w * 2 + b
    return step((y * y).sum(), {"w": w, "b": b, name: y}, **kwargs)


def test_each_kind_of_file(lib, tmp_path):
    stepper = make(lib)
    for ending, begins in {
        "svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF", "gif": b"GIF89a", "html": b"<!DOCTYPE html>",
        "txt": b"step  node",
    }.items():  # fmt: skip
        path = tmp_path / f"frame.{ending}"
        stepper.save(path, position=2)
        assert path.read_bytes().startswith(begins)
    assert (tmp_path / "frame.txt").read_text("utf-8") == f"{stepper.text}\n"
    assert stepper.position == 0


def words(svg):
    return re.sub(r"\s+", " ", " ".join(ET.fromstring(svg).itertext())).replace("\xa0", " ")


def test_a_frame_shows_the_step_and_the_state(lib, tmp_path):
    stepper = make(lib)
    seen = {}
    for position in (0, 3, 6):
        stepper.save(tmp_path / "frame.svg", position)
        seen[position] = words((tmp_path / "frame.svg").read_text("utf-8"))
    assert "Steps: 6" in seen[0]
    assert "✓" not in seen[0]
    assert "Step 3 of 6: AddBackward0 (y)" in seen[3]
    assert "[5., 9., 13.] to MulBackward0" in seen[3]
    assert "grad = None" in seen[3]
    assert seen[3].count("✓") == 2
    assert "grad = 27." in seen[6]
    assert "grad = [10., 18., 26.]" in seen[6]
    stepper.position = 3
    stepper.save(tmp_path / "frame.svg")
    assert words((tmp_path / "frame.svg").read_text("utf-8")) == seen[3]


def test_a_film_has_all_frames_in_one_size(lib, tmp_path):
    stepper = make(lib)
    stepper.save(tmp_path / "film.gif")
    frames = []
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == 7
        for number in range(7):
            film.seek(number)
            frames.append(film.convert("RGB").tobytes())
    assert len(set(frames)) == 7


def test_frames_have_the_same_layout(lib, tmp_path):
    """A node stays where it is from frame to frame, but for a point or two."""
    stepper = make(lib)
    places = []
    for position in (1, 6):
        stepper.save(tmp_path / "frame.svg", position)
        svg = ET.parse(tmp_path / "frame.svg")
        name = "{http://www.w3.org/2000/svg}text"
        (loss,) = [t for t in svg.iter(name) if t.text == "SumBackward0"][:1]
        places.append((float(loss.get("x", 0)), float(loss.get("y", 0))))
    assert places[0] == pytest.approx(places[1], abs=6)


def test_a_strip_of_all_frames(tmp_path):
    stepper = make(minigrad, HOSTILE)
    stepper.save(tmp_path / "strip.html", strip=True)
    page = (tmp_path / "strip.html").read_text("utf-8")
    assert page.count("<figure") == page.count("<svg") == 7
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert "<img" not in page
    assert "break-inside: avoid" in page


def state_of(page):
    (state,) = re.findall(r'<script type="application/gzip" id="state">(.*?)</script>', page)
    return json.loads(gzip.decompress(base64.b64decode(state)))


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def test_names_cannot_break_the_page(tmp_path):
    stepper = make(minigrad, HOSTILE)
    stepper.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    tags = Tags()
    tags.feed(page)
    assert tags.seen.count("script") == 2
    assert "img" not in tags.seen
    nodes = state_of(page)["data"]["nodes"].values()
    assert any(HOSTILE in node["label"] for node in nodes)


def test_a_page_of_fifty_nodes_is_small(tmp_path):
    x = minigrad.randn(3, 3, requires_grad=True)
    y = x
    for _ in range(24):
        y = (y * x).tanh()
    stepper = step(y.sum(), {"x": x})
    assert len(stepper.trace.graph.nodes) == 50
    stepper.save(tmp_path / "page.html")
    assert (tmp_path / "page.html").stat().st_size < 500_000


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("frame.jpg", {}, "cannot save as 'frame.jpg': the name must end in .html"),
        ("frame", {}, "the name must end in"),
        ("frame.png", {"strip": True}, "the name must end in .html"),
        ("frame.png", {"position": 7}, "position must be from 0 to 6, not 7"),
        ("frame.png", {"position": -1}, "position must be from 0 to 6, not -1"),
    ],
)
def test_what_cannot_be_saved_leaves_no_file(lib, tmp_path, name, options, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        make(lib).save(tmp_path / name, **options)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there(lib, tmp_path):
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        make(lib).save(tmp_path / "nowhere" / "frame.txt")


def test_a_file_stays_whole_when_the_engine_fails(no_engine, tmp_path):
    target = tmp_path / "frame.svg"
    target.write_text("before")
    stepper = make(minigrad)
    with pytest.raises(LayoutError):
        stepper.save(target)
    assert target.read_text() == "before"
    stepper.save(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text("utf-8")
    assert state_of(page)["message"].startswith("No picture: ")


def test_a_pass_that_is_too_long_for_a_film(tmp_path):
    x = minigrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(301):
        y = y * 1.0
    stepper = step(y, {"x": x})
    with pytest.raises(ValueError, match="a film or a strip has at most 300"):
        stepper.save(tmp_path / "film.gif")


def test_predictions_are_not_given_away(lib, tmp_path):
    """In a picture is what has been answered; a film would tell all; a page asks."""
    stepper = make(lib, predict=["next", "value"])
    stepper.position = 2
    stepper.save(tmp_path / "x.svg")
    seen = words((tmp_path / "x.svg").read_text("utf-8"))
    assert "Step 2 of 6" in seen
    assert "27." not in seen
    assert "…" not in seen  # which node is ready is asked
    for name, options in (("x.png", {"position": 3}), ("x.gif", {}), ("y.html", {"strip": True})):
        with pytest.raises(ValueError, match="step 3 is still asked"):
            stepper.save(tmp_path / name, **options)
    stepper.save(tmp_path / "x.txt")
    stepper.save(tmp_path / "x.html")
    page = (tmp_path / "x.html").read_text("utf-8")
    assert "27." not in page + (tmp_path / "x.txt").read_text("utf-8")
    state = state_of(page)
    assert (state["reached"], state["exam"]["stages"]) == (2, ["next", "value"])
    bundle = stepper._repr_mimebundle_()
    assert bundle is not None
    assert "27." not in "".join(
        map(str, (bundle[0]["text/plain"], words(bundle[0]["image/svg+xml"])))
    )
    assert "image/png" not in bundle[0]
    stepper.position = 6
    stepper.save(tmp_path / "x.gif")


def test_a_frame_shows_the_engine_where_it_is_in_view(lib, tmp_path):
    """y is used twice: after the first of its gradients it still misses one."""
    x = lib.tensor(2.0, requires_grad=True)
    y = x * 2.5
    stepper = step(y * y.exp(), {"x": x, "y": y}, engine=True)
    at, numbers = [], []
    for position in range(5):
        stepper.save(tmp_path / "frame.svg", position)
        svg = (tmp_path / "frame.svg").read_text("utf-8")
        at.append(words(svg))
        texts = [(one.text or "").strip() for one in ET.fromstring(svg).iter()]
        numbers.append(sorted(text for text in texts if re.fullmatch(r"\d", text)))
    assert "The number at a node: so many gradients are missing." in at[0]
    assert "Waiting: MulBackward0 (y) (missing 1 of 2, buffer so far 148.4)" in at[1]
    assert "Ready queue: a leaf first, then what was made last: 1. ExpBackward0" in at[1]
    assert "Nothing waits for more gradients." in at[2]
    assert "Nothing is left to run." in at[4]
    assert numbers == [["0", "1", "1", "2"], ["0", "1", "1"], ["0", "1"], ["0"], []]
    plain = step(y * y.exp(), {"x": x, "y": y})
    plain.save(tmp_path / "plain.svg", 1)
    assert "missing" not in words((tmp_path / "plain.svg").read_text("utf-8"))


def test_a_frame_shows_the_second_layer_as_it_grows(lib, tmp_path):
    x = lib.tensor(2.0, requires_grad=True)
    z = (x * x).exp()
    stepper = step(z, {"x": x, "z": z}, create_graph=True)
    second = {}
    for position in range(4):
        stepper.save(tmp_path / "frame.svg", position)
        seen = words((tmp_path / "frame.svg").read_text("utf-8"))
        assert "Graph of the gradients" in seen
        second[position] = seen.count("MulBackward0"), "made, in the graph of the gradients" in seen
    # One in the graph itself and in the words of the second step; the others are made in two steps.
    counts = [count for count, _ in second.values()]
    assert counts[0] < counts[1] < counts[2]
    assert [said for _, said in second.values()] == [False, True, True, True]
    bundle = stepper._repr_mimebundle_()
    assert bundle is not None
    shown = words(bundle[0]["image/svg+xml"])
    assert "Graph of the gradients" in shown
    assert "leads to" in shown
    assert "leads to" in bundle[0]["text/plain"]


def test_a_notebook_holds_the_picture_and_the_table(lib):
    bundle = make(lib)._repr_mimebundle_()
    assert bundle is not None
    shown = words(bundle[0]["image/svg+xml"])
    assert "grad = 27." in shown
    assert re.search(r"6 AccumulateGrad w", shown)
    assert " id=" not in bundle[0]["image/svg+xml"]
    assert Image.open(io.BytesIO(base64.b64decode(bundle[0]["image/png"]))).format == "PNG"
