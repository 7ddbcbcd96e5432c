"""The page of step(fold=...): boxes that unfold, that run, that are stepped over; whole networks."""

import random
import statistics

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import minigrad
from minigrad_widgets import draw, step
from minigrad_widgets.still import flow_text

pytestmark = pytest.mark.browser

# How many parts of the picture each step touches.
TOUCHED = """(steps) => {
  const model = models[0];
  const start = Math.floor((model.get("data").frames.length - steps) / 2);
  model.set("position", start);
  const watcher = new MutationObserver(() => {});
  watcher.observe(document.querySelector(".picture"), { subtree: true, attributes: true, childList: true, characterData: true });
  return Array.from({ length: steps }, (_, nr) => {
    model.set("position", start + nr + 1);
    return new Set(watcher.takeRecords().map((record) => record.target)).size;
  });
}"""


def answer(page, widget, number=0):
    """Do what the kernel does when the page has asked for groups to be unfolded, in one message."""
    widget.opened = page.evaluate(f"models[{number}].get('opened')")
    state = {name: getattr(widget, name) for name in ("opened", "drawn", "message", "svg")}
    page.evaluate("([n, state]) => models[n].take(state)", [number, state])


def go(page, position):
    page.evaluate("(to) => models[0].set('position', to)", position)


def at(page):
    return page.evaluate("models[0].get('position')")


def box(widget, name):
    return next(group.id for group in widget.folded.groups.values() if group.name == name)


def live(page):
    return page.locator(".mg-stepper .live").inner_text()


def layouts(client):
    """How often the browser has laid out the page."""
    metrics = client.send("Performance.getMetrics")["metrics"]
    return next(one["value"] for one in metrics if one["name"] == "LayoutCount")


@pytest.fixture
def block(networks):
    """Return the stepper of a transformer's block, folded by module."""

    def block(lib=minigrad, **options):
        net, run = networks.transformer(lib)
        loss = run()
        return step(loss, {"net": net, "loss": loss}, **{"fold": "module", **options})

    return block


# ---- whole networks


@pytest.mark.parametrize(
    ("library", "make", "inner"),
    [
        pytest.param("torch", "resnet", "net.layers", marks=pytest.mark.exhaustive),
        ("minigrad", "resnet", "net.layers"),
        ("torch", "encoder_layer", "net.self_attn"),
        ("torch", "transformer", "net.attention"),
        pytest.param("minigrad", "transformer", "net.attention", marks=pytest.mark.exhaustive),
    ],
)
def test_a_network_is_drawn_folded_unfolded_and_stepped(show, networks, library, make, inner):
    lib = minigrad if library == "minigrad" else pytest.importorskip("torch", reason="no PyTorch")
    net, run = getattr(networks, make)(lib)
    loss = run()
    names = {"net": net, "loss": loss}
    viewer = draw(loss, names, fold="module")
    page = show(viewer)
    assert page.locator(".scroll .node").count() < len(viewer.graph.nodes) / 2
    page.locator(f".scroll [data-node={box(viewer, inner)}]").dispatch_event("click")
    answer(page, viewer)
    expect(page.locator(f".box[data-box={box(viewer, inner)}]")).to_have_count(1)

    stepper = step(loss, names, fold="module")
    page = show(stepper, width=1280)
    group = box(stepper, inner)
    last = len(stepper.trace.frames)
    first = next(
        n for n, f in enumerate(stepper.trace.frames, 1) if group in stepper.folded.around(f.node)
    )
    go(page, first)
    folded = page.locator(f".picture .node[data-node={group}]")
    assert folded.get_attribute("data-state") == "now"
    total = sum(group in stepper.folded.around(f.node) for f in stepper.trace.frames)
    assert page.locator(".in-box").inner_text() == f"in {inner}: 1 of {total}"
    assert f"In {inner}: 1 of {total}." in live(page)
    folded.dispatch_event("click")
    answer(page, stepper)
    node = stepper.trace.frames[first - 1].node
    place = stepper.shown.places[node]
    assert page.locator(f".picture [data-node={place}]").get_attribute("data-state") == "now"
    expect(page.locator(f".picture .box[data-box={group}]")).to_have_count(1)
    client = page.context.new_cdp_session(page)
    client.send("Performance.enable")
    laid_out = layouts(client)
    touched = page.evaluate(TOUCHED, min(40, last))
    # Few, however large the graph is, and none measured between two changes; bench_large.py prints what it takes.
    assert 0 < statistics.median(touched) < 30
    assert layouts(client) - laid_out < 2 * len(touched)

    go(page, last)
    stepper.position = last
    states = page.locator(".picture .node.group").evaluate_all(
        "all => all.map(one => one.dataset.state)"
    )
    assert set(states) <= {"done", "now"}
    for text in page.locator(".picture .box-count").all_text_contents():
        done, total = text.split(" / ")
        assert done == total
    grads = [parameter.grad.tolist() for parameter in net.parameters()]
    net.zero_grad()
    run().backward()
    for one, parameter in zip(grads, net.parameters(), strict=True):
        assert lib.tensor(one).allclose(parameter.grad, rtol=1e-3, atol=1e-6)


