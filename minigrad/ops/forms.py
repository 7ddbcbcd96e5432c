"""Functions that choose their operation by what they are given: tensors or numbers."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from minigrad import dtypes, errors
from minigrad.in_place import apply_in_place
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.tensor import Tensor, method

NUMBER = (int, float)
"""What counts as a number; a bool is an int."""
OPERAND = (Tensor, *NUMBER)


def chooses(
    *names: str, methods: bool = True, number_first: bool = False, operator: str = ""
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a function public that returns an operation and the arguments for it.

    It becomes ``torch.name``, ``Tensor.name`` and the in-place ``Tensor.name_``, for `operator`
    ``x **= y`` too.
    """

    def put(choose: Callable[..., Any]) -> Callable[..., Any]:
        def chosen(name: str, args: Any, kwargs: Any) -> Any:
            try:
                return choose(*args, **kwargs)
            except errors.NoOperand:
                raise errors.unfit(name, args, method=True) from None

        @functools.wraps(choose)
        def run(*args: Any, **kwargs: Any) -> Any:
            op, *inputs = choose(*args, **kwargs)
            return op.apply(*inputs)

        @functools.wraps(choose)
        def as_method(*args: Any, **kwargs: Any) -> Any:
            op, *inputs = chosen(names[0], args, kwargs)
            return op.apply(*inputs)

        def in_place_form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            op, _, *others = chosen(f"{names[0]}_", (self, *args), kwargs)
            return apply_in_place(op, self, tuple(others), {})

        if methods:
            method(*names)(as_method)
            in_place_names = [f"{name}_" for name in names]
            method(*in_place_names, *([f"__i{operator}__"] if operator else []))(in_place_form)
        return export(*names, method=False, number_first=number_first)(run)

    return put


def either(number: Op, tensors: Op, input: Any, other: Any) -> tuple[Any, ...]:
    """The choice of a function whose second operand is a number or a tensor."""
    if not isinstance(input, Tensor) or not isinstance(other, OPERAND):
        raise errors.NoOperand(other)
    return (number if isinstance(other, NUMBER) else tensors), input, other


def operators(name: str, number: Op, tensors: Op, reverse: Op | None = None) -> None:
    """Make the operator `name` of Tensor, where `number` takes a number on the other side.

    `reverse` is the operation for a number on the left: ``__rpow__`` for ``__pow__``.
    """

    def forwards(self: Tensor, other: Any) -> Any:
        if isinstance(other, NUMBER):
            return number.apply(self, other)
        return tensors.operator(self, other)

    def backwards(self: Tensor, other: Any) -> Any:
        if reverse is not None and isinstance(other, NUMBER):
            return reverse.apply(other, self)
        return NotImplemented if other is None else tensors.operator(other, self)

    method(f"__{name}__")(forwards)
    method(f"__r{name}__")(backwards)


def of_tensors(op: Op, *names: str, in_place: bool = False) -> Op:
    """Make `op` public, with operands that must be Tensors: numbers are refused."""

    def checked(first: int) -> Callable[..., Any]:
        def function(input: Tensor, other: Tensor) -> Any:
            if not isinstance(other, Tensor):
                raise errors.NoOperand(other, names[0], op.inputs[1], first)
            return op.apply(input, other)

        function.__name__, function.__doc__ = names[0], f"`{names[0]}` of two tensors: {op.says}."
        return function

    export(*names, method=False, function=False, in_place=in_place)(op)
    export(*names, method=False)(checked(2))
    method(*names)(checked(1))
    return op


def underived(name: str, forward: Callable[..., Any], *inputs: str, tex: str | None = None) -> Op:
    """An operation for which PyTorch has no derivative, and says so in backward."""

    def rule(grad: Any) -> Any:
        raise errors.no_derivative(name)

    rules: Any = dict.fromkeys(inputs, rule)
    says = "PyTorch defines no derivative here"
    return Op(
        "torch::autograd::NotImplemented", forward, inputs=inputs, tex=tex, says=says, **rules
    )


def beside(array: Any, number: Any) -> Any:
    """`array` in the dtype in which it meets a number: integers beside a float become floats."""
    kind = array.dtype.kind
    if kind == "f" or (kind in "iu" and not isinstance(number, float)) or isinstance(number, bool):
        return array
    return array.astype(
        dtypes.result_type((array.dtype, "dim"), (dtypes.number_dtype(number), "number"))
    )


def numbered(forward: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """`forward`, one of whose operands may be a Python number."""

    def run(self: Any, other: Any) -> Any:
        if isinstance(other, NUMBER):
            return forward(beside(self, other), other)
        return forward(self, beside(other, self) if isinstance(self, NUMBER) else other)

    return run


def only_floats(kernel: str, *arrays: Any) -> None:
    """Complain, in the name of PyTorch's `kernel`, about arrays of integers or booleans."""
    for array in arrays:
        if array.dtype.kind != "f":
            raise errors.not_implemented_for(kernel, array.dtype)
