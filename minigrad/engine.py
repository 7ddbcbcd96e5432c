"""What drains the walk: ``backward()`` and ``grad()``, and how minigrad's nodes are run in it."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from itertools import count, repeat
from typing import Any, cast

import numpy as np

from minigrad import errors
from minigrad.compiled import UNDERIVED
from minigrad.dtypes import from_numpy
from minigrad.edges import AccumulateGrad, CallableNode, fitted, target_of
from minigrad.modes import QUIET, modes
from minigrad.node import SPECIAL, AnomalyMode, Edge, Node, Output, Rare, Target, passes, split
from minigrad.op_node import OpNode
from minigrad.operands import FLOATS
from minigrad.tensor import Tensor, method, wrap
from minigrad.walk import Walk, reachable, walk

__all__ = ["Walk", "backward", "grad"]


class Runner:
    """Runs minigrad's nodes for a walk: hooks, the node itself, gradients fitted to where they go.

    Parameters
    ----------
    keep : bool
        Do not free what nodes have saved.
    create_graph : bool
        Run the rules on Tensors and record them, instead of on arrays.
    captures : set of edges
        Where the gradient that arrives is put into `captured`.
    through, execute : set of nodes, optional
        Nodes that are reached, and those of them that run; the others only have their gradients
        captured. Without them all run.
    """

    def __init__(
        self, keep: bool, create_graph: bool, captures: set[Edge],
        through: Any = None, execute: Any = None,
    ) -> None:  # fmt: skip
        self.keep, self.create_graph = keep, create_graph
        self.captures, self.through, self.execute = captures, through, execute
        self.captured: dict[Edge, Any] = {}

    def run(self, node: Any, received: list[Any]) -> Sequence[Any]:
        """Run one node with its hooks, on arrays or Tensors; or only capture what arrives."""
        rare = node._rare if node._rare is not SPECIAL else None
        only_captured = self.execute is not None and node not in self.execute
        arrived = received[:]
        if rare is not None:
            received[:] = self._tensor_hooks(node, rare, received)
        for nr, grad in enumerate(received if only_captured else arrived):  # as in PyTorch
            if (node, nr) in self.captures:
                self.captured[node, nr] = grad
        if only_captured:
            return ()
        if rare is not None and rare.pre:
            received[:] = self._hooked(rare.pre, received)
        hooked = rare is not None and rare.post.copy()  # a hook may remove itself
        partly = self._leaves_out(node)
        if partly or self.create_graph:
            given, how = (*received,), {"arrays": not self.create_graph, "through": self.through}
            grads = node._run_rules(given, **how) if partly else node._vjp_tensors(*given)
            returned: Sequence[Any] = [*map(fitted, repeat(node), count(), node._targets(), grads)]
        else:
            returned = node._vjp(received, self.keep or bool(hooked))
        if hooks := _leaf_hooks(node, "post_accumulate"):
            left = _changed(node.variable, hooks)
            errors.check(left is node.variable, "post_accumulate_result")
        if hooked and self.through is not None and _computes_each(node):
            ends = [split(target)[0] for target in node._targets()]
            pairs = zip(ends, returned, strict=True)
            returned = [grad if end in self.through else None for end, grad in pairs]
        if hooked:
            returned = self._hooked(hooked, returned, received)
        if not self.keep and (hooked or partly or self.create_graph):
            node._release()  # not before: hooks may look at what the node has saved
        return returned

    def _leaves_out(self, node: Any) -> bool:
        """Whether some of the node's rules need not run: nobody asks for those gradients."""
        if self.through is None or not isinstance(node, OpNode) or node._op.variadic:
            return False
        if node._op.name in UNDERIVED:  # such a node fails in any case
            return False
        if not self.create_graph and node._rare is not None and node._rare.mixed:  # on Tensors
            return False
        ends = {split(target)[0] for target in node._targets()} - {None}
        return not ends <= self.through

    # Hooks take and return Tensors, whatever the pass runs on.

    def _open(self, grads: Sequence[Any]) -> tuple[Any, ...]:
        return tuple([g if self.create_graph or g is None else wrap(g) for g in grads])

    def _close(self, grads: Sequence[Any]) -> list[Any]:
        return [g if self.create_graph or g is None else g._data for g in grads]

    def _hooked(self, hooks: dict[int, Any], grads: Sequence[Any], *others: Any) -> list[Any]:
        """What the hooks of a node make of `grads`."""
        values = self._open(grads)
        context = [self._open(other) for other in others]
        for hook in list(hooks.values()):
            changed = hook(values, *context)
            if changed is not None:
                errors.check_node_hook_result(changed, values, hook)
                values = changed
        return self._close(values)

    def _tensor_hooks(self, node: Any, rare: Rare, received: list[Any]) -> list[Any]:
        """The same for the hooks of the tensors that the node made; or of its leaf."""
        grads = [*self._open(received), *[None] * (node._n_outputs - len(received))]
        every = [(nr, [*hooks.values()]) for nr, owned in rare.tensor.items() for _, hooks in owned]
        for nr, hooks in ((0, _leaf_hooks(node, "tensor")), *every):
            grads[nr] = _changed(grads[nr], hooks)
        for nr, keeper in rare.retained.items():
            kept = keeper()
            if kept is not None and (grad := grads[nr]) is not None:
                kept._grad = grad.contiguous().clone() if kept._grad is None else kept._grad + grad
        return self._close(grads)