# ---- the page against Python


def model_of(stepper, position):
    """What is seen at a position: of each node in the picture its state, of each box its count."""
    seen = stepper.shown
    frames = stepper.trace.frames
    now = frames[position - 1] if position else None
    ready = set(now.ready if now else [stepper.trace.graph.root])
    states, counts, flows = {}, {}, {}
    for place in set(seen.places.values()):
        inside = [nr for nr, f in enumerate(frames, 1) if seen.places[f.node] == place]
        taken = sum(nr <= position for nr in inside)
        if now and seen.places[now.node] == place:
            states[place] = "now"
        elif any(seen.places[node] == place for node in ready):
            states[place] = "ready"
        else:
            part = "part" if 0 < taken < len(inside) else ""
            states[place] = "done" if inside and taken == len(inside) else part
        if place in stepper.folded.groups and inside:
            counts[place] = f"{taken} / {len(inside)}"
    for edge in (edge for edge in seen.graph.edges if edge.count):
        sents = [
            (nr, sent)
            for nr, f in enumerate(frames, 1)
            for sent in f.sent
            if seen.edges.get(sent.edge) == edge.id
            and stepper.trace.nodes[stepper.trace.edges[sent.edge].target].kind != "none"
        ]
        flowed = [sent for nr, sent in sents if nr <= position]
        if flowed:
            together = len({stepper.trace.edges[sent.edge].target for _, sent in sents}) == 1
            texts = [brief(stepper, sent) for sent in flowed]
            flows[edge.id] = flow_text(texts, len(sents), together)
    return states, counts, flows


def brief(stepper, sent):
    for frame in stepper.data["frames"]:
        for out in frame["outgoing"]:
            if out["edge"] == sent.edge:
                text, shape = out["value"]["text"], out["value"]["shape"]
                return text if len(text) <= 14 or not shape else shape
    raise KeyError(sent.edge)


SEEN = """() => {
  const states = {}, flows = {};
  for (const one of document.querySelectorAll(".picture .scroll:not(.second) [data-node]")) states[one.dataset.node] = one.dataset.state ?? "";
  const counts = [...document.querySelectorAll(".box-count")].map((one) => one.textContent).sort();
  const shown = [...document.querySelectorAll(".flow")].filter((one) => getComputedStyle(one).visibility === "visible").map((one) => one.textContent);
  return [states, counts, shown];
}"""


def test_the_page_shows_what_python_says_wherever_one_goes(show, block):
    stepper = block()
    page = show(stepper)
    chance = random.Random(5)
    last = len(stepper.trace.frames)
    for _ in range(4):
        opened = [group for group in stepper.folded.groups if chance.random() < 0.5]
        page.evaluate("(opened) => models[0].set('opened', opened)", opened)
        answer(page, stepper)
        for position in (0, last, *(chance.randint(1, last) for _ in range(8))):
            go(page, position)
            states, counts, flows = model_of(stepper, position)
            seen_states, seen_counts, seen_flows = page.evaluate(SEEN)
            assert seen_states == states
            assert seen_counts == sorted(counts.values())
            assert all(text in seen_flows for text in flows.values()), (flows, seen_flows)
            assert at(page) == position


# ---- by hand and by keyboard


