"""Functions of two or three tensors, element by element: atan2, hypot, lerp, addcmul, xlogy …."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import div, exp, reciprocal, sub
from minigrad.ops.compare import eq, le, logical_and
from minigrad.ops.export import export
from minigrad.ops.forms import OPERAND, chooses, of_tensors, only_floats
from minigrad.ops.select import masked_fill
from minigrad.ops.with_number import add_number, scale
from minigrad.symbol import PRODUCT, SUM
from minigrad.tensor import Tensor

# --- angle and distance, logarithms


def _inverse_square(self: Any, other: Any) -> Any:
    """1 over the squared distance from the origin; 0 at the origin."""
    square = self * self + other * other
    return masked_fill(reciprocal(square), eq(square, 0), 0)


def _of_floats(name: str, ufunc: np.ufunc) -> Any:
    def forward(self: Any, other: Any) -> Any:
        only_floats(f"{name}_cpu", self, other)
        return ufunc(self, other)

    return forward


def _xlogy(self: Any, other: Any) -> Any:
    product = self * np.log(other)
    return np.where((self == 0) & ~np.isnan(other), 0, product)[()]


# fmt: off
atan2 = Op("Atan2Backward0", np.arctan2, promotes="float",
    tex=r"\operatorname{{atan2}}({self}, {other})",
    self=lambda grad, self, other: grad * other * _inverse_square(self, other),
    other=lambda grad, self, other: grad * -self * _inverse_square(self, other),
    says="an angle changes with each coordinate by the other one over the squared distance")
hypot = Op("HypotBackward0", _of_floats("hypot", np.hypot),
    self=lambda grad, self, result: grad * self / result,
    other=lambda grad, other, result: grad * other / result,
    says="a distance changes with each coordinate by that coordinate over the distance")
logaddexp = Op("LogaddexpBackward0", _of_floats("logaddexp", np.logaddexp),
    self=lambda grad, self, other: grad / add_number(exp(other - self), 1),
    other=lambda grad, self, other: grad / add_number(exp(self - other), 1),
    says="each operand receives the gradient times its share of the sum")
xlogy = Op("XlogyBackward0", _xlogy, promotes="float", tex=r"{self} \cdot \log({other})",
    precedence=PRODUCT, self=lambda grad, self, other: masked_fill(xlogy(grad, other),
        logical_and(eq(self, 0), le(other, 0)), 0),
    other=lambda grad, self, other: grad * self / other,
    says="as for a product of x and log y, with 0 where x is 0")
# fmt: on
of_tensors(atan2, "atan2", "arctan2", in_place=True)
of_tensors(hypot, "hypot", in_place=True)
of_tensors(logaddexp, "logaddexp")
export("xlogy", in_place=True, number_first=True)(xlogy)

# --- in between


def _lerp(self: Any, end: Any, weight: Any) -> Any:
    near = self + weight * (end - self)
    far = end - (end - self) * (1 - weight)
    if isinstance(weight, (int, float)):
        return near if abs(weight) < 0.5 else far
    return np.where(np.abs(weight) < 0.5, near, far)[()]


_LERP: Any = {
    "tex": r"\operatorname{{lerp}}({self}, {end}, {weight})",
    "says": "the end receives the gradient times the weight, the start times 1 - the weight; "
    "a weight that is a tensor receives it times the distance",
}
# fmt: off
lerp_number = Op("LerpBackward0", _lerp, **_LERP, self=lambda grad, weight: scale(grad, 1 - weight),
    end=lambda grad, weight: scale(grad, weight))
lerp_tensor = Op("LerpBackward1", _lerp, **_LERP, self=lambda grad, weight: grad * sub(1, weight),
    end=lambda grad, weight: grad * weight, weight=lambda grad, self, end: grad * (end - self))
# fmt: on


@chooses("lerp")
def lerp(input: Tensor, end: Tensor, weight: Any) -> Any:
    """``input + weight * (end - input)``.

    Parameters
    ----------
    input, end : Tensor
        Of one dtype; their shapes broadcast.
    weight : number or Tensor

    Raises
    ------
    RuntimeError
        If the dtypes differ or the shapes do not broadcast.
    """
    if not isinstance(end, Tensor) or not isinstance(weight, OPERAND):
        raise errors.NoOperand(end)
    for name, value in (("end", end), ("weight", weight)):
        if isinstance(value, Tensor) and value._data.dtype != input._data.dtype:
            raise errors.lerp_dtype(input, name, value)
    is_number = not isinstance(weight, Tensor)
    only_floats(f"lerp_kernel_{'scalar' if is_number else 'tensor'}", input._data)
    return (lerp_number if is_number else lerp_tensor), input, end, weight


# --- a product or a quotient added


def _addcmul(self: Any, tensor1: Any, tensor2: Any, value: Any = 1) -> Any:
    return self + (tensor1 * tensor2 if value == 1 else value * tensor1 * tensor2)


def _addcdiv(self: Any, tensor1: Any, tensor2: Any, value: Any = 1) -> Any:
    if self.dtype.kind != "f":
        raise errors.integer_addcdiv()
    return self + value * (tensor1 / tensor2)


# fmt: off
addcmul = Op("AddcmulBackward0", _addcmul, inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot {tensor1} \cdot {tensor2}", precedence=SUM, self=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * scale(tensor2, value),
    tensor2=lambda grad, tensor1, value: grad * scale(tensor1, value),
    says="the sum passes the gradient on; each factor receives it times the other factor")
addcdiv = Op("AddcdivBackward0", _addcdiv, inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot \frac{{{tensor1}}}{{{tensor2}}}", precedence=SUM,
    self=lambda grad: grad, tensor1=lambda grad, tensor2, value: grad * div(value, tensor2),
    tensor2=lambda grad, tensor1, tensor2, value: -grad * (scale(tensor1, value) / (tensor2 *
        tensor2)),
    says="the sum passes the gradient on; numerator and denominator receive it as in a division")
# fmt: on
export("addcmul", in_place=True)(addcmul)
export("addcdiv", in_place=True)(addcdiv)
