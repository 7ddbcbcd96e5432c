"""The playground's page, in a real browser, with Python behind it as the kernel would be."""

import random

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import play
from patience import answered, at_rest, heard

pytestmark = pytest.mark.browser


def branch(x, w):
    z = w * x
    if x > 1:
        y = minigrad.relu(z)
        return y + 1
    return z


def simple(**options):
    return play(branch, x=(-4, 4, 2), w=1.5, **options)


def simple_in_torch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    return play(
        lambda x, w: torch.relu(w * x) + 1 if x > 1 else w * x, x=(-4, 4, 2), w=torch.tensor(1.5)
    )


def table(**options):
    return play(
        lambda x, W: minigrad.tanh(W @ x), x=[1.0, -2.0], W=[[0.5, -1.0], [2.0, 0.25]], **options
    )


def fragile():
    def f(x):
        y = x * 2
        if x > 1:
            raise RuntimeError("no <b>bold</b> & 中文")
        return y

    return play(f, x=(-2, 2, 0.5))


def texts(page, view=".view0"):
    """What is written in the picture: by slot, in order."""
    return page.evaluate(
        """view => [...document.querySelectorAll(`${view} [data-slot]`)]
        .map((text) => `${text.dataset.slot}: ${text.textContent}`)""",
        view,
    )


def box(page, name, view=".view0"):
    return page.locator(f"{view} [aria-label='{name}']")


def sent(page, number=0):
    return page.evaluate(f"models[{number}].sent")


# ---- a slider


@pytest.mark.parametrize("make", [simple, simple_in_torch])
def test_everything_follows_the_slider(show, make):
    playground = make()
    page = show(playground, kernel=True)
    slider = page.get_by_role("slider", name="Slider of w")
    slider.fill("-2")
    expect(page.locator(".output")).to_have_text("1.")
    expect(box(page, "Value of w")).to_have_value("-2")
    assert playground.values["w"] == -2
    assert texts(page)[:2] == ["value: 1.", "grad: grad = 1."]
    assert "value: w = -2." in texts(page)
    slider.fill("2")
    expect(page.locator(".output")).to_have_text("5.")
    expect(page.locator(".leaf .grad").nth(0)).to_have_text("2.")
    assert "grad: grad = 2." in texts(page)
    label = page.locator(".picture svg").get_attribute("aria-label")
    assert label.startswith("Graph of AddBackward0: 6 nodes, 5 edges.")  # of the first values
    title = page.locator("[data-node] title").first.text_content()
    assert title == "AddBackward0: 5., float32 scalar, grad 1."


def test_one_question_is_under_way_at_a_time(show):
    playground = simple()
    page = show(playground)  # nobody answers yet
    slider = page.get_by_role("slider", name="Slider of w")
    for value in ("1", "2", "0.5", "-1"):
        slider.fill(value)
    assert [question["value"] for question in sent(page)] == [1]
    answer = {**playground.state, "answered": sent(page)[0]["seq"]}
    page.evaluate("answer => models[0].set('state', answer)", answer)
    assert [question["value"] for question in sent(page)] == [1, -1]  # the newest
    assert slider.input_value() == "-1"  # what came meanwhile does not move it
    expect(box(page, "Value of w")).to_have_value("-1")


def test_a_kernel_that_does_not_answer(show):
    page = show(simple(), clock=True)
    page.get_by_role("slider", name="Slider of w").fill("1")
    expect(page.locator(".message")).to_be_hidden()
    page.clock.run_for(3000)
    expect(page.locator(".message")).to_contain_text("The kernel has not answered yet")
    page.get_by_role("slider", name="Slider of w").fill("2")  # it is asked again
    assert [question["value"] for question in sent(page)] == [1, 2]
    state = {**page.evaluate("models[0].get('state')"), "answered": sent(page)[-1]["seq"]}
    page.evaluate("state => models[0].set('state', state)", state)
    expect(page.locator(".message")).to_be_hidden()


def test_a_kernel_that_is_gone(show):
    page = show(simple())
    page.evaluate("void (models[0].send = () => { throw new Error('no comm'); })")
    page.get_by_role("slider", name="Slider of w").fill("1")
    expect(page.locator(".message")).to_contain_text("If it was restarted, run the cell again")
    expect(box(page, "Value of w")).to_have_value("1")


def test_a_rough_curve_is_refined_at_rest(show):
    playground = simple()
    page = show(playground, kernel=True)
    page.get_by_role("slider", name="Slider of w").fill("2")
    at_rest(page)
    assert [question["kind"] for question in sent(page)] == ["set", "refine"]
    assert not playground.state["rough"]


