"""The page of a stepper that asks: fields, verdicts, hints, the score, and what is kept secret."""

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step

HOSTILE = '<img src=x onerror="alert(1)">&"\\N'


@pytest.fixture
def asking():
    def make(predict=True, lib=minigrad, **kwargs):
        w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
        b = lib.tensor(0.5, requires_grad=True)
        x = lib.tensor([2.0, -1.0, 1.0])
        y = w * x + b
        loss = (y * y).sum()
        names = {"w": w, "b": b, "x": x, "y": y, "loss": loss}
        return step(loss, names, predict=predict, **kwargs)

    return make


def fields(page):
    return page.locator(".question input[type=text]")


def test_answers_are_typed_judged_and_revealed(show, exchange, asking, lib):
    stepper = asking(lib=lib)
    page = show(stepper)
    expect(page.locator(".question h3")).to_have_text("What goes out?")
    expect(page.locator(".question .count")).to_have_text("Before step 1 of 6")
    fields(page).fill("-1")
    page.keyboard.press("Enter")
    exchange(page, stepper)
    expect(page.locator(".question .verdict")).to_have_text("✗ The shape is wrong.")
    expect(fields(page)).to_have_attribute("aria-invalid", "true")
    expect(fields(page)).to_have_value("-1")
    expect(fields(page)).to_be_focused()
    fields(page).fill("[1, 1, 1]")
    page.get_by_role("button", name="Check").click()
    exchange(page, stepper)
    assert stepper.position == 1
    expect(page.locator(".position")).to_have_text("1 / 6")
    expect(page.locator(".panel-body h3")).to_have_text("SumBackward0 loss")
    expect(page.locator(".question .count")).to_have_text("Before step 2 of 6")
    expect(page.locator(".question .field")).to_have_count(2)
    expect(page.locator(".question label").nth(1)).to_have_text("to AddBackward0 [1]")


def test_a_right_field_stays_while_the_other_is_asked_again(show, exchange, asking):
    stepper = asking()
    stepper.position = 1
    page = show(stepper)
    fields(page).nth(0).fill("y")
    fields(page).nth(1).fill("-y")
    page.keyboard.press("Enter")
    exchange(page, stepper)
    expect(fields(page).nth(0)).to_have_attribute("readonly", "")
    expect(page.locator(".verdict").nth(0)).to_have_text("✓ Right.")
    expect(page.locator(".verdict").nth(1)).to_have_text("✗ The sign is wrong.")
    fields(page).nth(1).fill("y")
    page.keyboard.press("Enter")
    exchange(page, stepper)
    assert stepper.position == 2
    assert stepper.score == {"questions": 2, "first": 1, "later": 1, "given_up": 0, "sign": 1}
    # the focus went on to the next question
    expect(fields(page).nth(0)).to_be_focused()


def test_nothing_is_shown_before_it_is_answered(show, exchange, asking, lib):
    stepper = asking(lib=lib)
    page = show(stepper)
    assert "[10., 3., 7.]" not in page.locator(".mg-stepper").inner_text()
    cells = page.locator(".steps tbody tr").nth(4).locator("td")
    expect(cells.nth(1)).to_have_text("?")
    page.get_by_role("button", name="Go to the end").click()
    page.get_by_role("button", name="One step forward").click()
    page.locator(".steps tbody tr").nth(4).click()
    page.locator(".bar input[type=range]").fill("4")
    expect(page.locator(".position")).to_have_text("0 / 6")
    expect(fields(page)).to_be_focused()
    for _ in range(6):
        page.get_by_role("button", name="Show it").click()
        exchange(page, stepper)
    expect(cells.nth(2)).to_have_text("[10., 3., 7.] → w")
    expect(page.locator(".question")).to_be_hidden()
    expect(page.locator(".score")).to_contain_text("shown8")
    page.get_by_role("button", name="Go to the start").click()
    expect(page.locator(".score")).to_have_count(0)
    page.get_by_role("button", name="Go to the end").click()
    expect(page.locator(".position")).to_have_text("6 / 6")
    expect(page.locator(".score")).to_have_count(1)


def test_hints_come_one_after_the_other(show, exchange, asking):
    stepper = asking()
    stepper.position = 4
    page = show(stepper)
    hint = page.locator(".question .buttons button").nth(1)
    expect(page.locator(".hints math")).to_have_count(0)
    hint.click()
    exchange(page, stepper)
    expect(page.locator(".hints math")).to_have_count(1)
    expect(page.locator(".hints")).to_contain_text("Each factor receives")
    expect(hint).to_have_text("Another hint")
    hint.click()
    exchange(page, stepper)
    expect(page.locator(".hints math")).to_have_count(2)
    expect(hint).to_have_attribute("aria-disabled", "true")


def test_which_node_runs_next_is_chosen_in_the_graph(show, exchange, asking, lib):
    stepper = asking("next", lib=lib)
    stepper.position = 3
    page = show(stepper)
    wrong, right = (
        next(n.id for n in stepper.trace.graph.nodes if n.label == label) for label in "wb"
    )
    expect(page.locator(".steps tbody tr").nth(3).locator("td").first).to_have_text("?")
    assert "AccumulateGrad" not in page.locator(".steps tbody tr").nth(3).locator(
        "button"
    ).get_attribute("aria-label")
    page.locator(f"[data-node={wrong}]").click()
    expect(page.locator(".question select")).to_have_value(wrong)
    page.get_by_role("button", name="Check").click()
    exchange(page, stepper)
    expect(page.locator(".verdict")).to_contain_text("still waits for a gradient")
    page.locator(f"[data-node={right}]").click()
    page.get_by_role("button", name="Check").click()
    exchange(page, stepper)
    expect(page.locator(".position")).to_have_text("4 / 6")


def test_typing_moves_nothing(show, asking):
    stepper = asking()
    stepper.position = 2
    page = show(stepper)
    fields(page).first.click()
    page.keyboard.type("b 1")
    for key in ("ArrowLeft", "Home", "End", "PageUp", "PageDown", " "):
        page.keyboard.press(key)
    expect(page.locator(".position")).to_have_text("2 / 6")
    expect(page.locator(".blank")).to_be_hidden()


def test_what_is_typed_is_text(show, exchange, asking):
    stepper = asking()
    page = show(stepper)
    fields(page).fill(HOSTILE)
    page.keyboard.press("Enter")
    exchange(page, stepper)
    expect(page.locator(".verdict")).to_contain_text("cannot stand here")
    assert page.locator("img").count() == 0


def test_in_chinese(show, exchange, asking):
    stepper = asking(lang="zh")
    page = show(stepper)
    expect(page.locator(".question h3")).to_have_text("传出的梯度是多少？")
    fields(page).fill("[-1, -1, -1]")
    page.get_by_role("button", name="检查").click()
    exchange(page, stepper)
    expect(page.locator(".verdict")).to_have_text("✗ 符号错了。")


@pytest.mark.parametrize("width", [384, 800, 1920])
def test_nothing_is_wider_than_the_page(show, asking, width):
    stepper = asking(presenter=width == 1920)
    stepper.position = 2
    page = show(stepper, width=width)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for field in fields(page).all():
        assert field.bounding_box()["width"] > 100
