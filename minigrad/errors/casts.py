"""Other dtypes, copies and leaves. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.computing import _c_name
from minigrad.errors.indexing import _type_name

# --- other dtypes, leaves


def invalid_type(name: str) -> Exception:
    return ValueError(f"invalid type: '{name}'")


def type_is_no_dtype() -> Exception:
    return TypeError("dtype must be a type, str, or dtype object")


def only_floats_require_grad_method() -> Exception:
    return RuntimeError("only Tensors of floating point dtype can require gradients")


def detach_view_in_place() -> Exception:
    return RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using "
        "DistributedDataParallel (DDP) for "
        "training, and gradient_as_bucket_view is set as True, gradients are views of DDP "
        "buckets, and hence detach_() "
        "cannot be called on these gradients. To fix this error, please refer to the "
        "Optimizer.zero_grad() function in "
        "torch/optim/optimizer.py as the solution."
    )


def fill_value_of_dimensions(ndim: int) -> Exception:
    return RuntimeError(
        f"fill_ only supports 0-dimension value tensor but got tensor with {ndim} dimensions."
    )


def deepcopy_of_non_leaf() -> Exception:
    return RuntimeError(
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
        "at the moment.  If "
        "you were attempting to deepcopy a module, this may be because of a "
        "torch.nn.utils.weight_norm usage, see "
        "https://github.com/pytorch/pytorch/pull/103001"
    )


def invalid_fill_value(value: Any) -> Exception:
    name = type(value).__name__
    wrong = f"      didn't match because some of the arguments have invalid types: (!{name}!)\n"
    return TypeError(
        f"fill_() received an invalid combination of arguments - got ({name}), but expected one "
        "of:\n"
        f" * (Tensor value)\n{wrong} * (Number value)\n{wrong}"
    )


def legacy_keywords(args: Any, unknown: dict[str, Any]) -> Exception:
    got = ", ".join(
        [_type_name(value) for value in args]
        + [f"{name}={_type_name(value)}" for name, value in unknown.items()]
    )
    return TypeError(
        f"new() received an invalid combination of arguments - got ({got}), but expected one of:\n"
        " * (*, torch.device device = None)\n"
        f"      didn't match because some of the keywords were incorrect: {', '.join(unknown)}\n"
        " * (torch.Storage storage)\n * (Tensor other)\n"
        " * (tuple of ints size, *, torch.device device = None)\n"
        " * (object data, *, torch.device device = None)\n"
    )


def float_alpha() -> Exception:
    return RuntimeError(
        "For integral input tensors, argument alpha must not be a floating point number."
    )


def type_of(value: Any) -> str:
    """The type of an argument as the message of `combination` prints it."""
    return "Tensor" if hasattr(value, "_data") else type(value).__name__


def weights_only(module: str, name: str) -> str:
    return (
        "Weights only load failed. This file can still be loaded with `weights_only=False`: do "
        "that only if you trust "
        f"its source, for it can run any code. Unsupported global: {module}.{name} was not an "
        "allowed global by default."
    )


def result_type_operands(values: list[Any]) -> Exception:
    names = [type(value).__name__ for value in values]
    marked = ", ".join(f"!{name}!" for name in names)
    wrong = f"      didn't match because some of the arguments have invalid types: ({marked})\n"
    signatures = (
        "(Tensor tensor, Tensor other)",
        "(Number scalar, Tensor tensor)",
        "(Tensor tensor, Number other)",
        "(Number scalar1, Number scalar2)",
    )
    return TypeError(
        f"result_type() received an invalid combination of arguments - got ({', '.join(names)}), "
        "but expected one of:\n" + "".join(f" * {signature}\n{wrong}" for signature in signatures)
    )


def lerp_dtype(input: Any, name: str, other: Any) -> Exception:
    return RuntimeError(
        f"expected dtype {_c_name(input)} for `{name}` but got dtype {_c_name(other)}"
    )
