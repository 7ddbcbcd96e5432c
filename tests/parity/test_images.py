"""Convolutions are PyTorch's to the last bit: the same taps in the same order."""

from __future__ import annotations

import pytest

from compare import agree, bits

pytestmark = pytest.mark.usefixtures("recorded_elsewhere")
SIZES = [
    "2, 1, 6, 6 | 1, 1, 3, 3", "3, 3, 7, 8 | 5, 3, 3, 2", "2, 8, 6, 5 | 16, 8, 3, 3",
    "1, 3, 7, 7 | 4, 3, 3, 3", "1, 2, 9, 9 | 3, 2, 5, 5", "2, 17, 5, 5 | 20, 17, 3, 3",
    "3, 6, 4, 4 | 5, 6, 1, 1", "17, 6, 3, 3 | 5, 6, 1, 1", "1, 20, 5, 4 | 18, 20, 1, 3",
]  # fmt: skip
HOW = ["", "padding=1", "stride=2, padding=1", "stride=(1, 2)"]
WAYS = [
    (size, how) for size in SIZES for how in HOW if "padding" not in how or ", 1, 1" not in size
]


@pytest.mark.parametrize(("size", "how"), WAYS)
def test_the_last_bit_of_convolutions(size: str, how: str) -> None:
    image, kernel = size.split(" | ")
    operands = f"zip(random({image}), random({kernel}), random({kernel.split(',')[0]}))"
    bits(f"[F.conv2d(x, w, b, {how}) for x, w, b in {operands}]")
    bits(f"[g for x, w, b in {operands} for g in gradients(F.conv2d(x, w, b, {how}), x, w, b)]")


@pytest.mark.parametrize("how", ["", "stride=2, output_padding=1"])
@pytest.mark.parametrize("size", ["1, 3, 4, 4 | 3, 2, 3, 3", "2, 4, 5, 4 | 4, 18, 3, 3"])
def test_the_last_bit_of_transposed_convolutions(size: str, how: str) -> None:
    image, kernel = size.split(" | ")
    operands = f"zip(random({image}), random({kernel}))"
    bits(f"[F.conv_transpose2d(x, w, None, {how}) for x, w in {operands}]")
    source = f"gradients(F.conv_transpose2d(x, w, None, {how}), x, w)"
    bits(f"[g for x, w in {operands} for g in {source}]")


@pytest.mark.parametrize(
    "shape",
    [
        "4, 3, 8, 8",
        "2, 4, 3, 3",
        "6, 2, 5, 7",
        "3, 5, 10",
        "5, 4, 2, 3",
        "2, 1, 1, 2",
        "9, 2, 12, 12",
    ],
)
def test_the_last_bit_of_batch_norm(shape: str) -> None:
    channels = shape.split(", ")[1]
    operands = f"zip(random({shape}), random({channels}), random({channels}))"
    norm = "F.batch_norm(x, w.detach(), b.detach() ** 2, w, b, training={})"
    bits(f"[{norm.format(True)} for x, w, b in {operands}]")
    bits(f"[{norm.format(False)} for x, w, b in {operands}]")
    bits(f"[g for x, w, b in {operands} for g in gradients({norm.format(True)} + x, x, w, b)]")
    running = "[(r := b.detach() ** 2), F.batch_norm(x, r[1:], r[:-1], training=True)][0]"
    wide = f"zip(random({shape}), random({int(channels) + 1}))"
    bits(f"[{running} for x, b in {wide}]")


def test_a_long_sum_of_infinite_numbers() -> None:
    agree(
        "x = torch.ones(2, 1, 30, 30); x[1, 0, 3, 4] = torch.inf; x[0, 0, 0, 0] = torch.nan\n"
        "w = torch.ones(3, 1, 2, 2, requires_grad=True)\nF.conv2d(x, w).sum().backward()\nw.grad"
    )
