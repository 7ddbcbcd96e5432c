"""Joining tensors, taking them apart, and putting their elements in other places.

Taking apart (unbind, split) is the derivative of joining (stack, cat), and the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits.sums import laid_out
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.operands import laid_out_as
from minigrad.ops.arguments import distinct_dims, export_dims, ints
from minigrad.ops.broadcast import Shape, expand, reshape, sum_all, sum_dim, unsqueeze, view
from minigrad.ops.export import export, functions
from minigrad.ops.gather import zeros_like
from minigrad.ops.part import at, select, slice_part
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, method


def _known(grads: Sequence[Any], shapes: Sequence[Shape] | None = None) -> list[Any]:
    """The gradients of pieces, zeros where none arrived; without `shapes` all are alike."""
    one = next(grad for grad in grads if grad is not None)
    missing = [one.shape] * len(grads) if shapes is None else shapes
    pairs = zip(grads, missing, strict=True)
    return [zeros_like(shape, one) if grad is None else grad for grad, shape in pairs]


# --- stack and unbind


def _stack(tensors: Any, dim: int) -> Any:
    first = tensors[0].shape
    for nr, tensor in enumerate(tensors):
        errors.check(tensor.shape == first, "stack_shapes", first, nr, tensor.shape)
    new = at(errors.checked_dim(dim, len(first) + 1), None, len(first) + 1)
    return np.asarray(np.concatenate([tensor[new] for tensor in tensors], dim), order="C")


def _unbind(self: Any, dim: int = 0) -> tuple[Any, ...]:
    dim = errors.checked_dim(dim, self.ndim)
    errors.check(self.ndim, "no_dimensions", 0)
    before = (slice(None),) * dim
    return tuple([self[(*before, nr, ...)] for nr in range(self.shape[dim])])


# fmt: off
stack_op = Op("StackBackward0", _stack, variadic=True,
    tensors=lambda grad, dim, tensors_sym_sizes: [
        select(grad, dim, nr) for nr in range(len(tensors_sym_sizes))])

unbind = export("unbind")(Op("UnbindBackward0", _unbind, outputs=("*",), view="multi",
    self=lambda grads, dim: stack_op(_known(grads), dim)))
# fmt: on

# --- cat and split


def _cat(tensors: Any, dim: int) -> Any:
    try:
        result = np.concatenate(tensors, dim)
    except ValueError:  # of the wrong `dim`, too
        # an empty vector fits beside anything
        full = {nr: t for nr, t in enumerate(tensors) if t.shape != (0,)}
        if not full:
            return np.concatenate(tensors)
        _check_cat(full, dim)
        return _cat([*full.values()], dim)
    # Images whose channels lie side by side stay so; all else is laid out in order.
    return result if all(map(_channels_last, tensors)) else np.asarray(result, order="C")


def _channels_last(array: Any) -> bool:
    """Whether the strides grow from channel to column, row and image."""
    strides, shape = array.strides, array.shape
    return len(shape) == 4 and all(
        0 < strides[a] * shape[a] <= strides[b] for a, b in ((1, 3), (3, 2), (2, 0))
    )


def _check_cat(tensors: dict[int, Any], dim: int) -> None:
    first = next(iter(tensors.values())).shape
    for nr, tensor in tensors.items():
        errors.check(tensor.ndim, "cat_of_number", nr)
    for nr, tensor in tensors.items():
        errors.check(tensor.ndim == len(first), "cat_dims", len(first), tensor.ndim)
        at_dim = errors.checked_dim(dim, len(first))
        for d, (a, b) in enumerate(zip(first, tensor.shape, strict=True)):
            errors.check(a == b or d == at_dim, "cat_sizes", at_dim, a, b, nr)


def _cuts(lengths: Sequence[int]) -> list[tuple[int, int]]:
    """Where pieces of these lengths start and end."""
    return [*pairwise(accumulate(lengths, initial=0))]


def _cut(grad: Any, dim: int, tensors_sym_sizes: Any) -> list[Any]:
    """The piece of the gradient for each tensor; an empty vector counts as nothing."""
    cuts = _cuts([0 if shape == (0,) else shape[dim] for shape in tensors_sym_sizes])
    return [
        zeros_like((0,), grad) if shape == (0,) else slice_part(grad, dim % len(shape), *cut, 1)
        for shape, cut in zip(tensors_sym_sizes, cuts, strict=True)
    ]


def _length(data: Any, dim: int, name: str) -> int:
    """The length of the dimension that is cut."""
    errors.check(data.ndim, "piece_of_number", name)
    return data.shape[errors.checked_dim(dim, data.ndim)]


def _pieces(self: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple[Any, ...]:
    length = _length(self, dim, "split")
    errors.check(min(split_sizes, default=0) >= 0, "split_sizes", split_sizes)
    errors.check(sum(split_sizes) == length, "split_sizes_sum", length, dim, split_sizes)
    return tuple([slice_part.forward(self, dim, *cut, 1) for cut in _cuts(split_sizes)])


def _equal(length: int, size: int) -> list[int]:
    """The lengths of the pieces of `size` each that a dimension of `length` falls into."""
    errors.check(size >= 0, "split_size", size)
    errors.check(size or not length, "split_by_zero", length)
    return [min(size, length - start) for start in range(0, length, size or 1)] or [0]


def _joined(grads: Any, self_sym_sizes: Any, split_sizes: Sequence[int], dim: int) -> Any:
    dim %= len(self_sym_sizes)
    before, after = self_sym_sizes[:dim], self_sym_sizes[dim + 1 :]
    return cat_op(_known(grads, [(*before, size, *after) for size in split_sizes]), dim)


# fmt: off
cat_op = Op("CatBackward0", _cat, variadic=True, tensors=_cut)

split_op = Op("SplitBackward0", lambda self, split_size, dim=0: _pieces(
        self, _equal(_length(self, dim, "split"), split_size), dim), outputs=("*",), view="multi",
    self=lambda grads, self_sym_sizes, split_size, dim: _joined(
        grads, self_sym_sizes, _equal(self_sym_sizes[dim], split_size), dim))

split_with_sizes = Op("SplitWithSizesBackward0", _pieces, outputs=("*",), view="multi",
    self=_joined)
# fmt: on


@export("split")
def split(tensor: Tensor, split_size_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the pieces of `tensor` along `dim`.

    Parameters
    ----------
    tensor : Tensor
    split_size_or_sections : int or sequence of int
        The length of each piece but the last, or that of every piece.
    dim : int

    Raises
    ------
    RuntimeError
        If the lengths do not fit.
    """
    if isinstance(split_size_or_sections, (tuple, list)):
        return split_with_sizes.apply(tensor, tuple(split_size_or_sections), dim)
    return split_op.apply(tensor, split_size_or_sections, dim)


