"""The page adds no words of its own: what it shows comes from Python, in the language asked for."""

import re
import xml.etree.ElementTree as ET

import pytest

import minigrad
from minigrad_widgets import build, draw, play, step
from patience import answered

pytestmark = pytest.mark.browser

WORD = re.compile("[A-Za-z]{2,}")
NO_TEXT = ("kind", "id", "svg", "state", "edge", "node", "input")
CODE = """
import minigrad as torch
w = torch.tensor([2., 3.], requires_grad=True)
for i in range(2):
    w[0:1]
with torch.no_grad():
    v = w * 3
y = (w * w).sum()
y.backward()
y.nothing
"""
# Texts and what stands in attributes that are read out, shown at a pointer or in an empty field.
SEEN = """() => {
  const root = document.querySelector(".mg");
  const texts = [root.innerText];
  for (const element of root.querySelectorAll("*")) {
    for (const name of ["aria-label", "title", "placeholder", "aria-valuetext", "aria-description"]) {
      texts.push(element.getAttribute(name) ?? "");
    }
    if (element.matches(".live, summary, option")) texts.push(element.textContent);
  }
  return [...texts, root.getAttribute("aria-label") ?? ""];
}"""


def values(data):
    if isinstance(data, dict):
        for key, value in data.items():
            yield from values(value) if key not in NO_TEXT or key == "words" else ()
    elif isinstance(data, list):
        for value in data:
            yield from values(value)
    elif isinstance(data, str):
        yield data


def known(widget):
    """The words that Python has sent, without those that stand for what is filled in."""
    found = [widget.svg and "".join(ET.fromstring(widget.svg).itertext())]
    for name in widget.traits(sync=True):
        if not name.startswith("_") and name not in ("svg", "layout", "comm", "tabbable"):
            data = getattr(widget, name)
            found += values({name: data} if name != "state" else list(data.values()))
    return set(WORD.findall(re.sub(r"{\w+}", "", " ".join(map(str, found)))))


def square():
    x = minigrad.tensor([1.0, 2.0], requires_grad=True)
    w = minigrad.tensor(3.0, requires_grad=True)
    return (w * x * minigrad.ones(2)).relu().sum()


WIDGETS = {
    "step": (lambda: step(square(), engine=True, lang="zh"), 7),
    "create_graph": (lambda: step(square(), create_graph=True, lang="zh"), 7),
    "fault": (lambda: step(square(), fault="no-unbroadcast", lang="zh"), 7),
    "build": (lambda: build(CODE, {}, lang="zh"), 12),
    "play": (lambda: play(lambda x, w: minigrad.relu(w * x), x=2.0, w=[1, 2], lang="zh"), 0),
    "draw": (lambda: draw(square(), fold="repeat", lang="zh"), 0),
}


@pytest.mark.parametrize("what", WIDGETS)
def test_no_word_on_the_page_is_its_own(show, what):
    make, steps = WIDGETS[what]
    widget = make()
    page = show(widget)
    sent = known(widget)
    for position in range(steps):
        page.evaluate(f"models[0].set('position', {position})")
        shown = set(WORD.findall(" ".join(page.evaluate(SEEN))))
        assert shown - sent == set()
    assert page.locator(".mg").get_attribute("lang") == "zh"
    assert re.search("[\u4e00-\u9fff]", page.locator(".mg").inner_text())


def test_a_prediction_in_chinese(show):
    predictor = step(square(), predict=["next", "shape", "value"], lang="zh")
    page = show(predictor, kernel=True)
    for text in ("n4", "n0", "[3]", "[2]", "[3, 2]", "g +", "nothing"):
        field = page.locator(".mg form input, .mg form select").first
        field.select_option(text) if text.startswith("n") and text[1:].isdigit() else field.fill(
            text
        )
        page.locator(".mg form button").first.click()
        answered(page)
        shown = set(WORD.findall(" ".join(page.evaluate(SEEN))))
        assert shown - known(predictor) == set()
    said = [answer.verdict for answer in predictor.answers]
    assert said == ["order", "right", "shape", "right", "value", "unreadable", "unreadable"]
