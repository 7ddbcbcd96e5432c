"""Comparisons and logic: results are booleans, and no gradient flows through them."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import in_place
from minigrad.op import Op
from minigrad.ops.export import export, operator
from minigrad.tensor import Tensor, method

# --- which is larger


def _comparison(forward: Callable[..., Any], sign: str, *names: str) -> Op:
    op = Op("", forward, inputs=("self", "other"), tex=rf"[{{self}} {sign} {{other}}]")
    export(*names, in_place=True)(op)
    return op


eq = _comparison(python.eq, "=", "eq")
ne = _comparison(python.ne, r"\ne", "ne", "not_equal")
lt = _comparison(python.lt, "<", "lt", "less")
le = _comparison(python.le, r"\le", "le", "less_equal")
gt = _comparison(python.gt, ">", "gt", "greater")
ge = _comparison(python.ge, r"\ge", "ge", "greater_equal")
operator("__eq__")(eq)
operator("__ne__")(ne)
operator("__lt__")(lt)
operator("__le__")(le)
operator("__gt__")(gt)
operator("__ge__")(ge)


# --- true and false


def _needs_tensor(name: str, op: Op) -> Callable[..., Any]:
    """`op` as a function whose second operand must be a Tensor too."""

    def function(input: Tensor, other: Tensor) -> Tensor:
        if not isinstance(other, Tensor):
            raise errors.NoOperand(other, name, "other", 2)
        return op.apply(input, other)

    function.__name__ = name
    function.__doc__ = f"Elementwise `{name}`; a number counts as true where it is not 0."
    return function


def _logic(name: str, ufunc: np.ufunc, sign: str) -> Op:
    op = Op("", ufunc, inputs=("self", "other"), promotes=None, tex=rf"[{{self}} {sign} {{other}}]")
    export(name, in_place=True)(op)
    export(name)(_needs_tensor(name, op))
    return op


logical_and = _logic("logical_and", np.logical_and, r"\wedge")
logical_or = _logic("logical_or", np.logical_or, r"\vee")
logical_xor = _logic("logical_xor", np.logical_xor, r"\oplus")
logical_not = Op("", np.logical_not, inputs=("self",), promotes=None, tex=r"\neg {self}")
export("logical_not", in_place=True)(logical_not)


# --- bits


def _bits(name: str, kernel: str, forward: Callable[..., Any], *operators: str) -> Op:
    """An operation on bits; PyTorch names its `kernel` in the error."""

    def run(self: Any, other: Any) -> Any:
        for operand in (self, other):
            if getattr(operand, "dtype", np.dtype(int)).kind == "f":
                raise errors.not_implemented_for(kernel, operand.dtype)
        return forward(self, other)

    op = Op("", run, inputs=("self", "other"))
    op.label = name
    export(name, in_place=True)(op)
    operator(*operators)(op)
    in_place(op, operators[0].replace("__", "__i", 1))
    return op


bitwise_and = _bits("bitwise_and", "bitwise_and_cpu", python.and_, "__and__", "__rand__")
bitwise_or = _bits("bitwise_or", "bitwise_or_cpu", python.or_, "__or__", "__ror__")
bitwise_xor = _bits("bitwise_xor", "bitwise_xor_cpu", python.xor, "__xor__", "__rxor__")
left_shift = _bits("bitwise_left_shift", "lshift_cpu", python.lshift, "__lshift__")
right_shift = _bits("bitwise_right_shift", "rshift_cpu", python.rshift, "__rshift__")


@method("__rlshift__")
def _rlshift(self: Tensor, other: Any) -> Any:
    return left_shift.operator(other, self)


@method("__rrshift__")
def _rrshift(self: Tensor, other: Any) -> Any:
    return right_shift.operator(other, self)


bitwise_not = Op("", np.invert, inputs=("self",), promotes=None)
bitwise_not.label = "bitwise_not"
export("bitwise_not", in_place=True)(bitwise_not)


@method("__invert__")
def _invert(self: Tensor) -> Tensor:
    if self._data.dtype.kind == "f":
        raise errors.invert_of_floats()
    return bitwise_not.apply(self)


# --- special numbers

isnan = Op("", np.isnan, inputs=("self",), promotes=None, tex=r"[{self} \text{{ is NaN}}]")
export("isnan")(isnan)
isinf = Op("", np.isinf, inputs=("self",), promotes=None)
export("isinf")(isinf)
isfinite = Op("", np.isfinite, inputs=("self",), promotes=None, tex=r"[{self} \text{{ is finite}}]")
export("isfinite")(isfinite)
isposinf = Op("", lambda self: self == np.inf, inputs=("self",), promotes=None)
export("isposinf")(isposinf)
isneginf = Op("", lambda self: self == -np.inf, inputs=("self",), promotes=None)
export("isneginf")(isneginf)
isreal = Op("", lambda self: np.full(self.shape, True), inputs=("self",), promotes=None)
export("isreal")(isreal)
signbit = Op(
    "", lambda self: np.signbit(self) if self.dtype.kind == "f" else self < 0, inputs=("self",)
)
export("signbit")(signbit)


# --- alike as a whole


def _is_close(self: Any, other: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    close = self == other
    if self.dtype.kind == "f" or rtol or atol:
        near = np.abs(self - other) <= atol + np.abs(rtol * other)
        close = close | (near & np.isfinite(other) & np.isfinite(self))
    if equal_nan and self.dtype.kind == "f":
        close = close | (np.isnan(self) & np.isnan(other))
    return close


_isclose = Op("", _is_close, inputs=("self", "other"), promotes=None)


@export("isclose")
def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Elementwise ``|input - other| <= atol + rtol * |other|``.

    Raises
    ------
    RuntimeError
        If the dtypes differ or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.isclose.html
    """
    if not isinstance(other, Tensor):
        raise errors.NoOperand(other, "isclose", "other", 2)
    if input._data.dtype != other._data.dtype:
        raise errors.dtypes_differ(input, other)
    return _isclose.apply(input, other, rtol, atol, equal_nan)


@export("allclose")
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether `isclose` holds for all elements; errors as there."""
    if not isinstance(other, Tensor):
        raise errors.NoOperand(other, "allclose", "other", 2)
    return bool(isclose(input, other, rtol, atol, equal_nan)._data.all())


@export("equal")
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether the shapes and all elements are equal."""
    if not isinstance(other, Tensor):
        raise errors.NoOperand(other, "equal", "other", 2)
    return input._data.shape == other._data.shape and bool((input._data == other._data).all())
