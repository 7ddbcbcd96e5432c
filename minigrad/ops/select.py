"""Choosing by a mask: where and masked_fill."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.broadcast import sum_all
from minigrad.ops.export import export, functions
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method


def array_of(mask: Any) -> Any:
    """The data of a mask or an index, which is a parameter: no gradient flows into it."""
    return mask._data if isinstance(mask, Tensor) else mask


# --- where

where_op = Op(
    "WhereBackward0",
    lambda condition, self, other: np.where(condition, self, other)[()],
    inputs=("self", "other"),
    tex=r"\operatorname{{where}}({condition}, {self}, {other})",
    self=lambda grad, condition: where(condition, grad, 0),
    other=lambda grad, condition: where(condition, 0, grad),
    says="the gradient flows to the operand that was chosen, element by element",
)


def where(condition: Any, self: Any, other: Any) -> Any:
    """`self` where `condition` holds, else `other`; for rules, on any kind of value."""
    condition = array_of(condition)
    for value in (self, other):
        if isinstance(value, Tensor):
            return where_op.apply(condition, self, other)
        if isinstance(value, Symbol):
            return where_op.write(condition, self, other)
    return where_op.forward(condition, self, other)


def public_where(condition: Tensor, input: Any = None, other: Any = None) -> Any:
    """`input` where `condition` holds, else `other`; alone, the indices where it holds.

    Parameters
    ----------
    condition : Tensor
        Of dtype bool.
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
    if not isinstance(condition, Tensor):
        raise errors.NoOperand(condition, "where", "condition")
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if condition._data.dtype.kind != "b":
        raise errors.where_condition(condition)
    for first, second in ((condition, input), (condition, other), (input, other)):
        if isinstance(first, Tensor) and isinstance(second, Tensor):
            mismatch = errors.broadcast_mismatch(first._data.shape, second._data.shape)
            if mismatch is not None:
                raise mismatch
    return where_op.apply(condition._data, input, other)


functions["where"] = public_where


@method("where")
def _where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """Return this tensor where `condition` holds, else `other`."""
    return public_where(condition, self, other)


# --- masked_fill


def _masked_fill(self: Any, mask: Any, value: Any) -> Any:
    return np.where(mask, np.asarray(value).astype(self.dtype), self)[()]


masked_fill_number = Op(
    "MaskedFillBackward0",
    _masked_fill,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{where}}({mask}, {value}, {self})",
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    says="the gradient flows where nothing was filled in",
)

masked_fill_tensor = Op(
    "MaskedFillBackward1",
    _masked_fill,
    inputs=("self", "value"),
    promotes=None,
    tex=r"\operatorname{{where}}({mask}, {value}, {self})",
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    value=lambda grad, mask: sum_all(where(mask, grad, 0)),
    says="the gradient flows where nothing was filled in; the value receives the sum of the rest",
)


def masked_fill(self: Any, mask: Any, value: Any) -> Any:
    """`self` with `value` where `mask` holds: for derivative rules, on any kind of value."""
    op = masked_fill_number if isinstance(value, (bool, int, float)) else masked_fill_tensor
    return op(self, array_of(mask), value)


def _filling(input: Tensor, mask: Any, value: Any) -> tuple[Op, Any]:
    """The operation that fills in `value`, and the mask as an array."""
    if not isinstance(mask, Tensor):
        raise errors.NoOperand(mask, "masked_fill", "mask", 2)
    if mask._data.dtype.kind != "b":
        raise errors.masked_fill_mask(mask)
    mismatch = errors.broadcast_mismatch(mask._data.shape, input._data.shape)
    if mismatch is not None:
        raise mismatch
    if not isinstance(value, Tensor):
        return masked_fill_number, mask._data
    if value._data.ndim:
        raise errors.masked_fill_value(value)
    return masked_fill_tensor, mask._data


@export("masked_fill")
def public_masked_fill(input: Tensor, mask: Tensor, value: Any) -> Tensor:
    """`input` with `value` where `mask` holds.

    Raises
    ------
    RuntimeError
        If `mask` is not boolean or does not broadcast, or `value` is a tensor with dimensions.
    """
    op, array = _filling(input, mask, value)
    return op.apply(input, array, value)


@method("masked_fill_")
def masked_fill_(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """In-place form of `masked_fill`."""
    op, array = _filling(self, mask, value)
    return apply_in_place(op, self, (array, value), {})
