"""Overwriting a tensor in place: with one number or random ones. No gradient flows through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, random
from minigrad.factories import constant
from minigrad.generator import Generator, default_generator
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.export import export, functions
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor, method


def _overwriting(name: str) -> Op:
    """The operation that replaces all elements by `values`, under PyTorch's name of its node."""
    return Op(
        f"{name.partition('_')[0]}Backward{name.partition('_')[2] or 0}",
        lambda self, values: np.broadcast_to(values, self.shape),
        promotes=None,
        tex="{values}",
        self=lambda grad: zeros_like(grad),
        says="the old elements are gone, so they receive zeros",
    )


# fmt: off
zero, fill_number, fill_copy = map(_overwriting, ("Zero", "Fill_2", "Fill"))
fill_tensor = Op("FillBackward3",
    lambda self, value: np.broadcast_to(value.astype(self.dtype), self.shape), promotes=None,
    tex="{value}", self=lambda grad: zeros_like(grad), value=lambda grad: grad,
    says="the old elements receive zeros; the value receives the sum of the gradient")
# fmt: on


@method("zero_")
def zero_(self: Tensor) -> Tensor:
    """Set all elements to zero, in place."""
    return apply_in_place(zero, self, (self._data.dtype.type(0),), {}, uniform=True)


@method("fill_")
def fill_(self: Tensor, value: Any) -> Tensor:
    """Set all elements to `value`, a number or a 0-d tensor, in place.

    Raises
    ------
    RuntimeError
        If `value` has dimensions, or does not fit the dtype.
    """
    if isinstance(value, Tensor):
        if value.ndim:
            raise errors.fill_value_of_dimensions(value.ndim)
        return apply_in_place(fill_tensor, self, (value,), {}, uniform=True)
    if not isinstance(value, (bool, int, float, np.generic)):
        raise errors.unfit("fill_", (self, value), method=True)
    number = constant((), value, self._data.dtype)
    return apply_in_place(fill_number, self, (number,), {}, uniform=True)


functions |= {"zero_": zero_, "fill_": fill_}


@export("fill", method=False)
def fill(input: Tensor, value: float) -> Tensor:
    """Return a tensor like `input` with all elements `value`."""
    return fill_copy.apply(input, constant(input._data.shape, value, input._data.dtype))


# --- random numbers

_uniform, _normal, _exponential = map(_overwriting, ("Uniform", "Normal", "Exponential"))
_random_between, _random_below, _random = map(_overwriting, ("Random", "Random_1", "Random_2"))
_bernoulli_of_tensor, _bernoulli_of_number = map(_overwriting, ("Bernoulli_1", "Bernoulli_2"))


def _overwrite(
    op: Op, self: Tensor, draw: Callable[..., Any], generator: Generator | None, *parameters: Any
) -> Tensor:
    """Write what `draw` returns into `self`; nothing is drawn if that is not allowed."""
    if self.requires_grad and self.is_leaf:
        apply_in_place(op, self, (self._data,), {})  # complains, where the grad mode says so
    source = default_generator if generator is None else generator
    values = draw(self._data.shape, self._data.dtype, *parameters, source)
    return apply_in_place(op, self, (values,), {})


@method("uniform_")
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


@method("normal_")
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


@method("exponential_")
def exponential_(self: Tensor, lambd: float = 1.0, *, generator: Generator | None = None) -> Tensor:
    """Draw all elements from the exponential distribution, in place.

    Raises
    ------
    RuntimeError
        If `lambd` is not positive, or for a tensor of integers.
    """
    return _overwrite(_exponential, self, random.exponential, generator, lambd)


@method("random_")
def random_(self: Tensor, *bounds: int, generator: Generator | None = None, **named: int) -> Tensor:
    """Draw all elements from the integers of [0, to), of [from, to), or of all the dtype holds.

    Raises
    ------
    RuntimeError
        If there are none between the bounds, or the dtype cannot hold them.
    """
    names = ("to",) if len(bounds) == 1 else ("from", "to")
    given = dict(zip(names, bounds, strict=False)) | named
    low, high = given.get("from", 0), given["to"] if "to" in given else _beyond(self._data.dtype)
    op = _random_between if "from" in given else _random_below if given else _random

    def draw(shape: Any, dtype: Any, source: Generator) -> Any:
        return random.randint(low, high, shape, dtype, source)

    return _overwrite(op, self, draw, generator)


def _beyond(dtype: np.dtype[Any]) -> int:
    """One more than the largest integer up to which `dtype` holds all."""
    if dtype.kind == "f":
        return 2 ** (np.finfo(dtype).nmant + 1) + 1
    return 2 if dtype.kind == "b" else int(np.iinfo(dtype).max) + 1


@method("bernoulli_")
def bernoulli_(self: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Set every element to 1 with probability `p` (number or tensor), else to 0, in place.

    Raises
    ------
    RuntimeError
        If `p` is no probability.
    """
    if not isinstance(p, Tensor):
        return _overwrite(_bernoulli_of_number, self, random.bernoulli_p, generator, p)

    def draw(shape: Any, dtype: Any, source: Generator) -> Any:
        return random.bernoulli(np.broadcast_to(p._data, shape), source)

    return _overwrite(_bernoulli_of_tensor, self, draw, generator)
