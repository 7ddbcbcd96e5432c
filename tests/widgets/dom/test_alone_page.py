"""Widgets without Python: on a saved page, and in a notebook whose kernel is gone."""

import pytest
from playwright.sync_api import expect
from widget_kinds import HOSTILE, WIDGETS, make

import minigrad

CLASSES = {"stepper": "stepper", "asking": "stepper", "viewer": "viewer", "playground": "playground", "builder": "build", "explanation": "explain", "ledger": "ledger"}  # fmt: skip


def test_every_page_opens_with_the_network_off(open_saved):
    for kind in WIDGETS:
        page = open_saved(make(kind, minigrad, HOSTILE))
        shown = page.locator(f".mg-{CLASSES[kind]}" if kind in CLASSES else "svg").first
        expect(shown).to_be_visible()
        assert page.locator("img").count() == 0
        if kind not in ("builder", "asking"):
            assert "权重ע</script><img" in page.locator("body").text_content()
        page.close()


# ---- the viewer


def names(page):
    return page.locator(".mg-viewer .node.group").evaluate_all(
        "all => all.map((one) => one.ariaLabel)"
    )


def test_a_saved_viewer_unfolds_what_was_laid_out(open_saved, lib):
    page = open_saved(make("viewer", lib, size=6))
    folded = names(page)
    expect(page.locator(".message")).to_be_hidden()
    group = page.locator(".mg-viewer .node.group").nth(1)
    expect(group).not_to_have_attribute("aria-disabled", "true")
    group.click()
    expect(page.locator(".mg-viewer .box")).to_have_count(1)
    assert len(names(page)) == len(folded) - 1
    page.locator(".mg-viewer .box .grip").click()
    expect(page.locator(".mg-viewer .box")).to_have_count(0)
    assert names(page) == folded
    page.get_by_role("button", name="Unfold one level").click()
    expect(page.locator(".mg-viewer .node.group")).to_have_count(0)
    page.get_by_role("button", name="Fold all").click()
    page.locator(".find").fill("AccumulateGrad")
    page.keyboard.press("Enter")
    expect(page.locator(".live")).to_contain_text("AccumulateGrad")


def test_what_a_saved_viewer_does_not_hold_it_does_not_offer(open_saved, monkeypatch):
    from minigrad_widgets import viewer_page

    monkeypatch.setattr(viewer_page, "MOST_STATES", 2)
    page = open_saved(make("viewer", minigrad, size=6))
    group = page.locator(".mg-viewer .node.group").nth(1)
    expect(group).to_have_attribute("aria-disabled", "true")
    group.dispatch_event("click")
    expect(page.locator(".message")).to_contain_text("This saved page does not hold")
    expect(page.locator(".mg-viewer .box")).to_have_count(0)
    page.get_by_role("button", name="Unfold one level").click()
    expect(page.locator(".mg-viewer .node.group")).to_have_count(0)
    expect(page.locator(".message")).to_be_hidden()


# ---- the playground


def test_one_slider_of_a_saved_playground_moves(open_saved, lib):
    page = open_saved(make("playground", lib))
    expect(page.locator(".message")).to_contain_text("only x moves")
    sliders = page.locator(".leaves input[type=range]")
    expect(sliders.nth(1)).to_be_disabled()
    expect(page.locator(".leaves input[type=text]").first).to_be_disabled()
    before = page.locator(".output").text_content()
    sliders.nth(0).focus()
    page.keyboard.press("End")
    expect(page.locator(".output")).not_to_have_text(before)
    high = page.locator(".leaves input[type=text]").first.input_value()
    assert high == sliders.nth(0).get_attribute("max")
    expect(page.locator(".picture")).to_contain_text(f"x = {float(high):g}")
    page.get_by_role("button", name="Back to the first values").click()
    expect(page.locator(".output")).to_have_text(before)
    expect(page.locator(".leaves input[type=text]").first).to_have_value("0.5")


# ---- a kernel that is gone


def lose(page, number=0):
    page.evaluate(f"models[{number}].emit('comm_live_update')")


def test_a_playground_without_its_kernel(show):
    page = show(make("playground", minigrad))
    box = page.locator(".leaves input[type=text]").first
    box.focus()
    lose(page)
    expect(page.locator(".message")).to_contain_text("The kernel is gone: all is as it was")
    for control in page.locator(".leaves input").all():
        expect(control).to_be_disabled()
    assert page.evaluate("document.activeElement.className").startswith("mg mg-playground")
    page.get_by_role("button", name="Back to the first values").dispatch_event("click")
    page.locator(".mg-playground [class*=plot] svg").first.click()
    assert page.evaluate("models[0].sent") == []
    expect(page.locator(".output")).to_be_visible()


def test_a_viewer_without_its_kernel_knows_what_it_has_shown(show, exchange):
    viewer = make("viewer", minigrad, size=6)
    page = show(viewer)
    folded = names(page)
    group = page.locator(".mg-viewer .node.group").nth(1)
    group.click()
    viewer.opened = page.evaluate("models[0].get('opened')")
    exchange(page, viewer)
    expect(page.locator(".mg-viewer .box")).to_have_count(1)
    lose(page)
    expect(page.locator(".message")).to_contain_text("The kernel is gone")
    page.locator(".mg-viewer .box .grip").click()
    assert names(page) == folded
    page.locator(".mg-viewer .node.group").nth(2).dispatch_event("click")  # never shown
    assert names(page) == folded
    page.locator(".mg-viewer .node.group").nth(1).click()
    expect(page.locator(".mg-viewer .box")).to_have_count(1)
    page.locator(".find").fill("Tanh")
    expect(page.locator(".hits")).to_contain_text("6")


def test_what_was_asked_for_when_the_kernel_went_does_not_come(show):
    page = show(make("viewer", minigrad, size=6))
    page.locator(".mg-viewer .node.group").nth(1).click()
    expect(page.locator(".mg-viewer")).to_have_attribute("aria-busy", "true")
    lose(page)
    expect(page.locator(".mg-viewer")).to_have_attribute("aria-busy", "false")
    assert page.evaluate("models[0].get('opened')") == []


def test_a_builder_without_its_kernel_steps_on(show):
    page = show(make("builder", minigrad))
    lose(page)
    expect(page.locator(".message")).to_contain_text("The kernel is gone: this page still steps")
    page.get_by_role("button", name="One step forward").click()
    expect(page.locator(".position")).to_contain_text("1 /")


def test_a_stepper_that_asks_does_not_judge_without_its_kernel(show):
    stepper = make("asking", minigrad)
    stepper.position = 2
    page = show(stepper)
    lose(page)
    expect(page.locator(".message")).to_contain_text("answers are not judged any more")
    for button in page.locator(".question button").all():
        expect(button).to_have_attribute("aria-disabled", "true")
    sent = page.evaluate("models[0].sent.length")
    page.locator(".question input").first.fill("1")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Show it").dispatch_event("click")
    assert page.evaluate("models[0].sent.length") == sent
    page.get_by_role("button", name="One step back").click()
    expect(page.locator(".position")).to_contain_text("1 /")


@pytest.mark.parametrize("kind", ["playground", "builder", "viewer", "asking"])
def test_a_lost_kernel_is_told_in_both_views_and_no_other_widget(show, kind):
    page = show(make(kind, minigrad), make(kind, minigrad))
    page.evaluate("void show(0)")
    lose(page)
    messages = [
        view.locator(".message").text_content() for view in page.locator("body > .view").all()
    ]
    assert messages[0].startswith("The kernel is gone")
    assert messages == [messages[0], "", messages[0]]
