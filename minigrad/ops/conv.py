"""Convolutions of images, and the transposed one.

They are made of windows that slide over images, and so are pools. The last dimensions of an array
are the image, those before are batch and channels. A kernel lies over one window of it at a time:
at one of its *places*.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import squeeze_dim, sum_dim, unsqueeze
from minigrad.ops.export import export, functional, functions
from minigrad.tensor import Tensor

Ints = tuple[int, ...]


# fmt: off
# --- windows


def tuple_of(value: Any) -> Ints:
    """A number for each of the two dimensions, from one number or two."""
    values = (value,) if isinstance(value, int) else tuple(value)
    return values * 2 if len(values) == 1 else values


def reach(kernel: Ints, dilation: Ints) -> Ints:
    """How far a kernel reaches, with the gaps between its elements."""
    return tuple([d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)])


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


def seen(image: Any, kernel: Ints, places: Ints, stride: Ints, dilation: Ints) -> Any:
    """What each element of the kernel meets: a view of shape (…, *kernel, *places)."""
    image = np.ascontiguousarray(image)
    *outer, row, column = image.strides
    steps = [s * by for way in (dilation, stride) for s, by in zip((row, column), way, strict=True)]
    shape = (*image.shape[:-2], *kernel, *places)
    return np.ndarray(shape, image.dtype, image, 0, (*outer, *steps))


def taps(kernel: Ints, places: Ints, stride: Ints,
         dilation: Ints) -> Iterator[tuple[Ints, tuple[Any, ...]]]:
    """For each element of the kernel: its position, and the slices of the image that it meets."""
    for position in itertools.product(*[range(k) for k in kernel]):
        each = zip(position, dilation, stride, places, strict=True)
        slices = [slice(p * d, p * d + s * (n - 1) + 1, s) for p, d, s, n in each]
        yield position, (..., *slices)


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
        extents = reach(kernel, self.dilation)
        each = zip(size, extents, self.stride, self.padding, self.output_padding, strict=True)
        if self.transposed:
            return tuple([(n - 1) * s - 2 * p + e + o for n, e, s, p, o in each])
        return tuple([(n + 2 * p - e) // s + 1 for n, e, s, p, _ in each])


# A convolution and its gradients are products of matrices, one for each image and group:
# (channels out, taps) @ (taps, places), where a tap is an element of the kernel in a channel.


def _matrix(image: Any, kernel: Ints, places: Ints, g: Geometry) -> Any:
    """What each tap sees at each place: (N, groups, taps, places)."""
    image = framed(image, g.padding)
    number, channels = image.shape[:2]
    shape = (number, g.groups, channels // g.groups * math.prod(kernel), math.prod(places))
    return seen(image, kernel, places, g.stride, g.dilation).reshape(shape)


def _by_group(values: Any, groups: int) -> Any:
    """(N, channels, …) as (N, groups, channels / groups, places)."""
    places = math.prod(values.shape[2:])
    return values.reshape(len(values), groups, values.shape[1] // groups, places)


def _correlate(image: Any, weight: Any, places: Ints, g: Geometry) -> Any:
    """The convolution of machine learning: at each place the sum of kernel times image."""
    kernels = weight.reshape(g.groups, -1, math.prod(weight.shape[1:]))
    product = kernels @ _matrix(image, weight.shape[2:], places, g)
    return product.reshape(len(image), len(weight), *places)


def _spread(grad: Any, weight: Any, size: Ints, g: Geometry) -> Any:
    """The gradient of the image: each place gives back to all that it has seen."""
    places, kernel = grad.shape[2:], weight.shape[2:]
    kernels = weight.reshape(g.groups, -1, math.prod(weight.shape[1:]))
    given = kernels.swapaxes(1, 2) @ _by_group(grad, g.groups)
    given = given.reshape(len(grad), weight.shape[1] * g.groups, *kernel, *places)
    room = [n + 2 * p for n, p in zip(size, g.padding, strict=True)]
    result = np.zeros((*given.shape[:2], *room), grad.dtype)
    for position, where in taps(kernel, places, g.stride, g.dilation):
        result[where] += given[(slice(None), slice(None), *position)]
    return np.ascontiguousarray(inside(result, g.padding))


def _convolution(input: Any, weight: Any, bias: Any, stride: Ints, padding: Ints, dilation: Ints,
                 transposed: bool, output_padding: Ints, groups: int, bias_sym_sizes_opt: Ints,
                 _how: Geometry) -> Any:
    places = _how.places(input.shape[2:], weight.shape[2:])
    result = (_spread if transposed else _correlate)(input, weight, places, _how)
    if bias is not None:
        result += bias.reshape(-1, *[1] * len(stride))
    return result


def _input_gradient(grad_output: Any, weight: Any, size: Ints, _how: Geometry) -> Any:
    return (_correlate if _how.transposed else _spread)(grad_output, weight, size, _how)


def _weight_gradient(grad_output: Any, input: Any, shape: Ints, _how: Geometry) -> Any:
    grad, image = (input, grad_output) if _how.transposed else (grad_output, input)
    seen_by = _matrix(image, shape[2:], grad.shape[2:], _how)
    product = _by_group(grad, _how.groups) @ seen_by.swapaxes(2, 3)
    return np.add.reduce(product, 0).reshape(shape)


def convolve(input: Any, weight: Any, bias: Any, how: Geometry) -> Any:
    """`convolution` on any kind of value."""
    return convolution(input, weight, bias, *how, (0,) if bias is None else bias.shape, how)


convolution = Op("ConvolutionBackward0", _convolution, inputs=("input", "weight", "bias"),
    promotes=None, also=(*Geometry._fields, "bias_sym_sizes_opt"),
    tex=r"{input} \star {weight} + {bias}",
    input=lambda grad, input, weight, _how: input_gradient(grad, weight, input.shape[2:], _how),
    weight=lambda grad, input, weight, _how: weight_gradient(grad, input, weight.shape, _how),
    bias=lambda grad, input: sum_dim(grad, (0, *range(2, len(input.shape)))),
    says="a pixel receives the gradients of all that saw it, times their weights")
# The gradients are linear in both their tensors, so their derivatives are convolutions again.
input_gradient = Op("ConvolutionBackwardBackward0", _input_gradient, promotes=None,
    inputs=("grad_output", "weight"),
    grad_output=lambda grad, weight, _how: convolve(grad, weight, None, _how),
    weight=lambda grad, grad_output, weight, _how: weight_gradient(
        grad_output, grad, weight.shape, _how))
weight_gradient = Op("ConvolutionBackwardBackward0", _weight_gradient, promotes=None,
    inputs=("grad_output", "input"),
    grad_output=lambda grad, input, _how: convolve(input, grad, None, _how),
    input=lambda grad, grad_output, input, _how: input_gradient(
        grad_output, grad, input.shape[2:], _how))

# --- what a user may give


def _check(input: Tensor, weight: Tensor, bias: Tensor | None, g: Geometry) -> None:
    x, w = input._data.shape, weight._data.shape
    for what, other in (("weight", weight), ("bias", bias)):
        if other is not None:
            check(other.dtype == input.dtype, "conv_dtype", input, other, what)
    check(min(g.padding) >= 0, "conv_padding")
    check(min(g.stride) > 0, "conv_stride")
    check(min(g.dilation) > 0, "conv_dilation")
    check(w[0] >= g.groups, "conv_out", g.groups, "at least", w)
    check(w[0] % g.groups == 0, "conv_out", g.groups, "divisible by", f"[{[*w]}]")
    given, prefix, ends = f"groups={g.groups}", "", (w[1] * g.groups, w[0])
    if g.transposed:
        given, prefix, ends = "transposed=1", "transposed=1, ", ends[::-1]
    check(x[1] == ends[0], "conv_channels", given, w, x, ends[0], x[1])
    if bias is not None:
        check(bias.shape == ends[1:], "conv_bias", prefix, w, ends[1], bias.shape)
    room = [n + 2 * p for n, p in zip(x[2:], g.padding, strict=True)]
    extent = reach(w[2:], g.dilation)
    fits = g.transposed or all(r >= e for r, e in zip(room, extent, strict=True))
    check(fits, "conv_size", *[f"({' x '.join(map(str, s))})" for s in (room, extent)])


def _conv(input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
          dilation: Any, groups: int, output_padding: Any = None) -> Tensor:
    transposed, dims = output_padding is not None, input.ndim
    check(dims in (3, 4), "conv_dims", "_transpose" * transposed, input.shape)
    check(weight.ndim > 2, "conv_weight")
    x = input if dims == 4 else unsqueeze.apply(input, 0)
    kernel = f"{'' if padding == 'same' else ' '}{[*weight.shape]}"
    check(weight.ndim == 4, "conv_weight_dims", weight.ndim, kernel, x.shape)
    steps, gaps = tuple_of(stride), tuple_of(dilation)
    if isinstance(padding, str):
        check(padding in ("same", "valid"), "conv_name", padding)
        check(padding == "valid" or steps == (1, 1), "conv_same")
        both = [e - 1 if padding == "same" else 0 for e in reach(weight._data.shape[2:], gaps)]
        check(not any(b % 2 for b in both), "no_form", "padding='same' for kernels of even length")
        padding = tuple([b // 2 for b in both])
    more = tuple_of(output_padding or 0)
    how = Geometry(steps, tuple_of(padding), gaps, transposed, more, groups)
    _check(x, weight, bias, how)
    result = convolve(x, weight, bias, how)
    return result if dims == 4 else squeeze_dim.apply(result, 0)


def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Ints | int = 1,
           padding: str | Ints | int = 0, dilation: Ints | int = 1, groups: int = 1) -> Tensor:
    """Slide a kernel over an image.

    Parameters
    ----------
    input : Tensor
        Of shape (N, C, H, W) or (C, H, W).
    weight : Tensor
        Of shape (O, C / groups, kernel height, kernel width).
    bias : Tensor, optional
        Of shape (O,).
    stride, dilation : int or tuple of int
        The step from one place to the next, and from one element of the kernel to the next.
    padding : int, tuple of int, "same" or "valid"
        How many zeros are put around.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
    """
    return _conv(input, weight, bias, stride, padding, dilation, groups)


def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None,
                     stride: Ints | int = 1, padding: Ints | int = 0,
                     output_padding: Ints | int = 0, groups: int = 1,
                     dilation: Ints | int = 1) -> Tensor:
    """What the gradient of `conv2d` computes: each input pixel paints a kernel.

    Weight: (C, O / groups, h, w).
    """
    return _conv(input, weight, bias, stride, padding, dilation, groups, output_padding)


for _function in (conv2d, conv_transpose2d):
    for _place in (functions, functional):
        export(_function.__name__, method=False, to=_place)(_function)
# fmt: on
