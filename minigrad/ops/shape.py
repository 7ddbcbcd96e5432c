"""Other shapes of the same memory: view, reshape, transpose, permute, squeeze, expand."""

from __future__ import annotations

import math
import warnings
from typing import Any

from minigrad import dtypes, errors
from minigrad.op import Op
from minigrad.ops import broadcast
from minigrad.ops.arguments import distinct_dims, inferred, int_tuple, ints
from minigrad.ops.broadcast import clone as clone_op
from minigrad.ops.broadcast import squeeze_all, squeeze_dim, squeeze_dims
from minigrad.ops.export import export
from minigrad.tensor import Tensor, method

# --- copies


@export("clone")
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy of `input` that is connected to it in the graph."""
    return clone_op.apply(input)


@method("contiguous")
def contiguous(self: Tensor, memory_format: Any = None) -> Tensor:
    """Return this tensor if its elements lie in memory in order, else a copy where they do."""
    return self if self._data.flags.c_contiguous else clone_op.apply(self, "C")


Tensor.real = property(lambda self: self)  # type: ignore[attr-defined] - no tensor is complex here

# --- view and reshape


@method("view")
def view(self: Tensor, *size: Any, **kwargs: Any) -> Tensor:
    """The same memory in another shape; one length may be -1.

    Raises
    ------
    RuntimeError
        If the elements do not fit, or would have to be copied.
    """
    size = kwargs.get("size", size)
    if len(size) == 1 and isinstance(size[0], dtypes.dtype):
        return _view_dtype(self, size[0])
    shape = inferred(ints("view", "size", size), self._data.size)
    if not broadcast.is_viewable(self._data, shape):
        raise errors.not_viewable()
    return broadcast.view.apply(self, shape)


def _view_dtype(self: Tensor, dtype: dtypes.dtype) -> Tensor:
    """The same memory read as elements of another type."""
    return view_dtype.apply(self, dtype)


view_dtype = Op(
    "", lambda self, dtype: self.view(dtype.numpy), inputs=("self",), promotes=None, view=True
)


@method("reshape")
def _reshape(self: Tensor, *shape: Any, **kwargs: Any) -> Tensor:
    """The same elements in another shape: a view where the memory allows, else a copy."""
    return reshape(self, ints("reshape", "shape", kwargs.get("shape", shape)))


@export("reshape", method=False)
def reshape(input: Tensor, shape: Any) -> Tensor:
    """The same elements in another shape: a view where the memory allows, else a copy.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    if not isinstance(shape, (tuple, list)):
        raise errors.not_ints("reshape", "shape", shape, 2)
    return broadcast.reshape(
        input, inferred(int_tuple("reshape", "shape", shape, 2), input._data.size)
    )


@method("view_as")
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """View this tensor in the shape of `other`."""
    return view(self, other.shape)


@method("reshape_as")
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """Bring this tensor into the shape of `other`."""
    return reshape(self, other.shape)


# --- squeeze and unsqueeze


@export("unsqueeze")
def unsqueeze(input: Tensor, dim: int) -> Tensor:
    """`input` with a new dimension of length 1 at `dim`.

    Raises
    ------
    IndexError
        If `dim` is out of range.
    """
    if not hasattr(dim, "__index__"):
        raise errors.not_int("unsqueeze", "dim", dim)
    return broadcast.unsqueeze.apply(input, dim)


@export("squeeze")
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """`input` without its dimensions of length 1, or without those in `dim` if they have length 1.

    Raises
    ------
    IndexError
        If `dim` is out of range.
    """
    if dim is None:
        return squeeze_all.apply(input)
    if isinstance(dim, (tuple, list)):
        dims = int_tuple("squeeze", "dim", dim)
        distinct_dims(dims, input._data.ndim)
        return squeeze_dims.apply(input, dims)
    return squeeze_dim.apply(input, dim)


# --- transpose and permute


def _inverse(dims: tuple[int, ...]) -> tuple[int, ...]:
    inverse = [0] * len(dims)
    for new, old in enumerate(dims):
        inverse[old % len(dims)] = new
    return tuple(inverse)


permute_op = Op(
    "PermuteBackward0",
    lambda self, dims: self.transpose(dims),
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"{{{self}}}^{{\top}}",
    self=lambda grad, dims: permute_op(grad, _inverse(dims)),
    says="the dimensions changed places; those of the gradient change back",
)

t_op = Op(
    "TBackward0",
    lambda self: self.T,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"{{{self}}}^{{\top}}",
    self=lambda grad: t_op(grad),
    says="rows became columns; the gradient is transposed back",
)


def _transpose(self: Any, dim0: int, dim1: int) -> Any:
    dim0, dim1 = errors.checked_dim(dim0, self.ndim), errors.checked_dim(dim1, self.ndim)
    return self.swapaxes(dim0, dim1) if self.ndim else self


transpose_op = Op(
    "TransposeBackward0",
    _transpose,
    inputs=("self",),
    promotes=None,
    view=True,
    tex=r"{{{self}}}^{{\top}}",
    self=lambda grad, dim0, dim1: transpose_op(grad, dim0, dim1),
    says="two dimensions changed places; those of the gradient change back",
)


@method("permute")
def _permute(self: Tensor, *dims: Any, **kwargs: Any) -> Tensor:
    """Return this tensor with its dimensions in the order `dims`."""
    return permute(self, ints("permute", "dims", kwargs.get("dims", dims)))


