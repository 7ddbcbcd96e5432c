"""The stepper's page, in a real browser, with a small stand-in for anywidget's model."""

import unicodedata

import pytest
from playwright.sync_api import expect

import minigrad
from gallery import hooked
from minigrad_widgets import step
from minigrad_widgets.values import printable

pytestmark = pytest.mark.browser


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


def position(page, number=0):
    return page.evaluate(f"models[{number}].get('position')")


def set_position(page, value, number=0):
    page.evaluate(f"models[{number}].set('position', {value})")


def text(page, selector):
    # A browser shows a single letter of a formula in mathematical italics, and its text is that.
    shown = unicodedata.normalize("NFKC", page.locator(selector).inner_text())
    return " ".join(shown.split())


# ---- going places


def test_buttons(show, neuron):
    page = show(neuron())
    buttons = {name: page.locator(f".do-{name}") for name in ("start", "back", "forward", "end")}
    expect(buttons["back"]).to_have_attribute("aria-disabled", "true")
    buttons["forward"].click()
    assert position(page) == 1
    expect(page.locator(".position")).to_have_text("1 / 5")
    buttons["forward"].click()
    buttons["back"].click()
    assert position(page) == 1
    buttons["end"].click()
    assert position(page) == 5
    expect(buttons["forward"]).to_have_attribute("aria-disabled", "true")
    buttons["forward"].click(force=True)
    buttons["start"].click()
    assert position(page) == 0
    assert page.evaluate("models[0].saved") == [1, 2, 1, 5, 0]


