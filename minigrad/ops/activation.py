"""Activation functions made of straight lines: relu and its relatives.

Elu, whose one side is curved.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.errors import check
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops import with_number
from minigrad.ops.compare import gt
from minigrad.ops.export import export, functional, functions
from minigrad.ops.forms import only_floats
from minigrad.ops.select import where
from minigrad.ops.with_number import zeros_like
from minigrad.symbol import PRODUCT
from minigrad.tensor import Tensor


def activation(*, both: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Put a function into torch.nn.functional, and if it is in `both`, into torch too."""

    def put(function: Callable[..., Any]) -> Callable[..., Any]:
        for place in (functional, functions)[: 1 + both]:
            export(function.__name__, method=False, to=place)(function)
        return function

    return put


def choose(
    op: Op, inplace: bool, input: Tensor, *values: Any, floats: str = "", other: Op | None = None
) -> Tensor:
    """``op(input)``, or its in-place form, which may be an `other` operation.

    `floats` is what PyTorch calls an operation that takes only those.
    """
    if floats:
        only_floats(floats, input._data)
    if inplace:
        return apply_in_place(other or op, input, values, {})
    return op.apply(input, *values)


def _gate(closed: Any, grad: Any) -> Any:
    """`grad` where not `closed`, else 0."""
    if isinstance(closed, np.bool_) and isinstance(grad, np.generic):
        return grad.dtype.type(0) if closed else grad
    return np.where(closed, 0, grad)


def _slope(name: str, forward: Callable[..., Any], again: Callable[..., Any], tex: str) -> Op:
    """The gradient of straight lines: its own gradient is the same slopes `again`."""
    words: Any = {"precedence": PRODUCT, "tex": tex, "says": "the same slopes once more"}
    return Op(
        f"{name}BackwardBackward0", forward, grad_output=again,
        self=lambda grad: zeros_like(grad), **words,
    )  # fmt: skip


# --- relu and threshold


def _relu(self: Any) -> Any:
    if isinstance(self, np.generic):  # for scalars, Python is many times faster
        value: Any = self
        return value.dtype.type(0) if value <= 0 else value
    if self.dtype.kind == "b":
        raise RuntimeError("Boolean inputs not supported for relu")
    return np.maximum(self, 0)


def _threshold(self: Any, threshold: float, value: float) -> Any:
    if self.dtype.kind == "b":
        raise errors.not_implemented_for("threshold_cpu", self.dtype)
    return np.where(self <= threshold, self.dtype.type(value), self)


# fmt: off
threshold_backward = _slope("Threshold",
    lambda grad_output, self, threshold: _gate(self <= threshold, grad_output),
    lambda grad, self, threshold: threshold_backward(grad, self, threshold),
    r"{grad_output} \cdot [{self} > {threshold}]")
relu = Op("ReluBackward0", _relu, tex=r"\operatorname{{relu}}({self})",
    self=lambda grad, result: threshold_backward(grad, result, 0),
    says="the gradient passes where the result is positive, and stops where it is 0")
threshold_op, threshold_in_place = (Op(f"ThresholdBackward{nr}", _threshold,
    self=lambda grad, self, threshold: threshold_backward(grad, self, threshold),
    says="the gradient passes where the input is above the threshold") for nr in (0, 1))
# fmt: on
export("relu", in_place=True)(relu)


