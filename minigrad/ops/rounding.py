"""Rounding, and division that rounds: floor, round, ``//``, ``%``, div(rounding_mode=...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place, in_place
from minigrad.op import Op
from minigrad.ops.arithmetic import div, meet
from minigrad.ops.export import export, functions
from minigrad.ops.with_number import zeros_like
from minigrad.symbol import PRODUCT
from minigrad.tensor import Tensor, method

# --- to whole numbers


def _rounding(node: str, ufunc: np.ufunc, kernel: str, tex: str, *names: str) -> Op:
    """An operation that rounds floats, leaves integers as they are and refuses booleans."""

    def forward(self: Any) -> Any:
        if self.dtype.kind == "b":
            raise errors.not_implemented_for(kernel, self.dtype)
        return ufunc(self) if self.dtype.kind == "f" else self.copy()

    op = Op(
        node,
        forward,
        inputs=("self",),
        tex=tex,
        self=lambda grad: zeros_like(grad),
        says="rounding is flat wherever it has a derivative: the gradient is 0",
    )
    export(*names, in_place=True)(op)
    return op


floor = _rounding("FloorBackward0", np.floor, "floor_vml_cpu", r"\lfloor {self} \rfloor", "floor")
ceil = _rounding("CeilBackward0", np.ceil, "ceil_vml_cpu", r"\lceil {self} \rceil", "ceil")
trunc = _rounding(
    "TruncBackward0", np.trunc, "trunc_vml_cpu", r"\operatorname{{trunc}}({self})", "trunc", "fix"
)
round_whole = _rounding(
    "RoundBackward0", np.rint, "round_vml_cpu", r"\operatorname{{round}}({self})", "_round"
)
del functions["_round"]

round_decimals = Op(
    "RoundBackward1",
    lambda self, decimals: np.rint(self * 10.0**decimals) / 10.0**decimals,
    inputs=("self",),
    tex=r"\operatorname{{round}}({self})",
    self=lambda grad: zeros_like(grad),
    says="rounding is flat wherever it has a derivative: the gradient is 0",
)


@export("round")
def round(input: Tensor, *, decimals: int = 0) -> Tensor:
    """The nearest number with so many `decimals`; of two, the one with an even last digit."""
    return round_whole.apply(input) if decimals == 0 else round_decimals.apply(input, decimals)


@method("round_")
def round_(self: Tensor, *, decimals: int = 0) -> Tensor:
    """In-place form of `round`."""
    if decimals == 0:
        return apply_in_place(round_whole, self, (), {})
    return apply_in_place(round_decimals, self, (decimals,), {})


frac = Op(
    "FracBackward0",
    lambda self: self - np.trunc(self),
    inputs=("self",),
    self=lambda grad: grad,
    says="the part behind the decimal point grows as the input does",
)
export("frac", in_place=True)(frac)

# --- division with a rounding mode


def _check_divisor(self: Any, other: Any, kernel: str) -> None:
    """Complain about booleans, and about a 0 among integers."""
    dtype = getattr(self, "dtype", None) or other.dtype
    if dtype.kind == "b":
        raise errors.not_implemented_for(kernel, dtype)
    if dtype.kind in "iu" and not np.all(other):
        raise errors.integer_division_by_zero()


def _floor_divide(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "div_floor_cpu")
    return self // other


def _trunc_divide(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "div_trunc_cpu")
    if self.dtype.kind == "f":
        return np.trunc(self / other)
    return (self - np.fmod(self, other)) // other


def _divide(self: Any, other: Any, rounding_mode: str | None = None) -> Any:
    if rounding_mode is None:
        return self / other
    return _floor_divide(self, other) if rounding_mode == "floor" else _trunc_divide(self, other)


_MODE_SAYS = "rounding is flat: the gradient is 0; without a rounding mode this is plain division"

div_mode = Op(
    "DivBackward2",
    _divide,
    inputs=("self", "other"),
    tex=r"\operatorname{{div}}({self}, {other})",
    self=lambda grad, other, rounding_mode: zeros_like(grad) if rounding_mode else grad / other,
    other=lambda grad, self, other, rounding_mode: (
        zeros_like(grad) if rounding_mode else -grad * ((self / other) / other)
    ),
    says=_MODE_SAYS,
)

_NOT_GIVEN: Any = object()


def _mode(rounding_mode: Any) -> bool:
    """Whether a rounding mode was given; an error if there is no such one."""
    if rounding_mode not in (_NOT_GIVEN, None, "trunc", "floor"):
        raise errors.rounding_mode(rounding_mode)
    return rounding_mode is not _NOT_GIVEN


def divide(input: Tensor, other: Any, *, rounding_mode: Any = _NOT_GIVEN) -> Tensor:
    """``input / other``, if wanted rounded down (``"floor"``) or towards zero (``"trunc"``).

    Raises
    ------
    RuntimeError
        If there is no such mode, integers are divided by 0, or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """
    if not _mode(rounding_mode):
        return div.apply(input, other)
    if rounding_mode is None and input._data.dtype.kind != "f":
        input = meet(input, 1.0)
    return div_mode.apply(input, other, rounding_mode)


def divide_(self: Tensor, other: Any, *, rounding_mode: Any = _NOT_GIVEN) -> Tensor:
    """In-place form of `div`."""
    if not _mode(rounding_mode):
        return apply_in_place(div, self, (other,), {})
    return apply_in_place(div_mode, self, (other, rounding_mode), {})


export("div", "divide")(divide)
method("div_", "divide_")(divide_)
export("true_divide")(div)
in_place(div, "true_divide_")

# --- floor division, which has no derivative in PyTorch


def _not_differentiable(function: str) -> Callable[[Any], NoReturn]:
    def rule(grad: Any) -> NoReturn:
        raise errors.no_derivative(function)

    return rule


_floor_says = "PyTorch defines no derivative here"

floor_divide_op = Op(
    "torch::autograd::NotImplemented",
    _floor_divide,
    inputs=("self", "other"),
    tex=r"\lfloor {self} / {other} \rfloor",
    self=_not_differentiable("floor_divide"),
    other=_not_differentiable("floor_divide"),
    says=_floor_says,
)

floor_divide_number = Op(
    "torch::autograd::NotImplemented",
    _floor_divide,
    inputs=("self",),
    tex=r"\lfloor {self} / {other} \rfloor",
    self=_not_differentiable("floor_divide"),
    says=_floor_says,
)

number_floor_divide = Op(
    "torch::autograd::NotImplemented",
    _floor_divide,
    inputs=("other",),
    tex=r"\lfloor {self} / {other} \rfloor",
    other=_not_differentiable("floor_divide"),
    says=_floor_says,
)


@export("floor_divide")
@method("__floordiv__")
def floor_divide(input: Tensor, other: Any) -> Any:
    """``input // other``: the quotient rounded down."""
    if isinstance(other, (bool, int, float)):
        return floor_divide_number.apply(meet(input, other), other)
    return floor_divide_op.operator(input, other)


