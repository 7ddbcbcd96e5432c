"""How fast the widgets are: a row for each figure, with what the issue promised.

    python tests/benchmarks/bench_widgets.py              # all
    python tests/benchmarks/bench_widgets.py play         # those whose name begins so

A row is a function that measures, registered with `@row` (rows.py); it returns the figure, or None where this
machine cannot measure it. On a busy machine the figures are worse.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import shutil
import statistics
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rows import Rows

DOM = Path(__file__).parents[1] / "widgets" / "dom" / "conftest.py"


ROWS = Rows()
row = ROWS.row


# --- the playground, with a graph of 60 nodes


def sixty_nodes(library: Any) -> Any:
    """A playground whose graph has 60 nodes: 29 times tanh(h * w), and two leaves."""
    from minigrad_widgets import play

    def chain(x: Any, w: Any) -> Any:
        h = x
        for _ in range(29):
            h = library.tanh(h * w)
        return h

    playground = play(chain, library=library, x=(-2.0, 2.0, 1.0), w=(0.0, 2.0, 1.0))
    assert playground.graph is not None
    assert len(playground.graph.nodes) == 60
    return playground


def in_python(library: Any, leaf: str, rounds: int) -> float:
    """Updates a second: a message of the page, the run, all that is sent back as JSON."""
    playground = sixty_nodes(library)
    times: list[float] = []
    for turn in range(rounds):
        start = time.perf_counter()
        hear(playground, leaf, 0.01 * turn, turn)
        json.dumps([playground.state, playground.curve])
        times.append(time.perf_counter() - start)
    assert not playground.message
    return 1 / statistics.median(times)


def hear(playground: Any, leaf: str, value: float, turn: int) -> None:
    content = {"kind": "set", "leaf": leaf, "index": 0, "value": value, "rough": True}
    message = {"data": {"method": "custom", "content": {**content, "seq": f"bench {turn}"}}}
    playground._handle_msg({"content": message, "buffers": []})


# A slider is dragged, a little in every frame of the screen; an update is a frame that shows other numbers.
DRAG = """async ([leaf, seconds]) => {
  const slider = document.querySelector(`[aria-label="Slider of ${leaf}"]`);
  const look = () => [...document.querySelectorAll(".output, .grad, .plot .key")].map((one) => one.textContent).join();
  let [updates, before] = [0, look()];
  const start = performance.now();
  for (let part = 0; part < 1;) {
    part = Math.min(1, (performance.now() - start) / seconds / 1000);
    slider.value = 1.9 * part;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    const now = look();
    updates += now !== before;
    before = now;
  }
  return updates / seconds;
}"""


def in_page(library: Any, leaf: str, seconds: float) -> float | None:
    """Updates a second that are seen in a browser: Python's part, the way there and back, the new layout."""
    dom = _dom()
    with _browser(dom) as browser:
        if browser is None:
            return None
        shows = dom.show.__wrapped__(browser)
        page = next(shows)(sixty_nodes(library), width=1280, kernel=True)
        figure = page.evaluate(DRAG, [leaf, seconds])
        with contextlib.suppress(StopIteration):
            next(shows)
    return figure


def _dom() -> Any:
    spec = importlib.util.spec_from_file_location("dom_conftest", DOM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _browser(dom: Any) -> Generator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
        found = next(filter(None, map(shutil.which, dom.BROWSERS)), own)
        if not Path(found).exists():
            yield None
            return
        running = playwright.chromium.launch(executable_path=found, args=dom.FLAGS)
        yield running
        running.close()


for _name in ("minigrad", "torch"):
    for _leaf, _what in (("x", "the plotted leaf moves"), ("w", "another leaf moves")):

        @row(f"playground, 60 nodes, {_name}, {_what}: in Python", "updates/s", ">= 30")
        def _python(tiny: bool, name: str = _name, leaf: str = _leaf) -> float:
            return in_python(importlib.import_module(name), leaf, 3 if tiny else 60)

        @row(f"playground, 60 nodes, {_name}, {_what}: in a page", "updates/s", ">= 30")
        def _page(tiny: bool, name: str = _name, leaf: str = _leaf) -> float | None:
            return in_page(importlib.import_module(name), leaf, 0.3 if tiny else 3)


if __name__ == "__main__":
    ROWS.main(__doc__ or "")
