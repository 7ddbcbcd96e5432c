"""Comparisons, logic and bits: results are booleans or integers, and no gradient flows."""

from __future__ import annotations

import operator as python
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.errors import check
from minigrad.op import Op
from minigrad.ops.export import export
from minigrad.ops.forms import no_gradient, operators, overload, pair, refuse, underived
from minigrad.tensor import Tensor, method, wrap

# --- which is larger, in place too: a tensor of floats stays one, and has a node


def _comparison(forward: Callable[..., Any], sign: str, *aliases: str) -> Op:
    name, inputs, tex = forward.__name__, ("self", "other"), rf"[{{self}} {sign} {{other}}]"
    forms = pair(f"{name.title()}Backward", lambda self, other: forward(self, other), tex=tex,
        inputs=inputs, self=lambda grad: no_gradient(grad),
        other=lambda grad: no_gradient(grad))  # fmt: skip
    overload(f"{name} {' '.join(aliases)}", *forms)
    compare = Op("", forward, inputs=inputs, tex=tex)
    compare.put_on_tensor("operator", f"__{name}__")
    return export(name, *aliases)(compare)


eq = _comparison(python.eq, "=")
ne = _comparison(python.ne, r"\ne", "not_equal")
lt = _comparison(python.lt, "<", "less")
le = _comparison(python.le, r"\le", "less_equal")
gt = _comparison(python.gt, ">", "greater")
ge = _comparison(python.ge, r"\ge", "greater_equal")


@method("__eq__")
def _equals(self: Tensor, other: Any) -> Any:  # the one operator that takes numpy's arrays
    is_array = isinstance(other, np.ndarray) and other.dtype.kind in "biuf"
    return eq.operator(self, wrap(other) if is_array else other)


# --- true and false, and special numbers


def _logic(ufunc: np.ufunc, tex: str) -> Op:
    op = Op("", ufunc, inputs=("self", "other")[: ufunc.nin], tex=tex)
    if ufunc.nin == 2:
        return overload(ufunc.__name__, None, op, leaves=True)
    return export(ufunc.__name__, in_place=ufunc is np.logical_not)(op)


logical_and = _logic(np.logical_and, r"[{self} \wedge {other}]")
logical_or = _logic(np.logical_or, r"[{self} \vee {other}]")
logical_xor = _logic(np.logical_xor, r"[{self} \oplus {other}]")
logical_not = _logic(np.logical_not, r"\neg {self}")
isnan = _logic(np.isnan, r"[{self} \text{{ is NaN}}]")
isinf = _logic(np.isinf, r"[{self} \text{{ is infinite}}]")
isfinite = _logic(np.isfinite, r"[{self} \text{{ is finite}}]")

# --- bits


def _bits(name: str, kernel: str, forward: Callable[..., Any], sign: str) -> Op:
    """An operation on bits; PyTorch names its `kernel` in the error."""

    def run(self: Any, other: Any) -> Any:
        np.broadcast(self, other)  # shapes that do not fit are complained of first
        refuse("f", kernel, self if hasattr(self, "dtype") else other)
        return forward(self, other)

    op = underived(name, run, "self", "other")
    op.label = name
    return operators(op, sign, name)


_bits("bitwise_and", "bitwise_and_cpu", python.and_, "and")
_bits("bitwise_or", "bitwise_or_cpu", python.or_, "or")
_bits("bitwise_xor", "bitwise_xor_cpu", python.xor, "xor")
_bits("bitwise_left_shift", "lshift_cpu", python.lshift, "lshift")
_bits("bitwise_right_shift", "rshift_cpu", python.rshift, "rshift")


def _flip_bits(self: Any) -> Any:
    refuse("f", "bitwise_not_cpu", self)
    return ~self


bitwise_not = export("bitwise_not", in_place=True)(underived("bitwise_not", _flip_bits, "self"))


@method("__invert__")
def _invert(self: Tensor) -> Tensor:
    check(self._data.dtype.kind != "f", "invert_of_floats")
    return bitwise_not.apply(self)


# --- alike as a whole


def _is_close(self: Any, other: Any, rtol: float, atol: float, equal_nan: bool) -> Any:
    a, b = (self.astype(int), other.astype(int)) if self.dtype.kind == "b" else (self, other)
    near = np.abs(a - b) <= atol + np.abs(rtol * b)
    close = (a == b) | (near & np.isfinite(b) & np.isfinite(a))
    return close | (np.isnan(a) & np.isnan(b)) if equal_nan else close


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
    """
    check(input._data.dtype == other._data.dtype, "dtypes_differ", input, other)
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        check(tolerance >= 0, "negative_tolerance", name, tolerance)
    close = _isclose.apply(input, other, rtol, atol, equal_nan)
    # PyTorch adds to the answer in place: what is near, then what is NaN in both.
    close._share().version += bool(rtol or atol) + (equal_nan and input._data.dtype.kind == "f")
    return close


@export("allclose")
def allclose(
    input: Tensor, other: Tensor, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether `isclose` holds for all elements; errors as there."""
    return bool(isclose(input, other, rtol, atol, equal_nan)._data.all())


@export("equal")
def equal(input: Tensor, other: Tensor) -> bool:
    """Whether the shapes and all elements are equal."""
    return input._data.shape == other._data.shape and bool((input._data == other._data).all())
