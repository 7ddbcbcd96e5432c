"""The same stepper in Notebook 7 and in Voila: it steps there, and the kernel's `.grad` follows."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from playwright.sync_api import Page, expect

from servers import PATIENCE, environment, free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CODE = """
import minigrad as torch
from minigrad_widgets import step
w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3., requires_grad=True)
stepper = step(w * x, predict=PREDICT)
stepper
"""
# A cell of its own tells what the kernel holds, in both hosts alike: its text follows the position.
PROBE = """
import ipywidgets
told = ipywidgets.HTML()
def tell(change=None):
    told.value = f"<p class='told'>kernel at {stepper.position}, w.grad {w.grad}</p>"
stepper.observe(tell, "position")
tell()
told
"""


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., str]]:
    """Start a server on a notebook; return its address."""
    running: list[subprocess.Popen[str]] = []

    def start(*command: str, predict: bool = False) -> str:
        notebook = nbformat.v4.new_notebook(
            metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
            cells=[
                nbformat.v4.new_code_cell(CODE.replace("PREDICT", str(predict)), id="a"),
                nbformat.v4.new_code_cell(PROBE, id="b"),
            ],
        )
        nbformat.write(notebook, tmp_path / "stepper.ipynb")
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


NOTEBOOK = (
    "notebook", "--no-browser", "--port={port}", "--ip=127.0.0.1", "--IdentityProvider.token=", "--allow-root",
)  # fmt: skip
VOILA = ("voila", "stepper.ipynb", "--no-browser", "--port={port}", "--Voila.ip=127.0.0.1")


def steps_through(page: Page) -> None:
    """Step by button, key and row; the page and the kernel agree."""
    stepper = page.locator(".mg-stepper")
    expect(stepper).to_be_visible()
    expect(page.locator(".told")).to_have_text("kernel at 0, w.grad None")
    stepper.get_by_role("button", name="One step forward").click()
    expect(stepper.locator(".position")).to_have_text("1 / 3")
    expect(stepper.locator(".panel-body h3")).to_contain_text("MulBackward0")
    stepper.focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".told")).to_have_text("kernel at 2, w.grad 3.0")
    page.keyboard.press("Home")
    expect(page.locator(".told")).to_have_text("kernel at 0, w.grad None")
    stepper.locator("[data-node]", has_text="w = 2").click()
    expect(page.locator(".told")).to_have_text("kernel at 2, w.grad 3.0")
    expect(stepper.locator("footer")).to_contain_text("w.grad=3.")


def answers_a_question(page: Page) -> None:
    stepper = page.locator(".mg-stepper")
    field = stepper.locator(".question input").first
    field.fill("-x")
    stepper.locator(".question input").nth(1).fill("w")
    page.keyboard.press("Enter")
    expect(stepper.locator(".verdict").first).to_have_text("✗ The sign is wrong.")
    field.fill("g * x")
    page.keyboard.press("Enter")
    expect(stepper.locator(".position")).to_have_text("1 / 3")
    expect(page.locator(".told")).to_have_text("kernel at 1, w.grad None")


def test_notebook_7(serve: Callable[..., str], page: Page) -> None:
    url = serve(*NOTEBOOK)
    page.goto(f"{url}/notebooks/stepper.ipynb")
    run_all_in_notebook(page)
    steps_through(page)
    expect(page.locator(".jp-Notebook-cell")).to_have_count(2)  # no key reached its shortcuts


def test_notebook_7_answers(serve: Callable[..., str], page: Page) -> None:
    url = serve(*NOTEBOOK, predict=True)
    page.goto(f"{url}/notebooks/stepper.ipynb")
    run_all_in_notebook(page)
    answers_a_question(page)


def run_all_in_notebook(page: Page) -> None:
    expect(page.locator(".jp-Notebook-cell")).to_have_count(2)
    expect(page.locator(".jp-Notebook-ExecutionIndicator")).to_have_attribute(
        "data-status", re.compile("idle")
    )
    for _ in range(3):  # idle is said before the connection to the kernel works
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        with contextlib.suppress(AssertionError):
            expect(page.locator(".mg-stepper")).to_be_visible(timeout=20_000)
            return


def test_voila(serve: Callable[..., str], page: Page) -> None:
    page.goto(serve(*VOILA))
    steps_through(page)


def test_voila_answers(serve: Callable[..., str], page: Page) -> None:
    page.goto(serve(*VOILA, predict=True))
    answers_a_question(page)
