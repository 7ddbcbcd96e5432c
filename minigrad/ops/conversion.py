"""What is no computation: other dtypes, fills, leaving the graph, questions about tensors."""

from __future__ import annotations

import operator
from functools import partial
from typing import Any

import numpy as np

import minigrad.to_python  # noqa: F401 # pyright: ignore[reportUnusedImport] - puts methods on Tensor
from minigrad import draws, dtypes, errors
from minigrad.creation import GIVEN_DTYPES
from minigrad.device import CPU, check_device, strided
from minigrad.disguise import readonly
from minigrad.draws import Generator, default_generator
from minigrad.factories import constant, number
from minigrad.in_place import apply_in_place, check_graph, check_overlap, is_same
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.operands import common_dtype, operand
from minigrad.ops.arguments import flag
from minigrad.ops.broadcast import sum_all
from minigrad.ops.export import export
from minigrad.ops.forms import no_gradient
from minigrad.strides import copied, filled
from minigrad.tensor import Tensor, method

# --- other dtypes


def _cast(self: Any, dtype: dtypes.dtype, _own: Any = None) -> Any:
    if dtype is dtypes.uint8 and self.dtype.kind == "f":  # PyTorch goes by way of int64
        self = copied(self, np.dtype(np.int64))
    return copied(self, dtype.numpy)


# fmt: off
to_copy = Op("ToCopyBackward0", _cast, promotes=None, tex="{self}", self=lambda grad, _own:
        grad if getattr(grad, "dtype", _own) is _own else to_copy(grad, _own, grad.dtype))
# fmt: on
# The same where no gradient flows, to integers and from them.
to_integers = Op("", _cast, inputs=("self",), promotes=None)


def cast(self: Tensor, dtype: dtypes.dtype, copy: bool = False) -> Tensor:
    """Return `self` as `dtype`: itself if it is that already, unless a copy is wanted."""
    if self._data.dtype is dtype.numpy and not copy:
        return self
    if dtype.is_floating_point and self.is_floating_point():
        return to_copy.apply(self, dtype, self.dtype)
    return to_integers.apply(self, dtype)


@export("to", function=False)
def to(
    self: Tensor, *args: Any, dtype: Any = None, device: Any = None, non_blocking: bool = False,
    copy: bool = False, memory_format: Any = None,
) -> Tensor:  # fmt: skip
    """Return the tensor in another dtype: ``to(dtype)``, ``to(other)``, ``to(device, dtype)``.

    Parameters
    ----------
    *args
        A dtype; a Tensor whose dtype is meant; or a device, then a dtype. After them
        `non_blocking`, `copy`.
    copy : bool
        Whether a copy is wanted even if nothing changes.

    Returns
    -------
    Tensor
        Itself if nothing changes and no copy is wanted; else a copy behind ToCopyBackward0.

    Raises
    ------
    TypeError, RuntimeError, AssertionError
        For arguments that name no dtype, and devices other than the CPU.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.Tensor.to.html
    """
    flags = [value for value in args if isinstance(value, bool)]
    for value in args[: len(args) - len(flags)]:
        if isinstance(value, (Tensor, dtypes.dtype)) or value in (float, int, bool):
            dtype = getattr(value, "dtype", value)
        else:
            device = value
    check_device(device)
    return cast(self, GIVEN_DTYPES[dtype] or self.dtype, copy=copy or flags[1:] == [True])


def _shorthand(name: str, dtype: dtypes.dtype) -> None:
    def shorthand(self: Tensor, *, memory_format: Any = None) -> Tensor:
        return cast(self, dtype)

    shorthand.__name__ = name
    shorthand.__doc__ = f"Return the tensor as {dtype.name}; itself if it is that already."
    export(name, function=False)(shorthand)


for _each in dtypes.ALL:
    _shorthand(_each.tensor_type[6:-6].lower(), _each)  # torch.CharTensor: char()


@export("type_as", function=False)
def type_as(self: Tensor, other: Tensor) -> Tensor:
    """Return the tensor in the dtype of `other`."""
    return cast(self, other.dtype)


@export("type", function=False)
def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """Return the name of the tensor's type (``"torch.FloatTensor"``), or the tensor as `dtype`.

    Raises
    ------
    ValueError
        If `dtype` is no dtype, legacy type such as ``torch.FloatTensor``, or name of one.
    """
    if dtype is None:
        return self.dtype.tensor_type
    dtype = dtypes.get_default_dtype() if dtype is Tensor else dtype
    for each in dtypes.ALL:
        if dtype == each.tensor_type or getattr(dtype, "dtype", dtype) is each:
            return cast(self, each)
    errors.check(isinstance(dtype, (str, type)), "no_type")
    raise errors.invalid_type(getattr(dtype, "__name__", dtype))


