"""What a tensor's attributes cannot be. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.text import brackets, kind, message, runtime_error

requires_grad_not_bool = runtime_error("requires_grad must be a bool")
_LEAVES_ONLY = "you can only change requires_grad flags of leaf variables."
requires_grad_of_result = runtime_error(_LEAVES_ONLY)
requires_grad_of_non_leaf = runtime_error(
    f"{_LEAVES_ONLY} If you want to use a computed "
    "variable in a subgraph that doesn't require differentiation use var_no_grad = var.detach()."
)
_FLOATS_ONLY = "nly Tensors of floating point and complex dtype can require gradients"
only_floats_require_grad = runtime_error(f"o{_FLOATS_ONLY}")
only_floats_require_grad_argument = runtime_error(f"O{_FLOATS_ONLY}")
grad_is_self = runtime_error("can't assign Variable as its own grad")
retain_grad_without_grad = runtime_error("can't retain_grad on Tensor that has requires_grad=False")
hook_without_grad = runtime_error(
    "cannot register a hook on a tensor that doesn't require gradient"
)
post_accumulate_hook_of_non_leaf = runtime_error(
    "post accumulate grad hooks cannot be registered on non-leaf tensors"
)
data_dtype = runtime_error(
    "data set to a tensor that requires gradients must be floating point or complex dtype"
)
numpy_of_grad = runtime_error(
    "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
)
index_of_non_integer = message(
    TypeError, "only integer tensors of a single element can be converted to an index"
)
scalar_of_many = message(ValueError, "only one element tensors can be converted to Python scalars")


def grad_is_no_tensor(value: Any) -> Exception:
    return TypeError(
        f"assigned grad expected to be a Tensor or None but got grad of type {type(value).__name__}"
    )


def grad_dtype(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient with dtype '{kind(value).lower()}' to a tensor with "
        f"grad_dtype '{kind(tensor)}'. The gradient must match the tensor's grad_dtype (defaults "
        "to the tensor's dtype). You can set the tensor's grad_dtype attribute with a specific "
        "dtype, or None to allow any dtype. Set grad_dtype with caution. Diverging the dtypes of a "
        "tensor and its gradient may break downstream systems that assume they match."
    )


def grad_shape(tensor: Any, value: Any) -> Exception:
    return RuntimeError(
        f"attempting to assign a gradient of size '{brackets(value._data.shape)}' to a tensor of "
        f"size '{brackets(tensor._data.shape)}'. Please ensure that the gradient and the tensor "
        "are the same size"
    )


def data_is_no_tensor(value: Any) -> Exception:
    return TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")


def item_of_many(tensor: Any) -> Exception:
    return RuntimeError(f"a Tensor with {tensor._data.size} elements cannot be converted to Scalar")


def bool_of_many(tensor: Any) -> Exception:
    many = "no values" if tensor._data.size == 0 else "more than one value"
    return RuntimeError(f"Boolean value of Tensor with {many} is ambiguous")


def contains(element: Any) -> Exception:
    return RuntimeError(
        f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
    )
