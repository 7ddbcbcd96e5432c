"""How the stepper looks: the states in the picture, room, contrast, themes."""

import pytest

import minigrad
from gallery import one_in
from minigrad_widgets import step
from patience import frames

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


@pytest.mark.exhaustive
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


@pytest.mark.parametrize("width", [384, 640, 800, 1280])
def test_a_presenter_has_all_its_buttons_where_there_is_little_room(show, width):
    x, b = (minigrad.tensor(value, requires_grad=True) for value in ([1.0, 2.0], 0.5))
    loss = ((x * b).tanh() * x + (x + b).exp()).sum()
    page = show(step(loss, {"x": x, "b": b}, presenter=True, engine=True), width=width)
    outside = page.evaluate(
        """() => [...document.querySelectorAll(".bar, .key")].flatMap((bar) => {
          const room = bar.parentElement.getBoundingClientRect();
          return [...bar.querySelectorAll("button, input, select, span")].filter((one) => {
            const { left, right } = one.getBoundingClientRect();
            return right > left && (left < room.left - 1 || right > room.right + 1);
          }).map((one) => one.className);
        })"""
    )
    assert outside == []


# How often the picture is measured after a change to it: the browser then lays out all of it again.
MEASURED = """async () => {
  let [changed, count] = [false, 0];
  const before = (owner, names, act) => names.forEach((name) => {
    const own = owner[name];
    owner[name] = function (...args) { act(); return own.apply(this, args); };
  });
  before(Element.prototype, ["setAttribute", "append", "replaceChildren"], () => { changed = true; });
  const measure = () => { count += changed; changed = false; };
  before(SVGGeometryElement.prototype, ["getTotalLength", "getPointAtLength"], measure);
  before(SVGGraphicsElement.prototype, ["getBBox"], measure);
  show(0);
  for (let frame = 0; frame < 4; frame += 1) await new Promise(requestAnimationFrame);
  return [document.querySelectorAll(".view0 .flow text").length, count];
}"""


def test_a_picture_is_not_laid_out_again_for_every_label(show):
    y = minigrad.tensor(0.5, requires_grad=True)
    for _ in range(40):
        y = y.sin()
    labels, count = show(step(y)).evaluate(MEASURED)
    assert labels == 2 * 40  # in both views
    assert count < 10


def make_long():
    """Return a stepper of a chain of forty products: 41 steps."""
    x = minigrad.tensor(1.0, requires_grad=True)
    y = x
    for _ in range(40):
        y = y * 1.5
    return step(y, {"x": x})


NODES_IN_VIEW = """() => {
  const view = document.querySelector(".scroll").getBoundingClientRect();
  return [...document.querySelectorAll("[data-node]")].filter((node) => {
    const box = node.getBoundingClientRect();
    return box.top >= view.top && box.bottom <= view.bottom
      && box.left >= view.left && box.right <= view.right;
  }).map((node) => node.dataset.node);
}"""


def assert_step_in_view(page, stepper, place):
    assert stepper.trace.frames[max(place - 1, 0)].node in page.evaluate(NODES_IN_VIEW)
    if place:
        row = page.locator("[aria-current]").bounding_box()
        table = page.locator(".steps").bounding_box()
        assert table["y"] <= row["y"]
        bottom = table["y"] + table["height"]
        assert row["y"] + row["height"] <= bottom + 1  # positions are fractions


def test_the_node_of_the_step_is_in_view(show):
    stepper = make_long()
    page = show(stepper)
    for place in [0, 1, 20, 41, 7]:
        set_position(page, place)
        assert_step_in_view(page, stepper, place)
    assert page.evaluate("document.documentElement.scrollTop") == 0


@pytest.mark.parametrize("place", [0, 20, 41])
def test_it_is_in_view_when_first_shown_and_when_jupyterlab_moves_the_output(show, place):
    stepper = make_long()
    stepper.position = place
    page = show(stepper)
    frames(page)
    assert_step_in_view(page, stepper, place)
    if not place:
        assert page.locator(".scroll").evaluate("box => box.scrollTop") == 0
    page.evaluate("() => document.body.append(document.querySelector('.view'))")
    frames(page)
    assert_step_in_view(page, stepper, place)
    for width in (1500, 680, 384):  # three layouts
        page.set_viewport_size({"width": width, "height": 900})
        frames(page)
        assert_step_in_view(page, stepper, place)


