"""Search, zoom, pan and the map in the stepper's picture: only where it is large, and beside the steps."""

import importlib

import pytest
from playwright.sync_api import expect

from minigrad_widgets import step
from patience import frames

pytestmark = pytest.mark.browser

NASTY = '<b>"w"</b> \\n &lt; \u202ew 权重'
SCALE = """() => {
  const svg = document.querySelector(".scroll > svg");
  return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width;
}"""
CORNER = "() => { const { scrollLeft, scrollTop } = document.querySelector('.scroll'); return [scrollLeft, scrollTop]; }"
IN_VIEW = """(selector) => {
  const view = document.querySelector(".scroll").getBoundingClientRect();
  const box = document.querySelector(selector).getBoundingClientRect();
  return box.top >= view.top && box.bottom <= view.bottom && box.left >= view.left && box.right <= view.right;
}"""


# A page does not know whose graph it shows; that there is one of PyTorch's is seen in the other tests of pages.
@pytest.fixture(params=["minigrad", pytest.param("torch", marks=pytest.mark.exhaustive)])
def lib(request):
    if request.param == "torch":
        pytest.importorskip("torch", reason="PyTorch is not installed")
    return importlib.import_module(request.param)


def large(lib, **options):
    """Return a stepper of some sixty nodes."""
    w = lib.tensor([[0.5, 1.0, 0.25], [0.2, 0.3, 0.1], [1.0, 0.0, 0.5]], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    h = lib.ones(2, 3)
    for _ in range(14):
        h = lib.tanh(h @ w + b)
    loss = h.sum()
    return step(loss, {"w": w, NASTY: b, "loss": loss}, **options)


def of_length(lib, steps):
    """Return a stepper of so many steps."""
    x = lib.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(steps - 1):
        y = -y
    return step(y, {"x": x})


def position(page):
    return page.evaluate("models[0].get('position')")


def seek(page, text):
    page.locator(".mg").focus()
    page.keyboard.press("/")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type(text)


# ---- only where it is large


def test_a_small_graph_looks_as_ever(show, neuron):
    page = show(neuron())
    assert page.locator(".sight, .map, .key-sight, .found").count() == 0
    before = page.evaluate(SCALE)
    page.locator(".mg").focus()
    for key in ("+", "-", "0", "/"):
        page.keyboard.press(key)
    assert page.evaluate(SCALE) == before
    page.keyboard.press("Shift+ArrowRight")
    assert position(page) == 1
    assert page.evaluate("document.activeElement.className").startswith("mg ")


def test_more_than_twelve_steps_are_large_even_if_they_fit(show, lib):
    page = show(of_length(lib, 12), of_length(lib, 13))
    page.add_style_tag(content=".mg .frame { height: 150em !important }")
    page.wait_for_function(
        "[...document.querySelectorAll('.map')].every((m) => !m.checkVisibility())"
    )
    expect(page.locator(".view0 .sight:visible")).to_have_count(0)
    expect(page.locator(".view1 .sight:visible")).to_have_count(1)


def test_what_does_not_fit_is_large_until_it_fits(show, lib):
    page = show(of_length(lib, 10))
    shrunk = "(height) => { document.querySelector('.frame').style.height = height; }"
    tools = page.locator(".sight:visible")
    page.evaluate(shrunk, "70em")
    expect(tools).to_have_count(0)
    page.evaluate(shrunk, "22em")
    expect(tools).to_have_count(1)
    page.evaluate(shrunk, "90em")
    expect(tools).to_have_count(0)
    expect(page.locator(".map")).to_be_hidden()


# ---- search


def test_enter_cycles_the_hits_and_brings_them_into_view(show, lib):
    page = show(large(lib))
    seek(page, "mm back")
    hits = page.locator(".hits")
    expect(hits).to_have_text("14 found")
    assert page.locator(".found").first.get_attribute("d").count("M") == 14
    for number in (*range(1, 15), 1):
        page.keyboard.press("Enter")
        expect(hits).to_have_text(f"{number} of 14")
        assert page.evaluate(IN_VIEW, ".found.here")
    page.keyboard.press("Shift+Enter")
    expect(hits).to_have_text("14 of 14")
    assert page.locator(".live").text_content() == "14 of 14: MmBackward0"
    assert position(page) == 0
    page.keyboard.press("Escape")
    assert page.locator(".found").first.get_attribute("d") == ""
    page.keyboard.press("ArrowRight")
    assert position(page) == 1


@pytest.mark.exhaustive
@pytest.mark.parametrize(("text", "count"), [("w", None), ("loss", 1), ("[3,3]", 1), ('<b>"w"</b> \\n &lt;', 1), ("权重", 1), ("nothing", 0)])  # fmt: skip
def test_found_by_variable_and_by_shape(show, lib, text, count):
    page = show(large(lib))
    seek(page, "x")
    page.locator(".find").fill(text)
    if count is None:
        expect(page.locator(".hits")).not_to_have_text("0 found")
    else:
        expect(page.locator(".hits")).to_have_text(f"{count} found")
    page.keyboard.press("Enter")
    assert bool(page.locator(".found.here").get_attribute("d")) == (count != 0)


def test_what_is_typed_in_the_search_steps_nothing(show, lib):
    page = show(large(lib))
    seek(page, "b+-0 /")
    for key in ("Home", "ArrowRight", "ArrowLeft", "Shift+ArrowLeft", "End", "PageDown"):
        page.keyboard.press(key)
    assert page.locator(".find").input_value() == "b+-0 /"
    assert position(page) == 0
    expect(page.locator(".blank")).to_be_hidden()


# ---- zoom and pan


def test_zoom_by_hand_survives_steps_and_the_step_is_brought_into_view(show, lib):
    stepper = large(lib)
    page = show(stepper, width=1700)
    page.locator(".mg").focus()
    page.keyboard.press("+")
    scale = page.evaluate(SCALE)
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        assert page.evaluate(SCALE) == pytest.approx(scale, rel=1e-3)
        node = stepper.trace.frames[position(page) - 1].node
        assert page.evaluate(IN_VIEW, f"[data-node={node}]")
    page.set_viewport_size({"width": 1500, "height": 800})
    frames(page)
    assert page.evaluate(SCALE) == pytest.approx(scale, rel=1e-3)
    assert position(page) == 12


def test_keys_and_buttons_zoom_and_fit(show, lib):
    page = show(large(lib))
    page.locator(".mg").focus()
    first = page.evaluate(SCALE)
    page.keyboard.press("+")
    assert page.evaluate(SCALE) == pytest.approx(first * 1.25, rel=1e-3)
    page.locator(".do-zoom_out").click()
    assert page.evaluate(SCALE) == pytest.approx(first, rel=1e-3)
    page.locator(".do-fit").click()
    whole = page.evaluate(SCALE)
    assert whole < first
    expect(page.locator(".map")).to_be_hidden()
    page.keyboard.press("+")
    page.keyboard.press("0")
    assert page.evaluate(SCALE) == pytest.approx(whole, rel=1e-3)
    assert page.locator(".live").text_content().startswith("Zoom ")
    assert position(page) == 0


def test_labels_and_marks_scale_with_the_picture(show, lib):
    page = show(large(lib))
    page.evaluate("models[0].set('position', 3)")
    sizes = """() => ["[data-node]", ".mark", ".flow[data-state=out]"].map((selector) =>
      document.querySelector(selector).getBoundingClientRect().width)"""
    before = page.evaluate(sizes)
    page.locator(".do-zoom_in").click()
    after = page.evaluate(sizes)
    assert [b / a for a, b in zip(before, after, strict=True)] == pytest.approx(
        [1.25] * 3, rel=0.02
    )


def test_ctrl_and_the_wheel_zoom_where_the_pointer_is(show, lib):
    page = show(large(lib))
    page.evaluate("models[0].set('position', 20)")
    node = page.locator("[data-node][data-state=now]")
    before, scale = node.bounding_box(), page.evaluate(SCALE)
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(x, y)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -150)
    page.keyboard.up("Control")
    page.wait_for_function(f"({SCALE})() > {scale * 1.2}")
    after = node.bounding_box()
    assert after["y"] + after["height"] / 2 == pytest.approx(y, abs=4)


