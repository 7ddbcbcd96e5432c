"""Joining tensors and taking them apart: cat, stack, unbind, split, chunk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import shape_of, zeros_like
from minigrad.ops.arguments import int_tuple
from minigrad.ops.export import export, functions
from minigrad.ops.part import at, select, slice_part
from minigrad.ops.shape import reshape, unsqueeze, view
from minigrad.tensor import Tensor


def export_joining(*names: str) -> Callable[[Any], Any]:
    """Make a function of a list of tensors public as ``torch.<name>``."""

    def put(function: Any) -> Any:
        for name in names:
            functions[name] = function
        return function

    return put


def tensor_list(function: str, tensors: Any) -> list[Tensor]:
    """`tensors` as a list.

    Raises
    ------
    TypeError
        If it is no tuple or list of Tensors.
    """
    if not isinstance(tensors, (tuple, list)):
        raise errors.not_tensors(function, tensors)
    for nr, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            raise errors.no_tensor_in_list(nr, tensor)
    return list(tensors)


# --- stack and unbind are each other's derivative


def known(grads: Sequence[Any], shapes: Sequence[tuple[int, ...]] | None = None) -> list[Any]:
    """The gradients of pieces, zeros where none arrived; without `shapes` all are alike."""
    one = next(grad for grad in grads if grad is not None)
    missing = [shape_of(one)] * len(grads) if shapes is None else shapes
    return [
        zeros_like(shape, one) if grad is None else grad
        for grad, shape in zip(grads, missing, strict=True)
    ]


def _layers(self: Any, dim: int) -> tuple[Any, ...]:
    dim = errors.checked_dim(dim, self.ndim)
    return tuple([self[at(dim, i, self.ndim)] for i in range(self.shape[dim])])


stack_op = Op(
    "StackBackward0",
    lambda tensors, dim: np.stack(tensors, dim),
    inputs=("tensors",),
    variadic=True,
    tex=r"\operatorname{{stack}}({tensors})",
    tensors=lambda grad, dim, tensors_sym_sizes: [
        select(grad, dim, i) for i in range(len(tensors_sym_sizes))
    ],
    says="each tensor receives its layer of the gradient",
)

unbind_op = Op(
    "UnbindBackward0",
    _layers,
    inputs=("self",),
    outputs=("*",),
    promotes=None,
    view="multi",
    tex=r"\operatorname{{unbind}}({self})",
    self=lambda grads, dim: stack_op(known(grads), dim),
    says="the gradients of the layers are stacked again",
)


@export_joining("stack")
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape as the layers of a new dimension.

    Raises
    ------
    RuntimeError
        If there is none, or the shapes differ.
    """
    tensors = tensor_list("stack", tensors)
    if not tensors:
        raise errors.stack_of_nothing()
    first = tensors[0]._data.shape
    errors.checked_dim(dim, len(first) + 1)
    for nr, tensor in enumerate(tensors):
        if tensor._data.shape != first:
            raise errors.stack_shapes(first, nr, tensor._data.shape)
    return stack_op.apply(tensors, dim)


@export("unbind")
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The layers of `input` along `dim`, as views.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    if input._data.ndim == 0:
        raise errors.no_dimensions()
    return unbind_op.apply(input, dim)


# --- cat and split


def _cat(tensors: Any, dim: int) -> Any:
    return np.concatenate([t for t in tensors if t.shape != (0,)] or tensors, dim)


def _cat_rule(grad: Any, dim: int, tensors_sym_sizes: Any) -> list[Any]:
    pieces: list[Any] = []
    start = 0
    for shape in tensors_sym_sizes:
        if shape == (0,):  # an empty vector may stand beside anything
            pieces.append(zeros_like((0,), grad))
            continue
        end = start + shape[dim]
        pieces.append(slice_part(grad, dim, start, end, 1))
        start = end
    return pieces


cat_op = Op(
    "CatBackward0",
    _cat,
    inputs=("tensors",),
    variadic=True,
    tex=r"\operatorname{{cat}}({tensors})",
    tensors=_cat_rule,
    says="each tensor receives its piece of the gradient",
)


