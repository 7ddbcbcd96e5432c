"""The builder's page, in a real browser: going places, the growing picture, the code, the pass."""

import pytest
from playwright.sync_api import expect

import minigrad
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


def at(page, number=0):
    return tuple(page.evaluate(f"['position', 'inner'].map((n) => models[{number}].get(n))"))


def go(page, position, inner=0):
    page.evaluate(
        f"['inner', 'position', 'inner'].forEach((n, i) => models[0].set(n, [0, {position}, {inner}][i]))"
    )


def text(page, selector):
    return " ".join(page.locator(selector).inner_text().split())


# ---- going places


def test_buttons_and_slider(show, builder):
    page = show(builder)
    last = len(builder.lines)
    buttons = {name: page.locator(f".do-{name}") for name in ("start", "back", "forward", "end")}
    expect(buttons["back"]).to_have_attribute("aria-disabled", "true")
    buttons["forward"].click()
    buttons["forward"].click()
    assert at(page) == (2, 0)
    expect(page.locator(".position")).to_have_text(f"2 / {last}")
    buttons["back"].click()
    assert at(page) == (1, 0)
    buttons["end"].click()
    assert at(page) == (last, 0)
    expect(buttons["forward"]).to_have_attribute("aria-disabled", "true")
    buttons["start"].click()
    assert at(page) == (0, 0)
    slider = page.locator("input[type=range]")
    slider.fill("3")
    assert at(page) == (3, 0)
    assert slider.get_attribute("aria-valuetext") == f"Step 3 of {last}"
    assert page.locator(".do-engine").count() == 0


def test_keys(show, builder):
    page = show(builder)
    last = len(builder.lines)
    page.locator(".mg-build").focus()
    seen = []
    keys = ["ArrowRight", "ArrowDown", "PageDown", "ArrowLeft", "PageUp", "ArrowUp", "End", "Home"]
    for key in keys:
        page.keyboard.press(key)
        seen.append(at(page)[0])
    assert seen == [1, 2, 3, 2, 1, 0, last, 0]
    page.keyboard.press("b")
    expect(page.locator(".blank")).to_be_visible()
    page.keyboard.press("B")
    expect(page.locator(".blank")).to_be_hidden()
    assert page.evaluate("keys") == []
    for key in ("a", "Control+ArrowRight", "Escape"):
        page.keyboard.press(key)
    assert at(page) == (0, 0)
    assert page.evaluate("keys") == ["Control", "ArrowRight", "Escape"]


def test_play(show, builder):
    page = show(builder, clock=True)
    page.locator(".mg-build").focus()
    page.keyboard.press("Space")
    page.clock.run_for(1650)
    assert at(page) == (1, 0)
    page.clock.run_for(1650)
    assert at(page) == (2, 0)
    page.keyboard.press("Space")
    page.clock.run_for(5000)
    assert at(page) == (2, 0)


def test_a_click_on_a_line_goes_to_the_next_time_that_it_runs(show, builder):
    page = show(builder)
    line = page.locator(".lines li").nth(6).locator("button")
    places = [place for place, one in enumerate(builder.lines, 1) if one.number == 7]
    for place in [*places, places[0]]:
        line.click()
        assert at(page) == (place, 0)
    page.locator(".lines li").nth(14).click()  # the second line of a statement
    assert builder.lines[at(page)[0] - 1].number == 14


def test_a_click_on_a_node_goes_to_where_it_was_made(show, builder):
    page = show(builder)
    go(page, len(builder.lines))
    made_at = {node: place for place, one in enumerate(builder.lines, 1) for node in one.born}
    union = builder.recording.union
    for node in [one for one in made_at if union.nodes[one].kind in ("op", "leaf")][:6]:
        go(page, len(builder.lines))
        page.locator(f"[data-node={node}]").click()
        assert at(page) == (made_at[node], 0)


# ---- the picture


