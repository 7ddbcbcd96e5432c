"""Copies with the elements in other places: flip, roll, rot90, repeat, tril, triu; and grids."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.along import index_select_op, zeros_like
from minigrad.ops.arguments import checks, distinct_dims, export_dims, int_tuple
from minigrad.ops.broadcast import Shape, expand, reshape, sum_all, sum_dim, unsqueeze
from minigrad.ops.broadcast import clone as clone_op
from minigrad.ops.broadcast import view as view_op
from minigrad.ops.export import export, functions
from minigrad.sums import laid_out
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, wrap

# --- flip, roll, rot90


def _flip(self: Any, dims: Any) -> Any:
    return np.array(np.flip(self, distinct_dims(dims, self.ndim))) if self.ndim else self


flip_op = Op("FlipBackward0", _flip, self=lambda grad, dims: flip_op(grad, dims),
    says="the gradient is flipped back")  # fmt: skip
export_dims("flip", "dims")(lambda input, dims: flip_op.apply(input, dims))


def _export_flip(name: str, dim: int) -> None:
    def flip(input: Tensor) -> Tensor:
        """A copy of `input` with its columns (`fliplr`) or its rows (`flipud`) in reverse order."""
        if input._data.ndim <= dim:
            raise errors.flip_needs_dims(dim + 1)
        return flip_op.apply(input, (dim,))

    flip.__name__ = name
    export(name)(flip)


_export_flip("fliplr", 1)
_export_flip("flipud", 0)

roll_op = Op("RollBackward0",
    lambda self, shifts, dims: np.roll(laid_out(self), shifts, (self.size and dims) or None),
    self=lambda grad, shifts, dims: roll_op(grad, tuple([-s for s in shifts]), dims),
    says="the gradient is rolled back")  # fmt: skip


@export("roll")
@checks
def roll(input: Tensor, shifts: Any, dims: Any = ()) -> Tensor:
    """`input` moved along `dims` by `shifts`; what falls off one end comes in at the other.

    Raises
    ------
    RuntimeError
        If `shifts` and `dims` are not equally long.
    """
    by = int_tuple("roll", "shifts", shifts, 2)
    along = int_tuple("roll", "dims", () if dims is None else dims, 3)
    if not by:
        raise errors.no_shifts()
    if len(by) != len(along) and not (len(by) == 1 and not along):
        raise errors.roll_lengths(len(by), len(along))
    for dim in along if input._data.size else ():
        if not input._data.ndim:
            raise errors.no_dimensions(dim)
        errors.checked_dim(dim, input._data.ndim)
    return roll_op.apply(input, by, along)


def _rot90(self: Any, k: int = 1, dims: Any = (0, 1)) -> Any:
    dims = int_tuple("rot90", "dims", dims, 3)
    if len(dims) != 2:
        raise errors.rot90_dims(len(dims))
    if self.ndim < 2:
        raise errors.rot90_total(self.ndim)
    if dims[0] == dims[1]:
        raise errors.rot90_same(*dims)
    first, second = [errors.checked_dim(dim, self.ndim) for dim in dims]
    turns = k % 4
    if turns % 2:
        return _flip(self, (second if turns == 1 else first,)).swapaxes(first, second)
    return _flip(self, dims if turns else ())


rot90_op = export("rot90")(Op("Rot90Backward0", _rot90,
    self=lambda grad, k, dims: rot90_op(grad, -k, dims)))  # fmt: skip

# --- tril and triu


def _triangle(name: str, node: str, numpys: Callable[..., Any], flows: str) -> Op:
    def forward(self: Any, diagonal: int = 0) -> Any:
        if self.ndim < 2:
            raise errors.triangle_dims(name)
        return numpys(self, diagonal)

    op = Op(node, forward, self=lambda grad, diagonal: op(grad, diagonal), says=flows)
    in_place(op, f"{name}_")
    return export(name)(op)


tril_op = _triangle(
    "tril", "TrilBackward0", np.tril, "the gradient flows below the diagonal; above it stands 0"
)
triu_op = _triangle(
    "triu", "TriuBackward0", np.triu, "the gradient flows above the diagonal; below it stands 0"
)

# --- repeat


def _repeat(self: Any, repeats: Shape) -> Any:
    if len(repeats) < self.ndim:
        raise errors.repeat_dims()
    shape = (1,) * (len(repeats) - self.ndim) + self.shape
    size = [times * length for times, length in zip(repeats, shape, strict=True)]
    for length in size:
        if length < 0:
            raise errors.repeat_negative(length, size)
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
def tile(input: Tensor, dims: tuple[int, ...]) -> Tensor:
    """Copies of `input` side by side; fewer numbers than dimensions count from the last."""
    return repeat_op.apply(input, (1,) * (input._data.ndim - len(dims)) + dims)


@export("repeat_interleave")
def repeat_interleave(
    input: Tensor, repeats: Any = None, dim: int | None = None, *, output_size: int | None = None
) -> Tensor:
    """`input` with each element, or each layer along `dim`, repeated on the spot.

    Raises
    ------
    RuntimeError
        If a number of repeats is negative.
    """
    if isinstance(repeats, int) and repeats < 0:
        raise errors.negative_repeats()
    if repeats is None:
        return wrap(np.repeat(np.arange(input.numel()), input._data))
    if dim is None:
        input, dim = input if input._data.ndim == 1 else reshape(input, (input.numel(),)), 0
    at = errors.checked_dim(dim, input._data.ndim)
    shape = input._data.shape
    if isinstance(repeats, Tensor):
        times = np.broadcast_to(repeats._data, shape[at])
        return index_select_op.apply(input, at, np.repeat(np.arange(shape[at]), times))
    spread = expand(unsqueeze(input, at + 1), (*shape[: at + 1], repeats, *shape[at + 1 :]))
    return view_op(clone_op(spread, "C"), (*shape[:at], shape[at] * repeats, *shape[at + 1 :]))


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
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if not given:
        raise errors.meshgrid_of_nothing()
    if indexing is None:
        warnings.warn(errors.MESHGRID_INDEXING, stacklevel=2)
    for tensor in given:
        if tensor._data.dtype != given[0]._data.dtype:
            raise errors.meshgrid_dtypes()
    for tensor in given:
        if tensor._data.ndim > 1:
            raise errors.meshgrid_dims(tensor._data.ndim)
    if indexing not in (None, "ij", "xy"):
        raise errors.meshgrid_indexing(indexing)
    swap = indexing == "xy" and len(given) > 1
    places = [1, 0, *range(2, len(given))] if swap else range(len(given))
    shape = tuple([given[place].numel() for place in places])
    own = [tuple([n if d == dim else 1 for d, n in enumerate(shape)]) for dim in places]
    return tuple(
        [expand.apply(view_op.apply(v, size), shape) for v, size in zip(given, own, strict=True)]
    )


functions["broadcast_tensors"] = broadcast_tensors
functions["meshgrid"] = meshgrid
