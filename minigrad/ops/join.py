"""Joining tensors and taking them apart: cat, stack, unbind, split, chunk."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.op import Op
from minigrad.ops.along import shape_of, zeros_like
from minigrad.ops.arguments import int_tuple
from minigrad.ops.export import export, functions
from minigrad.ops.out import write_out
from minigrad.ops.part import WHOLE, at, select, slice_part
from minigrad.ops.shape import reshape
from minigrad.tensor import Tensor


def export_joining(*names: str) -> Callable[[Any], Any]:
    """Make a function of a list of tensors public as ``torch.<name>``; it gets a list of them.

    Raises
    ------
    TypeError
        If it is no tuple or list of Tensors.
    """

    def put(function: Any) -> Any:
        name = names[0]

        @functools.wraps(function)
        def public(tensors: Any, *args: Any, out: Any = None, **kwargs: Any) -> Any:
            if tensors.__class__ is not list and not isinstance(tensors, (tuple, list)):
                raise errors.not_tensors(name, tensors)
            for nr, tensor in enumerate(tensors):
                if not isinstance(tensor, Tensor):
                    raise errors.no_tensor_in_list(nr, tensor)
            if out is not None:
                return write_out(name, public, (tensors, *args), kwargs, out)
            return function(tensors, *args, **kwargs)

        for each in names:
            functions[each] = public
        return public

    return put


# --- stack and unbind are each other's derivative


def known(grads: Sequence[Any], shapes: Sequence[tuple[int, ...]] | None = None) -> list[Any]:
    """The gradients of pieces, zeros where none arrived; without `shapes` all are alike."""
    one = next(grad for grad in grads if grad is not None)
    missing = [shape_of(one)] * len(grads) if shapes is None else shapes
    return [
        zeros_like(shape, one) if grad is None else grad
        for grad, shape in zip(grads, missing, strict=True)
    ]


def _stack(tensors: Any, dim: int) -> Any:
    first = tensors[0].shape
    dim = errors.checked_dim(dim, len(first) + 1)
    for nr, tensor in enumerate(tensors):
        if tensor.shape != first:
            raise errors.stack_shapes(first, nr, tensor.shape)
    layer = (*(WHOLE,) * dim, None)
    return np.asarray(np.concatenate([t[layer] for t in tensors], dim), order="C")


stack_op = Op("StackBackward0", _stack, variadic=True,
    tensors=lambda grad, dim, tensors_sym_sizes: [select(grad, dim, i) for i in
        range(len(tensors_sym_sizes))],
    says="each tensor receives its layer of the gradient")  # fmt: skip


def _layers(self: Any, dim: int) -> tuple[Any, ...]:
    before = (WHOLE,) * errors.checked_dim(dim, self.ndim)
    if not self.ndim:
        raise errors.no_dimensions(0)
    return tuple([self[(*before, i, ...)] for i in range(self.shape[len(before)])])


unbind_op = Op("UnbindBackward0", _layers, outputs=("*",), view="multi",
    self=lambda grads, dim: stack_op(known(grads), dim),
    says="the gradients of the layers are stacked again")  # fmt: skip


@export("unbind")
def unbind(input: Tensor, dim: int = 0) -> tuple[Tensor, ...]:
    """The layers of `input` along `dim`, as views.

    Raises
    ------
    IndexError
        If there is no such dimension.
    """
    return unbind_op.apply(input, dim)


@export_joining("stack")
def stack(tensors: Sequence[Tensor], dim: int = 0) -> Tensor:
    """Tensors of one shape as the layers of a new dimension.

    Raises
    ------
    RuntimeError
        If there is none, or the shapes differ.
    """
    if not tensors:
        raise errors.nothing_to_stack("stack")
    return stack_op.apply(tensors, dim)


# --- cat and split


def _cat(tensors: Any, dim: int) -> Any:
    try:
        result = np.concatenate(tensors, dim)
    except ValueError:  # of the wrong `dim`, too
        full = {nr: t for nr, t in enumerate(tensors) if t.shape != (0,)}
        _check_cat(full, dim)  # an empty vector fits beside anything
        return _cat([*full.values()], dim) if full else tensors[0]
    # Images whose channels lie side by side stay so; all else is laid out in order.
    is_image = result.ndim == 4 and result.transpose(0, 2, 3, 1).flags.c_contiguous
    return result if is_image else np.asarray(result, order="C")


def _check_cat(tensors: dict[int, Any], dim: int) -> None:
    for nr, tensor in tensors.items():
        if not tensor.ndim:
            raise errors.cat_of_number(nr)
    first = next((t.shape for t in tensors.values()), ())
    at_dim = errors.checked_dim(dim, len(first)) if first else 0
    for nr, tensor in tensors.items():
        if tensor.ndim != len(first):
            raise errors.cat_dims(len(first), tensor.ndim)
        for d, (a, b) in enumerate(zip(first, tensor.shape, strict=True)):
            if a != b and d != at_dim:
                raise errors.cat_sizes(at_dim, a, b, nr)


def _cat_rule(grad: Any, dim: int, tensors_sym_sizes: Any) -> list[Any]:
    pieces: list[Any] = []
    start = 0
    for shape in tensors_sym_sizes:
        if shape == (0,):
            pieces.append(zeros_like((0,), grad))
            continue
        pieces.append(slice_part(grad, dim, start, start + shape[dim], 1))
        start += shape[dim]
    return pieces


cat_op = Op("CatBackward0", _cat, variadic=True, tensors=_cat_rule,
    says="each tensor receives its piece of the gradient")  # fmt: skip


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
    if not tensors:
        raise errors.cat_of_nothing()
    return cat_op.apply(tensors, dim if axis is None else axis)


def equal_sizes(length: int, size: int) -> list[int]:
    """The lengths of the pieces of `size` each that a dimension of `length` falls into."""
    return [min(size, length - start) for start in range(0, length, size or 1)] or [0]


def _pieces(self: Any, sizes: Sequence[int], dim: int) -> tuple[Any, ...]:
    cuts = pairwise(accumulate(sizes, initial=0))
    return tuple([self[at(dim, slice(start, end), self.ndim)] for start, end in cuts])


def _split_rule(grads: Any, self_sym_sizes: Any, sizes: Sequence[int], dim: int) -> Any:
    dim %= len(self_sym_sizes)
    shapes = [(*self_sym_sizes[:dim], size, *self_sym_sizes[dim + 1 :]) for size in sizes]
    return cat_op(known(grads, shapes), dim)


def _length(self: Any, dim: int, name: str) -> int:
    """The length of the dimension that is cut."""
    if not self.ndim:
        raise errors.piece_of_number(name)
    return self.shape[errors.checked_dim(dim, self.ndim)]


def _split(self: Any, split_size: int, dim: int) -> tuple[Any, ...]:
    if split_size < 0 < self.ndim:
        raise errors.split_negative(split_size)
    length = _length(self, dim, "split")
    if split_size == 0 and length:
        raise errors.split_zero(length)
    return _pieces(self, equal_sizes(length, split_size), dim)


def _split_with_sizes(self: Any, split_sizes: Sequence[int], dim: int = 0) -> tuple[Any, ...]:
    length = _length(self, dim, "split")
    if any(size < 0 for size in split_sizes):
        raise errors.split_sizes_negative(split_sizes)
    if sum(split_sizes) != length:
        raise errors.split_sizes_sum(length, dim, split_sizes)
    return _pieces(self, split_sizes, dim)


SPLIT_SAYS = "the gradients of the pieces are joined again"

split_op = Op("SplitBackward0", _split, outputs=("*",), view="multi",
    self=lambda grads, self_sym_sizes, split_size, dim: _split_rule(
        grads, self_sym_sizes, equal_sizes(self_sym_sizes[dim], split_size), dim),
    says=SPLIT_SAYS)  # fmt: skip

split_with_sizes_op = Op("SplitWithSizesBackward0", _split_with_sizes, outputs=("*",), view="multi",
    tex=split_op.tex,
    self=lambda grads, self_sym_sizes, split_sizes, dim: _split_rule(
        grads, self_sym_sizes, split_sizes, dim),
    says=SPLIT_SAYS)  # fmt: skip


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
    return split_op.apply(tensor, split_size_or_sections, dim)


@export("split_with_sizes")
def split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Views of the pieces of `input` along `dim` that have the lengths `split_sizes`."""
    sizes = int_tuple("split_with_sizes", "split_sizes", split_sizes, 2)
    return split_with_sizes_op.apply(input, sizes, dim)


