"""What becomes of every widget in one notebook: run again, closed, page loaded again, kernel killed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from lab_driver import READY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_driver import Notebook

SETUP = """
import minigrad as torch
from minigrad_widgets import build, draw, explain, ledger, play, step
w = torch.tensor(2., requires_grad=True)
y = w
for _ in range(4):
    y = (y * w).tanh()
"""
CELLS = {
    "stepper": "asking = step(w * w, predict=True)\nasking",
    "build": "builder = build('a = w * w\\nb = a.exp()')\nbuilder",
    "viewer": "viewer = draw(y, fold=lambda node: f'part {int(node.id[1:]) // 3}')\nviewer.fold()\nviewer",
    "playground": "playground = play(lambda x: x * x, x=(-4, 4, 2))\nplayground",
    "explain": "y.backward()\ntry:\n    y.backward()\nexcept RuntimeError as error:\n    why = explain(error)\nwhy",
    "ledger": "with ledger(w) as book:\n    (3 * w).backward()\nbook",
}
CLOSE = "for widget in (asking, builder, viewer, playground): widget.close()"
KILL = "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)"
GONE = {
    "stepper": "The kernel is gone: answers are not judged any more.",
    "build": "The kernel is gone: this page still steps",
    "viewer": "The kernel is gone: only what has been shown before folds and unfolds.",
    "playground": "The kernel is gone: all is as it was",
}


def test_every_widget_has_a_life_to_its_end(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(SETUP, *CELLS.values(), CLOSE, KILL)
    places = {kind: place for place, kind in enumerate(CELLS, 1)}
    path = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")

    def root(kind: str):
        return notebook.output(places[kind]).locator(f".mg-{kind}").first

    def slide(kind: str, key: str) -> None:
        root(kind).locator("input[type=range]").first.focus()
        notebook.page.keyboard.press(key)

    def forward() -> None:
        root("build").get_by_role("button", name="One step forward").click()

    for place in range(len(CELLS) + 1):
        outputs = notebook.run(place)
        assert "error" not in {output["output_type"] for output in outputs}, outputs
    for kind in CELLS:
        expect(root(kind)).to_be_visible()

    # Two widgets show the same graph; what is done to the one does not reach the other.
    forward()
    slide("playground", "End")
    notebook.wait_for("(builder.position, playground.values['x'], asking.position) == (1, 4.0, 0)")

    # A cell that is run again has a new widget; the old one is not seen any more.
    notebook.run(places["build"])
    expect(root("build").locator(".position")).to_have_text("0 / 2")
    expect(notebook.root.locator(".mg-build")).to_have_count(1)

    # A page that is loaded again finds all of them where they were, and they answer.
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    notebook.page.reload()
    wait_until(notebook.page, READY, path)
    for kind in CELLS:
        expect(root(kind)).to_be_visible()
    expect(root("playground").locator(".output")).to_have_text("16.")
    slide("playground", "Home")
    notebook.wait_for("playground.values['x'] == -4.0")
    root("viewer").locator(".node.group").nth(1).click()
    expect(root("viewer").locator(".box")).to_have_count(1)

    # Closed, they go; what is no widget, but a page that was written once, stays.
    notebook.run(len(CELLS) + 1)
    for kind in GONE:
        expect(root(kind)).to_have_count(0)
    for kind in set(CELLS) - set(GONE):
        expect(root(kind)).to_be_visible()
    for kind in GONE:
        notebook.run(places[kind])
        expect(root(kind)).to_be_visible()

    # The kernel is killed, and JupyterLab starts another, which knows none of them.
    notebook.page.evaluate(
        "place => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = place;"
        " window.jupyterapp.commands.execute('notebook:run-cell'); }",
        len(CELLS) + 2,
    )
    for kind, words in GONE.items():
        expect(root(kind).locator(".message")).to_contain_text(words)
    notebook.page.locator(".jp-Dialog button").click()  # it says that it restarts the kernel
    forward()
    expect(root("build").locator(".position")).to_have_text("1 / 2")
    expect(root("playground").locator("input[type=range]")).to_be_disabled()
    notebook.screenshot("lifecycle-without-kernel")
    for kind in CELLS:
        expect(root(kind)).to_be_visible()
    wait_until(notebook.page, READY, path)
    notebook.run(0)
    notebook.run(places["playground"])
    expect(root("playground").locator(".message")).to_be_hidden()
    slide("playground", "End")
    notebook.wait_for("playground.values['x'] == 4.0")
    assert notebook.page_errors == []
