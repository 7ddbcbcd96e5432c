"""Tensors of given size: zeros, ones, full, eye, ranges, and their ``_like`` and ``new_`` forms.

`minigrad.ops.sampling` makes `functions` and `methods` public.
"""

from __future__ import annotations

import functools
import math
import operator
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import draws, dtypes, errors, strides
from minigrad.creation import GIVEN_DTYPES, integers, leaf, new_array, shape_of
from minigrad.device import check_device
from minigrad.modes import modes
from minigrad.sizes import LISTS, whole
from minigrad.tensor import Tensor

Array = np.ndarray[Any, Any]
Values = Callable[..., Any]
_WITHOUT_EFFECT = ("layout", "memory_format", "pin_memory")


def factory(values: Values) -> Callable[..., Tensor]:
    """Return the function that makes a tensor of what `values` computes, and sees to the options.

    Parameters
    ----------
    values : callable
        ``values(*args, dtype=...)`` returns an array; `dtype` is numpy's, or None if none is given.
    """

    def make(
        *args: Any, dtype: Any = None, device: Any = None, requires_grad: bool = False,
        **options: Any,
    ) -> Tensor:  # fmt: skip
        check_device(device)
        own = {n: v for n, v in options.items() if n not in _WITHOUT_EFFECT and v is not None}
        chosen = GIVEN_DTYPES[dtype]
        errors.check(isinstance(requires_grad, bool), "requires_grad_not_bool")  # before a draw
        return leaf(values(*args, dtype=chosen and chosen.numpy, **own), requires_grad)

    make.__doc__ = values.__doc__
    return make


def number(value: Any) -> Any:
    """Return a number, a numpy scalar or a 0-d tensor without gradient as a Python number."""
    if getattr(value, "ndim", 1) == 0 and not getattr(value, "requires_grad", False):
        value = value.item()
    if not isinstance(value, (int, float)):
        raise TypeError("no number")  # in PyTorch's words: `minigrad.signatures`
    return value


def default_dtype() -> np.dtype[Any]:
    """What numpy calls the default dtype."""
    return dtypes.get_default_dtype().numpy


# --- ``zeros(2, 3)``, ``zeros_like(x)``, ``x.new_zeros(2, 3)``: all from ``values(shape, dtype)``


def sized(values: Values, negative: str = "negative_size") -> Callable[..., Tensor]:
    """The function that is given a size: ``zeros(2, 3)`` or ``zeros((2, 3))``."""

    def body(first: Any, *rest: Any, dtype: Any, **own: Any) -> Array:
        """Make a tensor of a size: ``zeros(2, 3)``, ``zeros((2, 3))``, ``zeros(size=(2, 3))``."""
        lengths = first if isinstance(first, LISTS) and not rest else (first, *rest)
        return values(shape_of(lengths, negative), dtype or default_dtype(), **own)

    return factory(body)


def like(values: Values) -> Callable[..., Tensor]:
    """The function that is given a tensor, and takes its shape, dtype and layout.

    What is drawn lies in memory in the order in which it was drawn.
    """

    def body(input: Tensor, *args: Any, dtype: Any, **own: Any) -> Array:
        """Make a tensor in the shape, dtype and layout of `input`."""
        data = input._data
        kind = dtype or data.dtype
        if values is draws.normal:
            own["in_order"] = strides.order(data) == [*range(data.ndim)]
        return strides.filled(data, lambda lengths: values(lengths, kind, *args, **own))

    return factory(body)


