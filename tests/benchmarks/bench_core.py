"""The core's speed: minigrad, PyTorch eager on one thread, and numpy written by hand, by turns.

    python tests/benchmarks/bench_core.py              # all, about a minute
    python tests/benchmarks/bench_core.py relu mlp     # those whose name begins so
    python tests/benchmarks/bench_core.py --rounds 5

Every round runs the three one after the other, each on one thread; printed are the medians of the CPU
time, which a busy machine falsifies less than the time on the clock, and the ratios of the medians.
The gates are those of the issue: ratios to PyTorch's time (of `import minigrad` to numpy's import).
"""

from __future__ import annotations

import argparse
import gc
import importlib
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy reads it
os.environ.setdefault("MKL_NUM_THREADS", "1")

import numpy as np

Array = Any
Run = Callable[[], Any]


class Case(NamedTuple):
    """One thing that is timed."""

    name: str
    gate: float | None
    number: int
    """How often it runs within one measurement."""
    make: Callable[[Any], Run]
    """From a library to what is timed; what it does before that is not."""
    by_hand: Callable[[], Run] | None
    """The same with numpy alone."""


# --- relu(w * x + b)


def relu_forward_backward(torch: Any) -> Run:
    w, x, b = (torch.tensor(v, requires_grad=True) for v in (2.0, 3.0, 1.0))

    def run() -> None:
        torch.relu(w * x + b).backward()

    return run


def relu_with_leaves(torch: Any) -> Run:
    def run() -> None:
        w, x, b = (torch.tensor(v, requires_grad=True) for v in (2.0, 3.0, 1.0))
        torch.relu(w * x + b).backward()

    return run


def relu_by_hand() -> Run:
    w, x, b = np.float32(2), np.float32(3), np.float32(1)
    grads = [np.float32(0)] * 3

    def run() -> None:
        z = w * x + b
        g = np.float32(z > 0)
        grads[0] += g * x
        grads[1] += g * w
        grads[2] += g

    return run


# --- a chain of scalars


def chain(nodes: int, backward: bool) -> Callable[[Any], Run]:
    def make(torch: Any) -> Run:
        x, y = (torch.tensor(1.0, requires_grad=True) for _ in range(2))

        def forward() -> Any:
            z = x
            for _ in range(nodes):
                z = z * y
            return z

        if not backward:
            return forward
        ready: list[Any] = []

        def run() -> None:
            ready.pop().backward()

        run.prepare = lambda: ready.append(forward())  # type: ignore[attr-defined]
        return run

    return make


def chain_by_hand(nodes: int, backward: bool) -> Callable[[], Run]:
    def make() -> Run:
        x, y = np.float32(1), np.float32(1)
        values = [x] * nodes

        def forward() -> None:
            z = x
            for nr in range(nodes):
                values[nr] = z
                z = z * y

        def run() -> None:
            g, dy = np.float32(1), np.float32(0)
            for value in reversed(values):
                dy += g * value
                g = g * y

        return run if backward else forward

    return make


# --- nets


def numbers(*shapes: tuple[int, ...]) -> list[Array]:
    rng = np.random.RandomState(0)
    return [(rng.randn(*shape) / shape[-1] ** 0.5).astype(np.float32) for shape in shapes]


