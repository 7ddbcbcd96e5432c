"""The stepper's page, in a real browser, with a small stand-in for anywidget's model."""

import json
import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

import minigrad
from minigrad_widgets import step
from minigrad_widgets.values import printable

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
NO_BROWSER = (
    "NO BROWSER, so nothing of the stepper's page was tested. Install chromium or Google Chrome, "
    "or run: python -m playwright install chromium"
)

# What anywidget does, in short: a model with get, set, save_changes and events, and an element.
PAGE = """<!doctype html><meta charset="utf-8"><title>stepper</title>
<style>body { margin: 8px } .dark { background: #111 }</style><body>
<script type="module">
const source = STATES_AND_SOURCE;
const url = URL.createObjectURL(new Blob([source.esm], { type: "text/javascript" }));
const widget = (await import(url)).default;
document.head.append(Object.assign(document.createElement("style"), { textContent: source.css }));
window.keys = [];
document.addEventListener("keydown", (event) => window.keys.push(event.key));
window.models = source.states.map((state) => {
  const handlers = {};
  return {
    saved: [],
    get: (name) => state[name],
    set(name, value) {
      state[name] = value;
      for (const handler of [...(handlers[`change:${name}`] ?? [])]) handler();
    },
    save_changes() { this.saved.push(state.position); },
    on(event, handler) { (handlers[event] ??= []).push(handler); },
    off(event, handler) { handlers[event] = (handlers[event] ?? []).filter((h) => h !== handler); },
  };
});
window.show = (number) => {
  const el = document.body.appendChild(document.createElement("div"));
  el.className = `view view${number}`;
  return widget.render({ model: window.models[number], el });
};
window.close = window.models.map((_, number) => window.show(number));
window.shown = true;
</script>"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = next(filter(None, map(shutil.which, BROWSERS)), own)
        if not Path(found).exists():
            if os.environ.get("CI"):
                pytest.fail(NO_BROWSER)
            pytest.skip(NO_BROWSER)
        running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def show(browser):
    """Show steppers on a page; return the page. Any error or warning on the page is a failure."""
    contexts, problems = [], []

    def show(*steppers, width=1000, dark=False, clock=False):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        if clock:
            page.clock.install()
        states = [
            {
                name: getattr(stepper, name)
                for name in ("position", "message", "left_alone", "svg", "data")
            }
            for stepper in steppers
        ]
        source = {"states": states, "esm": steppers[0]._esm, "css": steppers[0]._css}
        written = json.dumps(source).replace("<", "\\u003c")
        page.set_content(PAGE.replace("STATES_AND_SOURCE", written))
        page.wait_for_function("window.shown")
        return page

    yield show
    for context in contexts:
        context.close()
    assert problems == []


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


def neuron():
    """Return a stepper of relu(w * x + b): five steps."""
    w, b = leaf(-2.0), leaf(9.0)
    x = minigrad.tensor(3.0)
    z = w * x
    y = minigrad.relu(z + b)
    return step(y, {"w": w, "x": x, "b": b, "y": y, "z": z})


def wide():
    """Return a stepper with matrices, a broadcast, two paths to W, and retain_grad: ten steps."""
    inputs = minigrad.tensor([[1.0, 2.0, -3.0], [0.5, 0.25, 4.0], [0.1, -0.2, 0.3]])
    weights = leaf([[0.5, -1.0, 2.0, 0.1], [1.5, 0.3, -0.7, 0.2], [0.4, 0.9, -0.8, 0.6]])
    bias = leaf([0.1, 0.2, 0.3, 0.4])
    h = inputs @ weights + bias
    h.retain_grad()
    loss = (h * h).mean() + (weights * weights).sum()
    return step(loss, {"X": inputs, "W": weights, "bias": bias, "h": h, "loss": loss})


def position(page, number=0):
    return page.evaluate(f"models[{number}].get('position')")


def set_position(page, value, number=0):
    page.evaluate(f"models[{number}].set('position', {value})")


def text(page, selector):
    # A browser shows a single letter of a formula in mathematical italics, and its text is that.
    shown = unicodedata.normalize("NFKC", page.locator(selector).inner_text())
    return " ".join(shown.split())


# ---- going places


def test_buttons(show):
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


def test_keys_step_and_do_not_reach_the_page(show):
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


def test_other_keys_are_left_to_the_page(show):
    page = show(neuron())
    page.locator(".mg-stepper").focus()
    for key in ("a", "Enter", "Control+ArrowRight", "Alt+ArrowLeft", "Tab"):
        page.keyboard.press(key)
    assert position(page) == 0
    assert page.evaluate("keys") == [
        "a",
        "Enter",
        "Control",
        "ArrowRight",
        "Alt",
        "ArrowLeft",
        "Tab",
    ]


def test_keys_in_the_controls_do_what_is_expected_there(show):
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


def test_the_slider(show):
    page = show(neuron())
    slider = page.locator("input[type=range]")
    slider.fill("3")
    assert position(page) == 3
    assert slider.get_attribute("aria-valuetext") == "Step 3 of 5"
    set_position(page, 4)
    expect(slider).to_have_value("4")


def test_a_click_on_a_node_or_a_row(show):
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


def test_play_and_its_speed(show):
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


def test_the_focus_is_never_lost(show):
    page = show(neuron())
    page.locator(".do-forward").focus()
    for _ in range(6):
        page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.className") == "do-forward"
    page.keyboard.press("Home")
    assert position(page) == 0


# ---- what is seen


def states_by_python(trace, position):
    """The state of every node and edge, from the frames."""
    nodes, edges = {}, {}
    for number, frame in enumerate(trace.frames[:position], 1):
        now = number == position
        nodes[frame.node] = "now" if now else "done"
        edges |= {sent.edge: "out" if now else "done" for sent in frame.sent}
        if now:
            edges |= {part.edge: "in" for part in frame.parts if part.edge}
    ready = trace.frames[position - 1].ready if position else (trace.graph.root,)
    nodes |= dict.fromkeys(ready, "ready")
    flows = {edge.id for edge in trace.graph.edges if trace.nodes[edge.target].kind != "none"}
    return nodes, {edge: state for edge, state in edges.items() if edge in flows}


def states_on_page(page, what):
    return page.evaluate(
        """what => Object.fromEntries([...document.querySelectorAll(`[data-${what}]`)]
        .map((group) => [group.dataset[what], group.dataset.state])
        .filter(([, state]) => state))""",
        what,
    )


@pytest.mark.parametrize("make", [neuron, wide])
def test_states_of_nodes_and_edges_are_those_of_the_trace(show, make):
    stepper = make()
    page = show(stepper)
    last = len(stepper.trace.frames)
    for place in [*range(last + 1), 2, 0]:
        set_position(page, place)
        nodes, edges = states_by_python(stepper.trace, place)
        assert states_on_page(page, "node") == nodes
        assert states_on_page(page, "edge") == edges


def test_states_differ_by_more_than_colour(show):
    stepper = neuron()
    page = show(stepper)
    set_position(page, 4)
    looks = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-node][data-state]")]
        .filter((group) => group.dataset.state)
        .map((group) => {
          const style = getComputedStyle(group.querySelector("path"));
          return [group.dataset.state, [style.strokeWidth, style.strokeDasharray]];
        }))"""
    )
    assert len({tuple(look) for look in looks.values()}) == 3
    marks = page.locator(".mark path").evaluate_all(
        "paths => paths.filter((p) => p.checkVisibility({ visibilityProperty: true }))"
        ".map((p) => p.classList[0])"
    )
    assert sorted(marks) == ["done", "done", "done", "now", "ready"]
    edges = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".edge")].map((group) => {
          const style = getComputedStyle(group.querySelector("path"));
          return [group.dataset.state, [style.strokeWidth, style.strokeDasharray]];
        }))"""
    )
    assert len({tuple(edges[state]) for state in ("in", "out", "done")}) == 3


def test_the_panel_of_a_product(show):
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


def test_values_are_written_on_the_edges_they_took(show):
    page = show(neuron())
    set_position(page, 4)
    shown = page.locator(".flow:not([data-state='']) text").all_text_contents()
    assert sorted(shown) == ["1.", "1.", "1.", "3."]
    set_position(page, 0)
    assert not page.locator(".flow").first.is_visible()


def test_the_table_and_the_live_region(show):
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
        "Step 2 of 5: AddBackward0. Receives 1.. Sends 1. to MulBackward0, 1. to b."
    )


def test_python_sets_the_position_and_the_message(show):
    page = show(neuron())
    expect(page.locator(".message")).to_be_hidden()
    set_position(page, 3)
    assert "Step 3 of 5" in text(page, ".panel-body")
    assert page.evaluate("models[0].saved") == []
    page.evaluate("models[0].set('message', 'w.grad was changed <b>outside</b>')")
    expect(page.locator(".message")).to_have_text("w.grad was changed <b>outside</b>")
    assert page.locator(".message b").count() == 0


def test_a_grad_that_somebody_changed_is_not_shown_as_the_steppers(show):
    stepper = neuron()
    page = show(stepper)
    set_position(page, 5)
    page.evaluate("models[0].set('left_alone', [0])")
    assert text(page, "footer").startswith(".grad now b.grad = changed outside w.grad = 3.")
    assert page.locator(".kept text").all_text_contents() == ["grad ?", "grad 3."]


# ---- several on a page


def test_two_views_of_one_stepper(show):
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


def test_two_steppers_do_not_meet(show):
    page = show(neuron(), wide())
    page.locator(".view1 .do-forward").click()
    assert (position(page, 0), position(page, 1)) == (0, 1)
    expect(page.locator(".view0 .position")).to_have_text("0 / 5")
    expect(page.locator(".view1 [data-node=n0]")).to_have_attribute("data-state", "now")
    expect(page.locator(".view0 [data-node=n0]")).to_have_attribute("data-state", "ready")


def test_a_closed_view_stops_playing(show):
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


# ---- room, light and dark


@pytest.mark.parametrize("width", [500, 800, 1280, 1920])
@pytest.mark.parametrize("make", [neuron, wide])
def test_nothing_is_cut_off(show, make, width):
    stepper = make()
    page = show(stepper, width=width)
    heights = set()
    for place in range(len(stepper.trace.frames) + 1):
        set_position(page, place)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".mg-stepper, .mg-stepper *:not(svg *, .live)")]
            .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX))
            .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
            .map((e) => `${e.tagName}.${e.className}`)"""
        )
        assert cut == []
        heights.add(page.evaluate("document.querySelector('.frame').offsetHeight"))
    assert len(heights) == 1


