"""Tensors of given size: zeros, ones, full, eye, ranges, and their ``_like`` and ``new_`` forms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.creation import new_array
from minigrad.device import contiguous_format, preserve_format
from minigrad.modes import modes
from minigrad.options import (
    Array,
    Values,
    check_memory_format,
    checked_shape,
    default_dtype,
    factory,
    integer,
    is_integer,
    number,
    sized,
)
from minigrad.tensor import Tensor, method

# --- one number everywhere


@sized
def zeros(shape: Any, dtype: Any) -> Array:
    """Make a tensor of zeros.

    Parameters
    ----------
    *sizes : int
        The length of each dimension, also as one tuple or as ``size=``; ``()`` makes a 0-d tensor.
    out : Tensor, optional
        The tensor to write into; it takes the new size.
    dtype : dtype, optional
        The default dtype if not given.
    layout, device, pin_memory
        ``torch.strided``, ``"cpu"`` and False; there is nothing else.
    requires_grad : bool

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer, or negative.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.zeros.html
    """
    return np.zeros(shape, dtype)


@sized
def ones(shape: Any, dtype: Any) -> Array:
    """Make a tensor of ones; parameters and errors as for `zeros`."""
    return np.ones(shape, dtype)


@sized
def empty(shape: Any, dtype: Any, memory_format: Any = None) -> Array:
    """Make a tensor of unspecified numbers (here zeros); parameters and errors as for `zeros`."""
    check_memory_format("empty", memory_format)
    if memory_format is preserve_format:
        raise RuntimeError("unsupported memory format Preserve")
    return np.zeros(shape, dtype)


def _full(size: Any, fill_value: Any, *, dtype: Any) -> Array:
    """Make a tensor of one number.

    Parameters
    ----------
    size : tuple of int
    fill_value : number
        Its type decides the dtype if `dtype` is not given: the default dtype, int64 or bool.
    out, dtype, layout, device, pin_memory, requires_grad
        As for `zeros`.

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer or negative, `fill_value` no number or too large for `dtype`.
    """
    if not isinstance(size, (tuple, list, Tensor)):
        raise errors.argument("full", "size", "tuple of ints", size, position=1)
    value = number("full", "fill_value", fill_value, 2)
    shape = checked_shape("full", tuple(cast("Any", size)))
    return constant(shape, value, dtype or dtypes.number_dtype(value))


full = factory(_full, "full")


@factory
def scalar_tensor(s: Any, *, dtype: Any) -> Array:
    """Make a 0-d tensor of the number `s`, of the default dtype."""
    return constant((), number("scalar_tensor", "s", s, 1), dtype or default_dtype())


def constant(shape: tuple[int, ...], value: Any, dtype: np.dtype[Any]) -> Array:
    """Return an array of one number.

    Raises
    ------
    RuntimeError
        If the number does not fit `dtype`.
    """
    if dtype.kind in "iu":
        limits = np.iinfo(dtype)
        smallest = -limits.max if dtype.kind == "u" else limits.min
        if not smallest <= value <= limits.max:
            raise errors.scalar_overflow(dtype)
        value = int(value) % 256 if dtype.kind == "u" else int(value)
    return modes.quiet(np.full, shape, value, dtype)


# --- like another tensor


def like(values: Values, name: str) -> Callable[..., Tensor]:
    """`factory` of ``values(shape, dtype, …)`` in the shape, dtype and layout of a tensor.

    What is drawn lies in memory in the order in which it was drawn.
    """

    def body(input: Any, *args: Any, dtype: Any, memory_format: Any = None, **own: Any) -> Array:
        if not isinstance(input, Tensor):
            raise errors.NoOperand(input, name)
        check_memory_format(name, memory_format)
        data, dtype = input._data, dtype or input._data.dtype
        if memory_format is contiguous_format or data.flags.c_contiguous:
            return values(data.shape, dtype, *args, **own)
        strides = np.empty_like(data).strides
        order = sorted(range(data.ndim), key=lambda d: -strides[d])
        packed = values(tuple([data.shape[d] for d in order]), dtype, *args, **own)
        return packed.transpose(np.argsort(order))

    body.__doc__ = f"`torch.{name[:-5]}` in the shape, dtype and layout of `input`."
    return factory(body, name)


def _full_like(shape: Any, dtype: Any, fill_value: Any) -> Array:
    return constant(shape, number("full_like", "fill_value", fill_value, 2), dtype)


def _zeros(shape: Any, dtype: Any) -> Array:
    return np.zeros(shape, dtype)


def _ones(shape: Any, dtype: Any) -> Array:
    return np.ones(shape, dtype)


zeros_like, ones_like = like(_zeros, "zeros_like"), like(_ones, "ones_like")
empty_like, full_like = like(_zeros, "empty_like"), like(_full_like, "full_like")

# --- of the dtype of another tensor


def _put_new(name: str, make: Callable[..., Tensor]) -> None:
    def new(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return make(*args, **{"dtype": self.dtype, **kwargs})

    new.__doc__ = f"`torch.{name[4:]}`, of the dtype of this tensor if none is given."
    method(name)(new)


def _tensor(data: Any, *, dtype: Any) -> Array:
    return np.asarray(new_array(data, dtypes.from_numpy(dtype)))


for _name, _values in (("new_zeros", np.zeros), ("new_ones", np.ones), ("new_empty", np.zeros)):
    _put_new(_name, sized(_values, _name))
for _name, _values in (("new_full", _full), ("new_tensor", _tensor)):
    _put_new(_name, factory(_values, _name))

# --- patterns


@factory
def eye(n: Any, m: Any = None, *, dtype: Any) -> Array:
    """Make a matrix of `n` rows and `m` (or `n`) columns, ones on its diagonal, else zeros.

    Raises
    ------
    TypeError, RuntimeError
        If `n` or `m` is no integer, or negative.
    """
    m = n if m is None else m
    for position, (name, value) in enumerate((("n", n), ("m", m)), 1):
        if integer("eye", name, value, position) < 0:
            raise errors.negative_eye(name, value)
    return np.eye(int(n), int(m), dtype=dtype or default_dtype())


@factory
def arange(*bounds: Any, start: Any = None, end: Any = None, step: Any = None, dtype: Any) -> Array:
    """Make a tensor of the numbers from `start` up to `end`, without it: ``arange(1, 9, 2)``.

    Parameters
    ----------
    *bounds : number
        `end`; or `start` and `end`; or `start`, `end` and `step`.
    dtype : dtype, optional
        int64 if all bounds are integers, else the default dtype.
    out, layout, device, pin_memory, requires_grad
        As for `zeros`.

    Returns
    -------
    Tensor
        Of shape (ceil((end - start) / step),).

    Raises
    ------
    RuntimeError
        If `step` is zero or leads away from `end`.
    """
    names = ("end",) if len(bounds) == 1 and end is None else ("start", "end", "step")
    given = {"start": start, "end": end, "step": step} | dict(zip(names, bounds, strict=False))
    if len(bounds) > 3 or given["end"] is None:
        raise errors.missing("arange", "end")
    values = {
        name: number("arange", name, value, names.index(name) + 1 if name in names else 1)
        for name, value in given.items()
        if value is not None
    }
    if dtype is None:
        is_float = float in map(type, values.values())
        dtype = default_dtype() if is_float else dtypes.int64.numpy
    return _steps(values.get("start", 0), values["end"], values.get("step", 1), dtype)


def _steps(start: Any, end: Any, step: Any, dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if step == 0 or math.isnan(step):
        raise errors.zero_step()
    if not (math.isfinite(start) and math.isfinite(end)):
        raise errors.unbounded_range(start, end)
    if (end > start) != (step > 0) and end != start:
        raise errors.no_inference()
    if dtype.kind == "f":
        count = math.ceil((end - start) / step)
        index = np.arange(count, dtype=np.float64)
        return modes.quiet((float(start) + float(step) * index).astype, dtype)
    if int(step) == 0:
        raise errors.zero_integer_step()
    if max(abs(start), abs(end)) >= 2**63:
        raise errors.scalar_overflow(dtypes.int64)
    return np.arange(int(start), int(end), int(step), dtype=np.int64).astype(dtype)


def _spaced(caller: str, start: Any, end: Any, steps: Any, dtype: np.dtype[Any]) -> Array:
    bounds = (("start", start), ("end", end))
    for name, bound in bounds:
        if isinstance(bound, Tensor) and bound.ndim:
            many = [f"{n} with {b.ndim} dimension(s)" for n, b in bounds if isinstance(b, Tensor)]
            raise errors.bounds_with_dimensions(caller, " and ".join(many))
        number(caller, name, bound)
    if not is_integer(steps):
        raise errors.argument(caller, "steps", "int", steps)
    if steps < 0:
        raise errors.negative_steps()
    first, last = number(caller, "start", start), number(caller, "end", end)
    if steps == 1:
        return np.array([first]).astype(dtype)
    # Computed from both ends, so that the two halves mirror each other.
    real = dtype if dtype.kind == "f" else np.dtype(np.float32)
    if dtype.kind != "f":
        first, last = int(first), int(last)
    step = real.type((real.type(last) - real.type(first)) / real.type(max(steps - 1, 1)))
    index = np.arange(steps, dtype=real)
    rising, falling = real.type(first) + step * index, real.type(last) - step * (steps - 1 - index)
    spaced: Any = np.where(index < steps // 2, rising, falling)
    return spaced.astype(dtype)


@factory
def linspace(start: Any, end: Any, steps: Any, *, dtype: Any) -> Array:
    """Make a tensor of `steps` numbers, evenly spaced from `start` to `end`, both included.

    Raises
    ------
    TypeError
        If a bound is no number, or `steps` no integer.
    RuntimeError
        If `steps` is negative.
    """
    return _spaced("linspace", start, end, steps, dtype or default_dtype())


@factory
def logspace(start: Any, end: Any, steps: Any, base: Any = 10.0, *, dtype: Any) -> Array:
    """Make a tensor of `steps` powers of `base`, the exponents evenly spaced from `start` to `end`.

    Raises
    ------
    TypeError, RuntimeError
        As for `linspace`.
    """
    exponents = _spaced("logspace", start, end, steps, np.dtype(np.float64))
    powers = number("logspace", "base", base) ** exponents
    return modes.quiet(powers.astype, dtype or default_dtype())
