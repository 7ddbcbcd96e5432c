"""The harness itself: what the other browser tests rely on, and that it sees an error."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from lab_driver import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from lab_driver import Notebook

    from .conftest import Lab


def test_runs_cells_and_asks_the_kernel(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of("a = 6\nprint('one')", "a * 7", "1 / 0", "a = 0")
    assert notebook.run(0)[0]["text"] == "one\n"
    assert notebook.run(1)[0]["data"]["text/plain"] == "42"
    assert notebook.ask("[a, None]") == [6, None]
    notebook.run_all()
    outputs = [cell["outputs"] for cell in notebook.cells()]
    assert outputs[2][0]["ename"] == "ZeroDivisionError"
    assert outputs[3] == []
    assert notebook.ask("a") == 6  # the error stopped the run


def test_the_kernel_is_this_python(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of("import sys")
    notebook.run(0)
    assert notebook.ask("sys.executable") == sys.executable


def test_comms_stay_on_the_main_thread(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(
        "import threading, ipywidgets\n"
        "seen = []\n"
        "slider = ipywidgets.IntSlider()\n"
        "slider.observe(lambda change: seen.append(threading.current_thread().name), 'value')\n"
        "slider"
    )
    notebook.run(0)
    handle = notebook.output(0).locator(".noUi-handle")
    handle.focus()
    handle.press("ArrowRight")
    notebook.wait_for("slider.value == 1")
    assert notebook.ask("seen") == ["MainThread"]


def test_themes(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of("1")
    background = (
        "() => getComputedStyle(document.body).getPropertyValue('--jp-layout-color0').trim()"
    )
    seen = []
    for theme in ("dark", "light"):
        notebook.theme(theme)
        seen.append(notebook.page.evaluate(background))
    assert len(set(seen)) == 2


def test_the_lab_opens_on_the_first_lesson_without_news(page: Page, lab: Lab) -> None:
    page.goto(f"{lab.url}/?token={lab.token}")
    wait_until(page, "() => window.jupyterapp?.shell.currentWidget?.context?.path != null")
    opened = page.evaluate("() => window.jupyterapp.shell.currentWidget.context.path")
    assert opened == min(file.name for file in lab.folder.glob("*.ipynb") if file.name[0].isdigit())
    assert page.locator(".jp-toastContainer .Toastify__toast").count() == 0