@export("chunk")
def chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """At most `chunks` views of equal length, the last perhaps shorter.

    Raises
    ------
    RuntimeError
        If `chunks` is not positive.
    """
    if input._data.ndim and chunks <= 0:
        raise errors.chunk_count(chunks)
    length = _length(input._data, dim, "chunk")
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
    into = indices_or_sections
    if input._data.ndim == 0:
        raise errors.tensor_split_of_number()
    length = input._data.shape[errors.checked_dim(dim, input._data.ndim)]
    into = into.tolist() if isinstance(into, Tensor) else into
    if not isinstance(into, (tuple, list)):
        if into <= 0:
            raise errors.tensor_split_sections(into)
        short, longer = divmod(length, into)
        into = [nr * short + min(nr, longer) for nr in range(1, into)]
    cuts = pairwise([0, *into, length])
    return tuple([slice_part.apply(input, dim, start, end, 1) for start, end in cuts])


def _export_split(name: str, dim: int, least: int) -> None:
    def split(input: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
        """`tensor_split` along one dimension; equal sections must be equal."""
        into, ndim = indices_or_sections, input._data.ndim
        into = into.tolist() if isinstance(into, Tensor) else into
        if into.__class__ not in (int, tuple, list):
            raise errors.split_arguments(name, type(into).__name__)
        if ndim < least:
            raise errors.split_needs_dims(name, least, ndim)
        along = min(dim, ndim - 1)
        length = input._data.shape[along]
        if isinstance(into, int) and (into == 0 or length % into):
            raise errors.split_not_divisible(name, along, length, into)
        return tensor_split(input, into, along)

    split.__name__ = name
    export(name)(split)


_export_split("hsplit", 1, 1)
_export_split("vsplit", 0, 2)
_export_split("dsplit", 2, 3)


# --- joining with dimensions made to fit


def _at_least(tensor: Tensor, ndim: int) -> Tensor:
    """`tensor` with dimensions of length 1, where PyTorch puts them."""
    have = tensor._data.ndim
    if have == 0:
        return reshape(tensor, (1,) * ndim)
    if have == 1 and ndim > 1:
        tensor = tensor.unsqueeze(0)
    return tensor.unsqueeze(-1) if have < 3 == ndim else tensor


def _export_at_least(ndim: int) -> None:
    def at_least(*tensors: Any) -> Any:
        several = len(tensors) != 1 or isinstance(tensors[0], (tuple, list))
        given = tensors[0] if several and len(tensors) == 1 else tensors
        results = tuple([_at_least(tensor, ndim) for tensor in given])
        return results if several else results[0]

    at_least.__name__ = f"atleast_{ndim}d"
    at_least.__doc__ = f"Tensors with at least {ndim} dimensions; those put in have length 1."
    functions[at_least.__name__] = at_least


def _export_stacking(ndim: int, dim: int, *names: str) -> None:
    @export_joining(*names)
    def stacking(tensors: Sequence[Tensor]) -> Tensor:
        """`cat` of tensors with at least so many dimensions; of vectors `hstack` joins the ends."""
        if not tensors:
            raise errors.nothing_to_stack(names[0])
        whole = [_at_least(tensor, ndim) for tensor in tensors]
        return cat(whole, min(dim, whole[0]._data.ndim - 1))

    stacking.__name__ = names[0]


for _ndim in (1, 2, 3):
    _export_at_least(_ndim)

_export_stacking(1, 1, "hstack")
_export_stacking(2, 0, "vstack", "row_stack")
_export_stacking(3, 2, "dstack")


@export_joining("column_stack")
def column_stack(tensors: Sequence[Tensor]) -> Tensor:
    """Tensors side by side; a vector is a column."""
    if not tensors:
        raise errors.nothing_to_stack("column_stack")
    return cat([reshape(t, (-1, 1)) if t._data.ndim <= 1 else t for t in tensors], 1)
