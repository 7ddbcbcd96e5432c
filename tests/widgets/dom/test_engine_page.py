"""The engine in view on the page."""

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step


@pytest.fixture
def three_paths():
    def make(lib=minigrad, **kwargs):
        w = lib.tensor([1.0, 2.0], requires_grad=True)
        b = lib.tensor(0.5, requires_grad=True)
        y = w + b
        loss = (y * y + y * 3).sum()
        return step(loss, {"w": w, "b": b, "y": y, "loss": loss}, **kwargs)

    return make


def shown_counts(page):
    labels = page.locator(".waits").all()
    return [
        label.text_content()
        for label in labels
        if label.evaluate("e => getComputedStyle(e).visibility") == "visible"
    ]


def test_it_is_off_until_it_is_asked_for(show, three_paths):
    stepper = three_paths()
    stepper.position = 3
    page = show(stepper)
    expect(page.locator(".block.engine")).to_have_count(0)
    assert shown_counts(page) == []
    button = page.get_by_role("button", name="Show the engine")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    row = page.locator(".engine tbody tr")
    expect(row).to_have_count(1)
    expect(row.locator("th")).to_have_text("AddBackward0 y")
    expect(row.locator("td").first).to_have_text("2 of 3")
    expect(row.locator("td").nth(1)).to_contain_text("[2]")
    expect(page.locator(".engine ol li")).to_have_text(["MulBackward0 made as number 2"])
    assert sorted(shown_counts(page)) == ["0", "1", "1", "2"]
    button.click()
    expect(page.locator(".block.engine")).to_have_count(0)
    assert shown_counts(page) == []


def test_the_buffer_and_the_counts_follow_the_position(show, three_paths, lib):
    page = show(three_paths(lib, engine=True))
    expect(page.locator(".block.engine")).to_contain_text("Nothing waits for more gradients.")
    assert sorted(shown_counts(page)) == ["0", "1", "1", "1", "1", "1", "3"]
    for _ in range(5):
        page.get_by_role("button", name="One step forward").click()
    expect(page.locator(".engine ol li")).to_have_text(["w", "b"])
    page.get_by_role("button", name="Go to the end").click()
    expect(page.locator(".block.engine")).to_contain_text("Nothing is left to run.")
    assert shown_counts(page) == []


def test_partial_sums_are_the_ones_that_python_computed(show, lib):
    x = lib.tensor(2.0, requires_grad=True)
    y = x * 1.0
    stepper = step(y * 3 + y * 5 + y * 7, {"x": x, "y": y}, engine=True)
    page = show(stepper)
    buffers = []
    for _ in stepper.trace.frames:
        page.get_by_role("button", name="One step forward").click()
        cells = page.locator(".engine tbody td:nth-child(3)")
        buffers += cells.all_inner_texts()
    assert buffers == ["7", "7", "12"]


def test_what_is_asked_is_not_told(show, three_paths):
    page = show(three_paths(predict="next"))
    expect(page.locator(".do-engine")).to_be_hidden()
