"""Pools: the largest element of each window, or their mean."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import view
from minigrad.ops.export import export, functional
from minigrad.ops.reduce import mean_dim
from minigrad.ops.windows import Ints, framed, reach, taps, tuple_of
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, wrap


def _places(size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints,
        ceil: bool) -> Ints:  # fmt: skip
    """How many windows fit along each dimension; with `ceil`, one may end outside."""
    lengths: list[int] = []
    for s, p, step, extent in zip(size, padding, stride, reach(kernel, dilation), strict=True):
        room = s + 2 * p - extent
        n = (-(-room // step) if ceil else room // step) + 1
        lengths.append(n - 1 if ceil and (n - 1) * step >= s + p else n)
    return tuple(lengths)


def _check(input: Tensor, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints,
        ceil: bool) -> Ints:  # fmt: skip
    """How many windows there are along each dimension, if all makes sense."""
    shape = input._data.shape
    check(min(kernel) >= 0, "pool_kernel", *kernel)
    check(0 not in stride, "pool_stride")
    check(min(padding) >= 0, "pool_padding", min(padding))
    for pad, extent, k, d in zip(padding, reach(kernel, dilation), kernel, dilation, strict=True):
        check(pad <= extent // 2, "pool_half", pad, k, d)
    check(len(shape) in (3, 4) and 0 not in shape[-3:], "pool_empty", [*shape])
    places = _places(shape[-2:], kernel, stride, padding, dilation, ceil)
    size, found = ["x".join(map(str, (shape[-3], *s))) for s in (shape[-2:], places)]
    check(min(places) > 0, "pool_size", size, found)
    return places


# --- max_pool2d


def _largest(image: Any, places: Ints, kernel: Ints, stride: Ints, padding: Ints,
        dilation: Ints) -> tuple[Any, Any]:  # fmt: skip
    """The largest element of each window, and where in its plane it stands."""
    size = image.shape[-2:]
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    each = zip(size, places, stride, padding, reach(kernel, dilation), strict=True)
    image = framed(image, [(p, (n - 1) * st + e - s - p) for s, n, st, p, e in each], lowest)
    starts = [np.arange(n) * s - p for n, s, p in zip(places, stride, padding, strict=True)]
    # Where all is -inf, PyTorch takes the first element inside.
    inside = [np.where(a < 0, a % d, a) for a, d in zip(starts, dilation, strict=True)]
    start, first = [np.add.outer(rows * size[1], columns) for rows, columns in (starts, inside)]
    value = np.full((*image.shape[:-2], *places), lowest, image.dtype)
    where = np.broadcast_to(first, value.shape)
    for (i, j), window in taps(kernel, places, stride, dilation):
        new = image[window].copy()  # numpy is quicker where memory is in order
        better = (new > value) | (new != new)
        value = np.where(better, new, value)
        where = np.where(better, start + (i * dilation[0] * size[1] + j * dilation[1]), where)
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
    flat = view(grad, (*grad.shape[:-2], grad.shape[-2] * grad.shape[-1]))
    places = wrap(indices.reshape(*indices.shape[:-2], math.prod(indices.shape[-2:])))
    return view(flat.gather(-1, places), indices.shape)


max_pool_backward = Op(
    "MaxPool2DWithIndicesBackwardBackward0", _put_back, inputs=("grad_output", "self"),
    grad_output=_pick,
    self=lambda grad, self: zeros_like(self))  # fmt: skip

max_pool_op = Op(
    "MaxPool2DWithIndicesBackward0",
    lambda self, kernel_size, stride, padding, dilation, ceil_mode, result1, _value: _value,
    inputs=("self",), also=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    tex=r"\operatorname{{maxpool}}({self})",
    self=lambda grad, self, result1: max_pool_backward(grad, self, result1),
    says="the largest element of a window receives its gradient")  # fmt: skip


@export("max_pool2d", method=False, to=functional)
def max_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
        dilation: Any = 1, ceil_mode: bool = False,
        return_indices: bool = False) -> Any:  # fmt: skip
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

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.max_pool2d.html
    """
    kernel, border, gaps = [tuple_of(v, 2) for v in (kernel_size, padding, dilation)]
    shown = () if stride is None else tuple_of(stride, 2)
    steps = shown or kernel
    check(input.ndim in (3, 4), "pool_dims")
    check(min(gaps) > 0, "pool_dilation", *gaps)
    places = _check(input, kernel, steps, border, gaps, ceil_mode)
    value, where = _largest(input._data, places, kernel, steps, border, gaps)
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
    each = [(np.arange(n), start, end) for n, (start, end) in zip(size, spans, strict=True)]
    return [
        (end.searchsorted(at, "right"), start.searchsorted(at, "right")) for at, start, end in each
    ]


