"""How the builder looks: room, contrast, axe-core, a class; and what a learner writes is shown as it is."""

import pytest
from axe_playwright_python.sync_playwright import Axe

import minigrad
from gallery import one_in
from minigrad_widgets import build

pytestmark = pytest.mark.browser


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


def made(source=SOURCE, **options):
    names = {"torch": minigrad}
    return build(source, names, **options)


@pytest.fixture
def builder():
    return made()


@pytest.fixture
def failed():
    """A run that ended with an error in a function."""
    return made(SOURCE + "x = x * 2\ndef g(a):\n    return a @ d\ng(y)\n")


def go(page, position, inner=0):
    page.evaluate(
        f"['inner', 'position', 'inner'].forEach((n, i) => models[0].set(n, [0, {position}, {inner}][i]))"
    )


def text(page, selector):
    return " ".join(page.locator(selector).inner_text().split())


def pass_at(builder):
    ((place, taken),) = builder.passes.items()
    return place, taken


# ---- looks


@pytest.mark.exhaustive
@pytest.mark.parametrize("width", [384, 800, 1280, 1920])
@pytest.mark.parametrize("presenter", [False, True])
def test_nothing_is_cut_off(show, width, presenter):
    builder = made(presenter=presenter)
    page = show(builder, width=width)
    place, _ = pass_at(builder)
    heights = set()
    for position, inner in [
        *((p, 0) for p in range(len(builder.lines) + 1)),
        (place, 1),
        (place, 4),
    ]:
        go(page, position, inner)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".mg-build, .mg-build *:not(svg *, .live)")]
            .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX))
            .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
            .map((e) => `${e.tagName}.${e.className}`)"""
        )
        assert cut == []
        heights.add(page.evaluate("document.querySelector('.frame').offsetHeight"))
    assert len(heights) == 1


CONTRASTS = """() => {
  const rgb = (text) => text.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => {
    const part = [r, g, b].map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const solid = (text) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const behind = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = solid(getComputedStyle(at).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return [255, 255, 255, 255];
  };
  const bad = [];
  for (const element of document.querySelectorAll(".mg-build *:not(svg *)")) {
    const own = [...element.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest(".live, [aria-disabled=true]")) continue;
    const [one, other] = [light(solid(getComputedStyle(element).color)), light(behind(element))];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio < 4.5) bad.push(`${element.className} ${element.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return bad;
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_contrast(show, failed, dark):
    page = show(failed, dark=dark)
    place, _ = pass_at(failed)
    for position, inner in [*((p, 0) for p in range(len(failed.lines) + 1)), (place, 2)]:
        go(page, position, inner)
        assert page.evaluate(CONTRASTS) == []


@pytest.mark.parametrize("dark", one_in(2, [True, False]))
def test_axe_finds_nothing_serious(show, failed, dark):
    page = show(failed, dark=dark, width=1100)
    place, _ = pass_at(failed)
    printed = next(place for place, line in enumerate(failed.lines, 1) if line.printed)
    for position, inner in [
        (0, 0),
        (5, 0),
        (printed, 0),
        (place, 0),
        (place, 3),
        (len(failed.lines), 0),
    ]:
        go(page, position, inner)
        assert violations(page) == []


def violations(page):
    found = Axe().run(page, context=".mg").response["violations"]
    return [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


def test_tab_reaches_everything_and_leaves(show, builder):
    place, _ = pass_at(builder)
    page = show(builder)
    go(page, place)
    reached = []
    while reached[-1:] != ["BODY"] and len(reached) < 30:
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.className || document.activeElement.tagName")
        )
    assert reached == [
        "mg mg-build", "do-start", "do-back", "do-forward", "do-end", "INPUT", "do-play", "SELECT",
        "code-part", "row", "scroll", "panel-scroll", "push into main", "BODY",
    ]  # fmt: skip


def test_a_class_can_read_it_from_the_last_row(show):
    builder = made(presenter=True)
    page = show(builder, width=1920)
    page.set_viewport_size({"width": 1920, "height": 1080})
    go(page, 6)
    sizes = page.evaluate(
        "[...document.querySelectorAll('.panel-body :is(p, h3, h4, li), .lines code')]"
        ".map((e) => parseFloat(getComputedStyle(e).fontSize))"
    )
    assert min(sizes) >= 20
    picture = page.locator(".picture").bounding_box()
    assert picture is not None
    assert 600 < picture["height"] < 1080
    name = page.locator(".names").first.bounding_box()
    assert name is not None
    assert name["height"] >= 18


def test_chinese(show):
    page = show(made(lang="zh"))
    go(page, 3)
    assert "变量名" in text(page, ".panel")
    assert "代码" in page.locator(".code-part").get_attribute("aria-label")


# ---- what a learner writes is data


@pytest.mark.parametrize("name", ["名字", "x_" * 60, "é", "שם", "ｘ"])
def test_names_of_all_kinds(show, name):
    builder = made(f"{name} = torch.tensor(2., requires_grad=True)\n{name} = {name} * {name}\n")
    page = show(builder)
    for position in range(3):
        go(page, position)
    builder.position = 2
    (found,) = builder.names
    assert found in text(page, ".names-table")
    assert page.locator(".names").count() == 2


NASTY = [
    "<img src=x onerror=window.hit=1>",
    "</script><script>window.hit=1</script>",
    "\\N\\G\\L & \"quoted\" 'single'",
    "]]><b>bold</b>&amp;&#0;",
    "\u202eright to left \u05d0\u05d1",
    "汉字 \\x00 \\x1b[31m",
]


@pytest.mark.parametrize("nasty", NASTY)
def test_text_full_of_markup_is_shown_as_it_is(show, nasty):
    source = (
        f"# {nasty}\nd = {{{nasty!r}: torch.tensor(2., requires_grad=True)}}\n"
        f"s = {nasty!r}\nprint(s)\ny = d[s] * 2\nraise ValueError(s)\n"
    )
    builder = made(source)
    assert builder.recording.failure is None
    page = show(builder)
    for position in range(len(builder.lines) + 1):
        go(page, position)
    assert page.evaluate("window.hit") is None
    assert page.locator(".mg-build img, .mg-build script, .mg-build b:not(.key b)").count() == 0
    shown = page.locator(".lines li").first.locator("code").text_content()
    assert shown == builder.data["code"][0]
