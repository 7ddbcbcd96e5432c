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
from minigrad.ops.reduce import ALL, need_dim, public, reduction
from minigrad.sums import laid_out
from minigrad.tensor import Tensor


def _sum(values: Any, dim: int) -> Any:
    return np.add.reduce(values, axis=dim, keepdims=True) if values.ndim else values


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


def _powers(self: Any, dim: int) -> tuple[Any, Any, Any]:
    """`self` minus its maximum, so that exp cannot overflow, exp of it, and the sum of these.

    With `dim` in front: numpy is quickest there.
    """
    last = dim in (-1, self.ndim - 1)
    scores = laid_out(self.swapaxes(0, dim))
    shifted = scores - np.maximum.reduce(scores, 0, initial=-np.inf)
    powers = _rounded(np.exp, shifted)
    return shifted, powers, _total(powers, 64 // self.itemsize if last else len(powers) + 1)


def _softmax(self: Any, dim: int) -> Any:
    if self.ndim == 0:
        return self / self
    _, powers, total = _powers(self, dim)
    last = dim in (-1, self.ndim - 1)
    return laid_out((powers * (1 / total) if last else powers / total).swapaxes(0, dim))


def _log_softmax(self: Any, dim: int) -> Any:
    if self.ndim == 0:
        return self - self
    shifted, _, total = _powers(self, dim)
    return laid_out((shifted - _rounded(np.log, total)).swapaxes(0, dim))


# fmt: off
softmax_backward = Op(
    "SoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: output * (grad_output - _sum(grad_output * output, dim)),
    inputs=("grad_output", "output"),
    tex=r"{output} \odot \left({grad_output} - \sum {grad_output} \cdot {output}\right)",
    grad_output=lambda grad, output, dim: softmax_backward(grad, output, dim),
    output=lambda grad, grad_output, output, dim:
        grad * grad_output - sum_dim(output * grad_output, (dim,), True) * grad
        - grad_output * sum_dim(output * grad, (dim,), True))
softmax_op = reduction(
    "SoftmaxBackward0", _softmax, tex=r"\operatorname{{softmax}}({self})",
    self=lambda grad, result, dim: softmax_backward(grad, result, dim),
    says="each score receives its probability times how far its gradient is above the average "
         "gradient")
log_softmax_backward = Op(
    "LogSoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim: grad_output - np.exp(output) * _sum(grad_output, dim),
    inputs=("grad_output", "output"),
    tex=r"{grad_output} - e^{{{output}}} \cdot \sum {grad_output}",
    grad_output=lambda grad, output, dim: grad - sum_dim(grad * exp(output), (dim,), True),
    output=lambda grad, grad_output, output, dim:
        -sum_dim(grad_output, (dim,), True) * exp(output) * grad)
log_softmax_op = reduction(
    "LogSoftmaxBackward0", _log_softmax, tex=r"\operatorname{{log\_softmax}}({self})",
    self=lambda grad, result, dim: log_softmax_backward(grad, result, dim),
    says="each score receives its gradient minus its probability times the sum of the gradients")
# fmt: on


def _run(op: Op, name: str, input: Tensor, dim: int, dtype: Any) -> Tensor:
    if dtype is not None:
        input = input.to(dtype)
    if input._data.dtype.kind != "f":
        kernel = "lastdim_kernel_impl" if dim in (-1, input._data.ndim - 1) else "kernel_impl"
        raise errors.not_implemented_for(f"{name}_{kernel}", input._data.dtype)
    return op.apply(input, dim)


def _public(name: str, op: Op, says: str) -> None:
    def method(input: Tensor, dim: Any = ALL, dtype: Any = None, **numpy: Any) -> Tensor:
        return _run(op, name, input, need_dim(name, input, dim, numpy), dtype)

    def function(input: Tensor, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
        dim = _implicit(name, input) if dim is None else need_dim(name, input, dim, {})
        return _run(op, name, input, dim, dtype)

    public(name, method, says)
    public(name, function, says, method=False, to=functional)


def _implicit(name: str, input: Tensor) -> int:
    warnings.warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
        "dim=X as an argument.",
        stacklevel=5,
    )
    return 0 if input._data.ndim in (0, 1, 3) else 1


_public("softmax", softmax_op, "Positive numbers that sum to 1 along `dim`.")
_public("log_softmax", log_softmax_op, "The logarithm of softmax, computed without overflow.")


@export("softmin", method=False, to=functional)
def softmin(input: Tensor, dim: Any = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """`softmax` of ``-input``."""
    dim = _implicit("softmin", input) if dim is None else dim
    return _run(softmax_op, "softmax", -input, dim, dtype)
