"""``torch.nn.utils``: clip gradients; parameters as one vector."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from minigrad.factories import zeros
from minigrad.missing import absent
from minigrad.modes import no_grad
from minigrad.nn.state import typename
from minigrad.ops import functions
from minigrad.ops.linalg import linalg
from minigrad.tensor import Tensor


def _grads(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in given if parameter.grad is not None]


def clip_grad_norm_(parameters: Any, max_norm: float, norm_type: float = 2.0) -> Tensor:
    """Scale all gradients so that their common norm is at most `max_norm`.

    Returns
    -------
    Tensor
        The norm that they had.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """
    grads = _grads(parameters)
    if not grads:
        return zeros(())
    with no_grad():
        norms = [linalg["vector_norm"](grad, norm_type) for grad in grads]
        norm = linalg["vector_norm"](functions["stack"](norms), norm_type)
        for grad in grads:
            grad.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


def clip_grad_value_(parameters: Any, clip_value: float) -> None:
    """Limit every element of the gradients to [-clip_value, clip_value]."""
    with no_grad():
        for grad in _grads(parameters):
            grad.clamp_(-float(clip_value), float(clip_value))


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """All parameters, one after the other, as one vector."""
    return functions["cat"]([parameter.view(-1) for parameter in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Write the vector back into the parameters.

    Raises
    ------
    TypeError
        If `vec` is no tensor.
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    start = 0
    for parameter in parameters:
        end = start + parameter.numel()
        parameter.data = vec[start:end].view_as(parameter).data
        start = end


__getattr__ = absent("torch.nn.utils")
