"""Pools: the largest element of each window, or their mean."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import squeeze_dim, unsqueeze, view
from minigrad.ops.export import export, functional, functions
from minigrad.ops.reduce import mean_dim
from minigrad.ops.windows import Ints, framed, reach, taps, tuple_of
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, wrap


def _places(
    size: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil: bool
) -> Ints:
    """How many windows fit along each dimension; with `ceil`, one may end outside."""
    lengths: list[int] = []
    for s, p, step, extent in zip(size, padding, stride, reach(kernel, dilation), strict=True):
        room = s + 2 * p - extent
        n = (-(-room // step) if ceil else room // step) + 1
        lengths.append(n - 1 if ceil and (n - 1) * step >= s + p else n)
    return tuple(lengths)


def _covered(
    image: Any, places: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, value: Any
) -> Any:
    """`image` with a border, so that it is as large as all windows together."""
    each = zip(image.shape[-2:], places, stride, padding, reach(kernel, dilation), strict=True)
    return framed(image, [(p, (n - 1) * st + e - s - p) for s, n, st, p, e in each], value)


# --- max_pool2d


def _largest(
    image: Any, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool
) -> tuple[Any, Any]:
    """The largest element of each window, and where in its plane it stands."""
    size = image.shape[-2:]
    places = _places(size, kernel, stride, padding, dilation, ceil_mode)
    lowest = -np.inf if image.dtype.kind == "f" else np.iinfo(image.dtype).min
    image = _covered(image, places, kernel, stride, padding, dilation, lowest)
    rows, columns = [np.arange(n) * s - p for n, s, p in zip(places, stride, padding, strict=True)]
    # Where all is -inf, PyTorch takes the first element inside.
    inside = [
        np.where(a < 0, a + d * -(a // d), a)
        for a, d in zip((rows, columns), dilation, strict=True)
    ]
    first, start = [np.add.outer(r * size[1], c) for r, c in (inside, (rows, columns))]
    value = np.full((*image.shape[:-2], *places), lowest, image.dtype)
    where = np.broadcast_to(first, value.shape)
    for (i, j), window in taps(kernel, places, stride, dilation):
        new = image[window]
        better = (new > value) | (new != new)
        value = np.where(better, new, value)
        where = np.where(better, start + (i * dilation[0] * size[1] + j * dilation[1]), where)
    return value, where


def _planes(image: Any) -> Any:
    return image.reshape(math.prod(image.shape[:-2]), math.prod(image.shape[-2:]))


def _put_back(grad_output: Any, self: Any, indices: Any) -> Any:
    result = np.zeros(self.shape, self.dtype)
    planes = np.arange(math.prod(self.shape[:-2]))[:, None]
    np.add.at(_planes(result), (planes, _planes(indices)), _planes(grad_output))
    return result


def _pick(grad: Any, indices: Any) -> Any:
    if isinstance(grad, Tensor):
        flat = view(grad, (*grad.shape[:-2], grad.shape[-2] * grad.shape[-1]))
        places = wrap(indices.reshape(*indices.shape[:-2], math.prod(indices.shape[-2:])))
        return view(flat.gather(-1, places), indices.shape)
    return np.take_along_axis(_planes(grad), _planes(indices), -1).reshape(indices.shape)


max_pool_backward = Op(
    "MaxPool2DWithIndicesBackwardBackward0",
    _put_back,
    inputs=("grad_output", "self"),
    grad_output=_pick,
    self=lambda grad, self: zeros_like(self),
    says="the same elements are picked once more",
)

max_pool_op = Op(
    "MaxPool2DWithIndicesBackward0",
    lambda self, kernel_size, stride, padding, dilation, ceil_mode, result1, _value: _value,
    inputs=("self",),
    also=("kernel_size", "stride", "padding", "dilation", "ceil_mode"),
    tex=r"\operatorname{{maxpool}}({self})",
    self=lambda grad, self, result1: max_pool_backward(grad, self, result1),
    says="the largest element of each window receives its gradient, the others nothing",
)


def _check(
    input: Tensor, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, ceil_mode: bool
) -> None:
    shape = input._data.shape
    if min(kernel) < 0:
        raise RuntimeError(
            f"kernel size should be greater than zero, but got kH: {kernel[0]} kW: {kernel[1]}"
        )
    if 0 in stride:
        raise RuntimeError("stride should not be zero")
    if min(padding) < 0:
        raise RuntimeError(f"pad must be non-negative, but got pad: {min(padding)}")
    for pad, extent, k, d in zip(padding, reach(kernel, dilation), kernel, dilation, strict=True):
        if pad > extent // 2:
            raise RuntimeError(
                f"pad should be at most half of effective kernel size, but got pad={pad}, "
                f"kernel_size={k} and dilation={d}"
            )
    if len(shape) not in (3, 4) or 0 in shape[-3:]:
        raise RuntimeError(
            f"Expected 3D or 4D (batch mode) tensor with optional 0 dim batch size for input, but "
            f"got:{[*shape]}"
        )
    places = _places(shape[-2:], kernel, stride, padding, dilation, ceil_mode)
    if min(places) < 1:
        size, found = ["x".join(map(str, (shape[-3], *s))) for s in (shape[-2:], places)]
        raise RuntimeError(
            f"Given input size: ({size}). Calculated output size: ({found}). Output size is too "
            "small"
        )


@export("max_pool2d", method=False, to=functional)
def max_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
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
    steps = () if stride is None else tuple_of(stride, 2)
    settings = (border, gaps, ceil_mode)
    if input.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    if min(gaps) <= 0:
        raise RuntimeError(
            "dilation should be greater than zero, but got "
            f"dilationH: {gaps[0]} dilationW: {gaps[1]}"
        )
    _check(input, kernel, steps or kernel, *settings)
    value, where = _largest(input._data, kernel, steps or kernel, *settings)
    result = max_pool_op.apply(input, kernel, steps, *settings, where, value)
    return (result, wrap(where)) if return_indices else result


# --- avg_pool2d


class _Means:
    """The windows of avg_pool2d over images of one size, and the divisor of each."""

    def __init__(
        self, size: Ints, kernel: Ints, stride: Ints, padding: Ints, ceil: bool, count_pad: bool,
        divisor: int | None,
    ) -> None:  # fmt: skip
        stride = stride or kernel
        ones = (1,) * len(kernel)
        self.places = _places(size, kernel, stride, padding, ones, ceil)
        self.border = (self.places, kernel, stride, padding, ones)
        self.taps = [where for _, where in taps(kernel, self.places, stride, ones)]
        lengths: list[Any] = []
        for s, k, step, p, n in zip(size, kernel, stride, padding, self.places, strict=True):
            start = np.arange(n) * step - p
            end = np.minimum(start + k, s + p)
            lengths.append(end - start if count_pad else np.minimum(end, s) - np.maximum(start, 0))
        self.divisor = np.multiply.outer(*lengths) if divisor is None else np.array(divisor)


def _average(self: Any, _settings: Any) -> Any:
    means = _Means(self.shape[-2:], *_settings)
    image = _covered(self, *means.border, 0)
    total = np.zeros((*self.shape[:-2], *means.places), self.dtype)
    for where in means.taps:
        total += image[where]
    return (total / means.divisor.astype(self.dtype)).astype(self.dtype, copy=False)


def _average_back(grad_output: Any, self: Any, _settings: Any) -> Any:
    means = _Means(self.shape[-2:], *_settings)
    result = np.zeros_like(_covered(self, *means.border, 0))
    share = grad_output / means.divisor.astype(self.dtype)
    for where in means.taps:
        result[where] += share
    each = zip(self.shape[-2:], result.shape[-2:], _settings[2], strict=True)
    return framed(result, [(-p, n + p - m) for n, m, p in each])


def _of_means(name: str, tex: str, forward: Any, backward: Any, **kwargs: Any) -> Op:
    """A pool of means. It is linear, and its derivative is too."""
    back = Op(
        f"{name}BackwardBackward0",
        backward,
        inputs=("grad_output", "self"),
        grad_output=lambda grad, _settings: pool_gradient(grad, _settings),
        self=lambda grad, self: zeros_like(self),
        says="a mean is linear: its derivative is a pool of means again",
    )
    pool = Op(
        f"{name}Backward0",
        forward,
        inputs=("self",),
        tex=rf"\operatorname{{{{{tex}}}}}({{self}})",
        self=lambda grad, self, _settings: back(grad, self, _settings),
        says="every element of a window receives an equal share of its gradient",
        **kwargs,
    )

    def pool_gradient(grad: Any, _settings: Any) -> Any:
        shown = _settings if kwargs else ()
        return pool(grad, *shown, _settings)

    return pool


avg_pool_op = _of_means(
    "AvgPool2D",
    "avgpool",
    lambda self, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override,
    _settings: _average(self, _settings),
    _average_back,
    also=("kernel_size", "stride", "padding", "ceil_mode", "count_include_pad", "divisor_override"),
)  # fmt: skip


@export("avg_pool2d", method=False, to=functional)
def avg_pool2d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True, divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of each window; parameters as for `max_pool2d`."""
    kernel, border = tuple_of(kernel_size, 2), tuple_of(padding, 2)
    steps = () if stride is None else tuple_of(stride, 2)
    if divisor_override == 0:
        raise RuntimeError("divisor must be not zero")
    _check(input, kernel, steps or kernel, border, (1, 1), ceil_mode)
    settings = (kernel, steps, border, ceil_mode, count_include_pad, divisor_override)
    return avg_pool_op.apply(input, *settings, settings)


