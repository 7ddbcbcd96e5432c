"""Other dtypes, copies and leaves. See `minigrad.errors`."""

from __future__ import annotations

from typing import Any

from minigrad.errors.indexing import _type_name
from minigrad.errors.operands import unfit


def invalid_type(name: str) -> Exception:
    return ValueError(f"invalid type: '{name}'")


def type_is_no_dtype() -> Exception:
    return TypeError("dtype must be a type, str, or dtype object")


def only_floats_require_grad_method() -> Exception:
    return RuntimeError("only Tensors of floating point dtype can require gradients")


def detach_view_in_place() -> Exception:
    return RuntimeError(
        "Can't detach views in-place. Use detach() instead. If you are using "
        "DistributedDataParallel (DDP) for training, and gradient_as_bucket_view is set as True, "
        "gradients are views of DDP buckets, and hence detach_() cannot be called on these "
        "gradients. To fix this error, please refer to the Optimizer.zero_grad() function in "
        "torch/optim/optimizer.py as the solution."
    )


def fill_value_of_dimensions(ndim: int) -> Exception:
    return RuntimeError(
        f"fill_ only supports 0-dimension value tensor but got tensor with {ndim} dimensions."
    )


def deepcopy_of_non_leaf() -> Exception:
    return RuntimeError(
        "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol "
        "at the moment.  If you were attempting to deepcopy a module, this may be because of a "
        "torch.nn.utils.weight_norm usage, see https://github.com/pytorch/pytorch/pull/103001"
    )


def legacy_keywords(args: Any, unknown: dict[str, Any]) -> Exception:
    got = [_type_name(value) for value in args]
    got += [f"{name}={_type_name(value)}" for name, value in unknown.items()]
    return TypeError(
        f"new() received an invalid combination of arguments - got ({', '.join(got)}), but "
        "expected one of:\n * (*, torch.device device = None)\n"
        f"      didn't match because some of the keywords were incorrect: {', '.join(unknown)}\n"
        " * (torch.Storage storage)\n * (Tensor other)\n"
        " * (tuple of ints size, *, torch.device device = None)\n"
        " * (object data, *, torch.device device = None)\n"
    )


def weights_only(module: str, name: str) -> str:
    return (
        "Weights only load failed. This file can still be loaded with `weights_only=False`: do "
        "that only if you trust its source, for it can run any code. Unsupported global: "
        f"{module}.{name} was not an allowed global by default."
    )


def result_type_operands(values: list[Any]) -> Exception:
    return unfit("result_type", values)
