"""``out=``: the result of a function is written into a tensor that the caller has."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import chain
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.in_place import check_overlap, write
from minigrad.modes import modes, no_grad
from minigrad.tensor import Tensor, memory_of, offset_of


def write_out(
    name: str, call: Callable[..., Any], args: Any, kwargs: dict[str, Any], out: Any
) -> Any:
    """Write what ``call(*args, **kwargs)`` gives into the tensor `out`.

    Raises
    ------
    RuntimeError
        If a gradient would be needed, or the dtype of the result does not fit.
    TypeError
        If `out` is no tensor.
    """
    errors.check(not isinstance(out, (tuple, list)), "no_form", name, "several tensors as out=")
    errors.check(isinstance(out, Tensor), "out_is_no_tensor", name, out)
    given = [*args, *kwargs.values()]
    listed = chain.from_iterable([v if isinstance(v, (tuple, list)) else (v,) for v in given])
    inputs = [value for value in listed if isinstance(value, Tensor)]
    recorded = modes.grad and any(t.requires_grad for t in (out, *inputs))
    errors.check(not recorded, "out_needs_grad", name)
    with no_grad():
        data = call(*args, **kwargs)._data
    check_overlap(out, [out, *inputs])
    errors.check(dtypes.can_cast(data.dtype, out._data.dtype), "in_place_dtype", data.dtype, out)
    if out._data.shape != data.shape:
        if out._data.size and inputs:
            message = errors.OUT_RESIZED.format([*out._data.shape], [*data.shape])
            warnings.warn(message, stacklevel=4)
        out._share()
        memory, start = memory_of(out._data), offset_of(out._data)
        fits = start + data.size * out._data.itemsize <= memory.nbytes
        out._data = np.ndarray(data.shape, out._data.dtype, memory if fits else None, start)
    write(out, data)
    return out
