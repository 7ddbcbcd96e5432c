"""The page of a pass that lacks a rule: the banner, the marks, the numbers side by side."""

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step


@pytest.fixture
def broken():
    def make(fault, **kwargs):
        w = minigrad.tensor([1.0, 2.0, 3.0], requires_grad=True)
        b = minigrad.tensor(0.5, requires_grad=True)
        x = minigrad.tensor([2.0, -1.0, 1.0])
        y = w * x + b
        loss = (y * y).sum()
        return step(loss, {"w": w, "b": b, "x": x, "y": y, "loss": loss}, fault=fault, **kwargs)

    return make


def test_the_first_difference_is_named_marked_and_a_click_away(show, broken):
    stepper = broken("no-unbroadcast")
    page = show(stepper)
    banner = page.locator(".fault-banner")
    expect(banner).to_contain_text("Without the sum over broadcast dimensions")
    expect(banner.locator(".first")).to_contain_text("The numbers part at step 3: AddBackward0 y.")
    expect(page.locator(".node.parts")).to_have_attribute("data-node", stepper.fault.node)
    expect(page.locator(".edge.parts")).to_have_attribute("data-edge", stepper.fault.edge)
    expect(page.locator(".unequal")).to_have_count(1)
    expect(page.locator(".node.differs")).to_have_count(2)
    banner.get_by_role("button", name="Go there").click()
    expect(page.locator(".position")).to_have_text("3 / 6")
    block = page.locator(".block.fault")
    expect(block.locator("h4")).to_have_text("≠ The numbers part here")
    expect(block.locator(".line")).to_have_count(1)
    expect(block.locator(".line")).to_contain_text("→ b")
    expect(block.locator(".wrong")).to_contain_text("[3]")


def test_the_end_compares_every_grad(show, broken):
    stepper = broken("no-accumulate")
    page = show(stepper)
    page.get_by_role("button", name="Go to the end").click()
    names = page.locator(".block.fault .line .code").all_inner_texts()
    assert names == ["g", "b.grad", "w.grad"]
    expect(page.locator("footer")).to_contain_text("w.grad=[10., 3., 7.]")  # the right ones


def test_no_mark_lies_on_that_of_a_neighbour(show):
    a, b = (minigrad.tensor(value, requires_grad=True) for value in ([1.0, 2.0], 3.0))
    page = show(step((a * b + a).sum(), {"a": a, "b": b}, fault="no-accumulate"))
    apart = page.evaluate(
        """() => {
          const middles = (what) => [...document.querySelectorAll(what)].map((one) => one.getBoundingClientRect());
          return middles(".unequal circle").flatMap((own) => middles(".mark circle").map((other) =>
            Math.hypot(own.x - other.x, own.y - other.y) / own.width));
        }"""
    )
    assert min(apart) > 0.95


def test_a_node_that_ran_twice_says_so(show, broken):
    stepper = broken("recursive-order")
    stepper.position = 3
    page = show(stepper)
    expect(page.locator(".block.fault")).to_contain_text("It ran 2 times.")


def test_where_the_engine_stops(show):
    w = minigrad.tensor(3.0, requires_grad=True)
    h = w * 2
    z = h * h
    h.add_(1)
    stepper = step(z, {"w": w, "z": z}, fault="stale-saved")
    stepper.position = 1
    page = show(stepper)
    expect(page.locator(".block.fault")).to_contain_text(
        "The engine stops here: one of the variables"
    )


def test_a_rule_that_makes_no_difference(show):
    w = minigrad.tensor(3.0, requires_grad=True)
    page = show(step(w * 2, {"w": w}, fault="no-accumulate", lang="zh"))
    expect(page.locator(".fault-banner")).to_contain_text("在这个图上，这条规则没有影响。")
    expect(page.locator(".differs, .parts, .unequal")).to_have_count(0)
    page.get_by_role("button", name="跳到结尾").click()
    expect(page.locator(".block.fault")).to_have_count(0)


@pytest.mark.parametrize("width", [384, 800, 1920])
def test_nothing_is_cut_off(show, broken, width):
    stepper = broken("no-unbroadcast", presenter=width == 1920)
    stepper.position = 4
    page = show(stepper, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    mark = page.locator(".unequal").bounding_box()
    box = page.locator(".scroll").bounding_box()
    assert box["x"] <= mark["x"]
