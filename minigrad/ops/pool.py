"""Pools: the largest element of each window, or their mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import view
from minigrad.ops.conv import Ints, framed, reach, taps, tuple_of
from minigrad.ops.export import export, functional
from minigrad.ops.forms import only_floats
from minigrad.ops.gradient import passing
from minigrad.ops.reduce import mean_dim
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, wrap


# fmt: off
def _places(input: Tensor, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints,
            ceil: bool) -> Ints:
    """How many windows there are along both dimensions; with `ceil`, one may end outside."""
    shape, places, extents = input._data.shape, (), reach(kernel, dilation)
    check(0 not in stride, "pool_stride")
    check(min(padding) >= 0, "pool_padding", min(padding))
    for pad, extent, k, d in zip(padding, extents, kernel, dilation, strict=True):
        check(pad <= extent // 2, "pool_half", pad, k, d)
    check(len(shape) in (3, 4) and 0 not in shape[-3:], "pool_empty", shape)
    for size, pad, step, extent in zip(shape[-2:], padding, stride, extents, strict=True):
        room = size + 2 * pad - extent
        n = (-(-room // step) if ceil else room // step) + 1
        places += (n - 1 if ceil and (n - 1) * step >= size + pad else n,)
    sizes = ["x".join(map(str, (shape[-3], *s))) for s in (shape[-2:], places)]
    check(min(places) > 0, "pool_size", *sizes)
    return places


# --- max_pool2d


def _largest(image: Any, places: Ints, kernel: Ints, stride: Ints, padding: Ints,
             dilation: Ints) -> tuple[Any, Any]:
    """The largest element of each window, and where in its plane it stands."""
    size = image.shape[-2:]
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    each = zip(size, places, stride, padding, reach(kernel, dilation), strict=True)
    border = [(p, (n - 1) * st + e - s - p) for s, n, st, p, e in each]
    index = framed(np.arange(math.prod(size)).reshape(size), border, -1)
    image = framed(image, border, lowest)
    value = np.full((*image.shape[:-2], *places), lowest, image.dtype)
    where = np.full(value.shape, -1)
    for _, window in taps(kernel, places, stride, dilation):
        new = image[window].copy()  # numpy is quicker where memory is in order
        better = (new > value) | (new != new)
        value, where = np.where(better, new, value), np.where(better, index[window], where)
    if where.min(initial=0) < 0:  # where all is -inf, PyTorch takes the first element inside
        for _, window in taps(kernel, places, stride, dilation):
            where = np.where(where < 0, index[window], where)
    return value, where


def _planes(image: Any) -> Any:
    return image.reshape(math.prod(image.shape[:-2]), math.prod(image.shape[-2:]))


def _put_back(grad_output: Any, self: Any, indices: Any) -> Any:
    result = np.zeros(self.size, self.dtype)
    planes = np.arange(math.prod(self.shape[:-2]))[:, None] * math.prod(self.shape[-2:])
    np.add.at(result, (_planes(indices) + planes).reshape(-1), grad_output.reshape(-1))
    return result.reshape(self.shape)


def _pick(grad: Any, indices: Any) -> Any:
    if not isinstance(grad, Tensor):
        return np.take_along_axis(_planes(grad), _planes(indices), -1).reshape(indices.shape)
    flat = view(grad, (*grad.shape[:-2], math.prod(grad.shape[-2:])))
    places = wrap(indices.reshape(*indices.shape[:-2], math.prod(indices.shape[-2:])))
    return view(flat.gather(-1, places), indices.shape)


max_pool_backward = Op("MaxPool2DWithIndicesBackwardBackward0", _put_back,
    inputs=("grad_output", "self"), grad_output=_pick, self=lambda grad, self: zeros_like(self))
max_pool_op = Op("MaxPool2DWithIndicesBackward0",
    lambda self, kernel_size, stride, padding, dilation, ceil_mode, result1, _value: _value,
    inputs=("self",), also=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
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
    kernel_size, stride, padding, dilation : int or tuple of int
        `stride` is `kernel_size` if left out.
    return_indices : bool
        Also return where in its plane each element was.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    kernel, border, gaps = [tuple_of(v, 2) for v in (kernel_size, padding, dilation)]
    shown = () if stride is None else tuple_of(stride, 2)
    check(input.ndim in (3, 4), "pool_dims")
    places = _places(input, kernel, shown or kernel, border, gaps, ceil_mode)
    value, where = _largest(input._data, places, kernel, shown or kernel, border, gaps)
    result = max_pool_op.apply(input, kernel, shown, border, gaps, ceil_mode, where, value)
    return (result, wrap(where)) if return_indices else result


# --- pools of means. A window reaches from a start to an end, along both dimensions. What an
#     element gives to the windows that it is in is again a window: that of their numbers.

Spans = list[tuple[Any, Any]]


def _sums(image: Any, spans: Spans) -> Any:
    """The sum of each window, element by element in the order of PyTorch."""
    (top, bottom), (left, right) = spans
    result = np.zeros((*image.shape[:-2], len(top), len(left)), image.dtype)
    for i in range((bottom - top).max(initial=0)):
        rows = image.take(top + i, -2, mode="clip")
        for j in range((right - left).max(initial=0)):
            inside = np.logical_and.outer(top + i < bottom, left + j < right)
            result += np.where(inside, rows.take(left + j, -1, mode="clip"), 0)
    return result


def _back(size: Ints, spans: Spans) -> Spans:
    """For each element, the first window that it is in, and the first that begins behind it."""
    each = [(np.arange(n), *span) for n, span in zip(size, spans, strict=True)]
    return [(end.searchsorted(at, "right"), start.searchsorted(at, "right"))
            for at, start, end in each]


def _of_means(name: str, *settings: str) -> Op:
    """The pool of means with PyTorch's `settings`; what it runs on is `_spans` and `_divisor`."""
    backward = Op(f"{name}BackwardBackward0",
        lambda grad_output, self, _spans, _divisor:
            _sums(grad_output / _divisor.astype(self.dtype), _back(self.shape[-2:], _spans)),
        inputs=("grad_output", "self"), self=lambda grad, self: zeros_like(self),
        grad_output=lambda grad, _spans, _divisor:
            pool(grad, *[None] * len(settings), _spans, _divisor))
    forward = passing(lambda self, *how: (_sums(self, how[-2]) / how[-1].astype(self.dtype)).astype(
        self.dtype, copy=False), ", ".join(["self", *settings, "_spans", "_divisor"]))
    pool = Op(f"{name}Backward0", forward, inputs=("self",), also=settings,
        tex=r"\operatorname{{avgpool}}({self})",
        self=lambda grad, self, _spans, _divisor: backward(grad, self, _spans, _divisor),
        says="every element of a window receives an equal share of its gradient")
    return pool


