"""A browser page with steppers on it, and steppers to show."""

import importlib.util
import json
import os
import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright

import minigrad
from minigrad_widgets import step

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
window.asked = 0; // questions to Python that are not yet answered
document.addEventListener("keydown", (event) => window.keys.push(event.key));
window.models = source.states.map((state) => {
  const handlers = {};
  return {
    saved: [],
    sent: [],
    get: (name) => state[name],
    changed: new Set(),
    set(name, value) {
      state[name] = value;
      this.changed.add(name);
      for (const handler of [...(handlers[`change:${name}`] ?? [])]) handler();
    },
    save_changes() {
      this.saved.push(state.position);
      const update = Object.fromEntries([...this.changed].map((name) => [name, state[name]]));
      this.changed.clear();
      this.ask(update, true);
    },
    send(content) {
      this.sent.push(content);
      this.ask(content, false);
    },
    // With a kernel: tests that show(…, kernel=True) have Python answer.
    ask(content, update) {
      if (!window.askPython) return;
      window.asked += 1;
      window.answered = window.askPython(source.states.indexOf(state), content, update).then((changes) => {
        this.take(JSON.parse(changes));
        window.asked -= 1;
      });
    },
    take(changes) {
      Object.assign(state, changes);
      for (const name of Object.keys(changes)) {
        for (const handler of [...(handlers[`change:${name}`] ?? [])]) handler();
      }
    },
    // As JupyterLab does when the kernel is gone: emit("comm_live_update").
    emit(event) { for (const handler of [...(handlers[event] ?? [])]) handler(); },
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
// Observers have had their turn.
for (let frame = 0; frame < 2; frame += 1) await new Promise(requestAnimationFrame);
window.shown = true;
</script>"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        expect.set_options(timeout=30_000)  # a busy machine is not a failure
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

    def show(*steppers, width=1000, dark=False, clock=False, kernel=False):
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        if clock:
            page.clock.install()
        if kernel:
            sent = [dict(synced(stepper)) for stepper in steppers]
            page.expose_function("askPython", lambda number, content, update=False: answer(steppers[number], sent[number], content, update))  # fmt: skip
        states = [synced(stepper) for stepper in steppers]
        source = {"states": states, "esm": steppers[0]._esm, "css": steppers[0]._css}
        written = json.dumps(source).replace("<", "\\u003c")
        page.set_content(PAGE.replace("STATES_AND_SOURCE", written))
        page.wait_for_function("window.shown")
        if clock:  # from here on time passes only when the test says so
            page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)  # what is past is refused
        return page

    yield show
    for context in contexts:
        context.close()
    assert problems == []


@pytest.fixture
def open_page(browser):
    """Open a page that shows HTML, as an output without a widget."""
    contexts = []

    def open_page(html, width, dark=False):
        scheme = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 700}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        ground = "#111" if dark else "#fff"
        page.set_content(
            f'<!doctype html><meta charset="utf-8"><body style="background:{ground}">{html}'
        )
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def networks():
    """Return the module of networks that people know."""
    spec = importlib.util.spec_from_file_location("networks", Path(__file__).parent / "networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def open_saved(browser, tmp_path):
    """Save a widget as a page, and open the file with the network off; it may not complain."""
    contexts, problems = [], []

    def open_saved(widget, *position, width=1000, dark=False, **options):
        widget.save(tmp_path / "page.html", *position, **options)
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if dark else "light",
            offline=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda message: problems.append(message.text))
        page.on("requestfailed", lambda request: problems.append(request.url))
        page.goto((tmp_path / "page.html").as_uri())
        return page

    yield open_saved
    for context in contexts:
        context.close()
    assert problems == []


OF_JUPYTER = ("layout", "tabbable", "tooltip", "comm")


def synced(widget):
    """The traits of a widget that its page has."""
    names = widget.traits(sync=True)
    return {
        name: getattr(widget, name)
        for name in names
        if not name.startswith("_") and name not in OF_JUPYTER
    }


@pytest.fixture
def exchange():
    """Do what a kernel does: hand a widget what its page said, and the page what changed then."""

    def exchange(page, widget, number=0):
        said = page.evaluate(f"models[{number}].sent.splice(0)")
        for content in said:
            widget._handle_custom_msg(content, [])
        for name, value in synced(widget).items():
            if page.evaluate("([n, name]) => models[n].get(name)", [number, name]) != value:
                page.evaluate(
                    "([n, name, value]) => models[n].set(name, value)", [number, name, value]
                )
        return said

    return exchange


def answer(widget, sent, content, update=False):
    """Give a widget a message of its page, as the kernel does; return the traits that changed, as JSON.

    With ``update``, the message is the new values of traits.
    """
    data = {"method": "update", "state": content} if update else {"method": "custom", "content": content}  # fmt: skip
    sent.update(content if update else {})
    widget._handle_msg({"content": {"data": data}, "buffers": []})
    changed = {name: value for name, value in synced(widget).items() if value is not sent[name]}
    sent.update(changed)
    return json.dumps(changed, allow_nan=False)


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


@pytest.fixture
def neuron():
    return make_neuron


@pytest.fixture
def wide():
    return make_wide


def make_neuron():
    """Return a stepper of relu(w * x + b): five steps."""
    w, b = leaf(-2.0), leaf(9.0)
    x = minigrad.tensor(3.0)
    z = w * x
    y = minigrad.relu(z + b)
    return step(y, {"w": w, "x": x, "b": b, "y": y, "z": z})


def make_wide():
    """Return a stepper with matrices, a broadcast, two paths to W, and retain_grad: ten steps."""
    inputs = minigrad.tensor([[1.0, 2.0, -3.0], [0.5, 0.25, 4.0], [0.1, -0.2, 0.3]])
    weights = leaf([[0.5, -1.0, 2.0, 0.1], [1.5, 0.3, -0.7, 0.2], [0.4, 0.9, -0.8, 0.6]])
    bias = leaf([0.1, 0.2, 0.3, 0.4])
    h = inputs @ weights + bias
    h.retain_grad()
    loss = (h * h).mean() + (weights * weights).sum()
    return step(loss, {"X": inputs, "W": weights, "bias": bias, "h": h, "loss": loss})
