"""The page of draw() for a large graph: unfolding, search, zoom, pan, map."""

import itertools

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

import minigrad
from gallery import one_in
from minigrad_widgets import draw, svg
from patience import frames

pytestmark = pytest.mark.browser


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


@pytest.fixture
def loop():
    """Return the viewer of 40 equal steps of a loop, in groups of groups."""

    def loop(**options):
        w, h = leaf(0.5), leaf([[0.25, 1.0]])
        for _ in range(40):
            h = (h * w).tanh() + 0.1
        loss = h.sum()
        return draw(loss, {"w": w, "loss": loss}, **options)

    return loop


def answer(page, viewer, number=0):
    """Do what the kernel does when the page has asked for groups to be unfolded."""
    viewer.opened = page.evaluate(f"models[{number}].get('opened')")
    for name in ("drawn", "message", "svg"):
        value = getattr(viewer, name)
        page.evaluate("([n, name, value]) => models[n].set(name, value)", [number, name, value])
    if viewer.opened != page.evaluate(f"models[{number}].get('opened')"):
        page.evaluate("([n, value]) => models[n].set('opened', value)", [number, viewer.opened])


def buttons(page):
    return page.locator(".scroll [role=button]")


def seen(page):
    return page.locator(".scroll [data-node]").evaluate_all(
        "all => all.map(one => one.dataset.node)"
    )


def live(page):
    return page.locator(".mg-viewer .live").inner_text()


def focused(page):
    return page.evaluate(
        "[document.activeElement.dataset.node ?? '', document.activeElement.dataset.box ?? '']"
    )


SCALE = (
    "(() => { const svg = document.querySelector('.scroll > svg');"
    " return svg.getBoundingClientRect().width / svg.viewBox.baseVal.width })()"
)


def scale(page):
    return page.evaluate(SCALE)


def corner(page):
    return page.locator(".scroll").evaluate("box => [box.scrollLeft, box.scrollTop]")


# ---- folding


def test_a_click_unfolds_and_a_click_on_the_name_folds(show, loop):
    viewer = loop()
    viewer.fold()
    page = show(viewer)
    before = seen(page)
    group = page.locator(".node.group").first
    id = group.get_attribute("data-node")
    where = group.bounding_box()
    group.click()
    assert page.locator(".mg-viewer").get_attribute("aria-busy") == "true"
    answer(page, viewer)
    assert page.locator(".mg-viewer").get_attribute("aria-busy") == "false"
    assert id not in seen(page)
    assert len(seen(page)) > len(before)
    assert focused(page) == ["", id]
    assert (
        live(page)
        == f"{viewer.folded.groups[id].name} is unfolded: {viewer.folded.groups[id].size} nodes."
    )
    box = page.locator(f"[data-box={id}]")
    assert box.get_attribute("aria-expanded") == "true"
    moved = box.bounding_box()
    assert abs(moved["x"] - where["x"]) < 400
    box.locator(".grip").click()
    answer(page, viewer)
    assert seen(page) == before
    assert focused(page) == [id, ""]


def test_the_ground_of_a_frame_folds_nothing(show, loop):
    viewer = loop()
    page = show(viewer)
    box = page.locator(".box").first.bounding_box()
    opened = page.evaluate("models[0].get('opened')")
    page.mouse.click(box["x"] + 3, box["y"] + 60)
    assert page.evaluate("models[0].get('opened')") == opened


def test_no_arrow_strikes_out_the_name_of_a_frame(show, loop):
    viewer = loop()
    viewer.unfold()
    page = show(viewer)
    parts = page.locator(".scroll .edge path, .scroll .grip").evaluate_all(
        "all => all.map(one => one.classList.contains('grip'))"
    )
    assert any(parts)
    assert parts == sorted(parts)  # what comes later is drawn above