def test_by_keyboard_a_box_unfolds_and_is_stepped_over(show, block):
    stepper = block()
    stepper.opened = [box(stepper, "net")]
    page = show(stepper)
    root = page.locator(".mg-stepper")
    root.focus()
    places = [stepper.shown.places[frame.node] for frame in stepper.trace.frames]
    ends = [n for n in range(1, len(places) + 1) if n == len(places) or places[n] != places[n - 1]]
    ends = [n for n in range(1, len(places) + 1) if n in ends or places[n - 1] not in stepper.folded.groups]  # fmt: skip
    visited = []
    for _ in ends:
        page.keyboard.press("o")
        visited.append(at(page))
    assert visited == ends
    assert len(ends) < len(places) / 2
    page.keyboard.press("Shift+O")
    assert at(page) == ends[-2]
    page.locator(".do-over_back").click()
    assert at(page) == ends[-3]
    page.locator(".do-over").click()
    assert at(page) == ends[-2]

    inside = next(n for n, place in enumerate(places, 1) if place == box(stepper, "net.attention"))
    go(page, inside + 1)
    root.focus()
    page.keyboard.press("f")
    assert root.get_attribute("aria-busy") == "true"
    answer(page, stepper)
    assert root.get_attribute("aria-busy") == "false"
    assert box(stepper, "net.attention") in stepper.opened
    assert at(page) == inside + 1
    assert page.evaluate("document.activeElement.classList.contains('mg-stepper')")
    page.keyboard.press("ArrowRight")
    assert at(page) == inside + 2
    page.locator(".do-turn_box").click()
    answer(page, stepper)
    page.locator(".do-turn_box").click()
    answer(page, stepper)

    page.keyboard.press("g")
    first = page.evaluate("document.activeElement.getAttribute('aria-label')")
    page.keyboard.press("g")
    second = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert first.startswith("Group net")
    assert first != second
    page.keyboard.press("Shift+G")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == first
    opened = list(stepper.opened)
    page.keyboard.press("Enter")
    answer(page, stepper)
    assert stepper.opened != opened
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == first
    position = at(page)
    page.keyboard.press("ArrowLeft")
    assert at(page) == position - 1
    assert page.evaluate("keys.filter(key => key !== 'Shift')") == []


def test_buttons_fold_all_and_search_unfolds_what_it_finds(show, block):
    stepper = block()
    page = show(stepper)
    page.locator(".do-fold_all").click()
    answer(page, stepper)
    assert stepper.opened == []
    page.locator(".do-unfold").click()
    answer(page, stepper)
    assert stepper.opened == [box(stepper, "net")]
    find = page.locator(".find")
    find.fill("softmax")
    expect(page.locator(".hits")).to_have_text("1 found")
    assert page.locator(".found").first.get_attribute("d").count("M") == 1
    find.press("Enter")
    answer(page, stepper)
    assert box(stepper, "net.attention") in stepper.opened
    assert "SoftmaxBackward0" in live(page)
    assert page.locator(".found.here").get_attribute("d").startswith("M")
    assert page.evaluate("document.activeElement.className") == "find"


def test_zoom_and_the_place_of_what_was_clicked_are_kept(show, block):
    stepper = block()
    page = show(stepper, width=1280)
    page.locator(".do-zoom_in").click()
    page.locator(".do-zoom_in").click()
    scale = "(() => { const one = document.querySelector('.scroll > svg'); return one.getBoundingClientRect().width / one.viewBox.baseVal.width })()"
    before = page.evaluate(scale)
    group = page.locator(f".node[data-node={box(stepper, 'net.mlp')}]")
    group.click()
    answer(page, stepper)
    assert page.evaluate(scale) == pytest.approx(before, rel=0.02)
    grip = page.locator(f".box[data-box={box(stepper, 'net.mlp')}] .grip").bounding_box()
    view = page.locator(".picture .scroll").bounding_box()
    assert view["y"] <= grip["y"] <= view["y"] + view["height"]
    assert page.evaluate("document.activeElement.dataset.box") == box(stepper, "net.mlp")


def test_a_kernel_that_does_not_answer_or_cannot_draw_is_spoken_of(show, block):
    page = show(block(), clock=True)
    nodes = page.locator(".picture [data-node]").count()
    page.locator(".node.group").first.dispatch_event("click")
    page.clock.run_for(7000)
    expect(page.locator(".message")).to_have_text("No picture has come yet: is the kernel running?")
    page.evaluate(
        "models[0].take({ message: 'No picture: no room.', opened: models[0].get('drawn') })"
    )
    expect(page.locator(".message")).to_contain_text("No picture: no room.")
    assert page.locator(".mg-stepper").get_attribute("aria-busy") == "false"
    assert page.locator(".picture [data-node]").count() == nodes


# ---- with all else that a stepper does


def test_the_engine_counts_what_a_box_waits_for(show, block):
    stepper = block(engine=True)
    stepper.opened = [box(stepper, "net")]
    page = show(stepper)
    seen = stepper.shown
    group = box(stepper, "net.norm1")
    coming = [
        nr
        for nr, frame in enumerate(stepper.trace.frames, 1)
        for sent in frame.sent
        if seen.places[stepper.trace.edges[sent.edge].target] == group != seen.places[frame.node]
    ]
    assert len(coming) == 2
    texts = []
    for position in (0, coming[0], coming[1]):
        go(page, position)
        labels = page.locator(".waits").evaluate_all(
            "all => all.filter(one => one.style.visibility === 'visible').map(one => one.textContent)"
        )
        texts.append(labels.count("2"))
    assert texts[0] > texts[1]
    page.locator(".node.group").first.dispatch_event("click")
    answer(page, stepper)
    assert page.locator(".waits").count() == page.locator(".mark").count()


