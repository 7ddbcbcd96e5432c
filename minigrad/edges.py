"""Where gradients go: the edge of a tensor, and AccumulateGrad at the end of every path."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import count, repeat
from typing import Any
from weakref import ref

import numpy as np

from minigrad import errors
from minigrad.digits import sums
from minigrad.dtypes import from_numpy
from minigrad.modes import modes
from minigrad.node import Edge, Node, Rare, Target, meta_of, split
from minigrad.strides import fills_its_memory
from minigrad.tensor import Counter, Leaf, Tensor, wrap


class TensorNode(Node):
    """A node whose backward is written for Tensors alone; `_vjp` wraps the arrays for it."""

    __slots__ = ()

    def _vjp(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        before = modes.set(False, modes.counter)
        try:
            returned = self._vjp_tensors(*[None if g is None else wrap(g) for g in grads])
        finally:
            modes.set(*before)
        return self._sent([None if g is None else g._data for g in returned], keep)

    def _sent(self, returned: Sequence[Any], keep: bool) -> tuple[Any, ...]:
        """What the rules `returned`, as it goes on; after that what was saved is freed."""
        sent = tuple(map(fitted, repeat(self), count(), self._targets(), returned))
        if not keep:  # not before: of a gradient that does not fit nothing is lost
            self._release()
        return sent


class CallableNode(TensorNode):
    """A node that can also be run by hand: all can, but for those of custom Functions."""

    __slots__ = ()

    def __call__(self, *grads: Any) -> Any:
        """Run this one node on Tensors: gradients in, gradients out, not reduced to any shape."""
        expected = self._n_outputs
        errors.check(len(grads) == expected, "number_of_arguments", expected, len(grads))
        for nr, grad in enumerate(grads):
            errors.check(grad is None or isinstance(grad, Tensor), "argument_is_no_variable", nr)
        returned = self._vjp_tensors(*grads)
        return returned[0] if len(returned) == 1 else returned


def _holders(grads: list[Any]) -> int:
    """How many refer to the first of `grads`: `ONE` if only that list and the caller's variable."""
    return sys.getrefcount(grads[0])


def _count_of_one(grads: list[Any]) -> int:
    grad = grads[0]  # as in `AccumulateGrad._vjp`
    count = _holders(grads)
    del grad
    return count


def _is_whole(view: Any) -> bool:
    """Whether `view` shows all of an array, turned, and nobody else has that array."""
    memory = view.base
    owned = memory.__class__ is np.ndarray and memory.base is None and memory.size == view.size
    return owned and 0 not in view.strides and _holders([memory]) == ONE + 1  # and `memory`


def _memory(leaf: Any, grad: Any) -> Any:
    """Memory for a gradient, laid out as its leaf, if that has no gaps and still that shape."""
    if leaf.flags.c_contiguous or leaf.shape != grad.shape or not fills_its_memory(leaf):
        return np.empty(grad.shape, grad.dtype)
    return np.empty_like(leaf, grad.dtype)


ONE = _count_of_one([np.empty(1)])
"""What `_holders` gives for an array that nobody else has; it depends on the version of Python."""


