"""Changing a tensor in place: checks, version counters, and what it does to the graph.

The graph must go on telling the truth. A tensor that is changed gets a new node. A view that is
changed changes its base: the base gets a `CopySlices` node, and views taken earlier get their edge
anew when somebody asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from minigrad import dtypes, errors
from minigrad.compiled import UNDERIVED
from minigrad.edges import CallableNode, target_of
from minigrad.modes import modes
from minigrad.node import SPECIAL, Node, Target, keep_retaining, made, meta_of, numbers, watchers
from minigrad.op import Op
from minigrad.sizes import element_strides
from minigrad.strides import fills_its_memory
from minigrad.tensor import Counter, Tensor, address, wrap


def in_place(op: Op) -> Callable[..., Tensor]:
    """The in-place form of `op`: ``add_`` of ``add``."""

    def form(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        """Change this tensor as the operation of that name does, and return it."""
        return apply_in_place(op, self, args, kwargs)

    return form


def apply_in_place(
    op: Op, self: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any], *, uniform: bool = False
) -> Tensor:
    """Compute `op` and write the result into `self`; if a gradient is wanted, record it.

    If the result is `uniform`, the same wherever an element is seen, it may be written twice.
    """
    others = (*args, *kwargs.values()) if kwargs else args
    wanted = [getattr(t, "requires_grad", False) for t in (self, *others)] if modes.grad else ()
    if True in wanted and op.name:
        return _recorded(op, self, args, kwargs, uniform)
    if not uniform:
        check_overlap(self, others)
    data = op.apply(self, *args, **kwargs)._data
    check_result(op, self, data)
    write(self, data)
    return self


def _recorded(
    op: Op, self: Tensor, args: tuple[Any, ...], kwargs: dict[str, Any], uniform: bool
) -> Tensor:
    """The same, and put `self` behind a new node; one of integers gets none."""
    op = op.in_place
    inputs, attributes = op.bind((self, *args), kwargs)
    recording = self._data.dtype.kind == "f"
    number = next(numbers)  # PyTorch makes the node, asks for all edges, and only then computes
    if recording or op.name != "torch::autograd::CopyBackwards":  # which writes into any integers
        check_graph(self)
    if recording:
        for tensor in inputs:
            target_of(tensor)
    if not uniform:
        check_overlap(self, inputs[1:])
    datas, mixed = op.promote(inputs)
    data = op.compute(inputs, datas, attributes)
    check_result(op, self, data)
    node, early = None, len(inputs) > 1 or "result" not in op.saved
    if recording:
        node = op.make_node(inputs, attributes, datas, data, mixed=mixed)
        if op.name not in UNDERIVED:
            node._sequence = number
        if op.saved.get("self") == "input" and node._kept_self is not None:
            node._kept_self = self.clone()  # what the rule asks for is the tensor as it was
            node._versions = getattr(node, "_versions", {}) | {"self": 0}
        node._meta = meta_of(self._data)
        if watchers and early:
            made(node)  # which has saved what will be changed now
    counter = write(self, data)
    if node is not None:
        if "result" in op.saved:
            node._share_result(self._data, counter, 0)
            node._versions = getattr(node, "_versions", {}) | {"result": counter.version}
        rebase(self, node)
        if watchers and not early:
            made(node)
    return self


def write(self: Tensor, data: Any) -> Counter:
    """Put `data` into the memory of `self`; its version goes up by one.

    Where an element in memory is seen several times, what changes it wins.
    """
    counter = self._share()
    target = self._data
    if 0 in target.strides and data.shape == target.shape:
        stays = (data == target) | ((data != data) & (target != target))  # nan, too
        modes.quiet(np.copyto, target, data, "unsafe", ~stays)
    elif data.dtype is target.dtype:
        target[...] = data
    else:
        modes.quiet(np.copyto, target, data, "unsafe")
    counter.version += 1  # last: an inference tensor refuses, but only now
    return counter


def check_graph(self: Tensor) -> None:
    """Complain where the graph does not allow an in-place change.

    Raises
    ------
    RuntimeError
        For a leaf that requires grad, a view of one, one of several views, a view made in no_grad
        mode.
    """
    view = self._view
    if view is not None:
        if view.is_frozen:
            raise errors.view_modified(view, indirect=False)
        errors.check(not (self.requires_grad and view.base.is_leaf), "in_place_on_view_of_leaf")
    # A view that nobody has asked for its history since its base got one counts as a leaf here.
    edge = self._edge if view is None else view.edge
    errors.check(not self.requires_grad or edge is not None, "in_place_on_leaf")


def check_overlap(self: Tensor, others: Iterable[Any]) -> None:
    """Complain if an element is written twice, or read and written in different places.

    Raises
    ------
    RuntimeError
    """
    data = self._data
    errors.check(0 not in data.strides or not overlaps_itself(data), "overlap_within")
    for other in others:
        read: Any = getattr(other, "_data", None)
        if type(read) is np.ndarray and read is not data and np.may_share_memory(data, read):
            full = fills_its_memory(data) and fills_its_memory(read)  # PyTorch checks no others
            errors.check(not full or is_same(data, read), "overlap_between")


def overlaps_itself(data: Any) -> bool:
    """Whether `data` is expanded: one element in memory is seen several times."""
    seen_twice = [s == 0 and n > 1 for s, n in zip(data.strides, data.shape, strict=True)]
    return any(seen_twice) and data.size > 0


def check_result(op: Op, self: Tensor, data: Any) -> None:
    """Complain if `data` does not go into `self`.

    Raises
    ------
    RuntimeError
    """
    own = self._data
    errors.check(data.shape == own.shape, "in_place_shape", own.shape, data.shape)
    if data.dtype is not own.dtype and op.promotes is not None:
        texts = "clamped_dtype" if op.name == "ClampBackward1" else "in_place_dtype"
        errors.check(dtypes.can_cast(data.dtype, own.dtype), texts, data.dtype, self)


def is_same(a: Any, b: Any) -> bool:
    """Whether two arrays are the same elements in the same order, as PyTorch tells."""
    same = a.strides == b.strides and a.size == b.size and address(a) == address(b)
    return a is b or (same and a.size > 0)


def rebase(self: Tensor, node: Node) -> None:
    """Let `self` come from `node` from now on, and its base too if it is a view."""
    if self._view is None:
        set_edge(self, node)
        return
    base = self._view.base
    set_edge(base, CopySlices(base, self, node))
    self._view.current_edge(self)


def set_edge(tensor: Tensor, edge: Target) -> None:
    """Give `tensor` a new history; if it retains its gradient, it goes on doing so."""
    keep_retaining(tensor, tensor._edge, edge)
    tensor._edge = edge
    tensor._share().writer = errors.name_of(tensor.grad_fn)
    tensor._requires_grad = True


class CopySlices(CallableNode):
    """The node of a tensor of which a view was changed in place.

    Backward, the gradient of the whole is taken; the part under the view goes through the node of
    the in-place operation, and what that returns for its `self` takes the part's place.

    Attributes
    ----------
    _node : Node
        The node of the in-place operation; None when it was freed.
    """

    __slots__ = ("__weakref__", "_ends", "_geometry", "_like", "_node")
    _node: Any

    def __init__(self, base: Tensor, view: Tensor, node: Node) -> None:
        self._node = node
        self._ends = (target_of(base), *node._targets()[1:])
        self._sequence = next(numbers)
        self._rare = SPECIAL
        self._meta = meta_of(base._data)
        self._like = (base._data.shape, base._data.strides)
        offset = (address(view._data) - address(base._data)) // view._data.itemsize
        self._geometry = (view._data.shape, element_strides(view._data), offset)

    def _targets(self) -> tuple[Target, ...]:
        return self._ends

    def _vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        (grad,) = grads
        if grad is None:
            return (None,) * len(self._ends)
        errors.check(self._node is not None, "second_backward")
        result = wrap(self._empty()).copy_(grad)
        part = result.as_strided(*self._geometry)
        first, *others = self._node._vjp_tensors(part.clone())
        if first is None or self._ends[0] is None:
            return (None, *others)
        part.copy_(first)
        return (result, *others)

    def _empty(self) -> np.ndarray[Any, Any]:
        """Memory laid out as that of the base, so that the geometry of the view holds in it."""
        shape, strides = self._like
        dtype = self._output_metadata(0)[1]
        last = sum([(n - 1) * step for n, step in zip(shape, strides, strict=True)])
        memory = np.empty(max(last // dtype.itemsize, 0) + 1, dtype)
        return np.ndarray(shape, dtype, memory, 0, strides)

    def name(self) -> str:
        return "torch::autograd::CopySlices"

    def _release(self) -> None:
        self._node = None
