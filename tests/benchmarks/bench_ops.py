"""Everyday operations on small tensors: minigrad and PyTorch on one thread, by turns.

    python tests/benchmarks/bench_ops.py                # all, about a minute
    python tests/benchmarks/bench_ops.py backward max   # the group "backward", and what has "max" in it
    python tests/benchmarks/bench_ops.py --rounds 15

Printed are the medians of the CPU time of one run, their ratio and their difference, the worst ratio
first, and the geometric mean of the ratios. On tensors that are so small most of the time is not spent
on numbers: an operation that stands out does something that it could do once, or quicker.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import sys
from collections.abc import Iterator
from typing import Any

from bench_core import Run, by_turns, once

PREPARED = """
import numpy as np
F, nn = torch.nn.functional, torch.nn
torch.manual_seed(0)
x, y, v, M = torch.randn(32, 10), torch.randn(32, 10), torch.randn(10), torch.randn(10, 10)
s, t = torch.tensor(2.0), torch.tensor(3.0)
i, k, b = torch.arange(32), torch.randint(0, 10, (32,)), x > 0
xg, w, W = [torch.randn(*size, requires_grad=True) for size in ((32, 10), (10,), (10, 5))]
sg = torch.tensor(2.0, requires_grad=True)
p, q = torch.zeros(10, requires_grad=True), torch.zeros(32, 10)
p.grad = torch.ones(10)
numbers, array = [1.0, 2.0, 3.0], np.ones(10, np.float32)
image, conv = torch.randn(4, 1, 8, 8), nn.Conv2d(1, 3, 3)
linear, embedding, dropout = nn.Linear(10, 5), nn.Embedding(10, 4), nn.Dropout(0.5)
batch_norm, layer_norm = nn.BatchNorm1d(10), nn.LayerNorm(10)
sgd, adam = torch.optim.SGD([p], lr=0.1), torch.optim.Adam([p], lr=0.1)
momentum = torch.optim.SGD([p], lr=0.1, momentum=0.9)

class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx, grad):
        return 2 * ctx.saved_tensors[0] * grad

def step():
    with torch.no_grad():
        p.sub_(p.grad, alpha=0.0)
"""

SNIPPETS = {
    "arithmetic": """
x + y | x - y | x * y | x / y | x**2 | x**0.5 | -x | x + 1 | x * 2.0 | 1 / x | 2 - x | x + v | x % 2
x // 2 | s * t | s + 1 | sg * s | sg**2 | x > 0 | x == y | ~b | b & b | torch.maximum(x, y)
torch.where(b, x, y) | x.clamp(min=0) | x.clamp(-1, 1) | x.masked_fill(b, 0.0)
x.exp() | x.abs().log() | x.tanh() | x.sigmoid() | x.sin() | x.abs() | x.sqrt() | x.sign() | x.round()
torch.relu(x) | x.softmax(-1) | F.log_softmax(x, 1) | F.gelu(x) | F.softplus(x) | F.leaky_relu(x)""",
    "matrices": """
x @ M | x @ v | v @ v | torch.mm(x, M) | torch.outer(v, v) | torch.einsum("ij,jk->ik", x, M)
torch.bmm(image[:, 0], image[:, 0]) | torch.inverse(M) | torch.det(M) | torch.linalg.norm(x)
torch.trace(M) | torch.linalg.solve(M, v) | torch.addmm(M, M, M) | torch.tril(M) | torch.diag(v)""",
    "reduction": """
x.sum() | x.sum(0) | x.sum(1, keepdim=True) | x.mean() | x.mean(0) | x.max() | x.max(1) | x.min()
x.argmax(1) | x.argmax() | x.std() | x.var(0) | x.norm() | x.prod() | x.cumsum(0) | x.sort()
x.argsort() | x.topk(3) | x.logsumexp(1) | x.median() | b.all() | b.any() | torch.unique(k)""",
    "shape": """
