"""A border around a tensor: of a constant, or of what lies inside."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.export import export, functional
from minigrad.ops.windows import Ints, framed
from minigrad.ops.with_number import zeros_like
from minigrad.tensor import Tensor


def _pairs(pad: Sequence[int]) -> list[Ints]:
    """(before, after) for each of the last dimensions, in their order; `pad` begins at the end."""
    return list(zip(pad[::2], pad[1::2], strict=True))[::-1]


constant_pad = Op(
    "ConstantPadNdBackward0",
    lambda self, pad, value: framed(self, _pairs(pad), value), inputs=("self",),
    tex=r"\operatorname{{pad}}({self})",
    self=lambda grad, pad: constant_pad(grad, tuple([-p for p in pad]), 0),
    says="the gradient loses the border that was put on")  # fmt: skip

# --- borders of what lies inside: which element stands at place i, for i from -before to n + after

_MODES: dict[str, tuple[str, Callable[[Any, int], Any]]] = {
    "reflect": ("Reflection", lambda i, n: n - 1 - abs(n - 1 - abs(i))),
    "replicate": ("Replication", lambda i, n: np.clip(i, 0, n - 1)),
}


def _sources(size: Ints, padding: Ints, mode: str) -> tuple[Any, ...]:
    """An index of an array whose last dimensions are `size`."""
    pairs = _pairs(padding)
    each = zip(size[-len(pairs) :], pairs, strict=True)
    numbers = [_MODES[mode][1](np.arange(-b, n + a), n) for n, (b, a) in each]
    return (..., *np.ix_(*numbers))


def _put_back(grad_output: Any, self: Any, padding: Ints, mode: str) -> Any:
    result = np.zeros_like(self, order="C")
    np.add.at(result, _sources(self.shape, padding, mode), grad_output)
    return result


def _mirror(mode: str, n: int) -> Op:
    """The operation for a border of `mode` around `n` dimensions."""
    name = f"{_MODES[mode][0]}Pad{n}DBackward"
    backward = Op(
        f"{name}Backward0",
        lambda grad_output, self, padding: _put_back(grad_output, self, padding, mode),
        inputs=("grad_output", "self"),
        grad_output=lambda grad, padding: forward(grad, padding),
        self=lambda grad, self: zeros_like(self))  # fmt: skip
    forward = Op(
        f"{name}0",
        lambda self, padding: np.ascontiguousarray(self[_sources(self.shape, padding, mode)]),
        inputs=("self",),
        self=lambda grad, self, padding: backward(grad, self, padding),
        says="each element receives the gradients of all places where it stands")  # fmt: skip
    return forward


_mirrors = {(mode, n): _mirror(mode, n) for mode in _MODES for n in (1, 2, 3)}


def _circular(input: Tensor, pairs: list[Ints]) -> Tensor:
    """A border of what lies at the other end, copied piece by piece, as PyTorch records it."""
    first = input.ndim - len(pairs)
    shape = [n + b + a for n, (b, a) in zip(input.shape[first:], pairs, strict=True)]
    for n, length, pair in zip(input.shape[first:], shape, pairs, strict=True):
        check(max(pair) <= n, "pad_wraps")
        check(length >= 0, "pad_negative")
    result = input.new_empty((*input.shape[:first], *shape))
    inside, source = result, input
    for dim, (before, after) in enumerate(pairs, first):
        inside = inside.narrow(
            dim, max(before, 0), inside.shape[dim] - max(before, 0) - max(after, 0)
        )
        source = source.narrow(dim, max(-before, 0), inside.shape[dim])
    inside.copy_(source)
    for dim in reversed(range(first, input.ndim)):
        before, after = pairs[dim - first]
        length = result.shape[dim]
        if before > 0:
            start = length - before - max(after, 0)
            result.narrow(dim, 0, before).copy_(result.narrow(dim, start, before))
        if after > 0:
            end = result.narrow(dim, length - after, after)
            end.copy_(result.narrow(dim, max(before, 0), after))
    return result


@export("pad", method=False, to=functional)
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant",
        value: float | None = None) -> Tensor:  # fmt: skip
    """`input` with a border.

    Parameters
    ----------
    pad : sequence of int
        How much before and after the last dimension, before and after the one before, …
    mode : {"constant", "reflect", "replicate", "circular"}
    value : float, optional
        What a constant border is made of.

    Raises
    ------
    RuntimeError
        If `pad` is of odd length, or too long.
    NotImplementedError
        For another mode.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.pad.html
    """
    n, shape = len(pad) // 2, input._data.shape
    check(len(pad) % 2 == 0, "pad_even")
    check(n <= len(shape), "pad_long", len(pad), len(shape))
    if mode == "constant":
        for length, pair in zip(shape[len(shape) - n :], _pairs(pad), strict=True):
            check(length + sum([min(p, 0) for p in pair]) >= 0, "pad_cut")
        return constant_pad.apply(input, tuple(pad), 0 if value is None else value)
    check(not value, "pad_value", mode)
    check(mode in (*_MODES, "circular"), "pad_mode", mode)
    fits = n in (1, 2, 3) and len(shape) - n in (1, 2)
    check(fits, "pad_dims", len(pad), len(shape))
    if mode == "circular":
        return _circular(input, _pairs(pad))
    check(0 not in shape[-n - 1 :], "pad_empty", n + 1, n + 2, [*shape])
    for back in range(n if mode == "reflect" else 0):
        pair, dim = pad[2 * back : 2 * back + 2], len(shape) - 1 - back
        check(max(pair) < shape[dim], "pad_reflect", 4 + 2 * back, *pair, dim, [*shape])
    return _mirrors[mode, n].apply(input, tuple(pad))
