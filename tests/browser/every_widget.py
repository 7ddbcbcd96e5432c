"""A notebook with every widget, and how a learner uses each; the same in every host and with both libraries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import nbformat
from playwright.sync_api import expect

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Locator, Page

# What the kernel holds is shown on the page, in all hosts alike: its text follows the widget.
START = """
import LIBRARY as torch
import ipywidgets
from minigrad_widgets import build, draw, explain, ledger, play, step

def tells(name, widget, traits, state):
    shown = ipywidgets.HTML()
    def tell(change=None):
        shown.value = f"<p class='told-{name}'>{state()}</p>"
    widget.observe(tell, traits)
    tell()
    return shown
"""
STEP = """
w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3., requires_grad=True)
stepper = step(w * x)
stepper
"""
ASK = "asked = step(w * x.exp(), predict=True)\nasked"
PLAY = """
playground = play(
    lambda a, b: torch.relu(b * a + 1), a=torch.tensor(2.), b=torch.tensor([1., -2.])
)
playground
"""
MAGIC = """%%build y --as built
v = torch.tensor(2., requires_grad=True)
y = v * v
y = y * v
runs = globals().get("runs", 0) + 1
"""
BUILD = r'called = build("p = torch.tensor(2., requires_grad=True)\nq = p.exp()")' + "\ncalled"
DRAW = """
large = x
for _ in range(60):
    large = (large * w).tanh()
viewer = draw(large)
viewer
"""
FAILS = """
hidden = x.exp()
loss = hidden * w
hidden.mul_(2)
loss.backward()
"""
LEDGER = """
u = torch.tensor([1., -3.], requires_grad=True)
with ledger({"u": u}) as book:
    for _ in range(2):
        (u * u).sum().backward()
book
"""
TOLD = """
ipywidgets.VBox([
    tells("stepper", stepper, "position", lambda: f"{stepper.position}, w.grad {w.grad}"),
    tells("asked", asked, "position", lambda: f"{asked.position}, right at once {asked.score['first']}"),
    tells("play", playground, "state", lambda: ", ".join(map(str, playground.values.values()))),
    tells("built", built, ["position", "inner"], lambda: f"{built.position}, {built.inner}, run {runs}"),
    tells("called", called, "position", lambda: f"{called.position}, {', '.join(called.names)}"),
    tells("viewer", viewer, "opened", lambda: f"{len(viewer.opened)} unfolded"),
])
"""
CELLS = [START, STEP, ASK, PLAY, MAGIC, BUILD, DRAW, FAILS, "explain()", LEDGER, TOLD]
WIDGETS = ("stepper", "playground", "build", "viewer", "explain", "ledger")
# Of Jupyter's command mode: delete, insert, cut, make a text, merge, restart the kernel, help.
SHORTCUTS = ("d", "d", "a", "x", "m", "Shift+M", "0", "0", "h")


def write_notebook(path: Path, library: str) -> None:
    """Write the notebook; the cell that fails says so, as a lesson's would."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[
            nbformat.v4.new_code_cell(source.lstrip("\n").replace("LIBRARY", library), id=f"c{nr}")
            for nr, source in enumerate(CELLS)
        ],
    )
    notebook.cells[CELLS.index(FAILS)].metadata["tags"] = ["raises-exception"]
    nbformat.write(notebook, path)


def told(page: Page, name: str) -> Locator:
    """What the kernel tells of a widget."""
    return page.locator(f".told-{name}")


def use_every_widget(page: Page) -> None:
    """Use each as a learner does; the page and the kernel agree."""
    expect(told(page, "viewer")).to_be_attached()
    steppers = page.locator(".mg-stepper")
    steps_through(page, steppers.first)
    answers_questions(page, steppers.nth(1))
    moves_leaves(page, page.locator(".mg-playground"))
    follows_lines(page, page.locator(".mg-build").first)
    follows_a_source(page, page.locator(".mg-build").nth(1))
    unfolds(page, page.locator(".mg-viewer"))
    reads_what_failed(page.locator(".mg-explain"))
    reads_the_ledger(page.locator(".mg-ledger"))


