"""Limits: clamp, maximum and minimum of two tensors, nan_to_num."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.compare import eq, ge, gt, isfinite, isnan, le, logical_and, logical_or, lt
from minigrad.ops.export import export
from minigrad.ops.forms import NUMBER, beside, chooses, either, of_tensors
from minigrad.ops.select import masked_fill, where
from minigrad.ops.with_number import div_number
from minigrad.tensor import Tensor

# --- clamp


def _clamp(self: Any, min: Any = None, max: Any = None) -> Any:
    if min is not None:
        self = np.maximum(*_with_limit(self, min))
    if max is not None:
        self = np.minimum(*_with_limit(self, max))
    return self


def _with_limit(self: Any, limit: Any) -> Any:
    """The operands in one dtype; a negative limit of unsigned numbers wraps around, as in C."""
    if not isinstance(limit, NUMBER):
        return self, limit
    self = beside(self, limit)
    if (
        self.dtype.kind in "iu"
        and not np.iinfo(self.dtype).min <= limit <= np.iinfo(self.dtype).max
    ):
        if self.dtype.kind == "i" or abs(limit) > np.iinfo(self.dtype).max:
            raise errors.scalar_overflow(self.dtype)
        limit %= np.iinfo(self.dtype).max + 1
    return self, limit


def _within(self: Any, min: Any, max: Any) -> Any:
    """Where `self` lies within its limits, which count as inside."""
    if max is None:
        return ge(self, min)
    return le(self, max) if min is None else logical_and(ge(self, min), le(self, max))


def _clamp_min_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    below = lt(self, min)
    return where(below if max is None else logical_and(lt(min, max), below), grad, 0)


def _clamp_max_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    above = gt(self, max)
    return where(above if min is None else logical_or(above, lt(max, min)), grad, 0)


def _clamp_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    return where(_within(self, min, max), grad, 0)


_SAYS = "the gradient passes where the input is within the limits, and stops where it is not"
_TEX = r"\operatorname{{clamp}}({self}, {min}, {max})"
_TENSORS_SAY = _SAYS + "; there the limit receives it"
# fmt: off
clamp_numbers = Op("ClampBackward1", _clamp, self=_clamp_rule, says=_SAYS, tex=_TEX)
clamp_tensors = Op("ClampBackward0", _clamp, self=_clamp_rule, min=_clamp_min_rule,
    max=_clamp_max_rule, says=_TENSORS_SAY, tex=_TEX)
clamp_min_number = Op("ClampMinBackward0", lambda self, min: _clamp(self, min), says=_SAYS,
    tex=r"\max({self}, {min})", self=lambda grad, self, min: where(ge(self, min), grad, 0))
clamp_min_tensor = Op("ClampMinBackward1", np.maximum, says=_TENSORS_SAY,
    tex=r"\max({self}, {min})", self=lambda grad, self, min: where(ge(self, min), grad, 0),
    min=lambda grad, self, min: where(lt(self, min), grad, 0))
clamp_max_number = Op("ClampMaxBackward0", lambda self, max: _clamp(self, None, max), says=_SAYS,
    tex=r"\min({self}, {max})", self=lambda grad, self, max: where(le(self, max), grad, 0))
clamp_max_tensor = Op("ClampMaxBackward1", np.minimum, says=_TENSORS_SAY,
    tex=r"\min({self}, {max})", self=lambda grad, self, max: where(le(self, max), grad, 0),
    max=lambda grad, self, max: where(gt(self, max), grad, 0))
# fmt: on


@chooses("clamp", "clip")
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Any:
    """`input` held between `min` and `max`; `max` wins if they are the wrong way round.

    Parameters
    ----------
    input : Tensor
    min, max : number or Tensor, optional
        At least one; both numbers, or both tensors of shapes that broadcast.

    Raises
    ------
    RuntimeError
        If neither is given.
    TypeError
        If one is a number and one a tensor.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.clamp.html
    """
    for kind, op in ((NUMBER, clamp_numbers), (Tensor, clamp_tensors)):
        if (min is None or isinstance(min, kind)) and (max is None or isinstance(max, kind)):
            if min is max is None:
                raise errors.clamp_without_limits()
            return op, input, min, max
    raise errors.NoOperand(input)


@chooses("clamp_min")
def clamp_min(input: Tensor, min: Any) -> Any:
    """`input` where it is larger than `min`, else `min`."""
    return either(clamp_min_number, clamp_min_tensor, input, min)


@chooses("clamp_max")
def clamp_max(input: Tensor, max: Any) -> Any:
    """`input` where it is smaller than `max`, else `max`."""
    return either(clamp_max_number, clamp_max_tensor, input, max)


# --- the larger or the smaller of two


def _extreme(ufunc: np.ufunc, loses: Op, wins: Op, word: str) -> Op:
    """The larger or the smaller: `loses` tells where the first operand is not chosen."""

    def halves(grad: Any, self: Any, other: Any) -> Any:
        return where(eq(self, other), div_number(grad, 2), grad)

    def first(grad: Any, self: Any, other: Any) -> Any:
        return masked_fill(halves(grad, self, other), loses(self, other), 0)

    def second(grad: Any, self: Any, other: Any) -> Any:
        return masked_fill(halves(grad, self, other), wins(self, other), 0)

    op = Op(
        f"{ufunc.__name__.title()}Backward0", ufunc, self=first, other=second,
        tex=rf"\{ufunc.__name__[:3]}({{self}}, {{other}})",
        says=f"the {word} operand receives the gradient; where they are equal, each receives half",
    )  # fmt: skip
    return of_tensors(op, ufunc.__name__)


def _extreme_of_numbers(ufunc: np.ufunc, wins: Op) -> Op:
    """The same of what is a number: NaN is chosen only if both are NaN."""

    def chosen(self: Any, other: Any) -> Any:
        return logical_or(wins(self, other), isnan(other))

    op = Op(
        f"{ufunc.__name__.title()}Backward0", ufunc,
        self=lambda grad, self, other: where(chosen(self, other), grad, 0),
        other=lambda grad, self, other: masked_fill(grad, chosen(self, other), 0),
    )  # fmt: skip
    return of_tensors(op, ufunc.__name__)


# fmt: off
maximum = _extreme(np.maximum, lt, gt, "larger")
minimum = _extreme(np.minimum, gt, lt, "smaller")
# fmt: on
fmax, fmin = _extreme_of_numbers(np.fmax, ge), _extreme_of_numbers(np.fmin, le)

# --- NaN and infinity


def _nan_to_num(self: Any, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Any:
    if self.dtype.kind != "f":
        return self.copy("K")
    limits = np.finfo(self.dtype)
    high, low = limits.max if posinf is None else posinf, limits.min if neginf is None else neginf
    return np.nan_to_num(self, nan=nan or 0.0, posinf=high, neginf=low)


# fmt: off
nan_to_num = Op("NanToNumBackward0", _nan_to_num, self=lambda grad, self: grad * isfinite(self),
    says="the gradient passes where the input is a finite number")
# fmt: on
export("nan_to_num", in_place=True)(nan_to_num)