# --- adaptive_avg_pool2d: so many windows, which need not be of one size


def _windows(size: Ints, wanted: Ints) -> Iterator[tuple[Any, Any]]:
    """The place of each result, and its window."""
    edges = [
        [(i * n // w, -((i + 1) * n // -w)) for i in range(w)]
        for n, w in zip(size, wanted, strict=True)
    ]
    for (i, rows), (j, columns) in itertools.product(*map(enumerate, edges)):
        yield (..., i, j), (..., slice(*rows), slice(*columns))


def _adaptive(self: Any, _settings: Ints) -> Any:
    result = np.empty((*self.shape[:-2], *_settings), self.dtype)
    for place, window in _windows(self.shape[-2:], _settings):
        result[place] = self[window].mean((-2, -1))
    return result


def _adaptive_back(grad_output: Any, self: Any, _settings: Ints) -> Any:
    result = np.zeros(self.shape, self.dtype)
    for place, window in _windows(self.shape[-2:], _settings):
        part = result[window]
        part += (grad_output[place] / math.prod(part.shape[-2:]))[..., None, None]
    return result


adaptive_op = _of_means("AdaptiveAvgPool2D", "avgpool", _adaptive, _adaptive_back)


@export("adaptive_avg_pool2d", method=False, to=functional)
def adaptive_avg_pool2d(input: Tensor, output_size: Any) -> Tensor:
    """The mean over as many windows as `output_size` says; None keeps a length."""
    shape, dtype = input._data.shape, input._data.dtype
    sizes = (output_size,) * 2 if isinstance(output_size, int) else tuple(output_size)
    if not isinstance(output_size, int) and len(sizes) >= len(shape):
        raise ValueError(f"Input dimension should be at least {len(sizes) + 1}")
    wanted = tuple([n if w is None else w for n, w in zip(shape[-2:], sizes, strict=False)])
    if wanted == (1, 1):
        return mean_dim.apply(input, (-1, -2), True)
    if len(sizes) != 2:
        raise RuntimeError("adaptive_avg_pool2d: output_size must be 2")
    if min(wanted) < 0:
        raise RuntimeError(
            "adaptive_avg_pool2d: elements of output_size must be greater than or equal to 0 but "
            f"received {{{wanted[0]}, {wanted[1]}}}"
        )
    if len(shape) not in (3, 4):
        raise RuntimeError(f"adaptive_avg_pool2d(): Expected 3D or 4D tensor, but got {[*shape]}")
    if 0 in shape[-3:]:
        raise RuntimeError(
            "adaptive_avg_pool2d(): Expected input to have non-zero size for non-batch dimensions, "
            f"but input has sizes {[*shape]} with dimension {shape.index(0, -3)} being empty"
        )
    if dtype.kind != "f":
        raise errors.not_implemented_for("adaptive_avg_pool2d", dtype)
    return adaptive_op.apply(input, wanted)


# --- one dimension: an image of height 1


def _flat_pair(value: Any, other: int) -> Ints | None:
    return None if value is None else (other, *tuple_of(value, 1))


@export("max_pool1d", method=False, to=functional)
def max_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, dilation: Any = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """`max_pool2d` along one dimension."""
    shape = input._data.shape
    if len(shape) not in (2, 3) or 0 in shape[-2:]:
        raise RuntimeError(
            "max_pool1d: Expected 2D or 3D (batch mode) tensor with optional 0 dim batch size for "
            f"input, but got:{[*shape]}"
        )
    stride = kernel_size if stride is None else stride
    kernel, step, border, gap = [tuple_of(v, 1) for v in (kernel_size, stride, padding, dilation)]
    if not return_indices:
        for name, (value,) in (("kernel_size", kernel), ("stride", step), ("dilation", gap)):
            if value <= 0:
                raise RuntimeError(
                    f"max_pool1d() {name} must be greater than zero, but got {value}"
                )
        (places,) = _places(shape[-1:], kernel, step, border, gap, ceil_mode)
        if places <= 0:
            raise RuntimeError(f"max_pool1d() Invalid computed output size: {places}")
    settings = ((1, *step), (0, *border), (1, *gap), ceil_mode)
    pooled = max_pool2d(unsqueeze.apply(input, -2), (1, *kernel), *settings, True)
    result, where = [squeeze_dim.apply(p, -2) for p in pooled]
    return (result, where) if return_indices else result


@export("avg_pool1d", method=False, to=functional)
def avg_pool1d(
    input: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0, ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:  # fmt: skip
    """`avg_pool2d` along one dimension."""
    if input.ndim not in (2, 3):
        raise RuntimeError(
            f"Expected 2 to 3 dimensions, but got {input.ndim}-dimensional tensor for argument #1 "
            "'self' (while checking arguments for avg_pool1d)"
        )
    image = unsqueeze.apply(input, -2)
    settings = (_flat_pair(stride, 1), _flat_pair(padding, 0), ceil_mode, count_include_pad)
    return squeeze_dim.apply(avg_pool2d(image, _flat_pair(kernel_size, 1), *settings), -2)


_NAMES = ("max_pool1d", "max_pool2d", "avg_pool1d", "adaptive_avg_pool2d")
functions.update({name: functional[name] for name in _NAMES})