x.view(-1) | x.reshape(320) | x.t() | x.T | x.transpose(0, 1) | x.permute(1, 0) | x.unsqueeze(0)
x.squeeze() | x.flatten() | x.expand(2, 32, 10) | v.repeat(3) | torch.cat([x, y])
torch.stack([x, y]) | x.chunk(2) | x.split(8) | x.unbind(0) | x.contiguous() | x.clone()
x.detach() | x.data | torch.flip(x, [0]) | x.roll(1, 0) | x.narrow(0, 0, 4) | x.shape[0]
x.shape | x.size(0) | x.dim() | x.numel() | x.dtype | len(x)""",
    "index": """
x[0] | x[0, 0] | x[:, 0] | x[1:3] | x[i] | x[b] | x[i, k] | x[..., None] | x[::2] | list(v)
x.gather(1, k[:, None]) | x.index_select(0, i) | torch.take(x, i) | F.one_hot(k, 10)""",
    "creation": """
torch.zeros(3, 4) | torch.ones(3) | torch.empty(3) | torch.full((3,), 2.0) | torch.eye(3)
torch.zeros_like(x) | torch.ones_like(x) | torch.arange(10) | torch.linspace(0, 1, 10)
torch.tensor(1.0) | torch.tensor(numbers) | torch.tensor(2.0, requires_grad=True)
torch.tensor([[1, 2], [3, 4]]) | torch.from_numpy(array) | torch.as_tensor(array)
torch.randn(3, 4) | torch.rand(3) | torch.randint(0, 10, (5,)) | torch.randperm(10)
torch.bernoulli(b.float()) | torch.multinomial(x.softmax(1), 1) | torch.normal(0.0, 1.0, (3,))""",
    "Python": """
x.double() | x.long() | b.float() | x.to(torch.float64) | x.to("cpu") | x.requires_grad_(False)
repr(s) | str(v) | repr(x) | f"{s:.3f}" | v[3].item() | float(s) | s.item() | x.tolist() | x.numpy()
bool(s > 1) | torch.manual_seed(0)""",
    "in place": """
q.zero_() | q.add_(x) | q.add_(x, alpha=0.1) | q.mul_(1.0) | q.copy_(x) | q.fill_(1.0) | q.sub_(x)
q.clamp_(-1, 1) | q.uniform_() | q.normal_() | q += x | q -= x | q *= 1.0 | q /= 1.0 | step()
q[0] = 1.0 | q[i, k] = 1.0 | q[b] = 0.0 | q[:, 0] = v.sum()
p.grad.zero_() | p.data.sub_(p.grad) | p.data.add_(p.grad)""",
    "net": """
linear(x) | conv(image) | embedding(k) | batch_norm(x) | layer_norm(x) | dropout(x)
F.mse_loss(x, y) | F.cross_entropy(x, k) | F.nll_loss(x, k) | F.l1_loss(x, y)
F.smooth_l1_loss(x, y) | F.binary_cross_entropy_with_logits(x, b.float())
F.max_pool2d(image, 2) | F.avg_pool2d(image, 2) | nn.MSELoss()(x, y) | nn.Linear(10, 5)
nn.ReLU()(x) | nn.Sequential(linear)(x) | sgd.step() | adam.step() | momentum.step()
sgd.zero_grad(set_to_none=False) | list(linear.parameters()) | linear.zero_grad()
linear.state_dict()""",
    "backward": """
(xg * 2).sum().backward() | (xg**2).mean().backward() | (xg @ W).sum().backward()
(xg + w).sum().backward() | (xg / w).sum().backward() | xg.exp().sum().backward()
xg.sigmoid().sum().backward() | xg.relu().sum().backward() | xg.clamp(0, 1).sum().backward()
xg.softmax(1).sum().backward() | torch.where(b, xg, y).sum().backward()
xg[0].sum().backward() | xg[:, 1].sum().backward() | xg[i, k].sum().backward()
xg.view(-1).sum().backward() | xg.t().sum().backward() | xg.expand(2, 32, 10).sum().backward()
xg.repeat(2, 1).sum().backward() | torch.cat([xg, xg]).sum().backward()
torch.stack([w, w]).sum().backward() | xg.gather(1, k[:, None]).sum().backward()
xg.max().backward() | xg.max(1)[0].sum().backward() | xg.sort(1)[0].sum().backward()
xg.std().backward() | xg.norm().backward() | xg.prod().backward() | xg.cumsum(0).sum().backward()
torch.einsum("ij,jk->ik", xg, W).sum().backward() | torch.det(W.T @ W).backward()
F.mse_loss(xg, y).backward() | F.cross_entropy(xg, k).backward() | conv(image).sum().backward()
F.max_pool2d(conv(image), 2).sum().backward() | embedding(k).sum().backward()
batch_norm(xg).sum().backward() | layer_norm(xg).sum().backward() | dropout(xg).sum().backward()
Square.apply(xg).sum().backward() | (xg.clone().mul_(2)).sum().backward() | (sg * sg + sg).backward()
torch.autograd.grad((xg**2).sum(), xg) | torch.autograd.grad((xg**2).sum(), xg, create_graph=True)
torch.autograd.grad(torch.autograd.grad(sg**3, sg, create_graph=True)[0], sg)""",
}

REPEATS = 10
"""How often a run executes its snippet, so that the call of the run costs nothing beside it."""


def chosen(wanted: list[str]) -> list[str]:
    """The snippets of the groups that are `wanted`, and those with a wanted word; all for none."""
    return [
        snippet
        for group, text in SNIPPETS.items()
        for snippet in text.strip().replace("\n", " | ").split(" | ")
        if not wanted or group in wanted or any(word in snippet for word in wanted)
    ]


def prepared(library: str) -> dict[str, Any]:
    """The names that snippets use, made with this library."""
    scope = {"torch": importlib.import_module(library), "__name__": __name__}
    exec(PREPARED, scope)
    return scope


def compiled(snippet: str, scope: dict[str, Any]) -> Run:
    """A function that executes the snippet over and over."""
    body = f"def run():\n    global q\n    for _ in range({REPEATS}):\n        {snippet}"
    exec(body, scope)
    return scope["run"]


def measured(wanted: list[str], rounds: int) -> Iterator[tuple[float, float, str]]:
    """The seconds that minigrad and PyTorch take for each snippet."""
    scopes = {name: prepared(name) for name in ("minigrad", "torch")}
    scopes["torch"]["torch"].set_num_threads(1)
    for snippet in chosen(wanted):
        runs = {name: compiled(snippet, scope) for name, scope in scopes.items()}
        slowest = max(once(run, 2) for run in runs.values())
        times = by_turns(runs, max(1, int(0.003 / slowest)), rounds)
        yield times["minigrad"] / REPEATS, times["torch"] / REPEATS, snippet


def lines(wanted: list[str], rounds: int) -> Iterator[str]:
    """The table, the worst ratio first."""
    yield f"{'minigrad':>11} {'PyTorch':>10} {'/PyTorch':>9} {'difference':>11}"
    rows = [(ours / theirs, ours, theirs, name) for ours, theirs, name in measured(wanted, rounds)]
    for ratio, *seconds, name in sorted(rows, reverse=True):
        ours, theirs = (1e6 * each for each in seconds)
        yield f"{ours:9.2f}µs {theirs:8.2f}µs {ratio:9.2f} {ours - theirs:+9.1f}µs  {name}"
    mean = statistics.geometric_mean([ratio for ratio, *_ in rows])
    yield f"{mean:32.2f}  the geometric mean of {len(rows)}"


def main(arguments: list[str]) -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*")
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args(arguments)
    for line in lines(options.names, options.rounds):
        print(line)


if __name__ == "__main__":
    main(sys.argv[1:])
