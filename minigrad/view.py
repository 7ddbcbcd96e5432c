"""The record that a tensor is a view: of which base, and which edge that was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigrad.modes import enable_grad, modes

if TYPE_CHECKING:
    from minigrad.node import Edge
    from minigrad.tensor import Tensor


class View:
    """What a tensor is a view of.

    Attributes
    ----------
    base : Tensor
        The tensor that owns the memory; never itself a view.
    edge : (Node, int) or None
        The edge of the view, as of `version`.
    version : int
        The version of the memory for which `edge` was made.
    one_of_several : str
        The name of the node that made this view together with others, if so: ``"UnbindBackward0"``.
    grad_mode : bool
        Whether it was made in grad mode.
    """

    __slots__ = ("base", "edge", "grad_mode", "one_of_several", "version")

    def __init__(self, parent: Tensor, edge: Edge | None, one_of_several: str = "") -> None:
        outer = parent._view
        self.base: Tensor = parent if outer is None else outer.base
        self.edge = edge
        self.version = parent._version
        self.one_of_several: str = one_of_several or (outer.one_of_several if outer else "")
        self.grad_mode: bool = modes.grad and (outer is None or outer.grad_mode)

    def current_edge(self, tensor: Any) -> Edge | None:
        """The edge of the view, made anew as AsStridedBackward0 if the memory has changed since."""
        version = tensor._version
        if version != self.version and self.base.requires_grad:
            with enable_grad():
                again = self.base.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
            self.edge = again._view.edge
            self.version = version
        return self.edge
