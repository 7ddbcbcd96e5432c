"""How functions of shapes take their arguments: ``view(2, 3)``, ``view((2, 3))``, ``view(-1)``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from math import prod
from typing import Any

from minigrad import errors
from minigrad.ops.export import export
from minigrad.sizes import whole
from minigrad.tensor import Tensor


def ints(value: Any) -> tuple[int, ...]:
    """`value`, a number or a sequence of numbers, as a tuple."""
    return whole(value if isinstance(value, (tuple, list)) else (value,))


def flag(value: Any) -> bool:
    """`value`, which has to be a bool."""
    if value.__class__ is not bool:
        raise TypeError("no bool")  # in PyTorch's words: `minigrad.signatures`
    return value


EVERY: Any = "every"
"""The dimensions of a reduction to which none is given, not even None."""


def no_dim(dim: Any, keepdim: Any) -> bool:
    """Whether no `dim` is given; then `keepdim` must not be either."""
    if dim is EVERY and keepdim is not False:
        raise TypeError("keepdim without dim")
    return dim is EVERY


def listed(values: Any) -> tuple[int, ...]:
    """The numbers that a method was given one by one, or as one sequence."""
    if not values:
        raise TypeError("no numbers")  # in PyTorch's words: `minigrad.signatures`
    return ints(values[0] if len(values) == 1 else values)


def inferred(size: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`size` with its -1, if there is one, replaced by what `numel` elements ask for.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    if prod(size) == numel and (not size or min(size) >= 0):
        return size
    for at, length in enumerate(size):
        errors.check(length >= -1, "shape_dimension", length, at, size)
    errors.check(size.count(-1) < 2, "two_inferred")
    known = prod([length for length in size if length != -1])
    errors.check(numel or known or -1 not in size, "ambiguous_inferred", size)
    fits = -1 in size and known > 0 and numel % known == 0
    errors.check(fits, "shape_for_size", size, numel)
    free = size.index(-1)
    return (*size[:free], numel // known, *size[free + 1 :])


def distinct_dims(dims: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """`dims` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If one is there twice.
    """
    wrapped = tuple([errors.checked_dim(dim, ndim) for dim in dims])
    for dim in wrapped:
        errors.check(wrapped.count(dim) == 1, "repeated_dim", dim)
    return wrapped


def export_dims(name: str, *, function: bool = True) -> Callable[[Any], Any]:
    """Make public ``call(input, numbers)``: the method takes numbers or a sequence of them."""

    def put(call: Callable[..., Any]) -> Any:
        @functools.wraps(call)
        def from_method(self: Tensor, *numbers: Any) -> Any:
            return call(self, listed(numbers))

        @functools.wraps(call)
        def from_function(input: Tensor, numbers: Any) -> Any:
            return call(input, whole(numbers))

        export(name, function=False)(from_method)
        if function:
            export(name, method=False)(from_function)
        return call

    return put
