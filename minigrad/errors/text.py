"""How messages write shapes and dtypes, and the warnings. See `minigrad.errors`."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

import numpy as np

from minigrad.dtypes import from_numpy

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad "
    "attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for "
    "a non-leaf "
    "Tensor, use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by "
    "mistake, make sure "
    "you access the leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more "
    "information."
)
REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter "
    "and its gradient which can cause a memory leak. We recommend using autograd.grad when "
    "creating the graph to avoid this. If you have to use this function, make sure to reset the "
    ".grad fields of your parameters to None after use to break the cycle and avoid the leak."
)
SCALAR_OF_GRAD = (
    "Converting a tensor with requires_grad=True to a scalar may lead to unexpected behavior.\n"
    "Consider using tensor.detach() first."
)


def brackets(shape: Any) -> str:
    """A shape as messages print it: ``[2, 3]``."""
    return "[" + ", ".join(str(length) for length in shape) + "]"


def kind(tensor: Any) -> str:
    """The dtype of a tensor as messages print it: ``Float``."""
    return from_numpy(tensor._data.dtype).kind


def type_name(tensor: Any) -> str:
    """The old name of the type of a tensor: ``torch.FloatTensor``."""
    return "CPUBoolType" if kind(tensor) == "Bool" else f"torch.{kind(tensor)}Tensor"


def short_name(node: Any) -> str:
    """The name of a node as messages print it: ``Mul``, ``Sum1`` for ``SumBackward1``."""
    return re.sub(r"Backward0?(\d*)$", r"\1", node.name())


def message(error: type[Exception], text: str) -> Callable[..., Exception]:
    """A function that returns an `error` with `text`, in which its arguments stand for each ``{}``.

    A shape is written in brackets, a tensor or a dtype as its kind.
    """
    return lambda *values: error(text.format(*map(_shown, values)))


index_error, runtime_error = partial(message, IndexError), partial(message, RuntimeError)
type_error = partial(message, TypeError)


def _shown(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        return brackets(value)
    if isinstance(value, np.dtype):
        return from_numpy(cast("np.dtype[Any]", value)).kind
    return kind(value) if hasattr(value, "_data") else value
