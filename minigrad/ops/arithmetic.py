"""Arithmetic: add, subtract, multiply, divide, powers, negation."""

from __future__ import annotations

import math
import operator as python
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.in_place import apply_in_place, in_place
from minigrad.op import Op
from minigrad.ops.export import export, functions, operator
from minigrad.ops.select import where
from minigrad.ops.with_number import scale, sub_number, zeros_like
from minigrad.symbol import NEGATIVE, POWER, PRODUCT, SUM, Symbol, symbol
from minigrad.tensor import Tensor, method, wrap

# --- add and subtract; `alpha` scales the second term


def _add(self: Any, other: Any, alpha: Any = 1) -> Any:
    return self + other if alpha == 1 else self + _multiple(alpha, other, self)


def _subtract(self: Any, other: Any, alpha: Any = 1) -> Any:
    try:
        return self - other if alpha == 1 else self - _multiple(alpha, other, self)
    except TypeError:
        raise errors.subtraction_of_bools(self, other) from None


def _multiple(alpha: Any, other: Any, self: Any) -> Any:
    if isinstance(alpha, float) and getattr(self, "dtype", other).kind != "f":
        raise errors.float_alpha()
    return alpha * other


def _negate(self: Any) -> Any:
    try:
        return -self
    except TypeError:
        raise errors.negation_of_bools() from None


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
in_place(add, "__iadd__")


class _Subtraction(Op):
    """A difference, which booleans refuse, also beside other dtypes."""

    def promote(self, inputs: list[Any]) -> tuple[list[Any], bool]:
        if any(getattr(t._data, "dtype", None) == np.bool_ for t in inputs):
            raise errors.subtraction_of_bools(*[t._data for t in inputs])
        return super().promote(inputs)


sub = _Subtraction(
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
in_place(sub, "__isub__")

rsub_number = Op(
    "RsubBackward1",
    lambda self, other, alpha=1: _subtract(other, self, alpha),
    inputs=("self",),
    tex="{other} - {self}",
    precedence=SUM,
    self=lambda grad, alpha: -grad if alpha == 1 else scale(-grad, alpha),
    says="a number minus a tensor: the gradient changes its sign",
)


rsub_tensor = _Subtraction(
    "RsubBackward0",
    lambda self, other, alpha=1: _subtract(other, self, alpha),
    inputs=("self", "other"),
    tex="{other} - {self}",
    precedence=SUM,
    self=lambda grad, alpha: -grad if alpha == 1 else scale(-grad, alpha),
    other=lambda grad: grad,
    says="the subtracted term receives the gradient with its sign changed",
)


@export("rsub", method=False)
def rsub(input: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """``other - alpha * input``."""
    if isinstance(other, Tensor):
        return rsub_tensor.apply(input, other, alpha)
    return rsub_number.apply(meet(input, other), other, alpha)


@method("__rsub__")
def _rsub(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        if self._data.dtype.kind == "b":
            raise errors.subtraction_of_bools(self._data, other)
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
in_place(mul, "__imul__")

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
in_place(div, "__itruediv__")

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
    _negate,
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
        return zeros_like(grad)
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


def _power_tensor_rule(grad: Any, self: Any, exponent: Any) -> Any:
    slope = grad * (exponent * self ** sub_number(exponent, 1))
    return slope if isinstance(grad, Symbol) else where(is_zero(exponent), 0, slope)


def _exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    slope = result * log(self)
    if not isinstance(grad, Symbol):
        slope = where(is_flat_exponent(self, exponent), 0, slope)
    return grad * slope


is_zero = Op("", lambda self: self == 0, inputs=("self",))
is_flat_exponent = Op(
    "", lambda self, exponent: (self == 0) & (exponent >= 0), inputs=("self", "exponent")
)
"""Where the power of 0 does not change with the exponent."""

pow_tensor = Op(
    "PowBackward1",
    python.pow,
    inputs=("self", "exponent"),
    tex="{self}^{{{exponent}}}",
    precedence=POWER,
    self=_power_tensor_rule,
    exponent=_exponent_rule,
    says="the base receives the gradient as for a power with a number; "
    "the exponent receives it times the result times the logarithm of the base",
)


def _number_exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result * log(symbol(self)))
    if self == 0:
        return grad * where(exponent >= 0, 0, -math.inf)
    return grad * (result * (math.log(self) if self > 0 else math.nan))


number_pow = Op(
    "PowBackward2",
    lambda self, exponent: self**exponent,
    inputs=("exponent",),
    tex="{self}^{{{exponent}}}",
    precedence=POWER,
    exponent=_number_exponent_rule,
    says="the exponent receives the gradient times the result times the logarithm of the base",
)


@method("__pow__")
def _pow(self: Tensor, exponent: Any) -> Any:
    if isinstance(exponent, (bool, int, float)):
        return pow_number.apply(meet(self, exponent), exponent)
    return pow_tensor.operator(self, exponent)


@export("pow", function=False)
def pow(input: Any, exponent: Any) -> Any:
    """``input ** exponent``; either may be a number.

    Raises
    ------
    TypeError
        If both are numbers.
    RuntimeError
        If the shapes do not broadcast, or integers are raised to a negative number.
    """
    if not isinstance(input, Tensor) and isinstance(exponent, Tensor):
        return number_pow.apply(input, meet(exponent, input))
    if not isinstance(input, Tensor) or not isinstance(exponent, (Tensor, bool, int, float)):
        raise errors.combination(
            "pow",
            f"{errors.type_of(input)}, {errors.type_of(exponent)}",
            "(Tensor input, Tensor exponent, *, Tensor out = None)",
            "(Number self, Tensor exponent, *, Tensor out = None)",
            "(Tensor input, Number exponent, *, Tensor out = None)",
        )
    return _pow(input, exponent)


functions["pow"] = pow


@method("pow_", "__ipow__")
def pow_(self: Tensor, exponent: Any) -> Tensor:
    """In-place form of `pow`."""
    op = pow_number if isinstance(exponent, (bool, int, float)) else pow_tensor
    return apply_in_place(op, self, (exponent,), {})


@method("square_")
def square_(self: Tensor) -> Tensor:
    """In-place form of `square`."""
    return apply_in_place(pow_number, self, (2,), {})


@method("__rpow__")
def _rpow(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return number_pow.apply(other, meet(self, other))
    return NotImplemented


def meet(tensor: Tensor, number: float) -> Tensor:
    """`tensor` in the dtype in which it meets a number: an integer one is cast beside a float."""
    data = tensor._data
    where = "zero" if data.ndim == 0 else "dim"
    dtype = dtypes.result_type((data.dtype, where), (dtypes.number_dtype(number), "number"))
    return tensor if data.dtype is dtype else wrap(data.astype(dtype))
