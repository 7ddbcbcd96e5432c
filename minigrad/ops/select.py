"""Choosing by a mask: where and masked_fill."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.broadcast import sum_all
from minigrad.ops.export import export
from minigrad.ops.forms import NUMBER, chooses, either, pair
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method


def array_of(mask: Any) -> Any:
    """The data of a mask or an index, which is a parameter: no gradient flows into it."""
    return mask._data if isinstance(mask, Tensor) else mask


# fmt: off
where_op = Op("WhereBackward0", lambda condition, self, other: np.where(condition, self, other)[()],
    inputs=("self", "other"), tex=r"\operatorname{{where}}({condition}, {self}, {other})",
    self=lambda grad, condition: where(condition, grad, 0),
    other=lambda grad, condition: where(condition, 0, grad),
    says="the gradient flows to the operand that was chosen, element by element")
masked_fill_number, masked_fill_tensor = pair("MaskedFillBackward",
    lambda self, mask, value: np.where(mask, np.asarray(value).astype(self.dtype), self)[()],
    last=("value",), inputs=("self", "value"), promotes=None,
    tex=r"\operatorname{{where}}({mask}, {value}, {self})",
    self=lambda grad, mask: masked_fill(grad, mask, 0),
    value=lambda grad, mask: sum_all(where(mask, grad, 0)),
    says="the gradient flows where nothing was filled in; a value that is a tensor receives the "
    "sum of the rest")
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
    errors.check(condition._data.dtype.kind == "b", "where_condition", condition)
    try:
        return where_op.apply(condition._data, input, other)
    except (ValueError, RuntimeError):
        operands = [v for v in (condition, input, other) if isinstance(v, Tensor)]
        for first, second in combinations(operands, 2):
            if mismatch := errors.broadcast_mismatch(first._data.shape, second._data.shape):
                raise mismatch from None
        raise


@method("where")
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
    if mismatch := errors.broadcast_mismatch(mask._data.shape, input._data.shape):
        raise mismatch
    errors.check(not isinstance(value, Tensor) or not value._data.ndim, "masked_fill_value", value)
    return either(masked_fill_number, masked_fill_tensor, input, mask._data, value)
