"""Activation functions, and dropout, which stands beside them in every net.

First the operations, straight lines and then curves; then softmax, which looks at a whole
dimension; then the public functions. Most gradients are written with other operations, so that
their own gradients need no rule.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import draws, errors, strides
from minigrad.digits import rounded, sleef
from minigrad.digits.sums import across, laid_out, one_by_one
from minigrad.dtypes import dtype as Dtype  # noqa: N812 - `dtype` is an argument
from minigrad.in_place import apply_in_place
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.operands import ARRAYS, FLOATS
from minigrad.ops.arithmetic import exp, mul, sub
from minigrad.ops.broadcast import sum_dim
from minigrad.ops.compare import le, lt
from minigrad.ops.export import export, functional
from minigrad.ops.forms import add_number, after, no_gradient, only_floats, scale
from minigrad.ops.pointwise import erf, expm1, log1p, sigmoid, sigmoid_backward, tanh
from minigrad.ops.select import where
from minigrad.symbol import PRODUCT
from minigrad.tensor import Tensor, wrap

# fmt: off
# --- straight lines

_BITS = {np.dtype(f"f{size}"): np.dtype(f"i{size}") for size in (2, 4, 8)}


def _gate(closed: Any, grad: Any) -> Any:
    """0 where `closed`, else `grad`: what `np.where` does, in a third of the time."""
    if grad.__class__ is not np.ndarray and closed.__class__ is np.bool_:  # scalars
        return grad.__class__(0) if closed else grad
    bits = _BITS[grad.dtype]
    mask = closed.astype(bits)
    mask -= 1
    mask &= grad.view(bits)
    return mask.view(grad.dtype)


def _relu(self: Any) -> Any:
    if self.__class__ in FLOATS:
        return self.__class__(0) if self < 0 else self
    errors.check(self.dtype.kind != "b", "relu_of_bools")
    plain = self.flags.c_contiguous  # zeros are quicker than the number 0
    return np.maximum(np.zeros(self.shape, self.dtype) if plain else self.dtype.type(0), self)


def _leaky(self: Any, negative_slope: float) -> Any:
    return np.where(self > 0, self, self * negative_slope)


threshold_backward = Op("ThresholdBackwardBackward0",
    lambda grad_output, self, threshold: _gate(self <= threshold, grad_output),
    grad_output=lambda grad, self, threshold: threshold_backward(grad, self, threshold),
    self=lambda grad: no_gradient(grad), tex=r"{grad_output} \cdot [{self} > {threshold}]",
    precedence=PRODUCT)
relu_op = Op("ReluBackward0", _relu,
    self=lambda grad, result: threshold_backward(grad, result, 0))
leaky_relu_backward = Op("LeakyReluBackwardBackward0",
    lambda grad_output, self, negative_slope: np.where(
        self > 0, grad_output, grad_output * negative_slope),
    grad_output=lambda grad, self, negative_slope: leaky_relu_backward(grad, self, negative_slope),
    self=lambda grad: no_gradient(grad), precedence=PRODUCT,
    tex=r"{grad_output} \cdot [{self} > 0 \mathbin{{?}} 1 : {negative_slope}]")
leaky_relu_op = Op("LeakyReluBackward0", _leaky, tex=r"\operatorname{{leaky\_relu}}({self})",
    self=lambda grad, self, negative_slope: leaky_relu_backward(grad, self, negative_slope))
leaky_relu_in_place = Op("LeakyReluBackward1", _leaky,
    self=lambda grad, result, negative_slope: leaky_relu_backward(grad, result, negative_slope))

# --- curves


def _elu(self: Any, alpha: float, scale: int, input_scale: int) -> Any:
    return np.where(self >= 0, self, expm1.forward(np.minimum(0, self)) * alpha)


def _elu_rule(grad: Any, self: Any, alpha: float) -> Any:
    below = where(lt(self, 0), self, 0)  # so that exp cannot overflow
    power = (sleef.exp_at_once if self.__class__ in ARRAYS else exp)(below)
    return where(le(self, 0), scale(grad, alpha) * power, grad)


def _plus(number: Any, a: Any, b: Any) -> Any:
    """``number + a * b``; of arrays it is rounded once, as in PyTorch."""
    return rounded.fused(number, a, b) if a.__class__ in ARRAYS else a * b + number


def _normal(x: Any, approximate: str) -> tuple[Any, Any]:
    """The probability that a normal number is below `x`, and `x` times its density."""
    if approximate == "none":
        density = scale(exp(scale(x * x, -0.5)), 1 / math.sqrt(2 * math.pi))
        return scale(add_number(erf(scale(x, math.sqrt(0.5))), 1), 0.5), x * density
    cube, steep = 0.044715, math.sqrt(2 / math.pi)
    cube = x.dtype.type(cube) if x.__class__ in ARRAYS else cube  # so that 3 times it is rounded
    bend = tanh(scale(_plus(x, x * x * x, cube), steep))
    slope = scale(_plus(1, x * x, 3 * cube), 0.5 * steep)
    return scale(add_number(bend, 1), 0.5), x * _plus(1, bend, -bend) * slope


def _gelu_rule(grad: Any, self: Any, approximate: str) -> Any:
    below, rest = _normal(self, approximate)
    return grad * (below + rest)


def _softplus(self: Any, beta: float, threshold: float) -> Any:
    steep = self * beta
    softened = log1p.forward(sleef.exp_at_once(np.minimum(steep, threshold)))
    return np.where(steep > threshold, self, softened / beta)


def _softplus_slope(grad_output: Any, self: Any, beta: float, threshold: float) -> Any:
    steep = self * beta
    power = sleef.exp_at_once(np.minimum(steep, threshold))
    return np.where(steep > threshold, grad_output, grad_output * power / (power + 1))


def _softplus_bend(grad: Any, self: Any, beta: float, threshold: float) -> Any:
    steep = scale(self, beta)
    return scale(sigmoid_backward(grad, sigmoid(steep)) * lt(steep, threshold), beta)


def _silu_rule(grad: Any, self: Any, gate: Any) -> Any:
    rest = sub(1, gate)
    is_array = self.__class__ in ARRAYS  # else the slope comes first: so PyTorch numbers the nodes
    slope = rounded.fused(1, self, rest) if is_array else add_number(self * rest, 1)
    return grad * gate * slope


def _logsigmoid_rule(grad: Any, self: Any, buffer: Any) -> Any:
    if grad.__class__ not in ARRAYS:
        return grad * sigmoid(-self)
    part = buffer / (1 + buffer)
    return grad * np.where(self < 0, 1 - part, part)[()]


elu_op = Op("EluBackward0", _elu, also=("scale", "input_scale"), self=_elu_rule)
elu_in_place = Op("EluBackward1", _elu, also=("scale", "input_scale"),
    self=lambda grad, result, alpha: where(le(result, 0), grad * add_number(
        where(lt(result, 0), result, 0), alpha), grad))
gelu_op = Op("GeluBackward0", lambda self, approximate: self * _normal(self, approximate)[0],
    self=_gelu_rule)
silu_op = Op("SiluBackward0", lambda self: self / (1 + sleef.exp_at_once(-self, self)),
    self=lambda grad, self: _silu_rule(grad, self, sigmoid(self)))
softplus_backward = Op("SoftplusBackwardBackward0", _softplus_slope, precedence=PRODUCT,
    tex=r"{grad_output} \cdot \sigma\left({beta} {self}\right)",
    grad_output=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold),
    self=lambda grad, grad_output, self, beta, threshold: _softplus_bend(
        grad * grad_output, self, beta, threshold))
softplus_op = Op("SoftplusBackward0", _softplus,
    self=lambda grad, self, beta, threshold: softplus_backward(grad, self, beta, threshold))
logsigmoid_op = Op("LogSigmoidBackward0",
    lambda self, buffer: laid_out(np.minimum(self, 0) - log1p.forward(buffer)),
    inputs=("self",), self=_logsigmoid_rule)

# --- softmax and its logarithm
#
# PyTorch's numbers to the last bit, but for a few: exp and log are those of its vectors, and sums
# are added in its order, along the last dimension by the 16 lanes of a vector. Of more numbers exp
# and log are the true values: the steps would take a large part of a training's time.

_LARGEST = 1024


def _kernel(array: Any, dim: int) -> tuple[bool, Callable[[Any], Any]]:
    """Whether `dim` is the last dimension, and PyTorch's exp along it, which may be a vector's."""
    last = dim in (-1, array.ndim - 1)
    side_by_side = last or math.prod(array.shape[dim:][1:]) * array.itemsize >= 64
    return last, sleef.exp if side_by_side and array.size <= _LARGEST else rounded.exp


def _total(powers: Any, last: bool) -> Any:
    """The sum over the first dimension: in order, or of every 16th, then of those by halves."""
    lanes = 64 // powers.itemsize if last else len(powers) + 1
    full = len(powers) // lanes * lanes
    if not full:
        return one_by_one(powers)
    sums = np.add.reduce(powers[:full].reshape(full // lanes, lanes, *powers.shape[1:]), 0)
    sums[: len(powers) - full] += powers[full:]
    return across(sums)


def _soft(self: Any, dim: int, logarithm: bool) -> Any:
    """Softmax or its logarithm, less the maximum, so that exp cannot overflow."""
    if not self.size:
        return self.copy()
    if self.ndim == 0:
        return (self - self if logarithm else np.exp(self - self))[()]
    last, exponential = _kernel(self, dim)
    scores = laid_out(self.swapaxes(0, dim))  # numpy is quickest along the first dimension
    shifted = scores - np.maximum.reduce(scores, 0)
    powers = exponential(shifted)
    total = _total(powers, last)
    if logarithm:
        result = shifted - (sleef if powers.size <= _LARGEST else rounded).log(total)
    else:
        result = powers * (1 / total) if last else powers / total
    return result if dim in (0, -self.ndim) else result.swapaxes(0, dim).copy()


def _sum(values: Any, dim: int) -> Any:
    if not (values.ndim and values.size):
        return values
    total = _total(laid_out(values.swapaxes(0, dim)), dim in (-1, values.ndim - 1))
    return total[None].swapaxes(0, dim)


def _sum_of_products(grad_output: Any, output: Any, dim: int) -> Any:
    """Not along the last dimension PyTorch rounds once as it multiplies and adds, row by row."""
    if output.ndim < 2 or dim in (-1, output.ndim - 1) or output.shape[dim] > 64:
        return _sum(grad_output * output, dim)
    total = rounded.sum_of_products(grad_output.swapaxes(0, dim), output.swapaxes(0, dim))
    return total[None].swapaxes(0, dim)


def _log_softmax_slope(grad_output: Any, output: Any, dim: int) -> Any:
    powers = _kernel(output, dim)[1](output)
    return rounded.fused(grad_output, powers, -_sum(grad_output, dim))


def _softmax_rule(grad: Any, grad_output: Any, output: Any, dim: int) -> Any:
    """Second derivative; PyTorch makes the last term first."""
    last = grad_output * sum_dim(output * grad, (dim,), True)
    middle = sum_dim(output * grad_output, (dim,), True) * grad
    return grad_output * grad - middle - last


softmax_backward = Op("SoftmaxBackwardDataBackward0",
    lambda grad_output, output, dim:
        output * (grad_output - _sum_of_products(grad_output, output, dim)),
    tex=r"{output} \odot \left({grad_output} - \sum {grad_output} \cdot {output}\right)",
    grad_output=lambda grad, output, dim: softmax_backward(grad, output, dim),
    output=_softmax_rule)
softmax_op = Op("SoftmaxBackward0", lambda self, dim: _soft(self, dim, False),
    self=lambda grad, result, dim: softmax_backward(grad, result, dim))
log_softmax_backward = Op("LogSoftmaxBackwardDataBackward0", _log_softmax_slope,
    tex=r"{grad_output} - e^{{{output}}} \cdot \sum {grad_output}",
    grad_output=lambda grad, output, dim: grad - sum_dim(grad * exp(output), (dim,), True),
    output=lambda grad, grad_output, output, dim:
        after(exp(output), -sum_dim(grad_output, (dim,), True)) * grad)
log_softmax_op = Op("LogSoftmaxBackward0", lambda self, dim: _soft(self, dim, True),
    tex=r"\operatorname{{log\_softmax}}({self})",
    self=lambda grad, result, dim: log_softmax_backward(grad, result, dim))


def _public(name: str, op: Op, doc: str) -> Callable[..., Tensor]:
    def along(input: Tensor, dim: int, dtype: Dtype | None = None) -> Tensor:
        errors.checked_dim(dim, input._data.ndim)
        input = input if dtype is None else input.to(dtype)
        last = dim in (-1, max(input._data.ndim, 1) - 1)
        if input._data.size:
            only_floats(f"{name}_{'lastdim_' * last}kernel_impl", input._data)
        return op.apply(input, dim)

    def implicit(input: Tensor, dim: int | None = None, _stacklevel: int = 3,
                 dtype: Dtype | None = None) -> Tensor:
        if dim is None:
            warnings.warn(errors.IMPLICIT_DIM.format(name), stacklevel=3)
            dim = 0 if input._data.ndim in (0, 1, 3) else 1
        return getattr(input, name)(dim, dtype)

    for function in (along, implicit):
        function.__name__ = function.__qualname__ = name
        function.__doc__ = doc
    export(name, method=False, to=functional)(implicit)
    return export(name)(along)


softmax = _public("softmax", softmax_op, "Positive numbers that sum to 1 along `dim`.")
log_softmax = _public("log_softmax", log_softmax_op,
                      "The logarithm of softmax, computed without overflow.")

# --- the public functions

export("relu", in_place=True)(relu_op)
export("sigmoid", method=False, to=functional)(sigmoid)
export("tanh", method=False, to=functional)(tanh)


def _run(op: Op, input: Tensor, *values: Any, kernel: str = "", inplace: bool = False,
         other: Op | None = None) -> Tensor:
    """``op(input)``, or its in-place form, which may be an `other` operation.

    PyTorch's `kernel`, if it has a name, complains of anything but floating point.
    """
    if kernel:
        only_floats(kernel, input._data)
    if inplace:
        return apply_in_place(other or op, input, values, {})
    return op.apply(input, *values)


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """``max(input, 0)``."""
    return _run(relu_op, input, inplace=inplace)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else `negative_slope` times it."""
    return _run(leaky_relu_op, input, negative_slope, kernel="leaky_relu_cpu", inplace=inplace,
                other=leaky_relu_in_place)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """`input` where it is positive, else ``alpha * (exp(input) - 1)``."""
    return _run(elu_op, input, alpha, 1, 1, kernel="elu_cpu", inplace=inplace, other=elu_in_place)


