"""Every control of every widget is reached with Tab or arrows, and works with Enter, Space, arrows and letters."""

import pytest
from playwright.sync_api import expect

from gallery import one_in, show_state
from patience import answered

pytestmark = pytest.mark.browser

NAMES = [
    "stepper: start", "stepper: searched", "stepper: second layer", "stepper: answered wrong",
    "stepper: asking for a node", "stepper: no-accumulate", "viewer: folded", "viewer: unfolded",
    "playground: scalars", "playground: matrices", "builder: start", "builder: pass", "explain",
]  # fmt: skip
# Of these one at a time is in the order of Tab; arrows go to the others.
ONE_OF = ".steps tbody, .code-part, .scroll, .leaves"
CONTROLS = "button, input, select, summary, a[href], [role=button]"

TABBED = """() => {
  const element = document.activeElement;
  window.reached ??= new Set();
  window.reached.add(element);
  return element.closest(".mg") !== null;
}"""

MISSED = f"""() => [...document.querySelectorAll(".mg :is({CONTROLS})")]
  .filter((one) => one.checkVisibility({{ visibilityProperty: true }}) && one.getClientRects().length && !window.reached.has(one))
  .filter((one) => ![...window.reached].some((other) => other !== one && other.matches("{CONTROLS}")
    && one.closest("{ONE_OF}") && one.closest("{ONE_OF}").contains(other) && (one.tabIndex < 0 || one.type === "radio")))
  .map((one) => one.outerHTML.slice(0, 120))"""

STATE = """() => [
  (window.models ?? []).map((model) => [model.sent.length, model.saved.length]), document.querySelector(".mg").outerHTML,
  [...document.querySelectorAll(".mg *")].indexOf(document.activeElement),
  [...document.querySelectorAll(".mg :is(input, select, details)")].map((one) => [one.value, one.checked, one.open]),
].flat().map(String).join()"""


@pytest.mark.parametrize("name", one_in(2, NAMES))
def test_all_of_it_by_keyboard(show, open_page, name):
    page = show_state(name, show, open_page)
    page.evaluate("document.querySelector('.mg').focus()")  # explain()'s has no keys, and no focus
    page.evaluate("document.body.setAttribute('tabindex', '-1')")
    page.evaluate("document.querySelector('.mg').matches('[tabindex]') || document.body.focus()")
    for _ in range(80):
        page.keyboard.press("Tab")
        if not page.evaluate(TABBED):
            break
    else:
        raise AssertionError("Tab never leaves the widget")
    assert page.evaluate(MISSED) == []
    count = page.evaluate(
        f"window.controls = [...window.reached].filter((one) => one.matches('{CONTROLS}')), window.controls.length"
    )
    idle = [said for nr in range(count) if (said := idle_control(page, nr))]
    assert idle == []


def idle_control(page, nr):
    """Use a control with its keys; return what it is if nothing came of it."""
    kind = page.evaluate(
        """(nr) => {
          const one = window.controls[nr];
          if (!one.isConnected || !one.checkVisibility() || one.ariaDisabled === "true" || one.readOnly || one.matches(":checked, [aria-current] *")) return null;
          one.focus();
          return one.type ?? one.tagName;
        }""",
        nr,
    )
    if kind is None:
        return None
    keys = {"range": ("ArrowLeft", "ArrowRight"), "text": ("b",), "select-one": ("ArrowDown", "ArrowUp"), "radio": (" ",)}  # fmt: skip
    before = page.evaluate(STATE)
    for key in keys.get(kind, ("Enter",)):
        page.keyboard.press(key)
        answered(page)
        if page.evaluate(STATE) != before:
            return None
    return page.evaluate("(nr) => window.controls[nr].outerHTML.slice(0, 120)", nr)


LOOKS = """(states) => {
  const grey = Object.assign(document.createElement("style"), { textContent: ".mg { filter: grayscale(1) }" });
  document.head.append(grey);
  return states.map((state) => {
    const node = document.querySelector(`[data-node][data-state="${state}"]`);
    const line = getComputedStyle(node.querySelector(":is(.line-op-line, .line-leaf-line)"));
    const mark = [...document.querySelectorAll(".mark")].find((one) => one.dataset.state === state);
    const glyphs = mark ? [...mark.querySelectorAll("path")].filter((path) => getComputedStyle(path).visibility === "visible") : [];
    return { line: `${line.strokeWidth} ${line.strokeDasharray}`, glyph: glyphs.map((path) => path.getAttribute("d")).join() };
  });
}"""


def test_states_differ_by_more_than_colour(show, open_page):
    page = show_state("stepper: middle", show, open_page)
    looks = page.evaluate(LOOKS, ["now", "done", "ready", ""])
    for part in ("line", "glyph"):
        assert len({one[part] for one in looks}) == 4, looks
    rows = page.evaluate(
        """() => ["now", "done", ""].map((state) => [...document.querySelector(`.steps tr[data-state="${state}"]`)
        .querySelectorAll(".state b")].filter((one) => getComputedStyle(one).visibility === "visible").map((one) => one.textContent).join())"""
    )
    assert len(set(rows)) == 3


def test_states_of_the_builder_differ_by_more_than_colour(show, open_page):
    page = show_state("builder: failed", show, open_page)
    (struck, gone, usual) = page.evaluate(
        """() => ["struck", "gone", ""].map((state) => {
          const line = getComputedStyle(document.querySelector(`[data-node][data-state="${state}"] > :is(path, polygon)`));
          return `${line.strokeWidth} ${line.strokeDasharray}`;
        })"""
    )
    assert len({struck, gone, usual}) == 3


@pytest.mark.parametrize(
    ("text", "count", "first"),
    [
        ("mul", 8, "MulBackward0"),
        ("MULB", 8, "MulBackward0"),
        ("grad", 1, "w"),
        ("acc", 1, "w"),
        ("back", 24, "TanhBackward0"),
        ("ckward", 24, "TanhBackward0"),  # in the middle of a word, because no word starts so
        ("n1", 11, "AddBackward0"),
        ("float32 scalar", 25, "TanhBackward0"),
        ("zzz", 0, None),
    ],
)
def test_a_search_goes_by_the_starts_of_words(show, open_page, text, count, first):
    page = show_state("stepper: large", show, open_page)
    find, said = page.locator(".find"), page.locator(".live")
    find.fill(text)  # the page searches when no more letters have come for a while
    if not count:
        expect(said).to_have_text("0 found")
        return
    expect(said).to_have_text(
        f"{count} found. Enter goes to the next, Shift+Enter to the one before."
    )
    find.press("Enter")
    expect(said).to_have_text(f"1 of {count}: {first}")
