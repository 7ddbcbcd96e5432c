"""Two hundred things that a person may do, at random: page, kernel and a model in Python agree."""

import random

from playwright.sync_api import expect

from minigrad_widgets import step

LAST = 12


class Model:
    """What position each action leads to."""

    def __init__(self, frames, nodes):
        self.position = 0
        self.frames = frames
        self.nodes = nodes

    def go(self, position):
        self.position = max(0, min(LAST, position))

    def to_node(self, node):
        if node in self.frames:
            self.go(self.frames.index(node) + 1)


def made(lib):
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    m = lib.tensor([[1.0, -2.0], [3.0, 4.0]], requires_grad=True)
    y = w * 2 + b
    loss = (y * y + y * 3).sum() + (m @ m).sum()
    return {"w": w, "b": b, "m": m}, step(loss, {"w": w, "b": b, "y": y, "m": m, "loss": loss})


BUTTONS = {
    "Go to the start": lambda p: 0,
    "One step back": lambda p: p - 1,
    "One step forward": lambda p: p + 1,
    "Go to the end": lambda p: LAST,
}
KEYS = {
    "ArrowRight": 1, "ArrowDown": 1, "PageDown": 1, "ArrowLeft": -1, "ArrowUp": -1, "PageUp": -1,
    "Home": -LAST, "End": LAST, "x": 0, "Escape": 0,
}  # fmt: skip


def act(page, model, chance):
    """Do one thing on the page, and the same in the model."""
    kind = chance.choice(["button", "key", "slider", "node", "row", "engine", "blank"])
    if kind == "button":
        name = chance.choice(list(BUTTONS))
        page.get_by_role("button", name=name, exact=True).click(force=True)
        model.go(BUTTONS[name](model.position))
    elif kind == "key":
        key = chance.choice(list(KEYS))
        page.locator(".mg-stepper").focus()
        page.keyboard.press(key)
        model.go(model.position + KEYS[key])
    elif kind == "slider":
        place = chance.randint(0, LAST)
        page.get_by_role("slider").fill(str(place))
        model.go(place)
    elif kind == "node":
        node = chance.choice(model.nodes)
        page.locator(f"[data-node={node}]").dispatch_event("click")
        model.to_node(node)
    elif kind == "row":
        place = chance.randint(1, LAST)
        page.locator(".steps tbody tr").nth(place - 1).dispatch_event("click")
        model.go(place)
    elif kind == "engine":
        page.locator(".do-engine").click()
    else:
        page.locator(".mg-stepper").focus()
        page.keyboard.press("b")
        page.keyboard.press("b")


def test_page_kernel_and_model_agree(show, lib):
    leaves, stepper = made(lib)
    page = show(stepper)
    assert len(stepper.trace.frames) == LAST
    nodes = [node.id for node in stepper.trace.graph.nodes]
    model = Model([frame.node for frame in stepper.trace.frames], nodes)
    chance = random.Random(lib.__name__)  # two seeds: one for each library
    for _ in range(100):
        act(page, model, chance)
        assert page.evaluate("models[0].get('position')") == model.position
        stepper.position = page.evaluate("models[0].get('position')")
        expect(page.locator(".position")).to_have_text(f"{model.position} / {LAST}")
    done = page.locator(".picture [data-node][data-state=done]").count()
    assert done == max(0, model.position - 1)
    for name, leaf in leaves.items():
        (nr,) = [
            nr
            for nr, f in enumerate(stepper.trace.frames, 1)
            if stepper.trace.nodes[f.node].label == name
        ]
        assert (leaf.grad is not None) == (model.position >= nr)