def _changed(value: Any, hooks: list[Any]) -> Any:
    """What the hooks of a tensor make of `value`, which may be None."""
    for hook in hooks:
        changed = hook(value)
        if changed is not None:
            errors.check_hook_result(changed, value, hook)
            value = changed
    return value


def _leaf_hooks(node: Any, kind: str) -> list[Any]:
    """The hooks of that kind of the leaf behind an AccumulateGrad."""
    leaf = node.variable._leaf if type(node) is AccumulateGrad else None
    return list(leaf.hooks.get(kind, {}).values()) if leaf else []


def _computes_each(node: Any) -> bool:
    """Whether PyTorch leaves out gradients of the node that nobody asks for: hooks see None."""
    return isinstance(node, CallableNode) and not (isinstance(node, OpNode) and node._op.variadic)


# --- the two public functions


def run_backward(
    roots: tuple[Any, ...], given: Any, retain_graph: bool | None, create_graph: bool,
    inputs: Sequence[Any] | None = None, accumulate: bool = True,
) -> list[Tensor | None]:  # fmt: skip
    """Walk backward from `roots`; return the gradients of `inputs` or accumulate them."""
    keep = operator.index(create_graph if retain_graph is None else retain_graph) > 0
    start = root_gradients(roots, given)
    edges = [*map(_target_of, roots)]
    if None in edges:
        raise errors.root_without_grad(edges.index(None))
    if inputs is None and not create_graph and not AnomalyMode.enabled:
        _run_quietly(drain, edges, [grad._data for grad in start], keep)
        return []
    tensors = {id(grad._data): grad for grad in start}
    through = execute = None
    ends: list[Edge] = []
    if inputs is not None:
        for end in inputs:
            is_tensor = isinstance(end, Tensor)
            errors.check(is_tensor or hasattr(end, "output_nr"), "input_is_no_tensor", end)
            errors.check(accumulate or not is_tensor or end.requires_grad, "input_without_grad")
            if accumulate and is_tensor:
                end.retain_grad()
        ends = [split(_target_of(end)) for end in inputs]
        through, execute = _leading_to(edges, ends, accumulate=accumulate)
    runner = Runner(keep, create_graph, {*ends}, through, execute)
    received = start if create_graph else [grad._data for grad in start]
    try:
        _run_quietly(_walk_on, edges, received, runner, through)
    finally:
        if create_graph and accumulate:
            errors.warn_once(errors.REFERENCE_CYCLE, stacklevel=4)
    found = [runner.captured.get(end) for end in ends]
    if create_graph:
        return found
    # A gradient that was given, or that two inputs share, is one tensor.
    return [None if g is None else tensors.setdefault(id(g), wrap(g)) for g in found]


def _run_quietly(
    run: Callable[..., None], edges: list[Target], grads: Any, how: Any, through: Any = None
) -> None:
    """``run(edges, grads, how)`` as one of the `passes`."""
    passes.append((edges, through))
    try:
        QUIET.copy().run(run, edges, grads, how)
    finally:
        passes.pop()


