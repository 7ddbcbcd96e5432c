"""Large graphs: how long a picture takes, and a step. CPU time, which a busy machine falsifies less.

    python tests/benchmarks/bench_large.py                # all, about a minute
    python tests/benchmarks/bench_large.py draw step      # those whose name begins so

A row is a function that measures, registered with `@row` (rows.py). Drawn is what a
notebook is sent: the graph is traced, folded, laid out, and written as SVG and as text.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import random
import resource
import shutil
import statistics
from collections.abc import Generator
from pathlib import Path
from typing import Any

from rows import Rows

DOM = Path(__file__).parents[1] / "widgets" / "dom" / "conftest.py"


ROWS = Rows()
row = ROWS.row


# --- graphs of about so many nodes


def chain(torch: Any, nodes: int) -> Any:
    """One node after the other."""
    h = torch.tensor(1.0, requires_grad=True)
    for _ in range(nodes):
        h = -h
    return h


def many_uses(torch: Any, nodes: int) -> Any:
    """A loop whose every step uses the same leaf: with its long edges, the worst for a layout."""
    w = torch.tensor(0.5, requires_grad=True)
    h = torch.tensor(0.25, requires_grad=True)
    for _ in range(nodes // 2):
        h = (h * w).tanh()
    return h


def dense(torch: Any, nodes: int) -> Any:
    """A network of scalars: layers of neurons, each with weights of its own."""
    rnd = random.Random(0)

    def leaf() -> Any:
        return torch.tensor(rnd.random(), requires_grad=True)

    width = 3
    while _dense_size(width) < nodes:
        width += 1
    values = [leaf() for _ in range(3)]
    for _ in range(2):
        outs: list[Any] = []
        for _ in range(width):
            s = leaf()
            for value in values:
                s = s + leaf() * value
            outs.append(torch.relu(s))
        values = outs
    return sum(values[1:], start=values[0])


def _dense_size(width: int) -> int:
    return 3 * width * 3 + 3 * width * width + 4 * width


def resnet(torch: Any, blocks: int) -> tuple[Any, Any]:
    """A network of residual blocks, and its loss."""
    nn = importlib.import_module(f"{torch.__name__}.nn")

    class Block(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(4)
            self.conv2 = nn.Conv2d(4, 4, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(4)

        def forward(self, x: Any) -> Any:
            h = torch.relu(self.bn1(self.conv1(x)))
            return torch.relu(self.bn2(self.conv2(h)) + x)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stem = nn.Conv2d(3, 4, 3, padding=1)
            self.layers = nn.Sequential(*[Block() for _ in range(blocks)])
            self.fc = nn.Linear(4, 10)

        def forward(self, x: Any) -> Any:
            return self.fc(self.layers(torch.relu(self.stem(x))).mean((2, 3)))

    net = Net()
    return net, net(torch.ones(2, 3, 8, 8)).sum()


SHAPES = {"chain": chain, "dense": dense, "many uses": many_uses}


# --- pictures


def cpu() -> float:
    """The CPU time of this process and of the layout engines that it has run."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def drawn(root: Any, rounds: int, **options: Any) -> float:
    """The median seconds for all that a notebook is sent."""
    from minigrad_widgets import draw

    times: list[float] = []
    for _ in range(rounds):
        start = cpu()
        draw(root, {}, **options)._repr_mimebundle_(exclude=["image/png"])
        times.append(cpu() - start)
    return statistics.median(times)


for _library in ("minigrad", "torch"):
    for _shape in SHAPES:
        for _nodes, _fold, _gate in ((100, False, 0.3), (1000, False, 2), (10_000, None, 3)):
            _how = "all nodes" if _fold is False else "folded"

            @row(f"draw {_nodes:,} nodes, {_shape}, {_library}, {_how}", "s", f"< {_gate}")
            def _drawn(
                tiny: bool,
                library: str = _library,
                shape: str = _shape,
                nodes: int = _nodes,
                fold: bool | None = _fold,
            ) -> float:
                torch = importlib.import_module(library)
                root = SHAPES[shape](torch, 110 if tiny else nodes)
                return drawn(root, 1 if tiny else 3, fold=fold)

    @row(f"draw a ResNet of 20 blocks, {_library}, folded", "s")
    def _resnet(tiny: bool, library: str = _library) -> float:
        net, loss = resnet(importlib.import_module(library), 2 if tiny else 20)
        return drawn(loss, 1 if tiny else 3, fold=net)

    @row(f"draw a ResNet of 20 blocks, {_library}, unfolded", "s")
    def _unfolded(tiny: bool, library: str = _library) -> float:
        from minigrad_widgets import draw

        net, loss = resnet(importlib.import_module(library), 2 if tiny else 20)
        viewer: Any = draw(loss, {}, fold=net)
        start = cpu()
        viewer.unfold()
        return cpu() - start


# --- a step

STEPS = """(steps) => {
  const model = window.models[0];
  const start = Math.floor(model.get("data").frames.length / 2);
  const root = document.querySelector(".mg");
  const times = [];
  for (let nr = 0; nr <= steps; nr += 1) {
    const before = performance.now();
    model.set("position", start + nr);
    root.getBoundingClientRect();
    if (nr) times.push(performance.now() - before);
  }
  return times;
}"""


def stepped(root: Any, steps: int, unfold: bool = False, **options: Any) -> float | None:
    """The median milliseconds of a step in a browser, with the new layout of the page."""
    from minigrad_widgets import step

    stepper = step(root, {}, **options)
    if unfold:
        stepper.unfold()
    dom = _dom()
    with _browser(dom) as browser:
        if browser is None:
            return None
        shows = dom.show.__wrapped__(browser)
        page = next(shows)(stepper, width=1280)
        times = page.evaluate(STEPS, steps)
        with contextlib.suppress(StopIteration):
            next(shows)
    return statistics.median(times)


for _library in ("minigrad", "torch"):
    for _shape in SHAPES:

        @row(f"step at 1,000 nodes, {_shape}, {_library}", "ms", "< 16")
        def _step(tiny: bool, library: str = _library, shape: str = _shape) -> float | None:
            root = SHAPES[shape](importlib.import_module(library), 40 if tiny else 1000)
            return stepped(root, 5 if tiny else 100)


for _library in ("minigrad", "torch"):

    @row(f"step at 1,000 nodes, dense, {_library}, folded", "ms", "< 16")
    def _step_folded(tiny: bool, library: str = _library) -> float | None:
        root = dense(importlib.import_module(library), 40 if tiny else 1000)
        return stepped(root, 5 if tiny else 100, fold=True)

    for _how in ("folded", "unfolded"):

        @row(f"step in a ResNet of 20 blocks, {_library}, {_how}", "ms", "< 16")
        def _step_resnet(tiny: bool, library: str = _library, how: str = _how) -> float | None:
            net, loss = resnet(importlib.import_module(library), 2 if tiny else 20)
            return stepped(loss, 5 if tiny else 100, how == "unfolded", fold=net)

    @row(f"unfold all of a ResNet's stepper, {_library}", "s")
    def _unfold_stepper(tiny: bool, library: str = _library) -> float:
        from minigrad_widgets import step

        net, loss = resnet(importlib.import_module(library), 2 if tiny else 20)
        stepper = step(loss, {}, fold=net)
        start = cpu()
        stepper.unfold()
        return cpu() - start


def _dom() -> Any:
    spec = importlib.util.spec_from_file_location("dom_conftest", DOM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _browser(dom: Any) -> Generator[Any, None, None]:
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


if __name__ == "__main__":
    ROWS.main(__doc__ or "")
