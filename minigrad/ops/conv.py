"""Convolutions of images, and pools: the largest element of each window, or their mean.

How windows slide over images, and what a convolution computes, stands in `minigrad.digits.images`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.digits import images
from minigrad.digits.images import ONE, Geometry, Ints, framed, inside, taps
from minigrad.errors import check, checked_dim
from minigrad.op import Op
from minigrad.ops.broadcast import squeeze_dim, sum_dim, unsqueeze
from minigrad.ops.export import export, functional, functions
from minigrad.ops.forms import no_gradient
from minigrad.ops.matmul import alike
from minigrad.tensor import Tensor, wrap


# fmt: off
def tuple_of(value: Any) -> Ints:
    """A number for each of the two dimensions, from one number or two."""
    values = (value,) if hasattr(value, "__index__") else tuple(value)
    return values * 2 if len(values) == 1 else values


# --- convolutions


def _convolution(input: Any, weight: Any, bias: Any, stride: Ints, padding: Ints, dilation: Ints,
                 transposed: bool, output_padding: Ints, groups: int, bias_sym_sizes_opt: Ints,
                 _how: Geometry) -> Any:
    places = _how.places(input.shape[2:], weight.shape[2:])
    if not transposed:
        return images.correlate(input, weight, bias, places, _how)
    result = images.spread(input, weight, places, _how)
    if bias is not None:
        result += bias.reshape(-1, *[1] * len(stride))
    return result


def _input_gradient(grad_output: Any, weight: Any, size: Ints, _how: Geometry) -> Any:
    if _how.transposed:
        return images.correlate(grad_output, weight, None, size, _how)
    return images.spread(grad_output, weight, size, _how)


def _weight_gradient(grad_output: Any, input: Any, shape: Ints, _how: Geometry) -> Any:
    grad, image = (input, grad_output) if _how.transposed else (grad_output, input)
    return images.weight_slopes(grad, image, shape, _how)


def _bias_gradient(grad: Any, input: Any, weight: Any, how: Geometry) -> Any:
    if grad.__class__ is np.ndarray and how.goes_tap_by_tap(grad.dtype, input.shape, weight.shape):
        return images.bias_slopes(grad)
    return sum_dim(grad, (0, *range(2, len(input.shape))))


def convolve(input: Any, weight: Any, bias: Any, how: Geometry) -> Any:
    """`convolution` on any kind of value."""
    return convolution(input, weight, bias, *how, (0,) if bias is None else bias.shape, how)


convolution = Op("ConvolutionBackward0", _convolution, inputs=("input", "weight", "bias"),
    promotes=None, also=(*Geometry._fields, "bias_sym_sizes_opt"),
    tex=r"{input} \star {weight} + {bias}",
    input=lambda grad, input, weight, _how: input_gradient(grad, weight, input.shape[2:], _how),
    weight=lambda grad, input, weight, _how: weight_gradient(grad, input, weight.shape, _how),
    bias=lambda grad, input, weight, _how: _bias_gradient(grad, input, weight, _how))
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
    check(min(g.padding) >= 0, "conv_padding")
    check(min(g.stride) > 0, "conv_stride")
    check(g.groups == 1 and g.dilation == ONE, "left_out", "convolutions with groups or dilation")
    given, prefix, ends = "groups=1", "", (w[1], w[0])
    if g.transposed:
        given, prefix, ends = "transposed=1", "transposed=1, ", ends[::-1]
    check(x[1] == ends[0], "conv_channels", given, w, x, ends[0], x[1])
    if bias is not None:
        check(bias.shape == ends[1:], "conv_bias", prefix, w, ends[1], bias.shape)
    room = [n + 2 * p for n, p in zip(x[2:], g.padding, strict=True)]
    fits = g.transposed or all(r >= k for r, k in zip(room, w[2:], strict=True))
    check(fits, "conv_size", *[f"({' x '.join(map(str, s))})" for s in (room, w[2:])])
    alike("expected_kind", "slow_conv2d_cpu", input._data, weight._data)


def _conv(input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
          dilation: Any, groups: int, output_padding: Any = None) -> Tensor:
    transposed, dims = output_padding is not None, input.ndim
    check(bias is None or bias.dtype == input.dtype, "conv_dtype", input, bias)
    check(dims in (3, 4), "conv_dims", "_transpose" * transposed, input.shape)
    check(weight.ndim > 2, "conv_weight")
    x = input if dims == 4 else unsqueeze.apply(input, 0)
    steps, dims_fit = tuple_of(stride), weight.ndim == 4
    check(dims_fit or padding != "same", "conv_weight_dims", weight.ndim, weight.shape, x.shape)
    check(dims_fit, "conv_strides", weight.ndim - 2, steps)
    if isinstance(padding, str):
        check(padding in ("same", "valid"), "conv_name", padding)
        check(padding == "valid" or steps == ONE, "conv_same")
        both = [k - 1 if padding == "same" else 0 for k in weight._data.shape[2:]]
        check(not any(b % 2 for b in both), "left_out", "padding='same' for kernels of even length")
        padding = tuple([b // 2 for b in both])
    more = tuple_of(output_padding or 0)
    how = Geometry(steps, tuple_of(padding), tuple_of(dilation), transposed, more, groups)
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
    stride : int or tuple of int
        The step from one place to the next.
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

# --- pools


def _geometry(input: Tensor, kernel_size: Ints | int, stride: Ints | int | None,
              padding: Ints | int) -> tuple[Ints, Ints, Ints, Ints]:
    """Kernel, stride (empty if left out) and padding, and how many windows there are both ways."""
    kernel, border, shape = tuple_of(kernel_size), tuple_of(padding), input._data.shape
    given = () if stride is None else tuple_of(stride)
    check(0 not in (given or kernel), "pool_stride")
    check(min(border) >= 0, "pool_padding", min(border))
    for pad, k in zip(border, kernel, strict=True):
        check(pad <= k // 2, "pool_half", pad, k, 1)
    check(len(shape) in (3, 4) and 0 not in shape[-3:], "pool_empty", shape)
    each = zip(shape[-2:], kernel, given or kernel, border, strict=True)
    places = tuple([(n + 2 * pad - k) // step + 1 for n, k, step, pad in each])
    sizes = ["x".join(map(str, (shape[-3], *s))) for s in (shape[-2:], places)]
    check(min(places) > 0, "pool_size", *sizes)
    return kernel, given, border, places


# --- max_pool2d


def _largest(image: Any, places: Ints, kernel: Ints, stride: Ints, padding: Ints) -> Any:
    """Where in its plane the largest element of each window stands."""
    size = image.shape[-2:]
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    index = framed(np.arange(math.prod(size)).reshape(size), padding, -1)
    image = framed(image, padding, lowest)
    (_, first), *others = taps(kernel, places, stride)
    value = image[first].copy()  # numpy is quicker where memory is in order
    where = np.full(value.shape, index[first])
    for _, window in others:
        new = image[window].copy()
        better = (new > value) | (new != new)
        if any(padding):  # anything is better than the frame
            better |= (where < 0) & (index[window] >= 0)
        value, where = np.where(better, new, value), np.where(better, index[window], where)
    return where


def _positions(shape: Ints, indices: Any) -> Any:
    """Where in the whole memory those elements stand whose places in their planes are given."""
    planes = np.arange(math.prod(shape[:-2])) * math.prod(shape[-2:])
    return indices + planes.reshape(*shape[:-2], 1, 1)


def _put_back(grad_output: Any, self: Any, indices: Any) -> Any:
    result = np.zeros(self.size, self.dtype)
    np.add.at(result, _positions(self.shape, indices).reshape(-1), grad_output.reshape(-1))
    return result.reshape(self.shape)


max_pool_backward = Op("MaxPool2DWithIndicesBackwardBackward0", _put_back,
    inputs=("grad_output", "self"), promotes=None, self=lambda grad, self: no_gradient(self),
    grad_output=lambda grad, indices: max_pool_op(grad, (), (), (), (), False, indices))
max_pool_op = Op("MaxPool2DWithIndicesBackward0",
    lambda self, kernel_size, stride, padding, dilation, ceil_mode, result1:
        self.take(_positions(self.shape, result1)), inputs=("self",),
    also=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    tex=r"\operatorname{{maxpool}}({self})",
    self=lambda grad, self, result1: max_pool_backward(grad, self, result1))


@export("max_pool2d", method=False, to=functional)
def max_pool2d(input: Tensor, kernel_size: Ints | int, stride: Ints | int | None = None,
               padding: Ints | int = 0, dilation: Ints | int = 1, ceil_mode: bool = False,
               return_indices: bool = False) -> Any:
    """The largest element of each window.

    Parameters
    ----------
    input : Tensor
        Of shape (N, C, H, W) or (C, H, W).
    kernel_size, stride, padding : int or tuple of int
        `stride` is `kernel_size` if left out.
    return_indices : bool
        Also return where in its plane each element was.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    usual = tuple_of(dilation) == ONE and not ceil_mode
    check(usual, "left_out", "pools with dilation or ceil_mode")
    check(input.ndim in (3, 4), "pool_dims")
    kernel, given, border, places = _geometry(input, kernel_size, stride, padding)
    alike("", "max_pool2d", input._data)
    where = _largest(input._data, places, kernel, given or kernel, border)
    result = max_pool_op.apply(input, kernel, given, border, ONE, ceil_mode, where)
    return (result, wrap(where)) if return_indices else result


