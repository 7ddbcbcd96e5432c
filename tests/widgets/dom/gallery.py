"""Every widget in every state: what is measured, looked at and read out is measured of all of them."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import pytest

import minigrad
import patience
from minigrad_widgets import build, draw, explain, ledger, play, step


class State(NamedTuple):
    """One state: how the widget (or its HTML) is made, and what is then done on its page."""

    make: Callable[..., Any]  # of a library; keywords go to the widget
    act: Callable[[Any], None] = lambda page: None  # is handed the page


def one_in(number: int, values: Iterable[Any]) -> list[Any]:
    """`values` as parameters: one in `number` is tried in every run, the others are exhaustive."""
    return [
        value if nr % number == 0 else pytest.param(value, marks=pytest.mark.exhaustive)
        for nr, value in enumerate(values)
    ]


def leaf(lib, value):
    return lib.tensor(value, requires_grad=True)


# ---- the stepper


def net(lib):
    """A graph with a broadcast, two paths, a matrix product and a retained gradient: twelve steps."""
    w, b = leaf(lib, [1.0, 2.0, 3.0]), leaf(lib, 0.5)
    m = leaf(lib, [[1.0, -2.0], [3.0, 4.0]])
    y = w * 2 + b
    y.retain_grad()
    loss = (y * y + y * 3).sum() + (m @ m).sum()
    return loss, {"w": w, "b": b, "y": y, "m": m, "loss": loss}


def wide(lib):
    """Matrices of twelve numbers, whose formulas are wider than the panel."""
    inputs = lib.tensor([[1.0, 2.0, -3.0], [0.5, 0.25, 4.0], [0.1, -0.2, 0.3]])
    weights = leaf(lib, [[0.5, -1.0, 2.0, 0.1], [1.5, 0.3, -0.7, 0.2], [0.4, 0.9, -0.8, 0.6]])
    bias = leaf(lib, [0.1, 0.2, 0.3, 0.4])
    h = inputs @ weights + bias
    h.retain_grad()
    loss = (h * h).mean() + (weights * weights).sum()
    return loss, {"X": inputs, "W": weights, "bias": bias, "h": h, "loss": loss}


def chain(lib):
    """More steps than fit: the picture has a search and a map."""
    w = leaf(lib, 0.5)
    h = w
    for _ in range(8):
        h = lib.tanh(h * w + w)
    return h, {"w": w}


def small(lib):
    """A square and a product: a graph whose gradients have a small graph too."""
    x, w = leaf(lib, 2.0), leaf(lib, 3.0)
    y = (w * x) ** 2
    return y, {"x": x, "w": w, "y": y}


def hooked(lib):
    """A node whose hooks change what flows, before it and after it, and a leaf that waits for .grad."""
    w, b = leaf(lib, [1.0, -2.0]), leaf(lib, 0.5)
    y = w * b
    y.grad_fn.register_prehook(lambda grads: (grads[0] * 2,))
    y.grad_fn.register_hook(lambda out, _: tuple(grad * 10 for grad in out))
    w.register_post_accumulate_grad_hook(lambda leaf: None)
    return y.sum(), {"w": w, "b": b, "y": y}


def stepper(graph, position=0, before=None, **options):
    """Return a maker of a stepper at a position; `before` is handed the stepper."""

    def make(lib, **more):
        made = step(*graph(lib), **options, **more)
        made.position = position
        if before is not None:
            before(made)
        return made

    return make


def answered(*texts, hints=0):
    def before(asking):
        for _ in range(hints):
            asking.hint()
        asking.answer(*texts)

    return before


def to_the_end(asking):
    asking.give_up()
    while not asking.question.get("finished"):
        asking.answer(*("1" for _ in asking.question["fields"]))
        asking.give_up()


def search(text, enters=1):
    def act(page):
        page.locator(".find").first.fill(text)
        for _ in range(enters):
            page.locator(".find").first.press("Enter")

    return act


def key(*keys):
    def act(page):
        page.locator(".mg").first.focus()
        for one in keys:
            page.keyboard.press(one)

    return act


STEPPER = {
    "start": State(stepper(net)),
    "middle": State(stepper(net, 5)),
    "end": State(stepper(net, 12)),
    "wide": State(stepper(wide, 3)),
    "wide, accumulated": State(stepper(wide, 6)),
    "blanked": State(stepper(net, 5), key("b")),
    "engine": State(stepper(net, 4, engine=True)),
    "asking": State(stepper(net, predict=True)),
    "answered wrong": State(stepper(net, 1, answered("[1]", hints=2), predict=True)),
    "asking for a shape": State(stepper(net, 2, predict="shape")),
    "asking for a node": State(stepper(net, 0, answered("w"), predict="next")),
    "finished": State(stepper(net, 0, to_the_end, predict=True)),
    "no-accumulate": State(stepper(net, 6, fault="no-accumulate")),
    "recursive-order": State(stepper(net, 5, fault="recursive-order")),
    "no-unbroadcast": State(stepper(net, 12, fault="no-unbroadcast")),
    "second": State(stepper(small, 2, create_graph=True)),
    "second layer": State(
        stepper(small, 4, create_graph=True), lambda page: page.locator(".tab").last.click()
    ),
    "hooks": State(stepper(hooked, 2)),
    "large": State(stepper(chain, 5)),
    "searched": State(stepper(chain, 5, engine=True), search("mul", 2)),
    "nothing found": State(stepper(chain), search("conv")),
}  # fmt: skip


# ---- the viewer


def loop(lib, **options):
    """Forty equal steps, in groups of groups."""
    w, h = leaf(lib, 0.5), leaf(lib, [[0.25, 1.0]])
    for _ in range(40):
        h = (h * w).tanh() + 0.1
    loss = h.sum()
    return draw(loss, {"w": w, "loss": loss}, **options)


def model(lib, **options):
    """A network of blocks, folded by module."""
    nn = lib.nn
    blocks = nn.Sequential(*(nn.Sequential(nn.Linear(4, 4), nn.Tanh()) for _ in range(3)))
    loss = blocks(lib.ones(2, 4)).sum()
    return draw(loss, {"net": blocks, "loss": loss}, fold="module", **options)


def unfolded(page):
    page.locator(".do-unfold").click()
    patience.answered(page)


VIEWER = {
    "folded": State(loop),
    "by module": State(model),
    "unfolded": State(loop, unfolded),
    "module unfolded": State(model, unfolded),
    "searched": State(loop, search("tanh", 2)),
}


# ---- the playground


def branch(lib):
    def f(x, w):
        z = w * x
        if x > 1:
            return lib.relu(z) + 1
        return z

    return f


def scalars(lib, **options):
    return play(branch(lib), x=(-4, 4, 2), w=lib.tensor(1.5), **options)


def matrices(lib, **options):
    W = lib.tensor([[0.5, -1.0], [2.0, 0.25]])
    return play(lambda x, W: lib.tanh(W @ x), x=lib.tensor([1.0, -2.0]), W=W, **options)


def fragile(lib, **options):
    def f(x):
        if x > 1:
            raise RuntimeError("no <b>bold</b> & 中文")
        return x * 2

    return play(f, x=lib.tensor(0.5), **options)


def typed(text):
    def act(page):
        box = page.locator("input.box").first
        box.fill(text)
        box.press("Enter")
        patience.answered(page)

    return act


PLAYGROUND = {
    "scalars": State(scalars),
    "matrices": State(matrices),
    "refused": State(scalars, typed("two")),
    "failed": State(fragile, typed("1.5")),
}


# ---- the builder

SOURCE = """w = torch.tensor(2., requires_grad=True)
x = torch.tensor(3.)
def f(a):
    return a * x
