"""Other shapes of the same memory: view, reshape, transpose, permute, squeeze, expand; in place."""

from __future__ import annotations

import warnings
from math import prod
from typing import Any

from minigrad import dtypes, errors
from minigrad.in_place import check_graph, set_edge
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops import broadcast
from minigrad.ops.arguments import checks, export_dims, inferred, int_tuple, ints
from minigrad.ops.broadcast import clone as clone_op
from minigrad.ops.broadcast import squeeze_all, squeeze_dim, squeeze_dims
from minigrad.ops.export import export, functions
from minigrad.ops.part import alias
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
functions["real"] = lambda input: input

# --- view and reshape

view_dtype = Op("", lambda self, dtype: self.view(dtype.numpy), inputs=("self",), view=True)


@method("view")
@checks
def view(self: Tensor, *size: Any, **kwargs: Any) -> Tensor:
    """The same memory in another shape, of which one length may be -1; or as another dtype.

    Raises
    ------
    RuntimeError
        If the elements do not fit, or would have to be copied.
    """
    sizes = size or (kwargs.get("size", kwargs.get("dtype")),)
    if isinstance(sizes[0], dtypes.dtype):
        return view_dtype.apply(self, sizes[0])
    data = self._data
    shape = inferred(ints("view", "size", sizes), data.size)
    if not data.flags.c_contiguous and not broadcast.is_viewable(data, shape):
        raise errors.not_viewable()
    return broadcast.view.apply(self, shape)


@export_dims("reshape", "shape")
@checks
def reshape(input: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The same elements in another shape: a view where the memory allows, else a copy.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    return broadcast.reshape(input, inferred(shape, input._data.size))


@method("view_as")
def view_as(self: Tensor, other: Tensor) -> Tensor:
    """View this tensor in the shape of `other`."""
    return view(self, other._data.shape)


@method("reshape_as")
def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """Bring this tensor into the shape of `other`."""
    return reshape(self, other._data.shape)


@export("flatten")
def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """`input` with the dimensions from `start_dim` to `end_dim` made into one.

    Raises
    ------
    RuntimeError
        If `start_dim` comes after `end_dim`.
    """
    shape = input._data.shape or (1,)
    start, end = errors.checked_dim(start_dim, len(shape)), errors.checked_dim(end_dim, len(shape))
    if start > end:
        raise errors.flatten_order()
    if start == end and input._data.ndim:
        return input
    size = (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])
    return broadcast.reshape(input, size)


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
    if not shape:
        raise errors.unflatten_of_number(dim)
    at = errors.checked_dim(dim, len(shape))
    if not sizes:
        raise errors.unflatten_into_nothing()
    try:
        parts = inferred(sizes, shape[at])
    except RuntimeError:
        raise errors.unflatten_sizes(sizes, dim, shape[at]) from None
    return view(input, (*shape[:at], *parts, *shape[at + 1 :]))


# --- squeeze and unsqueeze

unsqueeze = export("unsqueeze")(broadcast.unsqueeze)


def _squeezing(dim: Any) -> tuple[int, tuple[Any, ...]]:
    """Which of the three forms of squeeze is asked for, and its argument."""
    if dim is None:
        return 0, ()
    several = isinstance(dim, (tuple, list))
    return (2, (int_tuple("squeeze", "dim", dim),)) if several else (1, (dim,))


@export("squeeze")
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """`input` without its dimensions of length 1, or without those in `dim` if they have length 1.

    Raises
    ------
    IndexError
        If `dim` is out of range.
    """
    form, dims = _squeezing(dim)
    return (squeeze_all, squeeze_dim, squeeze_dims)[form].apply(input, *dims)


# --- transpose and permute


def _permute(self: Any, dims: tuple[int, ...]) -> Any:
    if len(dims) != self.ndim:
        raise errors.permute_length(self.ndim, len(dims))
    if len({errors.checked_dim(dim, len(dims)) for dim in dims}) < len(dims):
        raise errors.permute_duplicates()
    return self.transpose(dims)


def _inverse(dims: tuple[int, ...]) -> tuple[int, ...]:
    places = [dim % len(dims) for dim in dims]
    return tuple([places.index(dim) for dim in range(len(dims))])


permute_op = Op("PermuteBackward0", _permute, view=True, tex=r"{{{self}}}^{{\top}}",
    self=lambda grad, dims: permute_op(grad, _inverse(dims)),
    says="the dimensions changed places; those of the gradient change back")  # fmt: skip
export_dims("permute", "dims")(lambda input, dims: permute_op.apply(input, dims))


def _t(name: str) -> Any:
    def turned(self: Any) -> Any:
        if self.ndim > 2:
            raise errors.t_of_many_dims(name, self.ndim)
        return self.T

    return turned


t_op = export("t")(Op("TBackward0", _t("t"), view=True, tex=r"{{{self}}}^{{\top}}",
    self=lambda grad: t_op(grad),
    says="rows became columns; the gradient is transposed back"))  # fmt: skip
t = functions["t"]


