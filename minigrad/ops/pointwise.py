"""Functions of one tensor, element by element: roots, exponentials, logarithms, angles, signs."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.arithmetic import exp, neg, pow_number, sub
from minigrad.ops.export import export, functions
from minigrad.ops.select import where
from minigrad.ops.with_number import add_number, scale, sub_number, zeros_like
from minigrad.symbol import ATOM, POWER, PRODUCT
from minigrad.tensor import Tensor, method

_LATEX = ("sin", "cos", "tan", "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh")


def _curve(
    names: str,
    forward: Callable[..., Any],
    rule: Callable[..., Any],
    says: str,
    tex: str | None = None,
    precedence: int = ATOM,
    changes: bool = True,
) -> Op:
    """A differentiable function of one tensor of floats, public under its name and its aliases.

    PyTorch's name of the node follows from the first: Log1PBackward0. `changes` says whether its
    in-place form has the same node.
    """
    name = names.split(maxsplit=1)[0]
    if tex is None and forward.__name__ in _LATEX:
        tex = rf"\{forward.__name__}\left({{self}}\right)"
    op = Op(
        f"{name.title()}Backward0", forward, inputs=("self",), promotes="float", tex=tex,
        precedence=precedence, self=rule, says=says,
    )  # fmt: skip
    return export(*names.split(), in_place=changes)(op)


def _only_in_place(name: str) -> None:
    """The in-place form of a function for which PyTorch has no derivative there."""

    def rule(grad: Any) -> Any:
        raise errors.no_derivative_in_place(name)

    arc = f"arc{name[1:]}"
    op = Op(f"{name.title()}Backward1", getattr(np, arc), promotes="float", self=rule)
    for own in (f"{name}_", f"{arc}_"):
        functions[own] = in_place(op, own)


def _by_element(function: Callable[[float], float]) -> Callable[[Any], Any]:
    """A function of one Python float as one of arrays: numpy has no error function."""
    ufunc: Any = np.frompyfunc(function, 1, 1)
    return lambda self: np.asarray(ufunc(self), self.dtype)[()]


def _bell(value: Any) -> Any:
    return exp(neg(pow_number(value, 2)))


# --- roots, exponentials and logarithms (exp and log are in arithmetic.py)

# fmt: off
sqrt = _curve("sqrt", np.sqrt, lambda grad, result: grad / scale(result, 2),
    "the derivative of a square root is 1 over twice the root, so the result is reused",
    r"\sqrt{{{self}}}")
rsqrt = _curve("rsqrt", lambda self: 1 / np.sqrt(self),
    lambda grad, result: scale(grad, -0.5) * pow_number(result, 3),
    "the derivative of 1 over a square root is minus half the result to the third power",
    r"\frac{{1}}{{\sqrt{{{self}}}}}", POWER)
exp2 = _curve("exp2", np.exp2, lambda grad, result: scale(grad * result, math.log(2)),
    "the derivative of 2 to the x is itself times the logarithm of 2", "2^{{{self}}}", POWER)
expm1 = _curve("expm1", np.expm1, lambda grad, result: grad * add_number(result, 1),
    "the derivative of exp(x) - 1 is exp(x), the result plus 1")
log1p = _curve("log1p", np.log1p, lambda grad, self: grad / add_number(self, 1),
    "the derivative of log(1 + x) is 1/(1 + x)", r"\log\left(1 + {self}\right)")
log2 = _curve("log2", np.log2, lambda grad, self: grad / scale(self, math.log(2)),
    "the derivative of the logarithm to base 2 is 1 over x times log 2",
    r"\log_2\left({self}\right)")
log10 = _curve("log10", np.log10, lambda grad, self: grad / scale(self, math.log(10)),
    "the derivative of the logarithm to base 10 is 1 over x times log 10",
    r"\log_{{10}}\left({self}\right)")

# --- angles and hyperbolic functions

sin = _curve("sin", np.sin, lambda grad, self: grad * cos(self), "the derivative of sin is cos")
cos = _curve("cos", np.cos, lambda grad, self: grad * -sin(self),
    "the derivative of cos is minus sin")
tan = _curve("tan", np.tan, lambda grad, result: grad * add_number(pow_number(result, 2), 1),
    "the derivative of tan is 1 plus tan squared, so the result is reused")
asin = _curve("asin arcsin", np.arcsin,
    lambda grad, self: grad * rsqrt(add_number(-self * self, 1)),
    "the derivative of arcsin is 1 over the root of 1 - x squared")
acos = _curve("acos arccos", np.arccos,
    lambda grad, self: grad * -rsqrt(add_number(-self * self, 1)),
    "the derivative of arccos is minus 1 over the root of 1 - x squared")
atan = _curve("atan arctan", np.arctan, lambda grad, self: grad / add_number(self * self, 1),
    "the derivative of arctan is 1 over x squared plus 1")
sinh = _curve("sinh", np.sinh, lambda grad, self: grad * cosh(self),
    "the derivative of sinh is cosh")
cosh = _curve("cosh", np.cosh, lambda grad, self: grad * sinh(self),
    "the derivative of cosh is sinh")
tanh_backward = Op("TanhBackwardBackward0",
    lambda grad_output, output: grad_output * (1 - output * output),
    tex=r"{grad_output} \cdot \left(1 - {{{output}}}^2\right)", precedence=PRODUCT,
    grad_output=lambda grad, output: tanh_backward(grad, output),
    output=lambda grad, grad_output, output: grad * (scale(output, -2) * grad_output),
    says="the derivative of tanh, differentiated once more")
tanh = _curve("tanh", np.tanh, lambda grad, result: tanh_backward(grad, result),
    "the derivative of tanh is 1 minus tanh squared, so the result is reused")
_curve("asinh arcsinh", np.arcsinh,
    lambda grad, self: grad * rsqrt(add_number(pow_number(self, 2), 1)),
    "the derivative of asinh is 1 over the root of x squared plus 1", changes=False)
_curve("acosh arccosh", np.arccosh, lambda grad, self: grad * rsqrt(sub_number(self * self, 1)),
    "the derivative of acosh is 1 over the root of x squared minus 1", changes=False)
_curve("atanh arctanh", np.arctanh, lambda grad, self: scale(grad, 1) / sub(1, pow_number(self, 2)),
    "the derivative of atanh is 1 over 1 - x squared", changes=False)
# fmt: on
for _name in ("asinh", "acosh", "atanh"):
    _only_in_place(_name)

_DEGREE = math.pi / 180
# fmt: off
_curve("deg2rad", lambda self: self * _DEGREE, lambda grad: scale(grad, _DEGREE),
    "the gradient times pi/180")
_curve("rad2deg", lambda self: self * (180 / math.pi), lambda grad: scale(grad, 180 / math.pi),
    "the gradient times 180/pi")

# --- sigmoid, logit, erf

sigmoid_backward = Op("SigmoidBackwardBackward0",
    lambda grad_output, output: grad_output * (1 - output) * output,
    tex=r"{grad_output} \cdot \left(1 - {output}\right) \cdot {output}", precedence=PRODUCT,
    grad_output=lambda grad, output: sigmoid_backward(grad, output),
    output=lambda grad, grad_output, output: (grad * grad_output) * add_number(scale(output, -2),
        1), says="the derivative of sigmoid, differentiated once more")
sigmoid = _curve("sigmoid", lambda self: 1 / (1 + np.exp(-self)),
    lambda grad, result: sigmoid_backward(grad, result),
    "the derivative of sigmoid is the result times 1 minus the result",
    r"\sigma\left({self}\right)")
erf = _curve("erf", _by_element(math.erf),
    lambda grad, self: scale(_bell(self), 2 / math.sqrt(math.pi)) * grad,
    "the derivative of erf is 2 over the root of pi times exp of minus x squared")
_curve("erfc", _by_element(math.erfc),
    lambda grad, self: scale(_bell(self), -2 / math.sqrt(math.pi)) * grad,
    "the derivative of erfc is minus that of erf")
# fmt: on


def _logit(self: Any, eps: Any = None) -> Any:
    if eps is not None:
        self = np.minimum(np.maximum(self, eps), 1 - eps)
    return np.log(self / (1 - self))


def _logit_rule(grad: Any, self: Any, eps: Any) -> Any:
    low, high = (0, 1) if eps is None else (eps, 1 - eps)
    inside = (self >= low) * (self <= high)
    return where(inside, grad / (self * sub(1, self)), math.nan if eps is None else 0)


# fmt: off
logit = _curve("logit", _logit, _logit_rule,
    "the derivative of log(x / (1 - x)) is 1 over x times 1 - x")
# fmt: on

# --- size and sign


def _signed(self: Any) -> Any:
    """1, 0 or -1; numpy's own gives NaN for NaN, PyTorch gives 0."""
    if self.dtype.kind == "b":
        return self
    return (self > 0).astype(self.dtype) - (self < 0)


def _abs(self: Any) -> Any:
    if self.dtype.kind == "b":
        raise errors.not_implemented_for("abs_cpu", self.dtype)
    return abs(self)


_FLAT = "a sign is flat wherever it has a derivative: the gradient is 0"
# fmt: off
sgn = Op("SgnBackward0", _signed, says=_FLAT, self=lambda grad, self, result: zeros_like(grad))
sign = Op("SignBackward0", _signed, self=lambda grad: zeros_like(grad), says=_FLAT)
absolute = Op("AbsBackward0", _abs, tex=r"\left|{self}\right|",
    self=lambda grad, self: grad * sgn(self),
    says="the gradient keeps its sign where the input is positive, changes it where it is "
    "negative, and is 0 at 0")
# fmt: on
export("sgn", in_place=True)(sgn)
export("sign", in_place=True)(sign)
export("abs", "absolute", in_place=True)(absolute)
method("__abs__")(absolute.apply)


@export("positive")
@method("__pos__")
def positive(input: Tensor) -> Tensor:
    """`input` itself; an error for booleans."""
    if input._data.dtype.kind == "b":
        raise errors.plus_of_bools()
    return input
