"""The shape of a tensor: a tuple of integers that prints as ``torch.Size([2, 3])``."""

from __future__ import annotations

import math
from collections.abc import Iterable
from operator import index
from typing import Any, Self, SupportsIndex

from minigrad.disguise import InFull
from minigrad.errors import check

LISTS: Any = (list, tuple)


def whole(numbers: Any) -> tuple[int, ...]:
    """A tuple or list of `numbers` as Python's integers.

    Raises
    ------
    TypeError
        If one is none, or the first a bool: `minigrad.signatures` says it in PyTorch's words.
    """
    if not isinstance(numbers, LISTS) or (numbers and numbers[0].__class__ is bool):
        raise TypeError("no integers")
    return tuple(map(index, numbers))


class Size(tuple[int, ...], metaclass=InFull):
    """The lengths of a tensor's dimensions; slices and sums of it are Sizes too.

    Parameters
    ----------
    sizes
        Integers, or what stands for one: a numpy integer, a 0-d integral tensor.

    Raises
    ------
    TypeError
        If an item is no integer.

    Notes
    -----
    https://docs.pytorch.org/docs/stable/size.html
    """

    __slots__ = ()

    def __new__(cls, sizes: Iterable[SupportsIndex] = (), /) -> Self:
        """Check the items; for those known to be right, ``tuple.__new__(Size, shape)`` is fast."""
        return super().__new__(cls, map(index, sizes))

    def numel(self) -> int:
        """Return the number of elements of a tensor of this size."""
        return math.prod(self)

    def __getitem__(self, key: Any, /) -> Any:
        get: Any = super().__getitem__
        return Size(get(key)) if key.__class__ is slice else get(key)

    def __add__(self, other: tuple[Any, ...], /) -> Size:  # type: ignore[override]
        check(isinstance(other, tuple), "size_and_other", other)
        return Size(super().__add__(other))

    def __radd__(self, other: tuple[Any, ...], /) -> Size:
        return Size((*other, *self)) if isinstance(other, tuple) else NotImplemented

    def __mul__(self, times: SupportsIndex, /) -> Size:
        return Size(tuple(self) * times)

    __rmul__ = __mul__

    def __repr__(self) -> str:
        return f"torch.Size([{', '.join(map(str, self))}])"

    def __reduce__(self) -> tuple[type[Size], tuple[tuple[int, ...]]]:
        return Size, (tuple(self),)


def element_strides(data: Any) -> tuple[int, ...]:
    """The strides of an array in elements; PyTorch counts a dimension of length 0 as 1 long."""
    if data.size:
        return tuple([stride // data.itemsize for stride in data.strides])
    lengths = [max(length, 1) for length in data.shape]
    return tuple([math.prod(lengths[dim + 1 :]) for dim in range(data.ndim)])
