"""How the playground looks: room, contrast, themes, the size for a class, Chinese; what axe-core finds."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import minigrad
from gallery import one_in
from minigrad_widgets import play
from patience import answered, frames

pytestmark = pytest.mark.browser


def branch(x, w):
    z = w * x
    if x > 1:
        y = minigrad.relu(z)
        return y + 1
    return z


def simple(**options):
    return play(branch, x=(-4, 4, 2), w=1.5, **options)


def table(**options):
    return play(
        lambda x, W: minigrad.tanh(W @ x), x=[1.0, -2.0], W=[[0.5, -1.0], [2.0, 0.25]], **options
    )


def fragile():
    def f(x):
        y = x * 2
        if x > 1:
            raise RuntimeError("no <b>bold</b> & 中文")
        return y

    return play(f, x=(-2, 2, 0.5))


@pytest.mark.exhaustive
@pytest.mark.parametrize("width", [384, 500, 800, 1280, 1920])
@pytest.mark.parametrize("make", [simple, table, fragile])
def test_nothing_is_cut_off(show, make, width):
    page = show(make(), width=width, kernel=True)
    heights = set()
    for value in ("1", "2"):
        page.get_by_role("slider").first.fill(value)
        answered(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".mg, .mg *:not(svg *, .live)")]
            .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX))
            .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
            .map((e) => `${e.tagName}.${e.className}`)"""
        )
        assert cut == []
        heights.add(page.evaluate("document.querySelector('.frame').offsetHeight"))
        small = page.evaluate(
            """() => [...document.querySelectorAll(".mg *:not(.picture svg *)")]
            .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
            .filter((e) => parseFloat(getComputedStyle(e).fontSize) < 12).map((e) => e.className)"""
        )
        assert small == []
    assert len(heights) == 1  # JupyterLab relies on it


def test_a_picture_that_is_too_large_begins_at_the_output(show):
    def deep(x, w):
        h = x
        for _ in range(29):
            h = minigrad.tanh(h * w)
        return h

    page = show(play(deep, x=2.0, w=1.0), width=800, kernel=True)
    view = page.locator(".scroll").bounding_box()
    root = page.locator("[data-node=n0]").bounding_box()
    assert view["x"] <= root["x"]
    assert root["x"] + root["width"] <= view["x"] + view["width"]
    assert view["y"] <= root["y"] <= view["y"] + 40


CONTRAST = """() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const found = rgb(getComputedStyle(e).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  return [...document.querySelectorAll(".mg *:not(.picture svg *, .live)")]
    .filter((e) => e.checkVisibility() && [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .map((e) => {
      const style = getComputedStyle(e);
      const [a, b] = [light(rgb(e.closest("svg") ? style.fill : style.color)), light(behind(e))];
      return [`${e.tagName}.${e.getAttribute("class")}`, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
    }).filter(([, ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("make", [table, fragile])
def test_contrast(show, make, dark):
    page = show(make(), dark=dark, kernel=True)
    page.get_by_role("slider").first.fill("2")
    page.get_by_role("textbox").first.fill("no number")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").first).not_to_be_empty()
    assert page.evaluate(CONTRAST) == []


def test_presenter_is_larger(show):
    size = "parseFloat(getComputedStyle(document.querySelector('.frame')).fontSize)"
    usual, larger = (
        show(simple(presenter=presenter), width=1920, kernel=True).evaluate(size)
        for presenter in (False, True)
    )
    assert larger > 1.5 * usual


SEEN = """() => {
  const [box, leaves] = [".picture .scroll", ".leaves"].map((name) => document.querySelector(name));
  const [view, ...nodes] = [box, ...box.querySelectorAll("[data-node]")].map((e) => e.getBoundingClientRect());
  const inside = nodes.filter((rect) => rect.left >= view.left - 1 && rect.right <= view.right + 1);
  return [inside.length, nodes.length, leaves.scrollHeight - leaves.clientHeight];
}"""


def test_presenter_on_a_small_projector_sees_the_whole_graph(show):
    neuron = play(
        lambda x, w, b: minigrad.relu(w * x + b),
        x=(-4, 4, 0.5), w=2.0, b=1.0, presenter=True,
    )  # fmt: skip
    page = show(neuron, width=800, kernel=True)
    frames(page)
    assert page.evaluate(SEEN) == [6, 6, 0]


def test_chinese(show):
    page = show(simple(lang="zh"), kernel=True)
    assert page.get_by_role("region", name="叶子张量").count() == 1
    page.get_by_role("slider", name="w 的滑块").fill("2")
    expect(page.locator(".live")).to_contain_text("输出为 5。")
    shown = page.locator(".frame").inner_text()
    assert not re.search(r"\b(output|tangent|slope|plot|nodes)\b", shown.replace("f(", ""))


@pytest.mark.parametrize("dark", one_in(2, [True, False]))
@pytest.mark.parametrize("make", [simple, table, fragile])
def test_axe_finds_nothing_serious(show, make, dark):
    page = show(make(), dark=dark, kernel=True)
    page.evaluate("document.documentElement.lang = 'en'")
    for value in ("2", "0.5"):
        page.get_by_role("slider").first.fill(value)
        page.get_by_role("textbox").first.fill("no number")
        page.keyboard.press("Enter")
        expect(page.get_by_role("alert").first).not_to_be_empty()
        found = Axe().run(page).response["violations"]
        assert [
            (one["id"], one["nodes"][0]["html"][:200])
            for one in found
            if one["impact"] in ("serious", "critical")
        ] == []
