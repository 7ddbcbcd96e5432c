"""How the stepper looks: the states in the picture, room, contrast, themes."""

import pytest

import minigrad
from minigrad_widgets import step

pytestmark = pytest.mark.browser


@pytest.fixture(params=["neuron", "wide"])
def make(request):
    """Each of the two steppers."""
    return request.getfixturevalue(request.param)


def set_position(page, value, number=0):
    page.evaluate(f"models[{number}].set('position', {value})")


# ---- states in the picture


def states_by_python(trace, position):
    """The state of every node and edge, from the frames."""
    nodes, edges = {}, {}
    for number, frame in enumerate(trace.frames[:position], 1):
        now = number == position
        nodes[frame.node] = "now" if now else "done"
        edges |= {sent.edge: "out" if now else "done" for sent in frame.sent}
        if now:
            edges |= {part.edge: "in" for part in frame.parts if part.edge}
    ready = trace.frames[position - 1].ready if position else (trace.graph.root,)
    nodes |= dict.fromkeys(ready, "ready")
    flows = {edge.id for edge in trace.graph.edges if trace.nodes[edge.target].kind != "none"}
    return nodes, {edge: state for edge, state in edges.items() if edge in flows}


def states_on_page(page, what):
    return page.evaluate(
        """what => Object.fromEntries([...document.querySelectorAll(`[data-${what}]`)]
        .map((group) => [group.dataset[what], group.dataset.state])
        .filter(([, state]) => state))""",
        what,
    )


def test_states_of_nodes_and_edges_are_those_of_the_trace(show, make):
    stepper = make()
    page = show(stepper)
    last = len(stepper.trace.frames)
    for place in [*range(last + 1), 2, 0]:
        set_position(page, place)
        nodes, edges = states_by_python(stepper.trace, place)
        assert states_on_page(page, "node") == nodes
        assert states_on_page(page, "edge") == edges


def test_states_differ_by_more_than_colour(show, neuron):
    stepper = neuron()
    page = show(stepper)
    set_position(page, 4)
    looks = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll("[data-node][data-state]")]
        .filter((group) => group.dataset.state)
        .map((group) => {
          const style = getComputedStyle(group.querySelector("path"));
          return [group.dataset.state, [style.strokeWidth, style.strokeDasharray]];
        }))"""
    )
    assert len({tuple(look) for look in looks.values()}) == 3
    marks = page.locator(".mark path").evaluate_all(
        "paths => paths.filter((p) => p.checkVisibility({ visibilityProperty: true }))"
        ".map((p) => p.classList[0])"
    )
    assert sorted(marks) == ["done", "done", "done", "now", "ready"]
    edges = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll(".edge")].map((group) => {
          const style = getComputedStyle(group.querySelector("path"));
          return [group.dataset.state, [style.strokeWidth, style.strokeDasharray]];
        }))"""
    )
    assert len({tuple(edges[state]) for state in ("in", "out", "done")}) == 3


# ---- room, light and dark


@pytest.mark.parametrize("width", [500, 800, 1280, 1920])
def test_nothing_is_cut_off(show, make, width):
    stepper = make()
    page = show(stepper, width=width)
    heights = set()
    for place in range(len(stepper.trace.frames) + 1):
        set_position(page, place)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        cut = page.evaluate(
            """() => [...document.querySelectorAll(".mg-stepper, .mg-stepper *:not(svg *, .live)")]
            .filter((e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX))
            .filter((e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight)
            .map((e) => `${e.tagName}.${e.className}`)"""
        )
        assert cut == []
        heights.add(page.evaluate("document.querySelector('.frame').offsetHeight"))
    assert len(heights) == 1


def test_the_node_of_the_step_is_in_view(show):
    x = minigrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(40):
        y = y * 1.5
    stepper = step(y, {"x": x})
    page = show(stepper)
    for place in [0, 1, 20, 41, 7]:
        set_position(page, place)
        node = stepper.trace.frames[max(place - 1, 0)].node
        assert page.evaluate(
            """id => {
              const box = document.querySelector(`[data-node=${id}]`).getBoundingClientRect();
              const view = document.querySelector(".scroll").getBoundingClientRect();
              return box.top >= view.top && box.bottom <= view.bottom
                && box.left >= view.left && box.right <= view.right;
            }""",
            node,
        )
        if place:
            row = page.locator("[aria-current]").bounding_box()
            table = page.locator(".steps").bounding_box()
            assert table["y"] <= row["y"]
            assert row["y"] + row["height"] <= table["y"] + table["height"]
    assert page.evaluate("document.documentElement.scrollTop") == 0


CONTRAST = """() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (colour, below) => {
    canvas.fillStyle = `rgb(${below})`; canvas.fillRect(0, 0, 1, 1);
    canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
  };
  const light = (c) => [0.2126, 0.7152, 0.0722].reduce((sum, part, i) => {
    const v = c[i] / 255;
    return sum + part * (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  }, 0);
  const behind = (e) => {
    if (!e) return [255, 255, 255];
    return rgb(getComputedStyle(e).backgroundColor, behind(e.parentElement));
  };
  return [...document.querySelectorAll(".mg-stepper .frame *:not(svg *)")]
    .filter((e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((e) => e.checkVisibility())
    .map((e) => {
      const back = behind(e), front = rgb(getComputedStyle(e).color, back);
      const [a, b] = [light(front), light(back)].sort((x, y) => y - x);
      return [(a + 0.05) / (b + 0.05), `${e.tagName}.${e.className}`];
    }).filter(([ratio]) => ratio < 4.5);
}"""


@pytest.mark.parametrize("dark", [False, True])
def test_contrast_in_light_and_dark(show, dark, wide):
    page = show(wide(), dark=dark)
    for place in (0, 5, 7):
        set_position(page, place)
        assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("dark", [False, True])
def test_it_follows_jupyterlabs_theme_whatever_the_system_says(show, dark, neuron):
    page = show(neuron(), dark=not dark)
    page.evaluate(f"document.body.dataset.jpThemeLight = '{str(not dark).lower()}'")
    colour = page.evaluate("getComputedStyle(document.querySelector('.mg-stepper')).color")
    assert colour == ("rgb(241, 243, 245)" if dark else "rgb(22, 25, 29)")
