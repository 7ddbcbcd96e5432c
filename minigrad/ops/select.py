"""Choosing: where, masked_fill, clamp, the larger or the smaller of two tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits.rounded import HALF
from minigrad.digits.sums import laid_out
from minigrad.edges import target_of
from minigrad.factories import constant, number
from minigrad.op import Op
from minigrad.operands import laid_out_as, pythonic
from minigrad.ops.broadcast import sum_all
from minigrad.ops.compare import eq, ge, gt, le, logical_and, logical_or, lt
from minigrad.ops.export import export
from minigrad.ops.forms import NUMBER, beside, chooses, div_number, overload, pair
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, restored


def array_of(mask: Any) -> Any:
    """The data of a mask or an index, which is a parameter: no gradient flows into it."""
    return mask._data if isinstance(mask, Tensor) else mask


# fmt: off
where_op = Op("WhereBackward0",
    lambda condition, self, other: laid_out_as(
        np.where(condition, self, other)[()], condition, self, other),
    inputs=("self", "other"), tex=r"\operatorname{{where}}({condition}, {self}, {other})",
    self=lambda grad, condition: where(condition, grad, 0),
    other=lambda grad, condition: where(condition, 0, grad))
masked_fill_number, masked_fill_tensor = pair("MaskedFillBackward",
    lambda self, mask, value: laid_out(
        np.where(mask, constant((), np.asarray(value).item(), self.dtype), self))[()],
    last=("value",), inputs=("self", "value"), promotes=None,
    tex=r"\operatorname{{where}}({mask}, {value}, {self})",
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    value=lambda grad, mask: sum_all(where(mask, grad, 0)))
# fmt: on


def where(condition: Any, self: Any, other: Any) -> Any:
    """`self` where `condition` holds, else `other`; for rules, on any kind of value."""
    condition = array_of(condition)
    traced = isinstance(self, (Tensor, Symbol)) or isinstance(other, (Tensor, Symbol))
    return (where_op.apply if traced else where_op.forward)(condition, self, other)


@export("where", method=False)
def public_where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where `condition` holds, else `other`; alone, the indices where it holds.

    Parameters
    ----------
    condition : Tensor
        Of dtype bool, or uint8 with a warning.
    input, other : Tensor or number
        Of shapes that broadcast with that of `condition`.

    Raises
    ------
    RuntimeError
        If `condition` is not boolean, or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.where.html
    """
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if condition._data.dtype == np.uint8:
        errors.warn_once(errors.WHERE_UINT8, stacklevel=3)
        condition = condition.bool()
    errors.check(condition._data.dtype.kind == "b", "where_condition", condition)
    try:
        return where_op.apply(condition._data.copy("K"), input, other)  # which may change later
    except (ValueError, RuntimeError) as error:
        operands = [v for v in (condition, input, other) if isinstance(v, Tensor)]
        raise errors.of_shapes(operands, error) from None


@export("where", function=False)
def _where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """Return this tensor where `condition` holds, else `other`."""
    return public_where(condition, self, other)


def masked_fill(self: Any, mask: Any, value: Any) -> Any:
    """`self` with `value` where `mask` holds: for derivative rules, on any kind of value."""
    op = masked_fill_number if isinstance(value, NUMBER) else masked_fill_tensor
    return op(self, array_of(mask), value)


@chooses("masked_fill")
def public_masked_fill(input: Tensor, mask: Tensor, value: Any) -> Any:
    """`input` with `value` where `mask` holds.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast, or `value` is a tensor with dimensions.
    """
    errors.check(mask._data.dtype.kind == "b", "masked_fill_mask", mask)
    errors.check_broadcast(mask._data.shape, input._data.shape)
    errors.check(not isinstance(value, Tensor) or not value._data.ndim, "masked_fill_value", value)
    if isinstance(value, Tensor):  # read as a number is: it may be an element that will change
        value = restored(value._data[()], None, target_of(value))
        return masked_fill_tensor, input, mask._data.copy("K"), value  # which may change later
    value = number(value)
    if input._data.dtype is HALF:  # for which `forward` computes in float32
        constant((), value, HALF)  # refuses what does not fit
    return masked_fill_number, input, mask._data.copy("K"), value


# --- clamp


def _clamp(self: Any, min: Any = None, max: Any = None) -> Any:
    for limit, ufunc in ((min, np.maximum), (max, np.minimum)):
        if limit is not None:
            self = ufunc(limit, beside(self, limit))  # of equal ones numpy takes the second
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


# fmt: off
clamp_numbers, clamp_tensors = pair("ClampBackward", _clamp, last=("min", "max"), number=1,
    inputs=("self", "min", "max"), tex=r"\operatorname{{clamp}}({self}, {min}, {max})",
    self=_clamp_rule, min=_clamp_min_rule, max=_clamp_max_rule)
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
    min, max = pythonic(min), pythonic(max)
    for kind, op in ((NUMBER, clamp_numbers), (Tensor, clamp_tensors)):
        if (min is None or isinstance(min, kind)) and (max is None or isinstance(max, kind)):
            errors.check(min is not max or min is not None, "clamp_without_limits")
            return op, input, min, max
    raise errors.NoOperand(input)


# --- the larger or the smaller of two


def _extreme(ufunc: np.ufunc, loses: Op, wins: Op) -> Op:
    """The larger or the smaller: `loses` tells where the first operand is not chosen."""

    def rule(grad: Any, self: Any, other: Any, lost: Op) -> Any:
        halves = where(eq(self, other), div_number(grad, 2), grad)
        return masked_fill(halves, lost(self, other), 0)

    op = Op(
        f"{ufunc.__name__.title()}Backward0", lambda self, other: ufunc(other, self),
        self=lambda grad, self, other: rule(grad, self, other, loses),
        other=lambda grad, self, other: rule(grad, self, other, wins),
        tex=rf"\{ufunc.__name__[:3]}({{self}}, {{other}})",
    )  # fmt: skip
    return overload(ufunc.__name__, None, op, changes=False)


maximum = _extreme(np.maximum, lt, gt)
minimum = _extreme(np.minimum, gt, lt)
