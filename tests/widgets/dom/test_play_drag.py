"""A slider on its way: what is asked, and that every place that Python ran is seen, in its order, to the last."""

import random

import pytest
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import play
from minigrad_widgets.pace import Pace
from patience import at_rest, frames, timers

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch):
    """Python has time for every place."""
    monkeypatch.setattr(Pace, "some", lambda _pace, places: iter(places))


def square(**options):
    return play(lambda x, w: w * x * x, x=(-4, 4, 1), w=(-4, 4, 1), **options)


def shapes():
    def f(x):
        if x > 3:
            raise RuntimeError("too large")
        return minigrad.sin(x) if x > 2 else minigrad.cos(x) if x > 1 else minigrad.exp(x)

    return play(f, x=(-4, 4, 0.5))


def deep(lib, **options):
    def f(x, w):
        h = x
        for _ in range(29):
            h = h * w + x
        return h

    return play(f, library=lib, x=(-2, 2, 1), w=(0, 1, 0.5), **options)


def move(playground, leaf, *places):
    """What the page says when a slider has passed these places; the last is where it is."""
    *passed, value = places
    content = {"kind": "set", "leaf": leaf, "index": 0, "value": value, "passed": passed}
    playground._handle_custom_msg({**content, "rough": True}, [])


def take(page, playground):
    """Hand the page what Python has sent."""
    sent = {name: getattr(playground, name) for name in ("svg", "curve", "state")}
    page.evaluate("sent => models[0].take(sent)", sent)


# What is seen in each frame of the screen, from now on: output, gradient, point, picture, slider, badge.
WATCH = """() => {
  const find = (selector) => document.querySelector(`.view0 ${selector}`);
  window.seen = [];
  const look = () => {
    const now = {
      output: find(".output").textContent,
      grad: find(".leaf .grad").textContent,
      slope: find(".plot .key").textContent.match(/grad = ([-+.\\de]+)/)?.[1] ?? "",
      at: find(".plot-box circle")?.getAttribute("cx") ?? "",
      node: [...document.querySelectorAll(".view0 [data-slot=value]")].map((one) => one.textContent).join(),
      slider: find("input[type=range]").value,
      old: !find(".badge").hidden,
    };
    if (JSON.stringify(now) !== JSON.stringify(window.seen.at(-1))) window.seen.push(now);
    requestAnimationFrame(look);
  };
  look();
}"""


def looks(page):
    """What was seen, up to a frame after now."""
    frames(page, 2)
    return page.evaluate("seen")


def seen(page, name):
    """What was seen of one thing, one after the other."""
    every = [frame[name] for frame in looks(page)]
    return [one for nr, one in enumerate(every) if nr == 0 or one != every[nr - 1]]


def test_every_place_is_seen_in_its_order(show):
    playground = square()
    page = show(playground)
    page.evaluate(WATCH)
    move(playground, "x", 1.5, 2, 2.5, 3)
    take(page, playground)
    expect(page.locator(".output")).to_have_text("9.")
    assert seen(page, "output") == ["1.", "2.25", "4.", "6.25", "9."]
    assert seen(page, "grad") == seen(page, "slope") == ["2.", "3.", "4.", "5.", "6."]
    assert len(seen(page, "at")) == 5
    assert [text.split(",")[0] for text in seen(page, "node")] == ["1.", "2.25", "4.", "6.25", "9."]
    for frame in looks(page):  # what is seen at one time belongs together
        x = float(frame["grad"]) / 2
        assert float(frame["output"]) == x * x
        assert float(frame["node"].split(",")[0]) == x * x


def test_the_curve_is_that_of_the_place(show):
    playground = square()
    page = show(playground)
    page.evaluate(
        """() => {
          const path = document.querySelector(".plot-box .curve");
          window.drawn = [path.getAttribute("d")];
          new MutationObserver(() => drawn.push(document.querySelector(".plot-box .curve")?.getAttribute("d")))
            .observe(document.querySelector(".plot-box svg"), { attributes: true, subtree: true, attributeFilter: ["d"], childList: true });
        }"""
    )
    move(playground, "w", 0.75, 0.5, 0.25)
    assert all("curve" in frame for frame in playground.state["before"])
    take(page, playground)
    expect(page.locator(".output")).to_have_text("0.25")
    assert len(set(page.evaluate("drawn"))) == 4


