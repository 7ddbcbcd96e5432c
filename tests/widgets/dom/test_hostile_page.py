"""Pages of all widgets whose every name, line and error is hostile: nothing runs, and every name is on the page."""

from itertools import count

import pytest

import minigrad
from minigrad_widgets import build, draw, explain, ledger, play, step
from minigrad_widgets.values import printable
from patience import frames

pytestmark = pytest.mark.browser

RUNS = "window.ran = 1; document.title = 'ran'"
NAMES = [
    f'<img src=x onerror="{RUNS}">', f"</script><script>{RUNS}</script>", f'<svg onload="{RUNS}">',
    "&lt;b&gt;&amp;\\N\\G ->", "权重שלום\u202eabc", "e\u0301🙂👩‍👩‍👧", "{node} {n} ${x} `y`", "line\nnull\x00\x1b[31m",
]  # fmt: skip
SEEN = """() => [document.body.innerText, ...[...document.querySelectorAll(".mg *")].flatMap((one) =>
  [...one.attributes].map((attribute) => attribute.value)), ...[...document.querySelectorAll("title, text, option, math *")]
  .map((one) => one.textContent)].join("\\n").replace(/\\s+/g, "")"""
NOTHING = """() => [window.ran ?? 0, document.title, document.querySelectorAll(".mg :is(img, script, iframe, object, foreignObject)").length,
  [...document.querySelectorAll(".mg *")].filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on"))).length]"""


def leaves():
    return {name: minigrad.tensor([1.0, 2.0], requires_grad=True) for name in NAMES}


def loss_of(tensors):
    total = minigrad.tensor(0.0)
    for tensor in tensors.values():
        total = total + (tensor * tensor).sum()
    return total


def check(page, names=NAMES, title="stepper"):
    frames(page)
    seen = page.evaluate(SEEN)
    for name in names:
        assert "".join(printable(name).split()) in seen, name
    assert page.evaluate(NOTHING) == [0, title, 0, 0]


@pytest.mark.parametrize(
    "options", [{}, {"create_graph": True, "engine": True}, {"fault": "no-accumulate"}]
)
def test_the_stepper(show, options):
    tensors = leaves()
    page = show(step(loss_of(tensors), tensors, **options), kernel=True)
    page.locator(".mg").focus()
    for _ in range(12):
        page.keyboard.press("ArrowRight")
    check(page)


def test_the_stepper_that_asks(show):
    tensors = leaves()
    asking = step(loss_of(tensors), tensors, predict=["next", "value"])
    page = show(asking, kernel=True)
    page.locator(".question button").last.click()
    check(page)
    for name in NAMES[:3]:
        page.locator(".question input").first.fill(name)
        page.locator(".question input").first.press("Enter")
        page.wait_for_function("window.asked === 0")
        assert page.evaluate(NOTHING) == [0, "stepper", 0, 0]


def test_the_viewer(show):
    h = minigrad.tensor(2.0, requires_grad=True)
    for _ in NAMES:
        h = (h * h).tanh()
    places = count()
    page = show(
        draw(h, fold=lambda node: ("all", NAMES[next(places) // 2 % len(NAMES)])), kernel=True
    )
    page.locator(".do-unfold").click()
    page.wait_for_function("window.asked === 0")
    check(page)
    page.locator(".find").fill(NAMES[0])
    page.locator(".find").press("Enter")
    check(page)


def test_the_playground(show):
    def f(**given):
        if given[NAMES[0]] > 1:
            raise RuntimeError(NAMES[1])
        return sum(given.values()) * 1.0

    f.__name__ = NAMES[2]
    playground = play(f, **dict.fromkeys(NAMES, 0.5))
    page = show(playground, kernel=True)
    check(page)
    box = page.locator("input.box").first
    for typed in ("1.5", NAMES[0]):
        box.fill(typed)
        box.press("Enter")
        page.wait_for_function("window.asked === 0")
    check(page, [*NAMES, NAMES[1]])


def test_the_builder(show):
    source = "held = {}\n" + "".join(
        f"held[{name!r}] = torch.tensor(2., requires_grad=True) * 2; print({name!r})\n"
        for name in NAMES
    )
    builder = build(f"{source}raise ValueError({NAMES[0]!r})\n", {"torch": minigrad})
    page = show(builder, kernel=True)
    page.locator(".mg").focus()
    for _ in range(4):
        check(page, [repr(name).replace("\\\\", "\\\\") for name in NAMES])
        page.keyboard.press("ArrowLeft")


def test_explain_and_ledger(open_page):
    tensors = leaves()
    made = {name: tensor.exp() for name, tensor in tensors.items()}
    total = loss_of(made)
    made[NAMES[0]] += 1
    with ledger(tensors) as book, pytest.raises(RuntimeError) as caught:
        total.backward()
    check(open_page(explain(caught.value, names=made).html, 900), NAMES[:1], title="")
    with ledger(tensors) as book:
        loss_of(tensors).backward()
    check(open_page(book._repr_mimebundle_()["text/html"], 900), title="")


def test_the_saved_page(browser, tmp_path):
    tensors = leaves()
    step(loss_of(tensors), tensors).save(tmp_path / "page.html", position=6)
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.goto((tmp_path / "page.html").as_uri())
    page.locator(".mg-stepper").wait_for()
    check(page, title=page.title())
    assert page.title() != "ran"
    context.close()
