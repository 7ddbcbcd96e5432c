"""Functions of two or three tensors, element by element: atan2, hypot, lerp, addcmul, xlogy …."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.arithmetic import div, exp, reciprocal, sub
from minigrad.ops.compare import eq, le, logical_and
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill
from minigrad.ops.with_number import add_number, scale
from minigrad.symbol import PRODUCT, SUM
from minigrad.tensor import Tensor, method

# --- angle and distance


def _inverse_square(self: Any, other: Any) -> Any:
    """1 over the squared distance from the origin; 0 at the origin."""
    square = self * self + other * other
    return masked_fill(reciprocal(square), eq(square, 0), 0)


atan2 = Op(
    "Atan2Backward0",
    np.arctan2,
    inputs=("self", "other"),
    promotes="float",
    tex=r"\operatorname{{atan2}}({self}, {other})",
    self=lambda grad, self, other: grad * other * _inverse_square(self, other),
    other=lambda grad, self, other: grad * -self * _inverse_square(self, other),
    says="an angle changes with each coordinate by the other one over the squared distance",
)
export("atan2", "arctan2", in_place=True)(atan2)

hypot = Op(
    "HypotBackward0",
    np.hypot,
    inputs=("self", "other"),
    tex=r"\operatorname{{hypot}}({self}, {other})",
    self=lambda grad, self, result: grad * self / result,
    other=lambda grad, other, result: grad * other / result,
    says="a distance changes with each coordinate by that coordinate over the distance",
)
export("hypot", in_place=True)(hypot)

# --- in between


def _lerp(self: Any, end: Any, weight: Any) -> Any:
    near = self + weight * (end - self)
    far = end - (end - self) * (1 - weight)
    if isinstance(weight, float):
        return near if abs(weight) < 0.5 else far
    return np.where(np.abs(weight) < 0.5, near, far)[()]


lerp_number = Op(
    "LerpBackward0",
    _lerp,
    inputs=("self", "end"),
    promotes=None,
    tex=r"\operatorname{{lerp}}({self}, {end}, {weight})",
    self=lambda grad, weight: scale(grad, 1 - weight),
    end=lambda grad, weight: scale(grad, weight),
    says="the end receives the gradient times the weight, the start times 1 - the weight",
)

lerp_tensor = Op(
    "LerpBackward1",
    _lerp,
    inputs=("self", "end", "weight"),
    promotes=None,
    tex=r"\operatorname{{lerp}}({self}, {end}, {weight})",
    self=lambda grad, weight: grad * sub(1, weight),
    end=lambda grad, weight: grad * weight,
    weight=lambda grad, self, end: grad * (end - self),
    says="the end receives the gradient times the weight, the start times 1 - the weight, "
    "the weight times the distance",
)


def _lerp_form(input: Tensor, end: Any, weight: Any) -> tuple[Op, Any]:
    """The operation for this weight, and the weight; errors as for `lerp`."""
    if not isinstance(end, Tensor) or not isinstance(weight, (Tensor, bool, int, float)):
        raise errors.combination(
            "lerp",
            ", ".join(errors.type_of(value) for value in (input, end, weight)),
            "(Tensor input, Tensor end, Tensor weight, *, Tensor out = None)",
            "(Tensor input, Tensor end, Number weight, *, Tensor out = None)",
        )
    for name, value in (("end", end), ("weight", weight)):
        if isinstance(value, Tensor) and value._data.dtype != input._data.dtype:
            raise errors.lerp_dtype(input, name, value)
    if input._data.dtype.kind != "f":
        kernel = "tensor" if isinstance(weight, Tensor) else "scalar"
        raise errors.not_implemented_for(f"lerp_kernel_{kernel}", input._data.dtype)
    return (lerp_tensor, weight) if isinstance(weight, Tensor) else (lerp_number, float(weight))


@export("lerp")
def lerp(input: Tensor, end: Tensor, weight: Any) -> Tensor:
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
    op, weight = _lerp_form(input, end, weight)
    return op.apply(input, end, weight)


@method("lerp_")
def lerp_(self: Tensor, end: Tensor, weight: Any) -> Tensor:
    """In-place form of `lerp`."""
    op, weight = _lerp_form(self, end, weight)
    return apply_in_place(op, self, (end, weight), {})


# --- a product or a quotient added


def _addcmul(self: Any, tensor1: Any, tensor2: Any, value: Any = 1) -> Any:
    return self + (tensor1 * tensor2 if value == 1 else value * tensor1 * tensor2)


addcmul = Op(
    "AddcmulBackward0",
    _addcmul,
    inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot {tensor1} \cdot {tensor2}",
    precedence=SUM,
    self=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * scale(tensor2, value),
    tensor2=lambda grad, tensor1, value: grad * scale(tensor1, value),
    says="the sum passes the gradient on; each factor receives it times the other factor",
)
export("addcmul", in_place=True)(addcmul)


def _addcdiv(self: Any, tensor1: Any, tensor2: Any, value: Any = 1) -> Any:
    if self.dtype.kind != "f":
        raise errors.integer_addcdiv()
    return self + value * (tensor1 / tensor2)


addcdiv = Op(
    "AddcdivBackward0",
    _addcdiv,
    inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot \frac{{{tensor1}}}{{{tensor2}}}",
    precedence=SUM,
    self=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * div(value, tensor2),
    tensor2=lambda grad, tensor1, tensor2, value: (
        -grad * (scale(tensor1, value) / (tensor2 * tensor2))
    ),
    says="the sum passes the gradient on; numerator and denominator receive it as in a division",
)
export("addcdiv", in_place=True)(addcdiv)

# --- with logarithms


def _xlogy(self: Any, other: Any) -> Any:
    product = self * np.log(other)
    return np.where((self == 0) & ~np.isnan(other), 0, product)[()]


xlogy = Op(
    "XlogyBackward0",
    _xlogy,
    inputs=("self", "other"),
    promotes="float",
    tex=r"{self} \cdot \log({other})",
    precedence=PRODUCT,
    self=lambda grad, self, other: masked_fill(
        xlogy(grad, other), logical_and(eq(self, 0), le(other, 0)), 0
    ),
    other=lambda grad, self, other: grad * self / other,
    says="as for a product of x and log y, with 0 where x is 0",
)
export("xlogy", in_place=True)(xlogy)

logaddexp = Op(
    "LogaddexpBackward0",
    np.logaddexp,
    inputs=("self", "other"),
    promotes="float",
    tex=r"\log\left(e^{{{self}}} + e^{{{other}}}\right)",
    self=lambda grad, self, other: grad / add_number(exp(other - self), 1),
    other=lambda grad, self, other: grad / add_number(exp(self - other), 1),
    says="each operand receives the gradient times its share of the sum",
)
export("logaddexp")(logaddexp)
