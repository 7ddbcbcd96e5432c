"""The leaves of a playground: what the learner gave for each, its range, and its tensor."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from numbers import Integral, Real
from typing import Any

import numpy as np

from .names import is_tensor
from .typed import RefusedError
from .values import dtype_text

MOST = 100  # elements of a table
EMPTY = 5.0  # the range around zero
STEPS = 200  # of a slider, about
TINY, LARGEST = 1e-200, 1e300  # beyond these, a range around a number is none


@dataclass(frozen=True)
class Leaf:
    """One leaf.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Empty for a number; one or two dimensions for a table.
    start : tuple of float or int
        The elements at the beginning, row by row.
    dtype : str or None
        Of the tensor; None is the library's default.
    integer : bool
        Whether the elements are integers, so that there is no gradient.
    low, high : float
        The range of the slider.
    fixed : bool
        Whether the range was given: then no value is outside it. A range that was chosen grows.
    """

    name: str
    shape: tuple[int, ...]
    start: tuple[float, ...]
    dtype: str | None
    integer: bool
    low: float
    high: float
    fixed: bool

    def tensor(self, library: Any, elements: Sequence[float]) -> Any:
        """Make the tensor; its elements are integers or require grad."""
        dtype = None if self.dtype is None else getattr(library, self.dtype)
        return library.tensor(
            nested(elements, self.shape), dtype=dtype, requires_grad=not self.integer
        )

    def element(self, index: int) -> str:
        """What one element is called: ``x``, ``W[0, 1]``."""
        if not self.shape:
            return self.name
        places = np.unravel_index(index, self.shape)
        return f"{self.name}[{', '.join(str(int(place)) for place in places)}]"

    def check(self, number: float) -> float:
        """Return a number as an element of this leaf; raise RefusedError if it cannot be one."""
        if not abs(number) <= LARGEST:
            raise RefusedError("not_finite")
        if self.integer and not float(number).is_integer():
            raise RefusedError("no_integer", name=self.name)
        if self.fixed and not self.low <= number <= self.high:
            low, high = (f"{end:.6g}" for end in (self.low, self.high))
            raise RefusedError("outside", name=self.name, low=low, high=high)
        return int(number) if self.integer else float(number)


def read_leaf(name: str, given: Any) -> Leaf:
    """Read what the learner gave for a leaf.

    A number; a pair ``(low, high)`` or a triple ``(low, high, start)``; a list, nested list, array
    or tensor.

    Raises
    ------
    TypeError, ValueError
        If it is none of these, or more than can be edited.
    """
    if _is_number(given):
        # Of numpy's float32, the number that it is written as: 0.1.
        return _number(name, float(str(given) if isinstance(given, np.generic) else given))
    if isinstance(given, tuple):
        return _range(name, given)
    return _table(name, given)


def elements_of(leaf: Leaf, given: Any) -> tuple[float, ...]:
    """Read new values for a leaf, from Python: a number, a nested list, an array or a tensor."""
    array, _ = _array(leaf.name, given)
    if array.shape != leaf.shape:
        wanted, got = list(leaf.shape), list(array.shape)
        raise ValueError(f"{leaf.name} has the shape {wanted}, and was given {got}")
    return tuple(leaf.check(number) for number in _flat(array))


def nested(elements: Sequence[Any], shape: tuple[int, ...]) -> Any:
    """Put elements, row by row, into a nested list (of a scalar: into nothing)."""
    if not shape:
        return elements[0]
    if len(shape) == 1:
        return list(elements)
    columns = shape[1]
    return [list(elements[row * columns : (row + 1) * columns]) for row in range(shape[0])]


def range_around(largest: float) -> tuple[float, float]:
    """Choose a range for values of this size, from a round number below zero to it above."""
    end = round_up(2 * abs(largest)) if abs(largest) > TINY else EMPTY
    return -end, end


def step_of(low: float, high: float, *, integer: bool) -> float:
    """The step of a slider: a round number, about 200 of them from end to end."""
    return 1 if integer else round_up((high - low) / STEPS)


def round_up(number: float) -> float:
    """The next of 1, 2, 5, 10, 20, 50 …, or of 0.5, 0.2 … for small numbers."""
    power = math.floor(math.log10(number))
    for digit in (1, 2, 5, 10):
        candidate = float(f"{digit}e{power}")
        if candidate >= number * (1 - 1e-9):
            return candidate
    raise AssertionError(number)


def _is_number(given: Any) -> bool:
    return isinstance(given, Real) and not isinstance(given, (bool, np.bool_))


def _number(name: str, value: float) -> Leaf:
    if not abs(value) <= LARGEST:
        raise ValueError(f"{name}: a leaf begins at a finite number, not {value}")
    return Leaf(name, (), (value,), None, False, *range_around(value), False)


def _range(name: str, given: tuple[Any, ...]) -> Leaf:
    if len(given) not in (2, 3) or not all(map(_is_number, given)):
        raise TypeError(
            f"{name}: a tuple is the range of a slider, (low, high) or (low, high, start), "
            "with numbers; a vector is a list"
        )
    low, high = map(float, given[:2])
    if not (low < high and max(-low, high) <= LARGEST and high - low > TINY):
        raise ValueError(f"{name}: the range must go up, from a finite number to one: {given}")
    start = float(given[2]) if len(given) == 3 else (low + high) / 2
    if not low <= start <= high:
        raise ValueError(f"{name} begins at {start:g}, which is not from {low:g} to {high:g}")
    return Leaf(name, (), (start,), None, False, low, high, True)


def _table(name: str, given: Any) -> Leaf:
    array, dtype = _array(name, given)
    if array.ndim > 2 or not 0 < array.size <= MOST:
        raise ValueError(
            f"{name} has the shape {list(array.shape)}: a table has one or two dimensions, and at "
            f"least one and at most {MOST} elements"
        )
    integer = dtype is not None and array.dtype.kind in "iu"
    elements = tuple(number if integer else float(number) for number in _flat(array))
    if not all(abs(number) <= LARGEST for number in elements):
        raise ValueError(f"{name}: a leaf begins at finite numbers")
    low, high = range_around(max(map(abs, elements)))
    return Leaf(name, array.shape, elements, dtype, integer, low, high, False)


def _array(name: str, given: Any) -> tuple[np.ndarray[Any, Any], str | None]:
    """The elements, and the dtype where the learner chose one."""
    dtype = None
    if is_tensor(given):
        dtype = dtype_text(given.dtype)
        given = given.detach().tolist()
    elif isinstance(given, (np.ndarray, np.generic)):
        dtype = str(given.dtype)
    try:
        array = np.asarray(given)
    except ValueError:
        raise ValueError(f"{name}: the rows of a table are of the same length") from None
    if array.dtype.kind not in "iuf":
        of = f" of {array.dtype}" if array.ndim and array.dtype != object else ""
        raise TypeError(
            f"{name}: a leaf is a number, a range (low, high), or a list, array or tensor of "
            f"numbers, not {type(given).__name__}{of}. Anything else goes into the function "
            "itself: lambda x: f(x, mode='sum')"
        )
    return (array.astype(dtype) if dtype in ("float32", "float16") else array), dtype


def _flat(array: np.ndarray[Any, Any]) -> Iterator[float]:
    for item in array.ravel():
        # The shortest text that means this number: 0.1 of float32, not 0.10000000149011612.
        yield int(item) if isinstance(item, Integral) else float(str(item))
