"""PyTorch as it would be on another machine: results whose rounding is nobody's promise, rounded otherwise.

Products of matrices, sums and transcendental functions are rounded as the processor and the library
for it please. A program may turn such a last digit into something large: a comparison, a floor, a
difference of nearly equal numbers. Where PyTorch differs from itself when these digits differ, a
difference of minigrad says nothing (`programs.compare`).
"""

from __future__ import annotations

import ctypes
import re
import zlib
from collections.abc import Iterator
from typing import Any

import numpy as np

# The operations whose last digits depend on the machine, by their names in ``torch.ops.aten``.
SUMS = re.compile(
    r"(add|b|badd)?(mm|mv|bmm)_?|addr_?|v?dot|(nan)?sum|(nan)?mean|prod|cum(sum|prod)_?|trace"
    r"|convolution\w*|embedding_dense_backward|index_add_?|scatter_add_?"
)
"""Sums of products: exact if what is added is short in binary, else rounded as large parts are."""
SOLVED = re.compile(
    r"_?linalg_\w+|_?inverse|(log|slog)?det|lu_\w+|triangular_solve|norm|(var|std)(_mean)?"
)
"""Rounded as their largest parts are, and worse, whatever the numbers."""
NORMED = re.compile(r"\w*(batch|layer)_norm\w*|gelu\w*")
"""Rounded as their largest parts are; of gelu these cancel."""
MOVED = re.compile(
    r"_?linalg_(inv|solve|det|lu)\w*|_?inverse|(log|slog)?det|lu_\w+|triangular_solve"
    r"|\w*batch_norm|\w*layer_norm"
)
"""Those of them in which a matrix may be all but singular, or a deviation all but 0: their numbers
come in rounded otherwise."""
FUNCTIONS = re.compile(
    r"(native_|_)?(exp(m1|2)?|log(|2|10|1p|it|addexp2?|sumexp|_sigmoid\w*)|a?(sin|cos|tan)h?|atan2"
    r"|sigmoid|erf[cinv]*|pow|float_power|rsqrt|hypot|xlogy|lerp|addc(mul|div)|(log_)?softmax\w*"
    r"|gelu|silu|elu|celu|selu|mish|softplus|group_norm|mse_loss|\w*l1_loss"
    r"|huber_loss|kl_div|soft_margin_loss|binary_cross_entropy\w*|nll_loss\w*|randn|normal|deg2rad"
    r"|rad2deg|remainder|fmod)_?(_backward\w*)?"
)
"""Rounded as they are; exact results, such as exp(0), are exact everywhere."""


def otherwise(torch: Any, seed: int, most: int) -> Any:
    """A context in which PyTorch's rounded results are off by up to `most` units in the last place.

    The same result of operands that lie alike is always off by the same.
    """
    mode = torch.utils._python_dispatch.TorchDispatchMode

    class Otherwise(mode):
        def __torch_dispatch__(
            self, function: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            given = [*_arrays(torch, args)] if most else []
            layout = str([array.strides for array in given])  # the order of a sum depends on it
            seeds = [seed, zlib.crc32(layout.encode())]
            largest = max([_largest(array) for array in given], default=0.0)
            exact = all(_is_short(array).all() for array in given)
            kind = min([array.dtype for array in given], key=lambda d: d.itemsize, default=None)
            name = function.overloadpacket.__name__
            if most and MOVED.fullmatch(name):
                args = (_moved(torch, args[0], seeds, most), *args[1:])
            result = function(*args, **(kwargs or {}))
            for memory in _arrays(torch, result) if most else ():
                if (SUMS.fullmatch(name) and not exact) or NORMED.fullmatch(name):
                    _nudge(memory, seeds, most, max(largest, _largest(memory)))
                elif SOLVED.fullmatch(name):
                    _nudge(memory, seeds, 16 * most, max(largest, _largest(memory)))
                elif _is_rounded(name, args, kwargs or {}):
                    _nudge(memory, seeds, most, None, kind)
            return result

    return Otherwise()


def _is_rounded(name: str, args: Any, kwargs: Any) -> bool:
    if name.startswith("pow") and isinstance(args[1], (int, float)):
        return args[1] not in (-2, -1, 0, 0.5, 1, 2, 3)  # made of products and roots
    if name.strip("_") in ("add", "sub", "rsub"):
        return kwargs.get("alpha", 1) != 1  # one rounding where there is a fused instruction
    return FUNCTIONS.fullmatch(name) is not None


def _arrays(torch: Any, values: Any) -> Iterator[Any]:
    """The memory of the tensors of floats; their versions do not count what is done to it.

    A tensor of which ``numpy()`` was asked would refuse to be resized.
    """
    if isinstance(values, torch.Tensor):
        if values.is_floating_point() and values.numel() and values.data_ptr():
            kind = np.dtype(str(values.dtype).removeprefix("torch."))
            steps = [step * kind.itemsize for step in values.stride()]
            size = (
                sum((n - 1) * s for n, s in zip(values.shape, steps, strict=True)) + kind.itemsize
            )
            memory = (ctypes.c_char * size).from_address(values.data_ptr())
            yield np.ndarray(tuple(values.shape), kind, memory, 0, steps)
    elif isinstance(values, (tuple, list)):
        for value in values:
            yield from _arrays(torch, value)


def _moved(torch: Any, value: Any, seeds: list[int], most: int) -> Any:
    """A copy of a tensor whose numbers are off by a few units in the last place of the largest."""
    if not isinstance(value, torch.Tensor) or not value.is_floating_point():
        return value
    moved = value.detach().clone()
    for memory in _arrays(torch, moved):
        _nudge(memory, seeds, most, _largest(memory))
    return moved


def _largest(memory: Any) -> float:
    finite = memory[np.isfinite(memory)]
    return float(np.abs(finite).max()) if finite.size else 0.0


def _is_short(memory: Any) -> Any:
    """Which numbers are short in binary, so that no one rounds them."""
    with np.errstate(all="ignore"):
        scaled = memory.astype(np.float64) * 1024
        return ~np.isfinite(memory) | ((scaled == np.trunc(scaled)) & (np.abs(scaled) < 2**24))


def _nudge(memory: Any, seeds: list[int], most: int, scale: float | None, kind: Any = None) -> None:
    """Move the numbers by a few units in the last place, of themselves or of `scale`.

    An operand of another `kind` was rounded in that. What is smaller than one unit may be 0.
    """
    chance = np.random.default_rng([*seeds, zlib.crc32(memory.tobytes())])
    steps = chance.integers(-most, most + 1, memory.shape).astype(memory.dtype)
    with np.errstate(all="ignore"):
        size = memory if scale is None else memory.dtype.type(scale)
        unit = np.spacing(size if kind is None else size.astype(kind)).astype(memory.dtype)
        moves = ~_is_short(memory) if scale is None else np.isfinite(memory)
        if memory.size > 1:  # where a zero may be one that nothing was added to
            moves &= memory != 0
        kept = np.where(np.abs(memory) < unit, 0, memory)
        memory[...] = np.where(moves, kept + steps * unit, memory)
