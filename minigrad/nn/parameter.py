"""Parameter: a tensor that is to be learnt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from minigrad import errors
from minigrad.factories import empty
from minigrad.sizes import Size
from minigrad.tensor import Tensor, wrap


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

    def __new__(cls, data: Tensor | None = None, requires_grad: bool = True) -> Self:
        data = empty(0) if data is None else data.detach()
        floating = not requires_grad or data.is_floating_point()
        errors.check(floating, "only_floats_require_grad_argument")
        return cls._make_subclass(cls, data, requires_grad)

    def __repr__(self) -> str:
        return f"Parameter containing:\n{super().__repr__()}"

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return type(self)(wrap(self._data.copy("K")), self._requires_grad)


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet: see `LazyLinear`."""

    __slots__ = ()

    @property
    def shape(self) -> Size:
        raise errors.shape_unknown()

    def numel(self) -> int:
        """Refused: whoever counts parameters must not take this one for none."""
        raise errors.uninitialized()

    nelement = numel

    @Tensor.data.getter
    def data(self) -> Tensor:
        """No numbers: what is written there is lost."""
        return empty(0, dtype=self.dtype)

    def detach(self) -> Self:
        """Itself: there are no numbers yet."""
        return self

    def __repr__(self) -> str:
        return "<UninitializedParameter>"


def reset_grad(parameters: Iterable[Tensor], set_to_none: bool) -> None:
    """Forget the gradients of `parameters`, or make them zero."""
    for parameter in parameters:
        if set_to_none:
            parameter._grad = None
        elif parameter._grad is not None:
            parameter._grad.detach_().zero_()
