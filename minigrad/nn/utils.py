"""``torch.nn.utils``: clip gradients."""

from __future__ import annotations

import warnings
from collections.abc import Generator, Iterable
from typing import Any

from minigrad import errors
from minigrad.factories import zeros
from minigrad.missing import absent
from minigrad.modes import no_grad
from minigrad.ops import functions
from minigrad.tensor import Tensor


def _grads(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    given = [parameters] if isinstance(parameters, Tensor) else parameters
    return [parameter.grad for parameter in given if parameter.grad is not None]


@no_grad
def clip_grad_norm_(parameters: Tensor | Iterable[Tensor], max_norm: float,
        norm_type: float | str = 2.0) -> Tensor:  # fmt: skip
    """Scale all gradients so that their common norm is at most `max_norm`.

    Returns
    -------
    Tensor
        The norm that they had.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.utils.clip_grad_norm_.html
    """
    given = [parameters] if isinstance(parameters, Tensor) else list(parameters)
    if not given and isinstance(parameters, Generator):
        warnings.warn(errors.EMPTY_GENERATOR, stacklevel=3)
    grads, max_norm, order = _grads(given), float(max_norm), float(norm_type)
    norms = [grad.norm(order) for grad in grads]
    norm: Any = functions["stack"](norms).norm(order) if grads else zeros(())
    for grad in _grads(given):  # asked for twice, as a warning may tell
        grad.mul_((max_norm / (norm + 1e-6)).clamp(max=1.0))
    return norm


@no_grad
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """Limit every element of the gradients to [-clip_value, clip_value]."""
    grads = _grads(parameters)
    errors.check(grads, "no_grads_to_clip")
    for grad in grads:
        grad.clamp_(-float(clip_value)).clamp_(max=float(clip_value))  # two changes, as PyTorch's


__getattr__ = absent("torch.nn.utils")