@method("__rfloordiv__")
def _rfloordiv(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return number_floor_divide.apply(other, meet(self, other))
    return NotImplemented


@method("floor_divide_", "__ifloordiv__")
def floor_divide_(self: Tensor, other: Any) -> Tensor:
    """In-place form of `floor_divide`."""
    is_number = isinstance(other, (bool, int, float))
    return apply_in_place(floor_divide_number if is_number else floor_divide_op, self, (other,), {})


# --- remainders


def _remainder(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "remainder_cpu")
    return self % other


def _fmod(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "fmod_cpu")
    return np.fmod(self, other)


def _remainder_ops(name: str, forward: Callable[..., Any], mode: str) -> tuple[Op, Op]:
    """The operation with a number and with a tensor behind it."""
    says = "the remainder grows as the numerator does; "
    with_number = Op(
        f"{name}Backward0",
        forward,
        inputs=("self",),
        tex=r"{self} \bmod {other}",
        precedence=PRODUCT,
        self=lambda grad: grad,
        says=says + "the gradient passes on unchanged",
    )
    with_tensor = Op(
        f"{name}Backward1",
        forward,
        inputs=("self", "other"),
        tex=r"{self} \bmod {other}",
        precedence=PRODUCT,
        self=lambda grad: grad,
        other=lambda grad, self, other: -grad * div_mode(self, other, mode),
        says=says + "the denominator receives minus the gradient times the whole quotient",
    )
    return with_number, with_tensor


remainder_number, remainder_tensor = _remainder_ops("Remainder", _remainder, "floor")
fmod_number, fmod_tensor = _remainder_ops("Fmod", _fmod, "trunc")

number_remainder = Op(
    "torch::autograd::NotImplemented",
    _remainder,
    inputs=("other",),
    tex=r"{self} \bmod {other}",
    precedence=PRODUCT,
    other=_not_differentiable("remainder"),
    says=_floor_says,
)


@method("__mod__")
def _mod(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return remainder_number.apply(meet(self, other), other)
    return remainder_tensor.operator(self, other)


@method("__rmod__")
def _rmod(self: Tensor, other: Any) -> Any:
    if isinstance(other, (bool, int, float)):
        return number_remainder.apply(other, meet(self, other))
    return NotImplemented


@export("remainder", function=False)
def remainder(input: Any, other: Any) -> Any:
    """``input % other``, which has the sign of `other`; either may be a number.

    Raises
    ------
    RuntimeError
        If integers are divided by 0, or the shapes do not broadcast.
    """
    return _mod(input, other) if isinstance(input, Tensor) else _rmod(other, input)


functions["remainder"] = remainder


@method("remainder_", "__imod__")
def remainder_(self: Tensor, other: Any) -> Tensor:
    """In-place form of `remainder`."""
    is_number = isinstance(other, (bool, int, float))
    return apply_in_place(remainder_number if is_number else remainder_tensor, self, (other,), {})


@export("fmod")
def fmod(input: Tensor, other: Any) -> Tensor:
    """The remainder that has the sign of `input`; errors as for `remainder`."""
    if isinstance(other, (bool, int, float)):
        return fmod_number.apply(meet(input, other), other)
    return fmod_tensor.apply(input, other)


@method("fmod_")
def fmod_(self: Tensor, other: Any) -> Tensor:
    """In-place form of `fmod`."""
    is_number = isinstance(other, (bool, int, float))
    return apply_in_place(fmod_number if is_number else fmod_tensor, self, (other,), {})