@method("split")
def _split(self: Tensor, split_size: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the pieces of the tensor, as `torch.split` makes them."""
    return functions["split"](self, split_size, dim)


@export("chunk")
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` views of equal length, the last perhaps shorter.

    Raises
    ------
    RuntimeError
        If `chunks` is not positive.
    """
    errors.check(chunks > 0, "chunk_count", chunks)
    length = _length(input._data, dim, "chunk")
    if length == 0:
        return split_with_sizes.apply(input, (0,) * chunks, dim)
    return split_op.apply(input, -(-length // chunks), dim)


# --- joining


def _at_least(tensor: Tensor, ndim: int) -> Tensor:
    """`tensor` with `ndim` dimensions, 1 or 2, if it has fewer."""
    have = tensor._data.ndim
    if have == 0:
        return reshape(tensor, (1,) * ndim)
    return unsqueeze.apply(tensor, 0) if have < ndim else tensor


@export("stack", method=False)
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape as the layers of a new dimension."""
    errors.check_list(tensors, "nothing_to_stack", "stack")
    return stack_op.apply(tensors, dim)


@export("cat", "concat", "concatenate", method=False)
def cat(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors one behind the other along `dim`; all other lengths must agree."""
    errors.check_list(tensors, "cat_of_nothing")
    return cat_op.apply(tensors, dim)


@export("hstack", method=False)
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side: joined along the second dimension, vectors at their ends."""
    errors.check_list(tensors, "nothing_to_stack", "hstack")
    whole = [_at_least(tensor, 1) for tensor in tensors]
    return cat_op.apply(whole, min(1, whole[0]._data.ndim - 1))


@export("vstack", "row_stack", method=False)
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one below the other: joined along the first dimension, vectors as rows."""
    errors.check_list(tensors, "nothing_to_stack", "vstack")
    return cat_op.apply([_at_least(tensor, 2) for tensor in tensors], 0)


# --- copies with the elements in other places: flip, roll, repeat, tril, triu; and grids


def _flip(self: Any, dims: Any) -> Any:
    dims = distinct_dims(dims, self.ndim)
    return laid_out_as(np.flip(self, dims if self.ndim else ()).copy(), self)


def _roll(self: Any, shifts: Shape, dims: Shape) -> Any:
    errors.check(shifts, "no_shifts")
    alone = len(shifts) == 1 and not dims
    errors.check(len(shifts) == len(dims) or alone, "roll_lengths", len(shifts), len(dims))
    errors.check(self.ndim or not dims, "no_dimensions", *dims[:1])
    return np.roll(laid_out(self), shifts, dims or None) if self.size else self.copy()


def _repeat(self: Any, repeats: Shape) -> Any:
    errors.check(len(repeats) >= self.ndim, "repeat_dims")
    shape = np.multiply(repeats, (1,) * (len(repeats) - self.ndim) + self.shape).tolist()
    errors.check(min(repeats, default=0) >= 0, "negative_size", min(shape, default=0), shape)
    return np.tile(self, repeats)


def _repeat_rule(grad: Any, repeats: Shape, self_sym_sizes: Shape) -> Any:
    """Sum over new dimensions; take the others apart into (copy, place), and sum the copies."""
    if isinstance(grad, Symbol):
        return sum_all(grad)
    if 0 in repeats:
        return zeros_like(self_sym_sizes, grad)
    if len(repeats) > len(self_sym_sizes):
        return _repeat_rule(sum_dim(grad, (0,), False), repeats[1:], self_sym_sizes)
    apart, copies = list[int](), list[int]()
    for times, length in zip(repeats, self_sym_sizes, strict=True):
        copies += [len(apart)] * (times != 1)
        apart += [times, length][times == 1 :]
    return sum_dim(reshape(grad, tuple(apart)), tuple(copies), False) if copies else grad


# fmt: off
flip_op = Op("FlipBackward0", _flip, self=lambda grad, dims: flip_op(grad, dims))
roll_op = Op("RollBackward0", _roll,
    self=lambda grad, shifts, dims: roll_op(grad, tuple([-s for s in shifts[::-1]]), dims[::-1]))
repeat_op = Op("RepeatBackward0", _repeat, self=_repeat_rule)
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
    return roll_op.apply(input, ints(shifts), ints(() if dims is None else dims))


def _triangle(name: str, numpys: Any) -> Op:
    def forward(self: Any, diagonal: int = 0) -> Any:
        errors.check(self.ndim >= 2, "triangle_dims", name)
        return laid_out(numpys(self, diagonal))

    op = Op(f"{name.title()}Backward0", forward, self=lambda grad, diagonal: op(grad, diagonal))
    export(f"{name}_", function=False)(in_place(op))
    return export(name)(op)


tril_op = _triangle("tril", np.tril)
triu_op = _triangle("triu", np.triu)


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
    given = tensors[0] if len(tensors) == 1 and isinstance(tensors[0], (tuple, list)) else tensors
    if indexing is None:
        errors.warn_once(errors.MESHGRID_INDEXING, stacklevel=2)
    errors.check_tensors(given)
    errors.check(given, "nothing_to_stack", "meshgrid")
    errors.check(len({tensor.dtype for tensor in given}) == 1, "meshgrid_dtypes")
    for tensor in given:
        errors.check(tensor._data.ndim <= 1, "meshgrid_dims", tensor._data.ndim)
    errors.check(indexing in (None, "ij", "xy"), "meshgrid_indexing", indexing)
    swap = indexing == "xy" and len(given) > 1
    places = [1, 0, *range(2, len(given))] if swap else range(len(given))
    shape = tuple([given[place].numel() for place in places])
    own = [tuple([n if d == dim else 1 for d, n in enumerate(shape)]) for dim in places]
    vectors = map(view.apply, given, own)
    return tuple([expand.apply(vector, shape) for vector in vectors])


functions["meshgrid"] = meshgrid
