"""The arguments that shapes come in: ``view(2, 3)``, ``view((2, 3))``, ``view(-1)``."""

from __future__ import annotations

import operator
from typing import Any

from minigrad import errors


def ints(function: str, name: str, values: Any) -> tuple[int, ...]:
    """The numbers in `values`, the arguments of ``function(*name)``: one by one or one sequence.

    Raises
    ------
    TypeError
        If there is none, or one that is not an integer.
    """
    if not values:
        raise TypeError(f'{function}() missing 1 required positional arguments: "{name}"')
    if len(values) == 1 and isinstance(values[0], (tuple, list)):
        values = values[0]
    return int_tuple(function, name, tuple(values))


def int_tuple(function: str, name: str, value: Any, position: int = 1) -> tuple[int, ...]:
    """`value`, a number or a sequence of numbers, as a tuple."""
    numbers: list[int] = []
    for number in value if isinstance(value, (tuple, list)) else (value,):
        try:
            numbers.append(operator.index(number))
        except TypeError:
            raise errors.not_ints(function, name, number, position) from None
    return tuple(numbers)


def inferred(size: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`size` with its -1, if there is one, replaced by what `numel` elements ask for.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    known = 1
    free = None
    for index, length in enumerate(size):
        if length == -1:
            if free is not None:
                raise errors.two_inferred()
            free = index
        elif length < 0:
            raise errors.negative_in_shape(length, index, size)
        else:
            known *= length
    if free is None:
        if known != numel:
            raise errors.shape_for_size(size, numel)
        return size
    if known == 0 and numel == 0:
        raise errors.ambiguous_inferred(size)
    if known == 0 or numel % known:
        raise errors.shape_for_size(size, numel)
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
        if wrapped.count(dim) > 1:
            raise errors.repeated_dim(dim)
    return wrapped