def test_what_comes_while_frames_wait_is_shown_after_them(show):
    playground = square()
    page = show(playground)
    page.evaluate(WATCH)
    for places in [(1.5, 2), (2.5, 3), (3.5,)]:
        move(playground, "x", *places)
        take(page, playground)
    expect(page.locator(".output")).to_have_text("12.25")
    assert seen(page, "output") == ["1.", "2.25", "4.", "6.25", "9.", "12.25"]


def test_of_too_many_the_last_are_seen(show):
    playground = square()
    page = show(playground)
    page.evaluate(WATCH)
    for start in (0, 1, 2):  # all within one frame of the screen
        move(playground, "x", *(start + nr / 10 for nr in range(10)))
    take(page, playground)
    page.evaluate("sent => { for (const one of sent) models[0].take(one); }", [{"state": playground.state}] * 3)  # fmt: skip
    expect(page.locator(".output")).to_have_text("8.41")
    assert len(looks(page)) < 25


def test_the_slider_stays_where_the_hand_is(show):
    playground = square()
    page = show(playground)
    slider = page.get_by_role("slider", name="Slider of x")
    slider.fill("2")
    slider.fill("3")
    first, *others = page.evaluate("models[0].sent")
    assert (first["value"], others) == (2, [])
    page.evaluate(WATCH)
    move(playground, "x", 1.5, 1.75, 2)
    playground.state = {**playground.state, "answered": first["seq"]}
    take(page, playground)
    _, second = page.evaluate("models[0].sent")
    assert second["value"] == 3
    move(playground, "x", 2.5, 3)
    playground.state = {**playground.state, "answered": second["seq"]}
    take(page, playground)
    expect(page.locator(".output")).to_have_text("9.")
    assert seen(page, "slider") == ["3"]
    assert page.locator("[aria-label='Value of x']").input_value() == "3"


def test_python_is_told_where_the_slider_passes(show):
    page = show(square())
    slider = page.get_by_role("slider", name="Slider of x")
    for value in ("0.5", "1", "1.5", "2"):
        slider.fill(value)
    page.get_by_role("slider", name="Slider of w").fill("3")
    (first,) = page.evaluate("models[0].sent")
    state = page.evaluate("models[0].get('state')")
    page.evaluate("state => models[0].set('state', state)", {**state, "answered": first["seq"]})
    _, second = page.evaluate("models[0].sent")
    assert (second["leaf"], second["value"], second["passed"]) == ("x", 2, [1, 1.5])
    page.evaluate("state => models[0].set('state', state)", {**state, "answered": second["seq"]})
    third = page.evaluate("models[0].sent")[2]
    assert (third["leaf"], third["value"]) == ("w", 3)
    assert "passed" not in third


def test_of_a_long_way_some_places_are_told(show):
    page = show(square())
    way = [round(-4 + 0.05 * nr, 2) for nr in range(1, 101)]
    page.evaluate(
        """way => {
          const slider = document.querySelector("[aria-label='Slider of x']");
          for (const value of way) {
            slider.value = value;
            slider.dispatchEvent(new Event("input"));
          }
        }""",
        way,
    )
    (first,) = page.evaluate("models[0].sent")
    state = page.evaluate("models[0].get('state')")
    page.evaluate("state => models[0].set('state', state)", {**state, "answered": first["seq"]})
    second = page.evaluate("models[0].sent")[1]
    assert second["value"] == way[-1]
    assert 6 <= len(second["passed"]) <= 12
    assert second["passed"] == sorted(second["passed"])
    assert set(second["passed"]) < set(way)


def test_a_number_that_is_typed_passes_nowhere(show):
    page = show(square())
    page.get_by_role("slider", name="Slider of x").fill("2")
    page.get_by_role("slider", name="Slider of x").fill("2.5")
    field = page.locator("[aria-label='Value of x']")
    field.fill("1/4")
    page.keyboard.press("Enter")
    (first,) = page.evaluate("models[0].sent")
    state = page.evaluate("models[0].get('state')")
    page.evaluate("state => models[0].set('state', state)", {**state, "answered": first["seq"]})
    second = page.evaluate("models[0].sent")[1]
    assert second["value"] == "1/4"
    assert "passed" not in second


