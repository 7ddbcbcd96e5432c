"""Functions that choose their operation by what they are given: a number or a tensor.

PyTorch has several operations under such a name, each with a node of its own: PowBackward0 has a
number as exponent, PowBackward1 a tensor. At the end is what forward functions and rules need.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.digits.rounded import rounded
from minigrad.in_place import apply_in_place, check_graph
from minigrad.modes import modes
from minigrad.op import Op
from minigrad.operands import pythonic
from minigrad.ops.export import export
from minigrad.strides import copied, filled
from minigrad.symbol import POWER, PRODUCT, SUM
from minigrad.tensor import Tensor, method, wrap

NUMBER = (int, float)  # a bool is an int


def chooses(*names: str, changes: bool = True, leaves: bool = False) -> Callable[[Any], Any]:
    """Make a function public that returns an operation and the arguments for it.

    It becomes ``torch.name`` and ``Tensor.name``, and in place ``Tensor.name_`` if it `changes`
    tensors; `leaves` that require grad, too.
    """

    def put(choose: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(choose)
        def run(*args: Any, **kwargs: Any) -> Any:
            op, *inputs = choose(*args, **kwargs)
            return op.apply(*inputs)

        @functools.wraps(choose)
        def form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
            if modes.grad and self.requires_grad and not leaves:
                check_graph(self)  # first of all, as PyTorch does
            op, _, *others = choose(self, *args, **kwargs)
            return apply_in_place(op, self, tuple(others), {})

        if changes:
            export(*[f"{name}_" for name in names], function=False)(form)
        return export(*names)(run)

    return put


def pair(
    node: str, forward: Callable[..., Any], *,
    last: tuple[str, ...] = ("other",), number: int = 0, **declared: Any,
) -> tuple[Op, Op]:  # fmt: skip
    """One declaration as two operations: the `last` inputs are numbers, or they are tensors.

    The names of their nodes end in `number` and in 1 - `number`.
    """
    alone = {word: value for word, value in declared.items() if word not in last}
    alone["inputs"] = tuple([name for name in declared["inputs"] if name not in last])
    with_number = Op(f"{node}{number}", forward, **alone)
    return with_number, Op(f"{node}{1 - number}", forward, **declared)


def overload(
    names: str, number: Any, tensor: Op, reverse: Any = None, *, operator: str = "",
    **forms: bool,
) -> Op:  # fmt: skip
    """Make public, as `chooses` does, what takes a `number` or a `tensor` as its last operand.

    It may refuse numbers. `reverse` takes one as its first operand: ``2 ** x``, for the `operator`
    ``pow``. The result is the operation on tensors, for derivative rules.
    """

    def choose(input: Any, *others: Any) -> Any:
        given = [pythonic(value) for value in (input, *others)]
        op = tensor if isinstance(given[-1], Tensor) else number
        if not isinstance(input, Tensor):
            op = reverse if op is tensor and isinstance(given[0], NUMBER) else None
        if op is None or (op is number and not isinstance(given[-1], NUMBER)):
            raise errors.NoOperand(given[-1])
        return op, *given

    def forwards(self: Tensor, other: Any) -> Any:
        other = pythonic(other)
        if isinstance(other, NUMBER):
            return number.apply(self, other)
        return tensor.operator(self, other)

    def backwards(self: Tensor, other: Any) -> Any:
        other = pythonic(other)
        if isinstance(other, NUMBER):
            return reverse.apply(other, self)
        return tensor.operator(other, self)

    name, *aliases = names.split()
    choose.__name__, choose.__doc__ = name, f"`{name}`, as in PyTorch."
    chooses(name, *aliases, **forms)(choose)
    if operator:
        method(f"__{operator}__")(forwards)
        method(f"__r{operator}__")(backwards)
        changing(operator, getattr(Tensor, f"{name}_"))
    return tensor


def operators(op: Op, sign: str, *names: str) -> Op:
    """Make `op` public, with the operators of that `sign`: ``x + y``, ``x += y``, ``2 + x``."""

    def backwards(self: Tensor, other: Any) -> Any:
        return op.operator(other, self)

    op.put_on_tensor("operator", f"__{sign}__")
    changing(sign, lambda self, other: apply_in_place(op, self, (other,), {}))
    method(f"__r{sign}__")(backwards)
    return export(*names, in_place=True)(op)


def changing(sign: str, form: Callable[..., Tensor]) -> None:
    """Make `form` the operator of that `sign` that changes a tensor: ``x += y``."""

    @method(f"__i{sign}__")
    def change(self: Tensor, other: Any) -> Any:
        other = pythonic(other)
        return form(self, other) if isinstance(other, (Tensor, *NUMBER)) else NotImplemented


def underived(name: str, forward: Callable[..., Any], *inputs: str, tex: str | None = None) -> Op:
    """An operation for which PyTorch has no derivative, and says so in backward."""

    def rule(grad: Any) -> Any:
        raise errors.no_derivative(name)

    rules: Any = dict.fromkeys(inputs, rule)
    op = Op("torch::autograd::NotImplemented", forward, inputs=inputs, tex=tex, **rules)
    op.in_place = op if name.endswith("_") else underived(f"{name}_", forward, *inputs, tex=tex)
    return op


def unary(
    names: str, forward: Callable[..., Any], rule: Callable[..., Any], tex: str = "",
    **declared: Any,
) -> Op:  # fmt: skip
    """A function of one tensor, public under its name and its aliases, and in place.

    PyTorch's name of the node follows from the first: Log1PBackward0. Without a formula it is the
    name of the numpy function.
    """
    tex = tex or rf"\{forward.__name__}\left({{self}}\right)"
    if isinstance(forward, np.ufunc):
        forward = rounded(forward)
    declared = {"inputs": ("self",), "promotes": "float", "tex": tex} | declared
    op = Op(f"{names.split(maxsplit=1)[0].title()}Backward0", forward, self=rule, **declared)
    return export(*names.split(), in_place=True)(op)


# --- what forward functions need


def beside(value: Any, number: Any) -> Any:
    """`value`, if an array, in the dtype in which it meets a number: integers and 0.5 as floats."""
    if hasattr(number, "dtype") or not hasattr(value, "dtype") or value.dtype.kind == "f":
        return value
    met = dtypes.result_type((value.dtype, "dim"), (dtypes.number_dtype(number), "number"))
    return value if value.dtype == met else copied(value, met)


def refuse(kinds: str, kernel: str, array: Any) -> None:
    """Complain, in the name of PyTorch's `kernel`, about an array of a dtype of these kinds."""
    errors.check(array.dtype.kind not in kinds, "not_implemented_for", kernel, array.dtype)


