"""Windows that slide over images, as numpy arrays: what convolutions and pools are made of.

An image has the shape (batch, channels, *size), a kernel lies over one window of it at a time.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

Ints = tuple[int, ...]
Array = np.ndarray[Any, Any]


def reach(kernel: Ints, dilation: Ints) -> Ints:
    """How far a kernel reaches, with the gaps between its elements."""
    return tuple([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)])


def padded(image: Array, padding: Ints, value: float = 0, more: Ints | None = None) -> Array:
    """`image` with a border of `value` around each plane, and `more` of it at the ends."""
    ends = more or (0,) * len(padding)
    if not any(padding) and not any(ends):
        return image
    border = [(p, p + e) for p, e in zip(padding, ends, strict=True)]
    return np.pad(image, [(0, 0)] * (image.ndim - len(padding)) + border, constant_values=value)


def windows(image: Array, kernel: Ints, stride: Ints, dilation: Ints) -> Array:
    """A view of shape (batch, channels, *places, *kernel)."""
    n = len(kernel)
    view = np.lib.stride_tricks.sliding_window_view(
        image, reach(kernel, dilation), axis=tuple(range(-n, 0))
    )
    steps = [slice(None, None, s) for s in stride] + [slice(None, None, d) for d in dilation]
    return view[(..., *steps)]


def taps(
    kernel: Ints, stride: Ints, dilation: Ints, places: Ints
) -> Iterator[tuple[Ints, tuple[Any, ...]]]:
    """For each element of the kernel: its position, and the slices of the image that it meets."""
    for position in itertools.product(*[range(k) for k in kernel]):
        slices = [
            slice(p * d, p * d + s * (n - 1) + 1, s)
            for p, d, s, n in zip(position, dilation, stride, places, strict=True)
        ]
        yield position, (..., *slices)


# --- convolution, and its two gradients; each is linear in both arrays that it takes


def correlate(
    image: Array, weight: Array, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """The convolution of machine learning; shapes (N, C, *size) and (O, C / groups, *kernel)."""
    n = image.ndim - 2
    seen = windows(padded(image, padding), weight.shape[2:], stride, dilation)
    parts = [
        np.tensordot(s, w, ([1, *range(n + 2, 2 * n + 2)], [1, *range(2, n + 2)]))
        for s, w in zip(np.split(seen, groups, 1), np.split(weight, groups, 0), strict=True)
    ]
    return np.ascontiguousarray(np.moveaxis(np.concatenate(parts, -1), -1, 1))


def spread(
    grad: Array, weight: Array, size: Ints, stride: Ints, padding: Ints, dilation: Ints, groups: int
) -> Array:
    """The gradient of the image: each output gives back to all that it has seen."""
    room = [s + 2 * p for s, p in zip(size, padding, strict=True)]
    result = np.zeros((grad.shape[0], weight.shape[1] * groups, *room), grad.dtype)
    given = np.concatenate(
        [
            np.tensordot(w, g, ([0], [1]))  # (C / groups, *kernel, N, *places)
            for g, w in zip(np.split(grad, groups, 1), np.split(weight, groups, 0), strict=True)
        ]
    )
    for position, where in taps(weight.shape[2:], stride, dilation, grad.shape[2:]):
        result[where] += np.moveaxis(given[(slice(None), *position)], 0, 1)
    return np.ascontiguousarray(
        result[(..., *[slice(p, p + s) for p, s in zip(padding, size, strict=True)])]
    )


def kernel_gradient(
    grad: Array,
    image: Array,
    kernel: Ints,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    groups: int,
) -> Array:
    """The gradient of the weight: each element sums what it has seen times what came back."""
    n = image.ndim - 2
    places = [0, *range(2, n + 2)]
    seen = windows(padded(image, padding), kernel, stride, dilation)
    # Where stride does not divide, the last rows of the image are seen by no window.
    seen = seen[(slice(None), slice(None), *[slice(p) for p in grad.shape[2:]])]
    return np.concatenate(
        [
            np.tensordot(g, s, (places, places))
            for g, s in zip(np.split(grad, groups, 1), np.split(seen, groups, 1), strict=True)
        ]
    )


# --- pools


def pooled_size(
    size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, *, ceil: bool
) -> Ints:
    """How many windows fit along each dimension.

    With `ceil`, one that begins inside may end outside.
    """
    lengths: list[int] = []
    for s, p, step, extent in zip(size, padding, stride, reach(kernel, dilation), strict=True):
        room = s + 2 * p - extent
        places = (math.ceil(room / step) if ceil else room // step) + 1
        if ceil and (places - 1) * step >= s + p:
            places -= 1
        lengths.append(places)
    return tuple(lengths)


def missing(
    size: Ints, places: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints
) -> Ints:
    """How much border the last windows need beyond the padding."""
    extents = reach(kernel, dilation)
    return tuple(
        [
            max((n - 1) * st + e - s - 2 * p, 0)
            for s, n, st, p, e in zip(size, places, stride, padding, extents, strict=True)
        ]
    )
