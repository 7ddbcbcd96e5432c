"""Two hundred things that a person may do on each widget, at random: page, kernel and a model in Python agree.

After each of them the focus is in the widget and seen, the live region has said something, and neither
an error nor a warning came up. ``MINIGRAD_SOAK=...`` takes another seed; a failure names its own.
"""

import os

import pytest
from playwright.sync_api import expect

import minigrad
from gallery import GALLERY, model, net
from minigrad_widgets import step
from soak import Building, Folding, Playing, Predicting, Stepping, soak

pytestmark = pytest.mark.browser

COUNT = int(os.environ.get("MINIGRAD_SOAK_COUNT", "200"))
STEPPING = {
    "stepper: start": ("engine",),
    "stepper: no-accumulate": ("part",),
    "stepper: second": ("tab", "engine"),
    "stepper: large": ("zoom", "search", "search"),
}


def seed_of(name, lib):
    return os.environ.get("MINIGRAD_SOAK", f"{name} {lib.__name__}")


@pytest.mark.parametrize("name", STEPPING)
def test_the_stepper(show, name, lib):
    if "accumulate" in name and lib.__name__ == "torch":
        pytest.skip("faults are minigrad's")
    widget = GALLERY[name].make(lib)
    page = show(widget, kernel=True)
    person = Stepping(page, widget)
    person.actions += STEPPING[name]
    soak(page, person, seed_of(name, lib), COUNT)
    person.check_at_the_end()
    for nr, frame in enumerate(widget.trace.frames, 1):
        for item in frame.accumulated:
            assert (item.tensor.grad is not None) == (person.position >= nr)


def test_the_stepper_that_asks(show, lib):
    widget = step(*net(lib), predict=True)
    page = show(widget, kernel=True)
    soak(page, Predicting(page, widget), seed_of("predict", lib), COUNT)
    assert page.locator("img").count() == 0


def test_the_viewer(show, lib):
    widget = model(lib)
    page = show(widget, kernel=True)
    soak(page, Folding(page, widget), seed_of("viewer", lib), COUNT)


@pytest.mark.parametrize("name", ["playground: scalars", "playground: matrices"])
def test_the_playground(show, name, lib):
    widget = GALLERY[name].make(lib)
    page = show(widget, kernel=True)
    soak(page, Playing(page, widget), seed_of(name, lib), COUNT)
    expect(page.locator(".live")).not_to_be_empty()  # it speaks when the leaves are at rest


def test_the_builder(show, lib):
    widget = GALLERY["builder: start"].make(lib)
    page = show(widget, kernel=True)
    soak(page, Building(page, widget), seed_of("builder", lib), COUNT)


def test_the_saved_page(browser, tmp_path):
    problems = []
    widget = GALLERY["stepper: engine"].make(minigrad)
    widget.save(tmp_path / "page.html")
    context = browser.new_context(offline=True)
    page = context.new_page()
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("console", lambda message: problems.append(message.text))
    page.goto((tmp_path / "page.html").as_uri())
    person = Stepping(page, widget, kernel=False)
    person.actions += ("engine",)
    soak(page, person, seed_of("saved", minigrad), COUNT)
    person.check_at_the_end()
    assert problems == []
    context.close()
