"""Whether a tensor requires grad, and leaving the graph in place: requires_grad_, detach_."""

from __future__ import annotations

from minigrad import errors
from minigrad.ops.export import functions
from minigrad.tensor import Tensor, method


@method("requires_grad_")
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Set whether a gradient is wanted for this leaf, in place.

    Raises
    ------
    RuntimeError
        For a tensor of integers, or a non-leaf whose gradient is to be switched off.
    """
    if type(requires_grad) is not bool:
        raise errors.argument("requires_grad_", "requires_grad", "bool", requires_grad, position=1)
    if requires_grad and self._data.dtype.kind != "f":
        raise errors.only_floats_require_grad_method()
    if not requires_grad or self.is_leaf:
        self.requires_grad = requires_grad
    return self


@method("detach_")
def detach_(self: Tensor) -> Tensor:
    """Make the tensor a leaf that does not require grad, in place.

    Raises
    ------
    RuntimeError
        For a view.
    """
    if self._view is not None:
        raise errors.detach_view_in_place()
    retained = self.retains_grad
    if self._edge is not None:
        self._edge = self._leaf = None
        self._grad = getattr(self, "_grad", None)
    if retained:
        self._leaf_hooks("retained")  # PyTorch goes on saying so
    self._requires_grad = False
    return self


functions["detach_"] = detach_