def test_python_moves_it_too(show):
    playground = simple()
    page = show(playground, kernel=True)
    playground.values["x"] = 3
    page.evaluate(
        "([state, curve]) => models[0].take({ state, curve })", [playground.state, playground.curve]
    )
    expect(page.get_by_role("slider", name="Slider of x")).to_have_value("3")
    expect(box(page, "Value of x")).to_have_value("3")
    expect(page.locator(".output")).to_have_text("5.5")


# ---- boxes and keys


def test_typed_numbers(show):
    playground = simple()
    page = show(playground, kernel=True)
    field = box(page, "Value of w")
    field.fill("1/4")
    page.keyboard.press("Enter")
    expect(field).to_have_value("0.25")
    assert playground.values["w"] == 0.25
    field.fill("alert(1)")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="This is not a number")).to_be_visible()
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("alert(1)")
    assert playground.values["w"] == 0.25
    page.keyboard.press("Escape")
    expect(field).to_have_value("0.25")
    expect(field).not_to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").filter(has_text="This is not a number")).to_have_count(0)
    field.fill("99")
    page.keyboard.press("Tab")
    expect(page.get_by_role("slider", name="Slider of w")).to_have_attribute("max", "200")
    expect(field).not_to_have_attribute("aria-invalid", "true")


def test_keys_in_a_box(show):
    playground = simple()
    page = show(playground, kernel=True)
    field = box(page, "Value of x")
    field.focus()
    for key, value in [
        ("ArrowUp", 2.05), ("ArrowDown", 2.0), ("PageUp", 2.8), ("PageDown", 2.0), ("End", 4.0),
        ("ArrowUp", 4.0), ("Home", -4.0), ("PageUp", -3.2),
    ]:  # fmt: skip
        page.keyboard.press(key)
        answered(page)
        expect(field).to_have_value(f"{value:g}")
        assert playground.values["x"] == pytest.approx(value)
    assert page.evaluate("keys") == []


def test_a_key_does_not_take_away_what_was_typed_and_not_yet_read(show):
    playground = simple()
    page = show(playground, kernel=True)
    page.evaluate(HOLD)
    field = box(page, "Value of x")
    field.fill("1/4")
    for key in ("Enter", "ArrowUp", "PageDown"):
        page.keyboard.press(key)
    page.evaluate("goOn()")
    answered(page)
    assert playground.values["x"] == 0.25
    page.keyboard.press("ArrowUp")
    answered(page)
    assert playground.values["x"] == pytest.approx(0.3)


def test_keys_on_a_slider(show):
    playground = simple()
    page = show(playground, kernel=True)
    page.get_by_role("slider", name="Slider of x").focus()
    seen = []
    for key in ("Home", "End", "ArrowLeft", "PageDown", "PageUp"):
        page.keyboard.press(key)
        answered(page)
        seen.append(playground.values["x"])
    assert seen[:3] == [-4, 4, pytest.approx(3.95)]
    assert seen[3] < 3.6  # a large step
    assert seen[4] == pytest.approx(seen[2])
    assert page.evaluate("keys") == []


def test_all_controls_are_reached_with_tab(show):
    page = show(table(), kernel=True)
    page.locator(".mg-playground").focus()
    names = []
    for _ in range(16):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "document.activeElement.ariaLabel ?? document.activeElement.getAttribute('aria-label')"
            )
        )
    wanted = ["Back to the first values", "x[0]", "x[1]", "Slider for x[1]", "W[0, 0]", "W[1, 1]",
              "Slider for W[1, 1]", "Graph"]  # fmt: skip
    assert [name for name in names if name in wanted][: len(wanted)] == wanted


# ---- tables


def test_the_cells_of_a_table(show):
    playground = table()
    page = show(playground, kernel=True)
    cell = box(page, "W[1, 0]")
    cell.fill("−1/2")
    page.keyboard.press("Enter")
    expect(cell).to_have_value("-0.5")
    assert playground.values["W"] == [[0.5, -1.0], [-0.5, 0.25]]
    expect(page.get_by_role("slider", name="Slider for W[1, 0]")).to_have_value("-0.5")
    shown = page.locator("[aria-label='W'] .grad").all_text_contents()
    assert shown == playground.state["leaves"]["W"]["grads"]
    page.get_by_role("slider", name="Slider for W[1, 0]").fill("1.5")
    answered(page)
    expect(cell).to_have_value("1.5")
    assert playground.values["W"] == [[0.5, -1.0], [1.5, 0.25]]


