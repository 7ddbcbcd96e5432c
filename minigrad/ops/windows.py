"""Windows that slide over images, as numpy arrays: what convolutions and pools are made of.

The last dimensions of an array are the image, those before are batch and channels. A kernel lies
over one window of it at a time: at one of its *places*.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

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
    size = image.shape[image.ndim - len(border) :]
    shape = [n + before + after for n, (before, after) in zip(size, border, strict=True)]
    result = np.full((*image.shape[: image.ndim - len(border)], *shape), value, image.dtype)
    inside = [slice(max(b, 0), n - max(a, 0)) for n, (b, a) in zip(shape, border, strict=True)]
    kept = [slice(max(-b, 0), n - max(-a, 0)) for n, (b, a) in zip(size, border, strict=True)]
    result[(..., *inside)] = image[(..., *kept)]
    return result


def seen(image: Any, kernel: Ints, places: Ints, stride: Ints, dilation: Ints) -> Any:
    """What each element of the kernel meets: a view of shape (…, *kernel, *places)."""
    image = np.ascontiguousarray(image)
    n = len(kernel)
    steps = [
        s * by for way in (dilation, stride) for s, by in zip(image.strides[-n:], way, strict=True)
    ]
    shape = (*image.shape[:-n], *kernel, *places)
    return np.ndarray(shape, image.dtype, image, 0, (*image.strides[:-n], *steps))


def taps(
    kernel: Ints, places: Ints, stride: Ints, dilation: Ints
) -> Iterator[tuple[Ints, tuple[Any, ...]]]:
    """For each element of the kernel: its position, and the slices of the image that it meets."""
    for position in itertools.product(*[range(k) for k in kernel]):
        each = zip(position, dilation, stride, places, strict=True)
        slices = [slice(p * d, p * d + s * (n - 1) + 1, s) for p, d, s, n in each]
        yield position, (..., *slices)
