"""Parameter: a Tensor that a Module counts among what is to be learnt."""

from __future__ import annotations

from typing import Any, Self

import numpy as np

from minigrad import dtypes, errors
from minigrad.tensor import Tensor, as_subclass, wrap


class Parameter(Tensor):
    """A leaf that requires grad, and that a `Module` finds when it is assigned to an attribute.

    Parameters
    ----------
    data : Tensor, optional
        Its numbers; the memory is shared. An empty tensor if left out.
    requires_grad : bool
        Whether a gradient is wanted.

    Raises
    ------
    RuntimeError
        If a gradient of a tensor of integers is wanted.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.nn.parameter.Parameter.html
    """

    __slots__ = ()
    _torch_name = "torch.nn.parameter.Parameter"

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        data = (
            wrap(np.empty(0, dtypes.get_default_dtype().numpy)) if data is None else data.detach()
        )
        if requires_grad and data._data.dtype.kind != "f":
            raise errors.only_floats_require_grad_argument()
        self = as_subclass(data, cls)
        self._requires_grad = requires_grad
        return self

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __format__(self, format_spec: str) -> str:
        return object.__format__(self, format_spec)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        if id(self) not in memo:
            memo[id(self)] = type(self)(wrap(self._data.copy()), self._requires_grad)
        return memo[id(self)]

    def __reduce_ex__(self, protocol: Any) -> Any:
        return (type(self), (wrap(self._data), self._requires_grad))


def reset_grad(parameter: Tensor, set_to_none: bool) -> None:
    """Forget the gradient of `parameter`, or make it zero."""
    grad = parameter._grad
    if set_to_none:
        parameter._grad = None
    elif grad is not None:
        if grad.grad_fn is not None:
            parameter._grad = grad = grad.detach()
        grad.zero_()
