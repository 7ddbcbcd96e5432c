"""Names, code, answers and errors full of markup, escapes and every script: all is shown, and nothing runs."""

import json
import re
from html import escape
from xml.etree import ElementTree as ET

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import minigrad
from minigrad_widgets import build, draw, explain, ledger, play, scope, step
from minigrad_widgets.values import printable

SVG = "{http://www.w3.org/2000/svg}"
NASTY = [
    "<script>alert(1)</script>",
    "</text></svg><img src=x onerror=alert(1)>",
    "&lt;b&gt;&#65;&nbsp;&amp;]]><!--",
    r"\N \G \L \E \T \l \r \n ->",
    '"]; evil [label="<b>x</b>',
    "{a|b} <<I>x</I>>",
    "权重的学习率",
    "שלום עולם",
    "العربية \u202eabc\u2066",
    "e\u0301\u0323 a\u20dd",
    "🙂👩‍👩‍👧",
    "tab\tline\nnull\x00bell\x07\x1b[31m",
    "{node} {name} %s %(x)d ${y} `z`",
    "'; DROP TABLE x; --",
    "constructor __proto__ toString",
    "x" * 700,
    "长" * 200,
    "\ud800 half",
]
PARTS = st.one_of(st.sampled_from(NASTY), st.text(max_size=25))
TEXT = st.lists(PARTS, min_size=1, max_size=3).map("".join).filter(str.strip)
QUICK = settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
ALLOWED = {
    "svg",
    "style",
    "g",
    "title",
    "text",
    "path",
    "polygon",
    "polyline",
    "ellipse",
    "rect",
    "circle",
}


def squeezed(text):
    return "".join(text.split())


def picture_of(svg, *names):
    """Read a picture: only shapes and words are in it; return its words. Names are found whole in its titles."""
    root = ET.fromstring(svg)
    assert {element.tag.removeprefix(SVG) for element in root.iter()} <= ALLOWED
    assert not [a for e in root.iter() for a in e.attrib if a.startswith("on") or "href" in a]
    titles = "\n".join(title.text or "" for title in root.iter(f"{SVG}title"))
    for name in names:
        assert printable(name) in titles
    return squeezed(" ".join("".join(text.itertext()) for text in root.iter(f"{SVG}text")))


def shown_in(words, name):
    """Whether a picture has a name, or its beginning with an ellipsis."""
    whole = squeezed(printable(name))
    if whole in words:
        return True
    return any(f"{whole[:length]}…" in words for length in range(len(whole), 0, -1))


def made(lib, first, second):
    w = lib.tensor([1.0, 2.0], requires_grad=True)
    y = w * w
    loss = y.sum()
    return {"loss": loss, first: w, second: y}, loss


@QUICK
@given(first=TEXT, second=TEXT)
def test_names_in_the_stepper_and_all_its_extras(first, second):
    if first == second or "loss" in (first, second):
        return
    names, loss = made(minigrad, first, second)
    stepper = step(loss, names, create_graph=True, engine=True)
    words = picture_of(stepper.svg, first, second)
    assert shown_in(words, first)
    assert shown_in(words, second)
    picture_of(stepper.data["second"]["svg"], first)
    data = json.loads(json.dumps(stepper.data))
    labels = {node["label"] for node in data["nodes"].values()}
    assert {printable(first), printable(second)} <= labels
    for name in (first, second):
        assert shown_in(squeezed(stepper.text), name)
    assert stepper.text.isascii() or all(c.isprintable() or c == "\n" for c in stepper.text)
    stepper.position = len(stepper.trace.frames)
    broken = step(loss, names, fault="no-accumulate")
    assert printable(first) in broken.text
    json.dumps(broken.data)


@QUICK
@given(texts=st.lists(TEXT, min_size=1, max_size=4), name=TEXT)
def test_answers_are_read_and_never_run(texts, name):
    if name == "loss":
        return
    names, loss = made(minigrad, name, "y")
    asking = step(loss, names, predict=["next", "value"])
    for text in texts:
        found = asking.answer(text)
        assert found in ("unreadable", "order", "value", "shape", "right", "sign")
        if asking.answers[-1].verdict != "right":
            assert asking.answers[-1].text == text
            assert json.loads(json.dumps(asking.question))["fields"][0]["text"] == text
    assert printable(name) in {node["label"] for node in asking.data["nodes"].values()}


