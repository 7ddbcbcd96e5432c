"""explain() and ledger() in a browser: nothing runs off the page, in any width and either theme."""

import pytest

import minigrad
from minigrad_widgets import explain, ledger

NAME = '<img src=x onerror="window.ran=1">'


def explained():
    w = minigrad.tensor([1.0, 2.0], requires_grad=True)
    hidden = w.exp()
    loss = (hidden * w).sum()
    hidden += 1
    try:
        loss.backward()
    except RuntimeError as error:
        return explain(error, names={NAME: hidden, "w": w}).html
    raise AssertionError


def booked():
    w = minigrad.tensor([[1.0, -200.5], [300.125, 2.0]], requires_grad=True)
    v = minigrad.ones(30, 40, requires_grad=True)
    optimizer = minigrad.optim.SGD([w, v], lr=0.1)
    with ledger({NAME: w, "encoder.layers.0.self_attention.weight": v}) as book:
        for _ in range(2):
            ((w * w).sum() + v.sum()).backward()
            optimizer.step()
        w.grad = None
    return book._repr_mimebundle_()["text/html"]


HTML = {"explain": explained, "ledger": booked}
CONTRAST = """(names) => {
  const luminance = (colour) => {
    const canvas = document.createElement("canvas").getContext("2d");
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map((c) =>
      c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = getComputedStyle(at).backgroundColor;
      if (!/rgba\\(0, 0, 0, 0\\)|transparent/.test(colour)) return colour;
    }
    return "white";
  };
  const texts = [...document.querySelectorAll(".frame *")].filter((element) => !element.closest("svg") &&
    [...element.childNodes].some((child) => child.nodeType === 3 && child.data.trim()));
  return Math.min(...texts.map((element) => {
    const pair = [getComputedStyle(element).color, ground(element)].map(luminance).sort();
    return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
  }));
}"""


@pytest.fixture(scope="module")
def written():
    return {name: make() for name, make in HTML.items()}


@pytest.mark.parametrize("width", [384, 800, 1920])
@pytest.mark.parametrize("name", HTML)
def test_nothing_is_clipped_and_nothing_runs(open_page, written, name, width):
    page = open_page(written[name], width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate("window.ran") is None
    assert page.locator("img").count() == 0
    assert NAME in page.locator("body").inner_text().replace(".\n", ".")
    clipped = page.evaluate(
        """[...document.querySelectorAll(".frame *:not(svg *, summary ~ *, thead, thead *)")].filter((e) =>
        e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).overflowX === "hidden").length"""
    )
    assert clipped == 0
    table = page.locator(".scroll")
    if table.count():
        assert table.evaluate("(e) => e.scrollWidth <= e.clientWidth + 1")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", HTML)
def test_contrast(open_page, written, name, dark):
    page = open_page(written[name], 800, dark)
    assert page.evaluate(CONTRAST) >= 4.5


def test_marks_are_seen_and_read(open_page, written):
    page = open_page(written["explain"], 800)
    marked = page.locator("svg .marked")
    assert marked.count() == 1
    assert "✖ saved" in marked.text_content()
    assert float(marked.locator("path").first.get_attribute("stroke-width")) >= 4
    page.keyboard.press("Tab")
    page.locator("summary").click()
    assert "✖ saved" in page.locator("details pre").inner_text()


def test_a_stale_row_is_told_by_more_than_colour(open_page, written):
    page = open_page(written["ledger"], 800)
    notes = page.locator("tr.stale.note").all_inner_texts()
    assert len(notes) == 2
    assert all("⚠" in note and "was zero_grad() forgotten?" in note for note in notes)
    assert page.get_by_role("columnheader").all_inner_texts() == [
        *("pass", "tensor", "event", "before", "incoming", "after")
    ]
    page = open_page(written["ledger"], 384)
    assert page.get_by_role("row").count() > 8
    heads = page.locator("td[data-head]").first.evaluate(
        "(e) => getComputedStyle(e, '::before').content"
    )
    assert heads == '"before"'
