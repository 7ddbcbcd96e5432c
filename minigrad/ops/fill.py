"""Changes in place that need no operand: numbers written over a tensor, and leaving the graph."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import random
from minigrad.errors import check
from minigrad.factories import constant
from minigrad.generator import Generator, default_generator
from minigrad.in_place import apply_in_place, check_graph
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor

# --- one number, or random ones; no gradient flows through


def _overwriting(node: str) -> Op:
    """The operation that replaces all elements by `values`."""
    return Op(
        node, lambda self, values: np.broadcast_to(values, self.shape), promotes=None,
        tex="{values}", self=lambda grad: zeros_like(grad),
        says="the old elements are gone, so they receive zeros",
    )  # fmt: skip


_zero, _fill, _uniform, _normal, _bernoulli, _bernoulli_p = [
    _overwriting(f"{name}")
    for name in ("ZeroBackward0", "FillBackward2", "UniformBackward0", "NormalBackward0",
                 "BernoulliBackward1", "BernoulliBackward2")
]  # fmt: skip
# fmt: off
_fill_tensor = Op("FillBackward3",
    lambda self, value: np.broadcast_to(value.astype(self.dtype), self.shape), promotes=None,
    tex="{value}", self=lambda grad: zeros_like(grad), value=lambda grad: grad,
    says="the old elements receive zeros; the value receives the sum of the gradient")
# fmt: on


@export("zero_")
def zero_(self: Tensor) -> Tensor:
    """Set all elements to zero, in place."""
    return apply_in_place(_zero, self, (self._data.dtype.type(0),), {}, uniform=True)


@export("fill_")
def fill_(self: Tensor, value: Any) -> Tensor:
    """Set all elements to `value`, a number or a 0-d tensor, in place.

    Raises
    ------
    RuntimeError
        If `value` has dimensions, or does not fit the dtype.
    """
    if isinstance(value, Tensor):
        check(not value.ndim, "fill_value_of_dimensions", value.ndim)
        return apply_in_place(_fill_tensor, self, (value,), {}, uniform=True)
    number = constant((), value, self._data.dtype)
    return apply_in_place(_fill, self, (number,), {}, uniform=True)


def _overwrite(
    op: Op, self: Tensor, draw: Any, generator: Generator | None, *parameters: Any
) -> Tensor:
    """Write what `draw` returns into `self`; nothing is drawn if that is not allowed."""
    if modes.grad and self.requires_grad:
        check_graph(self)
    source = default_generator if generator is None else generator
    values = draw(self._data.shape, self._data.dtype, *parameters, source)
    return apply_in_place(op, self, (values,), {})


@export("uniform_", function=False)
def uniform_(
    self: Tensor, *bounds: float, generator: Generator | None = None, **named: float
) -> Tensor:
    """Draw all elements evenly from [from, to), by default [0, 1), in place.

    Raises
    ------
    RuntimeError
        If the bounds are in the wrong order.
    NotImplementedError
        For a tensor of integers.
    """
    given = {"from": 0.0, "to": 1.0} | dict(zip(("from", "to"), bounds, strict=False)) | named
    return _overwrite(_uniform, self, random.uniform, generator, given["from"], given["to"])


@export("normal_", function=False)
def normal_(
    self: Tensor, mean: float = 0.0, std: float = 1.0, *, generator: Generator | None = None
) -> Tensor:
    """Draw all elements from the normal distribution, in place.

    Raises
    ------
    RuntimeError
        If `std` is negative.
    NotImplementedError
        For a tensor of integers.
    """
    return _overwrite(_normal, self, random.normal, generator, mean, std)


@export("bernoulli_", function=False)
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Set every element to 1 with probability `p` (number or tensor), else to 0, in place.

    Raises
    ------
    RuntimeError
        If `p` is no probability.
    """
    if not isinstance(p, Tensor):
        return _overwrite(_bernoulli_p, self, random.bernoulli_p, generator, p)

    def draw(shape: Any, dtype: Any, source: Generator) -> Any:
        return random.bernoulli(np.broadcast_to(p._data, shape), source)

    return _overwrite(_bernoulli, self, draw, generator)


# --- whether a tensor requires grad


@export("requires_grad_", function=False)
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Set whether a gradient is wanted for this leaf, in place.

    Raises
    ------
    RuntimeError
        For a tensor of integers, or a non-leaf whose gradient is to be switched off.
    """
    check(not requires_grad or self._data.dtype.kind == "f", "only_floats_require_grad_method")
    if not requires_grad or self.is_leaf:
        self.requires_grad = requires_grad
    return self


@export("detach_")
def detach_(self: Tensor) -> Tensor:
    """Make the tensor a leaf that does not require grad, in place.

    Raises
    ------
    RuntimeError
        For a view.
    """
    check(self._view is None, "detach_view_in_place")
    if self.retains_grad:
        self._leaf_hooks("retained")  # PyTorch goes on saying so
    self._edge = None
    self._requires_grad = False
    return self
