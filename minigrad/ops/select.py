"""Choosing by a mask: where and masked_fill."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import sum_all
from minigrad.ops.export import export
from minigrad.ops.forms import NUMBER, OPERAND, chooses
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method


def array_of(mask: Any) -> Any:
    """The data of a mask or an index, which is a parameter: no gradient flows into it."""
    return mask._data if isinstance(mask, Tensor) else mask


# --- where

# fmt: off
where_op = Op("WhereBackward0", lambda condition, self, other: np.where(condition, self, other)[()],
    inputs=("self", "other"), tex=r"\operatorname{{where}}({condition}, {self}, {other})",
    self=lambda grad, condition: where(condition, grad, 0),
    other=lambda grad, condition: where(condition, 0, grad),
    says="the gradient flows to the operand that was chosen, element by element")
# fmt: on


def where(condition: Any, self: Any, other: Any) -> Any:
    """`self` where `condition` holds, else `other`; for rules, on any kind of value."""
    condition = array_of(condition)
    for value in (self, other):
        if isinstance(value, Tensor):
            return where_op.apply(condition, self, other)
        if isinstance(value, Symbol):
            return where_op.write(condition, self, other)
    return where_op.forward(condition, self, other)


@export("where", method=False)
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
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if not (isinstance(input, OPERAND) and isinstance(other, OPERAND)):
        raise errors.unfit("where", [v for v in (condition, input, other) if v is not None])
    if condition._data.dtype.kind != "b":
        raise errors.where_condition(condition)
    try:
        return where_op.apply(condition._data, input, other)
    except (ValueError, RuntimeError):
        shapes = [getattr(array_of(value), "shape", ()) for value in (condition, input, other)]
        for first, second in ((0, 1), (0, 2), (1, 2)):
            if mismatch := errors.broadcast_mismatch(shapes[first], shapes[second]):
                raise mismatch from None
        raise


@method("where")
def _where(self: Tensor, condition: Tensor, other: Any) -> Tensor:
    """Return this tensor where `condition` holds, else `other`."""
    return public_where(condition, self, other)


# --- masked_fill


def _masked_fill(self: Any, mask: Any, value: Any) -> Any:
    return np.where(mask, np.asarray(value).astype(self.dtype), self)[()]


_FILL: Any = {
    "promotes": None,
    "tex": r"\operatorname{{where}}({mask}, {value}, {self})",
    "says": "the gradient flows where nothing was filled in; a value that is a tensor receives "
    "the sum of the rest",
}
# fmt: off
masked_fill_number = Op("MaskedFillBackward0", _masked_fill,
    self=lambda grad, mask: masked_fill(grad, mask, 0), **_FILL)
masked_fill_tensor = Op("MaskedFillBackward1", _masked_fill,
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    value=lambda grad, mask: sum_all(where(mask, grad, 0)), **_FILL)
# fmt: on


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
    if not isinstance(mask, Tensor):
        raise errors.NoOperand(mask)
    if mask._data.dtype.kind != "b":
        raise errors.masked_fill_mask(mask)
    if mismatch := errors.broadcast_mismatch(mask._data.shape, input._data.shape):
        raise mismatch
    if not isinstance(value, Tensor):
        return masked_fill_number, input, mask._data, value
    if value._data.ndim:
        raise errors.masked_fill_value(value)
    return masked_fill_tensor, input, mask._data, value
