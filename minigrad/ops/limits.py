"""Limits: clamp, and the larger or the smaller of two tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.compare import eq, ge, gt, le, logical_and, logical_or, lt
from minigrad.ops.forms import NUMBER, beside, chooses, of_tensors, overloaded, pair
from minigrad.ops.select import masked_fill, where
from minigrad.ops.with_number import div_number
from minigrad.tensor import Tensor

# --- clamp


def _clamp(self: Any, min: Any = None, max: Any = None) -> Any:
    for limit, ufunc in ((min, np.maximum), (max, np.minimum)):
        if limit is not None:
            self = ufunc(beside(self, limit) if isinstance(limit, NUMBER) else self, limit)
    return self


def _clamp_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    if max is None:
        return where(ge(self, min), grad, 0)
    within = le(self, max) if min is None else logical_and(ge(self, min), le(self, max))
    return where(within, grad, 0)


def _clamp_min_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    below = lt(self, min)
    return where(below if max is None else logical_and(lt(min, max), below), grad, 0)


def _clamp_max_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    above = gt(self, max)
    return where(above if min is None else logical_or(above, lt(max, min)), grad, 0)


_SAYS = ("the gradient passes where the input is within the limits, and stops where it is not; a "
    "limit that is a tensor receives it there")
# fmt: off
clamp_numbers, clamp_tensors = pair("ClampBackward", _clamp, last=("min", "max"), number=1,
    inputs=("self", "min", "max"), tex=r"\operatorname{{clamp}}({self}, {min}, {max})", says=_SAYS,
    self=_clamp_rule, min=_clamp_min_rule, max=_clamp_max_rule)
overloaded("clamp_min", *pair("ClampMinBackward", lambda self, min: _clamp(self, min),
    last=("min",), inputs=("self", "min"), tex=r"\max({self}, {min})", says=_SAYS,
    self=lambda grad, self, min: where(ge(self, min), grad, 0),
    min=lambda grad, self, min: where(lt(self, min), grad, 0)))
overloaded("clamp_max", *pair("ClampMaxBackward", lambda self, max: _clamp(self, None, max),
    last=("max",), inputs=("self", "max"), tex=r"\min({self}, {max})", says=_SAYS,
    self=lambda grad, self, max: where(le(self, max), grad, 0),
    max=lambda grad, self, max: where(gt(self, max), grad, 0)))
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
            errors.check(min is not max or min is not None, "clamp_without_limits")
            return op, input, min, max
    raise errors.NoOperand(input)


# --- the larger or the smaller of two


def _extreme(ufunc: np.ufunc, loses: Op, wins: Op, word: str) -> Op:
    """The larger or the smaller: `loses` tells where the first operand is not chosen."""

    def rule(lost: Op) -> Any:
        def one(grad: Any, self: Any, other: Any) -> Any:
            halves = where(eq(self, other), div_number(grad, 2), grad)
            return masked_fill(halves, lost(self, other), 0)

        return one

    op = Op(
        f"{ufunc.__name__.title()}Backward0", ufunc, self=rule(loses), other=rule(wins),
        tex=rf"\{ufunc.__name__[:3]}({{self}}, {{other}})",
        says=f"the {word} operand receives the gradient; where they are equal, each receives half",
    )  # fmt: skip
    return of_tensors(ufunc.__name__, op=op, in_place=False)


maximum = _extreme(np.maximum, lt, gt, "larger")
minimum = _extreme(np.minimum, gt, lt, "smaller")