def life_by_python(builder, position):
    """Which nodes and edges are there, are gone, are not yet there, from the lines."""
    born, gone = {}, {}
    for place, line in enumerate([builder.recording.first, *builder.lines]):
        born |= dict.fromkeys(line.born, place)
        gone |= dict.fromkeys(line.gone, place)
    last = len(builder.lines) + 1
    state = {
        node: "unborn"
        if position < born[node]
        else "gone"
        if position >= gone.get(node, last)
        else ""
        for node in builder.recording.union.nodes
    }
    edges = {}
    for edge in builder.recording.union.edges:
        ends = state[edge.source], state[edge.target]
        edges[edge.id] = "unborn" if "unborn" in ends else ends[0]
    return state, edges


def on_page(page, what):
    return page.evaluate(
        """what => Object.fromEntries([...document.querySelectorAll(`[data-${what}]`)]
        .map((group) => [group.dataset[what], group.dataset.state]))""",
        what,
    )


LIFE = ("unborn", "gone")


def test_nodes_and_edges_are_there_when_python_says_so(show, builder):
    page = show(builder)
    last = len(builder.lines)
    for position in [*range(last + 1), 3, 0, last]:
        go(page, position)
        nodes, edges = life_by_python(builder, position)
        seen = {node: is_ if is_ in LIFE else "" for node, is_ in on_page(page, "node").items()}
        assert seen == nodes
        seen = {edge: is_ if is_ in LIFE else "" for edge, is_ in on_page(page, "edge").items()}
        assert seen == edges
        for node, life in nodes.items():
            visible = page.locator(f"[data-node={node}]").evaluate(
                "(e) => e.checkVisibility({ visibilityProperty: true })"
            )
            assert visible == (life != "unborn")


def test_labels_follow_the_names(show, builder):
    page = show(builder)
    for position in [*range(len(builder.lines) + 1), 0]:
        go(page, position)
        builder.position = position
        for node in set(builder.names.values()):
            label = page.locator(f"[data-node={node}] .names")
            written = builder.data["labels"][node]
            expected = [names for place, names in written if place <= position][-1]
            expect(label).to_have_text(expected)
            assert "left" not in label.get_attribute("class").split()


def test_a_name_that_moves_is_struck_out_where_it_was(show, builder):
    page = show(builder)
    position = next(
        place
        for place, line in enumerate(builder.lines, 1)
        if any(change.kind == "moves" for change in line.changes)
    )
    go(page, position)
    left, came = page.locator(".names.left"), page.locator(".names.came")
    expect(left).to_have_text("y = 6.")
    expect(came).to_have_text("y = 36.")
    assert "line-through" in left.evaluate("(e) => getComputedStyle(e).textDecorationLine")
    moved = page.locator(".names-table tr.moved")
    expect(moved).to_have_count(1)
    assert "MulBackward0" in moved.inner_text()


def test_an_edge_that_was_not_made_is_drawn_otherwise(show, builder):
    page = show(builder)
    go(page, len(builder.lines))
    cut = page.locator(".edge.cut")
    expect(cut).to_have_count(1)
    assert "no edge" in cut.locator("text").all_text_contents()
    dashes = cut.locator("path").evaluate("(e) => getComputedStyle(e).strokeDasharray")
    assert dashes not in ("none", "")


def test_states_differ_by_more_than_colour(show, failed):
    page = show(failed)
    looks = {}
    for position in range(len(failed.lines) + 1):
        go(page, position)
        looks |= page.evaluate(
            """() => Object.fromEntries([...document.querySelectorAll("[data-node]:not(.none)")]
            .map((group) => {
              const style = getComputedStyle(group.querySelector("path, polygon"));
              return [group.dataset.state, `${style.strokeWidth} ${style.strokeDasharray}`];
            }))"""
        )
    assert len({looks[state] for state in ("new", "changed", "struck", "gone")}) == 4
    mark = page.locator(".mark[data-state=struck] path.struck").first
    assert mark.evaluate("(e) => e.checkVisibility({ visibilityProperty: true })")


def test_without_a_picture(show, no_engine):
    builder = made()
    assert builder.svg == ""
    page = show(builder)
    assert "There is no picture" in text(page, ".picture")
    assert "No picture" in text(page, ".message")
    go(page, len(builder.lines))
    assert "loss" in text(page, ".names-table")


