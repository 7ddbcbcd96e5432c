"""Arithmetic: add, subtract, multiply, divide, remainders, powers, what lies between two."""

# ruff: noqa: I001 - several names a line

from __future__ import annotations

import math
import operator as python
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import mkl
from minigrad.op import Op
from minigrad.operands import pythonic
from minigrad.ops.export import export
from minigrad.ops.forms import (
    after, beside, chooses, no_gradient, operators, overload, pair, refuse, scale,
    sub_number, times, unary, underived,
)  # fmt: skip
from minigrad.ops.select import masked_fill, where
from minigrad.digits.rounded import SINGLE, fused, power
from minigrad.digits.sums import laid_out
from minigrad.symbol import NEGATIVE, POWER, PRODUCT, SUM, Symbol, symbol
from minigrad.tensor import Tensor, method

# --- add and subtract; `alpha` scales the second term


def _refuse_bools(*operands: Any) -> None:
    bools = [getattr(value, "dtype", type(value)) in (np.bool_, bool) for value in operands]
    if any(bools):
        raise errors.subtraction_of_two_bools() if all(bools) else errors.subtraction_of_a_bool()


def _rsub(self: Any, other: Any, alpha: Any = 1) -> Any:
    _refuse_bools(self, other)
    return other - beside(self, other)  # there is no `torch.rsub`, which takes another `alpha`


_ONE = 1  # no True and no 1.0, which PyTorch may refuse


def _scaled(combine: np.ufunc, self: Any, other: Any, alpha: Any) -> Any:
    """`self` and `alpha` times `other`; no float where these are integers."""
    given = isinstance(alpha, (int, float, np.number))
    errors.check(given, "wrong_argument", "", "alpha", "", "Number", alpha)
    kinds = {np.asarray(self).dtype.kind, np.asarray(other).dtype.kind}
    errors.check("f" in kinds or not isinstance(alpha, float), "alpha_float")
    errors.check(kinds == {"b"} or not isinstance(alpha, bool), "alpha_bool")
    if getattr(self, "dtype", None) == getattr(other, "dtype", SINGLE) == SINGLE:
        other = SINGLE.type(other) if isinstance(other, (int, float)) else other
        return fused(self, other, alpha if combine is np.add else -alpha)
    scaled = alpha * other
    if hasattr(other, "dtype"):
        scaled = scaled.astype(other.dtype, copy=False)
    return combine(self, scaled)


def _over(divisor: Any, value: Any) -> Any:
    return value / divisor  # the divisor is made first, for so PyTorch numbers the nodes


def _less(grad: Any, alpha: Any) -> Any:
    return -grad if alpha == 1 else scale(-grad, alpha)


# fmt: off
add = Op("AddBackward0",
    lambda self, other, alpha=1:
        self + other if alpha is _ONE else _scaled(np.add, self, other, alpha),
    inputs=("self", "other"), tex="{self} + {other}", precedence=SUM,
    self=lambda grad: grad, other=lambda grad, alpha: grad if alpha == 1 else scale(grad, alpha))
sub = Op("SubBackward0",
    lambda self, other, alpha=1:
        self - other if alpha is _ONE else _scaled(np.subtract, self, other, alpha),
    inputs=("self", "other"), refuses=_refuse_bools, tex="{self} - {other}", precedence=SUM,
    self=lambda grad: grad, other=_less)
rsub_number, rsub_tensor = pair("RsubBackward", _rsub, number=1, inputs=("self", "other"),
    tex="{other} - {self}", precedence=SUM, self=_less, other=lambda grad: grad)

# --- multiply, divide, negate

mul = Op("MulBackward0", python.mul, tex=r"{self} \cdot {other}", precedence=PRODUCT,
    self=lambda grad, other: grad * other, other=lambda grad, self: grad * self)
_QUOTIENT: Any = {"promotes": "float", "tex": r"\frac{{{self}}}{{{other}}}", "precedence": POWER,
    "self": lambda grad, other: grad / other,
    "other": lambda grad, self, other: after((self / other) / other, -grad)}
div = Op("DivBackward0", python.truediv, **_QUOTIENT)
reciprocal = unary("reciprocal", lambda self: 1 / self,
    lambda grad, result: after(result * result, -grad), r"\frac{{1}}{{{self}}}",
    precedence=POWER)
neg = unary("neg negative", python.neg, lambda grad: -grad, "-{self}", precedence=NEGATIVE,
    promotes="same", refuses=lambda self: errors.check(self.dtype.kind != "b", "negation_of_bools"))
# fmt: on

operators(add, "add", "add")
operators(sub, "sub", "sub", "subtract")
operators(mul, "mul", "mul", "multiply")
operators(div, "truediv", "true_divide")
add.put_on_tensor("operator", "__radd__")
mul.put_on_tensor("operator", "__rmul__")
neg.put_on_tensor("apply", "__neg__")


@method("__rsub__")
def _number_minus(self: Tensor, other: Any) -> Any:
    other = pythonic(other)
    if isinstance(other, (int, float)):
        return rsub_number.apply(self, other)
    return rsub_tensor.apply(self, other) if isinstance(other, Tensor) else NotImplemented


