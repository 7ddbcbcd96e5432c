"""Tensors of given size: zeros, ones, full, eye, ranges, and their ``_like`` and ``new_`` forms."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from minigrad import dtypes, errors
from minigrad.creation import new_array
from minigrad.modes import modes
from minigrad.options import (
    check_options,
    checked_shape,
    given_dtype,
    is_integer,
    leaf,
    number,
    numpy_dtype,
    shape_of,
)
from minigrad.tensor import Tensor, method

Array = np.ndarray[Any, Any]

# --- one number everywhere


def zeros(
    *sizes: Any,
    size: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of zeros.

    Parameters
    ----------
    *sizes : int
        The length of each dimension, also as one tuple or as ``size=``; ``()`` makes a 0-d tensor.
    out : Tensor, optional
        The tensor to write into; it takes the new size.
    dtype : dtype, optional
        The default dtype if not given.
    device : device or str, optional
        ``"cpu"``.
    requires_grad : bool

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer, or negative.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.zeros.html
    """
    return _filled("zeros", sizes, size, 0, dtype, device, requires_grad, out)


def ones(
    *sizes: Any,
    size: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of ones; parameters and errors as for `zeros`."""
    return _filled("ones", sizes, size, 1, dtype, device, requires_grad, out)


def empty(
    *sizes: Any,
    size: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of unspecified numbers (here zeros); parameters and errors as for `zeros`."""
    return _filled("empty", sizes, size, 0, dtype, device, requires_grad, out)


def _filled(
    caller: str,
    sizes: tuple[Any, ...],
    size: Any,
    value: float,
    dtype: Any,
    device: Any,
    requires_grad: bool,
    out: Tensor | None = None,
    otherwise: Any = None,
) -> Tensor:
    check_options(caller, device, requires_grad)
    chosen = (
        out._data.dtype
        if out is not None and dtype is None
        else numpy_dtype(dtype, caller, otherwise)
    )
    shape = shape_of(caller, sizes, size)
    return leaf(np.full(shape, value, chosen), requires_grad, out)


def full(
    size: Any,
    fill_value: Any,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of one number.

    Parameters
    ----------
    size : tuple of int
    fill_value : number
        Its type decides the dtype if `dtype` is not given: the default dtype, int64 or bool.
    out, dtype, device, requires_grad
        As for `zeros`.

    Raises
    ------
    TypeError, RuntimeError
        If a length is no integer or negative, `fill_value` no number or too large for `dtype`.
    """
    if not isinstance(size, (tuple, list, Tensor)):
        raise errors.argument("full", "size", "tuple of ints", size, position=1)
    value = number("full", "fill_value", fill_value, 2)
    check_options("full", device, requires_grad)
    shape = checked_shape("full", tuple(cast("Any", size)))
    chosen = numpy_dtype(dtype, "full", dtypes.number_dtype(value))
    return leaf(constant(shape, value, chosen), requires_grad, out)


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


def _like(caller: str, input: Any, value: Any, options: dict[str, Any]) -> Tensor:
    """Return a tensor of one number, of the shape, dtype and layout of `input`."""
    if not isinstance(input, Tensor):
        raise errors.NoOperand(input, caller)
    data, requires_grad = like(caller, input, **options)
    data[...] = constant((), value, data.dtype)
    return leaf(data, requires_grad)


def like(
    caller: str,
    input: Tensor,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
    memory_format: Any = None,
) -> tuple[Array, bool]:
    """Return an empty array as large as `input` and laid out like it, and `requires_grad`."""
    check_options(caller, device, requires_grad)
    return np.empty_like(input._data, numpy_dtype(dtype, caller, input._data.dtype)), requires_grad


def zeros_like(input: Tensor, **options: Any) -> Tensor:
    """Make zeros of the shape of `input`; options: dtype (else its), device, requires_grad."""
    return _like("zeros_like", input, 0, options)


def ones_like(input: Tensor, **options: Any) -> Tensor:
    """Make ones of the shape of `input`; options as for `zeros_like`."""
    return _like("ones_like", input, 1, options)


def empty_like(input: Tensor, **options: Any) -> Tensor:
    """Make unspecified numbers (here zeros) of the shape of `input`; see `zeros_like`."""
    return _like("empty_like", input, 0, options)


def full_like(input: Tensor, fill_value: Any, **options: Any) -> Tensor:
    """Make a tensor of one number, of the shape of `input`; options as for `zeros_like`."""
    return _like("full_like", input, number("full_like", "fill_value", fill_value, 2), options)


# --- of the dtype of another tensor


@method("new_zeros")
def _new_zeros(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make zeros of the dtype of this one; parameters and errors as for `torch.zeros`."""
    return _filled(
        "new_zeros", sizes, size, 0, dtype, device, requires_grad, None, self._data.dtype
    )


@method("new_ones")
def _new_ones(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make ones of the dtype of this one; parameters and errors as for `torch.ones`."""
    return _filled("new_ones", sizes, size, 1, dtype, device, requires_grad, None, self._data.dtype)


@method("new_empty")
def _new_empty(
    self: Tensor,
    *sizes: Any,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of unspecified numbers (here zeros), of the dtype of this one."""
    return _filled(
        "new_empty", sizes, size, 0, dtype, device, requires_grad, None, self._data.dtype
    )


@method("new_full")
def _new_full(
    self: Tensor,
    size: Any,
    fill_value: Any,
    *,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make one number everywhere, of the dtype of this one; see `torch.full`."""
    return full(
        size,
        fill_value,
        dtype=self.dtype if dtype is None else dtype,
        device=device,
        requires_grad=requires_grad,
    )


@method("new_tensor")
def _new_tensor(
    self: Tensor, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Make a tensor of `data`, of the dtype of this one; see `torch.tensor`."""
    check_options("new_tensor", device, requires_grad)
    wanted = self.dtype if dtype is None else given_dtype(dtype, "new_tensor")
    return leaf(new_array(data, wanted), requires_grad)


# --- patterns


def eye(
    n: int,
    m: int | None = None,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a matrix of `n` rows and `m` (or `n`) columns, ones on its diagonal, else zeros.

    Raises
    ------
    TypeError, RuntimeError
        If `n` or `m` is no integer, or negative.
    """
    check_options("eye", device, requires_grad)
    columns = n if m is None else m
    for position, (name, value) in enumerate((("n", n), ("m", columns)), 1):
        if not is_integer(value):
            raise errors.argument("eye", name, "int", value, position=position)
        if value < 0:
            raise errors.negative_eye(name, value)
    return leaf(np.eye(int(n), int(columns), dtype=numpy_dtype(dtype, "eye")), requires_grad, out)


def arange(
    *bounds: Any,
    start: Any = None,
    end: Any = None,
    step: Any = None,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of the numbers from `start` up to `end`, without it: ``arange(1, 9, 2)``.

    Parameters
    ----------
    *bounds : number
        `end`; or `start` and `end`; or `start`, `end` and `step`.
    dtype : dtype, optional
        int64 if all bounds are integers, else the default dtype.
    out, device, requires_grad
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
    check_options("arange", device, requires_grad)
    first, last, by = _bounds(bounds, start, end, step)
    default = (
        dtypes.get_default_dtype().numpy
        if any(isinstance(v, float) for v in (first, last, by))
        else None
    )
    chosen = numpy_dtype(dtype, "arange", default or dtypes.int64.numpy)
    return leaf(_steps(first, last, by, chosen), requires_grad, out)


def _bounds(bounds: tuple[Any, ...], start: Any, end: Any, step: Any) -> tuple[Any, Any, Any]:
    given = {"start": start, "end": end, "step": step}
    names = ("end",) if len(bounds) == 1 and end is None else ("start", "end", "step")
    given.update(zip(names, bounds, strict=False))
    if len(bounds) > 3 or given["end"] is None:
        raise errors.invalid_combination("arange", list(bounds), *_ARANGE)
    position = {name: at for at, name in enumerate(names, 1)}
    values = {
        n: number("arange", n, v, position.get(n, 1)) for n, v in given.items() if v is not None
    }
    return values.get("start", 0), values["end"], values.get("step", 1)


_OPTIONS = (
    "torch.dtype dtype = None, torch.layout layout = None, torch.device device = None, "
    "bool pin_memory = False, bool requires_grad = False)"
)
_ARANGE = (
    f"(Number end, *, Tensor out = None, {_OPTIONS}",
    f"(Number start, Number end, *, {_OPTIONS}",
    f"(Number start, Number end, Number step = 1, *, Tensor out = None, {_OPTIONS}",
)


def _steps(start: Any, end: Any, step: Any, dtype: np.dtype[Any]) -> Array:
    if dtype.kind == "b":
        raise NotImplementedError("\"arange_cpu\" not implemented for 'Bool'")
    if step == 0:
        raise errors.zero_step()
    if not (math.isfinite(start) and math.isfinite(end)):
        raise errors.unbounded_range(start, end)
    if (end > start) != (step > 0) and end != start:
        raise errors.no_inference()
    if dtype.kind == "f":
        count = math.ceil((end - start) / step)
        return _progression(float(start), float(step), count, dtype)
    start, end, step = int(start), int(end), int(step)
    if step == 0:
        raise errors.zero_step()
    return np.arange(start, end, step, dtype=np.int64).astype(dtype)


def _progression(start: float, step: float, count: int, dtype: np.dtype[Any]) -> Array:
    """Return ``start + step * i``, computed in float64 and rounded once."""
    return modes.quiet((start + step * np.arange(count)).astype, dtype)


def linspace(
    start: Any,
    end: Any,
    steps: int,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of `steps` numbers, evenly spaced from `start` to `end`, both included.

    Raises
    ------
    TypeError
        If a bound is no number, or `steps` no integer.
    RuntimeError
        If `steps` is negative.
    """
    check_options("linspace", device, requires_grad)
    chosen = numpy_dtype(dtype, "linspace")
    return leaf(_spaced("linspace", start, end, steps, chosen), requires_grad, out)


def logspace(
    start: Any,
    end: Any,
    steps: int,
    base: float = 10.0,
    *,
    out: Tensor | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Make a tensor of `steps` powers of `base`, the exponents evenly spaced from `start` to `end`.

    Raises
    ------
    TypeError, RuntimeError
        As for `linspace`.
    """
    check_options("logspace", device, requires_grad)
    chosen = numpy_dtype(dtype, "logspace")
    exponents = _spaced("logspace", start, end, steps, np.dtype(np.float64))
    return leaf(modes.quiet((base**exponents).astype, chosen), requires_grad, out)


def _spaced(caller: str, start: Any, end: Any, steps: Any, dtype: np.dtype[Any]) -> Array:
    bounds = [b.item() if isinstance(b, Tensor) and b.ndim == 0 else b for b in (start, end)]
    if not is_integer(steps) or not all(isinstance(b, (bool, int, float)) for b in bounds):
        raise errors.invalid_combination(caller, [start, end, steps], *_SPACED[caller])
    if steps < 0:
        raise errors.negative_steps()
    first, last = bounds
    if steps == 1:
        return np.array([first]).astype(dtype)
    # Computed from both ends, so that the two halves mirror each other.
    real = dtype if dtype.kind == "f" else np.dtype(np.float32)
    if dtype.kind != "f":
        first, last = int(first), int(last)
    step = real.type((real.type(last) - real.type(first)) / real.type(max(steps - 1, 1)))
    index = np.arange(steps, dtype=real)
    rising, falling = real.type(first) + step * index, real.type(last) - step * (steps - 1 - index)
    spaced: Array = np.where(index < steps // 2, rising, falling)
    return spaced.astype(dtype)


_SPACED = {
    name: tuple(
        f"({start} start, {end} end, int steps, {base}*, Tensor out = None, {_OPTIONS}"
        for start, end in (
            ("Tensor", "Tensor"),
            ("Number", "Tensor"),
            ("Tensor", "Number"),
            ("Number", "Number"),
        )
    )
    for name, base in (("linspace", ""), ("logspace", "float base = 10, "))
}