def test_without_a_graph(show):
    page = show(made("a = 1\nb = 2"))
    assert "no tensor was made" in text(page, ".picture")
    go(page, 2)
    assert "b = 2" in text(page, ".did")
    page = show(made(""))
    assert "no lines that run" in text(page, ".panel")


# ---- the code and the panel


def test_the_present_line_is_marked(show, builder):
    page = show(builder)
    for position, line in enumerate(builder.lines, 1):
        go(page, position)
        current = page.locator(".lines [aria-current=step]")
        expect(current).to_have_count(1)
        expect(current.locator(".number")).to_have_text(str(line.number))
        expect(current.locator(".sign-at")).to_have_text("▶")
        inside = page.evaluate(
            """() => {
              const part = document.querySelector(".code-part").getBoundingClientRect();
              const line = document.querySelector("[aria-current]").getBoundingClientRect();
              return line.top >= part.top && line.bottom <= part.bottom;
            }"""
        )
        assert inside
    expect(page.locator(".lines .here")).to_have_count(2)  # a statement of two lines
    go(page, 0)
    expect(page.locator(".lines .here")).to_have_count(0)


def test_the_panel_says_what_the_line_did(show, builder):
    page = show(builder)
    words = builder.data["words"]
    for position, line in enumerate(builder.lines, 1):
        go(page, position)
        for change in line.changes:
            assert change.text(words) in text(page, ".did")
        spoken = page.locator(".live").text_content()
        assert f"Line {line.number}" in spoken
        assert line.code in spoken
    place = next(place for place, line in enumerate(builder.lines, 1) if line.printed)
    go(page, place)
    expect(page.locator(".printed")).to_have_text("so 1\n")


def test_the_iteration_of_a_loop_is_told(show, builder):
    page = show(builder)
    place = [place for place, line in enumerate(builder.lines, 1) if line.number == 7][1]
    go(page, place)
    assert "Line 7, time 2" in text(page, ".panel h3")
    expect(page.locator(".lines li").nth(6).locator(".times")).to_have_text("×2")


def test_an_error_is_shown_where_it_struck(show, failed):
    page = show(failed)
    assert at(page)[0] == len(failed.lines)
    expect(page.locator(".lines li.struck")).to_have_count(1)
    assert "Error" in text(page, ".panel h3")
    assert "RuntimeError" in text(page, ".did")
    assert set(failed.lines[-1].struck) == {
        node for node, state in on_page(page, "node").items() if state == "struck"
    }


# ---- on into the backward pass


def pass_at(builder):
    ((place, taken),) = builder.passes.items()
    return place, taken


def test_the_backward_pass_on_the_same_picture(show, builder):
    place, taken = pass_at(builder)
    page = show(builder)
    go(page, place)
    page.get_by_role("button", name="On into the backward pass").click()
    assert at(page) == (place, 1)
    data = builder.data["passes"][str(place)]
    for number, frame in enumerate(data["frames"], 1):
        assert at(page) == (place, number)
        states = on_page(page, "node")
        assert states[frame["node"]] == "now"
        assert {node for node, state in states.items() if state == "ready"} == set(frame["ready"])
        assert f"Step {number} of {len(taken.frames)}" in text(page, ".panel")
        edges = on_page(page, "edge")
        assert all(edges[out["edge"]] == "out" for out in frame["outgoing"])
        for out in frame["outgoing"]:
            if len(out["value"]["text"]) <= 14:
                shown = page.locator(".flow[data-state=out]").all_text_contents()
                assert out["value"]["text"] in shown
        if number < len(data["frames"]):
            page.locator(".do-forward").click()
    page.locator(".do-forward").click()
    assert at(page) == (place + 1, 0)
    assert not {"now", "done", "ready"} & set(on_page(page, "node").values())
    expect(page.locator(".flow[data-state=out]")).to_have_count(0)