@export("permute", method=False)
def permute(input: Tensor, dims: Any) -> Tensor:
    """`input` with its dimensions in the order `dims`.

    Raises
    ------
    RuntimeError
        If `dims` is no order of all dimensions.
    """
    dims = int_tuple("permute", "dims", dims, 2)
    ndim = input._data.ndim
    if len(dims) != ndim:
        raise errors.permute_length(ndim, len(dims))
    if len({errors.checked_dim(d, ndim) for d in dims}) < ndim:
        raise errors.permute_duplicates()
    return permute_op.apply(input, dims)


@export("t")
def t(input: Tensor) -> Tensor:
    """The transposed matrix; a vector or a number is itself.

    Raises
    ------
    RuntimeError
        If there are more than two dimensions.
    """
    if input._data.ndim > 2:
        raise errors.t_of_many_dims(input._data.ndim)
    return t_op.apply(input)


@export("transpose", "swapaxes", "swapdims")
def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """`input` with the dimensions `dim0` and `dim1` in each other's place."""
    return transpose_op.apply(input, dim0, dim1)


def _reversed(self: Tensor) -> Tensor:
    """The transposed matrix: all dimensions in reverse order."""
    ndim = self._data.ndim
    if ndim not in (0, 2):
        warnings.warn(errors.T_OF_MANY_DIMS, stacklevel=2)
    elif ndim == 0:
        warnings.warn(errors.t_of_number("T"), stacklevel=2)
    return permute_op.apply(self, tuple(reversed(range(ndim))))


def _matrices(self: Tensor) -> Tensor:
    """The transposed matrix, or each matrix of a batch transposed."""
    ndim = self._data.ndim
    if ndim == 0:
        warnings.warn(errors.t_of_number("mT"), stacklevel=2)
        return self
    if ndim == 1:
        raise errors.only_matrices("mT", ndim)
    return transpose_op.apply(self, -2, -1)


Tensor.T = property(_reversed)  # type: ignore[attr-defined]
Tensor.mT = Tensor.mH = property(_matrices)  # type: ignore[attr-defined]


@export("movedim", "moveaxis")
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """`input` with the dimensions `source` moved to the places `destination`.

    Raises
    ------
    RuntimeError
        If the two do not match, or name a dimension twice.
    """
    ndim = input._data.ndim
    sources = int_tuple("movedim", "source", source, 2)
    targets = int_tuple("movedim", "destination", destination, 3)
    if len(sources) != len(targets):
        raise errors.movedim_lengths(sources, targets)
    places = []
    for given, name in ((sources, "source"), (targets, "destination")):
        wrapped = [errors.checked_dim(d, ndim) for d in given]
        if len(set(wrapped)) < len(wrapped):
            raise errors.movedim_repeated(name, given)
        places.append(wrapped)
    rest = iter([d for d in range(ndim) if d not in places[0]])
    moved = dict(zip(places[1], places[0], strict=True))
    return permute_op.apply(
        input, tuple([moved[d] if d in moved else next(rest) for d in range(ndim)])
    )


# --- expand


@method("expand")
def expand(self: Tensor, *size: Any, **kwargs: Any) -> Tensor:
    """A view whose dimensions of length 1 are as long as `size` says; -1 leaves a length.

    Raises
    ------
    RuntimeError
        If a dimension of another length would have to change.
    """
    return broadcast.expand.apply(
        self, expanded_size(self, ints("expand", "size", kwargs.get("size", size)))
    )


def expanded_size(input: Tensor, size: tuple[int, ...]) -> tuple[int, ...]:
    """`size` with each -1 replaced, checked against the shape of `input`."""
    shape = input._data.shape
    new = len(size) - len(shape)
    if new < 0:
        raise errors.expand_to_fewer(input, size)
    lengths = list(size)
    for dim in reversed(range(len(size))):
        length = size[dim]
        if dim < new:
            if length < 0:
                raise errors.expand_of_new(length, dim)
        elif length == -1:
            lengths[dim] = shape[dim - new]
        elif shape[dim - new] not in (1, length) or length < 0:
            raise errors.expand_mismatch(length, shape[dim - new], dim, size, shape)
    return tuple(lengths)


@method("expand_as")
def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Expand this tensor to the shape of `other`."""
    return expand(self, other.shape)


@export("broadcast_to")
def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """`input` expanded to `size`."""
    return expand(input, *int_tuple("broadcast_to", "size", size, 2))


# --- flatten and unflatten


@export("flatten")
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """`input` with the dimensions from `start_dim` to `end_dim` made into one.

    Raises
    ------
    RuntimeError
        If `start_dim` comes after `end_dim`.
    """
    shape = input._data.shape
    start = errors.checked_dim(start_dim, len(shape))
    end = errors.checked_dim(end_dim, len(shape))
    if start > end:
        raise errors.flatten_order()
    if not shape:
        return reshape(input, (1,))
    if start == end:
        return input
    return reshape(input, (*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :]))


@export("ravel")
def ravel(input: Tensor) -> Tensor:
    """`input` as a vector."""
    return reshape(contiguous(input), (-1,))


@export("unflatten")
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """`input` with the dimension `dim` taken apart into dimensions of the lengths `sizes`.

    Raises
    ------
    RuntimeError
        If the lengths do not multiply to that of `dim`.
    """
    sizes = int_tuple("unflatten", "sizes", sizes, 2)
    shape = input._data.shape
    at = errors.checked_dim(dim, len(shape))
    if not sizes:
        raise errors.unflatten_into_nothing()
    try:
        parts = inferred(sizes, shape[at])
    except RuntimeError:
        raise errors.unflatten_sizes(sizes, dim, shape[at]) from None
    return view(input, (*shape[:at], *parts, *shape[at + 1 :]))
