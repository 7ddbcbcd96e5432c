"""What becomes of a stepper when cells are run again, widgets closed, kernels restarted or killed, pages reloaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from lab_driver import READY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Locator

    from lab_driver import Notebook

CELL = """
import minigrad as torch
from minigrad_widgets import step
w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3., requires_grad=True)
stepper = step(w * x)
stepper
"""
OTHER = """
from minigrad_widgets import scope
u = torch.tensor(5., requires_grad=True)
with scope("square"):
    v = u * u
other = step(v * w, fold="scope")
other
"""
GONE = "The kernel is gone: this page still steps, but no .grad follows. Run the cell again."
FORWARD = "One step forward"


def shown(notebook: Notebook, cell: int) -> Locator:
    outputs = notebook.run(cell)
    assert "error" not in {output["output_type"] for output in outputs}, outputs
    root = notebook.output(cell).locator(".mg-stepper")
    expect(root).to_be_visible()
    return root


def forward(root: Locator) -> None:
    root.get_by_role("button", name=FORWARD).click()


def test_two_steppers_on_one_page_do_not_meet(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL, OTHER)
    one, other = shown(notebook, 0), shown(notebook, 1)
    forward(one)
    expect(one.locator(".position")).to_have_text("1 / 3")
    expect(other.locator(".position")).to_have_text("0 / 4")
    forward(other)
    notebook.wait_for("(stepper.position, other.position) == (1, 1)")
    # They share a leaf: the second to change its .grad finds what the first has put there.
    one.get_by_role("button", name="Go to the end").click()
    notebook.wait_for("w.grad.item() == 3.0")
    other.get_by_role("button", name="Go to the end").click()
    expect(other.locator(".message")).to_contain_text("w.grad was changed outside this stepper")
    assert notebook.ask("w.grad.item()") == 3.0
    # The kernel lays out what is folded; the steps stay where they are.
    other.get_by_role("button", name="Fold all").click()
    expect(other.locator(".picture .node.group")).to_have_attribute("data-state", "now")
    expect(other.locator(".box-count")).to_have_text("2 / 2")
    other.locator(".picture .node.group").click()
    expect(other.locator(".picture .box")).to_have_attribute("aria-expanded", "true")
    notebook.wait_for("(other.drawn, other.position) == (['g0'], 4)")
    ids = notebook.page.evaluate(
        "[...document.querySelectorAll('.mg-stepper [id]')].map(e => e.id)"
    )
    assert len(ids) == len(set(ids))
    assert notebook.page_errors == []


def test_a_cell_that_is_run_again_makes_a_new_stepper(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL)
    forward(shown(notebook, 0))
    again = shown(notebook, 0)
    expect(notebook.root.locator(".mg-stepper")).to_have_count(1)
    expect(again.locator(".position")).to_have_text("0 / 3")
    forward(again)
    notebook.wait_for("stepper.position == 1")
    expect(again.locator(".message")).to_be_hidden()


def test_a_closed_stepper_goes_and_leaves_grad(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL, "stepper.position = 3\nstepper.close()\nw.grad")
    root = shown(notebook, 0)
    outputs = notebook.run(1)
    assert outputs[-1]["data"]["text/plain"] == "tensor(3.)"
    expect(root).to_have_count(0)
    assert notebook.page_errors == []


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_without_its_kernel_it_says_so_and_still_steps(
    notebook_of: Callable[..., Notebook], end: str
) -> None:
    notebook = notebook_of(CELL, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    root = shown(notebook, 0)
    forward(root)
    if end == "restart":
        notebook.page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )
    else:
        notebook.page.evaluate(
            "() => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = 1;"
            " window.jupyterapp.commands.execute('notebook:run-cell'); }"
        )
    expect(root.locator(".message")).to_have_text(GONE)
    if end == "kill":  # JupyterLab says that it restarts the kernel
        notebook.page.locator(".jp-Dialog button").click()
    forward(root)
    expect(root.locator(".position")).to_have_text("2 / 3")
    path = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    wait_until(notebook.page, READY, path)
    again = shown(notebook, 0)
    expect(again.locator(".message")).to_be_hidden()
    forward(again)
    notebook.wait_for("stepper.position == 1")


def test_a_page_that_is_loaded_again_finds_it_where_it_was(
    notebook_of: Callable[..., Notebook],
) -> None:
    notebook = notebook_of(CELL)
    root = shown(notebook, 0)
    forward(root)
    forward(root)
    notebook.wait_for("stepper.position == 2")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    path = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    notebook.page.reload()
    wait_until(notebook.page, READY, path)
    root = notebook.output(0).locator(".mg-stepper")
    expect(root.locator(".position")).to_have_text("2 / 3")
    forward(root)
    notebook.wait_for("stepper.position == 3")
    assert notebook.ask("w.grad.item()") == 3.0
