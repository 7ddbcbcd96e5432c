"""Comparisons, pointwise functions and reductions. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any, cast

from minigrad.dtypes import from_numpy
from minigrad.errors.text import brackets, kind

# --- comparisons, pointwise functions, reductions, products


def not_implemented_for(kernel: str, dtype: Any) -> Exception:
    return NotImplementedError(f"\"{kernel}\" not implemented for '{from_numpy(dtype).kind}'")


def invert_of_floats() -> Exception:
    return TypeError("~ (operator.invert) is only implemented on integer and Boolean-type tensors")


def dtypes_differ(first: Any, second: Any) -> Exception:
    return RuntimeError(f"{kind(first)} did not match {kind(second)}")


def subtraction_of_bools(self: Any, other: Any) -> Exception:
    if all(
        getattr(operand, "dtype", cast("Any", type(operand))) == bool  # noqa: E721
        for operand in (self, other)
    ):
        return RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator instead."
        )
    return RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
        "invert a mask, "
        "use the `~` or `logical_not()` operator instead."
    )


def negation_of_bools() -> Exception:
    return RuntimeError(
        "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
        "invert a mask, use the "
        "`~` or `logical_not()` operator instead."
    )


def plus_of_bools() -> Exception:
    return RuntimeError("The `+` operator, on a bool tensor is not supported.")


def integer_division_by_zero() -> Exception:
    return RuntimeError("ZeroDivisionError")


def no_derivative(name: str) -> Exception:
    return RuntimeError(f"derivative for aten::{name} is not implemented")


def clamp_without_limits() -> Exception:
    return RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")


def rounding_mode(value: Any) -> Exception:
    return RuntimeError(
        f"div expected rounding_mode to be one of None, 'trunc', or 'floor' but found '{value}'"
    )


def integer_addcdiv() -> Exception:
    return RuntimeError(
        "Integer division with addcdiv is no longer supported, and in a future  release addcdiv "
        "will perform a true "
        "division of tensor1 and tensor2. The historic addcdiv behavior can be implemented as "
        "(input + value * "
        "torch.trunc(tensor1 / tensor2)).to(input.dtype) for integer inputs and as (input + value "
        "* tensor1 / "
        "tensor2) for float inputs. The future addcdiv behavior is just the latter "
        "implementation: (input + value * "
        "tensor1 / tensor2), for all dtypes."
    )


def combination(name: str, given: str, *expected: str) -> Exception:
    """Complain about arguments that fit none of the forms of a function."""
    forms = "".join(f" * {form}\n" for form in expected)
    return TypeError(
        f"{name}() received an invalid combination of arguments - got ({given}), but expected one "
        f"of:\n{forms}"
    )


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
    names = {
        "Long": "long int",
        "Int": "int",
        "Short": "short int",
        "Byte": "unsigned char",
        "Char": "signed char",
    }
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
        f"{brackets(other)} "
        f"at entry {nr}"
    )
