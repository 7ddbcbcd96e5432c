"""Copies with the elements in other places: flip, roll, tril, triu, repeat; and grids."""

from __future__ import annotations

import warnings
from itertools import chain
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.arguments import distinct_dims, export_dims, ints
from minigrad.ops.broadcast import Shape, expand, reshape, sum_all, sum_dim, view
from minigrad.ops.export import export, functions
from minigrad.sums import laid_out
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor


def _flip(self: Any, dims: Any) -> Any:
    return np.array(np.flip(self, distinct_dims(dims, self.ndim))) if self.ndim else self


def _roll(self: Any, shifts: Shape, dims: Shape) -> Any:
    errors.check(shifts, "no_shifts")
    alone = len(shifts) == 1 and not dims
    errors.check(len(shifts) == len(dims) or alone, "roll_lengths", len(shifts), len(dims))
    errors.check(self.ndim or not dims, "no_dimensions", *dims[:1])
    return np.roll(laid_out(self), shifts, dims or None)


def _repeat(self: Any, repeats: Shape) -> Any:
    errors.check(len(repeats) >= self.ndim, "repeat_dims")
    return np.tile(self, repeats)


def _repeat_rule(grad: Any, repeats: Shape, self_sym_sizes: Shape) -> Any:
    """Each dimension taken apart into (copy, place), and summed over the copies."""
    if isinstance(grad, Symbol):
        return sum_all(grad)
    lengths = (1,) * (len(repeats) - len(self_sym_sizes)) + self_sym_sizes
    apart = tuple(chain.from_iterable(zip(repeats, lengths, strict=True)))
    copies = tuple([2 * dim for dim, times in enumerate(repeats) if times != 1])
    grad = reshape(grad, apart)
    return reshape(sum_dim(grad, copies, False) if copies else grad, self_sym_sizes)


# fmt: off
flip_op = Op("FlipBackward0", _flip, self=lambda grad, dims: flip_op(grad, dims),
    says="the gradient is flipped back")
roll_op = Op("RollBackward0", _roll,
    self=lambda grad, shifts, dims: roll_op(grad, tuple([-s for s in shifts]), dims),
    says="the gradient is rolled back")
repeat_op = Op("RepeatBackward0", _repeat, self=_repeat_rule,
    says="a copied element receives the sum of the gradients of its copies")
# fmt: on
export_dims("flip")(lambda input, dims: flip_op.apply(input, dims))
export_dims("repeat", function=False)(lambda self, repeats: repeat_op.apply(self, repeats))


@export("roll")
def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """`input` moved along `dims` by `shifts`; what falls off one end comes in at the other.

    Raises
    ------
    RuntimeError
        If `shifts` and `dims` are not equally long.
    """
    return roll_op.apply(input, ints(shifts), ints(dims))


def _triangle(name: str, numpys: Any, flows: str) -> Op:
    def forward(self: Any, diagonal: int = 0) -> Any:
        errors.check(self.ndim >= 2, "triangle_dims", name)
        return laid_out(numpys(self, diagonal))

    op = Op(f"{name.title()}Backward0", forward, says=flows,
        self=lambda grad, diagonal: op(grad, diagonal))  # fmt: skip
    in_place(op, f"{name}_")
    return export(name)(op)


tril_op = _triangle("tril", np.tril, "the gradient flows below the diagonal; above it stands 0")
triu_op = _triangle("triu", np.triu, "the gradient flows above the diagonal; below it stands 0")


def meshgrid(*tensors: Any, indexing: str | None = None) -> tuple[Tensor, ...]:
    """The coordinates of a grid: each vector expanded along the dimensions of the others.

    Parameters
    ----------
    *tensors : Tensor
        Vectors (or numbers), or one list of them.
    indexing : {"ij", "xy"}
        Whether the first vector runs along the first dimension (default) or the second.

    Raises
    ------
    RuntimeError
        If a tensor is a matrix, or `indexing` is neither.
    """
    given = tensors[0] if isinstance(tensors[0], (tuple, list)) else tensors
    if indexing is None:
        warnings.warn(errors.MESHGRID_INDEXING, stacklevel=2)
    for tensor in given:
        errors.check(tensor._data.ndim <= 1, "meshgrid_dims", tensor._data.ndim)
    errors.check(indexing in (None, "ij", "xy"), "meshgrid_indexing", indexing)
    swap = indexing == "xy" and len(given) > 1
    places = [1, 0, *range(2, len(given))] if swap else range(len(given))
    shape = tuple([given[place].numel() for place in places])
    own = [tuple([n if d == dim else 1 for d, n in enumerate(shape)]) for dim in places]
    return tuple(
        [expand.apply(view.apply(v, size), shape) for v, size in zip(given, own, strict=True)]
    )


functions["meshgrid"] = meshgrid
