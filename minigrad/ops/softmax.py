"""Softmax and its logarithm."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.dtypes import dtype as Dtype  # noqa: N812 - `dtype` is an argument
from minigrad.op import Op
from minigrad.ops.arithmetic import exp
from minigrad.ops.broadcast import sum_dim
from minigrad.ops.export import export, functional
from minigrad.sums import laid_out
from minigrad.tensor import Tensor

# PyTorch's numbers to the last bit, but for a few: exp and log are rounded from float64 as its own
# nearly always are, and sums along the last dimension are those of 16 lanes of a vector.


def _rounded(function: Any, values: Any) -> Any:
    return function(values, dtype=np.float64).astype(values.dtype)


def _total(powers: Any, lanes: int) -> Any:
    """The sum over the first dimension: of every `lanes`-th number, then of those by halves."""
    full = len(powers) // lanes * lanes
    if not full:
        return np.add.accumulate(powers, 0)[-1] if len(powers) else np.add.reduce(powers, 0)
    sums = np.add.reduce(powers[:full].reshape(full // lanes, lanes, *powers.shape[1:]), 0)
    sums[: len(powers) - full] += powers[full:]
    while len(sums) > 1:
        sums = sums[: len(sums) // 2] + sums[len(sums) // 2 :]
    return sums[0]


def _soft(self: Any, dim: int, logarithm: bool) -> Any:
    """Softmax or its logarithm, less the maximum, so that exp cannot overflow."""
    if self.ndim == 0:
        return self - self if logarithm else self / self
    last = dim in (-1, self.ndim - 1)
    scores = laid_out(self.swapaxes(0, dim))  # numpy is quickest along the first dimension
    shifted = scores - np.maximum.reduce(scores, 0, initial=-np.inf)
    powers = _rounded(np.exp, shifted)
    total = _total(powers, 64 // self.itemsize if last else len(powers) + 1)
    if logarithm:
        result = shifted - _rounded(np.log, total)
    else:
        result = powers * (1 / total) if last else powers / total
    return laid_out(result.swapaxes(0, dim))


def _sum(values: Any, dim: int) -> Any:
    return np.add.reduce(values, axis=dim, keepdims=True) if values.ndim else values


# fmt: off
softmax_backward = Op("SoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: output * (grad_output - _sum(grad_output * output, dim)),
    tex=r"{output} \odot \left({grad_output} - \sum {grad_output} \cdot {output}\right)",
    grad_output=lambda grad, output, dim: softmax_backward(grad, output, dim),
    output=lambda grad, grad_output, output, dim:
        grad * grad_output - sum_dim(output * grad_output, (dim,), True) * grad
        - grad_output * sum_dim(output * grad, (dim,), True))
softmax_op = Op("SoftmaxBackward0", lambda self, dim: _soft(self, dim, False),
    tex=r"\operatorname{{softmax}}({self})",
    self=lambda grad, result, dim: softmax_backward(grad, result, dim),
    says="each score receives its probability times how far its gradient is above the average "
         "gradient")
log_softmax_backward = Op("LogSoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: grad_output - np.exp(output) * _sum(grad_output, dim),
    tex=r"{grad_output} - e^{{{output}}} \cdot \sum {grad_output}",
    grad_output=lambda grad, output, dim: grad - sum_dim(grad * exp(output), (dim,), True),
    output=lambda grad, grad_output, output, dim:
        -sum_dim(grad_output, (dim,), True) * exp(output) * grad)
log_softmax_op = Op("LogSoftmaxBackward0", lambda self, dim: _soft(self, dim, True),
    tex=r"\operatorname{{log\_softmax}}({self})",
    self=lambda grad, result, dim: log_softmax_backward(grad, result, dim),
    says="each score receives its gradient minus its probability times the sum of the gradients")
# fmt: on


def _chosen(name: str, input: Tensor, dim: int | None) -> int:
    """`dim`, or what PyTorch takes if it is left out."""
    if dim is not None:
        return dim
    warnings.warn(errors.IMPLICIT_DIM.format(name), stacklevel=5)
    return 0 if input._data.ndim in (0, 1, 3) else 1


def _public(name: str, op: Op, says: str) -> Callable[..., Tensor]:
    def along(input: Tensor, dim: int, dtype: Dtype | None = None) -> Tensor:
        errors.checked_dim(dim, input._data.ndim)
        input = input if dtype is None else input.to(dtype)
        if input._data.dtype.kind != "f":
            kernel = "lastdim_kernel_impl" if dim in (-1, input._data.ndim - 1) else "kernel_impl"
            raise errors.not_implemented_for(f"{name}_{kernel}", input._data.dtype)
        return op.apply(input, dim)

    def implicit(input: Tensor, dim: int | None = None, _stacklevel: int = 3,
                 dtype: Dtype | None = None) -> Tensor:  # fmt: skip
        return getattr(input, name)(_chosen(name, input, dim), dtype)

    for function in (along, implicit):
        function.__name__ = function.__qualname__ = name
        function.__doc__ = says
    export(name, method=False, to=functional)(implicit)
    return export(name)(along)


softmax = _public("softmax", softmax_op, "Positive numbers that sum to 1 along `dim`.")
log_softmax = _public("log_softmax", log_softmax_op,
                      "The logarithm of softmax, computed without overflow.")  # fmt: skip


@export("softmin", method=False, to=functional)
def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3,
            dtype: Dtype | None = None) -> Tensor:  # fmt: skip
    """`softmax` of ``-input``."""
    return softmax(-input, _chosen("softmin", input, dim), dtype)