y = f(w)
for i in range(2):
    y = y * y
d = y.detach()
h = torch.ones(3) * w
h[0] = w
print("so", i)
loss = y + h.sum()
loss.backward()
w = (w *
     x)
"""
FAILS = "x = x * 2\ndef g(a):\n    return a @ d\ng(y)\n"


def builder(position, inner=0, source=SOURCE):
    def make(lib, **options):
        made = build(source, {"torch": lib}, **options)
        if position is not None:
            made.position = position
        made.inner = inner
        return made

    return make


def built_pass(lib, **options):
    made = build(SOURCE, {"torch": lib}, **options)
    made.into_backward()
    made.inner = 4
    return made


BUILDER = {
    "start": State(builder(0)),
    "line": State(builder(4)),
    "names move": State(builder(9)),
    "in place": State(builder(12)),
    "pass": State(built_pass),
    "failed": State(builder(None, source=SOURCE + FAILS)),
    "no graph": State(builder(1, source="a = 1\n")),
}


# ---- what is HTML


def explained(lib, **options):
    """What explain() shows of a tensor that was changed before backward needed it."""
    w = leaf(lib, [1.0, 2.0])
    hidden = w.exp()
    loss = (hidden * w).sum()
    hidden += 1
    try:
        loss.backward()
    except RuntimeError as error:
        return explain(error, names={"hidden": hidden, "w": w}, **options).html
    raise AssertionError


def booked(lib, **options):
    """What ledger() shows of two passes without zero_grad()."""
    w, v = leaf(lib, [[1.0, -200.5], [300.125, 2.0]]), leaf(lib, 1.0)
    with ledger({"w": w, "encoder.layers.0.weight": v}, **options) as book:
        for _ in range(2):
            ((w * w).sum() * v).backward()
            with lib.no_grad():
                w -= 0.1 * w.grad
        w.grad = None
    return book._repr_mimebundle_()["text/html"]


HTML = {
    "explain": State(explained, lambda page: page.locator("summary").click()),
    "ledger": State(booked),
}

WIDGETS = {"stepper": STEPPER, "viewer": VIEWER, "playground": PLAYGROUND, "builder": BUILDER, "": HTML}  # fmt: skip
GALLERY = {
    f"{widget}: {name}" if widget else name: state
    for widget, states in WIDGETS.items()
    for name, state in states.items()
}


def show_state(name, show, open_page, lib=minigrad, width=1100, dark=False, height=900, **options):
    """Bring a page into a state, whatever it is a state of."""
    state = GALLERY[name]
    made = state.make(lib, **options)
    if isinstance(made, str):
        page = open_page(made, width, dark)
    else:
        page = show(made, width=width, dark=dark, kernel=True)
    page.set_viewport_size({"width": width, "height": height})
    state.act(page)
    return page