@export("relu", method=False, to=functional)
def functional_relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``."""
    return choose(relu, inplace, input)


@activation(both=True)
def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """`input` where it is above `threshold`, else `value`."""
    return choose(threshold_op, inplace, input, threshold, value, other=threshold_in_place)


# --- hardtanh and relu6, hardshrink and softshrink


def _hardtanh(self: Any, min_val: float, max_val: float) -> Any:
    if self.dtype.kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if self.dtype.kind == "u" and min_val < 0:
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    kind = self.dtype.type
    return np.minimum(np.maximum(self, kind(min_val)), kind(max_val))


def _is_small(self: Any, lambd: float) -> Any:
    return (self >= -lambd) & (self <= lambd)


# fmt: off
hardtanh_backward = _slope("Hardtanh",
    lambda grad_output, self, min_val, max_val: _gate(
        (self <= min_val) | (self >= max_val), grad_output),
    lambda grad, self, min_val, max_val: hardtanh_backward(grad, self, min_val, max_val),
    r"{grad_output} \cdot [{min_val} < {self} < {max_val}]")
hardtanh_op = Op("HardtanhBackward0", _hardtanh, tex=r"\operatorname{{hardtanh}}({self})",
    self=lambda grad, self, min_val, max_val: hardtanh_backward(grad, self, min_val, max_val),
    says="the gradient passes where the input is between the limits")
hardshrink_backward, softshrink_backward = (_slope(name,
    lambda grad_output, self, lambd: _gate(_is_small(self, lambd), grad_output),
    lambda grad, self, lambd: hardshrink_backward(grad, self, lambd),
    r"{grad_output} \cdot [|{self}| > {lambd}]") for name in ("Hardshrink", "Softshrink"))
hardshrink_op = Op("HardshrinkBackward0",
    lambda self, lambd: np.where(_is_small(self, lambd), 0, self),
    self=lambda grad, self, lambd: hardshrink_backward(grad, self, lambd))
softshrink_op = Op("SoftshrinkBackward0",
    lambda self, lambd: np.where(_is_small(self, lambd), 0 * self, self - np.sign(self) * lambd),
    self=lambda grad, self, lambd: softshrink_backward(grad, self, lambd))
# fmt: on


@activation()
def hardtanh(
    input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Tensor:
    """`input` held between two limits."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return choose(hardtanh_op, inplace, input, min_val, max_val)


@activation()
def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """`input` held between 0 and 6."""
    return choose(hardtanh_op, inplace, input, 0, 6)


@export("hardshrink")
@activation()
def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`input`, but 0 where it is between ``-lambd`` and ``lambd``."""
    return choose(hardshrink_op, False, input, lambd, floats="hardshrink_cpu")


@activation()
def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """`input` moved towards 0 by `lambd`; 0 where it is between ``-lambd`` and ``lambd``."""
    only_floats("softshrink_check", input._data)
    if lambd < 0:
        raise errors.softshrink_lambda(np.finfo(input._data.dtype).max, input, lambd)
    return softshrink_op.apply(input, lambd)


# --- leaky_relu and prelu

# fmt: off
leaky_relu_backward = _slope("LeakyRelu",
    lambda grad_output, self, negative_slope, self_is_result: np.where(
        self > 0, grad_output, grad_output * negative_slope),
    lambda grad, self, negative_slope: leaky_relu_backward(grad, self, negative_slope, False),
    r"{grad_output} \cdot [{self} > 0 \mathbin{{?}} 1 : {negative_slope}]")
leaky_relu_op = Op("LeakyReluBackward0",
    lambda self, negative_slope: np.where(self > 0, self, self * negative_slope),
    tex=r"\operatorname{{leaky\_relu}}({self})",
    self=lambda grad, self, negative_slope: leaky_relu_backward(grad, self, negative_slope, False),
    says="the gradient passes where the input is positive; elsewhere it is multiplied by the slope")
leaky_relu_in_place = Op("LeakyReluBackward1", leaky_relu_op.forward,
    self=lambda grad, result, negative_slope: leaky_relu_backward(
        grad, result, negative_slope, True), says=leaky_relu_op.says)
prelu_backward = Op("PreluKernelBackwardBackward0",
    lambda grad_output, self, weight: np.where(self > 0, grad_output, weight * grad_output),
    grad_output=lambda grad, self, weight: prelu_backward(grad, self, weight),
    self=lambda grad: zeros_like(grad),
    weight=lambda grad, grad_output, self: where(gt(self, 0), 0, grad * grad_output))
prelu_op = Op("PreluKernelBackward0", lambda self, weight: np.where(self > 0, self, weight * self),
    self=lambda grad, self, weight: prelu_backward(grad, self, weight),
    weight=lambda grad, self: where(gt(self, 0), 0, self * grad),
    says="as for leaky_relu; the slope receives the sum of gradient times negative input")
# fmt: on


@activation()
def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `negative_slope` times it."""
    op, other = leaky_relu_op, leaky_relu_in_place
    return choose(op, inplace, input, negative_slope, floats="leaky_relu_cpu", other=other)


