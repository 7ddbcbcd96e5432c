"""The graph of the gradients on the page: it grows, and its nodes lead to the steps that made them."""

from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step


def cubed(lib=minigrad, **kwargs):
    x = lib.tensor(2.0, requires_grad=True)
    w = lib.tensor(3.0, requires_grad=True)
    y = x**3 * w
    return step(y, {"x": x, "w": w, "y": y}, create_graph=True, **kwargs)


def counts(page):
    states = page.locator(".second [data-node]").evaluate_all(
        "all => all.map((e) => e.dataset.state)"
    )
    return {state: states.count(state) for state in sorted(set(states))}


def test_it_grows_with_the_steps(show, lib):
    stepper = cubed(lib)
    page = show(stepper)
    page.get_by_role("button", name="Graph of the gradients").click()
    expect(page.locator(".second .quiet")).to_be_visible()
    assert set(counts(page)) == {"hidden"}
    page.get_by_role("button", name="One step forward").click()
    expect(page.locator(".second .quiet")).to_be_hidden()
    assert counts(page)["now"] == 2
    made = page.locator(".block.made li")
    assert made.evaluate_all("all => all.map((e) => getComputedStyle(e, '::before').content)") == [
        '"1. "',
        '"2. "',
    ]
    page.get_by_role("button", name="One step forward").click()
    assert "now" not in counts(page)
    expect(page.locator(".block.made")).to_have_count(0)
    page.get_by_role("button", name="Go to the end").click()
    assert "hidden" not in counts(page)
    page.get_by_role("button", name="Go to the start").click()
    assert set(counts(page)) == {"hidden"}


def test_its_nodes_lead_to_their_steps(show, lib):
    stepper = cubed(lib)
    stepper.position = 4
    page = show(stepper)
    page.get_by_role("button", name="Graph of the gradients").click()
    second = stepper.trace.second
    (node,) = [n.id for n in second.graph.nodes if n.label == "x.grad"]
    page.locator(f".second [data-node={node}]").click()
    expect(page.locator(".position")).to_have_text("3 / 4")
    (leaf,) = [n.id for n in second.graph.nodes if n.label == "w"]
    page.locator(f".second [data-node={leaf}]").dispatch_event("click")
    expect(page.locator(".position")).to_have_text("2 / 4")


def test_the_tabs_change_the_picture(show):
    page = show(cubed(lang="zh"))
    first, second = (
        page.get_by_role("button", name="计算图", exact=True),
        page.get_by_role("button", name="梯度的计算图"),
    )
    expect(first).to_have_attribute("aria-pressed", "true")
    second.click()
    expect(page.locator(".scroll.second")).to_be_visible()
    expect(page.locator(".scroll:not(.second)")).to_be_hidden()
    first.click()
    expect(page.locator(".scroll.second")).to_be_hidden()
    expect(page.locator(".scroll:not(.second) [data-node]").first).to_be_visible()


def test_two_views_keep_their_colours(show):
    stepper = cubed()
    stepper.position = 4
    page = show(stepper)
    page.evaluate("show(0)")
    ids = page.evaluate("[...document.querySelectorAll('svg[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids)) == 4
    fills = page.locator(".second .node.op > path").evaluate_all(
        "all => all.map((e) => getComputedStyle(e).fill)"
    )
    assert set(fills) == {"rgb(228, 240, 250)"}
