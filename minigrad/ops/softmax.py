"""Softmax and its logarithm."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import exp
from minigrad.ops.broadcast import sum_dim
from minigrad.ops.export import export, functional
from minigrad.tensor import Tensor


def _shifted(self: Any, dim: int) -> Any:
    """`self` minus its maximum along `dim`, so that exp cannot overflow.

    Softmax does not see the difference.
    """
    return self - np.maximum.reduce(self, axis=dim, keepdims=True, initial=-np.inf)


def _softmax(self: Any, dim: int) -> Any:
    if self.ndim == 0:
        return self / self
    dim = errors.checked_dim(dim, self.ndim)
    powers = np.exp(_shifted(self, dim))
    return powers / np.add.reduce(powers, axis=dim, keepdims=True)


def _log_softmax(self: Any, dim: int) -> Any:
    if self.ndim == 0:
        return self - self
    dim = errors.checked_dim(dim, self.ndim)
    shifted = _shifted(self, dim)
    return shifted - np.log(np.add.reduce(np.exp(shifted), axis=dim, keepdims=True))


def _sum(values: Any, dim: int) -> Any:
    return np.add.reduce(values, axis=dim, keepdims=True) if values.ndim else values


softmax_backward = Op(
    "SoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: output * (grad_output - _sum(grad_output * output, dim)),
    inputs=("grad_output", "output"),
    tex=r"{output} \odot \left({grad_output} - \sum {grad_output} \cdot {output}\right)",
    grad_output=lambda grad, output, dim: softmax_backward(grad, output, dim),
    output=lambda grad, grad_output, output, dim: (
        grad * grad_output
        - sum_dim(output * grad_output, (dim,), True) * grad
        - grad_output * sum_dim(output * grad, (dim,), True)
    ),
    says="the derivative of softmax, differentiated once more",
)

softmax_op = Op(
    "SoftmaxBackward0",
    _softmax,
    inputs=("self",),
    tex=r"\operatorname{{softmax}}({self})",
    self=lambda grad, result, dim: softmax_backward(grad, result, dim),
    says="each score receives its probability times how far its gradient is above the average "
    "gradient",
)

log_softmax_backward = Op(
    "LogSoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: grad_output - np.exp(output) * _sum(grad_output, dim),
    inputs=("grad_output", "output"),
    tex=r"{grad_output} - e^{{{output}}} \cdot \sum {grad_output}",
    grad_output=lambda grad, output, dim: grad - sum_dim(grad * exp(output), (dim,), True),
    output=lambda grad, grad_output, output, dim: (
        -sum_dim(grad_output, (dim,), True) * exp(output) * grad
    ),
    says="the derivative of log_softmax, differentiated once more",
)

log_softmax_op = Op(
    "LogSoftmaxBackward0",
    _log_softmax,
    inputs=("self",),
    tex=r"\operatorname{{log\_softmax}}({self})",
    self=lambda grad, result, dim: log_softmax_backward(grad, result, dim),
    says="each score receives its gradient minus its probability times the sum of the gradients",
)


def _run(op: Op, name: str, input: Tensor, dim: int | None, dtype: Any) -> Tensor:
    if dim is None:
        warnings.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
            "dim=X as an argument.",
            stacklevel=4,
        )
        dim = 0 if input.ndim in (0, 1, 3) else 1
    if dtype is not None:
        input = input.to(dtype)
    if input._data.dtype.kind != "f":
        kernel = "lastdim_kernel_impl" if dim in (-1, input.ndim - 1) else "kernel_impl"
        raise NotImplementedError(
            f'"{name.replace("softmin", "softmax")}_{kernel}" not implemented for '
            f"'{errors.kind(input)}'"
        )
    return op.apply(input, dim)


@export("softmax", method=False, to=functional)
def functional_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """Positive numbers that sum to 1 along `dim`: ``exp(input) / exp(input).sum(dim)``."""
    return _run(softmax_op, "softmax", input, dim, dtype)


@export("log_softmax", method=False, to=functional)
def functional_log_softmax(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """The logarithm of `softmax`, computed without overflow."""
    return _run(log_softmax_op, "log_softmax", input, dim, dtype)


@export("softmin", method=False, to=functional)
def softmin(
    input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Tensor:
    """`softmax` of ``-input``."""
    return _run(softmax_op, "softmin", -input, dim, dtype)


@export("softmax")
def softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """Positive numbers that sum to 1 along `dim`."""
    return _run(softmax_op, "softmax", input, dim, dtype)


@export("log_softmax")
def log_softmax(input: Tensor, dim: int, dtype: Any = None) -> Tensor:
    """The logarithm of `softmax`."""
    return _run(log_softmax_op, "log_softmax", input, dim, dtype)