def test_keys_step_and_do_not_reach_the_page(show, neuron):
    page = show(neuron())
    root = page.locator(".mg-stepper")
    assert root.get_attribute("data-lm-suppress-shortcuts") == "true"
    root.focus()
    seen = []
    for key in ["ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "ArrowRight", "Home"]:
        page.keyboard.press(key)
        seen.append(position(page))
    assert seen == [1, 2, 1, 0, 5, 5, 0]
    page.keyboard.press("Space")
    expect(page.locator(".do-play")).to_have_attribute("aria-label", "Pause")
    page.keyboard.press("Space")
    expect(page.locator(".do-play")).to_have_attribute("aria-label", "Play")
    assert page.evaluate("keys") == []


def test_keys_with_which_one_leaves_get_out_and_no_others(show, neuron):
    """What gets out may be a shortcut of the host: two d delete a cell of a notebook."""
    page = show(neuron())
    for place in (".mg-stepper", "input[type=range]", ".do-play", ".panel-scroll"):
        page.locator(place).first.focus()
        for key in ("a", "d", "d", "Shift+M", "Delete"):
            page.keyboard.press(key)
        marked = "document.activeElement.getAttribute('data-lm-suppress-shortcuts')"
        assert page.evaluate(marked) == "true", place
    assert page.evaluate("keys") == []
    for key in ("Control+s", "Alt+ArrowLeft", "Escape", "Tab"):
        page.keyboard.press(key)
    assert position(page) == 0
    assert page.evaluate("keys") == ["Control", "s", "Alt", "ArrowLeft", "Escape", "Tab"]


def test_keys_in_the_controls_do_what_is_expected_there(show, neuron):
    page = show(neuron())
    page.locator("select").focus()
    page.keyboard.press("ArrowDown")
    assert position(page) == 0
    page.locator(".do-forward").focus()
    page.keyboard.press("Space")
    assert position(page) == 1
    page.locator("input[type=range]").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    assert page.evaluate("models[0].saved") == [1, 2, 5, 4]


def test_the_slider(show, neuron):
    page = show(neuron())
    slider = page.locator("input[type=range]")
    slider.fill("3")
    assert position(page) == 3
    assert slider.get_attribute("aria-valuetext") == "Step 3 of 5"
    set_position(page, 4)
    expect(slider).to_have_value("4")


def test_a_click_on_a_node_or_a_row(show, neuron):
    stepper = neuron()
    page = show(stepper)
    for number, frame in enumerate(stepper.trace.frames, 1):
        page.locator(f"[data-node={frame.node}]").click()
        assert position(page) == number
    (none,) = (node.id for node in stepper.trace.graph.nodes if node.kind == "none")
    page.locator(f"[data-node={none}]").click()
    assert position(page) == 5
    page.locator("tbody tr").nth(1).locator("td").first.click()
    assert position(page) == 2
    page.get_by_role("button", name="Step 4: MulBackward0 z").click()
    assert position(page) == 4


def test_play_and_its_speed(show, neuron):
    page = show(neuron(), clock=True)
    page.locator(".do-play").click()
    page.clock.run_for(1700)
    assert position(page) == 1
    page.locator("select").select_option("4")
    page.clock.run_for(900)
    assert position(page) == 3
    page.locator(".do-play").click()
    page.clock.run_for(5000)
    assert position(page) == 3
    page.locator(".do-play").click()
    page.clock.run_for(5000)
    assert position(page) == 5
    expect(page.locator(".do-play")).to_have_attribute("aria-label", "Play")
    page.locator(".do-play").click()  # at the end it starts again
    assert position(page) == 0
    page.locator(".do-forward").click()  # a hand on the controls stops it
    page.clock.run_for(5000)
    assert position(page) == 1


def test_the_focus_is_never_lost(show, neuron):
    page = show(neuron())
    page.locator(".do-forward").focus()
    for _ in range(6):
        page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.className") == "do-forward"
    page.keyboard.press("Home")
    assert position(page) == 0


# ---- what is said


def test_the_panel_of_a_product(show, neuron):
    page = show(neuron())
    set_position(page, 4)
    panel = text(page, ".panel-body")
    assert "Step 4 of 5 MulBackward0 z" in panel
    assert "Comes in g = 1 from AddBackward0" in panel
    assert "→ to w self g · x = 1 · 3 = 3" in panel
    assert page.locator(".panel-body math").count() >= 5


def test_negative_numbers_are_in_brackets(show):
    w, x = leaf(2.0), leaf(-3.0)
    page = show(step(w * x, {"w": w, "x": x}))
    set_position(page, 1)
    assert "1·(−3)" in text(page, ".panel-body").replace(" ", "")


def test_the_panel_of_an_accumulation(show):
    x = leaf(3.0)
    x.grad = minigrad.tensor(10.0)
    page = show(step(x * x, {"x": x}))
    assert text(page, "footer").startswith(".grad now x.grad = 10.")
    set_position(page, 2)
    panel = text(page, ".panel-body")
    assert "the pass is complete" in panel
    assert "g = 3 from MulBackward0 [0] + 3 from MulBackward0 [1] = 6" in panel
    assert "x.grad : 10 before + 6 incoming = 16 after" in panel
    assert text(page, "footer") == ".grad now x.grad = 16. Ready next Nothing is left to run."
    assert page.locator(".kept text").text_content() == "grad 16."
    set_position(page, 1)
    assert page.locator(".kept text").text_content() == "grad 10."


def test_the_panel_of_a_broadcast(show):
    x, b = leaf([1.0, 2.0]), leaf(0.5)
    page = show(step((x + b).sum(), {"x": x, "b": b}))
    set_position(page, 2)
    panel = text(page, ".panel-body")
    assert "summed over dim 0, because the forward pass broadcast it: = 2" in panel


def test_the_panel_of_a_node_with_hooks(show):
    page = show(step(*hooked(minigrad)))
    assert "w: a hook waits for the finished .grad" in text(page, ".message")
    set_position(page, 2)
    assert text(page, ".way >> nth=1").endswith("a hook made it − 20")
    assert "− 2 a hook made it" in text(page, ".way >> nth=1")
    expect(page.locator(".way strong")).to_have_count(2)


def test_values_are_written_on_the_edges_they_took(show, neuron):
    page = show(neuron())
    set_position(page, 4)
    shown = page.locator(".flow:not([data-state='']) text").all_text_contents()
    assert sorted(shown) == ["1.", "1.", "1.", "3."]
    set_position(page, 0)
    assert not page.locator(".flow").first.is_visible()


def test_the_table_and_the_live_region(show, neuron):
    page = show(neuron())
    rows = page.locator("tbody tr")
    assert [" ".join(row.split()) for row in rows.all_inner_texts()] == [
        "1 ReluBackward0 y 1. 1. → AddBackward0",
        "2 AddBackward0 1. 1. → MulBackward0 1. → b",
        "3 AccumulateGrad b 1. b.grad = 1.",
        "4 MulBackward0 z 1. 3. → w",
        "5 AccumulateGrad w 3. w.grad = 3.",
    ]
    assert page.locator("[aria-current]").count() == 0
    set_position(page, 2)
    expect(page.locator("[aria-current=step] th button")).to_have_text("2")
    assert page.locator("[aria-current]").count() == 1
    live = page.locator("[aria-live]")
    expect(live).to_have_text(
        "Step 2 of 5: AddBackward0. Receives 1. Sends 1 to MulBackward0, 1 to b."
    )


def test_python_sets_the_position_and_the_message(show, neuron):
    page = show(neuron())
    expect(page.locator(".message")).to_be_hidden()
    set_position(page, 3)
    assert "Step 3 of 5" in text(page, ".panel-body")
    assert page.evaluate("models[0].saved") == []
    page.evaluate("models[0].set('message', 'w.grad was changed <b>outside</b>')")
    expect(page.locator(".message")).to_have_text("w.grad was changed <b>outside</b>")
    assert page.locator(".message b").count() == 0


def test_every_view_tells_python_that_it_is_shown(show, neuron):
    page = show(neuron())
    assert page.evaluate("models[0].sent") == [{"kind": "shown"}]
    page.evaluate("() => { show(0) }")
    assert page.evaluate("models[0].sent") == [{"kind": "shown"}] * 2


def test_a_grad_that_somebody_changed_is_shown_as_it_is(show, neuron):
    stepper = neuron()
    page = show(stepper)
    set_position(page, 5)
    other = {"place": 0, "value": {"text": "7.", "math": "", "shape": ""}}
    page.evaluate("other => models[0].set('others', [other])", other)
    assert text(page, "footer").startswith(
        ".grad now b.grad = 7. (changed outside) w.grad = 3. Ready"
    )
    assert page.locator(".kept text").all_text_contents() == ["grad 7.", "grad 3."]
    dashes = page.locator(".kept rect").evaluate_all(
        "rects => rects.map((rect) => getComputedStyle(rect).strokeDasharray)"
    )
    assert dashes[0] != dashes[1] == "none"


def test_a_stepper_made_before_backward_shows_what_backward_left(show):
    w = leaf(2.0)
    y = w * minigrad.tensor(3.0)
    stepper = step(y, {"w": w, "y": y})
    y.backward()
    stepper._repr_mimebundle_()
    page = show(stepper)
    assert text(page, "footer").startswith(".grad now w.grad = 3. (changed outside)")
    assert page.locator(".kept text").text_content() == "grad 3."


# ---- several on a page


def test_two_views_of_one_stepper(show, neuron):
    page = show(neuron())
    page.evaluate("() => { window.second = show(0) }")
    first, second = page.locator(".view").all()
    second.locator(".do-forward").click()
    for view in (first, second):
        expect(view.locator(".position")).to_have_text("1 / 5")
        expect(view.locator("[data-node=n0]")).to_have_attribute("data-state", "now")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    page.evaluate("second(); document.querySelectorAll('.view')[1].remove()")
    first.locator(".do-forward").click()
    expect(first.locator(".position")).to_have_text("2 / 5")


def test_two_steppers_do_not_meet(show, neuron, wide):
    page = show(neuron(), wide())
    page.locator(".view1 .do-forward").click()
    assert (position(page, 0), position(page, 1)) == (0, 1)
    expect(page.locator(".view0 .position")).to_have_text("0 / 5")
    expect(page.locator(".view1 [data-node=n0]")).to_have_attribute("data-state", "now")
    expect(page.locator(".view0 [data-node=n0]")).to_have_attribute("data-state", "ready")


def test_a_closed_view_stops_playing(show, neuron):
    page = show(neuron(), clock=True)
    page.locator(".do-play").click()
    page.evaluate("close[0]()")
    page.clock.run_for(5000)
    assert position(page) == 0


# ---- anything that a learner may write

NAMES = [
    "<img src=x onerror=alert(1)>",
    "</math><script>alert(1)</script>",
    "a\"b'&\n\\{}",
    "损失",
    "\u202eمرحبا",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_shown_and_never_run(show, name):
    x = leaf(2.0)
    y = x * x
    page = show(step(y, {name: x, name + "2": y}))
    page.evaluate("() => { window.alert = () => { window.ran = true } }")
    set_position(page, 2)
    visible = printable(name)
    assert page.locator(".panel-body h3 .label").text_content() == visible
    assert page.locator(".panel-body .code").text_content() == f"{visible}.grad"
    set_position(page, 1)
    assert visible in page.locator(".derivation math").first.text_content()
    assert page.locator(".mg-stepper :is(img, script, foreignObject)").count() == 0
    assert page.evaluate("window.ran") is None
    assert page.locator("[data-node=n1] text").first.text_content().startswith(visible[:20])


# ---- copying


def mark(page, selector):
    """Drag the mouse over a text, as one does to copy it."""
    box = page.locator(selector).bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 1, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 1, middle, steps=5)
    page.mouse.up()


def test_marking_a_text_of_the_table_is_no_click(show, wide):
    page = show(wide())
    cell = "tbody tr:nth-child(2) td:last-child div:first-child"
    mark(page, cell)
    assert position(page) == 0
    assert "→" in page.evaluate("getSelection().toString()")
    page.locator(cell).click()
    assert position(page) == 2


def test_what_is_copied_of_a_matrix_is_its_text(show, wide):
    stepper = wide()
    page = show(stepper)
    page.evaluate(
        "document.addEventListener('copy', (e) => { window.copied = e.clipboardData.getData('text/plain') })"
    )
    set_position(page, 3)
    value = stepper.data["frames"][2]["outgoing"][0]["value"]
    mark(page, ".block .derivation strong .value >> nth=0")
    page.keyboard.press("Control+c")
    assert page.evaluate("copied") == value["text"]
    page.locator(".panel-body h3").dblclick()
    page.keyboard.press("Control+c")
    assert page.evaluate("copied") == ""  # the browser copies it


# ---- when something is missing


def test_without_a_picture_the_rest_works(show, neuron):
    stepper = neuron()
    stepper.svg = ""
    page = show(stepper)
    page.locator(".do-forward").click()
    assert "ReluBackward0" in text(page, ".panel-body")
    assert "There is no picture" in text(page, ".picture")


def test_an_error_is_shown_in_place(show, neuron):
    page = show(neuron())
    page.evaluate("models[0].set('data', null); show(0)")
    expect(page.get_by_role("alert")).to_contain_text("The stepper cannot be shown")
