"""Comparisons, pointwise functions, choosing and joining. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any, cast

from numpy import finfo

from minigrad.dtypes import from_numpy
from minigrad.errors.text import brackets, kind

_INSTEAD = "If you are trying to invert a mask, use the `~` or `logical_not()` operator instead."


def not_implemented_for(kernel: str, dtype: Any) -> Exception:
    return NotImplementedError(f"\"{kernel}\" not implemented for '{from_numpy(dtype).kind}'")


def invert_of_floats() -> Exception:
    return TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")


def dtypes_differ(first: Any, second: Any) -> Exception:
    return RuntimeError(f"{kind(first)} did not match {kind(second)}")


def negative_tolerance(name: str, value: float) -> Exception:
    return RuntimeError(f"{name} must be greater than or equal to zero, but got {value}")


def subtraction_of_bools(*operands: Any) -> Exception:
    kinds = {str(getattr(value, "dtype", cast("Any", type(value)).__name__)) for value in operands}
    what = "two bool tensors" if kinds == {"bool"} else "a bool tensor"
    instead = "Use the `^` or `logical_xor()` operator instead." if kinds == {"bool"} else _INSTEAD
    return RuntimeError(f"Subtraction, the `-` operator, with {what} is not supported. {instead}")


def negation_of_bools() -> Exception:
    return RuntimeError(
        f"Negation, the `-` operator, on a bool tensor is not supported. {_INSTEAD}"
    )


def plus_of_bools() -> Exception:
    return RuntimeError("The `+` operator, on a bool tensor is not supported.")


def float_alpha() -> Exception:
    return RuntimeError(
        "For integral input tensors, argument alpha must not be a floating point number."
    )


def integer_division_by_zero() -> Exception:
    return RuntimeError("ZeroDivisionError")


def no_derivative(name: str) -> Exception:
    return RuntimeError(f"derivative for aten::{name} is not implemented")


def no_derivative_in_place(name: str) -> Exception:
    return NotImplementedError(
        f"the derivative for 'inplace version of {name}' is not implemented."
    )


def clamp_without_limits() -> Exception:
    return RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")


def rounding_mode(value: Any) -> Exception:
    return RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{value}'"
    )


def integer_addcdiv() -> Exception:
    return RuntimeError(
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv "
        "will perform a true division of tensor1 and tensor2. The historic addcdiv behavior can be "
        "implemented as (input + value * torch.trunc(tensor1 / tensor2)).to(input.dtype) for "
        "integer inputs and as (input + value * tensor1 / tensor2) for float inputs. The future "
        "addcdiv behavior is just the latter implementation: (input + value * tensor1 / tensor2), "
        "for all dtypes."
    )


def lerp_dtype(input: Any, name: str, other: Any) -> Exception:
    return RuntimeError(
        f"expected dtype {_c_name(input)} for `{name}` but got dtype {_c_name(other)}"
    )


def softshrink_lambda(input: Any, lambd: float) -> Exception:
    most = finfo(input._data.dtype).max
    return RuntimeError(
        f"lambda must be in range [0, {most:g}] for input dtype {kind(input)}, but found {lambd:g}"
    )


def check_prelu(input: Any, weight: Any, channels: int) -> None:
    """Complain about a weight that does not fit the input."""
    count = weight.numel()
    if weight.dtype != input.dtype:
        text = f"prelu: Type promoting not supported. Got {kind(input)} and {kind(weight)}"
    elif weight.ndim > 1:
        text = (
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )
    elif count != 1 and input.ndim == 0:
        text = "Not allow zero-dim input tensor."
    elif count not in (1, channels):
        text = (
            "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
            f"{count} and channel size = {channels}."
        )
    else:
        return
    raise RuntimeError(text)


def where_condition(condition: Any) -> Exception:
    return RuntimeError(
        "where expected condition to be a boolean tensor, but got a tensor with dtype "
        f"{kind(condition)}"
    )


def masked_fill_mask(mask: Any) -> Exception:
    return RuntimeError(
        f"masked_fill_ only supports boolean masks, but got mask with dtype {_c_name(mask)}"
    )


def masked_fill_value(value: Any) -> Exception:
    return RuntimeError(
        "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
        f"{value._data.ndim} dimension(s)."
    )


def _c_name(tensor: Any) -> str:
    """The dtype of a tensor as C names it: ``long int``."""
    names = {"Int": "int", "Byte": "unsigned char", "Char": "signed char"}
    names |= {"Long": "long int", "Short": "short int"}
    return names.get(kind(tensor), kind(tensor).lower())


def not_tensors(function: str, value: Any) -> Exception:
    return TypeError(
        f"{function}(): argument 'tensors' (position 1) must be tuple of Tensors, not "
        f"{type(value).__name__}"
    )


def no_tensor_in_list(nr: int, value: Any) -> Exception:
    return TypeError(
        f"expected Tensor as element {nr} in argument 0, but got {type(value).__name__}"
    )


def stack_of_nothing() -> Exception:
    return RuntimeError("stack expects a non-empty TensorList")


def stack_shapes(first: Any, nr: int, other: Any) -> Exception:
    return RuntimeError(
        f"stack expects each tensor to be equal size, but got {brackets(first)} at entry 0 and "
        f"{brackets(other)} at entry {nr}"
    )