# Calls in the loop of this function would take as long as what it does.
def drain(roots: Sequence[Target], grads: Sequence[Any], keep: bool) -> None:  # noqa: C901
    """Walk to the end, without a count of what a node still waits for, as long as all is plain.

    The walk proper takes twice the time, for it may be stopped, watched and hooked at every node.

    Nodes are numbered as they are made, so of all nodes that a gradient has reached, the one with
    the highest number waits for no other: that is the order of `walk`, too. Leaves come last; only
    hooks and custom Functions could tell. At the first node that has something `Rare`, and if a
    node fails, the walk proper takes over.
    """
    arrived: dict[Target, Any] = {}
    queue: list[tuple[int, Node]] = []
    leaves: list[Node] = []
    plain = True
    delivered = zip(roots, grads)  # noqa: B905 - that is slow
    node: Any = None
    received: Any = None
    alone: Any = None  # the one node that waits for its turn, with what it has received
    try:
        while True:
            for target, grad in delivered:
                if target is None:
                    continue
                if target is alone:
                    received = _sum(received, grad)
                elif target in arrived:
                    arrived[target] = _sum(arrived.pop(target), grad)  # now the last of all
                elif target._rare is not None and not target._rare.plain:
                    plain, arrived[target] = False, grad
                elif type(target) is AccumulateGrad:
                    arrived[target] = grad
                    leaves.append(target)
                elif alone is None and not queue:
                    alone, received = target, grad
                else:
                    arrived[target] = grad
                    heappush(queue, (-target._sequence, target))
            if alone is not None and (queue or not plain):
                arrived[alone] = received
                heappush(queue, (-alone._sequence, alone))
                alone = None
            if alone is not None:
                node, alone = alone, None
            elif queue and plain:
                node = heappop(queue)[1]
                received = arrived.pop(node)
            else:
                break
            delivered = zip(node._targets(), node._vjp([received], keep))  # noqa: B905
    except BaseException:
        _accumulate(leaves, arrived, node)
        raise
    delivered = grad = received = None  # who accumulates keeps what nobody else has
    if plain:
        _accumulate(leaves, arrived)
    else:
        if leaves and node is not None:
            _accumulate(leaves, arrived, node)
        _walk_on([*arrived], [*arrived.values()], Runner(keep, False, set()))


def _sum(before: Any, grad: Any) -> Any:
    return before if grad is None else grad if before is None else before + grad


def _accumulate(leaves: list[Node], arrived: dict[Target, Any], last: Any = None) -> None:
    """Accumulate what has arrived, or only what was complete when the node `last` began to run."""
    if last is not None:
        later = reachable([last, *{*arrived}.difference(leaves)], None, _targets)
        leaves = [leaf for leaf in leaves if leaf not in later]
    for leaf in leaves:
        leaf._vjp([arrived.pop(leaf)])


def _walk_on(roots: Any, grads: Any, runner: Runner) -> None:
    run, through = runner.run, runner.through
    if AnomalyMode.enabled:
        from minigrad.anomaly import checked

        run = checked(run)
    before = modes.set(runner.create_graph, modes.counter)
    try:
        next(walk(roots, grads, run, number=_number, targets=_targets, through=through), None)
    finally:
        modes.set(*before)


_number, _targets = operator.attrgetter("_sequence"), operator.methodcaller("_targets")


def _target_of(root: Any) -> Target:
    """Where the gradient of a Tensor or of a `GradientEdge` flows."""
    return target_of(root) if isinstance(root, Tensor) else Output((root.node, root.output_nr))


def _leading_to(
    roots: list[Any], edges: list[Edge], *, accumulate: bool
) -> tuple[set[Any], set[Any]]:
    """The nodes on the way from `roots` to `edges`, and those of them that have to run."""
    parents: dict[Any, list[Any]] = {}
    cells = reachable(roots, None, _targets)
    for node, (_, _, targets) in cells.items():
        for target in targets:
            parents.setdefault(split(target)[0], []).append(node)
    ends = {node for node, _ in edges if node in cells}
    first = [parent for end in ends for parent in parents.get(end, ())]
    above = set(reachable(first, None, lambda node: parents.get(node, ())))
    return above | ends, above | ends if accumulate else above


_ONES: dict[Any, Any] = {kind: kind(1) for kind in FLOATS}


def root_gradients(roots: tuple[Any, ...], given: Any) -> list[Tensor]:
    """The gradients that roots receive: the given ones, in their dtypes; 1 for one left out."""
    grads = (None,) * len(roots) if given is None else _as_tuple(given)
    errors.check(len(grads) >= len(roots), "number_of_root_gradients", len(roots), len(grads))
    received: list[Tensor] = []
    for index, (root, grad) in enumerate(zip(roots, grads, strict=False)):
        shape, dtype = _described(root)
        if grad is None:
            single = math.prod(shape) == 1 or (isinstance(root, Tensor) and not root.requires_grad)
            errors.check(single, "implicit_grad_of_non_scalar")
            grad = wrap(np.ones(shape, dtype)[()])  # noqa: PLW2901
        errors.check(isinstance(grad, Tensor), "gradient_is_no_tensor", grad)
        errors.check(grad._data.shape == shape, "mismatch_of_root", index, grad, shape)
        received.append(grad if grad._data.dtype is dtype else grad.to(from_numpy(dtype)))
    return received


