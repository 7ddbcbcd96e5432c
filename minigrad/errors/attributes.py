"""What a tensor's attributes cannot be. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, kind

# --- attributes of a tensor


def requires_grad_not_bool() -> Exception:
    return RuntimeError("requires_grad must be a bool")


def requires_grad_of_non_leaf() -> Exception:
    return RuntimeError(
        "you can only change requires_grad flags of leaf variables. If you want to use a computed "
        "variable in a "
        "subgraph that doesn't require differentiation use var_no_grad = var.detach()."
    )


def only_floats_require_grad() -> Exception:
    return RuntimeError("only Tensors of floating point and complex dtype can require gradients")


def only_floats_require_grad_argument() -> Exception:
    return RuntimeError("Only Tensors of floating point and complex dtype can require gradients")


def grad_is_no_tensor(value: Any) -> Exception:
    return TypeError(
        f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
    )


def grad_is_self() -> Exception:
    return RuntimeError("can't assign Variable as its own grad")


def grad_dtype(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient with dtype '{_lower_kind(value)}' to a tensor with "
        "grad_dtype "
        f"'{kind(tensor)}'. The gradient must match the tensor's grad_dtype (defaults to the "
        "tensor's dtype). "
        "You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow "
        "any dtype. Set "
        "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break "
        "downstream systems "
        "that assume they match."
    )


def _lower_kind(tensor: Any) -> str:
    return kind(tensor).lower()


def grad_shape(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient of size '{brackets(value._data.shape)}' to a tensor of "
        "size "
        f"'{brackets(tensor._data.shape)}'. Please ensure that the gradient and the tensor are "
        "the same size"
    )


def retain_grad_without_grad() -> Exception:
    return RuntimeError("can't retain_grad on Tensor that has requires_grad=False")


def hook_without_grad() -> Exception:
    return RuntimeError("cannot register a hook on a tensor that doesn't require gradient")


def post_accumulate_hook_of_non_leaf() -> Exception:
    return RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")


def data_is_no_tensor(value: Any) -> Exception:
    return TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")


def data_dtype() -> Exception:
    return RuntimeError(
        "data set to a tensor that requires gradients must be floating point or complex dtype"
    )


def item_of_many(tensor: Any) -> Exception:
    return RuntimeError(f"a Tensor with {tensor._data.size} elements cannot be converted to Scalar")


def numpy_of_grad() -> Exception:
    return RuntimeError(
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
    )


def bool_of_many(tensor: Any) -> Exception:
    many = "no values" if tensor._data.size == 0 else "more than one value"
    return RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")


def index_of_non_integer() -> Exception:
    return TypeError("only integer tensors of a single element can be converted to an index")


def scalar_of_many() -> Exception:
    return ValueError("only one element tensors can be converted to Python scalars")


def contains(element: Any) -> Exception:
    return RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )
