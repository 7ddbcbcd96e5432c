"""Layers as functions, against PyTorch."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import minigrad
import minigrad.nn.functional as F
from compare import agree

RANDOM = np.random.default_rng(0)
X, W, B = RANDOM.normal(size=(2, 3)), RANDOM.normal(size=(4, 3)), RANDOM.normal(size=4)
IMAGE, KERNEL, BIAS = (
    RANDOM.normal(size=(2, 4, 5, 6)),
    RANDOM.normal(size=(6, 4, 3, 2)),
    RANDOM.normal(size=6),
)
SIGNAL, SHORT = RANDOM.normal(size=(2, 4, 7)), RANDOM.normal(size=(6, 4, 3))
G, H = RANDOM.normal(size=4), RANDOM.normal(size=4)


@pytest.mark.parametrize(
    "source",
    [
        "F.linear(x, w, b)",
        "F.linear(x, w)",
        "F.linear(x[0], w, b)",
        "F.linear(x[0], w)",
        "F.linear(x.expand(5, 2, 3).contiguous(), w, b)",
        "F.linear(x.expand(5, 2, 3).contiguous(), w)",
        "F.linear(x, w[0])",
    ],
)
def test_linear(source: str) -> None:
    agree(source, x=X, w=W, b=B)


CONVOLUTIONS = [
    "F.conv2d(z, k, c)",
    "F.conv2d(z, k)",
    "F.conv2d(z, k.detach(), c)",
    "F.conv2d(z, k, c, stride=2)",
    "F.conv2d(z, k, c, stride=(2, 3), padding=(1, 2))",
    "F.conv2d(z, k[:, :, :, :1], padding='same')",
    "F.conv2d(z, k, padding='valid')",
    "F.conv2d(z[0], k, c)",
    "F.conv_transpose2d(z, k.transpose(0, 1)[:, :4], stride=2, padding=1)",
    "F.conv_transpose2d(z, k[:4], b, stride=2, output_padding=1)",
]
INPUTS = {"z": IMAGE, "k": KERNEL, "c": BIAS, "s": SIGNAL, "l": SHORT, "b": G}


@pytest.mark.parametrize("source", CONVOLUTIONS)
def test_convolution(source: str) -> None:
    # Where an input is no part of the graph, the gradient of the other one is linear, and ends it.
    agree(source, order=1 if "detach" in source else 2, **INPUTS)


@pytest.mark.parametrize(
    "source",
    [
        "F.max_pool2d(z, 2)",
        "F.max_pool2d(z[0], 2)",
        "F.max_pool2d(z, (3, 2), stride=1, padding=1)",
        "F.avg_pool2d(z, 2)",
        "F.avg_pool2d(z[0], 2)",
        "F.avg_pool2d(z, 3, 2, 1)",
        "F.avg_pool2d(z, 2, stride=3)",
    ],
)
def test_pool(source: str) -> None:
    agree(source, z=IMAGE, s=SIGNAL)


def test_the_indices_of_max_pool() -> None:
    agree("F.max_pool2d(z, 3, 2, 1, return_indices=True)[1]", z=IMAGE, order=0)
    agree(
        "F.max_pool2d(z * float('inf') * -1, 3, 2, 1, return_indices=True)[1]",
        z=abs(IMAGE),
        order=0,
    )


@pytest.mark.parametrize(
    "source",
    [
        "F.max_pool2d(z * float('nan'), 2, return_indices=True)",
        "F.avg_pool2d((z * 9).long(), 2)",
        "n = torch.tensor([[[1.0, float('nan')], [float('nan'), 2.0]]]); F.avg_pool2d(n, 1)",
        "F.max_pool2d((z * 9).long(), 3, 1, 1)",
        "m = torch.ones(4).double(); F.batch_norm(z, m, m, training=True); m._version",
        "F.layer_norm(z[..., :0], (0,))",
        "F.layer_norm(z / 0, (6,))",
        "F.batch_norm(z / 0, None, None, training=True)",
    ],
)
def test_values_without_gradients(source: str) -> None:
    agree(source, z=IMAGE, order=0)


@pytest.mark.parametrize(
    "source",
    [
        "F.embedding(torch.tensor([0, 1, 0]), w)",
        "F.embedding(torch.tensor([[0, 1], [3, 2]]), w, padding_idx=0)",
        "F.embedding(torch.tensor(2), w)",
        "F.one_hot(torch.tensor([0, 2, 1])) + 0",
        "F.one_hot(torch.tensor([[0, 2]]), 4) + 0",
        "F.one_hot(torch.tensor([0, 2]), torch.tensor(3)) + 0",
    ],
)
def test_embedding(source: str) -> None:
    agree(source, z=IMAGE, s=SIGNAL, w=W, g=G)


@pytest.mark.parametrize(
    "source",
    [
        "F.layer_norm(w, (3,))",
        "F.layer_norm(w, ())",
        "F.layer_norm(w, 3)",
        "F.one_hot(torch.tensor([[0, 2]]).t()).stride()",
        "F.layer_norm(z, (4, 5, 6))",
        "F.layer_norm(s.transpose(1, 2), (4,), g, h)",
        "F.layer_norm(s.transpose(1, 2), [4], g)",
        "F.batch_norm(z, None, None, training=True)",
        "F.batch_norm(z, None, None, g, h, training=True)",
        "F.batch_norm(z, g.detach(), h.detach() ** 2, g, h, training=False)",
        "F.batch_norm(s, None, None, g, h, True, 0.1, 1e-3)",
        "m = z[0, :, 0, 0].detach(); F.batch_norm(z, m, m, training=True); m + 0",
    ],
)
def test_normalisation(source: str) -> None:
    agree(source, z=IMAGE, s=SIGNAL, w=W, g=G, h=H)


@pytest.mark.parametrize("power", ["", " ** 2"])
@pytest.mark.parametrize(
    ("source", "by"),
    [
        ("F.conv2d(z, k, c)", "z, k, c"),
        ("F.conv2d(z, k)", "z, k"),
        ("F.conv2d(z.detach(), k, c) * k.sum()", "k, c"),
        ("F.conv_transpose2d(z, k[:4], b, stride=2)", "z, k, b"),
        ("F.layer_norm(z, (6,))", "z"),
        ("F.layer_norm(z, (6,), c, d)", "z, c, d"),
        ("F.layer_norm(z.detach(), (6,), c) * c", "c"),
        ("F.batch_norm(z, None, None, b, h, training=True)", "z, b, h"),
        ("F.batch_norm(z, None, None, training=True)", "z"),
        ("F.batch_norm(z, h.detach(), h.detach() ** 2, b, h)", "z, b, h"),
        ("F.batch_norm(s, None, None, b, h, True)", "s, b, h"),
    ],
)
def test_the_squares_of_gradients(source: str, by: str, power: str) -> None:
    """Their own gradients: what they are made of differs."""
    # Not the third derivatives of norms: PyTorch takes mean and variance for constants there.
    gradients = f"torch.autograd.grad(({source}{power}).sum(), [{by}], create_graph=True)"
    agree(
        f"sum([(g**2).sum() for g in {gradients}])",
        order=1 if "norm" in source else 2,
        graph=False,
        **INPUTS,
        h=H,
        d=BIAS[::-1].copy(),
    )


NOTHING = """
class Nothing(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x.clone()
    @staticmethod
    def backward(ctx, grad):
        return None
"""


@pytest.mark.parametrize("graph", [True, False])
@pytest.mark.parametrize("source", ["F.conv2d(z, k, c)", "F.layer_norm(z, (6,), c)"])
def test_no_gradient_arrives(source: str, graph: bool) -> None:
    options = f"allow_unused=True, create_graph={graph}"
    agree(
        f"{NOTHING}torch.autograd.grad(Nothing.apply({source}).sum(), [z, c], {options})", **INPUTS
    )


@pytest.mark.parametrize(
    "source",
    [
        "F.conv2d(o(1, 2, 3, 3), o(1, 3, 2, 2))",
        "F.conv2d(o(1, 1, 2, 2), o(1, 1, 3, 3))",
        "F.conv2d(o(3, 3), o(1, 1, 3, 3))",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), o(3))",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), o(1).double())",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), padding='foo')",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), padding='same', stride=2)",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), stride=0)",
        "F.conv2d(o(1, 1, 3, 3), o(1, 1, 2, 2), padding=-1)",
        "F.max_pool2d(o(1, 1, 2, 2), 3)",
        "F.max_pool2d(o(1, 1, 4, 4), 2, padding=2)",
        "F.max_pool2d(o(2, 2), 2)",
        "F.max_pool2d(o(1, 1, 4, 4), 2, stride=0)",
        "F.avg_pool2d(o(1, 1, 2, 2), 3)",
        "F.avg_pool2d(o(1, 1, 4, 4), 2, padding=2)",
        "F.layer_norm(o(2, 3), (2,))",
        "F.layer_norm(o(2, 3), (3,), o(2))",
        "F.batch_norm(o(1, 3), None, None, training=True)",
        "F.batch_norm(o(2, 3), None, None)",
        "F.batch_norm(o(2, 3), o(2), o(2))",
        "F.conv2d(o(1, 1, 3, 3).long(), o(1, 1, 2, 2).long(), o(1))",
        "F.conv_transpose2d(o(1, 2, 3, 3), o(3, 2, 2, 2))",
        "F.conv_transpose2d(o(1, 2, 3, 3), o(2, 2, 2, 2), o(3))",
        "F.conv_transpose2d(o(3, 3), o(2, 2, 2, 2))",
        "F.max_pool2d(o(1, 0, 4, 4), 2)",
        "F.max_pool2d(o(1, 1, 4, 4), 2, padding=-1)",
        "F.batch_norm(o(3), None, None, training=True)",
        "F.batch_norm(o(2, 3).long(), None, None, training=True)",
        "F.batch_norm(o(2, 3), o(3), o(3), o(2))",
        "F.layer_norm(o(2, 3).long(), (3,))",
        "F.embedding(torch.tensor([0]), o(2))",
        "F.embedding(torch.tensor([0]), o(2, 2), 5)",
        "F.one_hot(torch.tensor([-1]))",
        "F.one_hot(torch.tensor([]).long())",
        "F.embedding(torch.tensor([7]), o(2, 2))",
        "F.embedding(o(2), o(2, 2))",
        "F.one_hot(o(2))",
        "F.one_hot(torch.tensor([3]), 2)",
        "F.linear(o(2, 3), o(4, 5))",
        "F.linear(o(2, 5), o(4, 3), o(4))",
        "F.linear(torch.tensor(1.0), o(4, 3), o(4))",
    ],
)
def test_errors(source: str) -> None:
    agree(f"o = torch.ones; {source}", order=0)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: F.conv2d(x, minigrad.ones(2, 1, 1, 1), groups=2),
        lambda x: F.conv2d(x, minigrad.ones(2, 2, 1, 1), dilation=2),
        lambda x: F.conv2d(x, minigrad.ones(2, 2, 2, 2), padding="same"),
        lambda x: F.max_pool2d(x, 2, ceil_mode=True),
        lambda x: F.max_pool2d(x, 2, dilation=2),
        lambda x: F.avg_pool2d(x, 2, divisor_override=3),
        lambda x: F.avg_pool2d(x, 2, count_include_pad=False),
    ],
)
def test_refused(call: Callable[..., object]) -> None:
    with pytest.raises(NotImplementedError, match="minigrad has no"):
        call(minigrad.ones(1, 2, 4, 4))