def gelu(input: Tensor, *, approximate: str = "none") -> Tensor:
    """`input` times the probability that a normal number is below it."""
    errors.check(approximate in ("none", "tanh"), "gelu_approximate")
    return _run(gelu_op, input, approximate, kernel="GeluKernelImpl")


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """``input * sigmoid(input)``."""
    return _run(silu_op, input, kernel="silu_cpu", inplace=inplace)


def softplus(input: Tensor, beta: float = 1, threshold: float = 20) -> Tensor:
    """``log(1 + exp(beta * input)) / beta``; above `threshold`, `input` itself."""
    return _run(softplus_op, input, beta, threshold, kernel="softplus_cpu")


def logsigmoid(input: Tensor) -> Tensor:
    """``log(sigmoid(input))``."""
    only_floats("log_sigmoid_cpu", input._data)
    return logsigmoid_op.apply(input, modes.quiet(sleef.exp, -abs(input._data)))


def dropout(input: Tensor, p: float = 0.5, training: bool = True, inplace: bool = False) -> Tensor:
    """Set elements to 0 with probability `p`, divide the others by ``1 - p``, while training.

    Raises
    ------
    ValueError
        If `p` is no probability.
    """
    errors.check(not (p < 0.0 or p > 1.0), "dropout_p", p)
    p = float(p)  # a tensor may be given
    if p == 0 or not training or input.numel() == 0:
        return input
    kind = input._data.dtype
    if p == 1:
        return _run(mul, input, wrap(np.zeros((), kind)), inplace=inplace)
    kept = strides.filled(input._data, lambda shape: draws.bernoulli_p(shape, kind, 1 - p))
    errors.check(kind.kind == "f", "in_place_dtype", np.dtype(np.float32), input)
    return _run(mul, input, wrap(kept / kind.type(1 - p)), inplace=inplace)


for _function in (relu, leaky_relu, elu, gelu, silu, softplus, logsigmoid, dropout):
    export(_function.__name__, method=False, to=functional)(_function)
# fmt: on