only_floats = functools.partial(refuse, "iub")
"""Complain, in the name of PyTorch's kernel, about an array of integers or booleans."""


# --- tensors and numbers in derivative rules: other nodes than those of a user's ``x + 1``


def _less(self: Any, other: Any) -> Any:
    errors.check(self.dtype.kind != "b", "subtraction_of_a_bool")
    return self - other


# fmt: off
_SUM: Any = {"precedence": SUM, "self": lambda grad: grad}  # pyright: ignore[reportUnknownLambdaType]
add_number = Op("AddBackward1", lambda self, other: self + other, tex="{self} + {other}", **_SUM)
sub_number = Op("SubBackward1", _less, tex="{self} - {other}", **_SUM)
scale = Op("MulBackward1", lambda self, other: self * other, tex=r"{other} \cdot {self}",
    promotes="float", precedence=PRODUCT, self=lambda grad, other: scale(grad, other))
div_number = Op("DivBackward1", lambda self, other: self / other, tex=r"\frac{{{self}}}{{{other}}}",
    precedence=POWER, self=lambda grad, other: div_number(grad, other))
# fmt: on


def times(value: Any, factor: Any) -> Any:
    """The product of `value` and a number, or a tensor."""
    return scale(value, factor) if isinstance(factor, (int, float)) else value * factor


def after(factor: Any, value: Any) -> Any:
    """``value * factor``, of which the factor is made first: so PyTorch numbers the nodes."""
    return value * factor


def alike(array: Any, value: Any) -> Any:
    """An array that a rule meets `value` with: a Tensor, if that is one."""
    return wrap(array) if isinstance(value, Tensor) else array


# fmt: off
no_gradient = Op("", lambda self: filled(self, lambda shape: np.zeros(shape, self.dtype))[()],
    inputs=("self",), tex="0")
# fmt: on
