"""Other shapes of the same memory: view, reshape, transpose, permute, squeeze, expand; in place."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.device import contiguous_format
from minigrad.disguise import readonly
from minigrad.dtypes import dtype
from minigrad.in_place import check_graph, set_edge
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.ops import broadcast
from minigrad.ops.arguments import export_dims, inferred, ints, listed
from minigrad.ops.broadcast import Shape, expand, squeezing, unsqueeze
from minigrad.ops.export import export
from minigrad.ops.forms import alike
from minigrad.ops.gather import index_add_op, zeros_like
from minigrad.ops.part import alias
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor, memory_of, offset_of, restored

# --- copies


@export("clone")
def clone(input: Tensor, *, memory_format: Any = None) -> Tensor:
    """A copy of `input` that is connected to it in the graph."""
    return broadcast.clone.apply(input, memory_format)


@export("contiguous", function=False)
def contiguous(self: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return this tensor if its elements lie in memory in order, else a copy where they do."""
    return self if self._data.flags.c_contiguous else broadcast.clone.apply(self, contiguous_format)


# --- view and reshape


def _check_elements(self: Tensor, kind: np.dtype[Any]) -> None:
    """Complain if the memory cannot be read as elements of that size."""
    own, steps = self._data.dtype, self.stride()
    ratio = kind.itemsize // own.itemsize  # 0 if they become smaller
    if ratio == 1:
        return

    def check(name: str, value: int, divisor: int) -> None:
        errors.check(value % divisor == 0, "view_dtype", name, divisor, own, kind, value)

    errors.check(steps, "view_dtype_of_number", own, kind)
    check("size(-1)", self._data.shape[-1], ratio or 1)
    check("storage_offset()", self.storage_offset(), ratio or 1)
    errors.check(steps[-1] == 1, "view_dtype_step", own, kind, steps[-1])
    for dim, step in enumerate(steps[:-1]):
        check(f"stride({dim})", step, ratio or 1)


@export("view", function=False)
def view(self: Tensor, *size: Any) -> Tensor:
    """The same memory in another shape, of which one length may be -1; or as another dtype.

    Raises
    ------
    RuntimeError
        If the elements do not fit, or would have to be copied.
    """
    data = self._data
    if size and isinstance(size[0], dtype):
        _check_elements(self, size[0].numpy)
        counter = self._share()  # nothing more ties the two, as in PyTorch: it is no view
        return restored(self._data.view(size[0].numpy), counter, None)
    shape = inferred(listed(size), data.size)
    if not (data.flags.c_contiguous or broadcast.is_viewable(data, shape)):
        return broadcast.view.again(errors.not_viewable(), [self])
    return broadcast.view.apply(self, shape)