avg_pool_op = _of_means("AvgPool2D", "kernel_size", "stride", "padding", "ceil_mode",
                        "count_include_pad", "divisor_override")
adaptive_op = _of_means("AdaptiveAvgPool2D")


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(input: Tensor, kernel_size: Ints | int, stride: Ints | int | None = None,
               padding: Ints | int = 0, ceil_mode: bool = False, count_include_pad: bool = True,
               divisor_override: int | None = None) -> Tensor:
    """The mean of each window; parameters as for `max_pool2d`."""
    kernel, border = tuple_of(kernel_size, 2), tuple_of(padding, 2)
    shown = () if stride is None else tuple_of(stride, 2)
    steps, size = shown or kernel, input._data.shape[-2:]
    check(divisor_override != 0, "pool_divisor")
    places = _places(input, kernel, steps, border, (1, 1), ceil_mode)
    spans: Spans = []
    lengths: list[Any] = []
    for s, n, k, step, p in zip(size, places, kernel, steps, border, strict=True):
        start = np.arange(n) * step - p
        end = np.minimum(start + k, s + p)
        spans.append((np.maximum(start, 0), np.minimum(end, s)))
        lengths.append(end - start if count_include_pad else spans[-1][1] - spans[-1][0])
    divisor = np.multiply.outer(*lengths)
    if divisor_override is not None:
        divisor = np.array(divisor_override)
    settings = (kernel, shown, border, ceil_mode, count_include_pad, divisor_override)
    return avg_pool_op.apply(input, *settings, spans, divisor)


@export("adaptive_avg_pool2d", method=False, to=functional)
def adaptive_avg_pool2d(input: Tensor, output_size: Ints | int | None) -> Tensor:
    """The mean over as many windows as `output_size` says, not all of one size.

    None keeps a length.
    """
    shape, one = input._data.shape, not isinstance(output_size, (tuple, list))
    sizes: Any = (output_size,) * 2 if one else output_size
    check(one or len(sizes) < len(shape), "adaptive_dims", len(sizes) + 1)
    check(len(sizes) == 2, "adaptive_length")
    wanted = tuple([n if w is None else w for n, w in zip(shape[-2:], sizes, strict=False)])
    if wanted == (1, 1):
        return mean_dim.apply(input, (-1, -2), True)
    check(min(wanted) >= 0, "adaptive_negative", *wanted)
    check(len(shape) in (3, 4), "adaptive_input", shape)
    if 0 in shape[-3:]:
        check(False, "adaptive_empty", shape, shape.index(0, len(shape) - 3))
    only_floats("adaptive_avg_pool2d", input._data)
    numbers = [(np.arange(w), n, w) for n, w in zip(shape[-2:], wanted, strict=True)]
    spans = [(i * n // w, -((i + 1) * n // -w)) for i, n, w in numbers]
    divisor = np.multiply.outer(*[end - start for start, end in spans])
    return adaptive_op.apply(input, spans, divisor)
# fmt: on