@activation(both=True)
def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """`leaky_relu` with a learnt slope: one for all, or one for each channel (dim 1).

    Raises
    ------
    RuntimeError
        If the dtypes differ, or there are neither one nor as many slopes as channels.
    """
    if not isinstance(weight, Tensor):
        raise errors.NoOperand(weight, "prelu", "weight", 2)
    only_floats("prelu_cpu", input._data)
    channels = input.shape[1] if input.ndim > 1 else 1
    check(weight.dtype == input.dtype, "prelu_dtype", input, weight)
    check(weight.ndim < 2, "prelu_weight", weight.ndim)
    check(input.ndim or weight.numel() == 1, "prelu_number")
    check(weight.numel() in (1, channels), "prelu_channels", weight.numel(), channels)
    shape = [1] * input.ndim
    if input.ndim > 1:
        shape[1] = weight.numel()
    return prelu_op.apply(input, weight if weight.ndim == input.ndim else weight.reshape(shape))


# --- elu, celu, selu


def _elu(self: Any, alpha: float, scale: float, input_scale: float) -> Any:
    below = np.expm1(np.minimum(self, 0) * input_scale) * (alpha * scale)
    return np.where(self > 0, self * scale, below)


def _elu_backward(
    grad_output: Any, self_or_result: Any, alpha: Any, scale: Any, input_scale: Any, is_result: bool
) -> Any:
    most = alpha * scale
    curve = self_or_result + most if is_result else most * np.exp(self_or_result * input_scale)
    return np.where(self_or_result <= 0, grad_output * input_scale * curve, grad_output * scale)


def _elu_backward_rule(
    grad: Any, grad_output: Any, self_or_result: Any, alpha: Any, scale: Any, input_scale: Any,
    is_result: bool,
) -> Any:  # fmt: skip
    twice = with_number.scale(grad * grad_output, input_scale)
    if not is_result:
        twice = elu_backward(twice, self_or_result, alpha, scale, input_scale, False)
    return twice * (self_or_result < 0)


# fmt: off
elu_backward = Op("EluBackwardBackward0", _elu_backward, self_or_result=_elu_backward_rule,
    grad_output=lambda grad, self_or_result, alpha, scale, input_scale, is_result: elu_backward(
        grad, self_or_result, alpha, scale, input_scale, is_result),
    says="the derivative of elu, differentiated once more")
# fmt: on
_ELU_SAYS = (
    "the gradient passes where the input is positive; elsewhere it is multiplied by alpha "
    "times exp of the input"
)
# fmt: off
elu_op = Op("EluBackward0", _elu, tex=r"\operatorname{{elu}}({self})", says=_ELU_SAYS,
    self=lambda grad, self, alpha, scale, input_scale: elu_backward(
        grad, self, alpha, scale, input_scale, False))
elu_in_place = Op("EluBackward1", _elu, says=_ELU_SAYS,
    self=lambda grad, result, alpha, scale, input_scale: elu_backward(
        grad, result, alpha, scale, input_scale, True))
celu_op = Op("CeluBackward0", lambda self, alpha: _elu(self, alpha, 1, 1 / alpha), says=_ELU_SAYS,
    self=lambda grad, self, alpha: elu_backward(grad, self, alpha, 1, 1 / alpha, False))
celu_in_place = Op("CeluBackward1", celu_op.forward, says=_ELU_SAYS,
    self=lambda grad, result, alpha: elu_backward(grad, result, alpha, 1, 1 / alpha, True))
# fmt: on

# Chosen so that mean 0 and variance 1 are kept (Klambauer and others, 2017).
_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _choose_elu(input: Tensor, inplace: bool, alpha: float, scale: float) -> Tensor:
    return choose(elu_op, inplace, input, alpha, scale, 1, floats="elu_cpu", other=elu_in_place)


@activation()
def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else ``alpha * (exp(input) - 1)``."""
    return _choose_elu(input, inplace, alpha, 1)


@activation(both=True)
def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """`elu` with the alpha and the scale that keep mean 0 and variance 1."""
    return _choose_elu(input, inplace, _SELU_ALPHA, _SELU_SCALE)


@activation(both=True)
def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else ``alpha * (exp(input / alpha) - 1)``."""
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return choose(celu_op, inplace, input, alpha, floats="elu_cpu", other=celu_in_place)