@export_dims("reshape")
def reshape(input: Tensor, shape: Shape) -> Tensor:
    """The same elements in another shape: a view where the memory allows, else a copy.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    return broadcast.reshape(input, inferred(shape, input._data.size))


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
    errors.check(start <= end, "flatten_order")
    if start == end and input._data.ndim:
        return input
    size = (*shape[:start], prod(shape[start : end + 1]), *shape[end + 1 :])
    return broadcast.reshape(input, size)


# --- expand


export_dims("expand", function=False)(lambda self, size: expand.apply(self, size))
export_dims("broadcast_to")(lambda input, size: expand.apply(input, size))


export("view_as", function=False)(lambda self, other: view(self, other._data.shape))
export("expand_as", function=False)(lambda self, other: expand.apply(self, other._data.shape))


# --- transpose and permute


def _permute(self: Any, dims: Shape) -> Any:
    try:
        return self.transpose(dims)
    except ValueError:
        errors.check(len(dims) == self.ndim, "permute_length", self.ndim, len(dims))
        _ = [errors.checked_dim(dim, len(dims)) for dim in dims]
        raise errors.permute_duplicates() from None


def _turned(name: str) -> Any:
    def turned(self: Any) -> Any:
        errors.check(self.ndim <= 2, "t_of_many_dims", self.ndim, name)
        return self.T

    return turned


def _transpose(self: Any, dim0: int, dim1: int) -> Any:
    dim0, dim1 = errors.checked_dim(dim0, self.ndim), errors.checked_dim(dim1, self.ndim)
    return self.swapaxes(dim0, dim1) if self.ndim else self


# fmt: off
permute_op = Op("PermuteBackward0", _permute, view=True, tex=r"{{{self}}}^{{\top}}",
    self=lambda grad, dims: permute_op(
        grad, tuple(np.argsort([dim % len(dims) for dim in dims]).tolist())))
t_op = export("t")(Op("TBackward0", _turned("t"), view=True, tex=r"{{{self}}}^{{\top}}",
    self=lambda grad: t_op(grad)))
transpose_op = export("transpose", "swapaxes", "swapdims")(Op("TransposeBackward0", _transpose,
    view=True, tex=r"{{{self}}}^{{\top}}", self=lambda grad, dim0, dim1:
        transpose_op(grad, dim0, dim1)))
# fmt: on
export_dims("permute")(lambda input, dims: permute_op.apply(input, dims))


def _reversed(self: Tensor) -> Tensor:
    """The transposed matrix: all dimensions in reverse order."""
    ndim = self._data.ndim
    if ndim != 2:
        message = errors.T_OF_MANY_DIMS if ndim else errors.T_OF_NUMBER.format("T")
        errors.warn_once(message, stacklevel=2)
    return permute_op.apply(self, tuple(reversed(range(ndim))))


def _matrices(self: Tensor) -> Tensor:
    """The transposed matrix, or each matrix of a batch transposed."""
    ndim = self._data.ndim
    if ndim == 0:
        errors.warn_once(errors.T_OF_NUMBER.format("mT"), stacklevel=2)
        return self
    errors.check(ndim > 1, "only_matrices", ndim)
    return transpose_op.apply(self, -2, -1)


Tensor.T = readonly(_reversed)  # type: ignore[attr-defined]
Tensor.mT = readonly(_matrices)  # type: ignore[attr-defined]


@export("movedim", "moveaxis")
def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """`input` with the dimensions `source` moved to the places `destination`.

    Raises
    ------
    RuntimeError
        If the two do not match, or name a dimension twice.
    """
    ndim = input._data.ndim
    sources, targets = ints(source), ints(destination)
    errors.check(len(sources) == len(targets), "movedim_lengths", sources, targets)
    places: list[list[int]] = []
    for given, name in ((sources, "source"), (targets, "destination")):
        places.append([errors.checked_dim(dim, ndim) for dim in given])
        errors.check(len(set(places[-1])) == len(given), "movedim_repeated", name, given)
    if ndim == 0:
        return alias.apply(input)
    dims = [dim for dim in range(ndim) if dim not in places[0]]
    for target, moved in sorted(zip(places[1], places[0], strict=True)):
        dims.insert(target, moved)
    return permute_op.apply(input, tuple(dims))


# --- squeeze


def _squeeze(dim: Any) -> tuple[int, tuple[Any, ...]]:
    """Which operation it is to squeeze `dim`, and its arguments."""
    if dim is None:
        return 0, ()
    return (2, (tuple(dim),)) if isinstance(dim, (tuple, list)) else (1, (dim,))


export("unsqueeze")(unsqueeze)


@export("squeeze")
def squeeze(input: Tensor, dim: Any = None) -> Tensor:
    """`input` without its dimensions of length 1, or without those in `dim` if they have length 1.

    Raises
    ------
    IndexError
        If `dim` is out of range.
    """
    nr, dims = _squeeze(dim)
    return squeezing[nr].apply(input, *dims)


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
    if node is not None and self._view is None:
        set_edge(self, node)
    elif node is not None:
        self._view.edge, self._view.version = node, counter.version
    return self


@export("squeeze_", function=False)
def squeeze_(self: Tensor, dim: Any = None) -> Tensor:
    """In-place form of `squeeze`."""
    nr, dims = _squeeze(dim)
    return reshape_in_place(squeezing[3 + nr], self, dims, {})


def _in_place(node: str, op: Op, *names: str, forward: Any = None) -> None:
    """Make the in-place form of `op` a method; PyTorch has a node of another name for it."""
    rules: dict[str, Any] = op.rules
    own = Op(node, forward or op.forward, view=True, tex=op.tex, **rules)

    def form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Change the shape of this tensor, in place."""
        return reshape_in_place(own, self, args, kwargs)

    export(*names, function=False)(form)


