"""Small products and norms are PyTorch's to the last bit: the same order of additions."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import compare
from compare import bits

pytestmark = pytest.mark.usefixtures("recorded_elsewhere")
SIZES = [
    (1, 1, 3), (1, 9, 1), (1, 12, 4), (2, 2, 2), (2, 7, 9), (3, 16, 13), (3, 30, 2), (4, 3, 1), (5, 4, 6),
    (5, 10, 7), (6, 11, 1), (8, 5, 12), (8, 16, 10), (9, 7, 20), (13, 12, 8), (20, 2, 3), (40, 33, 1),
    (4, 3, 12), (8, 10, 16), (20, 16, 13), (9, 8, 50), (4, 9, 7), (7, 20, 6), (3, 31, 9), (2, 64, 30),
    (33, 8, 5), (32, 64, 10), (1, 64, 33), (6, 64, 3), (40, 192, 14), (13, 193, 12), (25, 383, 20),
    (20, 400, 100), (4, 1000, 50), (100, 20, 220), (50, 30, 11),
]  # fmt: skip


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_last_bit_of_matrices(size: tuple[int, int, int]) -> None:
    m, k, n = size
    bits(f"[a @ b for a, b in zip(random({m}, {k}), random({k}, {n}))]")
    bits(f"[a.t() @ b for a, b in zip(random({k}, {m}), random({k}, {n}))]")
    bits(f"[a.t() @ b.t() for a, b in zip(random({k}, {m}), random({n}, {k}))]")
    bits(f"[F.linear(a, b, b[:, 0]) for a, b in zip(random({m}, {k}), random({n}, {k}))]")
    bits(f"[torch.addmm(b[0], a, b) for a, b in zip(random({m}, {k}), random({k}, {n}))]")
    bits(f"[b @ a for a, b in zip(random({k}, {n}), random({k}))]")
    bits(f"[a @ b for a, b in zip(random({m}, {k}), random({k}))]")


@pytest.mark.parametrize("size", SIZES, ids=str)
def test_the_last_bit_of_batches(size: tuple[int, int, int]) -> None:
    m, k, n = size
    for batch in (2, 5) if n > 1 or m * k < 400 else (1,):  # of several columns by themselves: not
        bits(f"[a @ b for a, b in zip(random({batch}, {m}, {k}), random({batch}, {k}, {n}))]")
        bits(f"[a @ b.mT for a, b in zip(random({batch}, {m}, {k}), random({batch}, {n}, {k}))]")


def test_the_sign_of_products_that_are_zero() -> None:
    """Of one term it is the term's; a sum begins with 0, unless it is that of a matrix."""
    bits("[a.abs() @ (b * -0.0) for a, b in zip(random(3, 1), random(1, 4))]")
    bits("[a.abs() @ (b.abs() * -0.0) for a, b in zip(random(3), random(3))]")
    bits("[a.abs() @ (b.abs() * -0.0) for a, b in zip(random(1, 9), random(9, 1))]")
    bits("[a.abs() @ (b.abs() * -0.0) for a, b in zip(random(1, 1), random(1, 1))]")


@pytest.mark.parametrize("sizes", ["20, 5 | 20, 9", "9, 30 | 9, 4", "64, 10 | 64, 33"])
def test_the_last_bit_of_gradients_of_turned_matrices(sizes: str) -> None:
    """They are made turned, too, so other numbers are summed side by side."""
    left, right = sizes.split(" | ")
    operands = f"zip(random({left}), random({right}))"
    bits(f"[g for a, b in {operands} for g in gradients(a.t() @ b, a, b)]")
    bits(f"[g for a, b in {operands} for g in gradients(b.t() @ a, a, b)]")


def test_a_layer_with_one_output_and_one_row() -> None:
    bits("[F.linear(a, b, b[:, 0]) for a, b in zip(random(1, 31), random(1, 31))]")


CHAINS = """
import numpy as np
from minigrad.digits.products import fused_product
random = np.random.RandomState(0)
for rows, inner, columns in [
    (1, 9, 1), (13, 64, 40), (40, 190, 14), (100, 30, 400), (9, 1000, 70), (5, 629, 20)  # 629 is 320, 308 and 1
]:
    left = random.randn(rows, inner).astype("f")
    for right in random.randn(inner, columns).astype("f"), random.randn(columns, inner).astype("f").T:
        chain = np.zeros((rows, columns), "f")
        for k in range(inner):  # the product is exact in float64
            chain = (chain + np.multiply(left[:, k : k + 1], right[k], dtype="d")).astype("f")
        assert np.array_equal(fused_product(left, right), chain), (rows, inner, columns)
"""


@pytest.mark.parametrize("kernel", ["Haswell", "Zen", "SkylakeX"])
def test_every_kernel_of_numpys_library_makes_the_same(kernel: str) -> None:
    if not compare.is_processor_of_records():
        pytest.skip("this processor may not have the instructions of all three")
    environment = os.environ | {"OPENBLAS_CORETYPE": kernel}
    subprocess.run([sys.executable, "-c", CHAINS], env=environment, check=True)


@pytest.mark.parametrize("size", [(1, 1, 3), (2, 7, 3), (5, 4, 6), (8, 5, 2), (4, 3, 5)], ids=str)
def test_the_last_bit_of_their_gradients(size: tuple[int, int, int]) -> None:
    m, k, n = size
    for b, product in (f"{k}, {n}", "a @ b"), (f"{n}, {k}", "F.linear(a, b)"):
        pairs = f"zip(random({m}, {k}), random({b}))"
        bits(f"[g for a, b in {pairs} for g in gradients({product}, a, b)]")


@pytest.mark.parametrize("count", [2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 31, 33, 100])
def test_the_last_bit_of_vectors(count: int) -> None:
    bits(f"[a @ b for a, b in zip(random({count}), random({count})[::-1])]")
    bits(f"[a.double() @ b.double() for a, b in zip(random({count}), random({count})[::-1])]")


@pytest.mark.parametrize(
    "shape",
    [(1,), (2,), (3,), (5,), (7,), (8,), (12,), (23,), (100,), (4, 3), (5, 9), (2, 3, 4), (6, 1)],
    ids=str,
)
def test_the_last_bit_of_norms(shape: tuple[int, ...]) -> None:
    ways = "(), (1,), (2, 0), (2, -1), (1, 0), (1, -1, True)"
    bits(
        f"[(x * 1e-30 if x.numel() == 1 else x).norm(*way) for x in random{shape} for way in ({ways})]"
    )