# --- devices


@export("cpu", function=False)
def cpu(self: Tensor, *, memory_format: Any = None) -> Tensor:
    """Return the tensor itself: it is on the CPU."""
    return self


@method("cuda")
def cuda(self: Tensor, device: Any = None, non_blocking: bool = False) -> None:
    """Complain, as a PyTorch that was built for the CPU does."""
    check_device(device if isinstance(device, int) else "cuda")


_ALIKE = {"device": CPU, "layout": strided, "is_cpu": True, "is_cuda": False, "is_sparse": False}
for _name, _value in _ALIKE.items():
    setattr(Tensor, _name, readonly(lambda self, value=_value: value))


# --- one number, or random ones; no gradient flows through


def _spread(src: Any, shape: tuple[int, ...]) -> Any:
    """`src` broadcast to `shape`, or to more than that."""
    if getattr(src, "shape", None) == shape:
        return src
    if not np.ndim(src):  # a number: its one element, seen everywhere
        one = np.asarray(src)
        return np.ndarray(shape, one.dtype, one, 0, (0,) * len(shape))
    return np.broadcast_to(src, np.broadcast_shapes(shape, src.shape))


# fmt: off
_zero, _fill, _uniform, _normal, _bernoulli, _random, _random_below = [Op(f"{name}Backward{nr}",
    lambda self, values: _spread(values, self.shape), promotes=None, tex="{values}",
    self=lambda grad: no_gradient(grad)) for name, nr in (
        ("Zero", 0), ("Fill", 2), ("Uniform", 0), ("Normal", 0), ("Bernoulli", 2),
        ("Random", 0), ("Random", 1))]
_copy = Op("torch::autograd::CopyBackwards", lambda self, src: _spread(src, self.shape),
    promotes=None, self=lambda grad: no_gradient(grad), src=lambda grad: grad)
_fill_tensor = Op("FillBackward3",
    lambda self, value: _spread(value.astype(self.dtype)[()], self.shape), promotes=None,
    tex="{value}", self=lambda grad: no_gradient(grad), value=lambda grad: sum_all(grad))
# fmt: on


@export("copy_", function=False)
def copy_(self: Tensor, other: Any, non_blocking: bool = False) -> Tensor:
    """Write the elements of `other`, broadcast and cast, into this tensor.

    Raises
    ------
    RuntimeError
        If `other` does not broadcast to this shape.
    """
    if other is None:
        raise errors.NoOperand(None)
    expanded = isinstance(other, Tensor) and 0 in self._data.strides
    onto_itself = expanded and is_same(self._data, other._data)
    return apply_in_place(_copy, self, (other,), {}, uniform=onto_itself)


@export("zero_")
def zero_(self: Tensor) -> Tensor:
    """Set all elements to zero, in place."""
    return apply_in_place(_zero, self, (self._data.dtype.type(0),), {}, uniform=True)


@export("fill_")
def fill_(self: Tensor, value: Any) -> Tensor:
    """Set all elements to `value`, a number or a 0-d tensor, in place.

    Raises
    ------
    RuntimeError
        If `value` has dimensions, or does not fit the dtype.
    """
    if isinstance(value, Tensor):
        errors.check(not value.ndim, "fill_value_of_dimensions", value.ndim)
        check_overlap(self, [])  # a number may be written where elements share memory
        return apply_in_place(_fill_tensor, self, (value,), {}, uniform=True)
    values = constant((), number(value), self._data.dtype)
    return apply_in_place(_fill, self, (values,), {}, uniform=True)


def _overwrite(op: Op, self: Tensor, draw: Any, generator: Any, *parameters: Any) -> Tensor:
    """Write what `draw` returns into `self`; nothing is drawn if that is not allowed."""
    if any(isinstance(each, Tensor) for each in parameters):
        raise TypeError("no numbers")  # `minigrad.signatures` calls again with numbers
    if modes.grad and self.requires_grad:
        check_graph(self)
    source = default_generator if generator is None else generator
    kind = self._data.dtype
    values = filled(self._data, lambda shape: draw(shape, kind, *parameters, source))
    return apply_in_place(op, self, (values,), {})