def _mean(self: Any, _spans: Spans, _divisor: Any) -> Any:
    return (_sums(self, _spans) / _divisor.astype(self.dtype)).astype(self.dtype, copy=False)


def _of_means(name: str, forward: Any, also: tuple[str, ...]) -> Op:
    backward = Op(
        f"{name}BackwardBackward0",
        lambda grad_output, self, _spans, _divisor:
            _sums(grad_output / _divisor.astype(self.dtype), _back(self.shape[-2:], _spans)),
        inputs=("grad_output", "self"),
        grad_output=lambda grad, _spans, _divisor:
            pool(grad, *[None] * len(also), _spans, _divisor),
        self=lambda grad, self: zeros_like(self))  # fmt: skip
    pool = Op(
        f"{name}Backward0", forward, inputs=("self",), also=also,
        tex=r"\operatorname{{avgpool}}({self})",
        self=lambda grad, self, _spans, _divisor: backward(grad, self, _spans, _divisor),
        says="every element of a window receives an equal share of its gradient")  # fmt: skip
    return pool


avg_pool_op = _of_means(
    "AvgPool2D",
    lambda self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override,
    _spans, _divisor: _mean(self, _spans, _divisor),
    ("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
)  # fmt: skip
adaptive_op = _of_means("AdaptiveAvgPool2D", _mean, ())


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
        ceil_mode: bool = False, count_include_pad: bool = True,
        divisor_override: int | None = None) -> Tensor:  # fmt: skip
    """The mean of each window; parameters as for `max_pool2d`."""
    kernel, border = tuple_of(kernel_size, 2), tuple_of(padding, 2)
    shown = () if stride is None else tuple_of(stride, 2)
    steps, size = shown or kernel, input._data.shape[-2:]
    check(divisor_override != 0, "pool_divisor")
    places = _check(input, kernel, steps, border, (1, 1), ceil_mode)
    spans: Spans = []
    lengths: list[Any] = []
    for s, n, k, step, p in zip(size, places, kernel, steps, border, strict=True):
        start = np.arange(n) * step - p
        end = np.minimum(start + k, s + p)
        spans.append((np.maximum(start, 0), np.minimum(end, s)))
        lengths.append(end - start if count_include_pad else spans[-1][1] - spans[-1][0])
    divisor = (
        np.multiply.outer(*lengths) if divisor_override is None else np.array(divisor_override)
    )
    settings = (kernel, shown, border, ceil_mode, count_include_pad, divisor_override)
    return avg_pool_op.apply(input, *settings, spans, divisor)


@export("adaptive_avg_pool2d", method=False, to=functional)
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The mean over as many windows as `output_size` says, not all of one size.

    None keeps a length.
    """
    shape, dtype, one = input._data.shape, input._data.dtype, isinstance(output_size, int)
    sizes = (output_size,) * 2 if one else tuple(output_size)
    check(one or len(sizes) < len(shape), "adaptive_dims", len(sizes) + 1)
    wanted = tuple([n if w is None else w for n, w in zip(shape[-2:], sizes, strict=False)])
    check(len(sizes) == 2, "adaptive_length")
    if wanted == (1, 1):
        return mean_dim.apply(input, (-1, -2), True)
    check(min(wanted) >= 0, "adaptive_negative", *wanted)
    check(len(shape) in (3, 4), "adaptive_input", [*shape])
    if 0 in shape[-3:]:
        check(False, "adaptive_empty", [*shape], shape.index(0, len(shape) - 3))
    if dtype.kind != "f":
        raise errors.not_implemented_for("adaptive_avg_pool2d", dtype)
    numbers = [(np.arange(w), n, w) for n, w in zip(shape[-2:], wanted, strict=True)]
    spans = [(i * n // w, -((i + 1) * n // -w)) for i, n, w in numbers]
    divisor = np.multiply.outer(*[end - start for start, end in spans])
    return adaptive_op.apply(input, spans, divisor)
