"""Arithmetic: add, subtract, multiply, divide, powers, negation."""

from __future__ import annotations

import operator as python
from typing import Any

import numpy as np

from minigrad import dtypes
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.export import export, operator
from minigrad.symbol import NEGATIVE, POWER, PRODUCT, SUM
from minigrad.tensor import Tensor, method, wrap

# --- add and subtract; `alpha` scales the second term


def _add(self: Any, other: Any, alpha: Any = 1) -> Any:
    return self + other if alpha == 1 else self + alpha * other


def _subtract(self: Any, other: Any, alpha: Any = 1) -> Any:
    return self - other if alpha == 1 else self - alpha * other


add = Op(
    "AddBackward0",
    _add,
    inputs=("self", "other"),
    tex="{self} + {other}",
    precedence=SUM,
    self=lambda grad: grad,
    other=lambda grad, alpha: grad if alpha == 1 else scale(grad, alpha),
    says="a sum passes the gradient on unchanged to both terms",
)
export("add", in_place=True)(add)
operator("__add__", "__radd__")(add)

sub = Op(
    "SubBackward0",
    _subtract,
    inputs=("self", "other"),
    tex="{self} - {other}",
    precedence=SUM,
    self=lambda grad: grad,
    other=lambda grad, alpha: -grad if alpha == 1 else scale(-grad, alpha),
    says="the second term of a difference receives the gradient with its sign changed",
)
export("sub", "subtract", in_place=True)(sub)
operator("__sub__")(sub)

rsub_number = Op(
    "RsubBackward1",
    lambda self, other, alpha=1: other - self if alpha == 1 else other - alpha * self,
    tex="{other} - {self}",
    precedence=SUM,
    self=lambda grad, alpha: -grad if alpha == 1 else scale(-grad, alpha),
    says="a number minus a tensor: the gradient changes its sign",
)


@method("__rsub__")
def _rsub(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return rsub_number(meet(self, other), other)
    return NotImplemented


# --- multiply and divide

mul = Op(
    "MulBackward0",
    python.mul,
    inputs=("self", "other"),
    tex=r"{self} \cdot {other}",
    precedence=PRODUCT,
    self=lambda grad, other: grad * other,
    other=lambda grad, self: grad * self,
    says="each factor receives the gradient times the other factor",
)
export("mul", "multiply", in_place=True)(mul)
operator("__mul__", "__rmul__")(mul)

scale = Op(
    "MulBackward1",
    lambda self, other: self * other,
    tex=r"{other} \cdot {self}",
    precedence=PRODUCT,
    self=lambda grad, other: scale(grad, other),
    says="the gradient times the number",
)

div = Op(
    "DivBackward0",
    python.truediv,
    inputs=("self", "other"),
    promotes="float",
    tex=r"\frac{{{self}}}{{{other}}}",
    precedence=POWER,
    self=lambda grad, other: grad / other,
    other=lambda grad, self, other: -grad * ((self / other) / other),
    says="the numerator receives the gradient divided by the denominator; "
    "the denominator receives minus the gradient times numerator over denominator squared",
)
operator("__truediv__")(div)

reciprocal = Op(
    "ReciprocalBackward0",
    lambda self: 1 / self,
    promotes="float",
    tex=r"\frac{{1}}{{{self}}}",
    precedence=POWER,
    self=lambda grad, result: -grad * (result * result),
    says="the derivative of 1/x is minus 1/x squared, so the result is reused",
)
export("reciprocal", in_place=True)(reciprocal)


@method("__rtruediv__")
def _rdiv(self: Tensor, other: Any) -> Any:
    """PyTorch computes ``1 / x`` as ``x.reciprocal() * 1``."""
    return reciprocal.apply(self) * other


neg = Op(
    "NegBackward0",
    np.negative,
    tex="-{self}",
    precedence=NEGATIVE,
    self=lambda grad: -grad,
    says="the gradient changes its sign",
)
export("neg", "negative", in_place=True)(neg)
neg.put_on_tensor("apply", "__neg__")

# --- exponential and logarithm, which powers need

exp = Op(
    "ExpBackward0",
    np.exp,
    promotes="float",
    tex="e^{{{self}}}",
    precedence=POWER,
    self=lambda grad, result: grad * result,
    says="the derivative of exp is exp itself, so the result is reused",
)
export("exp", in_place=True)(exp)

log = Op(
    "LogBackward0",
    np.log,
    promotes="float",
    tex=r"\log\left({self}\right)",
    self=lambda grad, self: grad / self,
    says="the derivative of log x is 1/x",
)
export("log", in_place=True)(log)

# --- powers


def _power(self: Any, exponent: Any) -> Any:
    """``self ** exponent``; small exponents as products, which is faster and what PyTorch does."""
    if exponent == 2:
        return self * self
    if exponent == 3:
        return self * self * self
    if exponent == 0.5 and self.dtype.kind == "f":
        return np.sqrt(self)
    return self**exponent


def _power_rule(grad: Any, self: Any, exponent: Any) -> Any:
    if exponent == 0:
        return scale(grad, 0)
    return grad * scale(self ** (exponent - 1), exponent)


pow_number = Op(
    "PowBackward0",
    _power,
    tex="{self}^{{{exponent}}}",
    precedence=POWER,
    self=_power_rule,
    says="the exponent comes down as a factor, and the power is one lower",
)


@export("square")
def square(input: Tensor) -> Tensor:
    """``input ** 2``."""
    return pow_number.apply(input, 2)


pow_tensor = Op(
    "PowBackward1",
    python.pow,
    inputs=("self", "exponent"),
    tex="{self}^{{{exponent}}}",
    precedence=POWER,
    self=lambda grad, self, exponent: grad * (exponent * self ** (exponent - 1)),
    exponent=lambda grad, self, result: grad * (result * log(self)),
    says="as for a power of a number; the exponent receives the gradient times result times log of the base",
)

number_pow = Op(
    "PowBackward2",
    lambda self, exponent: self**exponent,
    inputs=("exponent",),
    tex="{self}^{{{exponent}}}",
    precedence=POWER,
    exponent=lambda grad, self, result: grad * (result * float(np.log(self))),
    says="the exponent receives the gradient times the result times the logarithm of the base",
)


@export("pow")
@method("__pow__")
def pow(input: Any, exponent: Any) -> Any:
    """``input ** exponent``; either may be a number."""
    if not isinstance(exponent, (bool, int, float)):
        return pow_tensor.operator(input, exponent)
    return pow_number.apply(meet(input, exponent), exponent)


@method("__rpow__")
def _rpow(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return number_pow.apply(other, meet(self, other))
    return NotImplemented


def meet(tensor: Tensor, number: float) -> Tensor:
    """`tensor` in the dtype in which it meets a Python number: integers become floats beside a float."""
    data = tensor._data
    where = "zero" if data.ndim == 0 else "dim"
    dtype = dtypes.result_type((data.dtype, where), (dtypes.number_dtype(number), "number"))
    return tensor if data.dtype is dtype else wrap(data.astype(dtype))