def _described(root: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and dtype of a root."""
    if isinstance(root, Tensor):
        return root._data.shape, root._data.dtype
    errors.check(hasattr(root, "output_nr"), "root_is_no_tensor")
    meta = root.node._input_metadata[root.output_nr]
    return tuple(meta.shape), meta.dtype.numpy


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """A Tensor or `GradientEdge` alone, or several of them."""
    return (value,) if isinstance(value, Tensor) or hasattr(value, "output_nr") else tuple(value)


def _inputs(value: Any) -> tuple[Any, ...]:
    """The same of the inputs, which may be the values of a dictionary."""
    return _as_tuple(cast("dict[Any, Any]", value).values() if type(value) is dict else value)


def backward(
    tensors: Any,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Accumulate the gradients of `tensors` into the `.grad` of the leaves they depend on.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        The roots.
    grad_tensors : Tensor or sequence of (Tensor or None), optional
        The gradient that each root receives, of its shape; 1 where left out, for roots with one
        element.
    retain_graph : bool, optional
        Keep what nodes have saved, so that another pass can run. By default the value of
        `create_graph`.
    create_graph : bool
        Record the pass itself, so that the gradients can be differentiated.
    inputs : Tensor, sequence of Tensor or dict, optional
        Accumulate into these only.

    Raises
    ------
    RuntimeError
        If a root does not require grad, needs a gradient or gets one of the wrong shape; if the
        graph was freed; if a saved tensor was changed in place.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
    """
    asked = grad_tensors is not None or retain_graph is not None or inputs is not None
    if tensors.__class__ is Tensor and not asked and create_graph is False:
        edge, kind = tensors._edge, tensors._data.__class__
        plain = kind in _ONES and edge is not None and tensors._view is None
        if plain and not AnomalyMode.enabled:  # a loss, of which that is all there is to know
            _run_quietly(drain, [edge], [_ONES[kind]], False)
            return
    tensors = _as_tuple(tensors)
    if inputs is not None:
        inputs = _inputs(inputs)
        errors.check(len(inputs), "no_inputs", "backward")
    run_backward(tensors, grad_tensors, retain_graph, create_graph, inputs)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    *,
    materialize_grads: bool = False,
) -> Any:
    """Return the gradients of `outputs` with respect to `inputs`, and accumulate nothing.

    Parameters
    ----------
    outputs : Tensor or sequence of Tensor
    inputs : Tensor, sequence of Tensor or dict
    grad_outputs : Tensor or sequence of (Tensor or None), optional
        The gradient that each output receives, of its shape.
    retain_graph, create_graph : bool, optional
        As for `backward`.
    only_inputs : bool
        Of no effect, as in PyTorch.
    allow_unused : bool, optional
        Give None for an input that the outputs do not depend on, instead of an error.
    materialize_grads : bool
        Give zeros instead of that None.

    Returns
    -------
    tuple of (Tensor or None), or dict
        One gradient per input; for a dictionary of inputs, under the same keys.

    Raises
    ------
    RuntimeError
        As for `backward`; and if an input does not require grad or was not used.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    if not only_inputs:
        warnings.warn(errors.ONLY_INPUTS, FutureWarning, stacklevel=2)
    errors.check(not materialize_grads or allow_unused is not False, "materialize_but_not_unused")
    outputs, ends = _as_tuple(outputs), _inputs(inputs)
    errors.check(len(ends), "no_inputs", "grad")
    found = run_backward(outputs, grad_outputs, retain_graph, create_graph, ends, accumulate=False)
    for index, gradient in enumerate(found):
        if gradient is None and materialize_grads:
            errors.check(isinstance(ends[index], Tensor), "materialize_edge")
            zeros = found[index] = wrap(np.zeros_like(ends[index]._data))
            zeros._requires_grad = create_graph
        elif gradient is None:
            errors.check(allow_unused, "unused_input", index)
    if type(inputs) is dict:
        return dict(zip(cast("dict[Any, Any]", inputs), found, strict=True))
    return tuple(found)


@method("backward")
def tensor_backward(
    self: Tensor,
    gradient: Tensor | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Any = None,
) -> None:
    """Accumulate gradients into the leaves this tensor depends on: see `autograd.backward`."""
    backward(self, gradient, retain_graph, create_graph, inputs)
