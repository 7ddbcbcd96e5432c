"""A saved stepper that asks, without kernel and network: the page judges, or the learner marks."""

import json

from playwright.sync_api import expect

import minigrad
from minigrad_widgets import step
from minigrad_widgets.esm import STATIC
from minigrad_widgets.expression import UnreadableError, read
from minigrad_widgets.handout import exam
from minigrad_widgets.questions import fields, verdict

HOSTILE = '</script><img src=x onerror="alert(1)">]]>\u2028权重 עברית'


def asking(predict=True, lib=minigrad, name="loss", **kwargs):
    w = lib.tensor([1.0, 2.0, 3.0], requires_grad=True)
    b = lib.tensor(0.5, requires_grad=True)
    x = lib.tensor([2.0, -1.0, 1.0])
    y = w * x + b
    loss = (y * y).sum()
    names = {"w": w, "b": b, "x": x, "y": y, name: loss}
    return step(loss, names, predict=predict, **kwargs)


def inputs(page):
    return page.locator(".question input[type=text]")


def check(page, *answers):
    for place, text in enumerate(answers):
        inputs(page).nth(place).fill(text)
    page.get_by_role("button", name="Check").click()


def test_it_judges_and_names_mistakes_without_a_kernel(open_saved, lib):
    page = open_saved(asking(lib=lib))
    expect(page.locator(".question")).to_contain_text("This page has no kernel")
    check(page, "-1")
    expect(page.locator(".verdict")).to_have_text("✗ The shape is wrong.")
    check(page, "[-1, -1, -1]")
    expect(page.locator(".verdict")).to_have_text("✗ The sign is wrong.")
    check(page, "[1, 1, 1")
    expect(page.locator(".verdict")).to_contain_text("Write numbers")
    check(page, "[1, 1, 1]")
    expect(page.locator(".position")).to_have_text("1 / 6")
    check(page, "[2.5, -1.5, 3.5]", "[5/2, -3/2, 7/2]")
    check(page, "[5, -3, 7]", "[5, -3, 7]")
    expect(page.locator(".verdict").nth(0)).to_have_text("✓ Right.")
    expect(page.locator(".verdict").nth(1)).to_contain_text("Not summed")
    inputs(page).nth(1).fill("9")
    page.keyboard.press("Enter")
    check(page, "9")
    check(page, "[2, -1, 1]")
    expect(page.locator(".verdict")).to_contain_text("multiply it by the incoming gradient")
    check(page, "[10, 3, 7]")
    check(page, "[10, 3, 7]")
    expect(page.locator(".position")).to_have_text("6 / 6")
    expect(page.locator(".score")).to_contain_text("right at once5")
    expect(page.locator(".score")).to_contain_text("right later3")


def test_what_it_cannot_compute_the_learner_marks(open_saved, lib):
    page = open_saved(asking(lib=lib), 1)
    check(page, "y", "[2.5, -1.5, 3.5]")
    expect(page.locator(".verdict").nth(0)).to_contain_text("Press Reveal")
    expect(page.locator(".reveal").nth(0)).to_be_empty()
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".reveal").nth(0)).to_contain_text("What ran:")
    expect(page.locator(".reveal").nth(1)).to_be_empty()  # it was judged
    expect(inputs(page).nth(0)).to_have_value("y")
    expect(inputs(page).nth(0)).to_have_attribute("readonly", "")
    assert page.evaluate("document.activeElement.textContent") == "I had it right"
    page.keyboard.press("Enter")
    expect(page.locator(".position")).to_have_text("2 / 6")
    page.get_by_role("button", name="Reveal").click()  # written down on paper
    expect(page.locator(".reveal math").nth(1)).to_have_text("9")
    page.get_by_role("button", name="I had it wrong").nth(1).click()
    expect(page.locator(".verdict").nth(1)).to_have_text("✗ You marked it wrong.")
    page.get_by_role("button", name="I had it right").click()
    expect(page.locator(".position")).to_have_text("3 / 6")
    for _ in range(3):
        page.get_by_role("button", name="Reveal").click()
        page.get_by_role("button", name="I had it right").click()
    expect(page.locator(".score")).to_contain_text("marked right5")
    expect(page.locator(".score")).to_contain_text("marked wrong1")


