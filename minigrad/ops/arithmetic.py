"""Arithmetic: add, subtract, multiply, divide, powers, negation."""

from __future__ import annotations

import math
import operator as python
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.export import export, operator
from minigrad.ops.forms import NUMBER, beside, chooses, either, operators
from minigrad.ops.select import where
from minigrad.ops.with_number import scale, sub_number, zeros_like
from minigrad.sums import laid_out
from minigrad.symbol import NEGATIVE, POWER, PRODUCT, SUM, Symbol, symbol
from minigrad.tensor import Tensor, method

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
    if np.result_type(self, other) == np.bool_:
        return np.logical_and(alpha, other)
    return alpha * other


class _Subtraction(Op):
    """A difference, which booleans refuse, also beside other dtypes and numbers."""

    def promote(self, inputs: list[Any]) -> tuple[list[Any], bool]:
        if any(getattr(t._data, "dtype", None) == np.bool_ for t in inputs):
            raise errors.subtraction_of_bools(*[t._data for t in inputs])
        return super().promote(inputs)


def _subtracted_rule(grad: Any, alpha: Any) -> Any:
    return -grad if alpha == 1 else scale(-grad, alpha)


def _rsub_number(self: Any, other: Any, alpha: Any = 1) -> Any:
    if self.dtype.kind == "b":
        raise errors.subtraction_of_bools(self, other)
    return _subtract(other, beside(self, other), alpha)


# fmt: off
add = Op("AddBackward0", _add, inputs=("self", "other"), tex="{self} + {other}", precedence=SUM,
    self=lambda grad: grad, other=lambda grad, alpha: grad if alpha == 1 else scale(grad, alpha),
    says="a sum passes the gradient on unchanged to both terms")
sub = _Subtraction("SubBackward0", _subtract, inputs=("self", "other"), tex="{self} - {other}",
    precedence=SUM, self=lambda grad: grad, other=_subtracted_rule,
    says="the second term of a difference receives the gradient with its sign changed")
rsub_number = Op("RsubBackward1", _rsub_number, inputs=("self",), tex="{other} - {self}",
    precedence=SUM, self=_subtracted_rule,
    says="a number minus a tensor: the gradient changes its sign")
rsub_tensor = _Subtraction("RsubBackward0",
    lambda self, other, alpha=1: _subtract(other, self, alpha), inputs=("self", "other"),
    tex="{other} - {self}", precedence=SUM, self=_subtracted_rule, other=lambda grad: grad,
    says="the subtracted term receives the gradient with its sign changed")
# fmt: on


@chooses("rsub", methods=False)
def rsub(input: Tensor, other: Any, *, alpha: float = 1) -> Any:
    """``other - alpha * input``."""
    return (*either(rsub_number, rsub_tensor, input, other), alpha)


@method("__rsub__")
def _rsub(self: Tensor, other: Any) -> Any:
    if isinstance(other, NUMBER):
        return rsub_number.apply(self, other)
    return rsub_tensor.apply(self, other) if isinstance(other, Tensor) else NotImplemented


# --- multiply, divide, negate


def _negate(self: Any) -> Any:
    try:
        return -self
    except TypeError:
        raise errors.negation_of_bools() from None


# fmt: off
mul = Op("MulBackward0", python.mul, tex=r"{self} \cdot {other}", precedence=PRODUCT,
    self=lambda grad, other: grad * other, other=lambda grad, self: grad * self,
    says="each factor receives the gradient times the other factor")
div = Op("DivBackward0", python.truediv, promotes="float", tex=r"\frac{{{self}}}{{{other}}}",
    precedence=POWER, self=lambda grad, other: grad / other,
    other=lambda grad, self, other: -grad * ((self / other) / other),
    says="the numerator receives the gradient divided by the denominator; the denominator "
    "receives minus the gradient times numerator over denominator squared")
reciprocal = Op("ReciprocalBackward0", lambda self: 1 / self, promotes="float", precedence=POWER,
    tex=r"\frac{{1}}{{{self}}}", self=lambda grad, result: -grad * (result * result),
    says="the derivative of 1/x is minus 1/x squared, so the result is reused")
neg = Op("NegBackward0", _negate, tex="-{self}", precedence=NEGATIVE, self=lambda grad: -grad,
    says="the gradient changes its sign")
# fmt: on

for _name, _op in {"add": add, "sub": sub, "mul": mul, "truediv": div}.items():
    operator(f"__{_name}__")(_op)
    in_place(_op, f"__i{_name}__")
operator("__radd__")(add)
operator("__rmul__")(mul)
neg.put_on_tensor("apply", "__neg__")
export("add", in_place=True, number_first=True)(add)
export("sub", "subtract", in_place=True, number_first=True)(sub)
export("mul", "multiply", in_place=True, number_first=True)(mul)
export("true_divide", in_place=True, number_first=True)(div)
export("reciprocal", in_place=True)(reciprocal)
export("neg", "negative", in_place=True)(neg)


