"""Copies with the elements in other places: flip, roll, tril, triu, repeat; and grids."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.arguments import distinct_dims, export_dims, int_tuple
from minigrad.ops.broadcast import Shape, expand, reshape, sum_all, sum_dim, view
from minigrad.ops.export import export, functions
from minigrad.sums import laid_out
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

# --- flip and roll


def _flip(self: Any, dims: Any) -> Any:
    dims = distinct_dims(dims, self.ndim)
    order = "C" if 0 in self.strides else "K"
    return np.array(np.flip(self, dims) if self.ndim else self, order=order)


def _roll(self: Any, shifts: Shape, dims: Shape) -> Any:
    errors.check(shifts, "no_shifts")
    alone = len(shifts) == 1 and not dims
    errors.check(len(shifts) == len(dims) or alone, "roll_lengths", len(shifts), len(dims))
    errors.check(self.ndim or not dims, "no_dimensions", *dims[:1])
    along = [errors.checked_dim(dim, self.ndim) for dim in dims if self.size]
    return np.roll(laid_out(self), shifts, along or None)


# fmt: off
flip_op = Op("FlipBackward0", _flip, self=lambda grad, dims: flip_op(grad, dims),
    says="the gradient is flipped back")
roll_op = Op("RollBackward0", _roll,
    self=lambda grad, shifts, dims: roll_op(grad, tuple([-s for s in shifts]), dims),
    says="the gradient is rolled back")
# fmt: on
export_dims("flip", "dims")(lambda input, dims: flip_op.apply(input, dims))


@export("roll")
def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """`input` moved along `dims` by `shifts`; what falls off one end comes in at the other.

    Raises
    ------
    RuntimeError
        If `shifts` and `dims` are not equally long.
    """
    return roll_op.apply(
        input, int_tuple("roll", "shifts", shifts), int_tuple("roll", "dims", dims)
    )


# --- tril and triu


def _triangle(name: str, numpys: Callable[..., Any], flows: str) -> Op:
    def forward(self: Any, diagonal: int = 0) -> Any:
        errors.check(self.ndim >= 2, "triangle_dims", name)
        return laid_out(numpys(self, diagonal))

    op = Op(f"{name.title()}Backward0", forward, says=flows,
        self=lambda grad, diagonal: op(grad, diagonal))  # fmt: skip
    in_place(op, f"{name}_")
    return export(name)(op)


tril_op = _triangle("tril", np.tril, "the gradient flows below the diagonal; above it stands 0")
triu_op = _triangle("triu", np.triu, "the gradient flows above the diagonal; below it stands 0")

# --- repeat


def _repeat(self: Any, repeats: Shape) -> Any:
    errors.check(len(repeats) >= self.ndim, "repeat_dims")
    return np.tile(self, repeats)


def _repeat_rule(grad: Any, repeats: Shape, self_sym_sizes: Shape) -> Any:
    """Each dimension taken apart into (copy, place), and summed over the copies."""
    if isinstance(grad, Symbol):
        return sum_all(grad)
    if 0 in repeats:
        return zeros_like(self_sym_sizes, grad)
    new = len(repeats) - len(self_sym_sizes)
    for _ in range(new):
        grad = sum_dim(grad, (0,), False)
    apart: list[int] = []
    copies: list[int] = []
    for times, length in zip(repeats[new:], self_sym_sizes, strict=True):
        if times != 1:
            copies.append(len(apart))
            apart.append(times)
        apart.append(length)
    return sum_dim(reshape(grad, tuple(apart)), tuple(copies), False) if copies else grad


repeat_op = Op("RepeatBackward0", _repeat, self=_repeat_rule,
    says="a copied element receives the sum of the gradients of its copies")  # fmt: skip
export_dims("repeat", "repeats", function=False)(
    lambda self, repeats: repeat_op.apply(self, repeats)
)


@export_dims("tile", "dims")
def tile(input: Tensor, dims: Shape) -> Tensor:
    """Copies of `input` side by side; fewer numbers than dimensions count from the last."""
    return repeat_op.apply(input, (1,) * (input._data.ndim - len(dims)) + dims)


# --- several tensors in one shape


def _listed(tensors: Any) -> Any:
    """Tensors that were given one by one, or as one list."""
    return tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors expanded to the shape in which they meet.

    Raises
    ------
    RuntimeError
        If the shapes do not broadcast.
    """
    given, shape = _listed(tensors), ()
    for tensor in given:
        if mismatch := errors.broadcast_mismatch(shape, tensor._data.shape):
            raise mismatch
        shape = np.broadcast_shapes(shape, tensor._data.shape)
    return tuple([t if t._data.shape == shape else expand.apply(t, shape) for t in given])


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
    given = _listed(tensors)
    if indexing is None:
        warnings.warn(errors.MESHGRID_INDEXING, stacklevel=2)
    for tensor in given:
        errors.check(tensor._data.ndim <= 1, "meshgrid_dims", tensor._data.ndim)
    one_kind = len({tensor._data.dtype for tensor in given}) == 1
    errors.check(one_kind, "meshgrid_dtypes")
    errors.check(indexing in (None, "ij", "xy"), "meshgrid_indexing", indexing)
    swap = indexing == "xy" and len(given) > 1
    places = [1, 0, *range(2, len(given))] if swap else range(len(given))
    shape = tuple([given[place].numel() for place in places])
    own = [tuple([n if d == dim else 1 for d, n in enumerate(shape)]) for dim in places]
    return tuple(
        [expand.apply(view.apply(v, size), shape) for v, size in zip(given, own, strict=True)]
    )


functions |= {"broadcast_tensors": broadcast_tensors, "meshgrid": meshgrid}
