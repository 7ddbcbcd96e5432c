"""The largest, the smallest and the middle element: max, amax, argmax, median …."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors, return_types
from minigrad.op import Op
from minigrad.ops.along import zeros_like
from minigrad.ops.broadcast import sum_all, sum_dim, view
from minigrad.ops.compare import eq, isnan
from minigrad.ops.export import export
from minigrad.ops.gather import scatter_op
from minigrad.ops.limits import maximum, minimum
from minigrad.ops.reduce import NOT_GIVEN, axes_of, choice, restored
from minigrad.ops.select import array_of, masked_fill_tensor
from minigrad.symbol import Symbol
from minigrad.tensor import Tensor

# --- of all elements: those that are equal to the result share its gradient


def _shared_back(grad: Any, self: Any, result: Any) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    mask = array_of(isnan(self) if np.isnan(array_of(result)) else eq(self, result))
    share = grad / _count(mask, grad)
    return masked_fill_tensor(zeros_like(mask.shape, grad), mask, share)


def _count(mask: Any, like: Any) -> Any:
    """How often `mask` holds, as a value of the same kind as `like`."""
    return array_of(like).dtype.type(np.count_nonzero(mask))


_SHARED = "the elements that are equal to the result share the gradient; all others receive 0"


def _check_not_empty(name: str, self: Any) -> None:
    if self.size == 0:
        raise errors.reduction_of_nothing(name)


def _whole(name: str, node: str, ufunc: np.ufunc) -> Op:
    def forward(self: Any) -> Any:
        _check_not_empty(name, self)
        return ufunc.reduce(self, axis=None)

    return Op(
        node,
        forward,
        inputs=("self",),
        promotes=None,
        tex=rf"\{name}({{self}})",
        self=lambda grad, self, result: _shared_back(grad, self, result),
        says=_SHARED,
    )


max_all = _whole("max", "MaxBackward1", np.maximum)
min_all = _whole("min", "MinBackward1", np.minimum)

# --- along one dimension: the element that was picked receives the gradient


def picked(self: Any, indices: Any, dim: int, keepdim: bool) -> tuple[Any, Any]:
    """The elements at `indices`, which have length 1 along `dim`; and the indices."""
    if self.ndim == 0:
        return self, np.zeros((), np.int64)
    values = np.take_along_axis(self, indices, dim)
    if not keepdim:
        values, indices = values.squeeze(dim), indices.squeeze(dim)
    return values, indices


def picked_back(
    grad: Any, self_sym_sizes: Any, dim: int, indices: Any, keepdim: bool = True
) -> Any:
    """The gradient put back to where the elements were picked from."""
    ndim = len(self_sym_sizes)
    indices = array_of(indices)
    if not keepdim and ndim:
        indices = np.expand_dims(indices, dim)
    grad = restored(grad, ndim, (dim,), keepdim)
    return scatter_op(zeros_like(self_sym_sizes, grad), dim, indices, grad)


def _along(name: str, node: str, find: Any, tex: str) -> Op:
    def forward(self: Any, dim: int, keepdim: bool = False) -> Any:
        if self.ndim and self.shape[dim] == 0:
            raise errors.reduction_along_nothing(name, dim % self.ndim)
        indices = find(self, dim) if self.ndim else None
        return picked(self, indices, dim, keepdim)

    return Op(
        node,
        forward,
        inputs=("self",),
        outputs=("values", "indices"),
        promotes=None,
        tex=tex,
        self=lambda grad, self_sym_sizes, dim, indices, keepdim: picked_back(
            grad, self_sym_sizes, dim, indices, keepdim
        ),
        says="the element that was picked receives the gradient; all others receive 0",
    )


def _arg(function: Any) -> Any:
    return lambda self, dim: function(self, axis=dim, keepdims=True)


max_dim = _along("max", "MaxBackward0", _arg(np.argmax), r"\max({self})")
min_dim = _along("min", "MinBackward0", _arg(np.argmin), r"\min({self})")


def _largest(
    name: str, whole: Op, along: Op, of_two: Any, kind: Any, given: tuple[Any, ...]
) -> Any:
    input, dim, keepdim, axis, other = given
    dim = dim if axis is NOT_GIVEN else axis
    if isinstance(dim, Tensor) or other is not None:
        return of_two(input, dim if other is None else other)
    if dim is NOT_GIVEN:
        return whole.apply(input)
    if type(dim) is not int:
        raise errors.combination(
            name,
            f"{errors.type_of(input)}, {errors.type_of(dim)}",
            "(Tensor input, *, Tensor out = None)",
            "(Tensor input, Tensor other, *, Tensor out = None)",
            "(Tensor input, int dim, bool keepdim = False, *, tuple of Tensors out = None)",
        )
    choice(name, input, dim, keepdim)
    return kind(*along.apply(input, dim, keepdim))


@export("max")
def max(
    input: Tensor,
    dim: Any = NOT_GIVEN,
    keepdim: bool = False,
    *,
    axis: Any = NOT_GIVEN,
    other: Any = None,
) -> Any:
    """The largest element; with `dim` the largest along it and where; or the larger of two.

    Parameters
    ----------
    input : Tensor
    dim : int, optional
        Without it the maximum of all elements, and the gradient is shared among equal ones.
    keepdim : bool
        Keep the dimension, with length 1.

    Returns
    -------
    Tensor, or named tuple (values, indices)

    Raises
    ------
    IndexError
        If there is no such dimension or it is empty.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.max.html
    """
    given = (input, dim, keepdim, axis, other)
    return _largest("max", max_all, max_dim, maximum, return_types.max, given)


@export("min")
def min(
    input: Tensor,
    dim: Any = NOT_GIVEN,
    keepdim: bool = False,
    *,
    axis: Any = NOT_GIVEN,
    other: Any = None,
) -> Any:
    """The smallest element; with `dim` the smallest along it and where; or the smaller of two.

    Parameters, result and errors as for `max`.
    """
    given = (input, dim, keepdim, axis, other)
    return _largest("min", min_all, min_dim, minimum, return_types.min, given)


# --- amax and amin: any dimensions, and equal elements share the gradient


def _amax_back(grad: Any, self: Any, result: Any, dim: Any, keepdim: bool) -> Any:
    if isinstance(grad, Symbol):
        return grad * eq(self, result)
    shape = array_of(self).shape
    if not keepdim and shape:
        kept = tuple(
            [1 if not dim or d in [e % len(shape) for e in dim] else n for d, n in enumerate(shape)]
        )
        grad, result = view(grad, kept), view(result, kept)
    mask = eq(result, self)
    return grad / (sum_dim(mask, dim, True) if dim else sum_all(mask)) * mask


def _extreme(name: str, node: str, ufunc: np.ufunc) -> None:
    def forward(self: Any, dim: Any = (), keepdim: bool = False) -> Any:
        for d in dim if self.ndim else ():
            if self.shape[d] == 0:
                raise errors.reduction_along_nothing(name, d % self.ndim)
        return ufunc.reduce(self, axis=axes_of(self, dim), keepdims=keepdim)

    op = Op(
        node,
        forward,
        inputs=("self",),
        promotes=None,
        tex=rf"\{name[1:]}({{self}})",
        self=_amax_back,
        says=_SHARED,
    )

    def function(
        input: Tensor,
        dim: Any = (),
        keepdim: bool = False,
        *,
        axis: Any = NOT_GIVEN,
        keepdims: Any = None,
    ) -> Tensor:
        dims, keepdim = choice(name, input, dim, keepdim, axis, keepdims)
        return op.apply(input, dims or (), keepdim)

    function.__name__ = name
    function.__doc__ = f"""The {name[1:]}imum over some dimensions or all; equal ones share.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.{name}.html
    """
    export(name)(function)


_extreme("amax", "AmaxBackward0", np.maximum)
_extreme("amin", "AminBackward0", np.minimum)


# --- where they are


def _position(name: str, find: Any) -> None:
    def forward(self: Any, dim: Any = None, keepdim: bool = False) -> Any:
        if self.dtype.kind == "b":
            raise errors.no_bool_input(name)
        if dim is None and self.size == 0:
            raise errors.position_in_nothing(name)
        if self.ndim == 0:
            return np.int64(0)
        if dim is not None and self.shape[dim] == 0:
            raise errors.reduction_along_nothing(name, dim % self.ndim)
        return find(self, axis=dim, keepdims=keepdim)

    op = Op("", forward, inputs=("self",), promotes=None)

    def function(
        input: Tensor, dim: int | None = None, keepdim: bool = False, *, axis: Any = NOT_GIVEN
    ) -> Tensor:
        dims, keepdim = choice(name, input, dim, keepdim, axis)
        return op.apply(input, dims[0] if dims else None, keepdim)

    function.__name__ = name
    function.__doc__ = f"""The index of the {name[3:]}imum, of the first if there are several.

    Without `dim` the index into the flattened tensor.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.{name}.html
    """
    export(name)(function)


_position("argmax", np.argmax)
_position("argmin", np.argmin)

# --- median: of an even number of elements the lower of the two in the middle


def _middle(self: Any, dim: int) -> Any:
    order = np.argsort(self, axis=dim, kind="stable")
    at = np.take(order, [(self.shape[dim] - 1) // 2], axis=dim)
    if self.dtype.kind == "f":  # a NaN sorts last, but is the median as soon as there is one
        nan = np.isnan(self)
        at = np.where(nan.any(dim, keepdims=True), nan.argmax(dim, keepdims=True), at)
    return at


def _median_all(self: Any) -> Any:
    if self.size == 0:
        return self.dtype.type(np.nan)
    flat = self.reshape(-1)
    return flat[_middle(flat, 0)[0]]


median_all = Op(
    "MedianBackward0",
    _median_all,
    inputs=("self",),
    promotes=None,
    tex=r"\operatorname{{median}}({self})",
    self=lambda grad, self, result: _shared_back(grad, self, result),
    says=_SHARED,
)

median_dim = _along("median", "MedianBackward1", _middle, r"\operatorname{{median}}({self})")


@export("median")
def median(input: Tensor, dim: Any = NOT_GIVEN, keepdim: bool = False) -> Any:
    """The element in the middle; of an even number of elements the lower of the two.

    Returns
    -------
    Tensor, or with `dim` a named tuple (values, indices)
    """
    if dim is NOT_GIVEN:
        return median_all.apply(input)
    choice("median", input, dim, keepdim)
    return return_types.median(*median_dim.apply(input, dim, keepdim))