def _transpose(self: Any, dim0: int, dim1: int) -> Any:
    dim0, dim1 = errors.checked_dim(dim0, self.ndim), errors.checked_dim(dim1, self.ndim)
    return self.swapaxes(dim0, dim1) if self.ndim else self


transpose_op = export("transpose", "swapaxes", "swapdims")(Op("TransposeBackward0", _transpose,
    view=True, tex=r"{{{self}}}^{{\top}}",
    self=lambda grad, dim0, dim1: transpose_op(grad, dim0, dim1),
    says="two dimensions changed places; those of the gradient change back"))  # fmt: skip


def _reversed(self: Tensor) -> Tensor:
    """The transposed matrix: all dimensions in reverse order."""
    ndim = self._data.ndim
    if ndim != 2:
        warnings.warn(
            errors.T_OF_MANY_DIMS if ndim else errors.T_OF_NUMBER.format("T"), stacklevel=2
        )
    return permute_op.apply(self, tuple(reversed(range(ndim))))


def _matrices(name: str, called: str) -> Any:
    def transposed(input: Tensor) -> Tensor:
        """The transposed matrix, or each matrix of a batch transposed."""
        ndim = input._data.ndim
        if ndim == 0:
            text = errors.T_OF_NUMBER if name == "mT" else errors.H_OF_NUMBER
            warnings.warn(text.format(called), stacklevel=2)
            return input
        if ndim == 1:
            raise errors.only_matrices(name, ndim)
        return transpose_op.apply(input, -2, -1)

    return transposed


Tensor.T = property(_reversed)  # type: ignore[attr-defined]
Tensor.mT = property(_matrices("mT", "mT"))  # type: ignore[attr-defined]
Tensor.mH = property(_matrices("mH", "Tensor.mH"))  # type: ignore[attr-defined]
export("adjoint")(_matrices("adjoint()", "adjoint()"))


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
    places: list[list[int]] = []
    for given, name in ((sources, "source"), (targets, "destination")):
        places.append([errors.checked_dim(d, ndim) for d in given])
        if len(set(places[-1])) < len(given):
            raise errors.movedim_repeated(name, given)
    if ndim == 0:
        return alias.apply(input)
    order = [d for d in range(ndim) if d not in places[0]]
    for target, source in sorted(zip(places[1], places[0], strict=True)):
        order.insert(target, source)
    return permute_op.apply(input, tuple(order))


# --- expand


@export_dims("expand", "size", function=False)
@checks
def expand(self: Tensor, size: tuple[int, ...]) -> Tensor:
    """A view whose dimensions of length 1 are as long as `size` says; -1 leaves a length.

    Raises
    ------
    RuntimeError
        If a dimension of another length would have to change.
    """
    return broadcast.expand.apply(self, expanded_size(self, size))


def expanded_size(input: Tensor, size: tuple[int, ...]) -> tuple[int, ...]:
    """`size` with each -1 replaced, checked against the shape of `input`."""
    shape = input._data.shape
    new = len(size) - len(shape)
    if new < 0:
        raise errors.expand_to_fewer(input, size, len(size))
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
    return expand(self, other._data.shape)


@export_dims("broadcast_to", "size")
def broadcast_to(input: Tensor, size: tuple[int, ...]) -> Tensor:
    """`input` expanded to `size`."""
    return expand(input, size)


# --- in place: the memory is untouched, only the tensor sees it otherwise


def reshape_in_place(op: Op, self: Tensor, args: Any, kwargs: dict[str, Any]) -> Tensor:
    """Give `self` the shape that `op` makes of it, and a node if a gradient is wanted."""
    recording = modes.grad and self.requires_grad
    if recording:
        check_graph(self)
    _, attributes = op.bind((self, *args), kwargs)
    counter = self._share()
    before = self._data
    data = op.compute([self], [before], attributes)
    node = op.make_node([self], attributes, [before], data) if recording else None
    self._data = data
    counter.version += 1
    if node is not None:
        if self._view is None:
            set_edge(self, node)
        else:
            self._view.edge, self._view.version = node, counter.version
    return self


def _in_place(name: str, op: Op, *names: str, forward: Any = None) -> Op:
    """Make the in-place form of `op` a method; PyTorch has a node of another name for it."""
    rules: dict[str, Any] = op.rules
    own = Op(name, forward or op.forward, tex=op.tex, says=op.says, **rules)

    def form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Change the shape of this tensor, in place."""
        return reshape_in_place(own, self, args, kwargs)

    if names:
        method(*names)(form)
    return own


_in_place("TBackward1", t_op, "t_", forward=_t("t_"))
_in_place("TransposeBackward1", transpose_op, "transpose_", "swapaxes_", "swapdims_")
_in_place("UnsqueezeBackward1", unsqueeze, "unsqueeze_")
_squeezers = [
    _in_place(f"SqueezeBackward{3 + nr}", op)
    for nr, op in enumerate((squeeze_all, squeeze_dim, squeeze_dims))
]


@method("squeeze_")
def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """In-place form of `squeeze`."""
    form, dims = _squeezing(dim)
    return reshape_in_place(_squeezers[form], self, dims, {})
