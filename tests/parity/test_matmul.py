"""Products of vectors and matrices, in all shapes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from compare import agree

SHAPES = [(3,), (2, 3), (4, 2, 3), (5, 1, 2, 3), (1, 2, 3), (5, 4, 2, 3)]


def numbers(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    return np.random.RandomState(seed).uniform(-1, 1, shape).astype(np.float64)


def turned(shape: tuple[int, ...]) -> tuple[int, ...]:
    return (*shape[:-2], shape[-1], shape[-2]) if len(shape) > 1 else shape


@pytest.mark.parametrize(("left", "right"), list(itertools.product(SHAPES, SHAPES)), ids=str)
@pytest.mark.parametrize(
    "source",
    ["a @ b", "a @ b.detach()", "a.detach() @ b", "a.mT @ b.mT", "a.swapdims(0, -2) @ b.detach()"],
)
def test_matmul_in_all_shapes(source: str, left: tuple[int, ...], right: tuple[int, ...]) -> None:
    if source == "a.mT @ b.mT":
        left, right = turned(right), turned(left)
        if len(left) == 1 or len(right) == 1:
            source = "torch.matmul(a, b)"
            left, right = turned(right), turned(left)
    agree(source, a=numbers(left), b=numbers(turned(right), 1))


A, B, V, W = numbers((2, 3)), numbers((3, 2), 1), numbers((3,), 2), numbers((3,), 3)
Z, Y, M = numbers((4, 2, 3), 4), numbers((4, 3, 2), 5), numbers((2, 2), 6)
I = np.array([[3, 1], [0, -4]])

SOURCES = [
    "torch.mm(a, b)",
    "a.mm(b)",
    "torch.mv(a, v)",
    "torch.dot(v, w)",
    "v.dot(w)",
    "torch.bmm(z, y)",
    "torch.addmm(m, a, b)",
    "torch.addmm(m[0], a, b)",
    "torch.addmm(m, a, b, beta=0.5, alpha=2)",
    "torch.addmm(m[0], a, b, beta=0, alpha=-1.5)",
    "torch.addmm(m[0], a / 0, b, alpha=0)",
    "torch.addmm(m.long(), a.long(), b.long(), beta=2.5, alpha=3)",
    "torch.outer(v, w)",
    "torch.ger(v, w)",
    "a @ a.t()",
    "torch.matmul(a, b)",
    # bad input
    "torch.mm(a, a)",
    "torch.mm(v, a)",
    "torch.mm(a, v)",
    "torch.mm(a, b.long())",
    "torch.mv(a, a)",
    "torch.mv(a, m[0])",
    "torch.dot(a, v)",
    "torch.dot(v, m[0])",
    "torch.dot(v, w.float())",
    "torch.bmm(z, z)",
    "torch.bmm(a, a)",
    "torch.bmm(z, a)",
    "torch.bmm(z, y[:2])",
    "v @ a",
    "a @ m[0]",
    "z @ z",
    "z @ y[:3]",
    "torch.tensor(1.) @ v",
    "torch.addmm(m, a, a)",
    "torch.addmm(v, a, b)",
    "torch.addmm(m.float(), a, b)",
    "a @ v.float()",
    "a @ b.float()",
    "z @ y.float()",
    "v @ 3",
    "3 @ v",
    "torch.matmul(v, 3)",
    "torch.outer(a, v)",
    "a.mm(mat2=b)",
    "torch.addmm(m, a, 3)",
    "torch.addmm(z, a, b)",
    "torch.addmm(m, a.float(), b)",
    "torch.mm(a > 0, b > 0)",
    "torch.mv(a > 0, v > 0)",
    "torch.dot(v > 0, v > 0)",
    "torch.bmm(z > 0, y > 0)",
    "F.linear(z, b.t(), v.sum())",
    "F.linear(v, a, v[0])",
    "torch.full((2, 1), torch.inf) @ torch.zeros(1), torch.full((2, 1), torch.nan) @ torch.zeros(1, 1)",
    "F.linear(z, b.t(), v[:2])",
    # in place
    "m.addmm_(a, b)",
]


@pytest.mark.parametrize("source", SOURCES)
def test_products(source: str) -> None:
    given = {"a": A, "b": B, "v": V, "w": W, "z": Z, "y": Y, "m": M, "i": I}
    names = compile(source, "<source>", "exec").co_names
    agree(source, **{name: value for name, value in given.items() if name in names})
