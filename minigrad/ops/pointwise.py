"""Functions of one tensor, element by element: roots, exponentials, logarithms, angles, signs."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import exp, neg, pow_number, sub
from minigrad.ops.export import export
from minigrad.ops.select import where
from minigrad.ops.with_number import add_number, scale, sub_number, zeros_like
from minigrad.symbol import POWER, PRODUCT
from minigrad.tensor import Tensor, method

# --- roots

sqrt = Op(
    "SqrtBackward0",
    np.sqrt,
    promotes="float",
    tex=r"\sqrt{{{self}}}",
    self=lambda grad, result: grad / scale(result, 2),
    says="the derivative of a square root is 1 over twice the root, so the result is reused",
)
export("sqrt", in_place=True)(sqrt)

rsqrt = Op(
    "RsqrtBackward0",
    lambda self: 1 / np.sqrt(self),
    promotes="float",
    tex=r"\frac{{1}}{{\sqrt{{{self}}}}}",
    precedence=POWER,
    self=lambda grad, result: scale(grad, -0.5) * pow_number(result, 3),
    says="the derivative of 1 over a square root is minus half the result to the third power",
)
export("rsqrt", in_place=True)(rsqrt)

# --- exponentials and logarithms (exp and log are in arithmetic.py)

exp2 = Op(
    "Exp2Backward0",
    np.exp2,
    promotes="float",
    tex="2^{{{self}}}",
    precedence=POWER,
    self=lambda grad, result: scale(grad * result, math.log(2)),
    says="the derivative of 2 to the x is itself times the logarithm of 2",
)
export("exp2", in_place=True)(exp2)

expm1 = Op(
    "Expm1Backward0",
    np.expm1,
    promotes="float",
    tex=r"\operatorname{{expm1}}\left({self}\right)",
    self=lambda grad, result: grad * add_number(result, 1),
    says="the derivative of exp(x) - 1 is exp(x), the result plus 1",
)
export("expm1", in_place=True)(expm1)

log1p = Op(
    "Log1PBackward0",
    np.log1p,
    promotes="float",
    tex=r"\log\left(1 + {self}\right)",
    self=lambda grad, self: grad / add_number(self, 1),
    says="the derivative of log(1 + x) is 1/(1 + x)",
)
export("log1p", in_place=True)(log1p)

log2 = Op(
    "Log2Backward0",
    np.log2,
    promotes="float",
    tex=r"\log_2\left({self}\right)",
    self=lambda grad, self: grad / scale(self, math.log(2)),
    says="the derivative of the logarithm to base 2 is 1 over x times log 2",
)
export("log2", in_place=True)(log2)

log10 = Op(
    "Log10Backward0",
    np.log10,
    promotes="float",
    tex=r"\log_{{10}}\left({self}\right)",
    self=lambda grad, self: grad / scale(self, math.log(10)),
    says="the derivative of the logarithm to base 10 is 1 over x times log 10",
)
export("log10", in_place=True)(log10)

# --- angles

sin = Op(
    "SinBackward0",
    np.sin,
    promotes="float",
    tex=r"\sin\left({self}\right)",
    self=lambda grad, self: grad * cos(self),
    says="the derivative of sin is cos",
)
export("sin", in_place=True)(sin)

cos = Op(
    "CosBackward0",
    np.cos,
    promotes="float",
    tex=r"\cos\left({self}\right)",
    self=lambda grad, self: grad * -sin(self),
    says="the derivative of cos is minus sin",
)
export("cos", in_place=True)(cos)

tan = Op(
    "TanBackward0",
    np.tan,
    promotes="float",
    tex=r"\tan\left({self}\right)",
    self=lambda grad, result: grad * add_number(pow_number(result, 2), 1),
    says="the derivative of tan is 1 plus tan squared, so the result is reused",
)
export("tan", in_place=True)(tan)

asin = Op(
    "AsinBackward0",
    np.arcsin,
    promotes="float",
    tex=r"\arcsin\left({self}\right)",
    self=lambda grad, self: grad * rsqrt(add_number(-self * self, 1)),
    says="the derivative of arcsin is 1 over the root of 1 - x squared",
)
export("asin", "arcsin", in_place=True)(asin)

acos = Op(
    "AcosBackward0",
    np.arccos,
    promotes="float",
    tex=r"\arccos\left({self}\right)",
    self=lambda grad, self: grad * -rsqrt(add_number(-self * self, 1)),
    says="the derivative of arccos is minus 1 over the root of 1 - x squared",
)
export("acos", "arccos", in_place=True)(acos)

atan = Op(
    "AtanBackward0",
    np.arctan,
    promotes="float",
    tex=r"\arctan\left({self}\right)",
    self=lambda grad, self: grad / add_number(self * self, 1),
    says="the derivative of arctan is 1 over x squared plus 1",
)
export("atan", "arctan", in_place=True)(atan)

deg2rad = Op(
    "Deg2RadBackward0",
    lambda self: self * (math.pi / 180),
    promotes="float",
    self=lambda grad: scale(grad, math.pi / 180),
    says="the gradient times pi/180",
)
export("deg2rad", in_place=True)(deg2rad)

rad2deg = Op(
    "Rad2DegBackward0",
    lambda self: self * (180 / math.pi),
    promotes="float",
    self=lambda grad: scale(grad, 180 / math.pi),
    says="the gradient times 180/pi",
)
export("rad2deg", in_place=True)(rad2deg)

# --- hyperbolic functions

sinh = Op(
    "SinhBackward0",
    np.sinh,
    promotes="float",
    tex=r"\sinh\left({self}\right)",
    self=lambda grad, self: grad * cosh(self),
    says="the derivative of sinh is cosh",
)
export("sinh", in_place=True)(sinh)

cosh = Op(
    "CoshBackward0",
    np.cosh,
    promotes="float",
    tex=r"\cosh\left({self}\right)",
    self=lambda grad, self: grad * sinh(self),
    says="the derivative of cosh is sinh",
)
export("cosh", in_place=True)(cosh)

tanh_backward = Op(
    "TanhBackwardBackward0",
    lambda grad_output, output: grad_output * (1 - output * output),
    inputs=("grad_output", "output"),
    tex=r"{grad_output} \cdot \left(1 - {{{output}}}^2\right)",
    precedence=PRODUCT,
    grad_output=lambda grad, output: tanh_backward(grad, output),
    output=lambda grad, grad_output, output: grad * (scale(output, -2) * grad_output),
    says="the derivative of tanh, differentiated once more",
)

tanh = Op(
    "TanhBackward0",
    np.tanh,
    promotes="float",
    tex=r"\tanh\left({self}\right)",
    self=lambda grad, result: tanh_backward(grad, result),
    says="the derivative of tanh is 1 minus tanh squared, so the result is reused",
)
export("tanh", in_place=True)(tanh)

asinh = Op(
    "AsinhBackward0",
    np.arcsinh,
    promotes="float",
    self=lambda grad, self: grad * rsqrt(add_number(pow_number(self, 2), 1)),
    says="the derivative of asinh is 1 over the root of x squared plus 1",
)
export("asinh", "arcsinh", in_place=True)(asinh)

acosh = Op(
    "AcoshBackward0",
    np.arccosh,
    promotes="float",
    self=lambda grad, self: grad * rsqrt(sub_number(self * self, 1)),
    says="the derivative of acosh is 1 over the root of x squared minus 1",
)
export("acosh", "arccosh", in_place=True)(acosh)

atanh = Op(
    "AtanhBackward0",
    np.arctanh,
    promotes="float",
    self=lambda grad, self: scale(grad, 1) / sub(1, pow_number(self, 2)),
    says="the derivative of atanh is 1 over 1 - x squared",
)
export("atanh", "arctanh", in_place=True)(atanh)

# --- sigmoid, logit, erf

sigmoid_backward = Op(
    "SigmoidBackwardBackward0",
    lambda grad_output, output: grad_output * (1 - output) * output,
    inputs=("grad_output", "output"),
    tex=r"{grad_output} \cdot \left(1 - {output}\right) \cdot {output}",
    precedence=PRODUCT,
    grad_output=lambda grad, output: sigmoid_backward(grad, output),
    output=lambda grad, grad_output, output: (
        (grad * grad_output) * add_number(scale(output, -2), 1)
    ),
    says="the derivative of sigmoid, differentiated once more",
)

sigmoid = Op(
    "SigmoidBackward0",
    lambda self: 1 / (1 + np.exp(-self)),
    promotes="float",
    tex=r"\sigma\left({self}\right)",
    self=lambda grad, result: sigmoid_backward(grad, result),
    says="the derivative of sigmoid is the result times 1 minus the result",
)
export("sigmoid", in_place=True)(sigmoid)


def _logit(self: Any, eps: Any = None) -> Any:
    if eps is not None:
        self = np.minimum(np.maximum(self, eps), 1 - eps)
    return np.log(self / (1 - self))


def _logit_rule(grad: Any, self: Any, eps: Any) -> Any:
    low, high = (0, 1) if eps is None else (eps, 1 - eps)
    inside = (self >= low) * (self <= high)
    return where(inside, grad / (self * sub(1, self)), math.nan if eps is None else 0)


logit = Op(
    "LogitBackward0",
    _logit,
    inputs=("self",),
    promotes="float",
    tex=r"\log\frac{{{self}}}{{1 - {self}}}",
    precedence=PRODUCT,
    self=_logit_rule,
    says="the derivative of log(x / (1 - x)) is 1 over x times 1 - x",
)
export("logit", in_place=True)(logit)


def _by_element(function: Any) -> Any:
    """A function of one Python float as one of arrays: numpy has no error function."""

    def forward(self: Any) -> Any:
        values = np.fromiter(map(function, self.ravel().tolist()), self.dtype, self.size)
        return values.reshape(self.shape)[()]

    return forward


erf = Op(
    "ErfBackward0",
    _by_element(math.erf),
    inputs=("self",),
    promotes="float",
    tex=r"\operatorname{{erf}}\left({self}\right)",
    self=lambda grad, self: scale(_bell(self), 2 / math.sqrt(math.pi)) * grad,
    says="the derivative of erf is 2 over the root of pi times exp of minus x squared",
)
export("erf", in_place=True)(erf)

erfc = Op(
    "ErfcBackward0",
    _by_element(math.erfc),
    inputs=("self",),
    promotes="float",
    tex=r"\operatorname{{erfc}}\left({self}\right)",
    self=lambda grad, self: scale(_bell(self), -2 / math.sqrt(math.pi)) * grad,
    says="the derivative of erfc is minus that of erf",
)
export("erfc", in_place=True)(erfc)


def _bell(value: Any) -> Any:
    return exp(neg(pow_number(value, 2)))


# --- size and sign


def _signed(self: Any) -> Any:
    """1, 0 or -1; numpy's own gives NaN for NaN, PyTorch gives 0."""
    if self.dtype.kind == "b":
        return self
    return (self > 0).astype(self.dtype) - (self < 0)


