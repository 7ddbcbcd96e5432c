"""The playground in a real JupyterLab: page and kernel agree; errors; a cell run again; a kernel that is gone."""

from __future__ import annotations

import importlib.util
import os
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
import {library}
from minigrad_widgets import play

def chain(x, w):
    h = x
    for _ in range(29):
        h = {library}.tanh(h * w)
    return h

playground = play(chain, library={library}, x=(-2, 2, 1), w=(0, 2, 1.5))
playground
"""
# The slider is dragged from end to end, a little in every frame of the screen, and on a slow machine no faster than
# five updates come; where none comes for a minute, it is left. An update is a frame in which the page
# shows other numbers of Python than in the frame before: in the bar, the leaves, the plot, the picture where it is in
# view. The point of the plot has to be where the numbers are, so that its ways are told too.
DRAG = """async (slider, seconds) => {
  const root = slider.closest(".mg-playground");
  const view = root.querySelector(".scroll").getBoundingClientRect();
  const inView = ({ top, bottom }) => bottom > view.top && top < view.bottom;
  const shown = [...root.querySelectorAll(".picture [data-slot]")].filter((text) => inView(text.getBoundingClientRect()));
  const look = () => [...shown, ...root.querySelectorAll(".output, .grad, .plot .key")].map((one) => one.textContent).join();
  const point = () => Number(root.querySelector(".plot-box circle")?.getAttribute("cx"));
  const [low, high] = [Number(slider.min), Number(slider.max)];
  const points = [point()];
  let [updates, frames, before] = [0, 0, look()];
  const start = performance.now();
  for (let part = 0; part < 1; frames += 1) {
    const passed = (performance.now() - start) / 1000;
    if (passed > 60) break;
    part = Math.min(1, passed / seconds, (updates + 1) / 5);
    slider.value = low + (high - low) * part;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    const now = look();
    if (now === before) continue;
    updates += 1;
    before = now;
    points.push(point());
  }
  const took = (performance.now() - start) / 1000;
  return { updates: updates / took, frames: frames / took, came: updates, points };
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


@pytest.mark.parametrize("theme", ["light", pytest.param("dark", marks=pytest.mark.exhaustive)])
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
    expect(root.locator(".message")).to_contain_text("The kernel is gone")
    expect(slider(root, "Slider of x")).to_be_disabled()
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
    """The figures are printed (pytest -s); what is tested is that all is in order, to the last."""
    libraries = ["minigrad", *(["torch"] if importlib.util.find_spec("torch") else [])]
    notebook = notebook_of(*(CHAIN.format(library=library) for library in libraries))
    for cell, library in enumerate(libraries):
        notebook.run(cell)
        root = notebook.output(cell).locator(".mg-playground")
        expect(root.locator(".picture .key")).to_contain_text("60 nodes")
        for leaf in ("x", "w"):
            control = slider(root, f"Slider of {leaf}")
            control.fill("0")
            notebook.wait_for(f"playground.values['{leaf}'] == 0 and not playground.state['rough']")
            drag = control.evaluate(DRAG, 2)
            told = f"{drag['updates']:g} updates a second, in {drag['frames']:g} frames"
            print(f"JupyterLab, 60 nodes of {library}, the slider of {leaf} moves: {told}; load {os.getloadavg()[0]:.1f}")  # fmt: skip
            assert drag["came"] >= 4
            if leaf == "x":
                _, _, *points = drag["points"]  # first where it was, then where the drag begins
                assert points == sorted(points)
            end = control.input_value()
            notebook.wait_for(f"playground.values['{leaf}'] == {end} == 2")
            agrees(notebook, root)


def agrees(notebook: Notebook, root: Locator) -> None:
    """What is shown in the end is what Python has."""
    notebook.wait_for("not playground.state['rough']")
    output, grads, slope = notebook.ask(
        "(playground.state['output']['text'], "
        "[leaf['grads'][0] for leaf in playground.state['leaves'].values()], "
        "playground.state['slopeText'])"
    )
    expect(root.locator(".output")).to_have_text(output)
    expect(root.locator(".leaf .grad")).to_have_text(grads)
    expect(root.locator(".plot .key")).to_contain_text(slope)
    texts = notebook.ask("{id: text['grad'] for id, text in playground.state['texts'].items()}")
    for node in ("n0", "n30", list(texts)[-1]):  # in sight and out of sight
        place = root.locator(f"[data-node={node}] [data-slot=grad]")
        expect(place).to_have_text(texts[node])
