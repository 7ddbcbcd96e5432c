"""How functions of shapes take their arguments: ``view(2, 3)``, ``view((2, 3))``, ``view(-1)``."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from math import prod
from typing import Any

from minigrad import errors
from minigrad.edges import gradient_edge
from minigrad.in_place import apply_in_place, check_graph
from minigrad.modes import modes
from minigrad.ops.export import export
from minigrad.tensor import Tensor

INT = {int}


def ints(function: str, name: str, values: Any) -> tuple[int, ...]:
    """The numbers in `values`, the arguments of ``function(*name)``: one by one or one sequence."""
    if not values:
        raise TypeError(f"{function}: no {name}")  # in PyTorch's words: `minigrad.signatures`
    return int_tuple(function, name, values[0] if len(values) == 1 else values)


def int_tuple(function: str, name: str, value: Any, position: int = 1) -> tuple[int, ...]:
    """`value`, a number or a sequence of numbers, as a tuple."""
    numbers = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    return numbers if INT.issuperset(map(type, numbers)) else tuple(map(operator.index, numbers))


def inferred(size: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`size` with its -1, if there is one, replaced by what `numel` elements ask for.

    Raises
    ------
    RuntimeError
        If the elements do not fit.
    """
    if prod(size) == numel and (not size or min(size) >= 0):
        return size
    for index, length in enumerate(size):
        if length < -1:
            raise errors.negative_in_shape(length, index, size)
    free = [index for index, length in enumerate(size) if length == -1]
    if len(free) > 1:
        raise errors.two_inferred()
    known = -prod(size) if free else 0
    if free and known == 0 and numel == 0:
        raise errors.ambiguous_inferred(size)
    if known == 0 or numel % known:
        raise errors.shape_for_size(size, numel)
    return (*size[: free[0]], numel // known, *size[free[0] + 1 :])


def distinct_dims(dims: tuple[int, ...], ndim: int) -> tuple[int, ...]:
    """`dims` counted from the front.

    Raises
    ------
    IndexError
        If there is no such dimension.
    RuntimeError
        If one is there twice.
    """
    wrapped = tuple([errors.checked_dim(dim, ndim) for dim in dims])
    for dim in wrapped:
        if wrapped.count(dim) > 1:
            raise errors.repeated_dim(dim)
    return wrapped


# --- functions that check their arguments before an operation runs


def ask_for_edges(values: Any) -> bool:
    """Bring the edges of the Tensors among `values` up to date; whether a gradient is wanted.

    PyTorch does that before it looks at shapes: a view whose base has changed gets its new history
    even where the operation then fails.
    """
    tensors = [value for value in values if isinstance(value, Tensor)]
    wanted = modes.grad and any(t.requires_grad for t in tensors)
    for tensor in tensors if wanted else ():
        gradient_edge(tensor)
    return wanted


def checks(function: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a function that checks arguments: if it complains, the edges are up to date."""

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except (RuntimeError, IndexError):
            ask_for_edges((*args, *kwargs.values()))
            raise

    return checked


def export_prepared(*names: str, in_place: Any = True) -> Callable[[Any], Any]:
    """Make public what a function prepares: from PyTorch's arguments an Op and the Op's arguments.

    That gives ``torch.name``, ``Tensor.name`` and the in-place form ``Tensor.name_``, for which
    another function may prepare: `in_place`.
    """

    def put(prepare: Callable[..., Any]) -> Any:
        ready = checks(prepare)
        prepare_here: Callable[..., Any] = in_place if callable(in_place) else prepare

        @functools.wraps(prepare)
        def function(input: Tensor, *args: Any, **kwargs: Any) -> Any:
            op, *arguments = ready(input, *args, **kwargs)
            return op.apply(input, *arguments)

        def form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            if ask_for_edges((self, *args, *kwargs.values())):
                check_graph(self)  # PyTorch complains of the graph first
            try:
                op, *arguments = prepare_here(self, *args, **kwargs)
            except TypeError as error:
                raise TypeError(str(error).replace(f"{names[0]}()", f"{names[0]}_()")) from None
            return apply_in_place(op, self, tuple(arguments), {})

        export(*names)(function)
        if in_place:
            form.__name__, form.__doc__ = f"{names[0]}_", f"In-place form of `{names[0]}`."
            export(*[f"{name}_" for name in names], function=False)(form)
        return function

    return put


def export_dims(name: str, argument: str, *, function: bool = True) -> Callable[[Any], Any]:
    """Make public ``call(input, numbers)``: the method takes numbers or a sequence of them."""

    def put(call: Callable[..., Any]) -> Any:
        @functools.wraps(call)
        def from_method(self: Tensor, *numbers: Any) -> Any:
            return call(self, ints(name, argument, numbers))

        @functools.wraps(call)
        def from_function(input: Tensor, numbers: Any) -> Any:
            return call(input, tuple(map(operator.index, numbers)))

        export(name, function=False)(from_method)
        if function:
            export(name, method=False)(from_function)
        return call

    return put