def test_shapes_that_went_by_are_left_out_and_errors_are_shown(show):
    playground = shapes()
    page = show(playground)
    page.evaluate(WATCH)
    move(playground, "x", 0.75, 1.5, 3.5, 2.5, 2.25)
    numbers = [frame["picture"] for frame in playground.state["before"]]
    assert len({*numbers, playground.state["picture"]}) == 3
    take(page, playground)
    expect(page.locator(".output")).to_have_text("0.7781")  # sin(2.25)
    assert seen(page, "output") == ["1.649", "2.117", "0.5985", "0.7781"]
    assert "SinBackward0" in page.locator(".picture svg").text_content()
    move(playground, "x", 2.75, 3.25, 2.5)
    take(page, playground)
    expect(page.locator(".output")).to_have_text("0.5985")
    expect(page.locator(".message")).to_be_hidden()
    assert seen(page, "output")[-3:] == ["0.3817", "—", "0.5985"]
    assert seen(page, "old") == [False, True, False]


def test_another_view_begins_at_the_last_place(show):
    playground = square()
    page = show(playground)
    move(playground, "x", 1.5, 2, 2.5, 3)
    take(page, playground)
    page.evaluate("void window.show(0)")
    outputs = page.locator(".output").all_text_contents()
    assert outputs[1] == "9."
    expect(page.locator(".output").nth(0)).to_have_text("9.")


def test_a_view_that_is_taken_away_shows_nothing_more(show):
    playground = square()
    page = show(playground)
    move(playground, "x", 1.5, 2, 2.5, 3)
    output = "document.querySelector('.output').textContent"
    page.evaluate("sent => { models[0].take(sent); close[0](); }", {"state": playground.state})
    frames(page)
    assert page.evaluate(output) == "1."


# ---- a picture that is larger than its box


NUMBERS = """() => [...document.querySelectorAll(".picture [data-node]")]
  .map((group) => [group.dataset.node, [...group.querySelectorAll("[data-slot]")].map((text) => text.textContent).join()])"""


def test_numbers_out_of_sight_follow_when_the_slider_rests(show):
    playground = deep(minigrad)
    page = show(playground, width=1280)
    frames(page)  # it knows by then what is in sight
    before = dict(page.evaluate(NUMBERS))
    places = [0.51 + nr / 100 for nr in range(8)]
    move(playground, "w", *places)
    sent = {"curve": playground.curve, "state": playground.state}
    now = page.evaluate(
        f"""async sent => {{
          models[0].take(sent);
          for (let frame = 0; frame < 8; frame += 1) await new Promise(requestAnimationFrame);
          return ({NUMBERS})();
        }}""",
        sent,
    )
    timers(page, 300)
    after = dict(page.evaluate(NUMBERS))
    changed = {node for node, text in after.items() if text != before[node]}
    late = {node for node, text in now if text != after[node]}
    assert len(changed) > 50
    in_sight = page.evaluate(
        """() => {
          const view = document.querySelector(".scroll").getBoundingClientRect();
          const within = ({ top, bottom }) => bottom > view.top && top < view.bottom;
          return [...document.querySelectorAll(".picture [data-node]")]
            .filter((group) => within(group.getBoundingClientRect())).map((group) => group.dataset.node);
        }"""
    )
    assert 3 <= len(in_sight) < 30
    assert late.isdisjoint(in_sight)
    assert len(late) > 20
    for node in playground.graph.nodes:
        assert f"grad = {node.grad}" in after[node.id]
        title = page.locator(f"[data-node={node.id}] title").text_content()
        assert f"grad {node.grad}" in title