def steps_through(page: Page, stepper: Locator) -> None:
    """By button, key and picture."""
    expect(told(page, "stepper")).to_have_text("0, w.grad None")
    stepper.get_by_role("button", name="One step forward").click()
    expect(stepper.locator(".position")).to_have_text("1 / 3")
    expect(stepper.locator(".panel-body h3")).to_contain_text("MulBackward0")
    stepper.focus()
    page.keyboard.press("ArrowRight")
    expect(told(page, "stepper")).to_have_text("2, w.grad 3.0")
    page.keyboard.press("Home")
    expect(told(page, "stepper")).to_have_text("0, w.grad None")
    stepper.locator("[data-node]", has_text="w = 2").click()
    expect(told(page, "stepper")).to_have_text("2, w.grad 3.0")
    expect(stepper.locator("footer")).to_contain_text("w.grad=3.")


def answers_questions(page: Page, stepper: Locator) -> None:
    fields = stepper.locator(".question input")
    fields.first.fill("-x.exp()")
    fields.nth(1).fill("g * w")
    page.keyboard.press("Enter")
    expect(stepper.locator(".verdict").first).to_have_text("✗ The sign is wrong.")
    fields.first.fill("g * x.exp()")
    page.keyboard.press("Enter")
    expect(stepper.locator(".position")).to_have_text("1 / 4")
    expect(told(page, "asked")).to_have_text("1, right at once 1")


def moves_leaves(page: Page, playground: Locator) -> None:
    """A slider moves a scalar, a number is typed into a vector."""
    expect(told(page, "play")).to_have_text("2.0, [1.0, -2.0]")
    playground.get_by_role("slider", name="Slider of a", exact=True).fill("1.5")
    expect(playground.locator(".output")).to_have_text("[2.5, 0.]")
    playground.get_by_label("b[1]", exact=True).first.fill("2")
    page.keyboard.press("Enter")
    expect(playground.locator(".output")).to_have_text("[2.5, 4.]")
    expect(told(page, "play")).to_have_text("1.5, [1.0, 2.0]")


def follows_lines(page: Page, built: Locator) -> None:
    """Line by line, on into the backward pass, and back."""
    expect(built.locator(".lines code").first).to_have_text(
        "v = torch.tensor(2., requires_grad=True)"
    )
    built.get_by_role("button", name="One step forward").click()
    expect(built.locator(".lines [aria-current=step] code")).to_contain_text("v = torch.tensor")
    built.focus()
    page.keyboard.press("End")
    expect(told(page, "built")).to_have_text("4, 0, run 1")
    page.keyboard.press("Enter")
    expect(told(page, "built")).to_have_text("4, 1, run 1")
    expect(built.locator("[data-node][data-state=now]")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(told(page, "built")).to_have_text("4, 0, run 1")


def follows_a_source(page: Page, called: Locator) -> None:
    called.locator(".lines button").nth(1).click()
    expect(told(page, "called")).to_have_text("2, p, q")


def unfolds(page: Page, viewer: Locator) -> None:
    """By the keyboard, by the mouse, and by a search."""
    before = int((told(page, "viewer").text_content() or "").split()[0])
    group = viewer.locator(".node.group").first
    group.focus()
    page.keyboard.press("Enter")
    expect(told(page, "viewer")).to_have_text(f"{before + 1} unfolded")
    fold = viewer.get_by_role("button", name="Fold all")
    # Its name stands in it: the sheets of the other widgets do not make it narrow.
    assert fold.evaluate("e => e.scrollWidth <= e.clientWidth && e.scrollHeight <= e.clientHeight")
    fold.click()
    expect(told(page, "viewer")).to_have_text("0 unfolded")
    expect(viewer.locator(".node.group")).not_to_have_count(0)


def reads_what_failed(shown: Locator) -> None:
    expect(shown.locator("pre.culprit")).to_have_text(["loss = hidden * w", "hidden.mul_(2)"])
    expect(shown.locator("svg .marked")).to_have_count(1)
    shown.locator("summary").click()
    expect(shown.locator("details pre")).to_contain_text("✖")


def reads_the_ledger(table: Locator) -> None:
    expect(table.locator("tbody tr")).not_to_have_count(0)
    expect(table.get_by_role("columnheader", name="incoming")).to_be_visible()
    expect(table).to_contain_text("[4., -12.]")


def press_shortcuts(page: Page) -> None:
    """Press what a notebook would take for its own wherever a learner may press a key in a widget."""
    for widget in WIDGETS:
        places = page.locator(f".mg-{widget}").first
        for place in (places, places.locator("[tabindex='0'], summary, input[type=range]").first):
            if place.count() and place.evaluate(
                "e => { e.focus(); return e === document.activeElement; }"
            ):
                for key in SHORTCUTS:
                    page.keyboard.press(key)