def test_arrows_with_control_go_from_cell_to_cell(show):
    page = show(table(), kernel=True)
    box(page, "W[0, 0]").focus()
    seen = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "ArrowUp"):
        page.keyboard.press(f"Control+{key}")
        seen.append(page.evaluate("document.activeElement.getAttribute('aria-label')"))
    assert seen == ["W[0, 1]", "W[0, 1]", "W[1, 1]", "W[1, 0]", "W[0, 0]", "W[0, 0]"]


def test_the_plot_follows_the_chosen_cell(show):
    playground = table()
    page = show(playground, kernel=True)
    page.get_by_role("radio", name="Plot the output against W").check()
    expect(page.locator(".plot h4")).to_have_text("Output against W[0, 0]")
    box(page, "W[1, 1]").focus()
    expect(page.locator(".plot h4")).to_have_text("Output against W[1, 1]")
    assert playground.selected == "W[1, 1]"
    expect(page.get_by_role("radio", name="Plot the output against x")).not_to_be_checked()


# ---- the plot


LINES = """() => {
  const line = document.querySelector(".plot-box .tangent");
  const here = document.querySelector(".plot-box circle");
  const box = document.querySelector(".plot-box clipPath rect");
  const number = (element, name) => Number(element.getAttribute(name));
  return {
    slope: (number(line, "y2") - number(line, "y1")) / (number(line, "x2") - number(line, "x1")),
    width: number(box, "width"), height: number(box, "height"), left: number(box, "x"),
    here: number(here, "cx"), moves: document.querySelector(".plot-box path").getAttribute("d").match(/M/g).length,
  };
}"""


def test_the_tangent_has_the_slope_of_the_gradient(show):
    playground = play(lambda x: x * x, x=(-2, 2, 1.5))
    page = show(playground, kernel=True)
    for value in (1.5, -0.5, 0.0):
        page.get_by_role("slider", name="Slider of x").fill(str(value))
        expect(page.locator(".plot .key")).to_contain_text(f"x.grad = {2 * value:g}")
        drawn = page.evaluate(LINES)
        low, high = playground.curve["y"]
        slope = -drawn["slope"] * (high - low) / drawn["height"] * drawn["width"] / 4
        assert slope == pytest.approx(2 * value, abs=1e-3)
        assert drawn["here"] == pytest.approx(drawn["left"] + (value + 2) / 4 * drawn["width"])


def test_a_broken_curve_and_no_tangent(show):
    playground = play(lambda x: minigrad.sqrt(x * x - 1), x=(-4, 4, 0.5))
    page = show(playground, kernel=True)
    expect(page.locator(".plot .key")).to_contain_text("no tangent here: x.grad = nan")
    expect(page.locator(".plot-box .tangent")).to_have_count(0)
    expect(page.locator(".plot-box circle")).to_have_count(0)
    page.get_by_role("slider", name="Slider of x").fill("2")
    at_rest(page)
    assert page.evaluate(LINES)["moves"] == 2


def test_the_point_can_be_dragged(show):
    playground = play(lambda x: x * x, x=(-2, 2, 1.5))
    page = show(playground, kernel=True)
    area = page.locator(".plot-box").bounding_box()
    drawn = page.evaluate(LINES)
    x = area["x"] + drawn["left"] + drawn["width"] / 4
    page.mouse.move(x, area["y"] + 50)
    page.mouse.down()
    page.mouse.move(x + 30, area["y"] + 50)
    page.mouse.move(x, area["y"] + 90)
    page.mouse.up()
    expect(page.locator(".output")).to_have_text("1.")
    assert playground.values["x"] == pytest.approx(-1, abs=0.03)


# ---- another shape


@pytest.mark.parametrize("make", [simple, simple_in_torch])
def test_another_shape_is_drawn_and_read_out(show, make):
    playground = make()
    page = show(playground, kernel=True)
    expect(page.locator("[data-node]")).to_have_count(6)
    page.get_by_role("slider", name="Slider of x").fill("0.5")
    expect(page.locator("[data-node]")).to_have_count(3)
    changed = "The graph has changed: it has 3 nodes, and had 6."
    expect(page.locator(".picture .key")).to_contain_text(changed)
    expect(page.locator(".live")).to_contain_text(f"x is 0.5. The output is 0.75. x.grad is 1.5. {changed}")  # fmt: skip
    page.get_by_role("slider", name="Slider of x").fill("0.75")
    expect(page.locator(".live")).to_have_text("x is 0.75. The output is 1.125. x.grad is 1.5.")