def test_shapes_and_nodes_are_judged(open_saved, lib):
    stepper = asking(["next", "shape"], lib=lib)
    page = open_saved(stepper)
    names = {node.label: node.id for node in stepper.trace.graph.nodes if node.label}
    chosen = page.locator(".question select")
    chosen.select_option(names["w"])
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".verdict")).to_contain_text("still waits for a gradient")
    chosen.select_option(names["loss"])
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".question h3")).to_have_text("Which shape does it have?")
    check(page, "[2]")
    expect(page.locator(".verdict")).to_have_text("✗ The shape is wrong.")
    check(page, "3")
    expect(page.locator(".verdict")).to_contain_text("list of whole numbers")
    check(page, "[3]")
    expect(page.locator(".position")).to_have_text("1 / 6")
    chosen.select_option(names["loss"])
    page.get_by_role("button", name="Check").click()
    expect(page.locator(".verdict")).to_contain_text("has run already")
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".reveal")).to_contain_text("MulBackward0")


def test_nothing_is_told_before_it_is_asked(open_saved, tmp_path):
    page = open_saved(asking(name=HOSTILE))
    source = (tmp_path / "page.html").read_text("utf-8")
    assert "10., 3." not in source
    assert "answered 0 of 6 steps" in page.locator("noscript").inner_html()
    assert page.locator("img").count() == 0
    page.get_by_role("button", name="Go to the end").click()
    expect(page.locator(".position")).to_have_text("0 / 6")
    inputs(page).fill(HOSTILE)
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_contain_text("cannot compute that")
    page.get_by_role("button", name="Reveal").click()
    expect(inputs(page)).to_have_value(HOSTILE)
    assert page.locator("img").count() == 0


def test_a_large_gradient_is_marked_by_the_learner(open_saved, lib):
    w = lib.ones(9, 9, requires_grad=True)
    page = open_saved(step((w * 2).sum(), {"w": w}, predict="shape"))
    check(page, "[9, 9]")
    check(page, "1")
    expect(page.locator(".verdict")).to_contain_text("cannot compute that")
    page.get_by_role("button", name="Reveal").click()
    expect(page.locator(".reveal")).to_contain_text("[9, 9]")


ANSWERS = [
    *("1", "-1", "+1", "[1, 1, 1]", "[1,1,1,]", "[ 1 , 1 , 1 ]", "[-1, -1, -1]", "[1, 1, 2]"),
    *("[2/2, 1, 4/4]", "1/3", "-1/3", "1 / -3", "0.33", "0.3", ".33", "1e-3", "3.3e-1", "None"),
    *("[0.33, 0.33, 0.33]", "[0.3, 0.3, 0.3]", "[]", "[[1, 1, 1]]", "[[1], [1, 2]]", "[1, 1", "1 2"),
    *("−1", "１", "[１，１，１]", "1⁄3", "inf", "nan", "1/0", "abc", "2*x", "", "[10, 3, 7]", "[5, -3, 7]"),
]  # fmt: skip


def test_the_page_judges_as_python_does(browser, lib):
    """Every verdict on plain numbers, of the page and of Python, for each gradient of a pass."""
    x = lib.tensor([1.0, 2.0, 4.0], requires_grad=True)
    traces = [
        asking(lib=lib).trace,
        step((x * lib.tensor([1.0, float("inf"), 3.0])).mean(), {"x": x}).trace,
    ]
    page = browser.new_page()
    source = (STATIC / "plainreader.js").read_text("utf-8")
    page.evaluate(
        "async (source) => { window.reader = await import(URL.createObjectURL(new Blob([source],"
        " { type: 'text/javascript' }))); }",
        source,
    )
    compared = 0
    for trace in traces:
        written = json.loads(json.dumps(exam(trace, ["value"]), allow_nan=False))
        for frame, asked in zip(trace.frames, written["steps"], strict=True):
            for field, sent in zip(fields(trace, frame), asked, strict=True):
                found = page.evaluate(JUDGE, [ANSWERS, sent, written])
                wanted = [python(trace, frame, field, text) for text in ANSWERS]
                assert dict(zip(ANSWERS, found, strict=True)) == dict(
                    zip(ANSWERS, wanted, strict=True)
                )
                compared += len({*wanted})
    assert compared > 20
    page.close()


# As in examiner.js.
JUDGE = """([answers, { right, wrong }, exam]) => answers.map((text) => {
    try {
        const answer = reader.readPlain(text);
        if (reader.samePlain(answer, right, exam)) return "right";
        if (!answer || !right) return "value";
        const known = wrong.find(([, value]) => reader.samePlain(answer, value, exam));
        return known?.[0] ?? (answer.shape.join() === right.shape.join() ? "value" : "shape");
    } catch (error) { return error.key ? "unreadable" : String(error); }
})"""


def python(trace, frame, field, text):
    try:
        return verdict(trace, frame, field, read(text, {}))
    except UnreadableError:
        return "unreadable"