class AccumulateGrad(CallableNode):
    """The end of a path: adds the gradient that arrives to the `.grad` of a leaf.

    Attributes
    ----------
    variable : Tensor
        The leaf.
    """

    __slots__ = ("__weakref__", "variable")
    __module__ = "builtins"  # as it prints
    variable: Tensor

    _sequence = 2**64 - 1  # PyTorch's: before all others, as soon as it is ready

    def name(self) -> str:
        return "torch::autograd::AccumulateGrad"

    def _vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        grad, variable = grads[0], self.variable
        if grad is None or not variable._requires_grad:
            return ()
        if variable._grad is None:
            # A copy, so that no later change of one reaches the other; recorded in grad mode.
            # What is given by hand may have another shape than the leaf.
            leaf = variable._data
            memory = _memory(leaf, leaf if fills_its_memory(leaf) else grad._data)
            variable._grad = wrap(memory.astype(grad._data.dtype, copy=False)).copy_(grad)
        elif modes.grad:
            variable._grad = variable._grad + grad
        else:
            variable._grad.add_(grad)
        return ()

    def _vjp(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        grad = grads[0]
        variable = self.variable
        if grad is None or not variable._requires_grad:
            return ()
        before = variable._grad
        if before is None:
            # A numpy scalar cannot change; an array is copied if it is somebody else's too.
            if type(grad) is np.ndarray:
                like = variable._data
                alone = _holders(grads) == ONE and (grad.base is None or _is_whole(grad))
                if not alone or grad.strides != like.strides:  # it must lie in memory as the leaf
                    grad = _memory(like, grad)
                    grad[...] = grads[0]
            variable._grad = wrap(grad)
        elif before._requires_grad or before._view is not None:
            super()._vjp(grads)
        elif type(before._data) is not np.ndarray:  # a number: nobody else holds this memory
            before._data = before._data + grad
            before._counter = before._counter or Counter()
            before._counter.version += 1
        elif before._data.shape == grad.shape and 0 not in before._data.strides:
            np.add(before._data, grad, out=before._data)
            before._share().version += 1
        else:
            super()._vjp(grads)
        return ()


def fitted(node: Node, index: int, target: Target, grad: Any) -> Any:
    """The gradient, array or Tensor, for edge `index` of `node`, shaped and typed for its target.

    Broadcasting is undone here, and nowhere else: the gradient is summed over the dimensions along
    which the operand had been repeated.

    Raises
    ------
    RuntimeError
        If the shapes do not match.
    """
    if grad is None or target is None:
        return grad
    to, nr = split(target)
    shape, dtype = to._output_metadata(nr)
    if isinstance(grad, Tensor):
        return _fitted_tensor(node, index, grad, shape, dtype)
    if grad.shape != shape:
        dims = summed_dims(node, index, grad, shape)
        grad = sums.in_order(grad, dims, keepdims=grad.ndim == len(shape))
        grad = grad if grad.shape == shape else grad.reshape(shape)
    return grad if grad.dtype is dtype else grad.astype(dtype)


def _fitted_tensor(node: Node, index: int, grad: Tensor, shape: Any, dtype: Any) -> Tensor:
    """The same for a Tensor, recorded."""
    if grad._data.shape != shape:
        dims = summed_dims(node, index, grad._data, shape)
        grad = grad.sum(dims, keepdim=True) if shape else grad.sum()
        grad = grad if grad._data.shape == shape else grad.view(shape)
    return grad if grad._data.dtype is dtype else grad.to(from_numpy(dtype))


def summed_dims(node: Node, index: int, grad: Any, shape: tuple[int, ...]) -> tuple[int, ...]:
    """The dimensions over which `grad` is summed to get back to `shape`.

    Raises
    ------
    RuntimeError
        If an operand of `shape` cannot have been broadcast to the shape of `grad`.
    """
    new = len(grad.shape) - len(shape)
    if grad.shape[new:] == shape and new > 0:
        return tuple(range(new))
    if new < 0 or any(a not in (1, b) for a, b in zip(shape, grad.shape[new:], strict=True)):
        raise errors.gradient_shape(node, index, grad.shape, shape)
    padded = (-1,) * new + shape
    return tuple([dim for dim, length in enumerate(grad.shape) if length != padded[dim]])


def target_of(tensor: Any) -> Target:
    """Where the gradient of `tensor` flows: to the node that made it, or an output of it.

    For a leaf that requires grad it is its one AccumulateGrad, which lives as long as somebody
    refers to it; for a tensor that requires none, None.
    """
    target = tensor._edge if tensor._view is None else tensor._view.current_edge(tensor)
    if target is not None or not tensor._requires_grad:
        return target
    leaf = tensor._leaf
    if leaf is None:
        leaf = tensor._leaf = Leaf()
    find = leaf.accumulator  # called by itself, for Python is slow to look for a method in a slot
    return find() or accumulator(tensor, leaf)


def accumulator(tensor: Any, leaf: Leaf) -> AccumulateGrad:
    """A new AccumulateGrad for `tensor`, whose last one is gone."""
    node = AccumulateGrad()
    node.variable = tensor
    data = tensor._data
    node._meta = data.__class__ if data.__class__ is not np.ndarray else meta_of(data)
    node._rare = Rare() if leaf.hooks else None  # the hooks live on the leaf
    leaf.accumulator = ref(node)
    return node


def gradient_edge(tensor: Any) -> Edge:
    """`target_of`, as PyTorch shows it: a node, or None, and which of its outputs."""
    return split(target_of(tensor))
