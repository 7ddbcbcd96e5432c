"""Every widget in Notebook 7 and in Voila: used there as a learner does; the kernel follows, no key is lost."""

from __future__ import annotations

import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from every_widget import CELLS, press_shortcuts, told, use_every_widget, write_notebook
from lab_driver import READY, wait_until
from servers import PATIENCE, environment, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Both find their settings and their extensions in this environment; nothing of the user's.
NOTEBOOK = (
    "notebook", "--no-browser", "--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root",
    "--JupyterNotebookApp.expose_app_in_browser=True",
)  # fmt: skip
VOILA = ("voila", "widgets.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1")
SCROLLED = """() => {
    const outputs = [...document.querySelectorAll(".jp-OutputArea-output")];
    return outputs.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent.slice(0, 80));
}"""
KINDS = """() => [...document.querySelectorAll(".jp-Notebook-cell")].map(cell =>
    [...cell.classList].filter(name => /^jp-(Code|Markdown|Raw)Cell$/.test(name)).join())"""


@pytest.fixture(params=["minigrad", pytest.param("torch", marks=pytest.mark.exhaustive)])
def library(request: pytest.FixtureRequest) -> str:
    if request.param == "torch":
        pytest.importorskip(
            "torch", reason="PyTorch is not installed: no widget can show its graphs"
        )
    return request.param


@pytest.fixture
def serve(tmp_path: Path, library: str) -> Iterator[Callable[..., str]]:
    """Start a server on the notebook of every widget; return its address."""
    running: list[subprocess.Popen[str]] = []

    def start(*command: str) -> str:
        write_notebook(tmp_path / "widgets.ipynb", library)
        port = free_port()
        with (tmp_path / "log").open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *[part.format(port=port) for part in command]],
                cwd=tmp_path,
                env=environment(tmp_path),
                stdout=log,
                stderr=subprocess.STDOUT,
                text=True,
            )
        running.append(process)
        wait_for(f"http://127.0.0.1:{port}/", process, tmp_path / "log")
        return f"http://127.0.0.1:{port}"

    yield start
    for process in running:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(url: str, process: subprocess.Popen[str], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=PATIENCE).close()
        except urllib.error.HTTPError:
            return  # it answers, if only that it wants a token
        except OSError:
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"the server did not start:\n{log.read_text()}")


def run_all_in_notebook(page: Page) -> None:
    expect(page.locator(".jp-Notebook-cell")).to_have_count(len(CELLS))
    wait_until(page, READY, "widgets.ipynb")
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()


def test_notebook_7(serve: Callable[..., str], page: Page) -> None:
    page.goto(f"{serve(*NOTEBOOK)}/notebooks/widgets.ipynb")
    run_all_in_notebook(page)
    use_every_widget(page)
    assert page.evaluate(SCROLLED) == []
    press_shortcuts(page)
    expect(page.locator(".jp-Dialog")).to_have_count(0)
    assert page.evaluate(KINDS) == ["jp-CodeCell"] * len(CELLS)
    # They are shortcuts, and this notebook hears them: pressed outside of a widget, a cell is gone.
    told(page, "stepper").click()
    page.keyboard.press("d")
    page.keyboard.press("d")
    expect(page.locator(".jp-Notebook-cell")).to_have_count(len(CELLS) - 1)


def test_voila(serve: Callable[..., str], page: Page) -> None:
    page.goto(serve(*VOILA))
    use_every_widget(page)
    assert page.evaluate(SCROLLED) == []
    expect(page.get_by_text("%%build")).to_have_count(0)  # the code of the cells is hidden