@QUICK
@given(outer=TEXT, inner=TEXT)
def test_names_of_scopes_and_groups(outer, inner):
    h = minigrad.tensor(2.0, requires_grad=True)
    with scope(outer) as noted:
        for _ in range(3):
            with scope(inner):
                h = h.tanh() * 2
    viewer = draw(h, {"h": h}, fold=noted)
    for opened in ([], list(viewer.folded.groups)):
        viewer.opened = opened
        words = picture_of(viewer.svg)
        assert (
            shown_in(words, outer) or shown_in(words, f"▸ {outer}") or shown_in(words, f"▾ {outer}")
        )
    names = {group["name"] for group in json.loads(json.dumps(viewer.data))["groups"].values()}
    assert printable(outer) in names
    json.dumps(viewer.data)


@QUICK
@given(name=st.text(min_size=1, max_size=20), said=TEXT)
def test_names_and_errors_in_the_playground(name, said):
    leaves = {name: 0.5, "x": (-2, 2, 1.0)}
    if name in ("x", "function", "names", "library", "lang", "presenter"):
        return

    def f(**given):
        if given["x"] > 1:
            raise RuntimeError(said)
        return given[name] * given["x"]

    f.__name__ = said
    playground = play(f, **leaves)
    words = picture_of(playground.svg)
    assert shown_in(words, name) or not squeezed(printable(name))
    playground.values["x"] = 1.5
    assert playground.message
    lines = "".join(map(printable, said.splitlines()))
    assert squeezed(lines)[:40] in squeezed(playground.message)
    assert all(c.isprintable() or c == "\n" for c in playground.message)
    json.dumps([playground.state, playground.data])
    assert printable(name) in str(playground)


IN_SOURCE = TEXT.filter(lambda text: "\ud800" not in text and "\x00" not in text)


@QUICK
@given(text=IN_SOURCE)
@example("0\x850")
@example("0 \t\r\n\x1f0")
def test_code_in_the_builder(text):
    comment = re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff]", " ", text)
    literal = repr(text)
    source = (
        f"w = torch.tensor(2., requires_grad=True)  # {comment}\n"
        f"held = {{{literal}: w * w}}\nprint({literal})\nraise ValueError({literal})\n"
    )
    builder = build(source, {"torch": minigrad})
    picture_of(builder.svg)
    data = json.loads(json.dumps(builder.data))
    assert data["code"][0] == printable(source.partition("\n")[0])
    assert data["code"][2] == printable(f"print({literal})")
    printed = next(step["printed"] for step in data["steps"] if step["printed"])
    assert squeezed(printable(text.strip()))[:40] in squeezed(printable(printed))
    last = data["steps"][-1]
    assert last["kind"] == "error"
    on_one_line = printable(re.sub(r"[ \t\r\n]+", " ", text).strip())
    assert squeezed(on_one_line)[:40] in squeezed(last["says"][0]["text"])
    assert all(c.isprintable() or c == "\n" for c in str(builder))


@QUICK
@given(name=TEXT, said=TEXT)
def test_names_and_errors_in_an_explanation_and_a_ledger(name, said):
    class Broken(minigrad.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, *grad_outputs):
            raise RuntimeError(said)

    w = minigrad.tensor([1.0, 2.0], requires_grad=True)
    y = Broken.apply(w)
    with ledger({name: w}) as book, pytest.raises(RuntimeError) as caught:
        y.sum().backward()
    why = explain(caught.value, names={name: w, "y": y})
    for html in (why.html, book._repr_mimebundle_()["text/html"]):
        root = ET.fromstring(f"<body>{html}</body>")
        assert not [e.tag for e in root.iter() if e.tag in ("script", "img", "b", "I")]
        assert not [a for e in root.iter() for a in e.attrib if a.startswith("on")]
    assert squeezed(printable(name))[:40] in squeezed(why.text)
    with ledger({name: w}) as book:
        (w * w).sum().backward()
    assert shown_in(squeezed(str(book)), name)
    html = book._repr_mimebundle_()["text/html"]
    written = "".join(ET.fromstring(f"<body>{html}</body>").itertext())
    assert printable(name) in written or f'title="{escape(printable(name))}"' in html
    assert all(c.isprintable() or c == "\n" for c in why.text + str(book))
