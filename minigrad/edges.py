"""Where gradients go: the edge of a tensor, and AccumulateGrad at the end of every path."""

from __future__ import annotations

from typing import Any
from weakref import ref

import numpy as np

from minigrad.modes import modes
from minigrad.node import NO_EDGE, Edge, Node
from minigrad.tensor import Tensor, wrap


class TensorNode(Node):
    """A node whose backward is written for Tensors alone; `vjp` wraps the arrays for it."""

    __slots__ = ()

    def vjp(self, *grads: Any) -> tuple[Any, ...]:
        before = modes.grad
        modes.grad = False
        try:
            returned = self.vjp_tensors(*[None if g is None else wrap(g) for g in grads])
        finally:
            modes.grad = before
        return tuple([None if g is None else g._data for g in returned])


class CallableNode(TensorNode):
    """A node that can also be run by hand: all can, but for those of custom Functions."""

    __slots__ = ()

    def __call__(self, *grads: Any) -> Any:
        """Run this one node on Tensors: gradients in, gradients out, not reduced to any shape."""
        returned = self.vjp_tensors(*grads)
        return returned[0] if len(returned) == 1 else returned


class AccumulateGrad(CallableNode):
    """The end of a path: adds the gradient that arrives to the `.grad` of a leaf.

    Attributes
    ----------
    variable : Tensor
        The leaf.
    """

    __slots__ = ("variable",)
    variable: Tensor

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        self.next_functions = ()
        self.sequence = 2**64 - 1  # PyTorch's: before all others, as soon as it is ready
        self.shape = variable._data.shape
        self.dtype = variable._data.dtype
        self.hooks = None
        self.special = None

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        variable = self.variable
        if grad is None:
            return ()
        if variable._grad is None:
            # A copy, so that no later change of one reaches the other; recorded in grad mode.
            variable._grad = wrap(np.empty(grad._data.shape, grad._data.dtype)).copy_(grad)
        elif modes.grad:
            variable._grad = variable._grad + grad
        else:
            variable._grad.add_(grad)
        return ()

    def vjp(self, *grads: Any) -> tuple[Any, ...]:
        (grad,) = grads
        variable = self.variable
        if grad is None:
            return ()
        before = variable._grad
        if before is None:
            # A numpy scalar cannot change, an array may be somebody else's too.
            variable._grad = wrap(grad.copy() if type(grad) is np.ndarray else grad)
        elif before.requires_grad:
            return super().vjp(grad)
        else:
            counter = before._share()
            np.add(before._data, grad, out=before._data)
            counter.version += 1
        return ()


def gradient_edge(tensor: Any) -> Edge:
    """Where the gradient of `tensor` flows.

    Returns
    -------
    tuple of (Node or None, int)
        The node that made it; for a leaf that requires grad its one AccumulateGrad, which lives as
        long as somebody refers to it; else ``(None, 0)``.
    """
    if tensor._edge is not None:
        return tensor._edge
    view = tensor._view
    if view is not None:
        edge = view.current_edge(tensor)
        if edge is not None:
            return edge
    if not tensor._requires_grad:
        return NO_EDGE
    node = tensor._accumulator and tensor._accumulator()
    if node is None:
        node = AccumulateGrad(tensor)
        tensor._accumulator = ref(node)
    return (node, 0)
