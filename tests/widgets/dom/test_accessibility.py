"""Nothing serious for axe-core in any state, and everything by keyboard. https://dequeuniversity.com/rules/axe/"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step


def made(lib=minigrad):
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    m = lib.tensor([[1.0, -2.0], [3.0, 4.0]], requires_grad=True)
    y = w * 2 + b
    y.retain_grad()
    loss = (y * y + y * 3).sum() + (m @ m).sum()
    return loss, {"w": w, "b": b, "y": y, "m": m, "loss": loss}


def stepper(position, lib=minigrad, **kwargs):
    made_stepper = step(*made(lib), **kwargs)
    made_stepper.position = position
    return made_stepper


def violations(page, inside=".mg"):
    found = Axe().run(page, context=inside).response["violations"]
    return [
        (rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.mark.exhaustive
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("options", [{"engine": True}, {"lang": "zh"}], ids=["engine", "Chinese"])
def test_axe_finds_nothing_serious(show, lib, options, dark):
    """Of the stepper on both libraries; test_gallery.py has every state of every widget."""
    page = show(stepper(4, lib, **options), dark=dark, width=1100)
    assert violations(page) == []


def test_axe_is_not_blind(show):
    page = show(stepper(3))
    page.evaluate("document.querySelector('.panel-body h3').style.color = '#ccc'")
    page.evaluate("document.querySelector('.do-forward').removeAttribute('aria-label')")
    page.evaluate("document.querySelector('.do-forward').removeAttribute('title')")
    assert [rule for rule, _, _ in violations(page)] == ["button-name", "color-contrast"]


def test_tab_reaches_everything_and_leaves(show):
    page = show(stepper(3))
    reached = []
    for _ in range(20):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
        if reached[-1] == "BODY":
            break
    names = [
        "mg mg-stepper", "do-start", "do-back", "do-forward", "do-end", "INPUT", "do-play", "SELECT", "do-engine",
        "scroll", "panel-scroll", "FOOTER", "steps", "BUTTON", "BODY",
    ]  # fmt: skip
    assert reached == names


def test_the_focus_is_never_lost(show, exchange):
    asking = step(*made(), predict=True)
    page = show(asking)
    page.locator(".question input").first.focus()
    while not asking.question.get("finished"):
        page.keyboard.press("Tab")
        while not page.evaluate("document.activeElement.matches('.question .push')"):
            page.keyboard.press("Shift+Tab")
        page.locator(".question button").last.press("Enter")
        exchange(page, asking)
        assert page.evaluate("document.activeElement.closest('.mg') !== null")


def test_the_live_region_says_each_step(show, lib):
    page = show(stepper(0, lib))
    page.locator(".mg").focus()
    said = set()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        said.add(page.locator(".live").text_content())
    assert len(said) == 12
    page.keyboard.press("b")
    expect(page.locator(".blank")).to_be_visible()
    expect(page.locator(".live")).to_have_text("The screen is blank.")
    page.keyboard.press("b")
    expect(page.locator(".blank")).to_be_hidden()


def test_the_clicker_steps(show):
    page = show(stepper(0))
    page.locator(".mg").focus()
    for key, position in (("PageDown", 1), ("PageDown", 2), ("PageUp", 1)):
        page.keyboard.press(key)
        expect(page.locator(".position")).to_have_text(f"{position} / 12")


def test_a_class_can_read_it_from_the_last_row(show):
    """At 1080 lines the least text of the panel has 20 pixels, and graph and step fill the screen."""
    page = show(stepper(3, presenter=True), width=1920)
    page.set_viewport_size({"width": 1920, "height": 1080})
    sizes = page.evaluate(
        "[...document.querySelectorAll('.panel-body :is(p, h3, h4, .value)')]"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 20
    picture = page.locator(".picture").bounding_box()
    assert 600 < picture["height"] < 1080