_in_place("TBackward1", t_op, "t_", forward=_turned("t_"))
_in_place("TransposeBackward1", transpose_op, "transpose_", "swapaxes_", "swapdims_")
_in_place("UnsqueezeBackward1", unsqueeze, "unsqueeze_")


# --- as_strided: any geometry over the memory of a tensor; views find their history through it

Geometry = tuple[Shape, Shape, int]
"""Size, strides and storage offset, in elements."""


def _as_strided(
    self: Any, size: Shape, stride: Shape, storage_offset: int | None = None, _input: Any = None
) -> Any:
    errors.check(min(stride, default=0) >= 0, "negative_strides", [*stride])
    step, memory = self.itemsize, memory_of(self)
    first = offset_of(self) // step if storage_offset is None else storage_offset
    needed = first + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))
    fits = 0 in size or needed * step <= memory.nbytes
    errors.check(fits, "out_of_storage", size, stride, first, step, needed * step, memory.nbytes)
    start = min(first * step, memory.nbytes)  # an empty tensor may begin anywhere
    return np.ndarray(size, self.dtype, memory, start, [s * step for s in stride])


def _positions(size: Shape, strides: Shape, offset: int) -> np.ndarray[Any, Any]:
    """Where in memory each element of a geometry lies."""
    steps = np.reshape(strides, (-1, *(1,) * len(size)))
    return offset + (np.indices(size) * steps).sum(0, dtype=np.int64)


def _rule(
    grad: Any, size: Shape, stride: Shape, storage_offset: int | None, _input: Geometry
) -> Any:
    """Add the gradient to zeros where the result lay; read with the geometry of the input."""
    if isinstance(grad, Symbol):
        return index_add_op(Symbol("0"), 0, None, grad)
    start = _input[2] if storage_offset is None else storage_offset
    written, read = _positions(size, stride, start), _positions(*_input)
    length = 1 + max(int(written.max(initial=0)), int(read.max(initial=0)))
    memory = index_add_op(zeros_like((length,), grad), 0, written, grad)
    counts = np.bincount(read.reshape(-1), minlength=length)
    if counts.max() > 1:  # the input saw one number in several places: each gets its share
        kind: Any = getattr(grad, "_data", grad).dtype
        memory = memory / alike(np.maximum(counts, 1).astype(kind), memory)
    return as_strided_op(memory, *_input, ((length,), (1,), 0))


as_strided_op = Op("AsStridedBackward0", _as_strided, inputs=("self",), view=True, self=_rule,
    tex=r"\operatorname{{as\_strided}}({self})")  # fmt: skip


@export("as_strided")
def as_strided(input: Tensor, size: Any, stride: Any, storage_offset: int | None = None) -> Tensor:
    """The memory of `input` seen with any size and strides, counted in elements.

    Parameters
    ----------
    input : Tensor
    size, stride : sequence of int
        One entry per dimension of the result.
    storage_offset : int, optional
        Where in the memory the result begins; default: where `input` does.

    Raises
    ------
    RuntimeError
        If the geometry reaches out of the memory.
    """
    errors.check(len(size) == len(stride), "strides_length")
    input._share()
    geometry = (input._data.shape, input.stride(), input.storage_offset())
    return as_strided_op.apply(input, tuple(size), tuple(stride), storage_offset, geometry)