def mlp(batch: int, sizes: tuple[int, int, int]) -> Callable[[Any], Run]:
    a, b, c = sizes

    def make(torch: Any) -> Run:
        nn = torch.nn
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(a, b), nn.Tanh(), nn.Linear(b, c))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        x, y = map(torch.from_numpy, numbers((batch, a), (batch, c)))

        def run() -> None:
            loss = nn.functional.mse_loss(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        return run

    return make


def mlp_by_hand(batch: int, sizes: tuple[int, int, int]) -> Callable[[], Run]:
    a, b, c = sizes

    def make() -> Run:
        x, y, w1, w2 = numbers((batch, a), (batch, c), (b, a), (c, b))
        b1, b2 = np.zeros(b, np.float32), np.zeros(c, np.float32)
        scale, rate = np.float32(2 / (batch * c)), np.float32(0.01)

        def run() -> None:
            h = np.tanh(x @ w1.T + b1)
            error = h @ w2.T + b2 - y
            np.square(error).mean()
            g = error * scale
            gh = (g @ w2) * (1 - h * h)
            for p, slope in ((w2, g.T @ h), (b2, g.sum(0)), (w1, gh.T @ x), (b1, gh.sum(0))):
                p -= rate * slope

        return run

    return make


def classifier(batch: int, sizes: tuple[int, int, int]) -> Callable[[Any], Run]:
    a, b, c = sizes

    def make(torch: Any) -> Run:
        nn = torch.nn
        torch.manual_seed(0)
        model = nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c))
        optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
        x, y = torch.from_numpy(numbers((batch, a))[0]), torch.arange(batch) % c

        def run() -> None:
            loss = nn.functional.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()

        return run

    return make


def classifier_by_hand(batch: int, sizes: tuple[int, int, int]) -> Callable[[], Run]:
    a, b, c = sizes

    def make() -> Run:
        x, w1, w2 = numbers((batch, a), (b, a), (c, b))
        b1, b2 = np.zeros(b, np.float32), np.zeros(c, np.float32)
        rows, y, rate = np.arange(batch), np.arange(batch) % c, np.float32(0.01)

        def run() -> None:
            h = np.maximum(x @ w1.T + b1, 0)
            logits = h @ w2.T + b2
            logits -= logits.max(1, keepdims=True)
            p = np.exp(logits)
            total = p.sum(1, keepdims=True)
            (np.log(total[:, 0]) - logits[rows, y]).mean()
            g = p / total
            g[rows, y] -= 1
            g /= np.float32(batch)
            gh = (g @ w2) * (h > 0)
            for q, slope in ((w2, g.T @ h), (b2, g.sum(0)), (w1, gh.T @ x), (b1, gh.sum(0))):
                q -= rate * slope

        return run

    return make


# --- views and numbers


def views(torch: Any) -> Run:
    x = torch.from_numpy(numbers((20, 30))[0]).requires_grad_()

    def run() -> None:
        x[2:18, ::2].t().reshape(5, 3, 16).transpose(0, 1).unsqueeze(0)[:, 1].sum().backward()

    return run


def views_by_hand() -> Run:
    (x,) = numbers((20, 30))
    grad = np.zeros_like(x)

    def run() -> None:
        x[2:18, ::2].T.reshape(5, 3, 16).transpose(1, 0, 2)[None][:, 1].sum()
        inner = np.zeros((5, 3, 16), np.float32)
        inner.transpose(1, 0, 2)[1] = 1
        outer = np.zeros_like(x)
        outer[2:18, ::2] = inner.reshape(15, 16).T
        np.add(grad, outer, out=grad)

    return run


def with_numbers(torch: Any) -> Run:
    x = torch.from_numpy(numbers((1000,))[0]).requires_grad_()

    def run() -> None:
        (((x * 3 + 1) / 2 - 0.5) ** 2 * 0.1).sum().backward()

    return run


def with_numbers_by_hand() -> Run:
    (x,) = numbers((1000,))
    grad = np.zeros_like(x)

    def run() -> None:
        y = (x * 3 + 1) / 2 - 0.5
        (y**2 * 0.1).sum()
        np.add(grad, 0.1 * 2 * y / 2 * 3, out=grad)

    return run