# --- pools of means


def _means(self: Any, kernel_size: Ints, stride: Ints, padding: Ints, ceil_mode: bool,
           count_include_pad: bool, divisor_override: int | None, _places: Ints) -> Any:
    image = framed(self, padding)
    windows = taps(kernel_size, _places, stride or kernel_size)
    total = sum([image[window] for _, window in windows], np.zeros((), self.dtype))
    return (total / self.dtype.type(math.prod(kernel_size))).astype(self.dtype, copy=False)


def _share_out(grad_output: Any, self: Any, kernel_size: Ints, stride: Ints, padding: Ints,
               _places: Ints) -> Any:
    result = framed(np.zeros(self.shape, self.dtype), padding)
    for _, window in taps(kernel_size, _places, stride or kernel_size):
        result[window] += grad_output / self.dtype.type(math.prod(kernel_size))
    return np.ascontiguousarray(inside(result, padding))


avg_pool_backward = Op("AvgPool2DBackwardBackward0", _share_out, inputs=("grad_output", "self"),
    promotes=None, self=lambda grad, self: no_gradient(self),
    grad_output=lambda grad, kernel_size, stride, padding, _places: avg_pool_op(
        grad, kernel_size, stride, padding, False, True, None, _places))
avg_pool_op = Op("AvgPool2DBackward0", _means, inputs=("self",),
    also=("ceil_mode", "count_include_pad", "divisor_override"),
    tex=r"\operatorname{{avgpool}}({self})",
    self=lambda grad, self, kernel_size, stride, padding, _places: avg_pool_backward(
        grad, self, kernel_size, stride, padding, _places))


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(input: Tensor, kernel_size: Ints | int, stride: Ints | int | None = None,
               padding: Ints | int = 0, ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:
    """The mean of each window; parameters as for `max_pool2d`."""
    usual = not ceil_mode and count_include_pad and divisor_override is None
    check(usual, "left_out", "pools with ceil_mode, count_include_pad=False or divisor_override")
    checked_dim(-3, input.ndim)
    kernel, given, border, places = _geometry(input, kernel_size, stride, padding)
    return avg_pool_op.apply(input, kernel, given, border, False, True, None, places)
# fmt: on