def test_the_node_of_the_step_is_in_view(show):
    x = leaf(1.0)
    y = x
    for _ in range(40):
        y = y * 1.5
    stepper = step(y, {"x": x})
    page = show(stepper)
    for place in [0, 1, 20, 41, 7]:
        set_position(page, place)
        node = stepper.trace.frames[max(place - 1, 0)].node
        assert page.evaluate(
            """id => {
              const box = document.querySelector(`[data-node=${id}]`).getBoundingClientRect();
              const view = document.querySelector(".scroll").getBoundingClientRect();
              return box.top >= view.top && box.bottom <= view.bottom
                && box.left >= view.left && box.right <= view.right;
            }""",
            node,
        )
        if place:
            row = page.locator("[aria-current]").bounding_box()
            table = page.locator(".steps").bounding_box()
            assert table["y"] <= row["y"]
            assert row["y"] + row["height"] <= table["y"] + table["height"]
    assert page.evaluate("document.documentElement.scrollTop") == 0


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, below) => {
    canvas.fillStyle = `rgb(${below})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const v = c[i] / 255;
    return sum + part * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (e) => {
    if (!e) return [255, 255, 255];
    return rgb(getComputedStyle(e).backgroundColor, behind(e.parentElement));
  };
  return [...document.querySelectorAll(".mg-stepper .frame *:not(svg *)")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => e.checkVisibility())
    .map((e) => {
      const back = behind(e), front = rgb(getComputedStyle(e).color, back);
      const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), `${e.tagName}.${e.className}`];
    }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_in_light_and_dark(show, dark):
    page = show(wide(), dark=dark)
    for place in (0, 5, 7):
        set_position(page, place)
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("dark", [False, True])
def test_it_follows_jupyterlabs_theme_whatever_the_system_says(show, dark):
    page = show(neuron(), dark=not dark)
    page.evaluate(f"document.body.dataset.jpThemeLight = '{str(not dark).lower()}'")
    colour = page.evaluate("getComputedStyle(document.querySelector('.mg-stepper')).color")
    assert colour == ("rgb(241, 243, 245)" if dark else "rgb(22, 25, 29)")


# ---- when something is missing


def test_without_a_picture_the_rest_works(show):
    stepper = neuron()
    stepper.svg = ""
    page = show(stepper)
    page.locator(".do-forward").click()
    assert "ReluBackward0" in text(page, ".panel-body")
    assert "There is no picture" in text(page, ".picture")


def test_an_error_is_shown_in_place(show):
    page = show(neuron())
    page.evaluate("models[0].set('data', null); show(0)")
    expect(page.get_by_role("alert")).to_contain_text("The stepper cannot be shown")
