"""Drives a notebook in a real JupyterLab: open, run, read outputs, ask the kernel, set themes."""

from __future__ import annotations

import ast
import json
import os
import re
import time
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from playwright.sync_api import Error, Locator, Page

SCREENSHOTS = (
    "MINIGRAD_SCREENSHOTS"  # the environment variable that names a folder outside the repository
)
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}

# JupyterLab says "idle" before its connection to the kernel works; only an answer proves it.
READY = """async path => {
    const panel = window.jupyterapp?.shell.currentWidget;
    if (panel?.context?.path !== path) return false;
    await panel.context.ready;
    await panel.revealed;
    const session = panel.sessionContext;
    const kernel = session?.session?.kernel;
    if (!session?.isReady || kernel?.connectionStatus !== "connected" || kernel.status !== "idle")
        return false;
    await kernel.info;
    return true;
}"""
RUN_CELL = """async index => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await window.jupyterapp.commands.execute("notebook:run-cell");
}"""
CELLS = """() =>
    window.jupyterapp.shell.currentWidget.content.widgets.map(cell => cell.model.toJSON())"""
STATE = """() => {
    const notebook = window.jupyterapp.shell.currentWidget.content;
    return {cells: notebook.widgets.length, active: notebook.activeCellIndex, mode: notebook.mode};
}"""
ASK = """async expression => {
    const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
    const content = {code: "", silent: true, store_history: false,
                     user_expressions: {value: expression}};
    return (await kernel.requestExecute(content).done).content.user_expressions.value;
}"""
# How far down the page the notebook begins; where its cells end, counted from there.
LENGTHS = """() => {
    const panel = window.jupyterapp.shell.currentWidget.node;
    const outer = panel.querySelector(".jp-WindowedPanel-outer");
    outer.scrollTop = 0;
    const start = panel.querySelector(".jp-WindowedPanel-viewport").getBoundingClientRect().top;
    const cells = [...panel.querySelectorAll(".jp-Notebook-cell")];
    return {above: Math.ceil(outer.getBoundingClientRect().top),
            ends: cells.map(cell => Math.ceil(cell.getBoundingClientRect().bottom - start)),
            drawn: cells.every(cell => cell.childElementCount && cell.offsetHeight)};
}"""
NARROW = 1000  # pixels: on a page less wide, nobody leaves the file browser open
PIECE = 1600  # pixels: the height of a picture that a person can look at
FILES = """open => {
    const {shell} = window.jupyterapp;
    if (open) shell.expandLeft(); else shell.collapseLeft();
}"""
OPEN = """async path => {
    await window.jupyterapp.commands.execute("docmanager:open", {path, factory: "Notebook"});
    window.jupyterapp.shell.activateById(window.jupyterapp.shell.currentWidget.id);
}"""
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""


def wait_until(page: Page, question: str, argument: Any = None, *, seconds: float = 180) -> None:
    """Ask the page, which may take its time to answer, until the answer is yes."""
    end = time.monotonic() + seconds
    while not page.evaluate(question, argument):
        assert time.monotonic() < end, f"not within {seconds} s: {question}"
        page.wait_for_timeout(50)


def cuts(ends: list[int], height: int = PIECE) -> list[int]:
    """Return where to cut a notebook whose cells end there, so that no piece is higher."""
    found = [0]
    for end, following in pairwise(ends):
        if following - found[-1] > height and end > found[-1]:
            found.append(end)
        while following - found[-1] > height:
            found.append(found[-1] + height)
    return found[1:]


