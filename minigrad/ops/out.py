"""``out=``: the result of a function is written into a tensor that the caller has."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.in_place import check_overlap, write
from minigrad.modes import modes, no_grad
from minigrad.tensor import Tensor

APART = {"cat", "gather", "index_select", "masked_select", "take"}
"""Functions that may write an element before they read it: `out` must be other memory."""


def write_out(
    name: str, call: Callable[..., Any], args: Any, kwargs: dict[str, Any], out: Any
) -> Any:
    """Write what ``call(*args, **kwargs)`` gives into `out`, a tensor or one for each result.

    Raises
    ------
    RuntimeError
        If a gradient would be needed, or the dtype of the result does not fit.
    TypeError
        If `out` is no tensor.
    """
    targets: tuple[Any, ...] = tuple(out) if isinstance(out, (tuple, list)) else (out,)
    for target in targets:
        if not isinstance(target, Tensor):
            raise errors.out_is_no_tensor(name, out)
    inputs = [*_tensors(args), *_tensors(kwargs.values())]
    if modes.grad and any(t.requires_grad for t in (*targets, *inputs)):
        raise errors.out_needs_grad(name)
    with no_grad():
        results: Any = call(*args, **kwargs)
    several = isinstance(results, tuple)
    if isinstance(out, (tuple, list)) and not hasattr(results, "_fields"):
        raise errors.out_is_no_tensor(name, out)
    for target, result in zip(targets, results if several else (results,), strict=True):
        if name == "gather" and target._data.dtype != result._data.dtype:
            raise errors.gather_out(errors.kind(result).lower(), errors.kind(target).lower())
        if name in APART and any(
            t is target or np.may_share_memory(t._data, target._data) for t in inputs
        ):
            raise errors.overlap_between()
        check_overlap(target, [target, *inputs])
        _write(target, result._data)
    if several and hasattr(results, "_fields"):
        return return_types.with_out(type(results))(*targets)
    return out


def _tensors(values: Any) -> list[Tensor]:
    """The tensors among `values`, and in lists among them."""
    found: list[Tensor] = []
    for value in values:
        several: Any = value if isinstance(value, (tuple, list)) else (value,)
        found += [v for v in several if isinstance(v, Tensor)]
    return found


def _write(target: Tensor, data: Any) -> None:
    if not np.can_cast(data.dtype, target._data.dtype, "same_kind"):
        raise errors.in_place_dtype(data.dtype, target)
    if target._data.shape != data.shape:
        if target._data.size:
            message = errors.OUT_RESIZED.format([*target._data.shape], [*data.shape])
            warnings.warn(message, stacklevel=5)
        target._data = np.empty(data.shape, target._data.dtype)
    write(target, data)
