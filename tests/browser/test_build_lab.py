"""%%build in a real JupyterLab: the cell runs once, the widget steps, Python follows, errors are raised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_driver import Notebook

START = """
import minigrad as torch
from minigrad_widgets import build
runs = 0
"""
CELL = """%%build --as built
runs += 1
w = torch.tensor(2., requires_grad=True)
y = w
for i in range(2):
    y = y * w
d = y.detach()
print("once")
y.backward()
"""
WRONG = """%%build
z = w * 2
z = z @ d
late = 1
"""
MAGIC = "%%build\nlate = 2\n%timeit 1\n"


@pytest.fixture
def notebook(notebook_of: Callable[..., Notebook]) -> Notebook:
    notebook = notebook_of(START, CELL, WRONG, MAGIC)
    assert not errors(notebook.run(0))
    return notebook


def errors(outputs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [output for output in outputs if output["output_type"] == "error"]


def widget(notebook: Notebook, cell: int) -> Locator:
    root = notebook.output(cell).locator(".mg-build")
    expect(root).to_be_visible()
    return root


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
def test_a_cell_is_built_line_by_line(notebook: Notebook, theme: str) -> None:
    notebook.theme(theme)
    outputs = notebook.run(1)
    assert not errors(outputs)
    assert [one["text"] for one in outputs if one["output_type"] == "stream"] == ["once\n"]
    (shown,) = [one["data"] for one in outputs if "data" in one]
    assert "".join(shown["text/plain"]).startswith("line  time  code")
    root = widget(notebook, 1)
    assert notebook.ask("[runs, y.item(), w.grad.item()]") == [1, 8.0, 12.0]
    before = notebook.state()
    root.focus()
    for position in range(1, notebook.ask("len(built.lines)") + 1):
        notebook.page.keyboard.press("ArrowRight")
        notebook.wait_for(f"built.position == {position}")
        expect(root.locator(".lines [aria-current=step]")).to_have_count(1)
        notebook.screenshot(f"build-{theme}-{position}", root)
    last = notebook.ask("max(built.passes)")
    assert notebook.ask("built.position") == last
    root.get_by_role("button", name="On into the backward pass").click()
    notebook.wait_for("built.inner == 1")
    expect(root.locator("[data-node][data-state=now]")).to_have_count(1)
    notebook.screenshot(f"build-{theme}-pass", root)
    notebook.page.keyboard.press("PageDown")
    notebook.wait_for("built.inner == 2")
    notebook.page.keyboard.press("Escape")
    notebook.wait_for("built.inner == 0")
    assert notebook.state() == before
    notebook.ask("setattr(built, 'position', 3)")
    expect(root.locator(".position")).to_have_text(f"3 / {last}")


def test_an_error_shows_the_widget_and_is_raised(notebook: Notebook) -> None:
    notebook.run(1)
    outputs = notebook.run(2)
    (error,) = errors(outputs)
    assert error["ename"] == "RuntimeError"
    assert "z = z @ d" in "".join(error["traceback"])
    root = widget(notebook, 2)
    expect(root.locator(".lines li.struck code")).to_have_text("z = z @ d")
    expect(root.locator(".did")).to_contain_text("RuntimeError")
    assert notebook.ask("'late' in globals()") is False
    notebook.screenshot("build-error", root)


def test_a_magic_inside_is_refused(notebook: Notebook) -> None:
    (error,) = errors(notebook.run(3)) or [{"evalue": ""}]
    text = error["evalue"] or notebook.output(3).first.inner_text()
    assert "%%build, line 2: magics, shell commands and ?" in text
    assert notebook.ask("'late' in globals()") is False