def cases(tiny: bool = False) -> list[Case]:
    """What is timed; `tiny` makes it small, to see that it runs."""
    length, few = (20, 2) if tiny else (10_000, 0)
    small = (4, (3, 3, 2)) if tiny else (32, (64, 64, 10))
    large = (4, (5, 3, 2)) if tiny else (128, (784, 256, 10))
    return [
        Case("relu(w*x+b), leaves outside", 0.25, few or 500, relu_forward_backward, relu_by_hand),
        Case("relu(w*x+b), leaves inside", None, few or 500, relu_with_leaves, relu_by_hand),
        Case("chain, forward", 0.35, 1, chain(length, False), chain_by_hand(length, False)),
        Case("chain, backward", 0.35, 1, chain(length, True), chain_by_hand(length, True)),
        Case("mlp step 32, 64-64-10", 0.45, few or 50, mlp(*small), mlp_by_hand(*small)),
        Case(
            "classifier step 128, 784-256-10",
            0.9,
            few or 5,
            classifier(*large),
            classifier_by_hand(*large),
        ),
        Case("views", None, few or 100, views, views_by_hand),
        Case("numbers", None, few or 100, with_numbers, with_numbers_by_hand),
    ]


# --- measuring


def once(run: Run, number: int) -> float:
    """Seconds for one call, over `number` calls."""
    prepare = getattr(run, "prepare", None)
    if prepare is not None:
        prepare()
    start = time.process_time()
    for _ in range(number):
        run()
    return (time.process_time() - start) / number


def by_turns(runs: dict[str, Run], number: int, rounds: int) -> dict[str, float]:
    """The median seconds of each; the first round warms up."""
    times: dict[str, list[float]] = {name: [] for name in runs}
    gc.collect()
    gc.freeze()
    for turn in range(rounds + 1):
        for name, run in runs.items():
            seconds = once(run, number)
            if turn:
                times[name].append(seconds)
    gc.unfreeze()
    return {name: statistics.median(values) for name, values in times.items()}


def import_times(rounds: int) -> dict[str, float]:
    """The median seconds that a fresh process needs for ``import …``."""
    times: dict[str, list[float]] = {"minigrad": [], "numpy": []}
    # compiled files are kept, as everywhere but where somebody forbade it
    env = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for turn in range(rounds + 1):
        for name, values in times.items():
            # timed within the process, without the start of Python
            code = f"import time; t = time.process_time(); import {name}; print(time.process_time() - t)"
            answer = subprocess.run(
                [sys.executable, "-c", code], capture_output=True, check=True, env=env
            )
            if turn:
                values.append(float(answer.stdout))
    return {name: statistics.median(values) for name, values in times.items()}


def lines(wanted: list[str], rounds: int, tiny: bool = False) -> Iterator[str]:
    """The table, line by line as it is measured."""
    ours, theirs = importlib.import_module("minigrad"), importlib.import_module("torch")
    theirs.set_num_threads(1)
    yield f"{'':34} {'minigrad':>10} {'PyTorch':>10} {'numpy':>10} {'/PyTorch':>9} {'gate':>5} {'/numpy':>7}"
    for case in cases(tiny):
        if wanted and not case.name.startswith(tuple(wanted)):
            continue
        runs = {"minigrad": case.make(ours), "PyTorch": case.make(theirs)}
        if case.by_hand is not None:
            runs["numpy"] = case.by_hand()
        found = by_turns(runs, case.number, rounds)
        yield _line(case.name, found, found["minigrad"] / found["PyTorch"], case.gate)
    if not wanted or "import" in wanted:
        found = import_times(rounds)
        yield _line(
            "import (fresh process; /numpy)", found, found["minigrad"] / found["numpy"], 1.3
        )


def _line(name: str, found: dict[str, float], ratio: float, gate: float | None) -> str:
    times = " ".join(
        f"{found[key] * 1e6:8.1f}µs" if key in found else " " * 10
        for key in ("minigrad", "PyTorch", "numpy")
    )
    verdict = "" if gate is None or ratio <= gate else "  over the gate"
    to_numpy = f"{found['minigrad'] / found['numpy']:7.2f}" if "numpy" in found else ""
    return f"{name:34} {times} {ratio:9.3f} {gate or '':>5} {to_numpy}{verdict}"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args(arguments)
    for line in lines(options.names, options.rounds):
        print(line, flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