class Notebook:
    """A notebook open on a page of JupyterLab, with a kernel that has answered."""

    def __init__(self, page: Page, path: str) -> None:
        self.page = page
        self.page_errors: list[str] = []
        page.on("pageerror", self._note)
        wait_until(page, "() => window.jupyterapp?.restored.then(() => true)")
        page.evaluate(OPEN, path)
        wait_until(page, READY, path)
        self.root = page.locator(".jp-NotebookPanel:visible")
        self.restore()

    def restore(self) -> None:
        """Give the page the size, the theme and the file browser that a test before may have changed."""
        self.page.set_viewport_size({"width": 1280, "height": 900})
        self.page.evaluate(FILES, True)
        self.theme("light")

    def run(self, index: int) -> list[dict[str, Any]]:
        """Run one cell, wait until it is done, and return its outputs."""
        self.page.evaluate(RUN_CELL, index)
        return self.cells()[index].get("outputs", [])

    def run_all(self) -> None:
        """Run the cells from top to bottom, as Run > Run All Cells does, and wait for the end."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-cells')")

    def cells(self) -> list[dict[str, Any]]:
        """Return the cells as they would be saved."""
        return self.page.evaluate(CELLS)

    def output(self, index: int) -> Locator:
        """Return the output area of a cell."""
        return self.root.locator(".jp-Notebook-cell").nth(index).locator(".jp-OutputArea-output")

    def state(self) -> dict[str, Any]:
        """Return what a stray shortcut would change: number of cells, active cell, mode."""
        return self.page.evaluate(STATE)

    def ask(self, expression: str) -> Any:
        """Evaluate a Python expression in the kernel; its value must have a form in JSON."""
        answer = self.page.evaluate(ASK, f"__import__('json').dumps({expression})")
        assert answer["status"] == "ok", f"{expression}: {answer}"
        return json.loads(ast.literal_eval(answer["data"]["text/plain"]))

    def wait_for(self, expression: str, *, seconds: float = 60) -> None:
        """Wait until a Python expression is true in the kernel."""
        end = time.monotonic() + seconds
        while not self.ask(f"bool({expression})"):
            assert time.monotonic() < end, f"not within {seconds} s: {expression}"
            self.page.wait_for_timeout(20)

    def theme(self, name: str) -> None:
        """Switch JupyterLab to its `light` or `dark` theme."""
        command = "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
        self.page.evaluate(command, THEMES[name])
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-name", THEMES[name])
        light = "true" if name == "light" else "false"
        expect(self.page.locator("body")).to_have_attribute("data-jp-theme-light", light)

    def screenshot(self, name: str, part: Locator | None = None) -> None:
        """Save a picture of `part`, or of the page, when the environment names a folder for it."""
        if folder := os.environ.get(SCREENSHOTS):
            file = Path(folder) / f"{re.sub(r'[^a-z0-9-]+', '-', name.lower())}.png"
            (part or self.page).screenshot(path=file)

    def screenshot_all(self, name: str, widths: Iterable[int] = (1920, 800)) -> None:
        """Save pictures of the whole notebook, however long it is, as `screenshot` does.

        For each width there are pieces, ``{name}-{width}-1.png`` and so on, cut between two cells
        where that is possible. The notebook must draw all of its cells, not only those in view.
        """
        if folder := os.environ.get(SCREENSHOTS):
            before = self.page.viewport_size or {"width": 1280, "height": 900}
            for width in widths:
                self._whole(Path(folder), f"{name}-{width}", width)
            self.page.set_viewport_size(before)

    def _whole(self, folder: Path, name: str, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": PIECE})
        self.page.evaluate(FILES, width >= NARROW)
        self._fit_height(width)
        lengths = self._fit_height(width)  # what is drawn may follow the height
        assert lengths["drawn"], "cells that are not in view are not drawn"
        box = self.root.bounding_box()
        assert box
        left = {"x": box["x"], "width": box["width"]}
        ends = [*lengths["ends"][:-1], lengths["ends"][-1] + 20]
        tops = [0, *cuts(ends), ends[-1]]
        for number, (top, end) in enumerate(pairwise(tops), 1):
            clip = left | {"y": lengths["above"] + top, "height": end - top}
            self.page.screenshot(path=folder / f"{name}-{number}.png", clip=clip)

    def _fit_height(self, width: int) -> dict[str, Any]:
        """Make the page as high as the notebook, and return what is where."""
        self.page.wait_for_timeout(500)  # nothing is checked: the picture may take its time
        lengths = self.page.evaluate(LENGTHS)
        height = lengths["above"] + lengths["ends"][-1] + 40  # some margin below
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_timeout(500)
        return lengths

    def broken(self, pattern: str) -> list[str]:
        """Return the outputs on the page whose text fits `pattern`."""
        texts = self.root.locator(".jp-OutputArea-output").all_text_contents()
        return [text for text in texts if re.search(pattern, text)]

    def _note(self, error: Error) -> None:
        self.page_errors.append(str(error))

    def close(self) -> None:
        """End the kernel, so that the next test finds the machine at rest, and leave the page."""
        self.page.evaluate(CLOSE)
        self.page.remove_listener("pageerror", self._note)
