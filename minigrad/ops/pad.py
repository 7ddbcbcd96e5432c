"""Padding with a constant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.tensor import Tensor


def _pad(self: Any, pad: tuple[int, ...], value: float) -> Any:
    """Pairs of `pad` belong to the last dimension, the one before …; a negative number cuts off."""
    pairs = [(0, 0)] * (self.ndim - len(pad) // 2) + list(zip(pad[::2], pad[1::2], strict=True))[
        ::-1
    ]
    cut = tuple(
        [slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(self.shape, pairs, strict=True)]
    )
    return np.pad(self[cut], [(max(a, 0), max(b, 0)) for a, b in pairs], constant_values=value)


constant_pad = Op(
    "ConstantPadNdBackward0",
    _pad,
    inputs=("self",),
    tex=r"\operatorname{{pad}}({self})",
    self=lambda grad, pad: constant_pad(grad, tuple([-p for p in pad]), 0),
    says="the gradient loses the border that was put on",
)


@export("pad", method=False, to=functional)
def pad(
    input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Tensor:
    """`input` with a border.

    Parameters
    ----------
    pad : sequence of int
        How much before and after the last dimension, before and after the one before, …
    mode : {"constant"}
    value : float, optional
        What the border is made of.

    Raises
    ------
    RuntimeError
        If `pad` is of odd length, or too long.
    NotImplementedError
        For another mode.
    """
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pad) > 2 * input.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got "
            f"padding length {len(pad)} and input of dimension {input.ndim}"
        )
    if mode != "constant":
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    return constant_pad.apply(input, tuple(pad), 0 if value is None else value)
