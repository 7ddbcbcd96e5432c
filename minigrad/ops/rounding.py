"""Rounding, and division that rounds: floor, round, ``//``, ``%``, div(rounding_mode=...)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.arithmetic import div
from minigrad.ops.export import export
from minigrad.ops.forms import NUMBER, chooses, either, numbered, only_floats, operators, underived
from minigrad.ops.with_number import zeros_like
from minigrad.symbol import PRODUCT
from minigrad.tensor import Tensor

# --- to whole numbers


_FLAT: Any = {
    "inputs": ("self",),
    "self": lambda grad: zeros_like(grad),  # pyright: ignore[reportUnknownLambdaType]
    "says": "rounding is flat wherever it has a derivative: the gradient is 0",
}


def _rounding(node: str, ufunc: np.ufunc, tex: str) -> Op:
    """An operation that rounds floats, leaves integers as they are and refuses booleans."""

    def forward(self: Any) -> Any:
        if self.dtype.kind == "b":
            raise errors.not_implemented_for(f"{node.lower()}_vml_cpu", self.dtype)
        return ufunc(self) if self.dtype.kind == "f" else self.copy("K")

    return Op(f"{node}Backward0", forward, tex=tex, **_FLAT)


def _round_decimals(self: Any, decimals: int) -> Any:
    only_floats("round_cpu", self)
    power = 10.0 ** abs(decimals)
    return np.rint(self / power) * power if decimals < 0 else np.rint(self * power) / power


def _frac(self: Any) -> Any:
    only_floats("frac_cpu", self)
    return self - np.trunc(self)


_round_tex = r"\operatorname{{round}}({self})"
floor = export("floor", in_place=True)(_rounding("Floor", np.floor, r"\lfloor {self} \rfloor"))
ceil = export("ceil", in_place=True)(_rounding("Ceil", np.ceil, r"\lceil {self} \rceil"))
trunc_tex = r"\operatorname{{trunc}}({self})"
trunc = export("trunc", "fix", in_place=True)(_rounding("Trunc", np.trunc, trunc_tex))
round_whole = _rounding("Round", np.rint, _round_tex)
round_decimals = Op("RoundBackward1", _round_decimals, tex=_round_tex, **_FLAT)
frac = export("frac", in_place=True)(Op("FracBackward0", _frac, self=lambda grad: grad))


@chooses("round")
def round(input: Tensor, *, decimals: int | None = None) -> Any:
    """The nearest number with so many `decimals`; of two, the one with an even last digit."""
    return (round_whole, input) if decimals is None else (round_decimals, input, decimals)


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


# fmt: off
div_mode = Op("DivBackward2", _divide, inputs=("self", "other"),
    tex=r"\operatorname{{div}}({self}, {other})",
    self=lambda grad, other, rounding_mode: zeros_like(grad) if rounding_mode else grad / other,
    other=lambda grad, self, other, rounding_mode: (
        zeros_like(grad) if rounding_mode else -grad * ((self / other) / other)),
    says="rounding is flat: the gradient is 0; without a rounding mode this is plain division")
# fmt: on

_NOT_GIVEN: Any = object()


@chooses("div", "divide", number_first=True)
def divide(input: Tensor, other: Any, *, rounding_mode: Any = _NOT_GIVEN) -> Any:
    """``input / other``, if wanted rounded down (``"floor"``) or towards zero (``"trunc"``).

    Raises
    ------
    RuntimeError
        If there is no such mode, integers are divided by 0, or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.div.html
    """
    if rounding_mode is _NOT_GIVEN:
        return div, input, other
    if rounding_mode not in (None, "trunc", "floor"):
        raise errors.rounding_mode(rounding_mode)
    if rounding_mode is None and input._data.dtype.kind != "f":
        input = input.to(float)
    return div_mode, input, other, rounding_mode


# --- floor division and remainders; where a number comes first, PyTorch has no derivative


def _remainders(name: str, forward: Callable[..., Any], mode: str) -> tuple[Op, Op]:
    """The operation with a number and with a tensor behind it."""
    words: Any = {"tex": _MOD, "precedence": PRODUCT, "self": _unchanged}
    says = "the remainder grows as the numerator does: the gradient passes on unchanged"
    with_a_number = Op(f"{name}Backward0", forward, inputs=("self",), says=says, **words)
    with_a_tensor = Op(
        f"{name}Backward1", forward, inputs=("self", "other"), **words,
        other=lambda grad, self, other: -grad * div_mode(self, other, mode),
        says=says + "; the denominator receives minus the gradient times the whole quotient",
    )  # fmt: skip
    return with_a_number, with_a_tensor


def _unchanged(grad: Any) -> Any:
    return grad


@numbered
def _remainder(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "remainder_cpu")
    rest = self % other
    # PyTorch's zero has the sign of the numerator, numpy's that of the denominator.
    return rest if rest.all() else np.where(rest == 0, np.fmod(self, other), rest)[()]


@numbered
def _fmod(self: Any, other: Any) -> Any:
    _check_divisor(self, other, "fmod_cpu")
    return np.fmod(self, other)


_MOD, _quotient = r"{self} \bmod {other}", r"\lfloor {self} / {other} \rfloor"
remainder_number, remainder_tensor = _remainders("Remainder", _remainder, "floor")
fmod_number, fmod_tensor = _remainders("Fmod", _fmod, "trunc")
# fmt: off
number_remainder = underived("remainder", _remainder, "other", tex=_MOD)
# fmt: on
floor_divide_tensor, floor_divide_number, number_floor_divide = (
    underived("floor_divide", numbered(_floor_divide), *inputs, tex=_quotient)
    for inputs in (("self", "other"), ("self",), ("other",))
)
operators("floordiv", floor_divide_number, floor_divide_tensor, number_floor_divide)
operators("mod", remainder_number, remainder_tensor, number_remainder)


@chooses("floor_divide", number_first=True, operator="floordiv")
def floor_divide(input: Any, other: Any) -> Any:
    """``input // other``: the quotient rounded down."""
    if not isinstance(input, Tensor):
        return number_floor_divide, input, other
    return either(floor_divide_number, floor_divide_tensor, input, other)


@chooses("remainder", number_first=True, operator="mod")
def remainder(input: Any, other: Any) -> Any:
    """``input % other``, which has the sign of `other`; either may be a number.

    Raises
    ------
    RuntimeError
        If integers are divided by 0, or the shapes do not broadcast.
    """
    if isinstance(input, NUMBER) and isinstance(other, Tensor):
        return number_remainder, input, other
    return either(remainder_number, remainder_tensor, input, other)


@chooses("fmod")
def fmod(input: Tensor, other: Any) -> Any:
    """The remainder that has the sign of `input`; errors as for `remainder`."""
    return either(fmod_number, fmod_tensor, input, other)