def _pieces(self: Any, sizes: Sequence[int], dim: int) -> tuple[Any, ...]:
    ends = np.cumsum(sizes).tolist()
    return tuple(
        [
            self[at(dim, slice(end - size, end), self.ndim)]
            for size, end in zip(sizes, ends, strict=True)
        ]
    )


def equal_sizes(length: int, size: int) -> list[int]:
    """The lengths of the pieces of `size` each that a dimension of `length` falls into."""
    if length == 0:
        return [0]
    return [min(size, length - start) for start in range(0, length, size)]


def _split_rule(grads: Any, self_sym_sizes: Any, sizes: Sequence[int], dim: int) -> Any:
    dim %= len(self_sym_sizes)
    shapes = [(*self_sym_sizes[:dim], size, *self_sym_sizes[dim + 1 :]) for size in sizes]
    return cat_op(known(grads, shapes), dim)


split_op = Op(
    "SplitBackward0",
    lambda self, split_size, dim: _pieces(self, equal_sizes(self.shape[dim], split_size), dim),
    inputs=("self",),
    outputs=("*",),
    promotes=None,
    view="multi",
    tex=r"\operatorname{{split}}({self})",
    self=lambda grads, self_sym_sizes, split_size, dim: _split_rule(
        grads, self_sym_sizes, equal_sizes(self_sym_sizes[dim], split_size), dim
    ),
    says="the gradients of the pieces are joined again",
)

split_with_sizes_op = Op(
    "SplitWithSizesBackward0",
    lambda self, split_sizes, dim: _pieces(self, split_sizes, dim),
    inputs=("self",),
    outputs=("*",),
    promotes=None,
    view="multi",
    tex=r"\operatorname{{split}}({self})",
    self=lambda grads, self_sym_sizes, split_sizes, dim: _split_rule(
        grads, self_sym_sizes, split_sizes, dim
    ),
    says="the gradients of the pieces are joined again",
)


@export_joining("cat", "concat", "concatenate")
def cat(tensors: Sequence[Tensor], dim: int = 0, *, axis: int | None = None) -> Tensor:
    """Tensors one behind the other along `dim`; all other lengths must agree.

    Raises
    ------
    RuntimeError
        If the shapes do not fit.
    ValueError
        If the list is empty.
    """
    dim = dim if axis is None else axis
    tensors = tensor_list("cat", tensors)
    if not tensors:
        raise errors.cat_of_nothing()
    shapes = [tensor._data.shape for tensor in tensors]
    for nr, shape in enumerate(shapes):
        if not shape:
            raise errors.cat_of_number(nr)
    full = [(nr, shape) for nr, shape in enumerate(shapes) if shape != (0,)]
    if full:
        first = full[0][1]
        at_dim = errors.checked_dim(dim, len(first))
        for nr, shape in full[1:]:
            if len(shape) != len(first):
                raise errors.cat_dims(len(first), len(shape))
            for d, (a, b) in enumerate(zip(first, shape, strict=True)):
                if a != b and d != at_dim:
                    raise errors.cat_sizes(at_dim, a, b, nr)
    return cat_op.apply(tensors, dim)


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
        return split_with_sizes(tensor, split_size_or_sections, dim)
    size = split_size_or_sections
    if tensor._data.ndim == 0:
        raise errors.split_of_number()
    if size < 0:
        raise errors.split_negative(size)
    errors.checked_dim(dim, tensor._data.ndim)
    length = tensor._data.shape[dim]
    if size == 0 and length:
        raise errors.split_zero(length)
    return split_op.apply(tensor, size, dim)


