"""The record that a tensor is a view: of which base, and which edge that was taken for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from minigrad import errors
from minigrad.modes import altered, enable_grad, modes
from minigrad.node import keep_retaining, split

if TYPE_CHECKING:
    from minigrad.node import Edge, Target
    from minigrad.tensor import Tensor


class View:
    """What a tensor is a view of.

    Attributes
    ----------
    base : Tensor
        The tensor that owns the memory; never itself a view.
    edge : Node, Output or None
        The edge of the view, as of `version`.
    version : int
        The version of the memory for which `edge` was made.
    one_of_several : bool
        Whether it was made together with others, as by ``unbind``.
    by_function : bool
        Whether a custom Function returned it: an input as it came, or a view of one.
    made_in : str
        The block without grad mode that it was made in: ``"no_grad"``, ``"inference_mode"``, or "".
        An ordinary view takes all three over from its parent.
    """

    __slots__ = ("base", "by_function", "edge", "made_in", "one_of_several", "version")

    def __init__(self, parent: Tensor, edge: Target, one_of_several: bool = False) -> None:
        outer = parent._view
        self.base: Tensor = parent if outer is None else outer.base
        self.edge = edge
        self.by_function = False
        self.version = parent._counter.version
        recording = not altered or modes.grad
        self.one_of_several = one_of_several and recording
        self.made_in = "" if recording else "inference_mode" if modes.counter else "no_grad"
        if outer is not None and recording and not one_of_several:
            self.one_of_several, self.made_in = outer.one_of_several, outer.made_in
            self.by_function = outer.by_function

    @property
    def made_by(self) -> Edge:
        """The node that made the view, and which of its outputs the view is."""
        return split(self.edge)

    @property
    def is_frozen(self) -> bool:
        """Whether a change in place would make the history of the view ambiguous."""
        return self.one_of_several or self.made_in != "" or self.by_function

    def current_edge(self, tensor: Any) -> Target:
        """The edge of the view, made anew as AsStridedBackward0 if the memory has changed since.

        Raises
        ------
        RuntimeError
            If the memory has changed, and the view `is_frozen`.
        """
        version = tensor._counter.version
        if version == self.version or (self.edge is None and not self.base.requires_grad):
            return self.edge
        if self.is_frozen:
            raise errors.view_modified(self, indirect=True)
        base = self.base if self.base.requires_grad else self.base.detach().requires_grad_()
        with enable_grad():
            again = base.as_strided(tensor.shape, tensor.stride(), tensor.storage_offset())
        edge: Any = again._view.edge
        if base is not self.base:  # which needs no gradient: the path ends here
            edge._target_self = None
        keep_retaining(tensor, self.edge, edge)
        self.edge = edge
        self.version = version
        return edge