def test_shift_and_arrows_pan_and_arrows_step(show, lib):
    page = show(large(lib))
    page.locator(".mg").focus()
    page.keyboard.press("+")
    page.keyboard.press("+")
    before = page.evaluate(CORNER)
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    assert page.evaluate(CORNER)[1] == pytest.approx(before[1] + 160, abs=2)
    page.keyboard.press("Shift+ArrowUp")
    assert page.evaluate(CORNER)[1] == pytest.approx(before[1] + 80, abs=2)
    assert position(page) == 0
    page.keyboard.press("ArrowDown")
    assert position(page) == 1


def test_a_drag_pans_and_is_no_click_and_a_click_still_steps(show, lib):
    stepper = large(lib)
    page = show(stepper)
    page.evaluate("models[0].set('position', 3)")
    node = page.locator("[data-node][data-state=now]")
    box = node.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    before = page.evaluate(CORNER)
    page.evaluate("models[0].set('position', 4)")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y - 60, steps=4)
    page.mouse.up()
    assert page.evaluate(CORNER)[1] >= before[1] + 50
    assert position(page) == 4
    page.locator(f"[data-node={stepper.trace.frames[2].node}]").click()
    assert position(page) == 3


# ---- the map


def test_the_map_moves_the_picture_and_follows_the_steps(show, lib):
    stepper = large(lib)
    page = show(stepper)
    small = page.locator(".map")
    expect(small).to_be_visible()
    box = small.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    assert page.evaluate(CORNER)[1] > 500
    seen = page.locator(".map .view")
    page.wait_for_function("document.querySelector('.map .view').getAttribute('y') > 200")
    page.evaluate("models[0].set('position', 1)")
    page.wait_for_function("document.querySelector('.map .view').getAttribute('y') < 200")
    assert float(seen.get_attribute("height")) > 0
    assert position(page) == 1


