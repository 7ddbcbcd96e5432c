"""The playground in a real JupyterLab: page and kernel agree; errors; a cell run again; a kernel that is gone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, expect

from lab_driver import READY, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_driver import Notebook

CELL = """
import minigrad as torch
from minigrad_widgets import play

def f(x, w):
    z = w * x
    if x > 3:
        raise RuntimeError("too <b>large</b>")
    return torch.relu(z) + 1 if x > 1 else z

playground = play(f, x=(-4, 4, 2), w=[[1.0, -2.0]])
playground
"""
AFTER = "after = 'a cell below, which a stray shortcut could reach'"
CHAIN = """
import minigrad as torch
from minigrad_widgets import play

def chain(x, w):
    h = x
    for _ in range(29):
        h = torch.tanh(h * w)
    return h

playground = play(chain, x=(-2, 2, 1), w=(0, 2, 1.5))
playground
"""
# The slider is moved in every frame, for two seconds; how often the output changes is counted.
DRAG = """async slider => {
  const output = slider.closest(".mg-playground").querySelector(".output");
  let updates = 0;
  const watcher = new MutationObserver(() => { updates += 1; });
  watcher.observe(output, { childList: true, characterData: true, subtree: true });
  const start = performance.now();
  while (performance.now() - start < 2000) {
    slider.value = -2 + 4 * (((performance.now() - start) / 2000) % 1);
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
  }
  watcher.disconnect();
  return updates / 2;
}"""

RESTART = "() => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
RUN_AND_LEAVE = """index => {
  window.jupyterapp.shell.currentWidget.content.activeCellIndex = index;
  window.jupyterapp.commands.execute("notebook:run-cell");
}"""


def shown(notebook: Notebook) -> Locator:
    outputs = notebook.run(0)
    assert "error" not in {output["output_type"] for output in outputs}, outputs
    root = notebook.output(0).locator(".mg-playground")
    expect(root).to_be_visible()
    return root


def slider(root: Locator, name: str) -> Locator:
    return root.get_by_role("slider", name=name, exact=True)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_page_and_kernel_agree(notebook_of: Callable[..., Notebook], theme: str) -> None:
    notebook = notebook_of(CELL, AFTER)
    notebook.theme(theme)
    root = shown(notebook)
    slider(root, "Slider of x").fill("1.5")
    expect(root.locator(".output")).to_have_text("[[2.5, 1.]]")
    assert notebook.ask("playground.values['x']") == 1.5
    assert notebook.ask("playground.grads['w'].tolist()") == [[1.5, 0.0]]
    expect(root.locator("[aria-label=w] .grad").first).to_have_text("1.5")
    notebook.screenshot(f"playground-{theme}", root)
    slider(root, "Slider of x").fill("0.5")  # another shape
    expect(root.locator(".picture .key")).to_contain_text("The graph has changed")
    slider(root, "Slider of x").fill("3.5")
    expect(root.locator(".message")).to_contain_text(
        "RuntimeError: too <b>large</b> (line 7: raise"
    )
    expect(root.locator(".badge")).to_be_visible()
    notebook.screenshot(f"playground-error-{theme}", root)
    assert notebook.ask("playground.values['x']") == 3.5
    assert notebook.page_errors == []


def test_python_moves_the_page(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL, "playground.values['w'] = [[3, 4]]")
    root = shown(notebook)
    notebook.run(1)
    expect(root.get_by_label("w[0, 1]", exact=True).first).to_have_value("4")
    expect(root.locator(".output")).to_have_text("[[7., 9.]]")


def test_keys_reach_nothing_of_jupyterlab(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL, AFTER)
    root = shown(notebook)
    before = notebook.state()
    slider(root, "Slider of x").focus()
    for key in ["Home", "ArrowUp", "a", "b", "x", "d", "d", "m", "z", "Enter", "Shift+M"]:
        notebook.page.keyboard.press(key)
    box = root.get_by_label("w[0, 0]", exact=True).first
    box.fill("-1/2")
    for key in ["Enter", "ArrowUp", "PageUp", "End", "Home", "Control+ArrowRight", "Escape"]:
        notebook.page.keyboard.press(key)
    notebook.wait_for("playground.values['w'][0][0] == -5.0")
    assert notebook.state() == before
    assert notebook.cells()[1]["source"] == AFTER


def test_a_cell_that_runs_again_has_a_new_playground(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL, "playground.close()")
    root = shown(notebook)
    slider(root, "Slider of x").fill("1.5")
    expect(root.locator(".output")).to_have_text("[[2.5, 1.]]")
    root = shown(notebook)
    expect(notebook.output(0).locator(".mg-playground")).to_have_count(1)
    expect(root.locator(".output")).to_have_text("[[3., 1.]]")
    slider(root, "Slider of x").fill("1.25")
    expect(root.locator(".output")).to_have_text("[[2.25, 1.]]")
    notebook.run(1)  # closing it takes it off the page
    expect(notebook.output(0).locator(".mg-playground")).to_have_count(0)
    assert notebook.page_errors == []


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_kernel_that_is_gone(notebook_of: Callable[..., Notebook], end: str) -> None:
    notebook = notebook_of(CELL, "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    root = shown(notebook)
    if end == "restart":
        notebook.page.evaluate(RESTART)
    else:
        notebook.page.evaluate(RUN_AND_LEAVE, 1)
        notebook.page.locator(".jp-Dialog button").click()  # JupyterLab says that it restarts it
    slider(root, "Slider of x").fill("1.5")
    expect(root.locator(".message")).to_contain_text("If it was restarted, run the cell again")
    path = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    wait_until(notebook.page, READY, path)
    root = shown(notebook)
    slider(root, "Slider of x").fill("1.5")
    expect(root.locator(".output")).to_have_text("[[2.5, 1.]]")


def test_a_page_that_is_loaded_again(notebook_of: Callable[..., Notebook]) -> None:
    notebook = notebook_of(CELL)
    root = shown(notebook)
    slider(root, "Slider of x").fill("1.5")
    expect(root.locator(".output")).to_have_text("[[2.5, 1.]]")
    notebook.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
    path = notebook.page.evaluate("window.jupyterapp.shell.currentWidget.context.path")
    notebook.page.reload()
    wait_until(notebook.page, READY, path)
    root = notebook.output(0).locator(".mg-playground")
    expect(slider(root, "Slider of x")).to_have_value("1.5")
    slider(root, "Slider of x").fill("1.25")
    expect(root.locator(".output")).to_have_text("[[2.25, 1.]]")
    assert notebook.ask("playground.values['x']") == 1.25


def test_sixty_nodes_follow_a_slider(notebook_of: Callable[..., Notebook]) -> None:
    """The figure is printed (pytest -s); what is tested is that many answers come, not one."""
    notebook = notebook_of(CHAIN)
    root = shown(notebook)
    expect(root.locator(".picture .key")).to_contain_text("60 nodes")
    for name in ("x", "w"):
        figure = slider(root, f"Slider of {name}").evaluate(DRAG)
        print(f"JupyterLab, 60 nodes, the slider of {name} moves: {figure:g} updates a second")
        assert figure > 2
        notebook.page.wait_for_timeout(500)