@export("split_with_sizes")
def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the pieces of `input` along `dim` that have the lengths `split_sizes`."""
    sizes = int_tuple("split_with_sizes", "split_sizes", split_sizes, 2)
    if input._data.ndim == 0:
        raise errors.split_of_number()
    errors.checked_dim(dim, input._data.ndim)
    if any(size < 0 for size in sizes):
        raise errors.split_sizes_negative(sizes)
    if sum(sizes) != input._data.shape[dim]:
        raise errors.split_sizes_sum(sizes, input._data.shape[dim], dim)
    return split_with_sizes_op.apply(input, sizes, dim)


@export("chunk")
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` views of equal length, the last perhaps shorter.

    Raises
    ------
    RuntimeError
        If `chunks` is not positive.
    """
    if input._data.ndim == 0:
        raise errors.chunk_of_number()
    if chunks <= 0:
        raise errors.chunk_count(chunks)
    errors.checked_dim(dim, input._data.ndim)
    length = input._data.shape[dim]
    if length == 0:
        return split_with_sizes_op.apply(input, (0,) * chunks, dim)
    return split_op.apply(input, -(-length // chunks), dim)


@export("tensor_split")
def tensor_split(input: Tensor, indices_or_sections: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of `input` along `dim`: so many, of nearly equal length, or cut at the indices.

    Raises
    ------
    RuntimeError
        If there are no dimensions, or no sections.
    """
    if input._data.ndim == 0:
        raise errors.tensor_split_of_number()
    errors.checked_dim(dim, input._data.ndim)
    length = input._data.shape[dim]
    if isinstance(indices_or_sections, Tensor):
        indices_or_sections = indices_or_sections.tolist()
    if isinstance(indices_or_sections, (tuple, list)):
        cuts = [0, *indices_or_sections, length]
    else:
        if indices_or_sections <= 0:
            raise errors.tensor_split_sections(indices_or_sections)
        short, longer = divmod(length, indices_or_sections)
        sizes = [short + (nr < longer) for nr in range(indices_or_sections)]
        cuts = [0, *np.cumsum(sizes).tolist()]
    return tuple([slice_part.apply(input, dim, start, end, 1) for start, end in pairwise(cuts)])


def _split_dim(input: Tensor, into: Any, dim: int, name: str, least: int) -> tuple[Tensor, ...]:
    """``hsplit`` and its like: `tensor_split`, but equal sections must be equal."""
    if input._data.ndim < least:
        raise errors.split_needs_dims(name, least, input._data.ndim)
    length = input._data.shape[dim]
    if isinstance(into, int) and length % into:
        raise errors.split_not_divisible(name, dim, length, into)
    return tensor_split(input, into, dim)


@export("hsplit")
def hsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`input` taken apart from left to right."""
    return _split_dim(input, indices_or_sections, min(input._data.ndim - 1, 1), "hsplit", 1)


@export("vsplit")
def vsplit(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """`input` taken apart from top to bottom."""
    return _split_dim(input, indices_or_sections, 0, "vsplit", 2)


# --- joining with dimensions made to fit


def _at_least(tensor: Tensor, ndim: int) -> Tensor:
    """`tensor` with dimensions of length 1, where PyTorch puts them."""
    have = tensor._data.ndim
    if have >= ndim:
        return tensor
    if have == 0:
        return view(tensor, (1,) * ndim)
    if ndim == 3 and have == 2:
        return unsqueeze(tensor, -1)
    tensor = unsqueeze(tensor, 0)
    return unsqueeze(tensor, -1) if ndim == 3 else tensor


def _export_at_least(ndim: int) -> None:
    def at_least(*tensors: Any) -> Any:
        given = tensors[0] if isinstance(tensors[0], (tuple, list)) else tensors
        results = tuple([_at_least(tensor, ndim) for tensor in given])
        return results[0] if len(tensors) == 1 and given is tensors else results

    at_least.__name__ = f"atleast_{ndim}d"
    at_least.__doc__ = f"Tensors with at least {ndim} dimensions; those put in have length 1."
    functions[at_least.__name__] = at_least


for _ndim in (1, 2, 3):
    _export_at_least(_ndim)


@export_joining("hstack")
def hstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side: `cat` along the second dimension, of vectors along the first."""
    whole = [_at_least(tensor, 1) for tensor in tensor_list("hstack", tensors)]
    return cat(whole, 0 if not whole or whole[0]._data.ndim == 1 else 1)


@export_joining("vstack", "row_stack")
def vstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one below the other; a vector is a row."""
    return cat([_at_least(tensor, 2) for tensor in tensor_list("vstack", tensors)], 0)


@export_joining("dstack")
def dstack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors one behind the other along a third dimension."""
    return cat([_at_least(tensor, 3) for tensor in tensor_list("dstack", tensors)], 2)


@export_joining("column_stack")
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side; a vector is a column."""
    columns = [
        reshape(tensor, (tensor.numel(), 1)) if tensor._data.ndim <= 1 else tensor
        for tensor in tensor_list("column_stack", tensors)
    ]
    return hstack(columns)
