"""Limits: clamp, maximum and minimum of two tensors, nan_to_num."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.arithmetic import meet
from minigrad.ops.compare import (
    eq,
    ge,
    gt,
    isfinite,
    isnan,
    le,
    logical_and,
    logical_not,
    logical_or,
    lt,
)
from minigrad.ops.export import export
from minigrad.ops.select import masked_fill, where
from minigrad.ops.with_number import div_number
from minigrad.tensor import Tensor, method

# --- clamp


def _clamp(self: Any, min: Any = None, max: Any = None) -> Any:
    if min is not None:
        self = np.maximum(self, min)
    return self if max is None else np.minimum(self, max)


def _within(self: Any, min: Any, max: Any) -> Any:
    """Where `self` lies within its limits, which count as inside."""
    if max is None:
        return ge(self, min)
    return le(self, max) if min is None else logical_and(ge(self, min), le(self, max))


_CLAMP_SAYS = "the gradient passes where the input is within the limits, and stops where it is not"

clamp_numbers = Op(
    "ClampBackward1",
    _clamp,
    inputs=("self",),
    tex=r"\operatorname{{clamp}}({self}, {min}, {max})",
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0),
    says=_CLAMP_SAYS,
)


def _clamp_min_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    below = lt(self, min)
    return where(below if max is None else logical_and(lt(min, max), below), grad, 0)


def _clamp_max_rule(grad: Any, self: Any, min: Any, max: Any) -> Any:
    above = gt(self, max)
    return where(above if min is None else logical_or(above, lt(max, min)), grad, 0)


clamp_tensors = Op(
    "ClampBackward0",
    _clamp,
    inputs=("self", "min", "max"),
    tex=r"\operatorname{{clamp}}({self}, {min}, {max})",
    self=lambda grad, self, min, max: where(_within(self, min, max), grad, 0),
    min=_clamp_min_rule,
    max=_clamp_max_rule,
    says=_CLAMP_SAYS + "; there the limit receives it",
)


def _limits(name: str, input: Tensor, min: Any, max: Any) -> Op:
    """The operation for these limits: both are numbers, or both tensors."""
    if min is None and max is None:
        raise errors.clamp_without_limits()
    given = [limit for limit in (min, max) if limit is not None]
    if all(isinstance(limit, (bool, int, float)) for limit in given):
        return clamp_numbers
    if all(isinstance(limit, Tensor) for limit in given):
        return clamp_tensors
    shown = ", ".join(errors.type_of(value) for value in (input, min, max) if value is not None)
    raise errors.combination(
        name,
        shown,
        "(Tensor input, Tensor min = None, Tensor max = None, *, Tensor out = None)",
        "(Tensor input, Number min = None, Number max = None, *, Tensor out = None)",
    )


@export("clamp", "clip")
def clamp(input: Tensor, min: Any = None, max: Any = None) -> Tensor:
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
    op = _limits("clamp", input, min, max)
    if op is clamp_numbers and input._data.dtype.kind != "f":
        for limit in (min, max):
            input = input if limit is None else meet(input, limit)
    return op.apply(input, min, max)


@method("clamp_", "clip_")
def clamp_(self: Tensor, min: Any = None, max: Any = None) -> Tensor:
    """In-place form of `clamp`."""
    return apply_in_place(_limits("clamp_", self, min, max), self, (min, max), {})


clamp_min_number = Op(
    "ClampMinBackward0",
    lambda self, min: np.maximum(self, min),
    inputs=("self",),
    tex=r"\max({self}, {min})",
    self=lambda grad, self, min: where(ge(self, min), grad, 0),
    says=_CLAMP_SAYS,
)

clamp_min_tensor = Op(
    "ClampMinBackward1",
    np.maximum,
    inputs=("self", "min"),
    tex=r"\max({self}, {min})",
    self=lambda grad, self, min: where(ge(self, min), grad, 0),
    min=lambda grad, self, min: where(lt(self, min), grad, 0),
    says=_CLAMP_SAYS,
)

clamp_max_number = Op(
    "ClampMaxBackward0",
    lambda self, max: np.minimum(self, max),
    inputs=("self",),
    tex=r"\min({self}, {max})",
    self=lambda grad, self, max: where(le(self, max), grad, 0),
    says=_CLAMP_SAYS,
)

clamp_max_tensor = Op(
    "ClampMaxBackward1",
    np.minimum,
    inputs=("self", "max"),
    tex=r"\min({self}, {max})",
    self=lambda grad, self, max: where(le(self, max), grad, 0),
    max=lambda grad, self, max: where(gt(self, max), grad, 0),
    says=_CLAMP_SAYS,
)


@export("clamp_min")
def clamp_min(input: Tensor, min: Any) -> Tensor:
    """`input` where it is larger than `min`, else `min`."""
    if isinstance(min, Tensor):
        return clamp_min_tensor.apply(input, min)
    return clamp_min_number.apply(meet(input, min), min)


@export("clamp_max")
def clamp_max(input: Tensor, max: Any) -> Tensor:
    """`input` where it is smaller than `max`, else `max`."""
    if isinstance(max, Tensor):
        return clamp_max_tensor.apply(input, max)
    return clamp_max_number.apply(meet(input, max), max)


@method("clamp_min_")
def clamp_min_(self: Tensor, min: Any) -> Tensor:
    """In-place form of `clamp_min`."""
    op = clamp_min_tensor if isinstance(min, Tensor) else clamp_min_number
    return apply_in_place(op, self, (min,), {})


@method("clamp_max_")
def clamp_max_(self: Tensor, max: Any) -> Tensor:
    """In-place form of `clamp_max`."""
    op = clamp_max_tensor if isinstance(max, Tensor) else clamp_max_number
    return apply_in_place(op, self, (max,), {})


# --- the larger or the smaller of two


def _half_at_ties(grad: Any, self: Any, other: Any) -> Any:
    return where(eq(self, other), div_number(grad, 2), grad)


maximum_op = Op(
    "MaximumBackward0",
    np.maximum,
    inputs=("self", "other"),
    tex=r"\max({self}, {other})",
    self=lambda grad, self, other: masked_fill(
        _half_at_ties(grad, self, other), lt(self, other), 0
    ),
    other=lambda grad, self, other: masked_fill(
        _half_at_ties(grad, self, other), gt(self, other), 0
    ),
    says="the larger operand receives the gradient; where they are equal, each receives half",
)

minimum_op = Op(
    "MinimumBackward0",
    np.minimum,
    inputs=("self", "other"),
    tex=r"\min({self}, {other})",
    self=lambda grad, self, other: masked_fill(
        _half_at_ties(grad, self, other), gt(self, other), 0
    ),
    other=lambda grad, self, other: masked_fill(
        _half_at_ties(grad, self, other), lt(self, other), 0
    ),
    says="the smaller operand receives the gradient; where they are equal, each receives half",
)


def _chosen(self: Any, other: Any, larger: bool) -> Any:
    """Where fmax or fmin takes `self`: also where `other` is NaN."""
    return logical_or(ge(self, other) if larger else le(self, other), isnan(other))


fmax_op = Op(
    "FmaxBackward0",
    np.fmax,
    inputs=("self", "other"),
    self=lambda grad, self, other: masked_fill(grad, logical_not(_chosen(self, other, True)), 0),
    other=lambda grad, self, other: masked_fill(grad, _chosen(self, other, True), 0),
    says="the larger operand receives the gradient; a NaN counts as smaller",
)

fmin_op = Op(
    "FminBackward0",
    np.fmin,
    inputs=("self", "other"),
    self=lambda grad, self, other: masked_fill(grad, logical_not(_chosen(self, other, False)), 0),
    other=lambda grad, self, other: masked_fill(grad, _chosen(self, other, False), 0),
    says="the smaller operand receives the gradient; a NaN counts as larger",
)


def _of_two_tensors(name: str, op: Op) -> Callable[[Tensor, Tensor], Tensor]:
    def function(input: Tensor, other: Tensor) -> Tensor:
        if not isinstance(other, Tensor):
            raise errors.NoOperand(other, name, "other", 2)
        return op.apply(input, other)

    function.__name__ = name
    function.__doc__ = f"{op.says[0].upper()}{op.says[1:]}."
    return export(name)(function)


maximum = _of_two_tensors("maximum", maximum_op)
minimum = _of_two_tensors("minimum", minimum_op)
fmax = _of_two_tensors("fmax", fmax_op)
fmin = _of_two_tensors("fmin", fmin_op)

# --- NaN and infinity


def _nan_to_num(self: Any, nan: Any = None, posinf: Any = None, neginf: Any = None) -> Any:
    if self.dtype.kind != "f":
        return self.copy()
    limits = np.finfo(self.dtype)
    return np.nan_to_num(
        self,
        nan=0.0 if nan is None else nan,
        posinf=limits.max if posinf is None else posinf,
        neginf=limits.min if neginf is None else neginf,
    )


nan_to_num = Op(
    "NanToNumBackward0",
    _nan_to_num,
    inputs=("self",),
    self=lambda grad, self: grad * isfinite(self),
    says="the gradient passes where the input is a finite number",
)
export("nan_to_num", in_place=True)(nan_to_num)
