"""Convolutions of one and two dimensions, and the transposed ones."""

from __future__ import annotations

import math
import warnings
from typing import Any, NamedTuple

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.broadcast import expand, squeeze_dim, unsqueeze, view
from minigrad.ops.export import export, functional, functions
from minigrad.ops.pad import constant_pad
from minigrad.ops.windows import Ints, framed, reach, seen, taps, tuple_of
from minigrad.tensor import Tensor


class Geometry(NamedTuple):
    """How the kernel slides. Every rule wants all of it, so it is saved as one value too."""

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


# --- a convolution and its gradients are products of matrices, one for each image and group:
#     (channels out, taps) @ (taps, places), where a tap is an element of the kernel in a channel


def _matrix(image: Any, kernel: Ints, places: Ints, g: Geometry) -> Any:
    """What each tap sees at each place: (N, groups, taps, places)."""
    if any(g.padding):
        image = framed(image, [(p, p) for p in g.padding])
    number, channels = image.shape[:2]
    shape = (number, g.groups, channels // g.groups * math.prod(kernel), math.prod(places))
    return seen(image, kernel, places, g.stride, g.dilation).reshape(shape)


def _kernels(weight: Any, groups: int) -> Any:
    """The weight as a matrix for each group: (groups, channels out, taps)."""
    return weight.reshape(groups, weight.shape[0] // groups, math.prod(weight.shape[1:]))


def correlate(image: Any, weight: Any, places: Ints, g: Geometry) -> Any:
    """The convolution of machine learning: at each place the sum of kernel times image."""
    product = _kernels(weight, g.groups) @ _matrix(image, weight.shape[2:], places, g)
    return product.reshape(len(image), len(weight), *places)


def spread(grad: Any, weight: Any, size: Ints, g: Geometry) -> Any:
    """The gradient of the image: each place gives back to all that it has seen."""
    number, places, kernel = len(grad), grad.shape[2:], weight.shape[2:]
    channels = weight.shape[1] * g.groups
    each = grad.reshape(number, g.groups, grad.shape[1] // g.groups, math.prod(places))
    given = _kernels(weight, g.groups).swapaxes(1, 2) @ each
    given = given.reshape(number, channels, *kernel, *places)
    room = [n + 2 * p for n, p in zip(size, g.padding, strict=True)]
    result = np.zeros((number, channels, *room), grad.dtype)
    for position, where in taps(kernel, places, g.stride, g.dilation):
        result[where] += given[(slice(None), slice(None), *position)]
    inside = [slice(p, p + n) for p, n in zip(g.padding, size, strict=True)]
    return np.ascontiguousarray(result[(..., *inside)])


def _weight_gradient(grad_output: Any, input: Any, weight: Any, _geometry: Geometry) -> Any:
    """Each element of the kernel sums what it has seen times what came back."""
    g = _geometry
    grad, image = (input, grad_output) if g.transposed else (grad_output, input)
    places, groups = grad.shape[2:], g.groups
    each = grad.reshape(len(grad), groups, grad.shape[1] // groups, math.prod(places))
    product = each @ _matrix(image, weight.shape[2:], places, g).swapaxes(2, 3)
    return np.add.reduce(product, 0).reshape(weight.shape)


def _input_gradient(grad_output: Any, input: Any, weight: Any, _geometry: Geometry) -> Any:
    run = correlate if _geometry.transposed else spread
    return run(grad_output, weight, input.shape[2:], _geometry)


def _convolution(input: Any, weight: Any, bias: Any, stride: Ints, padding: Ints,
        dilation: Ints, transposed: bool, output_padding: Ints, groups: int,
        bias_sym_sizes_opt: Ints, _geometry: Geometry) -> Any:  # fmt: skip
    places = _geometry.places(input.shape[2:], weight.shape[2:])
    result = (spread if transposed else correlate)(input, weight, places, _geometry)
    if bias is not None:
        result += bias.reshape(-1, *[1] * len(stride))
    return result


def convolve(input: Any, weight: Any, bias: Any, g: Geometry) -> Any:
    """`convolution` on any kind of value."""
    sizes = (0,) if bias is None else bias.shape
    run = convolution.apply if isinstance(input, Tensor) else convolution
    return run(input, weight, bias, *g, sizes, g)


def _gradient(forward: Any, **rules: Any) -> Op:
    """One of the three gradients of a convolution, all of which PyTorch computes in one node."""
    inputs = ("grad_output", "input", "weight")
    return Op("ConvolutionBackwardBackward0", forward, inputs=inputs, promotes=None, **rules)


# The gradients are linear in both their arrays, so their derivatives are convolutions again.
input_gradient = _gradient(
    _input_gradient,
    grad_output=lambda grad, weight, _geometry: convolve(grad, weight, None, _geometry),
    weight=lambda grad, grad_output, weight, _geometry:
        weight_gradient(grad_output, grad, weight, _geometry))  # fmt: skip
weight_gradient = _gradient(
    _weight_gradient,
    grad_output=lambda grad, input, _geometry: convolve(input, grad, None, _geometry),
    input=lambda grad, grad_output, input, _geometry:
        input_gradient(grad_output, input, grad, _geometry))  # fmt: skip
bias_gradient = _gradient(
    lambda grad_output, input, weight:
        np.add.reduce(grad_output, axis=(0, *range(2, grad_output.ndim))),
    grad_output=lambda grad, grad_output_sym_sizes:
        expand(view(grad, (1, -1, *[1] * (len(grad_output_sym_sizes) - 2))),
        grad_output_sym_sizes))  # fmt: skip

convolution = Op(
    "ConvolutionBackward0", _convolution, inputs=("input", "weight", "bias"), promotes=None,
    also=(*Geometry._fields, "bias_sym_sizes_opt"),
    tex=r"{input} \star {weight} + {bias}",
    input=lambda grad, input, weight, _geometry: input_gradient(grad, input, weight, _geometry),
    weight=lambda grad, input, weight, _geometry: weight_gradient(grad, input, weight, _geometry),
    bias=lambda grad, input, weight: bias_gradient(grad, input, weight),
    says="a pixel receives the gradients of all that saw it, times their weights")  # fmt: skip


# --- what a user may give


def _same(input: Tensor, kernel: Ints, stride: Ints, dilation: Ints) -> tuple[Tensor, Ints]:
    """Padding that keeps the size; where it cannot be even, one more is added at the end."""
    check(all(s == 1 for s in stride), "conv_same")
    both = [e - 1 for e in reach(kernel, dilation)]
    if any(b % 2 for b in both):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a "
            "zero-padded copy of the input be created",
            stacklevel=4,
        )
        input = constant_pad(input, tuple([x for b in reversed(both) for x in (0, b % 2)]), 0)
    return input, tuple([b // 2 for b in both])


_C_NAMES = {"Long": "long int", "Byte": "unsigned char", "Char": "signed char"}


def _check(input: Tensor, weight: Tensor, bias: Tensor | None, g: Geometry) -> None:
    x, w, kinds = input._data.shape, weight._data.shape, [errors.kind(input)]
    for what, other in (("weight", weight), ("bias", bias)):
        if other is not None and errors.kind(other) != kinds[0]:
            kinds.append(errors.kind(other))
            check(False, "conv_dtype", *[_C_NAMES.get(k, k.lower()) for k in kinds], what)
    check(min(g.padding) >= 0, "conv_padding")
    check(min(g.stride) > 0, "conv_stride")
    shown = [*[1] * (2 - len(g.dilation)), *g.dilation]
    check(min(shown) > 0, "conv_dilation", f", but got {shown}" if min(shown) == 0 else "")
    check(w[0] >= g.groups, "conv_out", g.groups, "at least", [*w])
    check(w[0] % g.groups == 0, "conv_out", g.groups, "divisible by", [[*w]])
    given, prefix, ends = f"groups={g.groups}", "", (w[1] * g.groups, w[0])
    if g.transposed:
        given, prefix, ends = "transposed=1", "transposed=1, ", ends[::-1]
    check(x[1] == ends[0], "conv_channels", given, [*w], [*x], ends[0], x[1])
    if bias is not None:
        check(bias.shape == ends[1:], "conv_bias", prefix, [*w], ends[1], [*bias.shape])
    room = [n + 2 * p for n, p in zip(x[2:], g.padding, strict=True)]
    extent = reach(w[2:], g.dilation)
    fits = g.transposed or all(r >= e for r, e in zip(room, extent, strict=True))
    sizes = [f"({' x '.join(map(str, s))})" for s in (room, extent)]
    check(fits, "conv_size", *sizes)


def _conv(n: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
        dilation: Any, groups: int, output_padding: Any = None) -> Tensor:  # fmt: skip
    transposed, dims = output_padding is not None, input.ndim
    name = f"{'_transpose' * transposed}{n}"
    check(dims in (n + 1, n + 2), "conv_dims", n + 1, n + 2, name, [*input.shape])
    check(groups > 0, "conv_groups")
    check(weight.ndim > 2, "conv_weight")
    x = input if dims == n + 2 else unsqueeze.apply(input, 0)
    space, shown = "" if padding == "same" else " ", [*x.shape]
    kernel = f"{space}{[*weight.shape]}"
    check(weight.ndim == n + 2, "conv_weight_dims", weight.ndim, kernel, n + 2, shown)
    steps, gaps = tuple_of(stride, n), tuple_of(dilation, n)
    if isinstance(padding, str):
        check(padding in ("same", "valid"), "conv_name", padding)
        x, padding = (x, 0) if padding == "valid" else _same(x, weight._data.shape[2:], steps, gaps)
    border, more = tuple_of(padding, n), tuple_of(output_padding or 0, n)
    geometry = Geometry(steps, border, gaps, transposed, more, groups)
    _check(x, weight, bias, geometry)
    result = convolve(x, weight, bias, geometry)
    return result if dims == n + 2 else squeeze_dim.apply(result, 0)


@export("conv1d", method=False, to=functional)
def conv1d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # fmt: skip
    """Slide a kernel along a signal; as `conv2d` with one dimension less."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@export("conv2d", method=False, to=functional)
def conv2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1) -> Tensor:  # fmt: skip
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

    Raises
    ------
    RuntimeError
        If shapes or dtypes do not fit.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.conv2d.html
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@export("conv_transpose2d", method=False, to=functional)
def conv_transpose2d(input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1,
        padding: Any = 0, output_padding: Any = 0, groups: int = 1,
        dilation: Any = 1) -> Tensor:  # fmt: skip
    """What the gradient of `conv2d` computes: each input pixel paints a kernel.

    Weight: (C, O / groups, h, w).
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups, output_padding)


functions.update({name: functional[name] for name in ("conv1d", "conv2d", "conv_transpose2d")})
