"""Windows that slide over images, as numpy arrays: what convolutions and pools are made of.

The last dimensions of an array are the image, those before are batch and channels. A kernel lies
over one window of it at a time: at one of its *places*. Here is `pad` too, which puts a border
around an image.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.tensor import Tensor

Ints = tuple[int, ...]


def tuple_of(value: Any, length: int) -> Ints:
    """A number for each dimension, from one number or several."""
    values = (value,) * length if isinstance(value, int) else tuple(value)
    return values * length if len(values) == 1 else values


def reach(kernel: Ints, dilation: Ints) -> Ints:
    """How far a kernel reaches, with the gaps between its elements."""
    return tuple([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)])


def framed(image: Any, border: Sequence[Ints], value: Any = 0) -> Any:
    """`image` with so much of `value` before and after each of its last dimensions.

    A negative number cuts off.
    """
    outer, size = image.shape[: image.ndim - len(border)], image.shape[image.ndim - len(border) :]
    shape = [n + before + after for n, (before, after) in zip(size, border, strict=True)]
    result = np.full((*outer, *shape), value, image.dtype)
    inside = [slice(max(b, 0), n - max(a, 0)) for n, (b, a) in zip(shape, border, strict=True)]
    kept = [slice(max(-b, 0), n - max(-a, 0)) for n, (b, a) in zip(size, border, strict=True)]
    result[(..., *inside)] = image[(..., *kept)]
    return result


def seen(image: Any, kernel: Ints, places: Ints, stride: Ints, dilation: Ints) -> Any:
    """What each element of the kernel meets: a view of shape (…, *kernel, *places)."""
    image, n = np.ascontiguousarray(image), len(kernel)
    inner, outer = image.strides[-n:], image.strides[:-n]
    steps = [s * by for way in (dilation, stride) for s, by in zip(inner, way, strict=True)]
    shape = (*image.shape[:-n], *kernel, *places)
    return np.ndarray(shape, image.dtype, image, 0, (*outer, *steps))


# fmt: off
def taps(kernel: Ints, places: Ints, stride: Ints,
         dilation: Ints) -> Iterator[tuple[Ints, tuple[Any, ...]]]:
    """For each element of the kernel: its position, and the slices of the image that it meets."""
    for position in itertools.product(*[range(k) for k in kernel]):
        each = zip(position, dilation, stride, places, strict=True)
        slices = [slice(p * d, p * d + s * (n - 1) + 1, s) for p, d, s, n in each]
        yield position, (..., *slices)


# --- a border


def _pairs(pad: Sequence[int]) -> list[Ints]:
    """(before, after) for each of the last dimensions, in their order; `pad` begins at the end."""
    return list(zip(pad[::2], pad[1::2], strict=True))[::-1]


constant_pad = Op("ConstantPadNdBackward0",
    lambda self, pad, value: framed(self, _pairs(pad), value), inputs=("self",),
    tex=r"\operatorname{{pad}}({self})",
    self=lambda grad, pad: constant_pad(grad, tuple([-p for p in pad]), 0),
    says="the gradient loses the border that was put on")


@export("pad", method=False, to=functional)
def pad(input: Tensor, pad: Ints, mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` with a border of `value`.

    Parameters
    ----------
    pad : sequence of int
        How much before and after the last dimension, before and after the one before, …; a negative
        number cuts off.
    mode : {"constant"}
    value : float, optional
        0 if left out.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
    """
    n, shape = len(pad) // 2, input._data.shape
    check(mode == "constant", "pad_mode", mode)
    check(len(pad) % 2 == 0, "pad_even")
    check(n <= len(shape), "pad_long", len(pad), len(shape))
    for length, pair in zip(shape[len(shape) - n :], _pairs(pad), strict=True):
        check(length + sum([min(p, 0) for p in pair]) >= 0, "pad_cut")
    return constant_pad.apply(input, tuple(pad), 0 if value is None else value)
# fmt: on
