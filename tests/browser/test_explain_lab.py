"""explain() and ledger() in a real JupyterLab: their HTML is what is seen, their text is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from collections.abc import Callable

    from lab_driver import Notebook

FAILS = """
import minigrad as torch
from minigrad_widgets import explain, ledger

w = torch.tensor([1.0, 2.0], requires_grad=True)
hidden = w.exp()
loss = (hidden * w).sum()
hidden += 1
loss.backward()
"""
LOOP = """
v = torch.tensor([1.0, -3.0], requires_grad=True)
with ledger({"<b>v</b>": v}) as book:
    for _ in range(2):
        (v * v).sum().backward()
        with torch.no_grad():
            v -= 0.25 * v.grad
book
"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_failed_backward_and_a_loop_of_two_passes(
    notebook_of: Callable[..., Notebook], theme: str
) -> None:
    notebook = notebook_of(FAILS, "explain()", LOOP)
    notebook.theme(theme)
    (failed,) = notebook.run(0)
    assert failed["ename"] == "RuntimeError"

    (explained,) = notebook.run(1)
    text = "".join(explained["data"]["text/plain"])
    assert "RuntimeError" in text
    assert "hidden += 1" in text
    assert "✖" in text
    shown = notebook.output(1).locator(".mg-explain")
    expect(shown.locator("pre.culprit")).to_have_text(["loss = (hidden * w).sum()", "hidden += 1"])
    expect(shown.locator("svg .marked")).to_have_count(1)
    notebook.screenshot(f"explain-{theme}", shown)

    (booked,) = notebook.run(2)
    text = "".join(booked["data"]["text/plain"])
    assert notebook.ask("repr(book)") == text
    assert text.count("backward") >= 2
    table = notebook.output(2).locator(".mg-ledger")
    expect(table.locator("tr.stale.note")).to_have_count(1)
    expect(table).to_contain_text("<b>v</b>")
    expect(table.locator("b")).to_have_count(0)
    expect(table.get_by_role("columnheader", name="incoming")).to_be_visible()
    notebook.screenshot(f"ledger-{theme}", table)

    # JupyterLab's own rules for pre, code and tables do not reach it
    style = "(e, name) => getComputedStyle(e)[name]"
    lines = shown.locator(".words pre").all()
    assert all(line.evaluate(style, "paddingLeft") != "0px" for line in lines)
    assert table.locator("td.event").first.evaluate(style, "textAlign") == "left"
    nothing = "rgba(0, 0, 0, 0)"
    assert table.locator("code").first.evaluate(style, "backgroundColor") == nothing

    for output in (shown, table):
        colours = output.locator(".frame").evaluate(
            "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).color]"
        )
        ground, ink = (sum(map(int, c[4:-1].split(","))) for c in colours)
        assert (ground > ink) == (theme == "light"), colours
    assert notebook.output(2).first.evaluate("e => e.scrollWidth <= e.clientWidth + 1")
    assert notebook.page_errors == []