@pytest.mark.parametrize("width", [384, 800])
def test_the_map_never_lies_on_the_node_of_the_step(show, lib, width):
    stepper = large(lib)
    page = show(stepper, width=width)
    for _ in range(2):
        page.locator(".do-zoom_in").click()
    for place in range(1, len(stepper.trace.frames) + 1):
        page.evaluate("(place) => models[0].set('position', place)", place)
        assert is_free(page, stepper, place)


def is_free(page, stepper, place):
    """Tell whether the map does not lie on the node of a step."""
    a = page.locator(".map").bounding_box()
    b = page.locator(f"[data-node={stepper.trace.frames[place - 1].node}]").bounding_box()
    return (
        a["x"] + a["width"] <= b["x"]
        or b["x"] + b["width"] <= a["x"]
        or a["y"] + a["height"] <= b["y"]
        or b["y"] + b["height"] <= a["y"]
    )


def test_the_map_is_not_on_the_node_when_a_stepper_is_shown_in_the_middle_or_resized(show, lib):
    stepper = large(lib)
    stepper.position = 9
    page = show(stepper, width=384)
    expect(page.locator(".map")).to_be_visible()
    found = [is_free(page, stepper, 9)]
    for width in (420, 700, 384, 500):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        found.append(is_free(page, stepper, 9))
    assert found == [True] * 5


def test_with_a_second_graph_the_tools_are_for_the_first(show, lib):
    page = show(large(lib, create_graph=True))
    expect(page.locator(".sight")).to_be_visible()
    page.locator(".tab").nth(1).click()
    expect(page.locator(".sight")).to_be_hidden()
    expect(page.locator(".map")).to_be_hidden()
    page.locator(".tab").nth(0).click()
    expect(page.locator(".sight")).to_be_visible()


def test_a_saved_page_has_them_too(browser, lib, tmp_path):
    large(lib).save(tmp_path / "pass.html")
    page = browser.new_page()
    page.goto((tmp_path / "pass.html").as_uri())
    seek(page, "loss")
    expect(page.locator(".hits")).to_have_text("1 found")
    page.close()


@pytest.mark.parametrize("width", [384, 500, 800, 1920])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_nothing_is_cut_off(show, lib, width, lang):
    page = show(large(lib, lang=lang), width=width)
    seek(page, "back")
    page.keyboard.press("Enter")
    tools = page.locator(".sight").bounding_box()
    picture = page.locator(".picture").bounding_box()
    for part in page.locator(".sight :is(button, input, output)").all():
        box = part.bounding_box()
        assert tools["x"] <= box["x"]
        assert box["x"] + box["width"] <= tools["x"] + tools["width"] + 0.5
    assert tools["width"] <= picture["width"]
    assert page.locator(".scroll").bounding_box()["height"] > 150
    assert page.evaluate("document.documentElement.scrollWidth") <= width
