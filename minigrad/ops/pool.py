"""Pools: the largest element of each window, or their mean."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.op import Op
from minigrad.ops.broadcast import squeeze_dim, unsqueeze, view
from minigrad.ops.conv import tuple_of
from minigrad.ops.export import export, functional, functions
from minigrad.ops.reduce import mean_dim
from minigrad.ops.windows import Ints, missing, padded, pooled_size, reach, taps, windows
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, wrap

_ONES = (1, 1)

# --- max_pool2d


def _largest(
    image: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool
) -> Any:
    """Where the largest element of each window is, counted along the plane."""
    size = image.shape[-2:]
    places = pooled_size(size, kernel, stride, padding, dilation, ceil=ceil_mode)
    more = missing(size, places, kernel, stride, padding, dilation)
    numbers = padded(np.arange(size[0] * size[1]).reshape(size), padding, -1, more)
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    shape = (*image.shape[:-2], *places, kernel[0] * kernel[1])
    cut = (..., slice(places[0]), slice(places[1]), slice(None), slice(None))
    values = windows(padded(image, padding, lowest, more), kernel, stride, dilation)[cut].reshape(
        shape
    )
    seen = windows(numbers, kernel, stride, dilation)[cut].reshape((*places, -1))
    chosen = np.argmax(np.where(seen < 0, lowest, values), -1)[..., None]
    seen = np.broadcast_to(seen, values.shape)
    found = np.take_along_axis(seen, chosen, -1)
    # Where all that is seen is -inf, not the border is taken but the first element inside.
    inside = np.take_along_axis(seen, np.argmax(seen >= 0, -1)[..., None], -1)
    return np.where(found < 0, inside, found)[..., 0]


def _flat(image: Any) -> Any:
    return image.reshape(*image.shape[:-2], -1)


def _pick(self: Any, result1: Any) -> Any:
    return np.take_along_axis(_flat(self), _flat(result1), -1).reshape(result1.shape)


def _put_back(grad_output: Any, self: Any, indices: Any) -> Any:
    planes = int(np.prod(self.shape[:-2]))
    result = np.zeros((planes, self.shape[-2] * self.shape[-1]), self.dtype)
    np.add.at(
        result,
        (np.arange(planes)[:, None], indices.reshape(planes, -1)),
        grad_output.reshape(planes, -1),
    )
    return result.reshape(self.shape)


def _pick_tensor(grad: Any, indices: Any) -> Any:
    if not isinstance(grad, Tensor):
        return _pick(grad, indices)
    flat = view(grad, (*grad.shape[:-2], grad.shape[-2] * grad.shape[-1]))
    return view(flat.gather(-1, wrap(_flat(indices))), indices.shape)


max_pool_backward = Op(
    "MaxPool2DWithIndicesBackwardBackward0",
    _put_back,
    inputs=("grad_output", "self"),
    grad_output=_pick_tensor,
    self=lambda grad, self: zeros_like(self),
    says="the same elements are picked once more",
)

max_pool_op = Op(
    "MaxPool2DWithIndicesBackward0",
    lambda self, kernel_size, stride, padding, dilation, ceil_mode, result1: _pick(self, result1),
    inputs=("self",),
    tex=r"\operatorname{{maxpool}}({self})",
    self=lambda grad, self, kernel_size, stride, padding, dilation, ceil_mode, result1: (
        max_pool_backward(grad, self, result1)
    ),
    says="the largest element of each window receives its gradient, the others nothing",
)


def _check(
    input: Tensor, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool
) -> None:
    if input.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    for pad, extent, k, d in zip(padding, reach(kernel, dilation), kernel, dilation, strict=True):
        if pad > extent // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, "
                f"kernel_size={k} and dilation={d}"
            )
    places = pooled_size(input._data.shape[-2:], kernel, stride, padding, dilation, ceil=ceil_mode)
    if min(places) < 1:
        channels, height, width = input._data.shape[-3:]
        raise RuntimeError(
            f"Given input size: ({channels}x{height}x{width}). Calculated output size: "
            f"({channels}x{places[0]}x{places[1]}). Output size is too small"
        )


@export("max_pool2d", method=False, to=functional)
def max_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """The largest element of each window.

    Parameters
    ----------
    input : Tensor
        Of shape (N, C, H, W) or (C, H, W).
    kernel_size, stride, padding, dilation : int or tuple of int
        `stride` is `kernel_size` if left out.
    return_indices : bool
        Also return where in its plane each element was.

    Raises
    ------
    RuntimeError
        If no window fits, or a setting makes no sense.
    """
    kernel, border, gaps = tuple_of(kernel_size, 2), tuple_of(padding, 2), tuple_of(dilation, 2)
    steps = kernel if stride is None else tuple_of(stride, 2)
    _check(input, kernel, steps, border, gaps, ceil_mode)
    indices = _largest(input._data, kernel, steps, border, gaps, ceil_mode)
    shown = () if stride is None else steps
    result = max_pool_op.apply(input, kernel, shown, border, gaps, ceil_mode, indices)
    return (result, wrap(indices)) if return_indices else result


# --- avg_pool2d


def _divisor(
    size: Ints, kernel: Ints, stride: Ints, padding: Ints, ceil_mode: bool, count_include_pad: bool,
    divisor_override: int | None,
) -> Any:  # fmt: skip
    """By how much the sum of each window is divided."""
    places = pooled_size(size, kernel, stride, padding, _ONES, ceil=ceil_mode)
    if divisor_override is not None:
        return np.full(places, divisor_override)
    lengths: list[Any] = []
    for s, k, st, p, n in zip(size, kernel, stride, padding, places, strict=True):
        start = np.arange(n) * st - p
        end = np.minimum(start + k, s + p)
        lengths.append(
            end - start if count_include_pad else np.minimum(end, s) - np.maximum(start, 0)
        )
    return np.multiply.outer(*lengths)


def _average(
    self: Any, kernel_size: Ints, stride: Ints, padding: Ints, ceil_mode: bool, count_include_pad:
    bool, divisor_override: int | None,
) -> Any:  # fmt: skip
    steps, size = stride or kernel_size, self.shape[-2:]
    divisor = _divisor(
        size, kernel_size, steps, padding, ceil_mode, count_include_pad, divisor_override
    )
    more = missing(size, divisor.shape, kernel_size, steps, padding, _ONES)
    seen = windows(padded(self, padding, 0, more), kernel_size, steps, _ONES)
    seen = seen[(..., slice(divisor.shape[0]), slice(divisor.shape[1]), slice(None), slice(None))]
    return np.add.reduce(seen, axis=(-2, -1)) / divisor.astype(self.dtype)


def _average_back(
    grad_output: Any, self: Any, kernel_size: Ints, stride: Ints, padding: Ints, ceil_mode: bool,
    count_include_pad: bool, divisor_override: int | None,
) -> Any:  # fmt: skip
    steps, size = stride or kernel_size, self.shape[-2:]
    divisor = _divisor(
        size, kernel_size, steps, padding, ceil_mode, count_include_pad, divisor_override
    )
    more = missing(size, divisor.shape, kernel_size, steps, padding, _ONES)
    room = [s + 2 * p + m for s, p, m in zip(size, padding, more, strict=True)]
    result = np.zeros((*self.shape[:-2], *room), self.dtype)
    share = grad_output / divisor.astype(self.dtype)
    for _, where in taps(kernel_size, steps, _ONES, divisor.shape):
        result[where] += share
    return result[(..., *[slice(p, p + s) for p, s in zip(padding, size, strict=True)])]


# fmt: off
avg_pool_backward = Op(
    "AvgPool2DBackwardBackward0",
    _average_back,
    inputs=("grad_output", "self"),
    grad_output=lambda grad,
        kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override: avg_pool_op(
        grad, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
    self=lambda grad, self: zeros_like(self),
    says="a mean is linear: its derivative is a pool of means again",
)

avg_pool_op = Op(
    "AvgPool2DBackward0",
    _average,
    inputs=("self",),
    tex=r"\operatorname{{avgpool}}({self})",
    self=lambda grad, self, kernel_size, stride, padding, ceil_mode, count_include_pad,
        divisor_override: avg_pool_backward(
        grad, self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override),
    says="every element of a window receives an equal share of its gradient",
)
# fmt: on


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """The mean of each window; parameters as for `max_pool2d`."""
    kernel, border = tuple_of(kernel_size, 2), tuple_of(padding, 2)
    steps = () if stride is None else tuple_of(stride, 2)
    _check(input, kernel, steps or kernel, border, _ONES, ceil_mode)
    return avg_pool_op.apply(
        input, kernel, steps, border, ceil_mode, count_include_pad, divisor_override
    )


# --- one dimension: an image of height 1


def _flat_pair(value: Any, other: int) -> Ints | None:
    return None if value is None else (other, *tuple_of(value, 1))


@export("max_pool1d", method=False, to=functional)
def max_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """`max_pool2d` along one dimension."""
    image = unsqueeze.apply(input, -2)
    settings = (_flat_pair(stride, 1), _flat_pair(padding, 0), _flat_pair(dilation, 1), ceil_mode)
    return squeeze_dim.apply(max_pool2d(image, _flat_pair(kernel_size, 1), *settings), -2)


@export("avg_pool1d", method=False, to=functional)
def avg_pool1d(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """`avg_pool2d` along one dimension."""
    image = unsqueeze.apply(input, -2)
    settings = (_flat_pair(stride, 1), _flat_pair(padding, 0), ceil_mode, count_include_pad)
    return squeeze_dim.apply(avg_pool2d(image, _flat_pair(kernel_size, 1), *settings), -2)


@export("adaptive_avg_pool2d", method=False, to=functional)
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The mean over as many windows as `output_size` says.

    Each plane must split into them evenly.
    """
    wanted = tuple_of(output_size, 2)
    if wanted == (1, 1):
        return mean_dim.apply(input, (-1, -2), True)
    size = input._data.shape[-2:]
    if any(s % w for s, w in zip(size, wanted, strict=True)):
        raise NotImplementedError("adaptive_avg_pool2d: minigrad has windows of equal size only")
    return avg_pool2d(input, tuple([s // w for s, w in zip(size, wanted, strict=True)]))


functions.update(
    {
        name: functional[name]
        for name in ("max_pool1d", "max_pool2d", "avg_pool1d", "adaptive_avg_pool2d")
    }
)