def hear(page):
    """Have the page write down in `said` what it reads out."""
    page.evaluate("window.said = []")
    page.evaluate(
        "new MutationObserver(() => said.push(document.querySelector('.live').textContent))"
        ".observe(document.querySelector('.live'), { childList: true })"
    )


def starts(page):
    return {text[:10] for text in page.evaluate("said")}


def test_nothing_is_read_out_while_the_slider_moves(show):
    page = show(simple(), kernel=True, clock=True)
    hear(page)
    for place in (1, 0.5, 0, -0.5):
        page.get_by_role("slider", name="Slider of w").fill(str(place))
        heard(page)
        page.clock.run_for(400)
        assert starts(page) == set()
    page.clock.run_for(250)  # a better curve is asked for
    heard(page)
    page.clock.run_for(1000)
    assert starts(page) == {"w is -0.5."}


# Python does not answer any more until `goOn()`.
HOLD = """() => {
  const ask = askPython, wait = new Promise((done) => { window.goOn = done; });
  window.askPython = (...all) => wait.then(() => ask(...all));
}"""


def test_nothing_is_read_out_while_python_has_not_answered(show):
    page = show(simple(), kernel=True, clock=True)
    hear(page)
    slider = page.get_by_role("slider", name="Slider of w")
    slider.fill("1")
    heard(page)
    page.clock.run_for(100)  # the answer is shown
    page.evaluate(HOLD)
    slider.fill("0.5")
    page.clock.run_for(2000)
    assert starts(page) == set()
    page.evaluate("goOn()")
    heard(page)
    page.clock.run_for(250)
    heard(page)
    page.clock.run_for(1000)
    assert starts(page) == {"w is 0.5. "}


def test_what_is_read_out_waits_for_a_better_curve_and_is_said_once(show):
    page = show(simple(), kernel=True, clock=True)
    hear(page)
    page.get_by_role("slider", name="Slider of w").fill("0.5")
    heard(page)
    page.evaluate(HOLD)
    page.clock.run_for(2000)
    assert page.evaluate("said") == []
    page.evaluate("goOn()")
    heard(page)
    page.clock.run_for(1000)
    (said,) = page.evaluate("said")
    assert said.startswith("w is 0.5. ")


def test_what_was_before_a_reset_is_not_read_out(show):
    page = show(simple(), kernel=True, clock=True)
    hear(page)
    page.get_by_role("slider", name="Slider of w").fill("1")
    heard(page)
    page.clock.run_for(100)
    page.evaluate(HOLD)
    page.get_by_role("button", name="Back to the first values").click()
    page.clock.run_for(2000)
    assert page.evaluate("said") == []


# ---- errors


def test_an_error_is_shown_in_place(show):
    page = show(fragile(), kernel=True)
    page.get_by_role("slider", name="Slider of x").fill("1.5")
    expect(page.locator(".message")).to_contain_text("RuntimeError: no <b>bold</b> & 中文 (line ")
    expect(page.locator(".badge")).to_have_text("from before the error")
    expect(page.locator(".badge")).to_be_visible()
    expect(page.locator(".output")).to_have_text("—")
    assert "value: x = 0.5" in texts(page)  # the last good picture
    assert page.locator(".mg-playground b").count() == 0
    expect(page.locator(".live")).to_contain_text("Graph and gradients are from before the error.")
    page.get_by_role("slider", name="Slider of x").fill("1")
    expect(page.locator(".message")).to_be_hidden()
    expect(page.locator(".badge")).to_be_hidden()
    expect(page.locator(".output")).to_have_text("2.")


def test_an_error_from_the_beginning(show):
    page = show(play(lambda x: 3, x=2.0), kernel=True)
    expect(page.locator(".message")).to_contain_text("returned int, not a tensor")
    expect(page.locator(".picture")).to_contain_text("No graph yet")
    page.get_by_role("slider", name="Slider of x").fill("1")
    expect(box(page, "Value of x")).to_have_value("1")


def test_a_page_that_cannot_be_shown_says_so(show):
    playground = simple()
    playground.data = {"words": {"failed": "It cannot be shown: {error}"}}
    page = show(playground)
    expect(page.get_by_role("alert")).to_contain_text("It cannot be shown: ")


def test_a_machine_without_an_engine(show, monkeypatch):
    from minigrad_widgets import live
    from minigrad_widgets.layout import LayoutError

    def fail(*args, **kwargs):
        raise LayoutError("no engine <i>here</i>")

    monkeypatch.setattr(live, "picture", fail)
    page = show(simple(), kernel=True)
    expect(page.locator(".picture")).to_contain_text("No picture: no engine <i>here</i>.")
    page.get_by_role("slider", name="Slider of w").fill("1")
    expect(page.locator(".output")).to_have_text("3.")


