"""The page of draw() for a large graph: unfolding, search, zoom, pan, map."""

import re

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import draw

pytestmark = pytest.mark.browser


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


@pytest.fixture
def loop():
    """Return the viewer of 40 equal steps of a loop: 122 nodes, in four groups of groups."""

    def loop(**options):
        w, h = leaf(0.5), leaf(0.25)
        for _ in range(40):
            h = (h * w).tanh() + 0.1
        loss = h * h
        return draw(loss, {"w": w, "loss": loss}, **options)

    return loop


def in_blocks(node):
    """Group the nodes by hand: two blocks in one, far from equal."""
    return None if node.sequence > 10**6 else ("all", f"block {node.sequence % 2}")


def answer(page, viewer, number=0):
    """Do what the kernel does when the page has asked for groups to be unfolded."""
    viewer.opened = page.evaluate(f"models[{number}].get('opened')")
    for name in ("drawn", "message", "svg"):
        value = getattr(viewer, name)
        page.evaluate("([n, name, value]) => models[n].set(name, value)", [number, name, value])


def group(page, name):
    return page.locator(f'[role=button][aria-label^="Group {name}"]')


def live(page):
    return page.locator(".mg-viewer .live")


# ---- folding


def test_a_click_unfolds_and_folds_again(show, loop):
    viewer = loop()
    page = show(viewer)
    before = page.locator(".node").count()
    page.get_by_role("button", name="Fold all", exact=True).click()
    answer(page, viewer)
    expect(page.locator(".node")).to_have_count(before if viewer.drawn else 6)