@method("__rtruediv__", "__rdiv__")
def _number_over(self: Tensor, other: Any) -> Any:
    """PyTorch computes ``1 / x`` as ``x.reciprocal() * 1``."""
    try:
        return reciprocal.apply(self) * other
    except TypeError:
        return NotImplemented


# --- division that rounds, and remainders; where a number comes first, there is no derivative


def _division(kernel: str, divide: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """A division in which a 0 among integers is an error; PyTorch's `kernel` takes no booleans."""

    def run(self: Any, other: Any) -> Any:
        self, other = beside(self, other), beside(other, self)
        array = self if hasattr(self, "dtype") else other
        if array.dtype.kind != "f":
            refuse("b", kernel, array)
            errors.check(np.all(other) or not np.size(self), "integer_division_by_zero")
        return divide(self, other)

    return run


def _truncated(self: Any, other: Any) -> Any:
    if (self if hasattr(self, "dtype") else other).dtype.kind == "f":
        return np.trunc(self / other)
    return (self - np.fmod(self, other)) // other


def _rest_of_floor(self: Any, other: Any) -> Any:
    rest = self % other  # numpy's zero has the sign of the denominator, PyTorch's the numerator's
    return rest if rest.all() else np.where(rest == 0, np.fmod(self, other), rest)[()]


_floor_divide = _division("div_floor_cpu", python.floordiv)
_trunc_divide = _division("div_trunc_cpu", _truncated)
_remainder = _division("remainder_cpu", _rest_of_floor)
# fmt: off
div_mode = Op("DivBackward2", lambda self, other, rounding_mode:
    (_floor_divide if rounding_mode == "floor" else _trunc_divide)(self, other),
    inputs=("self", "other"), self=lambda grad, other, rounding_mode: no_gradient(grad),
    other=lambda grad, self, other, rounding_mode: no_gradient(grad))
_div_unrounded = Op("DivBackward2", lambda self, other, rounding_mode=None: self / other,
    inputs=("self", "other"), also=("rounding_mode",), **_QUOTIENT)
_REST: Any = {"inputs": ("self", "other"), "tex": r"{self} \bmod {other}", "precedence": PRODUCT,
    "self": lambda grad: grad}
overload("fmod", *pair("FmodBackward", _division("fmod_cpu", np.fmod), **_REST,
    other=lambda grad, self, other: after(div_mode(self, other, "trunc"), -grad)))
overload("remainder", *pair("RemainderBackward", _remainder, **_REST,
    other=lambda grad, self, other: after(div_mode(self, other, "floor"), -grad)),
    underived("remainder", _remainder, "other", tex=_REST["tex"]), operator="mod")
overload("floor_divide",
    *[underived("floor_divide", _floor_divide, *inputs, tex=r"\lfloor {self} / {other} \rfloor")
    for inputs in (("self",), ("self", "other"), ("other",))], operator="floordiv")
# fmt: on


@chooses("div", "divide")
def divide(input: Any, other: Any, *, rounding_mode: str | None = "") -> Any:
    """``input / other``, if wanted rounded down (``"floor"``) or towards zero (``"trunc"``).

    Raises
    ------
    RuntimeError
        If there is no such mode, integers are divided by 0, or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """
    if not rounding_mode:  # PyTorch counts a None that is given as a mode
        return (_div_unrounded if rounding_mode is None else div), input, other
    errors.check(rounding_mode in ("trunc", "floor"), "rounding_mode", rounding_mode)
    return div_mode, input, other, rounding_mode


# --- exponential, logarithm and powers


def _power(self: Any, exponent: Any) -> Any:
    """``self ** exponent``; small exponents as products and roots, as PyTorch does."""
    if self.dtype.kind != "f":
        self = beside(self, exponent)
        errors.check(self.dtype.kind == "f" or exponent >= 0, "negative_power")
    if self.dtype.kind == "b":
        return self | (not exponent)
    if exponent in (2, -2):
        return self * self if exponent > 0 else 1 / (self * self)
    if exponent == 3:
        return self * self * self
    if exponent in (0.5, -0.5) and self.dtype.kind == "f":
        return mkl.sqrt(self) if exponent > 0 else 1 / np.sqrt(self)
    return power(self, exponent)


def _power_of_tensors(self: Any, exponent: Any) -> Any:
    refuse("b", "pow", exponent)
    if exponent.dtype.kind == "f":
        return power(np.asarray(self, exponent.dtype), exponent)
    # Of integers to negative powers only those of 1 and -1 are not 0.
    small = np.where(abs(self) == 1, self ** (exponent % 2), 0)
    large = self ** np.maximum(exponent, 0)
    return np.where(exponent < 0, small, large)[()].astype(exponent.dtype)


def _power_rule(grad: Any, self: Any, exponent: Any) -> Any:
    if exponent == 0:
        return no_gradient(grad)
    if not isinstance(grad, Symbol):
        exponent = float(exponent)  # as PyTorch's nodes show it
    return grad * scale(pow_number(self, exponent - 1), exponent)


def _power_tensor_rule(grad: Any, self: Any, exponent: Any) -> Any:
    slope = grad * (exponent * pow_tensor(self, sub_number(exponent, 1)))
    return slope if isinstance(grad, Symbol) else where(exponent == 0, 0, slope)


def _exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    # PyTorch takes the logarithm of a base of another dtype in that of the result.
    slope = result * log(self.to(result) if isinstance(self, Tensor) else self)
    if not isinstance(grad, Symbol):
        slope = where((self == 0) & (exponent >= 0), 0, slope)
    return grad * slope


def _number_exponent_rule(grad: Any, self: Any, exponent: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * (result * log(symbol(self)))
    if self == 0:
        return grad * where(exponent >= 0, 0, scale(result, -math.inf))
    return grad * scale(result, math.log(self) if self > 0 else math.nan)


# fmt: off
exp = unary("exp", mkl.exp, lambda grad, result: grad * result, "e^{{{self}}}", precedence=POWER)
log = unary("log", mkl.log, lambda grad, self: grad / self)
_POWER: Any = {"tex": "{self}^{{{exponent}}}", "precedence": POWER}
pow_number = Op("PowBackward0", _power, self=_power_rule, **_POWER)
pow_tensor = Op("PowBackward1", _power_of_tensors, self=_power_tensor_rule, exponent=_exponent_rule,
    **_POWER)
number_pow = Op("PowBackward2",
    lambda self, exponent: _power_of_tensors(self, laid_out(beside(exponent, self))),
    exponent=_number_exponent_rule, **_POWER)
# fmt: on
overload("pow", pow_number, pow_tensor, number_pow, operator="pow")


@chooses("square")
def square(input: Tensor) -> Any:
    """``input ** 2``."""
    return pow_number, input, 2


# --- angles, in between, and a product or a quotient added


def _inverse_square(self: Any, other: Any) -> Any:
    """1 over the squared distance from the origin; 0 at the origin."""
    square = self * self + other * other
    return masked_fill(reciprocal(square), square == 0, 0)


def _refuse_dtypes(self: Any, end: Any, weight: Any = 0) -> None:
    """Complain of several dtypes; but a weight that is a 0-d tensor may have its own."""
    for name, value in (("end", end), ("weight", weight)):
        alone = name == "weight" and np.ndim(value) == 0
        fits = getattr(value, "dtype", self.dtype) == self.dtype
        errors.check(fits or alone, "lerp_dtype", self, name, value)


def _lerp(self: Any, end: Any, weight: Any) -> Any:
    refuse("iub", f"lerp_kernel_{'tensor' if hasattr(weight, 'dtype') else 'scalar'}", end)
    way = end - self
    near, far = fused(self, way, weight), fused(end, -way, 1 - weight)
    return np.where(np.abs(weight) < 0.5, near, far)[()]


def _addcdiv(self: Any, tensor1: Any, tensor2: Any, value: Any = 1) -> Any:
    errors.check(self.dtype.kind == "f", "addcdiv_integers")
    return self + float(value) * tensor1 / tensor2


# fmt: off
overload("atan2 arctan2", None, Op("Atan2Backward0",
    lambda self, other: np.arctan2(self, other, dtype=np.float64).astype(self.dtype),
    promotes="float",
    self=lambda grad, self, other: grad * other * _inverse_square(self, other),
    other=lambda grad, self, other: grad * -self * _inverse_square(self, other)))
overload("lerp", *pair("LerpBackward", _lerp, last=("weight",), refuses=_refuse_dtypes,
    inputs=("self", "end", "weight"), tex=r"\operatorname{{lerp}}({self}, {end}, {weight})",
    self=lambda grad, weight: times(grad, sub(1.0, weight)), end=lambda grad, weight:
    times(grad, weight), weight=lambda grad, self, end: grad * (end - self)))
addcmul = export("addcmul", in_place=True)(Op("AddcmulBackward0",
    lambda self, tensor1, tensor2, value=1:
        fused(self, (float if self.dtype.kind == "f" else int)(value) * tensor1, tensor2),
    inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot {tensor1} \cdot {tensor2}", precedence=SUM, self=lambda grad: grad,
    tensor1=lambda grad, tensor2, value: grad * scale(tensor2, value),
    tensor2=lambda grad, tensor1, value: grad * scale(tensor1, value)))
addcdiv = export("addcdiv", in_place=True)(Op("AddcdivBackward0",
    _addcdiv, inputs=("self", "tensor1", "tensor2"),
    tex=r"{self} + {value} \cdot \frac{{{tensor1}}}{{{tensor2}}}", precedence=SUM,
    self=lambda grad: grad, tensor1=lambda grad, tensor2, value: grad * div(value, tensor2),
    tensor2=lambda grad, tensor1, tensor2, value: after(
        _over(tensor2 * tensor2, scale(tensor1, value)), -grad)))
# fmt: on
