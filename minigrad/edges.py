"""Where gradients go: the edge of a tensor, and AccumulateGrad at the end of every path."""

from __future__ import annotations

import sys
from typing import Any
from weakref import ref

import numpy as np

from minigrad import errors, sums
from minigrad.modes import modes
from minigrad.node import NO_EDGE, Edge, Node, NodeHooks, meta_of
from minigrad.tensor import Counter, Tensor, wrap


class TensorNode(Node):
    """A node whose backward is written for Tensors alone; `vjp` wraps the arrays for it."""

    __slots__ = ()

    def vjp(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        before = modes.grad
        modes.grad = False
        try:
            returned = self.vjp_tensors(*[None if g is None else wrap(g) for g in grads])
        finally:
            modes.grad = before
        if not keep:
            self.release()
        return tuple(
            [fitted(self, i, None if g is None else g._data) for i, g in enumerate(returned)]
        )


class CallableNode(TensorNode):
    """A node that can also be run by hand: all can, but for those of custom Functions."""

    __slots__ = ()

    def __call__(self, *grads: Any) -> Any:
        """Run this one node on Tensors: gradients in, gradients out, not reduced to any shape."""
        returned = self.vjp_tensors(*grads)
        return returned[0] if len(returned) == 1 else returned


def _holders(grads: list[Any]) -> int:
    """How many refer to the first of `grads`: `ONE` if only that list and the caller's variable."""
    return sys.getrefcount(grads[0])


def _count_of_one(grads: list[Any]) -> int:
    grad = grads[0]  # as in `AccumulateGrad.vjp`
    count = _holders(grads)
    del grad
    return count


ONE = _count_of_one([np.empty(1)])
"""What `_holders` gives for an array that nobody else has; it depends on the version of Python."""


class AccumulateGrad(CallableNode):
    """The end of a path: adds the gradient that arrives to the `.grad` of a leaf.

    Attributes
    ----------
    variable : Tensor
        The leaf.
    """

    __slots__ = ("variable",)
    variable: Tensor

    next_functions = ()
    sequence = 2**64 - 1  # PyTorch's: before all others, as soon as it is ready

    def __init__(self, variable: Tensor) -> None:
        self.variable = variable
        data = variable._data
        self.meta = data.__class__ if data.__class__ is not np.ndarray else meta_of(data)
        self.special = None
        # The hooks of a leaf live on the leaf; that there are any is known here.
        self.hooks = None if variable._hooks is None else NodeHooks()

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        variable = self.variable
        if grad is None or not variable._requires_grad:
            return ()
        if variable._grad is None:
            # A copy, so that no later change of one reaches the other; recorded in grad mode.
            variable._grad = wrap(np.empty(grad._data.shape, grad._data.dtype)).copy_(grad)
        elif modes.grad:
            variable._grad = variable._grad + grad
        else:
            variable._grad.add_(grad)
        return ()

    def vjp(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        grad = grads[0]
        if grad is None or not self.variable._requires_grad:
            return ()
        before = self.variable._grad
        if before is None:
            # A numpy scalar cannot change; an array is copied if it is somebody else's too.
            keeps = type(grad) is not np.ndarray or (grad.base is None and _holders(grads) == ONE)
            self.variable._grad = wrap(grad if keeps else grad.copy())
        elif before.requires_grad:
            return super().vjp(grads)
        elif type(before._data) is np.ndarray:
            before._share().version += 1
            np.add(before._data, grad, out=before._data)
        else:  # a numpy scalar: nobody else holds this memory
            before._data = before._data + grad
            before._counter = before._counter or Counter()
            before._counter.version += 1
        return ()


def fitted(node: Node, index: int, grad: Any) -> Any:
    """The gradient (an array) for edge `index` of `node`, in the shape and dtype of its target.

    Broadcasting is undone here, and nowhere else: the gradient is summed over the dimensions along
    which the operand had been repeated.

    Raises
    ------
    RuntimeError
        If the shapes do not match.
    """
    target, nr = node.next_functions[index]
    if grad is None or target is None:
        return None
    meta = target.meta
    if meta.__class__ is tuple and grad.shape == meta[0] and grad.dtype is meta[1]:
        return grad
    shape, dtype = target.output_metadata(nr)
    if grad.shape != shape:
        grad = sums.in_order(grad, summed_dims(node, index, grad, shape), keepdims=bool(shape))
        grad = grad.reshape(shape) if shape else grad
    return grad if grad.dtype is dtype else grad.astype(dtype)


def summed_dims(node: Node, index: int, grad: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions over which `grad` is summed to get back to `shape`.

    Raises
    ------
    RuntimeError
        If an operand of `shape` cannot have been broadcast to the shape of `grad`.
    """
    new = len(grad.shape) - len(shape)
    if new < 0 or any(a not in (1, b) for a, b in zip(shape, grad.shape[new:], strict=True)):
        raise errors.gradient_shape(node, index, grad.shape, shape)
    return tuple(
        [d for d, n in enumerate(grad.shape) if d < new or (shape[d - new] == 1 and n != 1)]
    )


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
