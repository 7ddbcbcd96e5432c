"""Convolutions of one and two dimensions, and the transposed ones."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import expand, squeeze_dim, unsqueeze, view
from minigrad.ops.export import export, functional, functions
from minigrad.ops.pad import constant_pad
from minigrad.ops.windows import Ints, correlate, kernel_gradient, reach, spread
from minigrad.tensor import Tensor

# In every rule below, `geometry` stands for the parameters that say how the kernel slides.


def _convolution(
    input: Any,
    weight: Any,
    bias: Any,
    stride: Ints,
    padding: Ints,
    dilation: Ints,
    transposed: bool,
    output_padding: Ints,
    groups: int,
    bias_sym_sizes_opt: Ints,
) -> Any:
    if transposed:
        size = _transposed_size(
            input.shape, weight.shape, stride, padding, dilation, output_padding
        )
        result = spread(input, weight, size, stride, padding, dilation, groups)
    else:
        result = correlate(input, weight, stride, padding, dilation, groups)
    return result if bias is None else result + bias.reshape(-1, *[1] * len(stride))


def _transposed_size(
    input: Ints, weight: Ints, stride: Ints, padding: Ints, dilation: Ints, output_padding: Ints
) -> Ints:
    each = zip(input[2:], stride, padding, reach(weight[2:], dilation), output_padding, strict=True)
    return tuple([(n - 1) * s - 2 * p + e + o for n, s, p, e, o in each])


def _input_gradient(
    grad_output: Any, input: Any, weight: Any, stride: Ints, padding: Ints, dilation: Ints,
    transposed: bool, output_padding: Ints, groups: int,
) -> Any:  # fmt: skip
    if transposed:
        return correlate(grad_output, weight, stride, padding, dilation, groups)
    return spread(grad_output, weight, input.shape[2:], stride, padding, dilation, groups)


def _weight_gradient(
    grad_output: Any, input: Any, weight: Any, stride: Ints, padding: Ints, dilation: Ints,
    transposed: bool, output_padding: Ints, groups: int,
) -> Any:  # fmt: skip
    outer, inner = (input, grad_output) if transposed else (grad_output, input)
    return kernel_gradient(outer, inner, weight.shape[2:], stride, padding, dilation, groups)


def _bias_gradient(
    grad_output: Any, input: Any, weight: Any, stride: Ints, padding: Ints, dilation: Ints,
    transposed: bool, output_padding: Ints, groups: int,
) -> Any:  # fmt: skip
    return np.add.reduce(grad_output, axis=(0, *range(2, grad_output.ndim)))


def _backward(forward: Any, **rules: Any) -> Op:
    """One of the three gradients of a convolution, all of which PyTorch computes in one node."""
    return Op(
        "ConvolutionBackwardBackward0",
        forward,
        inputs=("grad_output", "input", "weight"),
        says="a gradient of a convolution, differentiated once more",
        **rules,
    )


# The gradients are linear in both their arrays, so their derivatives are convolutions again.
# fmt: off
input_gradient = _backward(
    _input_gradient,
    grad_output=lambda grad, weight,
        stride, padding, dilation, transposed, output_padding, groups: convolution(
        grad, weight, None, stride, padding, dilation, transposed, output_padding, groups, (0,)),
    weight=lambda grad, grad_output, weight,
        stride, padding, dilation, transposed, output_padding, groups: weight_gradient(
        grad_output, grad, weight, stride, padding, dilation, transposed, output_padding, groups),
)
weight_gradient = _backward(
    _weight_gradient,
    grad_output=lambda grad, input,
        stride, padding, dilation, transposed, output_padding, groups: convolution(
        input, grad, None, stride, padding, dilation, transposed, output_padding, groups, (0,)),
    input=lambda grad, grad_output, input,
        stride, padding, dilation, transposed, output_padding, groups: input_gradient(
        grad_output, input, grad, stride, padding, dilation, transposed, output_padding, groups),
)
bias_gradient = _backward(
    _bias_gradient,
    grad_output=lambda grad, grad_output_sym_sizes: expand(
        view(grad, (1, -1, *[1] * (len(grad_output_sym_sizes) - 2))), grad_output_sym_sizes),
)

convolution = Op(
    "ConvolutionBackward0",
    _convolution,
    inputs=("input", "weight", "bias"),
    tex=r"{input} \star {weight} + {bias}",
    input=lambda grad, input, weight,
        stride, padding, dilation, transposed, output_padding, groups: input_gradient(
        grad, input, weight, stride, padding, dilation, transposed, output_padding, groups),
    weight=lambda grad, input, weight,
        stride, padding, dilation, transposed, output_padding, groups: weight_gradient(
        grad, input, weight, stride, padding, dilation, transposed, output_padding, groups),
    bias=lambda grad, input, weight, stride, padding, dilation, transposed, output_padding, groups,
        bias_sym_sizes_opt: bias_gradient(
        grad, input, weight, stride, padding, dilation, transposed, output_padding, groups),
    says="the kernel slides back: each pixel receives the gradients of all outputs that have seen "
    "it, times the weight through which they saw it; each weight receives gradient times pixel, "
    "summed over all places",
)
# fmt: on


def tuple_of(value: Any, length: int) -> Ints:
    """A number for each dimension, from one number or several."""
    values = (value,) * length if isinstance(value, int) else tuple(value)
    return values * length if len(values) == 1 else values


def _same(input: Tensor, weight: Tensor, stride: Ints, dilation: Ints) -> tuple[Tensor, Ints]:
    """Padding that keeps the size; where it cannot be even, one more is added at the end."""
    if any(s != 1 for s in stride):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    both = [e - 1 for e in reach(weight._data.shape[2:], dilation)]
    uneven = [b % 2 for b in both]
    if any(uneven):
        warnings.warn(
            "Using padding='same' with even kernel lengths and odd dilation may require a "
            "zero-padded copy of the input be created",
            stacklevel=4,
        )
        input = constant_pad(input, tuple([x for u in reversed(uneven) for x in (0, u)]), 0)
    return input, tuple([b // 2 for b in both])


def _check(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    padding: Ints,
    stride: Ints,
    dilation: Ints,
    groups: int,
) -> None:
    x, w = input._data, weight._data
    if x.dtype != w.dtype or (bias is not None and bias._data.dtype != x.dtype):
        other, what = (
            (bias, "bias") if bias is not None and x.dtype == w.dtype else (weight, "weight")
        )
        ours, theirs = errors.kind(input).lower(), errors.kind(other).lower()
        raise RuntimeError(f"Input type ({ours}) and {what} type ({theirs}) should be the same")
    if any(p < 0 for p in padding):
        raise RuntimeError("negative padding is not supported")
    if any(s <= 0 for s in stride):
        raise RuntimeError("non-positive stride is not supported")
    if w.shape[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, "
            f"but got weight of size [{errors.brackets(w.shape)}] instead"
        )
    if x.shape[1] != w.shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {errors.brackets(w.shape)}, expected "
            f"input{errors.brackets(x.shape)} to have {w.shape[1] * groups} channels, but got "
            f"{x.shape[1]} channels instead"
        )
    if bias is not None and bias.shape != (w.shape[0],):
        raise RuntimeError(
            f"Given weight of size {errors.brackets(w.shape)}, expected bias to be 1-dimensional "
            f"with {w.shape[0]} elements, but got bias of size {errors.brackets(bias.shape)} "
            "instead"
        )
    room = [n + 2 * p for n, p in zip(x.shape[2:], padding, strict=True)]
    extent = reach(w.shape[2:], dilation)
    if any(r < e for r, e in zip(room, extent, strict=True)):
        sizes = [f"({' x '.join(map(str, s))})" for s in (room, extent)]
        raise RuntimeError(
            f"Calculated padded input size per channel: {sizes[0]}. Kernel size: {sizes[1]}. "
            "Kernel size can't be greater than actual input size"
        )


def _conv(
    n: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: Any,
    padding: Any,
    dilation: Any,
    groups: int,
) -> Tensor:
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to conv{n}d, but got input "
            f"of size: {errors.brackets(input._data.shape)}"
        )
    batched = input.ndim == n + 2
    if not batched:
        input = unsqueeze.apply(input, 0)
    steps, gaps = tuple_of(stride, n), tuple_of(dilation, n)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        input, border = (
            _same(input, weight, steps, gaps) if padding == "same" else (input, (0,) * n)
        )
    else:
        border = tuple_of(padding, n)
    _check(input, weight, bias, border, steps, gaps, groups)
    sizes = (0,) if bias is None else bias._data.shape
    result = convolution.apply(
        input, weight, bias, steps, border, gaps, False, (0,) * n, groups, sizes
    )
    return result if batched else squeeze_dim.apply(result, 0)


@export("conv1d", method=False, to=functional)
def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
    """Slide a kernel along a signal; as `conv2d` with one dimension less."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@export("conv2d", method=False, to=functional)
def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Tensor:
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
def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Tensor:
    """What the gradient of `conv2d` computes: each input pixel paints a kernel.

    Weight: (C, O / groups, h, w).
    """
    geometry = [tuple_of(v, 2) for v in (stride, padding, dilation)]
    sizes = (0,) if bias is None else bias._data.shape
    return convolution.apply(
        input, weight, bias, *geometry, True, tuple_of(output_padding, 2), groups, sizes
    )


functions.update({name: functional[name] for name in ("conv1d", "conv2d", "conv_transpose2d")})
