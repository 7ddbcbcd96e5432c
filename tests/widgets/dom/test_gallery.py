"""Every state of every widget: axe-core, contrast also in pictures, room, the size for a class, high contrast, print."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from gallery import GALLERY, HTML, WIDGETS, one_in, show_state
from measure import CUT, WIDTH, too_pale, too_small
from patience import frames

pytestmark = pytest.mark.browser

IN_CLASS = [name for name in GALLERY if name not in HTML]
ONE_OF_EACH = ["stepper: middle", "viewer: folded", "playground: scalars", "builder: failed", *HTML]


def violations(page):
    """Return what axe-core calls serious or critical. https://dequeuniversity.com/rules/axe/"""
    found = Axe().run(page, context=".mg").response["violations"]
    return [
        (rule["id"], rule["impact"], [node["html"][:200] for node in rule["nodes"]])
        for rule in found
        if rule["impact"] in ("serious", "critical")
    ]


@pytest.fixture
def state(show, open_page):
    def state(name, **options):
        return show_state(name, show, open_page, **options)

    return state


@pytest.mark.exhaustive
@pytest.mark.parametrize("name", GALLERY)
def test_axe_and_contrast_and_room(state, name):
    page = state(name, dark=True)
    assert violations(page) == []
    for width in (1920, 800, 384):
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        assert page.evaluate(WIDTH) <= width
        assert page.evaluate(CUT) == [], width
    for scheme in (
        {"color_scheme": "dark"},
        {"color_scheme": "light"},
        {"forced_colors": "active"},
    ):
        page.emulate_media(**scheme)
        frames(page)
        assert too_pale(page) == [], scheme
    page.emulate_media(color_scheme="light", forced_colors="none")
    assert violations(page) == []  # in the light, at 384 pixels


@pytest.mark.parametrize("name", one_in(3, IN_CLASS))
def test_a_class_reads_all_of_it_from_the_last_row(state, name):
    """On a screen of 1080 lines no text has less than 18 pixels, formulas and names of nodes 22."""
    page = state(name, width=1920, height=1080, presenter=True, dark=True)
    frames(page)
    assert too_small(page, 17.95) == []
    assert too_small(page, 22, of='math, .node text[font-weight=bold][font-size="11.00"]') == []
    assert page.evaluate(WIDTH) <= 1920
    assert page.evaluate(CUT) == []
    page.set_viewport_size({"width": 384, "height": 900})
    frames(page)
    assert page.evaluate(WIDTH) <= 384
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_on_paper_all_of_it_is_there(state, name):
    page = state(name, width=700)
    page.emulate_media(media="print")
    frames(page)
    hidden = page.evaluate(
        """() => [...document.querySelectorAll(".mg *:not(svg *, .live)")]
        .filter((e) => e.checkVisibility() && getComputedStyle(e).overflowY !== "visible")
        .filter((e) => e.scrollHeight > e.clientHeight + 1 && e.clientHeight)
        .map((e) => `${e.tagName}.${e.className}`)"""
    )
    assert hidden == []
    assert page.evaluate(WIDTH) <= 700
    assert page.locator(".bar :is(button, input, select), .map").filter(visible=True).count() == 0
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".scroll > svg, .plot-box:not(.empty) > svg")].filter((svg) => {
          const [own, room] = [svg, svg.closest(".picture, .plot, .still") ?? document.body].map((e) => e.getBoundingClientRect());
          return svg.checkVisibility() && (own.height < 40 || own.bottom > room.bottom + 1);
        }).map((svg) => svg.parentElement.className)"""
    )
    assert outside == []
    assert page.locator(".result").filter(visible=False).count() == 0
    assert too_pale(page) == []


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_nothing_moves_when_the_system_asks_for_less(state, name):
    page = state(name)
    page.emulate_media(reduced_motion="reduce")
    moving = page.evaluate(
        """() => [...document.querySelectorAll(".mg, .mg *")].flatMap((e) => {
          const { transitionDuration: change, animationDuration: film, scrollBehavior } = getComputedStyle(e);
          const long = [...change.split(","), ...film.split(",")].some((time) => parseFloat(time) > 0.01);
          return long || scrollBehavior === "smooth" ? [e.className] : [];
        })"""
    )
    assert moving == []


def test_the_measures_are_not_blind(state):
    page = state("stepper: middle")
    page.evaluate(
        """() => {
          document.querySelector(".node text").style.fill = "#9db";
          document.querySelector(".panel-body h3").style.color = "#bbb";
          document.querySelector(".panel-body .count").style.fontSize = "5px";
        }"""
    )
    assert [where.split(" ")[0] for _, _, where in too_pale(page)] == ["node", "HEADER"]
    assert [size for size, *_ in too_small(page, 6)] == [5]


def test_every_widget_is_in_the_gallery():
    assert set(WIDGETS) == {"stepper", "viewer", "playground", "builder", ""}