def test_fault_prediction_and_second_layer(show, block):
    stepper = block(fault="no-accumulate")
    page = show(stepper)
    assert page.locator(".node.group.differs").count() > 0
    page.locator(".do-fold_all").click()
    answer(page, stepper)
    assert page.locator(".node.group.differs.parts").count() == 1
    assert page.locator(".unequal").count() == 1

    stepper = block(create_graph=True)
    page = show(stepper)
    page.locator(".tab").nth(1).click()
    page.locator(".tab").nth(0).click()
    page.locator(".node.group").first.dispatch_event("click")
    answer(page, stepper)
    page.keyboard.press("Escape")
    assert page.locator(".picture .box").count() > 1

    stepper = block(predict="next")
    page = show(stepper)
    page.locator(".node.group").first.dispatch_event("click")
    answer(page, stepper)
    page.locator(f".picture [data-node={stepper.trace.graph.root}]").dispatch_event("click")
    assert page.locator(".question select").input_value() == stepper.trace.graph.root
    page.locator(".do-over").click()
    assert at(page) == 0


def test_two_views_of_one_stepper_unfold_together(show, block):
    stepper = block()
    page = show(stepper)
    page.evaluate("void show(0)")
    page.locator(".view0 .node.group").first.dispatch_event("click")
    answer(page, stepper)
    counts = [page.locator(".view0").nth(k).locator("[data-node]").count() for k in (0, 1)]
    assert counts[0] == counts[1] == len(stepper.shown.graph.nodes)
    page.evaluate("close[0]()")
    page.locator(".view0 .box").last.dispatch_event("click")
    answer(page, stepper)


# ---- saved


def test_a_saved_page_unfolds_one_box_at_a_time(browser, tmp_path, block):
    stepper = block()
    stepper.opened = [box(stepper, "net")]
    stepper.save(tmp_path / "page.html", position=3)
    assert (tmp_path / "page.html").stat().st_size < 500_000
    problems = []
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    expect(page.locator(".position")).to_have_text("3 / 59")
    start = page.locator(".picture [data-node]").count()
    attention, mlp = (box(stepper, f"net.{name}") for name in ("attention", "mlp"))
    page.locator(f".node[data-node={attention}]").dispatch_event("click")
    expect(page.locator(f".box[data-box={attention}]")).to_have_count(1)
    page.locator(f".node[data-node={mlp}]").dispatch_event("click")
    expect(page.locator(f".box[data-box={mlp}]")).to_have_count(1)
    expect(page.locator(f".box[data-box={attention}]")).to_have_count(0)
    inner = page.locator(".node.group").filter(has_text="net.mlp.0").first
    inner.dispatch_event("click")
    expect(page.locator(".message")).to_have_text(
        "⚠ This saved page does not hold the picture of net.mlp.0 unfolded: that needs the notebook."[
            2:
        ]
    )
    page.locator(f".box[data-box={mlp}]").dispatch_event("click")
    expect(page.locator(".message")).to_have_text("")
    assert page.locator(".picture [data-node]").count() == start
    page.locator(".mg-stepper").focus()
    page.keyboard.press("End")
    expect(page.locator(".position")).to_have_text("59 / 59")
    assert problems == []
    context.close()


# ---- looks


@pytest.mark.parametrize(
    ("width", "dark", "lang"), [(384, False, "en"), (800, True, "zh"), (1920, True, "en")]
)
def test_nothing_is_cut_off_and_axe_finds_nothing(show, block, width, dark, lang):
    stepper = block(lang=lang)
    page = show(stepper, width=width, dark=dark)
    if dark:
        page.evaluate("document.body.classList.add('dark')")
    go(page, 20)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in page.locator(".bar button, .bar input, .key > span:not(.key-waits)").all():
        bounds = control.bounding_box()
        assert bounds["x"] >= 0
        assert bounds["x"] + bounds["width"] <= width
    if lang == "zh":
        assert "步" in page.locator(".in-box").inner_text()
    parts = {
        "include": [[".picture"], [".bar"], [".in-box"]]
    }  # the panel's formulas are another test's
    found = Axe().run(page, context=parts).response["violations"]
    assert [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in found
    ] == []
