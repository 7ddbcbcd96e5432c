"""Copies with the elements in other places: flip, roll, rot90, repeat, tril, triu; and grids."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.along import index_select_op, zeros_like
from minigrad.ops.arguments import distinct_dims, int_tuple, ints
from minigrad.ops.broadcast import Shape, expand, reshape, sum_all, sum_dim, unsqueeze
from minigrad.ops.broadcast import clone as clone_op
from minigrad.ops.broadcast import view as view_op
from minigrad.ops.export import export, functions
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method, wrap

# --- flip, roll, rot90


def _flipped(self: Any, dims: Any) -> Any:
    return np.array(np.flip(self, dims)) if self.ndim else self


flip_op = Op(
    "FlipBackward0",
    _flipped,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{flip}}({self})",
    self=lambda grad, dims: flip_op(grad, dims),
    says="the gradient is flipped back",
)


@method("flip")
def _flip(self: Tensor, *dims: Any, **kwargs: Any) -> Tensor:
    """Return a copy with the order along `dims` reversed."""
    return flip(self, ints("flip", "dims", kwargs.get("dims", dims)))


@export("flip", method=False)
def flip(input: Tensor, dims: Any) -> Tensor:
    """A copy of `input` with the order along `dims` reversed.

    Raises
    ------
    RuntimeError
        If a dimension is named twice.
    """
    dims = int_tuple("flip", "dims", dims, 2)
    distinct_dims(dims, input._data.ndim)
    return flip_op.apply(input, dims)


@export("fliplr")
def fliplr(input: Tensor) -> Tensor:
    """A copy of `input` with the columns in reverse order."""
    if input._data.ndim < 2:
        raise errors.flip_needs_dims(2)
    return flip(input, (1,))


@export("flipud")
def flipud(input: Tensor) -> Tensor:
    """A copy of `input` with the rows in reverse order."""
    if input._data.ndim < 1:
        raise errors.flip_needs_dims(1)
    return flip(input, (0,))


roll_op = Op(
    "RollBackward0",
    lambda self, shifts, dims: np.roll(self, shifts, dims or None),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{roll}}({self})",
    self=lambda grad, shifts, dims: roll_op(grad, tuple([-s for s in shifts]), dims),
    says="the gradient is rolled back",
)


@export("roll")
def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """`input` moved along `dims` by `shifts`; what falls off one end comes in at the other.

    Raises
    ------
    RuntimeError
        If `shifts` and `dims` are not equally long.
    """
    by = int_tuple("roll", "shifts", shifts, 2)
    along = int_tuple("roll", "dims", () if dims is None else dims, 3)
    if len(by) != len(along) and not (len(by) == 1 and not along):
        raise errors.roll_lengths(len(by), len(along))
    for dim in along:
        errors.checked_dim(dim, input._data.ndim)
    return roll_op.apply(input, by, along if input._data.ndim else ())


def _turn(self: Any, k: int, dims: Any) -> Any:
    first, second = dims
    turns = k % 4
    if turns % 2 == 0:
        return _flipped(self, dims if turns else ())
    return _flipped(self, (second if turns == 1 else first,)).swapaxes(first, second)


rot90_op = Op(
    "Rot90Backward0",
    _turn,
    inputs=("self",),
    promotes=None,
    self=lambda grad, k, dims: rot90_op(grad, -k, dims),
    says="the gradient is turned back",
)


@export("rot90")
def rot90(input: Tensor, k: int = 1, dims: Any = (0, 1)) -> Tensor:
    """`input` turned by `k` quarter turns from the first of `dims` towards the second.

    Raises
    ------
    RuntimeError
        If `dims` are no two dimensions.
    """
    plane = int_tuple("rot90", "dims", dims, 3)
    if len(plane) != 2:
        raise errors.rot90_dims(len(plane))
    if input._data.ndim < 2:
        raise errors.rot90_total(input._data.ndim)
    if plane[0] == plane[1]:
        raise errors.rot90_same(plane)
    for dim in plane:
        errors.checked_dim(dim, input._data.ndim)
    return rot90_op.apply(input, k, plane)


# --- tril and triu

tril_op = Op(
    "TrilBackward0",
    lambda self, diagonal=0: np.tril(self, diagonal),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{tril}}({self})",
    self=lambda grad, diagonal: tril_op(grad, diagonal),
    says="the gradient flows below the diagonal; above it stands 0",
)

triu_op = Op(
    "TriuBackward0",
    lambda self, diagonal=0: np.triu(self, diagonal),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{triu}}({self})",
    self=lambda grad, diagonal: triu_op(grad, diagonal),
    says="the gradient flows above the diagonal; below it stands 0",
)


def _export_triangle(op: Op, name: str) -> None:
    """Make `op` public with the check that there are matrices."""

    def check(tensor: Tensor) -> None:
        if tensor._data.ndim < 2:
            raise errors.triangle_dims(name)

    def triangle(input: Tensor, diagonal: int = 0) -> Tensor:
        check(input)
        return op.apply(input, diagonal)

    def in_place(self: Tensor, diagonal: int = 0) -> Tensor:
        check(self)
        return apply_in_place(op, self, (diagonal,), {})

    side = "lower" if name == "tril" else "upper"
    triangle.__name__, in_place.__name__ = name, f"{name}_"
    triangle.__doc__ = (
        f"The {side} triangle of a matrix, from the given diagonal on; the rest is 0."
    )
    in_place.__doc__ = f"In-place form of `{name}`."
    export(name)(triangle)
    method()(in_place)


_export_triangle(tril_op, "tril")
_export_triangle(triu_op, "triu")

# --- repeat


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


repeat_op = Op(
    "RepeatBackward0",
    lambda self, repeats: np.tile(self, repeats),
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{repeat}}({self})",
    self=_repeat_rule,
    says="a copied element receives the sum of the gradients of its copies",
)


@method("repeat")
def repeat(self: Tensor, *repeats: Any, **kwargs: Any) -> Tensor:
    """Return copies of the tensor side by side, so many along each dimension.

    Raises
    ------
    RuntimeError
        If there are fewer numbers than dimensions.
    """
    times = ints("repeat", "repeats", kwargs.get("repeats", repeats))
    shape = self._data.shape
    if len(times) < len(shape):
        raise errors.repeat_dims()
    size = [n * s for n, s in zip(times, (1,) * (len(times) - len(shape)) + shape, strict=True)]
    for length in size:
        if length < 0:
            raise errors.repeat_negative(length, size)
    return repeat_op.apply(self, times)


@method("tile")
def _tile(self: Tensor, *dims: Any, **kwargs: Any) -> Tensor:
    """Return copies side by side; fewer numbers than dimensions count from the last."""
    return tile(self, ints("tile", "dims", kwargs.get("dims", dims)))


@export("tile", method=False)
def tile(input: Tensor, dims: Any) -> Tensor:
    """Copies of `input` side by side; fewer numbers than dimensions count from the last."""
    times = int_tuple("tile", "dims", dims, 2)
    return repeat(input, (1,) * (input._data.ndim - len(times)) + times)


@export("repeat_interleave")
def repeat_interleave(input: Tensor, repeats: Any = None, dim: int | None = None) -> Tensor:
    """`input` with each element, or each layer along `dim`, repeated on the spot.

    Raises
    ------
    RuntimeError
        If a number of repeats is negative.
    """
    if repeats is None:
        return wrap(np.repeat(np.arange(input.numel()), input._data))
    if dim is None:
        input, dim = reshape(input, (input.numel(),)), 0
    at = errors.checked_dim(dim, input._data.ndim)
    shape = input._data.shape
    if isinstance(repeats, Tensor):
        times = np.broadcast_to(repeats._data, shape[at])
        return index_select_op.apply(input, at, np.repeat(np.arange(shape[at]), times))
    if repeats < 0:
        raise errors.negative_repeats()
    spread = expand(unsqueeze(input, at + 1), (*shape[: at + 1], repeats, *shape[at + 1 :]))
    copied = clone_op(spread, "C")
    return view_op(copied, (*shape[:at], shape[at] * repeats, *shape[at + 1 :]))


# --- several tensors in one shape


def broadcast_tensors(*tensors: Any) -> tuple[Tensor, ...]:
    """The tensors expanded to the shape in which they meet.

    Raises
    ------
    RuntimeError
        If the shapes do not broadcast.
    """
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    shape: Shape = ()
    for tensor in given:
        mismatch = errors.broadcast_mismatch(shape, tensor._data.shape)
        if mismatch is not None:
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
        If there are none, or matrices, or different dtypes.
    """
    given: Sequence[Tensor] = tensors
    if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)):
        given = tensors[0]
    if not given:
        raise errors.meshgrid_of_nothing()
    if indexing is None:
        warnings.warn(errors.MESHGRID_INDEXING, stacklevel=2)
    for tensor in given:
        if tensor._data.ndim > 1:
            raise errors.meshgrid_dims(tensor)
        if tensor._data.dtype != given[0]._data.dtype:
            raise errors.meshgrid_dtypes()
    if indexing not in (None, "ij", "xy"):
        raise errors.meshgrid_indexing(indexing)
    swap = indexing == "xy" and len(given) > 1
    places = [1, 0, *range(2, len(given))] if swap else range(len(given))
    shape = tuple([given[place].numel() for place in places])
    grids: list[Tensor] = []
    for vector, dim in zip(given, places, strict=True):
        own = (1,) * dim + (shape[dim],) + (1,) * (len(shape) - dim - 1)
        grids.append(expand.apply(view_op.apply(vector, own), shape))
    return tuple(grids)


functions["broadcast_tensors"] = broadcast_tensors
functions["meshgrid"] = meshgrid