# ---- several at a time


def test_two_views_of_one_playground(show):
    playground = simple()
    page = show(playground, kernel=True)
    page.evaluate("void window.show(0)")
    views = page.locator(".view0")
    expect(views).to_have_count(2)
    views.nth(1).get_by_role("slider", name="Slider of w").fill("2")
    for number in range(2):
        expect(views.nth(number).locator(".output")).to_have_text("5.")
        expect(views.nth(number).get_by_role("slider", name="Slider of w")).to_have_value("2")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((element) => element.id)")
    assert len(ids) == len(set(ids))
    names = page.evaluate(
        "[...document.querySelectorAll('[type=radio]')].map((radio) => radio.name)"
    )
    assert len(set(names)) == 2
    page.evaluate("void close[0]()")  # the first view is taken away; the other goes on
    views.nth(1).get_by_role("slider", name="Slider of w").fill("1")
    expect(views.nth(1).locator(".output")).to_have_text("3.")
    expect(views.nth(0).locator(".output")).to_have_text("5.")


def test_two_playgrounds_on_one_page(show):
    one, other = simple(), simple()
    page = show(one, other, kernel=True)
    page.locator(".view1").get_by_role("slider", name="Slider of w").fill("2")
    expect(page.locator(".view1 .output")).to_have_text("5.")
    expect(page.locator(".view0 .output")).to_have_text("4.")
    assert (one.values["w"], other.values["w"]) == (1.5, 2)


def test_reset(show):
    playground = simple()
    page = show(playground, kernel=True)
    page.get_by_role("slider", name="Slider of w").fill("2")
    page.get_by_role("button", name="Back to the first values").click()
    expect(box(page, "Value of w")).to_have_value("1.5")
    expect(page.get_by_role("slider", name="Slider of w")).to_have_value("1.5")
    assert dict(playground.values) == {"x": 2.0, "w": 1.5}


def test_two_hundred_random_actions_end_where_python_would(show):
    source = random.Random(4)

    def f(x, W):
        y = (W * x).sum()
        return minigrad.relu(y) if y > 0 else minigrad.sin(y)

    values = {"x": 1.0, "W": [[1.0, -2.0], [0.5, 3.0]]}
    playground = play(f, **values)
    page = show(playground, kernel=True)
    sliders, boxes = page.get_by_role("slider"), page.get_by_role("textbox")
    buttons = page.locator("input[type=radio], button")
    for _ in range(200):
        kind = source.randrange(5)
        if kind == 0:
            sliders.nth(source.randrange(2)).fill(str(source.choice([-1, 0.5, 1.5, 0])))
        elif kind == 1:
            boxes.nth(source.randrange(5)).fill(source.choice(["1/3", "−2", "x", "", "7", "1e-3"]))
            page.keyboard.press(source.choice(["Enter", "Escape", "Tab"]))
        elif kind == 2:
            source.choice([sliders, boxes]).nth(source.randrange(2)).focus()
            page.keyboard.press(source.choice(["ArrowUp", "PageDown", "Home", "End", "Tab"]))
        elif kind == 3:
            boxes.nth(1 + source.randrange(4)).focus()
            page.keyboard.press(source.choice(["Control+ArrowRight", "Control+ArrowDown"]))
        else:
            buttons.nth(source.randrange(3)).click()
    page.locator(".mg-playground").focus()  # what was typed is taken
    at_rest(page)
    now = dict(playground.values)
    leaves = {name: minigrad.tensor(value, requires_grad=True) for name, value in now.items()}
    output = f(**leaves)
    output.backward()
    assert playground.output.item() == output.item()
    assert all(
        playground.grads[name].tolist() == leaf.grad.tolist() for name, leaf in leaves.items()
    )
    state = playground.state
    expect(page.locator(".output")).to_have_text(state["output"]["text"])
    shown = [state["leaves"]["x"]["texts"][0], *state["leaves"]["W"]["texts"]]
    refused = state["refused"]
    wrong = None if refused is None else ["x", "W"].index(refused["leaf"]) + refused["index"]
    for place, text in enumerate(shown):
        if place != wrong:
            expect(boxes.nth(place)).to_have_value(text)
    grads = [state["leaves"]["x"]["grads"][0], *state["leaves"]["W"]["grads"]]
    assert page.locator(".leaf .grad").all_text_contents() == grads
    root = playground.graph.nodes[0]
    assert texts(page)[:2] == [f"value: {root.value}", f"grad: grad = {root.grad}"]
