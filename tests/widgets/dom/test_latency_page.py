"""A step of the stepper costs little, however large the graph is, and shows the same as ever."""

import random

import pytest

import minigrad
from minigrad_widgets import step
from minigrad_widgets.esm import one_module

pytestmark = pytest.mark.browser

# What the page has after going through some positions, against a picture that was never anywhere else.
STATES = """async ([source, data, positions]) => {
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  const { changes, stateAt } = await import(url);
  const seen = { nodes: {}, edges: {} };
  const first = stateAt(data, 0);
  Object.assign(seen.nodes, first.nodes);
  const differing = [];
  let from = 0;
  for (const to of positions) {
    const changed = changes(data, from, to);
    for (const what of ["nodes", "edges"]) for (const [id, is] of changed[what]) seen[what][id] = is;
    const whole = stateAt(data, to);
    for (const what of ["nodes", "edges"]) {
      for (const id of new Set([...Object.keys(seen[what]), ...Object.keys(whole[what])])) {
        if ((seen[what][id] ?? "") !== (whole[what][id] ?? "")) differing.push([from, to, what, id]);
      }
    }
    from = to;
  }
  return differing;
}"""


def leaf(value):
    return minigrad.tensor(value, requires_grad=True)


def dense(layers=3, width=17):
    """Return the sum of a network of scalars: about a thousand nodes, a third of them leaves."""
    draw = random.Random(0).random
    values = [leaf(draw()) for _ in range(3)]
    for _ in range(layers - 1):
        values = [
            minigrad.relu(sum((leaf(draw()) * v for v in values), start=leaf(draw())))
            for _ in range(width)
        ]
    return sum(values[1:], start=values[0])


def test_what_a_step_changes_is_what_differs(show, wide):
    source = one_module("state.js").replace("function stateAt", "export function stateAt")
    source = source.replace("function changes", "export function changes")
    walk = random.Random(1)
    for stepper in (wide(), step(dense(2, 4), {})):
        page = show(stepper)
        last = len(stepper.trace.frames)
        positions = [*range(last + 1), *reversed(range(last + 1))]
        positions += [walk.randint(0, last) for _ in range(100)]
        data = {**stepper.data, "words": {}}
        assert page.evaluate(STATES, [source, data, positions]) == []


def looks(page):
    """All that tells one position from another."""
    return page.evaluate("""() => {
      const root = document.querySelector(".mg");
      const states = (selector) => [...root.querySelectorAll(selector)].map((one) => one.dataset.state ?? "");
      return {
        nodes: states("[data-node]"), edges: states("[data-edge]"), marks: states(".mark"), flows: states(".flow"),
        rows: states("tbody tr"), current: [...root.querySelectorAll("tr[aria-current]")].map((row) => row.rowIndex),
        kept: [...root.querySelectorAll(".kept")].map((one) => one.textContent),
        foot: root.querySelector("footer").innerText,
      };
    }""")


def test_a_walk_ends_in_what_a_jump_shows(show, wide):
    walked = show(wide())
    last = walked.evaluate("models[0].get('data').frames.length")
    walk = random.Random(2)
    for _ in range(40):
        to = walk.randint(0, last)
        walked.evaluate("(to) => models[0].set('position', to)", to)
    for to in (0, 3, last):
        walked.evaluate("(to) => models[0].set('position', to)", to)
        jumped = show(wide())
        jumped.evaluate("(to) => models[0].set('position', to)", to)
        assert looks(walked) == looks(jumped)


def test_of_many_ready_nodes_the_first_are_listed_and_the_rest_counted(show):
    branches = [leaf(float(k)).tanh() for k in range(40)]
    stepper = step(minigrad.stack(branches).sum(), {})
    page = show(stepper)
    ready = [len(frame.ready) for frame in stepper.trace.frames]
    place = ready.index(max(ready))
    assert ready[place] > 24
    page.evaluate("(to) => models[0].set('position', to)", place + 1)
    items = page.locator("footer ol.ready li")
    assert items.count() == 25
    assert items.last.inner_text() == f"+ {ready[place] - 24}"
    assert items.nth(3).get_attribute("data-place") == "4"