@export("uniform_", function=False)
def uniform_(self: Tensor, from_: float = 0, /, to: float = 1, *, generator: Any = None) -> Tensor:
    """Draw all elements evenly from [from, to), in place.

    Raises
    ------
    RuntimeError
        If the bounds are in the wrong order.
    NotImplementedError
        For a tensor of integers.
    """
    return _overwrite(_uniform, self, draws.uniform, generator, from_, to)


@export("normal_", function=False)
def normal_(self: Tensor, mean: float = 0, std: float = 1, *, generator: Any = None) -> Tensor:
    """Draw all elements from the normal distribution, in place.

    Raises
    ------
    RuntimeError
        If `std` is negative.
    NotImplementedError
        For a tensor of integers.
    """
    draw = partial(draws.normal, in_order=np.asarray(self._data).flags.c_contiguous)
    return _overwrite(_normal, self, draw, generator, mean, std)


@export("random_", function=False)
def random_(self: Tensor, from_: int, /, to: int | None = None, *, generator: Any = None) -> Tensor:
    """Draw all elements from the integers of [from, to), or of [0, from), in place.

    Raises
    ------
    RuntimeError
        If there are none, or the dtype cannot hold them.
    """
    op, bounds = (_random_below, (0, from_)) if to is None else (_random, (from_, to))
    return _overwrite(op, self, partial(draws.randint, *map(operator.index, bounds)), generator)


@export("bernoulli_", function=False)
def bernoulli_(self: Tensor, p: float = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Set every element to 1 with probability `p`, else to 0, in place.

    Raises
    ------
    RuntimeError
        If `p` is no probability.
    """
    errors.check(not isinstance(p, Tensor), "no_form", "bernoulli_", "a tensor p")
    return _overwrite(_bernoulli, self, draws.bernoulli_p, generator, p)


# --- whether a tensor requires grad


@export("requires_grad_", function=False)
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Set whether a gradient is wanted for this leaf, in place.

    Raises
    ------
    RuntimeError
        For a tensor of integers, or a non-leaf whose gradient is to be switched off.
    """
    fits = not flag(requires_grad) or self._data.dtype.kind == "f"
    errors.check(fits, "only_floats_require_grad_method")
    if not requires_grad or self._was_leaf():
        self.requires_grad = requires_grad
    return self


@export("detach_")
def detach_(self: Tensor) -> Tensor:
    """Make the tensor a leaf that does not require grad, in place.

    Raises
    ------
    RuntimeError
        For a view.
    """
    errors.check(self._view is None, "detach_view_in_place")
    if self._edge is not None:
        self._edge = self._leaf = None
        self._grad = getattr(self, "_grad", None)
    self._requires_grad = False
    return self


# --- questions, and settings that change nothing here


@export("is_tensor", method=False)
def is_tensor(obj: Any, /) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


for _name in ("numel", "is_floating_point", "is_complex", "is_inference", "detach"):
    export(_name, method=False)(vars(Tensor)[_name])


@export("result_type", method=False)
def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """Return the dtype of an operation on `tensor1` and `tensor2`, tensors or Python numbers."""
    return dtypes.from_numpy(common_dtype([operand(tensor1), operand(tensor2)]))


@export("set_default_device", method=False)
def set_default_device(device: Any) -> None:
    """Complain about any device but the CPU, as a PyTorch does that was built for the CPU."""
    check_device(device)


@export("set_default_tensor_type", method=False)
def set_default_tensor_type(t: Any) -> None:
    """Set the default dtype by a legacy type or its name: ``torch.DoubleTensor``.

    Raises
    ------
    TypeError
        If it is no type of floating point.
    """
    errors.warn_once(errors.SET_DEFAULT_TENSOR_TYPE, stacklevel=2)
    name = t if isinstance(t, str) else str(t)[8:-2]
    chosen = [each for each in dtypes.ALL if each.tensor_type == name]
    errors.check(chosen, "invalid_default_type")
    dtypes.set_default_dtype(chosen[0])


export("set_warn_always", method=False)(errors.set_warn_always)
export("is_warn_always_enabled", method=False)(errors.is_warn_always_enabled)


@export("set_num_threads", method=False)
def set_num_threads(int: int) -> None:
    """Do nothing."""


@export("use_deterministic_algorithms", method=False)
def use_deterministic_algorithms(mode: bool, *, warn_only: bool = False) -> None:
    """Do nothing: everything is deterministic."""
