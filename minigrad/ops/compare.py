"""Comparisons and logic: results are booleans, and no gradient flows through them."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad import errors
from minigrad.in_place import apply_in_place, in_place, no_gradient
from minigrad.op import Op
from minigrad.ops.export import export, operator
from minigrad.ops.forms import of_tensors
from minigrad.tensor import Tensor, method

# --- which is larger


def _comparison(forward: Callable[..., Any], sign: str, alias: str = "") -> Op:
    op = Op("", forward, inputs=("self", "other"), tex=rf"[{{self}} {sign} {{other}}]")
    name = forward.__name__
    operator(f"__{name}__")(op)
    names = [n for n in (name, alias) if n]
    _in_place_comparison(forward, op.tex, *names)
    return export(*names)(op)


def _in_place_comparison(forward: Callable[..., Any], tex: str | None, *names: str) -> None:
    """``x.eq_(y)``: a tensor of floats stays one, and has a node through which nothing flows."""
    node, inputs = f"{names[0].title()}Backward", ("self", "other")
    options: Any = {"tex": tex, "says": "a step is flat, so no gradient flows"}
    options |= {"self": lambda grad: no_gradient(grad)}
    number = Op(f"{node}0", lambda self, other: forward(self, other), inputs=("self",), **options)
    tensor = Op(f"{node}1", forward, inputs=inputs, other=options["self"], **options)

    def form(self: Tensor, other: Any) -> Tensor:
        op = number if isinstance(other, (int, float)) else tensor
        return apply_in_place(op, self, (other,), {})

    form.__name__, form.__doc__ = f"{names[0]}_", f"In-place form of `{names[0]}`: 1 or 0."
    method(*[f"{name}_" for name in names])(form)


eq = _comparison(python.eq, "=")
ne = _comparison(python.ne, r"\ne", "not_equal")
lt = _comparison(python.lt, "<", "less")
le = _comparison(python.le, r"\le", "less_equal")
gt = _comparison(python.gt, ">", "greater")
ge = _comparison(python.ge, r"\ge", "greater_equal")


# --- true and false, and special numbers


def _logic(ufunc: np.ufunc, sign: str) -> Op:
    tex = rf"[{{self}} {sign} {{other}}]"
    op = Op("", ufunc, inputs=("self", "other"), promotes=None, tex=tex)
    return of_tensors(op, ufunc.__name__, in_place=True)


def _question(name: str, forward: Callable[..., Any], tex: str | None = None) -> Op:
    op = Op("", forward, inputs=("self",), promotes=None, tex=tex)
    return export(name, in_place=name == "logical_not")(op)


logical_and = _logic(np.logical_and, r"\wedge")
logical_or = _logic(np.logical_or, r"\vee")
logical_xor = _logic(np.logical_xor, r"\oplus")
logical_not = _question("logical_not", np.logical_not, r"\neg {self}")
isnan = _question("isnan", np.isnan, r"[{self} \text{{ is NaN}}]")
isfinite = _question("isfinite", np.isfinite, r"[{self} \text{{ is finite}}]")
_question("isinf", np.isinf)
_question("isposinf", lambda self: self == np.inf)
_question("isneginf", lambda self: self == -np.inf)
_question("isreal", lambda self: np.full(self.shape, True))
_question("signbit", lambda self: np.signbit(self) if self.dtype.kind == "f" else self < 0)


# --- bits


def _bits(name: str, kernel: str, forward: Callable[..., Any], sign: str) -> Op:
    """An operation on bits; PyTorch names its `kernel` in the error."""

    def run(self: Any, other: Any) -> Any:
        for operand in (self, other):
            if isinstance(operand, float) or getattr(operand, "dtype", np.dtype(int)).kind == "f":
                np.broadcast_shapes(
                    np.shape(self), np.shape(other)
                )  # PyTorch complains of these first
                dtype = getattr(operand, "dtype", getattr(other, "dtype", None))
                raise errors.not_implemented_for(kernel, dtype)
        return forward(self, other)

    op = Op("", run, inputs=("self", "other"))
    op.label = name
    operator(f"__{sign}__")(op)
    method(f"__r{sign}__")(lambda self, other: op.operator(other, self))
    in_place(op, f"__i{sign}__")
    return export(name, in_place=True, number_first=True)(op)


_bits("bitwise_and", "bitwise_and_cpu", python.and_, "and")
_bits("bitwise_or", "bitwise_or_cpu", python.or_, "or")
_bits("bitwise_xor", "bitwise_xor_cpu", python.xor, "xor")
_bits("bitwise_left_shift", "lshift_cpu", python.lshift, "lshift")
_bits("bitwise_right_shift", "rshift_cpu", python.rshift, "rshift")


def _flip_bits(self: Any) -> Any:
    if self.dtype.kind == "f":
        raise errors.not_implemented_for("bitwise_not_cpu", self.dtype)
    return ~self


bitwise_not = export("bitwise_not", in_place=True)(Op("", _flip_bits, inputs=("self",)))


@method("__invert__")
def _invert(self: Tensor) -> Tensor:
    if self._data.dtype.kind == "f":
        raise errors.invert_of_floats()
    return bitwise_not.apply(self)


# --- alike as a whole


def _is_close(self: Any, other: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    close = self == other
    if self.dtype.kind == "f" or rtol or atol:
        a, b = (self.astype(int), other.astype(int)) if self.dtype.kind == "b" else (self, other)
        near = np.abs(a - b) <= atol + np.abs(rtol * b)
        close = close | (near & np.isfinite(other) & np.isfinite(self))
    return close | (np.isnan(self) & np.isnan(other)) if equal_nan else close


_isclose = Op("", _is_close, inputs=("self", "other"))


@export("isclose")
def isclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Tensor:
    """Elementwise ``|input - other| <= atol + rtol * |other|``.

    Raises
    ------
    RuntimeError
        If the dtypes differ, a tolerance is negative, or the shapes do not broadcast.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.isclose.html
    """
    if not isinstance(other, Tensor):
        raise errors.NoOperand(other, "isclose", "other", 2)
    if input._data.dtype != other._data.dtype:
        raise errors.dtypes_differ(input, other)
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise errors.negative_tolerance(name, tolerance)
    close = _isclose.apply(input, other, rtol, atol, equal_nan)
    # PyTorch adds to the answer in place: what is near, then what is NaN in both.
    close._share().version += bool(rtol or atol) + (equal_nan and input._data.dtype.kind == "f")
    return close


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