def test_keys_in_the_pass(show, builder):
    place, _ = pass_at(builder)
    page = show(builder)
    go(page, place)
    page.locator(".mg-build").focus()
    seen = []
    for key in [
        "Enter",
        "ArrowRight",
        "ArrowLeft",
        "ArrowLeft",
        "Enter",
        "Escape",
        "Enter",
        "Home",
    ]:
        page.keyboard.press(key)
        seen.append(at(page))
    assert seen == [
        (place, 1), (place, 2), (place, 1), (place, 0), (place, 1), (place, 0), (place, 1), (0, 0),
    ]  # fmt: skip
    page.keyboard.press("Enter")  # no pass here
    assert at(page) == (0, 0)


def test_the_focus_is_not_lost(show, builder):
    place, _ = pass_at(builder)
    page = show(builder)
    go(page, place)
    page.get_by_role("button", name="On into the backward pass").focus()
    page.keyboard.press("Enter")
    assert at(page) == (place, 1)
    assert page.evaluate("document.activeElement.closest('.mg-build') !== null")
    page.keyboard.press("ArrowRight")
    assert at(page) == (place, 2)
    page.get_by_role("button", name="Back to the code").click()
    assert at(page) == (place, 0)
    page.keyboard.press("ArrowRight")
    assert at(page) == (place + 1, 0)


def test_a_click_on_a_node_in_the_pass_goes_to_its_step(show, builder):
    place, _ = pass_at(builder)
    page = show(builder)
    go(page, place, 1)
    for number, frame in enumerate(builder.data["passes"][str(place)]["frames"], 1):
        page.locator(f"[data-node={frame['node']}]").click()
        assert at(page) == (place, number)


# ---- two of them


def test_two_builders_and_two_views(show, builder):
    page = show(builder, made("w = torch.ones(1, requires_grad=True)\ny = w * 2"))
    page.evaluate("() => { show(0) }")
    go(page, 3)
    expect(page.locator(".view0 .position").first).to_have_text(f"3 / {len(builder.lines)}")
    expect(page.locator(".view0 .position").last).to_have_text(f"3 / {len(builder.lines)}")
    expect(page.locator(".view1 .position")).to_have_text("0 / 2")
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((e) => e.id)")
    assert len(ids) == len(set(ids))
    page.evaluate("close[0]()")
    page.locator(".view1 .do-forward").click()
    assert at(page, 1) == (1, 0)


def test_a_saved_page_steps_with_the_network_off(browser, builder, tmp_path):
    place, _ = pass_at(builder)
    builder.save(tmp_path / "run.html", place - 1)
    problems = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto((tmp_path / "run.html").as_uri())
    page.locator(".mg-build").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".position")).to_have_text(f"{place} / {len(builder.lines)}")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-node][data-state=now]")).to_have_count(1)
    expect(page.locator(".panel")).to_contain_text("Step 2 of")
    context.close()
    assert problems == []


# ---- any actions


def test_a_run_of_random_actions_ends_where_python_says(show, builder):
    """The page is driven by keys and clicks; a model in Python says where each leads."""
    import random

    page = show(builder)
    page.locator(".mg-build").focus()
    rng = random.Random(7)
    last = len(builder.lines)
    place, taken = pass_at(builder)
    frames = len(taken.frames)
    position, inner = 0, 0
    for _ in range(200):
        key = rng.choice(
            ["ArrowRight"] * 6 + ["ArrowLeft"] * 3 + ["Enter"] * 3 + ["Escape", "Home", "End"]
        )
        page.keyboard.press(key)
        if key == "ArrowRight":
            if inner and inner < frames:
                inner += 1
            else:
                position, inner = min(last, position + 1), 0
        elif key == "ArrowLeft":
            position, inner = (position, inner - 1) if inner else (max(0, position - 1), 0)
        elif key == "Enter":
            inner = 1 if position == place else inner
        elif key == "Escape":
            inner = 0
        else:
            position, inner = (0 if key == "Home" else last), 0
        assert at(page) == (position, inner)
    builder.position = position
    builder.inner = inner
    nodes, _ = life_by_python(builder, position)
    seen = on_page(page, "node")
    assert {node for node, life in nodes.items() if life} == {
        node for node, state in seen.items() if state in LIFE
    }
