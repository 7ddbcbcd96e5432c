"""Pools: the largest element of each window, or their mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.conv import Ints, framed, inside, taps, tuple_of
from minigrad.ops.export import export, functional
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, wrap

ONE = (1, 1)


# fmt: off
def _places(input: Tensor, kernel: Ints, stride: Ints, padding: Ints) -> Ints:
    """How many windows there are along both dimensions."""
    shape = input._data.shape
    check(0 not in stride, "pool_stride")
    check(min(padding) >= 0, "pool_padding", min(padding))
    for pad, k in zip(padding, kernel, strict=True):
        check(pad <= k // 2, "pool_half", pad, k, 1)
    check(len(shape) in (3, 4) and 0 not in shape[-3:], "pool_empty", shape)
    each = zip(shape[-2:], kernel, stride, padding, strict=True)
    places = tuple([(n + 2 * pad - k) // step + 1 for n, k, step, pad in each])
    sizes = ["x".join(map(str, (shape[-3], *s))) for s in (shape[-2:], places)]
    check(min(places) > 0, "pool_size", *sizes)
    return places


# --- max_pool2d


def _largest(image: Any, places: Ints, kernel: Ints, stride: Ints, padding: Ints) -> Any:
    """The largest element of each window, and where in its plane it stands."""
    size = image.shape[-2:]
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    index = framed(np.arange(math.prod(size)).reshape(size), padding, -1)
    image = framed(image, padding, lowest)
    value = np.full((*image.shape[:-2], *places), lowest, image.dtype)
    where = np.full(value.shape, -1)
    for _, window in taps(kernel, places, stride, ONE):
        new = image[window].copy()  # numpy is quicker where memory is in order
        better = (new > value) | (new != new) | ((where < 0) & (index[window] >= 0))
        value, where = np.where(better, new, value), np.where(better, index[window], where)
    return value, where


def _positions(shape: Ints, indices: Any) -> Any:
    """Where in the whole memory those elements stand whose places in their planes are given."""
    planes = np.arange(math.prod(shape[:-2])) * math.prod(shape[-2:])
    return indices + planes.reshape(*shape[:-2], 1, 1)


def _put_back(grad_output: Any, self: Any, indices: Any) -> Any:
    result = np.zeros(self.size, self.dtype)
    np.add.at(result, _positions(self.shape, indices).reshape(-1), grad_output.reshape(-1))
    return result.reshape(self.shape)


def _max_pool(self: Any, kernel_size: Ints, stride: Ints, padding: Ints, dilation: Ints,
              ceil_mode: bool, result1: Any) -> Any:
    return self.take(_positions(self.shape, result1))


max_pool_backward = Op("MaxPool2DWithIndicesBackwardBackward0", _put_back,
    inputs=("grad_output", "self"), self=lambda grad, self: zeros_like(self),
    grad_output=lambda grad, indices: max_pool_op(grad, (), (), (), (), False, indices))
max_pool_op = Op("MaxPool2DWithIndicesBackward0", _max_pool, inputs=("self",),
    also=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    tex=r"\operatorname{{maxpool}}({self})",
    self=lambda grad, self, result1: max_pool_backward(grad, self, result1),
    says="the largest element of a window receives its gradient")


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
    check(usual, "no_form", "pools with dilation or ceil_mode")
    check(input.ndim in (3, 4), "pool_dims")
    kernel, border = tuple_of(kernel_size), tuple_of(padding)
    shown = () if stride is None else tuple_of(stride)
    places = _places(input, kernel, shown or kernel, border)
    _, where = _largest(input._data, places, kernel, shown or kernel, border)
    result = max_pool_op.apply(input, kernel, shown, border, ONE, ceil_mode, where)
    return (result, wrap(where)) if return_indices else result


# --- pools of means


def _means(self: Any, kernel_size: Ints, stride: Ints, padding: Ints, ceil_mode: bool,
           count_include_pad: bool, divisor_override: int | None, _places: Ints) -> Any:
    image = framed(self, padding)
    windows = taps(kernel_size, _places, stride or kernel_size, ONE)
    total = sum([image[window] for _, window in windows], np.zeros((), self.dtype))
    return (total / self.dtype.type(math.prod(kernel_size))).astype(self.dtype, copy=False)


def _share_out(grad_output: Any, self: Any, kernel_size: Ints, stride: Ints, padding: Ints,
               _places: Ints) -> Any:
    result = framed(np.zeros(self.shape, self.dtype), padding)
    for _, window in taps(kernel_size, _places, stride or kernel_size, ONE):
        result[window] += grad_output / self.dtype.type(math.prod(kernel_size))
    return np.ascontiguousarray(inside(result, padding))


avg_pool_backward = Op("AvgPool2DBackwardBackward0", _share_out, inputs=("grad_output", "self"),
    self=lambda grad, self: zeros_like(self),
    grad_output=lambda grad, kernel_size, stride, padding, _places: avg_pool_op(
        grad, kernel_size, stride, padding, False, True, None, _places))
avg_pool_op = Op("AvgPool2DBackward0", _means, inputs=("self",),
    also=("ceil_mode", "count_include_pad", "divisor_override"),
    tex=r"\operatorname{{avgpool}}({self})",
    self=lambda grad, self, kernel_size, stride, padding, _places: avg_pool_backward(
        grad, self, kernel_size, stride, padding, _places),
    says="every element of a window receives an equal share of its gradient")


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(input: Tensor, kernel_size: Ints | int, stride: Ints | int | None = None,
               padding: Ints | int = 0, ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:
    """The mean of each window; parameters as for `max_pool2d`."""
    usual = not ceil_mode and count_include_pad and divisor_override is None
    check(usual, "no_form", "pools with ceil_mode, count_include_pad=False or divisor_override")
    kernel, border = tuple_of(kernel_size), tuple_of(padding)
    shown = () if stride is None else tuple_of(stride)
    places = _places(input, kernel, shown or kernel, border)
    return avg_pool_op.apply(input, kernel, shown, border, False, True, None, places)
# fmt: on