def new(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The method that does what `make` does, in the dtype of the tensor if none is given."""

    def method(self: Tensor, *args: Any, dtype: Any = None, **options: Any) -> Tensor:
        """Make a tensor of the dtype of this one, if none is given."""
        return make(*args, dtype=dtype or self.dtype, **options)

    return method


# --- patterns


def constant(shape: tuple[int, ...], value: Any, dtype: np.dtype[Any]) -> Array:
    """Return an array of one number.

    Raises
    ------
    RuntimeError
        If the number does not fit `dtype`.
    """
    if dtype.kind in "iu":
        value = integers([value], dtype, "scalar_overflow")[0]
    elif dtype.kind == "f" and math.isfinite(value):
        errors.check(abs(value) <= _largest(dtype), "scalar_overflow", dtype)
    return modes.quiet(np.full, shape, value, dtype)


@functools.cache
def _largest(dtype: np.dtype[Any]) -> float:
    return float(np.finfo(dtype).max)


def _full(size: Any, fill_value: Any, *, dtype: Any) -> Array:
    """Make a tensor of one number, whose type decides the dtype if none is given."""
    value = number(fill_value)
    return constant(shape_of(size), value, dtype or dtypes.number_dtype(value))


def _full_like(shape: Any, dtype: Any, fill_value: Any) -> Array:
    return constant(shape, number(fill_value), dtype)


def _eye(n: int, m: int | None = None, *, dtype: Any) -> Array:
    """Make a matrix of `n` rows and `m` (or `n`) columns, ones on its diagonal, else zeros."""
    for name, length in (("n", n), ("m", 0 if m is None else m)):
        errors.check(length >= 0, "negative_eye", name, int(length))
    return np.eye(n, m, dtype=dtype or default_dtype())


def _steps_from(start: Any, step: Any, count: Any) -> Array:
    """``start + count * step``, rounded once, as processors do it; twice in float16."""
    wide = np.float16 if type(step) is np.float16 else np.longdouble
    return (count.astype(wide) * step + start).astype(np.asarray(start).dtype)


def _arange(*bounds: Any, dtype: Any) -> Array:
    """Make a tensor of the numbers from `start` up to `end`, without it: ``arange(1, 9, 2)``.

    Parameters
    ----------
    *bounds : number
        `end`; or `start` and `end`; or `start`, `end` and `step`.
    dtype : dtype, optional
        int64 if all bounds are integers, else the default dtype.

    Raises
    ------
    RuntimeError
        If `step` is zero or leads away from `end`.
    """
    given = [number(bound) for bound in bounds]
    start, end, step = {1: [0, *given, 1], 2: [*given, 1], 3: given}[len(given)]
    if dtype is None:
        dtype = default_dtype() if float in map(type, given) else dtypes.int64.numpy
    errors.check(step, "zero_step")
    errors.check(end == start or (end > start) == (step > 0), "bounds_of_range")
    if dtype.kind != "f":  # only int64 counts in integers
        first, last, by = map(int, (start, end, step))
        is_long = dtype == np.int64
        errors.check(by or not is_long, "zero_integer_step")
        count = len(range(first, last, by)) if is_long else math.ceil((end - start) / step)
        if is_long and count:
            return np.arange(first, last, by, dtype=np.int64)
        return (first + by * np.arange(count)).astype(dtype)
    # PyTorch's vectors: the first of their numbers is exact, the others are steps from there. Two
    # are made at a time; the numbers that are left over are made one by one.
    index = np.arange(math.ceil((end - start) / step))
    lanes = 32 // dtype.itemsize
    lane = np.where(index < len(index) // (2 * lanes) * 2 * lanes, index % lanes, 0)
    first = modes.quiet(_steps_from(float(start), float(step), index - lane).astype, dtype)
    return modes.quiet(_steps_from(first.astype(np.float64), float(step), lane).astype, dtype)


def _linspace(start: Any, end: Any, steps: int, *, dtype: Any) -> Array:
    """Make a tensor of `steps` numbers, evenly spaced from `start` to `end`, both included."""
    first, last = [n.item() if isinstance(n, Tensor) else number(n) for n in (start, end)]
    dtype = dtype or default_dtype()
    (steps,) = whole([steps])
    errors.check(steps >= 0, "negative_steps")
    if steps == 1:
        return np.array([first]).astype(dtype)
    # Computed from both ends, so that the two halves mirror each other.
    real = dtype if dtype.kind == "f" else np.dtype(np.float64)
    if dtype.kind != "f":
        first, last = int(first), int(last)
    first, last = real.type(first), real.type(last)
    step = modes.quiet(np.subtract, last, first) / real.type(max(steps - 1, 1))
    left = np.arange(steps - steps // 2)[::-1]
    rising = modes.quiet(_steps_from, first, step, np.arange(steps // 2))
    falling = modes.quiet(_steps_from, last, -step, left)
    return np.concatenate([rising, falling]).astype(dtype)


def _randint(low: Any, high: Any, size: Any = None, *, dtype: Any, **own: Any) -> Array:
    """Make a tensor of random integers: ``randint(high, size)``, ``randint(low, high, size)``."""
    low, high, size = (0, low, high) if size is None else (low, high, size)
    low, high = operator.index(low), operator.index(high)
    return draws.randint(low, high, shape_of(size), dtype or dtypes.int64.numpy, **own)


def _randperm(n: int, *, dtype: Any, **own: Any) -> Array:
    """Make a tensor of 0 … n - 1 in random order."""
    return draws.randperm(operator.index(n), dtype or dtypes.int64.numpy, **own)


def _tensor(data: Any, *, dtype: Any) -> Array:
    if isinstance(data, Tensor):
        warnings.warn(errors.COPY_OF_TENSOR.format("tensor.new_tensor"), stacklevel=5)
    return np.asarray(new_array(data, dtypes.from_numpy(dtype)))


def _normal(mean: Any, std: Any, size: Any, *, dtype: Any, **own: Any) -> Array:
    return draws.normal(shape_of(size), dtype or default_dtype(), float(mean), float(std), **own)


# fmt: off
_VALUES = {"zeros": np.zeros, "ones": np.ones, "empty": np.zeros, "rand": draws.uniform,
    "randn": draws.normal}
functions = {
    **{name: sized(values) for name, values in _VALUES.items()},
    "zeros": sized(np.zeros, "negative_zeros"),
    **{f"{name}_like": like(values) for name, values in _VALUES.items()},
    "full_like": like(_full_like),
    "full": factory(_full), "eye": factory(_eye),
    "arange": factory(_arange), "linspace": factory(_linspace), "randint": factory(_randint),
    "randperm": factory(_randperm),
}
methods = {
    **{f"new_{name}": new(sized(_VALUES[name])) for name in ("zeros", "ones", "empty")},
    "new_full": new(functions["full"]), "new_tensor": new(factory(_tensor)),
}
# fmt: on

empty, eye, zeros = functions["empty"], functions["eye"], functions["zeros"]
normal_of_size = factory(_normal)