def test_what_is_scrolled_to_is_up_to_date(show):
    playground = deep(minigrad)
    page = show(playground, width=1280)
    frames(page)  # it knows by then what is in sight
    page.evaluate("void (window.setTimeout = () => 0)")  # it never rests
    move(playground, "w", 0.75)
    take(page, playground)
    last = page.locator(".picture [data-node]").last
    grad = next(n.grad for n in playground.graph.nodes if n.id == last.get_attribute("data-node"))
    expect(last).not_to_contain_text(f"grad = {grad}")
    last.scroll_into_view_if_needed()
    expect(last).to_contain_text(f"grad = {grad}")


# ---- with Python


DRAG = """async ([name, way, patient]) => {
  const slider = document.querySelector(`[aria-label="${name}"]`);
  const frame = () => new Promise(requestAnimationFrame);
  for (const value of way) {
    slider.value = value;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await frame();
    if (!patient) continue;
    while (window.asked) await window.answered;
    for (let nr = 0; nr < 2; nr += 1) await frame();
  }
}"""


def drag(page, leaf, way, patient=False):
    """Drag a slider; a patient hand waits at every place until it has an answer."""
    page.evaluate(DRAG, [f"Slider of {leaf}", way, patient])


def test_a_drag_is_seen_in_order_and_ends_in_python(show):
    playground = square()
    page = show(playground, kernel=True)
    page.evaluate(WATCH)
    way = [round(0.1 * nr, 1) for nr in range(1, 40)]
    drag(page, "x", way[:15], patient=True)
    drag(page, "x", way[15:])
    at_rest(page)
    expect(page.locator(".output")).to_have_text("15.21")
    assert playground.values["x"] == 3.9
    grads = [round(float(text) / 2, 3) for text in seen(page, "grad")][
        1:
    ]  # the first is from before
    assert grads[:15] == way[:15]
    assert grads == sorted(grads)
    assert set(grads) <= set(way)  # nothing between, nothing else
    assert [float(text) for text in seen(page, "output")][1:] == [
        pytest.approx(grad**2, abs=0.01) for grad in grads
    ]


@pytest.mark.parametrize("library", ["minigrad", "torch"])
def test_random_drags_end_where_python_is(show, library):
    lib = pytest.importorskip(library, reason="PyTorch is not installed")
    chance = random.Random(library)

    def f(x, w):
        y = x * w
        if y > 6:
            raise ValueError("too large")
        return lib.tanh(y) + w if y > 0 else y * y

    playground = play(f, library=lib, x=(-4, 4, 1), w=(-4, 4, 1))
    page = show(playground, kernel=True)
    for _ in range(25):
        kind = chance.choice(["drag", "drag", "drag", "plot", "reset", "key", "wait"])
        leaf = chance.choice("xw")
        if kind == "drag":
            start, step = chance.uniform(-4, 4), chance.choice([-0.5, -0.1, 0.05, 0.3])
            drag(page, leaf, [start + nr * step for nr in range(chance.randint(1, 15))])
        elif kind == "plot":
            page.get_by_role("radio", name=f"Plot the output against {leaf}").check()
        elif kind == "reset":
            page.get_by_role("button", name="Back to the first values").click()
        elif kind == "key":
            page.get_by_role("slider", name=f"Slider of {leaf}").press("ArrowRight")
        else:
            page.wait_for_timeout(chance.choice([20, 120, 300]))
    at_rest(page)
    timers(page, 300)  # numbers out of sight are written when it rests
    state, values = playground.state, dict(playground.values)
    leaves = {name: lib.tensor(value, requires_grad=True) for name, value in values.items()}
    for name, value in values.items():
        expect(page.get_by_role("slider", name=f"Slider of {name}")).to_have_value(f"{value:.12g}")
    expect(page.locator(".output")).to_have_text(state["output"]["text"])
    assert page.locator(".leaf .grad").all_text_contents() == [
        state["leaves"][name]["grads"][0] for name in "xw"
    ]
    if not playground.message:
        f(**leaves).backward()
        assert {name: leaf.grad.item() for name, leaf in leaves.items()} == {
            name: grad.item() for name, grad in playground.grads.items()
        }
    written = dict(page.evaluate(NUMBERS))
    for node in playground.graph.nodes:
        if node.kind != "none" and node.value:
            assert node.value in written[node.id]