@method("__rtruediv__", "__rdiv__")
def _rdiv(self: Tensor, other: Any) -> Any:
    """PyTorch computes ``1 / x`` as ``x.reciprocal() * 1``."""
    return reciprocal.apply(self) * other


# --- exponential and logarithm, which powers need

# fmt: off
exp = Op("ExpBackward0", np.exp, promotes="float", tex="e^{{{self}}}", precedence=POWER,
    self=lambda grad, result: grad * result,
    says="the derivative of exp is exp itself, so the result is reused")
log = Op("LogBackward0", np.log, promotes="float", tex=r"\log\left({self}\right)",
    self=lambda grad, self: grad / self, says="the derivative of log x is 1/x")
# fmt: on
export("exp", in_place=True)(exp)
export("log", in_place=True)(log)

# --- powers


def _power(self: Any, exponent: Any) -> Any:
    """``self ** exponent``; small exponents as products, which is faster and what PyTorch does."""
    if self.dtype.kind != "f":
        self = beside(self, exponent)
    if exponent == 2:
        return self * self
    if exponent == 3:
        return self * self * self
    if exponent == 0.5 and self.dtype.kind == "f":
        return np.sqrt(self)
    return self**exponent


def _power_of_tensors(self: Any, exponent: Any) -> Any:
    if exponent.dtype.kind == "f":
        return self**exponent
    if exponent.dtype.kind == "b":
        raise errors.not_implemented_for("pow", exponent.dtype)
    # Of integers to negative powers only those of 1 and -1 are not 0.
    small = np.where(abs(self) == 1, self ** (exponent % 2), 0)
    return np.where(exponent < 0, small, self ** abs(exponent))[()].astype(exponent.dtype)


def _power_of_number(self: Any, exponent: Any) -> Any:
    exponent = laid_out(beside(exponent, self))
    return self**exponent if exponent.dtype.kind == "f" else _power_of_tensors(self, exponent)


def _power_rule(grad: Any, self: Any, exponent: Any) -> Any:
    if exponent == 0:
        return zeros_like(grad)
    if not isinstance(grad, Symbol):
        exponent = float(exponent)  # as PyTorch's nodes show it
    return grad * scale(self ** (exponent - 1), exponent)


def _power_tensor_rule(grad: Any, self: Any, exponent: Any) -> Any:
    slope = grad * (exponent * self ** sub_number(exponent, 1))
    return slope if isinstance(grad, Symbol) else where(is_zero(exponent), 0, slope)


def _exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    slope = result * log(self)
    if not isinstance(grad, Symbol):
        slope = where(is_flat_exponent(self, exponent), 0, slope)
    return grad * slope


def _number_exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result * log(symbol(self)))
    if self == 0:
        return grad * where(exponent >= 0, 0, -math.inf)
    return grad * (result * (math.log(self) if self > 0 else math.nan))


# fmt: off
is_zero = Op("", lambda self: self == 0, inputs=("self",))
is_flat_exponent = Op("", lambda self, exponent: (self == 0) & (exponent >= 0),
    inputs=("self", "exponent"))
# fmt: on
"""Where the power of 0 does not change with the exponent."""
_POWER: Any = {"tex": "{self}^{{{exponent}}}", "precedence": POWER}
# fmt: off
pow_number = Op("PowBackward0", _power, self=_power_rule, **_POWER,
    says="the exponent comes down as a factor, and the power is one lower")
pow_tensor = Op("PowBackward1", _power_of_tensors, self=_power_tensor_rule, exponent=_exponent_rule,
    **_POWER,
    says="the base receives the gradient as for a power with a number; the exponent receives it "
    "times the result times the logarithm of the base")
number_pow = Op("PowBackward2", _power_of_number, exponent=_number_exponent_rule, **_POWER,
    says="the exponent receives the gradient times the result times the logarithm of the base")
# fmt: on


@chooses("pow", number_first=True, operator="pow")
def pow(input: Any, exponent: Any) -> Any:
    """``input ** exponent``; one of them may be a number.

    Raises
    ------
    TypeError
        If both are numbers.
    RuntimeError
        If the shapes do not broadcast, or integers are raised to a negative number.
    """
    if isinstance(input, NUMBER) and isinstance(exponent, Tensor):
        return number_pow, input, exponent
    return either(pow_number, pow_tensor, input, exponent)


@chooses("square")
def square(input: Tensor) -> Any:
    """``input ** 2``."""
    return pow_number, input, 2


operators("pow", pow_number, pow_tensor, number_pow)
