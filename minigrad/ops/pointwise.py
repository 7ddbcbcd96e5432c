"""Functions of one tensor, element by element: roots, exponentials, angles, signs, rounding."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import mkl, rounded, sleef
from minigrad.op import Op
from minigrad.ops.arithmetic import exp, neg, pow_number
from minigrad.ops.export import export
from minigrad.ops.forms import add_number, after, chooses, no_gradient, refuse, scale, unary
from minigrad.strides import copied
from minigrad.symbol import POWER, PRODUCT
from minigrad.tensor import Tensor, method

# --- roots, exponentials and logarithms (exp and log are in arithmetic.py)


# fmt: off
sqrt = unary("sqrt", mkl.sqrt, lambda grad, result: grad / scale(result, 2), r"\sqrt{{{self}}}")
rsqrt = unary("rsqrt", lambda self: 1 / np.sqrt(self),
    lambda grad, result: after(pow_number(result, 3), scale(grad, -0.5)),
    r"\frac{{1}}{{\sqrt{{{self}}}}}", precedence=POWER)
expm1 = unary("expm1", np.expm1, lambda grad, result: grad * add_number(result, 1),
    r"\operatorname{{expm1}}({self})")
log1p = unary("log1p", sleef.log1p, lambda grad, self: grad / add_number(self, 1),
    r"\log\left(1 + {self}\right)")
log2 = unary("log2", np.log2, lambda grad, self: grad / scale(self, math.log(2)),
    r"\log_2\left({self}\right)")
log10 = unary("log10", np.log10, lambda grad, self: grad / scale(self, 2.3025850929940456),
    r"\log_{{10}}\left({self}\right)")

# --- angles and hyperbolic functions

sin = unary("sin", mkl.sin, lambda grad, self: grad * cos(self))
cos = unary("cos", mkl.cos, lambda grad, self: grad * -sin(self))
tan = unary("tan", np.tan, lambda grad, result: grad * add_number(pow_number(result, 2), 1))
asin = unary("asin arcsin", np.arcsin,
    lambda grad, self: grad * rsqrt(add_number(-self * self, 1)))
acos = unary("acos arccos", np.arccos,
    lambda grad, self: grad * -rsqrt(add_number(-self * self, 1)))
atan = unary("atan arctan", np.arctan, lambda grad, self: grad / add_number(self * self, 1))
sinh = unary("sinh", np.sinh, lambda grad, self: grad * cosh(self))
cosh = unary("cosh", np.cosh, lambda grad, self: grad * sinh(self))
tanh_backward = Op("TanhBackwardBackward0",
    lambda grad_output, output: grad_output * rounded.fused(1, output, -output),
    tex=r"{grad_output} \cdot \left(1 - {{{output}}}^2\right)", precedence=PRODUCT,
    grad_output=lambda grad, output: tanh_backward(grad, output),
    output=lambda grad, grad_output, output: grad * (scale(output, -2) * grad_output))
tanh = unary("tanh", mkl.tanh, lambda grad, result: tanh_backward(grad, result))

# --- sigmoid and erf

sigmoid_backward = Op("SigmoidBackwardBackward0",
    lambda grad_output, output: grad_output * (1 - output) * output,
    tex=r"{grad_output} \cdot \left(1 - {output}\right) \cdot {output}", precedence=PRODUCT,
    grad_output=lambda grad, output: sigmoid_backward(grad, output),
    output=lambda grad, grad_output, output:
        after(add_number(scale(output, -2), 1), grad * grad_output))
sigmoid = unary("sigmoid", lambda self: 1 / (1 + sleef.exp_at_once(-self, self)),
    lambda grad, result: sigmoid_backward(grad, result), r"\sigma\left({self}\right)")
_erf = np.frompyfunc(math.erf, 1, 1)
erf = unary("erf", lambda self: np.asarray(_erf(self), self.dtype)[()],
    lambda grad, self: scale(exp(neg(pow_number(self, 2))), 2 / math.sqrt(math.pi)) * grad,
    r"\operatorname{{erf}}\left({self}\right)")

# --- size and sign


def _signed(self: Any) -> Any:
    """1, 0 or -1; numpy's own gives NaN for NaN, PyTorch gives 0."""
    if self.dtype.kind == "b":
        return copied(self, self.dtype)
    return (self > 0).astype(self.dtype) - (self < 0)


def _abs(self: Any) -> Any:
    return refuse("b", "abs_cpu", self) if self.dtype.kind == "b" else abs(self)


_SIGN = r"\operatorname{{sign}}({self})"
sgn = unary("sgn", _signed, lambda grad, self, result: no_gradient(grad), _SIGN, promotes="same")
sign = unary("sign", _signed, lambda grad: no_gradient(grad), _SIGN, promotes="same")
absolute = unary("abs absolute", _abs, lambda grad, self: grad * sgn(self),
    r"\left|{self}\right|", promotes="same")
# fmt: on
absolute.put_on_tensor("apply", "__abs__")


@export("positive")
@method("__pos__")
def positive(input: Tensor) -> Tensor:
    """`input` itself; an error for booleans."""
    errors.check(input._data.dtype.kind != "b", "plus_of_bools")
    return input


# --- rounding


def _whole(name: str, ufunc: np.ufunc) -> Callable[[Any], Any]:
    """Rounds floats, leaves integers as they are and refuses booleans."""

    def forward(self: Any) -> Any:
        if self.dtype.kind == "f":
            return ufunc(self)
        refuse("b", f"{name}_vml_cpu", self)
        return copied(self, self.dtype)

    return forward


def _round_decimals(self: Any, decimals: int) -> Any:
    refuse("iub", "round_cpu" if decimals else "round_vml_cpu", self)
    power = 10.0 ** abs(decimals)
    return np.rint(self / power) * power if decimals < 0 else np.rint(self * power) / power


# fmt: off
floor = unary("floor", _whole("floor", np.floor), lambda grad: no_gradient(grad),
    r"\lfloor {self} \rfloor", promotes="same")
ceil = unary("ceil", _whole("ceil", np.ceil), lambda grad: no_gradient(grad),
    r"\lceil {self} \rceil", promotes="same")
trunc = unary("trunc fix", _whole("trunc", np.trunc), lambda grad: no_gradient(grad),
    r"\operatorname{{trunc}}({self})", promotes="same")
round_whole = Op("RoundBackward0", _whole("round", np.rint), inputs=("self",),
    self=lambda grad: no_gradient(grad))
round_decimals = Op("RoundBackward1", _round_decimals, self=lambda grad: no_gradient(grad))
# fmt: on


@chooses("round")
def round(input: Tensor, *, decimals: int | None = None) -> Any:
    """The nearest number with so many `decimals`; of two, the one with an even last digit."""
    return (round_whole, input) if decimals is None else (round_decimals, input, decimals)