sgn = Op(
    "SgnBackward0",
    _signed,
    inputs=("self",),
    tex=r"\operatorname{{sgn}}\left({self}\right)",
    self=lambda grad, self, result: zeros_like(grad),
    says="a sign is flat wherever it has a derivative: the gradient is 0",
)
export("sgn", in_place=True)(sgn)

sign = Op(
    "SignBackward0",
    _signed,
    inputs=("self",),
    tex=r"\operatorname{{sign}}\left({self}\right)",
    self=lambda grad: zeros_like(grad),
    says="a sign is flat wherever it has a derivative: the gradient is 0",
)
export("sign", in_place=True)(sign)


def _abs(self: Any) -> Any:
    if self.dtype.kind == "b":
        raise errors.not_implemented_for("abs_cpu", self.dtype)
    return abs(self)


absolute = Op(
    "AbsBackward0",
    _abs,
    inputs=("self",),
    tex=r"\left|{self}\right|",
    self=lambda grad, self: grad * sgn(self),
    says="the gradient keeps its sign where the input is positive, changes it where it is "
    "negative, and is 0 at 0",
)
export("abs", "absolute", in_place=True)(absolute)
method("__abs__")(absolute.apply)


@export("positive")
@method("__pos__")
def positive(input: Tensor) -> Tensor:
    """`input` itself; an error for booleans."""
    if input._data.dtype.kind == "b":
        raise errors.plus_of_bools()
    return input
