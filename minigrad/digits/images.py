"""Windows that slide over images, and convolutions, which are products of what they see.

The last two dimensions of an array are the image, those before are batch and channels. A kernel
lies over one window of the image at a time: at one of its *places*. A *tap* is an element of the
kernel in a channel.

PyTorch leaves convolutions of float32 to Intel's oneDNN. That multiplies and adds in one, tap by
tap, mostly of 16 channels at a time; such sums it adds. Of a single image, unless it is large,
PyTorch makes matrices for MKL (`minigrad.digits.products`), and so it does of other numbers.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minigrad.digits.products import fused_product, times
from minigrad.digits.rounded import SINGLE
from minigrad.digits.sums import one_by_one

Ints = tuple[int, ...]
ONE = (1, 1)
_LARGEST = 1 << 26
"""Up to so many terms in all the steps of oneDNN are taken; of more they would take long."""
_CHANNELS = 16
_AT_HAND = 1 << 18
"""So many numbers a processor keeps at hand: images are taken in groups that have no more taps."""


# --- windows


def inside(image: Any, padding: Ints) -> Any:
    """`image` without a frame of that width."""
    (top, left), (height, width) = padding, image.shape[-2:]
    return image[..., top : height - top, left : width - left]


def framed(image: Any, padding: Ints, value: Any = 0) -> Any:
    """`image` with a frame of that width, filled with `value`."""
    if not any(padding):
        return image
    size = [n + 2 * p for n, p in zip(image.shape[-2:], padding, strict=True)]
    result = np.full((*image.shape[:-2], *size), value, image.dtype)
    inside(result, padding)[...] = image
    return result


def seen(image: Any, kernel: Ints, places: Ints, stride: Ints) -> Any:
    """What each element of the kernel meets: a view of shape (…, *kernel, *places)."""
    image = np.ascontiguousarray(image)
    *outer, row, column = image.strides
    steps = (*outer, row, column, row * stride[0], column * stride[1])
    return np.ndarray((*image.shape[:-2], *kernel, *places), image.dtype, image, 0, steps)


def taps(kernel: Ints, places: Ints, stride: Ints) -> Iterator[tuple[Ints, tuple[Any, ...]]]:
    """For each element of the kernel: its position, and the slices of the image that it meets."""
    each = zip(kernel, places, stride, strict=True)
    steps = [[slice(p, p + s * (n - 1) + 1, s) for p in range(k)] for k, n, s in each]
    positions = itertools.product(*map(range, kernel))
    return zip(positions, itertools.product((...,), *steps), strict=True)


# --- convolutions


class Geometry(NamedTuple):
    """How the kernel slides, under PyTorch's names."""

    stride: Ints
    padding: Ints
    dilation: Ints
    transposed: bool
    output_padding: Ints
    groups: int

    def places(self, size: Ints, kernel: Ints) -> Ints:
        """Of what size the result is."""
        each = zip(size, kernel, self.stride, self.padding, self.output_padding, strict=True)
        if self.transposed:
            return tuple([(n - 1) * s - 2 * p + k + o for n, k, s, p, o in each])
        return tuple([(n + 2 * p - k) // s + 1 for n, k, s, p, _ in each])

    def goes_tap_by_tap(self, dtype: Any, shape: Ints, weight: Ints) -> bool:
        """Whether oneDNN makes it; not of so many numbers that it would take long here.

        `shape` and `weight` are those of the input and of the kernels.
        Source: aten/src/ATen/native/Convolution.cpp, for one thread.
        """
        batch, _, *size = shape
        if dtype is not SINGLE or not 0 < batch * math.prod((*size, *weight)) <= _LARGEST:
            return False
        is_point = weight[2:] == ONE == self.stride and batch < 16
        is_small = batch < 2 and min(weight[2:]) < 4 and math.prod(shape) <= 20480
        return not (is_point or is_small)

    def sees_all(self, size: Ints, kernel: Ints) -> bool:
        """Whether the kernel is one element that meets each pixel, or each second and so on."""
        left_over = [n % s for n, s in zip(size, self.stride, strict=True)]
        return kernel == ONE and not any((*self.padding, *left_over))


def _matrix(image: Any, kernel: Ints, places: Ints, g: Geometry) -> Any:
    """What each tap sees at each place: (N, taps, places)."""
    image = framed(image, g.padding)
    shape = (len(image), image.shape[1] * math.prod(kernel), math.prod(places))
    return seen(image, kernel, places, g.stride).reshape(shape)


def _flat(values: Any) -> Any:
    """(N, channels, …) as (N, channels, places)."""
    return values.reshape(*values.shape[:2], math.prod(values.shape[2:]))


def _times(left: Any, images: Any, start: Any = None) -> Any:
    """`start` and `left` times the matrix of each image; of a few images in the order of MKL."""
    if images.dtype is SINGLE and 0 < len(images) < 16:
        return np.stack([times(left, each, start) for each in images])
    product = left @ images
    return product if start is None else product + start


def _by_taps(weight: Any, windows: Any, at_once: int, bias: Any = None) -> Any:
    """The sums of ``weight * windows`` over all taps, so many channels at a time.

    Shapes: weight (O, C, h, w), windows (C, h, w, N, …); the result is (N, O, …).
    """
    taps_of_one = windows[:, :, :, :1].size
    group = max(_AT_HAND // max(taps_of_one, 1), 1)
    if windows.shape[3] > group:
        groups = [windows[:, :, :, n : n + group] for n in range(0, windows.shape[3], group)]
        return np.concatenate([_by_taps(weight, each, at_once, bias) for each in groups])
    total = np.zeros((), weight.dtype) if bias is None else bias[:, None]
    for first in range(0, len(windows), at_once):
        those = slice(first, first + at_once)
        kernels = weight[:, those].transpose(0, 2, 3, 1).reshape(len(weight), -1)
        part = np.moveaxis(windows[those], 0, 2).reshape(kernels.shape[1], -1)
        total = fused_product(kernels, part) + total
    images = total.reshape(len(weight), *windows.shape[3:])
    return np.ascontiguousarray(images.swapaxes(0, 1))


def correlate(image: Any, weight: Any, bias: Any, places: Ints, g: Geometry) -> Any:
    """The convolution of machine learning: at each place the sum of kernel times image."""
    kernel = weight.shape[2:]
    shape = (len(image), len(weight), *places) if g.transposed else image.shape
    if g.goes_tap_by_tap(image.dtype, shape, weight.shape):
        windows = np.moveaxis(seen(framed(image, g.padding), kernel, places, g.stride), 0, 3)
        if not g.sees_all(image.shape[2:], kernel):
            return _by_taps(weight, windows, _CHANNELS, bias)
        if bias is not None:  # it is the first term
            weight = np.concatenate([bias.reshape(-1, 1, 1, 1), weight], 1)
            windows = np.concatenate([np.ones_like(windows[:1]), windows])
        return _by_taps(weight, windows, len(windows))
    kernels = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    matrix = _matrix(image, kernel, places, g)
    product = _times(kernels, matrix, None if bias is None else bias[:, None])
    return product.reshape(len(image), len(weight), *places)


def spread(grad: Any, weight: Any, size: Ints, g: Geometry) -> Any:
    """The gradient of the image: each place gives back to all that it has seen."""
    places, kernel = grad.shape[2:], weight.shape[2:]
    room = tuple([n + 2 * p for n, p in zip(size, g.padding, strict=True)])
    result = np.zeros((len(grad), weight.shape[1], *room), grad.dtype)
    shape = grad.shape if g.transposed else (*result.shape[:2], *size)
    if g.goes_tap_by_tap(grad.dtype, shape, weight.shape):
        made = _given_back(grad, weight, size, g)
        result[..., : made.shape[2], : made.shape[3]] = made[..., : room[0], : room[1]]
        return np.ascontiguousarray(inside(result, g.padding))
    kernels = weight.reshape(len(weight), math.prod(weight.shape[1:]))
    given = _times(kernels.T, _flat(grad)).reshape(len(grad), *weight.shape[1:], *places)
    for position, where in taps(kernel, places, g.stride):
        result[where] += given[(slice(None), slice(None), *position)]
    return np.ascontiguousarray(inside(result, g.padding))


def _given_back(grad: Any, weight: Any, size: Ints, g: Geometry) -> Any:
    """The sum over the taps of each pixel, from where the kernel begins to where it ends."""
    (*_, height, width), stride = weight.shape, g.stride
    spans = [(n - 1) * s + 1 for n, s in zip(grad.shape[2:], stride, strict=True)]
    apart = np.zeros((*grad.shape[:2], *spans), grad.dtype)
    apart[..., :: stride[0], :: stride[1]] = grad
    apart = framed(apart, (height - 1, width - 1))
    reach = (apart.shape[2] - height + 1, apart.shape[3] - width + 1)
    windows = np.moveaxis(np.flip(seen(apart, (height, width), reach, ONE), (2, 3)), 0, 3)
    weight = weight.swapaxes(0, 1)
    if stride == ONE:
        return _by_taps(weight, windows, len(windows) if height == width == 1 else _CHANNELS)
    if size[1] % stride[1]:
        return _by_taps(weight, windows, len(windows))
    columns = [slice(nr, nr + 1) for nr in range(width)]
    parts = [_by_taps(weight[..., c], windows[:, :, c], len(windows)) for c in columns]
    return one_by_one(np.stack(parts))


def weight_slopes(grad: Any, image: Any, shape: Ints, g: Geometry) -> Any:
    """The gradient of the kernels: the sum over all places of what is seen there."""
    kernel, places = shape[2:], grad.shape[2:]
    shape_in = grad.shape if g.transposed else image.shape
    if g.goes_tap_by_tap(grad.dtype, shape_in, shape):
        if g.sees_all(image.shape[2:], kernel):
            parts = fused_product(_flat(grad), _matrix(image, kernel, places, g).mT)
            return one_by_one(parts).reshape(shape)
        windows = seen(framed(image, g.padding), kernel, places, g.stride)
        by_tap = windows.transpose(1, 2, 3, 0, 4, 5).reshape(math.prod(shape[1:]), -1)
        return fused_product(by_tap, _by_channel(grad).T).T.reshape(shape)
    matrix = _matrix(image, kernel, places, g)
    if grad.dtype is SINGLE and 0 < len(image) < 16:
        total = np.zeros((grad.shape[1], matrix.shape[1]), SINGLE)
        for each, seen_by in zip(_flat(grad), matrix, strict=True):
            total = times(each, seen_by.T, total)
        return total.reshape(shape)
    return np.add.reduce(_flat(grad) @ matrix.mT, 0).reshape(shape)


def bias_slopes(grad: Any) -> Any:
    """The gradient of the bias, where oneDNN makes it."""
    return np.add.accumulate(_by_channel(grad), 1)[:, -1].copy()


def _by_channel(grad: Any) -> Any:
    """(N, channels, …) as (channels, places of all images)."""
    return grad.swapaxes(0, 1).reshape(grad.shape[1], -1)
