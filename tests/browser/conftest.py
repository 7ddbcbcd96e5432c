"""A real JupyterLab, started by `minigrad lab`, and a real browser, with a profile per test."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
import uuid
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import nbformat
import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from lab_driver import Notebook
from servers import PATIENCE, environment, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
FIRST_LOAD = "() => window.firstLoad === true"
SIZE: ViewportSize = {"width": 1280, "height": 900}
NO_BROWSER = (
    "NO BROWSER, so nothing in tests/browser was tested. Install chromium or Google Chrome, "
    "or run: python -m playwright install chromium"
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is here, for `-m "not browser"`; without a browser keep one, which says so."""
    mine = [item for item in items if Path(__file__).parent in item.path.parents]
    for item in mine:
        item.add_marker("browser")
    if mine and not os.environ.get("CI") and not find_browser():
        mine[0].add_marker(pytest.mark.skip(reason=NO_BROWSER))
        config.hook.pytest_deselected(items=mine[1:])
        items[:] = [item for item in items if item not in mine[1:]]


@cache
def find_browser() -> str | None:
    """Return the path of a chromium or chrome on the PATH, or of Playwright's own, or None."""
    if found := next(filter(None, map(shutil.which, BROWSERS)), None):
        return found
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


# The scope is the package: while Playwright runs, so does its event loop, and tests elsewhere that
# start one of their own would fail.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = find_browser()
    if not found:
        pytest.fail(NO_BROWSER)
    with sync_playwright() as playwright:
        expect.set_options(timeout=60_000)
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a profile of its own: nothing stored by an earlier test is seen."""
    page = new_page(browser)
    yield page
    page.context.close()


def new_page(browser: Browser) -> Page:
    context = browser.new_context(viewport=SIZE, color_scheme="light")
    context.set_default_timeout(PATIENCE * 1000)
    return context.new_page()


class Lab(NamedTuple):
    url: str
    token: str
    folder: Path


@pytest.fixture(scope="package")
def lab(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as a learner gets it, on the lessons, with a home of its own."""
    home = tmp_path_factory.mktemp("home")
    folder = home / "lessons"
    log = home / "log"
    with log.open("w") as sink:
        command = [sys.executable, "-m", "minigrad", "lab", "--no-browser"]
        command += ["--port", str(free_port()), "--dir", str(folder)]
        command += ["--", "--LabApp.expose_app_in_browser=True"]
        process = subprocess.Popen(
            command,
            cwd=home,
            env=environment(home),
            stdout=sink,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Lab(*wait_for_address(process, log), folder)
        finally:
            process.terminate()
            process.wait(PATIENCE)


def wait_for_address(process: subprocess.Popen[str], log: Path) -> tuple[str, str]:
    """Return address and token from the launcher's line, once the server answers there."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        if found := re.search(r"(http://[^/\s]+)/\S*\?token=(\w+)", log.read_text()):
            urllib.request.urlopen(
                f"{found[1]}/api/status?token={found[2]}", timeout=PATIENCE
            ).close()
            return found[1], found[2]
        time.sleep(0.1)
    pytest.fail(f"`minigrad lab` did not start:\n{log.read_text()}")


class Pages:
    """One page of JupyterLab for the tests of a module: to load it takes longer than most of them."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self.browser, self.lab = browser, lab
        self.page: Page | None = None

    def open(self, name: str) -> Notebook:
        """Open a notebook of the lab's folder, and no other beside it, as on a page just loaded."""
        if self.page is None:
            self.page = new_page(self.browser)
            self.page.goto(lab_address(self.lab, name))
            self.page.evaluate("() => { window.firstLoad = true; }")
        return Notebook(self.page, name)

    def close(self, notebook: Notebook) -> None:
        """End the kernel and close the notebook; the page too, if something was left on it.

        A page that was loaded again opens, when it comes to it, what was open on it before.
        """
        notebook.close()
        reloaded = not notebook.page.evaluate(FIRST_LOAD)
        if reloaded or notebook.page_errors or notebook.page.locator(".jp-Dialog").count():
            notebook.page.context.close()
            self.page = None


def lab_address(lab: Lab, name: str) -> str:
    """Where JupyterLab opens that notebook, in a workspace of its own: it restores no other."""
    return f"{lab.url}/lab/workspaces/{uuid.uuid4().hex}/tree/{name}?token={lab.token}"


@pytest.fixture(scope="module")
def pages(browser: Browser, lab: Lab) -> Iterator[Pages]:
    pages = Pages(browser, lab)
    yield pages
    if pages.page:
        pages.page.context.close()


@pytest.fixture
def open_notebook(pages: Pages) -> Iterator[Callable[[str], Notebook]]:
    """Open a notebook of the lab's folder by name; its kernel is shut down after the test."""
    opened: list[Notebook] = []

    def open_one(name: str) -> Notebook:
        opened.append(pages.open(name))
        return opened[-1]

    yield open_one
    for notebook in opened:
        pages.close(notebook)


@pytest.fixture
def notebook_of(
    open_notebook: Callable[[str], Notebook], lab: Lab, request: pytest.FixtureRequest
) -> Callable[..., Notebook]:
    """Write a notebook of these code cells and open it."""

    def make(*cells: str) -> Notebook:
        return open_notebook(write_notebook(lab, request.node.name, *cells))

    return make


def write_notebook(lab: Lab, title: str, *cells: str) -> str:
    """Write a notebook of these code cells into the lab's folder, and return its name."""
    notebook = nbformat.v4.new_notebook(
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        cells=[nbformat.v4.new_code_cell(cell, id=f"cell-{i}") for i, cell in enumerate(cells)],
    )
    name = re.sub(r"\W+", "-", title) + ".ipynb"
    nbformat.write(notebook, lab.folder / name)
    return name