def make_written_into():
    """Return the stepper of lesson 4: values are written into two places; nine steps."""
    m = minigrad.tensor([[2.0, 3.0]], requires_grad=True)
    n = minigrad.zeros(1, 2)
    n[0, 0] = m[0, 0] ** 2
    n[0, 1] = m[0, 1] ** 3
    return step(n, {"m": m, "n": n}, gradient=[[10.0, 1.0]])


def make_kept():
    """Return the stepper of lesson 5: every result keeps its .grad; seven steps."""
    k, b, c = (minigrad.tensor(value, requires_grad=True) for value in (0.5, 0.7, 0.2))
    p = c * minigrad.tensor(12.0)
    q = p * p
    p.retain_grad()
    q.retain_grad()
    y = k * q + b
    return step(y, {"k": k, "b": b, "c": c, "p": p, "q": q, "y": y})


MAKERS = {"written into": make_written_into, "kept": make_kept}


@pytest.fixture(params=["neuron", "wide", *MAKERS])
def graph(request):
    """Steppers of graphs of up to ten nodes."""
    return MAKERS.get(request.param) or request.getfixturevalue(request.param)


# The width that the output of a cell has in JupyterLab on a screen of 800 pixels, with the file
# browser beside it and without; and on larger screens.
@pytest.mark.parametrize("width", one_in(2, [384, 680, 866, 1200, 1500]))
def test_a_graph_of_ten_nodes_is_shown_whole_and_can_be_read(show, graph, width):
    stepper = graph()
    page = show(stepper, width=width)
    frames(page)
    assert set(page.evaluate(NODES_IN_VIEW)) == set(stepper.trace.nodes)
    pixels_per_point = page.locator(".scroll > svg").evaluate("svg => svg.getScreenCTM().a")
    assert pixels_per_point * 11 > (9 if len(stepper.trace.nodes) < 7 else 7.5)  # names have 11


LABELS_IN_THE_WAY = """() => {
  const box = (element) => element.getBoundingClientRect();
  const overlap = (one, two) => one.left < two.right && two.left < one.right
    && one.top < two.bottom && two.top < one.bottom;
  const seen = (element) => element.checkVisibility({ visibilityProperty: true });
  const found = [];
  const labels = [...document.querySelectorAll(".kept rect, .flow rect")].filter(seen);
  labels.forEach((label, index) => {
    const text = label.nextSibling.textContent;
    for (const other of labels.slice(0, index)) {
      if (overlap(box(label), box(other))) found.push([text, other.nextSibling.textContent]);
    }
    for (const other of document.querySelectorAll(".node text")) {
      if (overlap(box(label), box(other))) found.push([text, other.textContent]);
    }
    const inside = box(document.querySelector(".scroll > svg"));
    const { left, right, top, bottom } = box(label);
    if (left < inside.left || right > inside.right || top < inside.top || bottom > inside.bottom) {
      found.push([text, "the edge of the picture"]);
    }
  });
  return found;
}"""


def test_labels_cover_no_text_and_are_not_cut_off(show, graph):
    stepper = graph()
    page = show(stepper, width=1200)
    frames(page)
    for place in range(len(stepper.trace.frames) + 1):
        set_position(page, place)
        assert page.evaluate(LABELS_IN_THE_WAY) == []


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


HOSTS = {
    "VS Code": "document.body.dataset.vscodeThemeKind = 'vscode-dark'",
    "VS Code, high contrast": "document.body.dataset.vscodeThemeKind = 'vscode-high-contrast'",
    "Colab": "document.documentElement.setAttribute('theme', 'dark')",
}


@pytest.mark.parametrize("host", HOSTS)
def test_it_is_read_in_the_dark_of_other_hosts(show, host, neuron):
    """They bring the light values of JupyterLab's colours with the style sheet of ipywidgets."""
    page = show(neuron())
    page.add_style_tag(content=":root { --jp-layout-color1: white; --jp-layout-color2: #eee }")
    page.evaluate(HOSTS[host])
    colour = page.evaluate("getComputedStyle(document.querySelector('.mg-stepper')).color")
    assert colour == "rgb(241, 243, 245)"
    set_position(page, 2)
    assert page.evaluate(CONTRAST) == []