def test_all_by_keyboard(show, loop):
    viewer = loop()
    viewer.fold()
    page = show(viewer)
    assert buttons(page).evaluate_all("all => all.filter(one => one.tabIndex === 0).length") == 1
    buttons(page).first.focus()
    page.keyboard.press("Enter")
    answer(page, viewer)
    assert focused(page)[1] == viewer.opened[0]
    for key, place in (
        ("ArrowDown", 1),
        ("ArrowRight", 2),
        ("ArrowUp", 1),
        ("End", -1),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        count = buttons(page).count()
        assert buttons(page).nth(place % count).evaluate("one => one === document.activeElement")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    answer(page, viewer)
    assert len(viewer.opened) == 2
    assert page.evaluate("keys") == []
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.className") == "find"


def test_fold_all_and_one_level_more(show, loop):
    viewer = loop()
    page = show(viewer)
    page.locator(".do-fold_all").click()
    answer(page, viewer)
    assert viewer.drawn == []
    levels = [len(seen(page))]
    for _ in range(3):
        page.locator(".do-unfold").click()
        answer(page, viewer)
        levels.append(len(seen(page)))
    assert levels == sorted(set(levels))
    assert levels[-1] == len(viewer.graph.nodes)


def test_what_was_unfolded_inside_is_folded_with_its_group(show, loop):
    viewer = loop()
    viewer.unfold()
    page = show(viewer)
    id = next(g.id for g in viewer.folded.groups.values() if g.copies and g.size > 100)
    outer = page.locator(f"[data-box={id}]")
    assert any(id in viewer.folded.around(group) for group in viewer.opened)
    outer.locator(".grip").dispatch_event("click")
    answer(page, viewer)
    assert not any(id in (group, *viewer.folded.around(group)) for group in viewer.opened)


def test_a_simpler_layout_has_the_names_of_its_groups_too(show, loop, monkeypatch):
    monkeypatch.setattr(svg, "MOST_NODES", 0)
    viewer = loop()
    viewer.unfold()
    assert "data-box" not in viewer.svg
    page = show(viewer)
    assert page.locator(".box").count() == len(viewer.folded.groups)
    names = page.locator(".box text").evaluate_all("all => all.map(one => one.textContent)")
    assert f"▾ {next(iter(viewer.folded.groups.values())).name}" in names


def test_what_cannot_be_drawn_leaves_the_picture_and_says_why(show, loop):
    viewer = loop()
    page = show(viewer)
    before = seen(page)
    page.evaluate("models[0].set('message', 'No picture: no room.')")
    expect(page.locator(".message")).to_have_text("No picture: no room.")
    assert seen(page) == before


def test_a_kernel_that_does_not_answer_is_spoken_of(show, loop):
    viewer = loop()
    page = show(viewer, clock=True)
    page.locator(".node.group").first.dispatch_event("click")
    page.clock.run_for(7000)
    expect(page.locator(".message")).to_have_text("No picture has come yet: is the kernel running?")
    answer(page, viewer)
    expect(page.locator(".message")).to_have_text("")


def take(page, viewer, opened):
    """Hand the page the picture with these groups unfolded, whatever it has asked for since."""
    viewer.opened = opened
    sent = {name: getattr(viewer, name) for name in ("drawn", "message", "svg")}
    page.evaluate("sent => models[0].take(sent)", sent)


def busy(page):
    return page.locator(".mg-viewer").get_attribute("aria-busy") == "true"


def test_of_two_pictures_that_come_late_the_last_is_waited_for(show):
    h = leaf(0.5)
    for _ in range(40):
        h = h.tanh()
    viewer = draw(h, fold=lambda node: f"part {int(node.id[1:]) // 20}")
    viewer.fold()
    page = show(viewer)
    page.locator(".find").fill("tanh")
    asked = []
    for key in ("Enter", "Shift+Enter"):  # the first hit, then the last one
        page.locator(".find").press(key)
        asked.append(page.evaluate("models[0].get('opened')"))
    assert asked[0] != asked[1]
    take(page, viewer, asked[0])
    assert busy(page)
    assert ":" not in live(page)  # the hit is not seen yet
    take(page, viewer, asked[1])
    assert not busy(page)
    assert live(page).startswith("40 of 40: TanhBackward0")
    inside(page, ".node.here")


def test_the_focus_is_kept_when_pictures_come_late(show, loop):
    viewer = loop()
    viewer.unfold()
    page = show(viewer)
    first, second = [one.get_attribute("data-box") for one in page.locator(".box").all()[-2:]]
    asked = []
    for group in (first, second):
        page.locator(f"[data-box={group}]").focus()
        page.keyboard.press("Enter")
        page.keyboard.press("Enter")  # who is impatient asks for nothing else
        asked.append(page.evaluate("models[0].get('opened')"))
    for opened, late in zip(asked, (True, False), strict=True):
        take(page, viewer, opened)
        assert focused(page)[0 if not late else 1] == second
        assert busy(page) == late


def test_two_views_of_one_viewer(show, loop):
    viewer = loop()
    page = show(viewer)
    page.evaluate("void show(0)")
    page.locator(".view0 .node.group").first.dispatch_event("click")
    answer(page, viewer)
    counts = [page.locator(".view0").nth(k).locator("[data-node]").count() for k in (0, 1)]
    assert counts[0] == counts[1]
    ids = page.locator("svg[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_a_closed_view_lets_go_of_the_model(show, loop):
    viewer = loop()
    page = show(viewer)
    page.evaluate("close[0]()")
    page.evaluate("models[0].set('svg', '')")
    assert page.locator(".scroll > svg").count() == 1


# ---- search


def test_search_counts_cycles_and_reveals(show, loop):
    viewer = loop()
    viewer.fold()
    page = show(viewer)
    find = page.locator(".find")
    find.fill("tanh")
    expect(page.locator(".hits")).to_have_text("40 found")
    assert page.locator(".node.group.hit").count() >= 1
    find.press("Enter")
    expect(page.locator(".hits")).to_have_text("1 of 40")
    answer(page, viewer)
    here = page.locator(".node.here")
    expect(here).to_have_count(1)
    assert "TanhBackward0" in here.text_content()
    assert "1 of 40: TanhBackward0" in live(page)
    assert page.evaluate("document.activeElement.className") == "find"
    find.press("Shift+Enter")
    expect(page.locator(".hits")).to_have_text("40 of 40")
    answer(page, viewer)
    inside(page, ".node.here")
    page.locator(".do-hit_after").click()
    expect(page.locator(".hits")).to_have_text("1 of 40")
    find.press("Escape")
    expect(page.locator(".hits")).to_have_text("")
    assert page.locator(".hit").count() == 0


def inside(page, selector):
    box, view = (page.locator(one).bounding_box() for one in (selector, ".scroll"))
    assert box["x"] >= view["x"] - 1
    assert box["y"] >= view["y"] - 1
    assert box["y"] + box["height"] <= view["y"] + view["height"] + 1


@pytest.mark.parametrize(
    ("wanted", "count"), [("[1,2]", 121), ("LOSS", 1), ("n 121", 1), ("<b>", 0), ("no such", 0)]
)
def test_what_is_found(show, loop, wanted, count):
    page = show(loop())
    page.locator(".find").fill(wanted)
    expect(page.locator(".hits")).to_have_text(f"{count} found")


# ---- zoom, pan, map


def test_zoom_by_keys_buttons_and_wheel(show, loop):
    page = show(loop())
    page.locator(".mg-viewer").focus()
    start = scale(page)
    page.keyboard.press("+")
    assert scale(page) == pytest.approx(1.25 * start, rel=0.01)
    assert "Zoom" in live(page)
    page.keyboard.press("-")
    assert scale(page) == pytest.approx(start, rel=0.01)
    page.locator(".do-zoom_in").click()
    page.locator(".do-zoom_in").click()
    page.locator(".do-zoom_out").click()
    assert scale(page) == pytest.approx(1.25 * start, rel=0.01)
    page.locator(".do-fit").click()
    svg, box = (page.locator(one).bounding_box() for one in (".scroll > svg", ".scroll"))
    assert svg["height"] <= box["height"]
    assert svg["width"] <= box["width"]
    assert page.locator(".map").is_hidden()
    fitted = scale(page)
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.keyboard.down("Control")
    page.mouse.wheel(0, -300)
    page.keyboard.up("Control")
    page.wait_for_function(f"{SCALE} > {1.3 * fitted}")


def test_the_point_under_the_pointer_stays(show, loop):
    page = show(loop())
    node = "([x, y]) => document.elementFromPoint(x, y).closest('[data-node]')?.dataset.node"
    page.evaluate("document.querySelector('.scroll').scrollTop = 60")
    second = page.locator(".node").nth(1).bounding_box()
    at = [second["x"] + second["width"] / 2, second["y"] + 10]
    before = page.evaluate(node, at)
    page.evaluate(
        "([x, y]) => document.querySelector('.scroll').dispatchEvent(new WheelEvent('wheel',"
        " { ctrlKey: true, deltaY: -200, clientX: x, clientY: y, bubbles: true, cancelable: true }))",
        at,
    )
    assert before
    assert page.evaluate(node, at) == before


def test_a_drag_moves_the_picture_and_is_no_click(show, loop):
    viewer = loop()
    page = show(viewer)
    group = page.locator(".node.group").first
    box = group.bounding_box()
    opened = page.evaluate("models[0].get('opened')")
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 20, box["y"] - 60, steps=4)
    page.mouse.up()
    assert corner(page)[1] == pytest.approx(80, abs=6)
    assert page.evaluate("models[0].get('opened')") == opened
    group.click()
    assert page.evaluate("models[0].get('opened')") != opened


def test_shift_and_arrows_move(show, loop):
    page = show(loop())
    page.locator(".mg-viewer").focus()
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("Shift+ArrowUp")
    assert corner(page)[1] == 80
    assert page.evaluate("keys.filter(key => key !== 'Shift')") == []


def test_the_map_shows_where_one_is_and_goes_there(show, loop):
    page = show(loop())
    map = page.locator(".map")
    expect(map).to_be_visible()
    box = map.bounding_box()
    assert corner(page) == [0, 0]
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    scrolled = page.locator(".scroll").evaluate(
        "box => box.scrollTop / (box.scrollHeight - box.clientHeight)"
    )
    assert scrolled > 0.95
    view = page.locator(".map .view").bounding_box()
    assert view["y"] > box["y"] + box["height"] / 3
    assert (
        page.locator(".map .dots").get_attribute("d").count("M")
        == page.locator(".scroll .node").count()
    )


@pytest.mark.parametrize("width", [560, 420, 1600])
def test_the_root_stays_in_sight_when_there_is_more_or_less_room(show, loop, width):
    page = show(loop(), width=1000)
    page.evaluate(
        "() => { document.body.hidden = true; close[0](); document.querySelector('.view0').remove(); show(0) }"
    )
    page.evaluate("document.body.hidden = false")  # as in JupyterLab: made before it has a place
    frames(page)
    grips = page.locator(".scroll .box").evaluate_all(
        "all => all.map((box) => ['.grip', 'text'].map((part) => box.querySelector(part).getBBox().width))"
    )
    assert grips
    assert all(grip > text > 0 for grip, text in grips)
    page.set_viewport_size({"width": width, "height": 900})
    frames(page)
    outside = page.evaluate(
        """() => {
          const [view, root] = [".scroll", "[data-node=n0]"].map((one) => document.querySelector(one).getBoundingClientRect());
          return [view.top - root.top, root.bottom - view.bottom, view.left - root.left, root.right - view.right];
        }"""
    )
    assert max(outside) <= 0


def test_zoom_is_kept_when_a_group_unfolds(show, loop):
    viewer = loop()
    page = show(viewer)
    page.locator(".do-zoom_in").click()
    before = scale(page)
    page.locator(".node.group").first.dispatch_event("click")
    answer(page, viewer)
    assert scale(page) == pytest.approx(before, rel=0.01)


# ---- looks and languages


@pytest.mark.parametrize("width", [384, 800, 1920])
@pytest.mark.parametrize("dark", [False, True])
def test_nothing_is_cut_off(show, loop, width, dark):
    page = show(loop(), width=width, dark=dark)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for control in page.locator(".bar button, .bar input, .key span").all():
        box = control.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width


@pytest.mark.parametrize(
    "look",
    one_in(3, itertools.product(["first", "unfolded", "folded", "searched", "nothing to fold"], [False, True])),
    ids=lambda look: f"{look[0]}, {'dark' if look[1] else 'light'}",
)  # fmt: skip
def test_axe_finds_nothing(show, loop, look):
    state, dark = look
    viewer = loop(fold="module") if state == "nothing to fold" else loop()
    if state in ("folded", "unfolded"):
        getattr(viewer, state.removesuffix("ed"))()
    page = show(viewer, dark=dark)
    if dark:
        page.evaluate("document.body.classList.add('dark')")
    if state == "searched":
        page.locator(".find").fill("tanh")
        expect(page.locator(".hits")).to_have_text("40 found")
    found = Axe().run(page, context=".mg").response["violations"]
    assert [
        (rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in found
    ] == []


def test_a_presenter_sees_all_larger(show, loop):
    usual, large = (scale(show(loop(presenter=one), width=1920)) for one in (False, True))
    assert large > 1.5 * usual


def test_chinese(show, loop):
    page = show(loop(lang="zh"))
    expect(page.locator(".find")).to_have_attribute("placeholder", "搜索：节点、变量、形状")
    assert "节点" in page.locator(".key").inner_text()


def test_hostile_names_do_nothing(show):
    w = leaf(2.0)
    h = w
    for _ in range(6):
        h = h.tanh()
    name = '<img src=x onerror="document.title=1">\\N"&権'
    viewer = draw(h, {name: w}, fold=lambda node: name if node.sequence % 2 else name + "2")
    page = show(viewer)
    page.locator(".find").fill("onerror")
    expect(page.locator(".hits")).to_have_text("1 found")
    page.locator(".find").press("Enter")
    answer(page, viewer)
    assert page.title() == "stepper"
    assert page.locator(".mg-viewer img").count() == 0
