"""The stepper in a real JupyterLab: ways to step, the panel's text, the kernel's `.grad`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

from .conftest import write_notebook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lab_driver import Notebook

    from .conftest import Lab, Pages

CELL = """
import minigrad as torch
from minigrad_widgets import step
w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3., requires_grad=True)
b = torch.tensor(1., requires_grad=True)
y = torch.relu(w * x + b)
stepper = step(y)
stepper
"""
AFTER = "after = 'a cell below, which a stray shortcut could reach'"
NODES = ["ReluBackward0", "AddBackward0", "AccumulateGrad", "MulBackward0"] + ["AccumulateGrad"] * 2
LAST = len(NODES)
# .grad of w, x, b at each position, as if each node had been called by hand
GRADS = [[None, None, None]] * 3 + [[None, None, 1.0]] * 2 + [[3.0, None, 1.0], [3.0, 2.0, 1.0]]
READ_GRADS = "[None if t.grad is None else t.grad.item() for t in (w, x, b)]"


class Stepper:
    """The widget on the page, and the object in the kernel behind it."""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook
        outputs = notebook.run(0)
        assert "error" not in {output["output_type"] for output in outputs}, outputs
        self.root: Locator = notebook.output(0).locator(".mg-stepper")
        expect(self.root).to_be_visible()
        self.panel = self.root.get_by_role("region", name="Step", exact=True)
        self.slider = self.root.get_by_role("slider")

    def button(self, name: str) -> Locator:
        return self.root.get_by_role("button", name=name, exact=True)

    def row(self, number: int) -> Locator:
        return self.root.locator("tbody tr").nth(number - 1)

    def is_at(self, position: int) -> None:
        """Check that page and kernel agree on the position, and on what it means."""
        expect(self.slider).to_have_value(str(position))
        expect(self.root.locator("output")).to_have_text(f"{position} / {LAST}")
        if position:
            expect(self.panel).to_contain_text(f"Step {position} of {LAST}")
            expect(self.panel.locator("h3")).to_contain_text(NODES[position - 1])
        else:
            expect(self.panel).to_contain_text("Start")
        current = self.root.locator("tr[aria-current=step]")
        expect(current).to_have_count(1 if position else 0)
        now = self.root.locator(".picture [data-node][data-state=now]")
        expect(now).to_have_count(1 if position else 0)
        self.notebook.wait_for(f"stepper.position == {position}")
        assert self.notebook.ask(READ_GRADS) == GRADS[position]


@pytest.fixture(scope="module")
def notebook(pages: Pages, lab: Lab) -> Iterator[Notebook]:
    opened = pages.open(write_notebook(lab, "stepper", CELL, AFTER, "stepper"))
    yield opened
    pages.close(opened)


@pytest.fixture
def stepper(notebook: Notebook) -> Stepper:
    """A new stepper: its cell runs again, on a page as it was when it was opened."""
    notebook.restore()
    made = Stepper(notebook)
    notebook.page_errors.clear()  # JupyterLab's own, when it takes away the output of the test before
    return made


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_buttons_step_forward_and_back(stepper: Stepper, theme: str) -> None:
    stepper.notebook.theme(theme)
    stepper.is_at(0)
    for position in range(1, LAST + 1):
        stepper.button("One step forward").click()
        stepper.is_at(position)
        stepper.notebook.screenshot(f"stepper-{theme}-{position}", stepper.root)
    stepper.button("One step forward").click(force=True)  # it says that it is disabled
    stepper.is_at(LAST)
    for position in reversed(range(LAST)):
        stepper.button("One step back").click()
        stepper.is_at(position)
    stepper.button("Go to the end").click()
    stepper.is_at(LAST)
    stepper.button("Go to the start").click()
    stepper.is_at(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_panel_shows_the_rule_its_numbers_and_the_sum(stepper: Stepper, theme: str) -> None:
    stepper.notebook.theme(theme)
    stepper.slider.fill("4")
    stepper.is_at(4)
    ways = stepper.panel.locator(".way")
    expect(ways).to_have_count(2)
    expect(ways.nth(0).locator("h5")).to_contain_text("w")
    expect(ways.nth(0).locator("math").first).to_have_text(re.compile(r"^g\s*[·⋅]\s*x$"))
    expect(ways.nth(0).locator("math").last).to_have_text(re.compile(r"^3\.?$"))
    expect(ways.nth(1).locator("math").last).to_have_text(re.compile(r"^2\.?$"))
    stepper.button("One step forward").click()
    line = stepper.panel.locator(".block", has_text="Added to .grad").locator(".line")
    expect(line).to_have_text(re.compile(r"w\.grad.*None.*before.*3.*incoming.*3.*after"))


def test_keys_step_and_reach_nothing_of_jupyterlab(stepper: Stepper) -> None:
    stepper.root.focus()
    before = stepper.notebook.state()
    for key, position in [
        ("ArrowRight", 1),
        ("ArrowDown", 2),
        ("ArrowLeft", 1),
        ("ArrowUp", 0),
        ("End", LAST),
        ("Home", 0),
    ]:
        stepper.notebook.page.keyboard.press(key)
        stepper.is_at(position)
    # In JupyterLab's command mode these add, cut, paste, merge and delete cells, or run one.
    for key in ["a", "b", "x", "v", "d", "d", "m", "y", "z", "Shift+M", "Enter", "Shift+Enter"]:
        stepper.notebook.page.keyboard.press(key)
    stepper.is_at(0)
    assert stepper.notebook.state() == before
    assert stepper.notebook.cells()[1]["source"] == AFTER
    assert stepper.notebook.cells()[1]["execution_count"] is None


def test_space_plays_and_pauses(stepper: Stepper) -> None:
    speed = stepper.root.get_by_role("combobox", name="Speed")
    speed.select_option("0.5")  # nobody is so late that it has come to the end
    stepper.root.focus()
    stepper.notebook.page.keyboard.press("Space")
    expect(stepper.button("Pause")).to_be_visible()
    expect(stepper.slider).not_to_have_value("0")
    stepper.notebook.page.keyboard.press("Space")
    expect(stepper.button("Play")).to_be_visible()
    held = int(stepper.slider.input_value())
    assert 0 < held < LAST
    stepper.notebook.page.wait_for_timeout(3500)  # at this speed another step would have come
    stepper.is_at(held)
    speed.select_option("4")
    stepper.button("Play").click()
    expect(stepper.slider).to_have_value(str(LAST))
    expect(stepper.button("Play")).to_be_visible()
    stepper.is_at(LAST)


def test_the_slider_can_be_dragged_and_takes_keys(stepper: Stepper) -> None:
    box = stepper.slider.bounding_box()
    assert box
    mouse = stepper.notebook.page.mouse
    y = box["y"] + box["height"] / 2
    mouse.move(box["x"] + 8, y)
    mouse.down()
    for part in (0.3, 0.6, 1):
        mouse.move(box["x"] + part * box["width"] - 2, y)
    mouse.up()
    stepper.is_at(LAST)
    stepper.slider.press("ArrowLeft")
    stepper.is_at(LAST - 1)
    stepper.slider.press("Home")
    stepper.is_at(0)


def test_a_click_on_a_node_or_a_row_goes_there(stepper: Stepper) -> None:
    picture = stepper.root.locator(".picture")
    picture.locator("[data-node]", has_text="MulBackward0").first.click()
    stepper.is_at(4)
    stepper.row(1).click()
    stepper.is_at(1)
    stepper.row(LAST).get_by_role("button").click()
    stepper.is_at(LAST)


def test_python_moves_the_page(stepper: Stepper) -> None:
    for position in (3, LAST, 0, 5):
        stepper.notebook.ask(f"setattr(stepper, 'position', {position})")
        stepper.is_at(position)


def test_a_grad_that_somebody_else_changed_is_left_alone(stepper: Stepper) -> None:
    stepper.button("Go to the end").click()
    stepper.is_at(LAST)
    stepper.notebook.ask("setattr(w, 'grad', torch.tensor(100.))")
    stepper.button("Go to the start").click()
    expect(stepper.root.get_by_role("status").filter(has_text="w.grad")).to_contain_text(
        "was changed outside this stepper"
    )
    stepper.notebook.wait_for("stepper.position == 0")
    assert stepper.notebook.ask(READ_GRADS) == [100.0, None, None]


# For each node with a state: that state, and the shapes of its mark that can be seen.
MARKS = """root =>
[...root.querySelectorAll(".mark[data-state]:not([data-state=''])")].map(mark => [
    mark.dataset.state,
    [...mark.querySelectorAll("path")]
        .filter(path => path.checkVisibility({visibilityProperty: true, opacityProperty: true}))
        .map(path => path.getAttribute("d")),
])"""


def test_states_are_told_apart_by_more_than_colour(stepper: Stepper) -> None:
    stepper.slider.fill("2")
    stepper.is_at(2)
    shapes = dict(stepper.root.evaluate(MARKS))
    assert set(shapes) == {"now", "done", "ready"}
    assert all(len(paths) == 1 for paths in shapes.values())
    assert len({paths[0] for paths in shapes.values()}) == 3


def test_a_screen_reader_hears_each_step(stepper: Stepper) -> None:
    stepper.button("One step forward").click()
    live = stepper.root.locator("[aria-live=polite]")
    expect(live).to_contain_text("Step 1 of 6: ReluBackward0 (y). Receives 1.")
    expect(stepper.slider).to_have_attribute("aria-valuetext", "Step 1 of 6")


# Every text with the two colours that meet the eye: transparent ones mixed with what is behind.
TEXTS = """root => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
    const mixed = colours => {
        canvas.clearRect(0, 0, 1, 1);
        for (const colour of colours) {
            canvas.fillStyle = colour;
            canvas.fillRect(0, 0, 1, 1);
        }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const text = walker.currentNode.textContent.trim();
        if (!text || element.closest("svg, .live, select") || !element.checkVisibility()) continue;
        const behind = [];
        for (let at = element; at; at = at.parentElement)
            behind.unshift(getComputedStyle(at).backgroundColor);
        const front = getComputedStyle(element).color;
        found.push({text, front: mixed([...behind, front]), back: mixed(behind)});
    }
    return found;
}"""


def contrast(front: list[int], back: list[int]) -> float:
    """Return the contrast of two colours (red, green, blue to 255), by the formula of WCAG 2."""

    def luminance(colour: list[int]) -> float:
        values = [part / 255 for part in colour]
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(front), luminance(back)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_can_be_read(stepper: Stepper, theme: str) -> None:
    stepper.notebook.theme(theme)
    for position in (0, 2, 5):
        stepper.slider.fill(str(position))
        stepper.is_at(position)
        texts: list[dict[str, Any]] = stepper.root.evaluate(TEXTS)
        assert len(texts) > 20
        poor = [text for text in texts if contrast(text["front"], text["back"]) < 4.5]
        assert poor == []


def test_the_theme_reaches_the_stepper(stepper: Stepper) -> None:
    brightness: dict[str, int] = {}
    for theme in ("light", "dark"):
        stepper.notebook.theme(theme)
        brightness[theme] = sum(stepper.root.evaluate(TEXTS)[0]["back"])
    assert brightness["dark"] < 3 * 100 < 3 * 200 < brightness["light"]


TOO_WIDE = """root => [root, ...root.querySelectorAll(".frame, .body, .panel-body, .bar")]
    .filter(part => part.scrollWidth > part.clientWidth + 1)
    .map(part => part.className)"""


def test_nothing_is_clipped_at_800_pixels(stepper: Stepper) -> None:
    page = stepper.notebook.page
    page.evaluate("() => window.jupyterapp.commands.execute('application:toggle-left-area')")
    page.set_viewport_size({"width": 800, "height": 900})
    for position in range(LAST + 1):
        stepper.slider.fill(str(position))
        stepper.is_at(position)
        assert stepper.root.evaluate(TOO_WIDE) == []
        output = stepper.notebook.output(0).first
        assert output.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    for button in stepper.root.locator(".bar button, .bar select").all():
        box = button.bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 800
    stepper.notebook.screenshot("stepper-800", stepper.root)


def test_two_views_of_one_stepper_move_together(stepper: Stepper) -> None:
    stepper.notebook.run(2)
    other = stepper.notebook.output(2).locator(".mg-stepper")
    expect(other).to_be_visible()
    stepper.row(4).click()
    stepper.is_at(4)
    expect(other.get_by_role("slider")).to_have_value("4")
    other.get_by_role("button", name="One step back").click()
    stepper.is_at(3)
    assert stepper.notebook.page_errors == []


def test_what_was_typed_is_undone_where_it_was_typed(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL + "\nstep(y, predict=True)", AFTER)
    notebook.run(0)
    notebook.root.locator(".cm-content").nth(1).click()
    keyboard = notebook.page.keyboard
    keyboard.press("Control+End")
    keyboard.type("# typed last")
    answer = notebook.output(0).locator(".question input").first
    answer.click()
    keyboard.type("12")
    keyboard.press("Control+z")
    expect(answer).to_have_value("")
    keyboard.press("Control+Shift+z")
    expect(answer).to_have_value("12")
    assert notebook.cells()[1]["source"] == AFTER + "# typed last"
