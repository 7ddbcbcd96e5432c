"""What drains the walk: ``backward()`` and ``grad()``, and how minigrad's nodes are run in it."""

from __future__ import annotations

import math
import operator
import warnings
from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Any

import numpy as np

from minigrad import anomaly, errors
from minigrad.dtypes import from_numpy
from minigrad.edges import AccumulateGrad, summed_dims, target_of
from minigrad.modes import QUIET, modes
from minigrad.node import Edge, Node, Output, Rare, Target, split
from minigrad.tensor import Tensor, method, wrap
from minigrad.walk import Step, Walk, reachable, walk
from minigrad.watch import passes

__all__ = ["Step", "Walk", "backward", "grad"]


class Runner:
    """Runs minigrad's nodes for a walk: hooks, the node itself, gradients fitted to where they go.

    Parameters
    ----------
    keep : bool
        Do not free what nodes have saved.
    create_graph : bool
        Run the rules on Tensors and record them, instead of on arrays.
    captures : dict
        (node, nr) to where in `captured` the gradient that arrives there belongs.
    execute : container of nodes, optional
        Nodes that run; others only have their gradients captured. Without it all run.
    """

    def __init__(self, keep: bool, create_graph: bool, captures: dict[Edge, int], execute: Any):
        self.keep, self.create_graph = keep, create_graph
        self.captures, self.execute = captures, execute
        self.captured: dict[int, Any] = {}

    def run(self, node: Node, received: list[Any]) -> Sequence[Any]:
        """Run one node with its hooks, on arrays or Tensors; or only capture what arrives."""
        before, modes.grad = modes.grad, self.create_graph
        try:
            return self._run_in_mode(node, node.rare, received)
        finally:
            modes.grad = before

    def _run_in_mode(self, node: Node, rare: Rare | None, received: list[Any]) -> Sequence[Any]:
        if rare is not None:
            received[:] = self._tensor_hooks(node, rare, received)
        for nr, grad in enumerate(received if self.captures else ()):
            if (node, nr) in self.captures:
                self.captured[self.captures[node, nr]] = grad
        if self.execute is not None and node not in self.execute:
            return ()
        if rare is not None:
            received[:] = self._pre_hooks(rare, received)
        if self.create_graph:
            returned: Sequence[Any] = self._run_on_tensors(node, received)
        else:
            returned = node.vjp(received, self.keep)
        return returned if rare is None else self._after(node, rare, received, returned)

    def _run_on_tensors(self, node: Node, received: list[Any]) -> list[Any]:
        """The gradients as Tensors, recorded, in the shape and dtype of where they go."""
        returned: list[Any] = [*node.vjp_tensors(*received)]
        if not self.keep:
            node.release()
        for index, (target, grad) in enumerate(zip(node.targets(), returned, strict=False)):
            if target is not None and grad is not None:
                returned[index] = fitted_tensor(node, index, grad, *split(target))
        return returned

    # Hooks take and return Tensors, whatever the pass runs on.

    def _open(self, grad: Any) -> Any:
        return grad if self.create_graph or grad is None else wrap(grad)

    def _close(self, tensor: Any) -> Any:
        return tensor if self.create_graph or tensor is None else tensor._data

    def _tensor_hooks(self, node: Any, rare: Rare, received: list[Any]) -> list[Any]:
        grads = [self._open(g) for g in received]
        grads += [None] * (node.n_outputs - len(grads))
        if type(node) is AccumulateGrad and (leaf := node.variable._leaf):
            self._run_hooks(grads, 0, leaf.hooks.get("tensor", {}))
        for nr, hooks in rare.tensor.items():
            self._run_hooks(grads, nr, hooks)
        for nr, keeper in rare.retained.items():
            tensor = keeper()
            if tensor is not None and (grad := grads[nr]) is not None:
                tensor._grad = grad.clone() if tensor._grad is None else tensor._grad + grad
        return [self._close(g) for g in grads]

    def _pre_hooks(self, rare: Rare, received: list[Any]) -> list[Any]:
        grads = [self._open(g) for g in received]
        for hook in list(rare.pre.values()):
            changed = hook(tuple(grads))
            if changed is not None:
                grads = [*_as_tuple(changed)]
        return [self._close(g) for g in grads]

    def _run_hooks(self, grads: list[Any], nr: int, hooks: dict[int, Any]) -> None:
        for hook in list(hooks.values()):
            if grads[nr] is not None:
                changed = hook(grads[nr])
                if changed is not None:
                    errors.check_hook_result(changed, grads[nr], hook)
                    grads[nr] = changed

    def _after(
        self, node: Any, rare: Rare, received: list[Any], returned: Sequence[Any]
    ) -> Sequence[Any]:
        if type(node) is AccumulateGrad and (leaf := node.variable._leaf):
            for hook in list(leaf.hooks.get("post_accumulate", {}).values()):
                errors.check_post_accumulate_result(hook(node.variable), node.variable)
        if rare.post:
            grads = tuple([self._open(g) for g in returned])
            outputs = tuple([self._open(g) for g in received])
            for hook in list(rare.post.values()):
                changed = hook(grads, outputs)
                if changed is not None:
                    grads = _as_tuple(changed)
            returned = [self._close(g) for g in grads]
        return returned


def fitted_tensor(node: Node, index: int, grad: Tensor, target: Node, nr: int) -> Tensor:
    """`edges.fitted` for a Tensor: what it does is recorded."""
    shape, dtype = target.output_metadata(nr)
    if grad._data.shape != shape:
        dims = summed_dims(node, index, grad._data, shape)
        if not shape:
            grad = grad.sum()
        elif dims:
            grad = grad.sum(dims, keepdim=True)
        if grad._data.shape != shape:
            grad = grad.view(shape)
    return grad if grad._data.dtype is dtype else grad.to(from_numpy(dtype))


# --- the two public functions


def run_backward(
    roots: Sequence[Any],
    grads: Sequence[Tensor | None],
    keep: bool,
    create_graph: bool,
    inputs: Sequence[Any] | None = None,
    accumulate: bool = True,
) -> list[Tensor | None]:
    """Walk backward from `roots`; return the gradients of `inputs` or accumulate them."""
    start = [root_gradient(root, grad) for root, grad in zip(roots, grads, strict=True)]
    edges = [_target_of(root) for root in roots]
    if None in edges:
        raise errors.root_without_grad(edges.index(None))
    plain = inputs is None and not create_graph
    tensors: dict[int, Tensor] = {}
    if not plain or grads.count(None) < len(grads):
        start = [_in_dtype_of(root, grad) for root, grad in zip(roots, start, strict=True)]
        tensors = {id(grad._data): grad for grad in start}
        start = start if create_graph else [grad._data for grad in start]
    captures: dict[Edge, int] = {}
    through = execute = None
    if inputs is not None:
        ends = [split(_target_of(end)) for end in inputs]
        for end in inputs if accumulate else ():
            if isinstance(end, Tensor):
                end.retain_grad()
        captures = {} if accumulate else {e: i for i, e in reversed(list(enumerate(ends)))}
        through, execute = _leading_to([split(e)[0] for e in edges], ends, accumulate=accumulate)
    runner = Runner(keep, create_graph, captures, execute)
    passes.append((edges, execute))
    try:
        if plain and not anomaly.state.enabled:
            QUIET.copy().run(drain, edges, start, runner)
        else:
            QUIET.copy().run(_walk_on, edges, start, runner, through)
    finally:
        passes.pop()
    if inputs is None or accumulate:
        return []
    found = [runner.captured.get(captures[split(_target_of(end))]) for end in inputs]
    if create_graph:
        return found
    # A gradient that was given, or that two inputs share, is one tensor.
    return [None if g is None else tensors.setdefault(id(g), wrap(g)) for g in found]


def drain(roots: Sequence[Target], grads: Sequence[Any], runner: Runner) -> None:
    """Walk to the end, without a count of what a node still waits for, as long as all is plain.

    Nodes are numbered as they are made, so of all nodes that a gradient has reached, the one with
    the highest number waits for no other: that is the order of `walk`, too. Leaves come last; only
    hooks and custom Functions could tell. At the first node that has such a thing (or several
    outputs), and if a node fails, the walk proper takes over.
    """
    arrived: dict[Target, Any] = {}
    queue: list[tuple[int, Node]] = []
    leaves: list[Node] = []
    plain, keep = True, runner.keep
    delivered = zip(roots, grads)  # noqa: B905 - that is slow
    node: Any = None
    try:
        while True:
            for target, grad in delivered:
                if target in arrived and grad is not None:
                    before = arrived[target]
                    arrived[target] = grad if before is None else before + grad
                elif target is not None and target not in arrived:
                    arrived[target] = grad
                    if target.is_special or target.rare is not None:
                        plain = False
                    elif target.__class__ is AccumulateGrad:
                        leaves.append(target)
                    else:
                        heappush(queue, (-target.sequence, target))
            if not (plain and queue):
                break
            node = heappop(queue)[1]
            delivered = zip(node.targets(), node.vjp([arrived.pop(node)], keep))  # noqa: B905
    except BaseException:
        waiting = reachable([node, *[node for _, node in queue]], None, _targets)
        _accumulate([leaf for leaf in leaves if leaf not in waiting], arrived)
        raise
    delivered = grad = None  # who accumulates keeps what nobody else has
    if plain:
        _accumulate(leaves, arrived)
    else:
        _walk_on([*arrived], [*arrived.values()], runner)


def _accumulate(leaves: list[Node], arrived: dict[Target, Any]) -> None:
    for leaf in leaves:
        leaf.vjp([arrived.pop(leaf)])


def _walk_on(roots: Any, grads: Any, runner: Runner, through: Any = None) -> None:
    run = anomaly.checked(runner.run) if anomaly.state.enabled else runner.run
    next(walk(roots, grads, run, number=_number, targets=_targets, through=through), None)


_number = operator.attrgetter("sequence")


def _targets(node: Node) -> tuple[Target, ...]:
    return node.targets()


def _target_of(root: Any) -> Target:
    """Where the gradient of a Tensor or of a `GradientEdge` flows."""
    return target_of(root) if isinstance(root, Tensor) else Output(root.node, root.output_nr)


def _leading_to(
    roots: list[Any], edges: list[Edge], *, accumulate: bool
) -> tuple[set[Any], set[Any]]:
    """The nodes on the way from `roots` to `edges`, and those of them that have to run."""
    parents: dict[Any, list[Any]] = {}
    stack = list(dict.fromkeys(roots))
    seen = set(stack)
    while stack:
        node = stack.pop()
        for target, _ in node.next_functions:
            if target is not None:
                parents.setdefault(target, []).append(node)
                if target not in seen:
                    seen.add(target)
                    stack.append(target)
    ends = {node for node, _ in edges if node in seen}
    above: set[Any] = set()
    stack = list(ends)
    while stack:
        for parent in parents.get(stack.pop(), ()):
            if parent not in above:
                above.add(parent)
                stack.append(parent)
    leaves = {node for node in ends if accumulate and type(node) is AccumulateGrad}
    return above | ends, above | leaves


def root_gradient(root: Any, grad: Any) -> Any:
    """The gradient that a root receives: the given Tensor, or for a scalar an array of 1."""
    if grad is not None:
        if not isinstance(grad, Tensor):
            raise errors.gradient_is_no_tensor(grad)
        return grad
    shape, dtype = _described(root)
    if not shape:
        return dtype.type(1)
    if math.prod(shape) != 1 and (not isinstance(root, Tensor) or root.requires_grad):
        raise errors.implicit_grad_of_non_scalar()
    return np.ones(shape, dtype)  # that a root needs no grad is reported in order


def _in_dtype_of(root: Any, grad: Any) -> Tensor:
    """The gradient of a root as a Tensor in the dtype of the root."""
    dtype = _described(root)[1]
    grad = grad if isinstance(grad, Tensor) else wrap(grad)
    return grad if grad._data.dtype is dtype else grad.to(from_numpy(dtype))


def checked_root_gradients(roots: tuple[Any, ...], given: Any) -> tuple[Any, ...]:
    """The gradients given for the roots, one for each, None for one that was left out."""
    if given is None:
        return (None,) * len(roots)
    grads = _as_tuple(given)
    if len(grads) != len(roots):
        raise errors.number_of_root_gradients(len(roots), len(grads))
    for index, (root, grad) in enumerate(zip(roots, grads, strict=True)):
        shape = _described(root)[0]
        if isinstance(grad, Tensor) and grad._data.shape != shape:
            raise errors.mismatch_of_root(index, grad, shape)
    return grads


def _described(root: Any) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and dtype of a root."""
    if isinstance(root, Tensor):
        return root._data.shape, root._data.dtype
    return root.node.output_metadata(root.output_nr)


def _as_tuple(value: Any) -> tuple[Any, ...]:
    """A Tensor or `GradientEdge` alone, or several of them, as a tuple."""
    return (value,) if isinstance(value, Tensor) or hasattr(value, "output_nr") else tuple(value)


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
    inputs : Tensor or sequence of Tensor, optional
        Accumulate into these leaves only.

    Raises
    ------
    RuntimeError
        If a root does not require grad, needs a gradient or gets one of the wrong shape; if the
        graph was freed; if a saved tensor was changed in place.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.backward.html
    """
    tensors = _as_tuple(tensors)
    inputs = None if inputs is None else _as_tuple(inputs)
    if inputs is not None and not inputs:
        raise errors.no_inputs("backward")
    grads = checked_root_gradients(tensors, grad_tensors)
    if create_graph:
        warnings.warn(errors.REFERENCE_CYCLE, stacklevel=3)
    keep = create_graph if retain_graph is None else bool(retain_graph)
    run_backward(tensors, grads, keep, create_graph, inputs)


def grad(
    outputs: Any,
    inputs: Any,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    *,
    allow_unused: bool | None = None,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the gradients of `outputs` with respect to `inputs`, and accumulate nothing.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs : Tensor or sequence of (Tensor or None), optional
        The gradient that each output receives, of its shape.
    retain_graph, create_graph : bool, optional
        As for `backward`.
    allow_unused : bool, optional
        Give None for an input that the outputs do not depend on, instead of an error.
    materialize_grads : bool
        Give zeros instead of that None.

    Returns
    -------
    tuple of (Tensor or None)
        One gradient per input.

    Raises
    ------
    RuntimeError
        As for `backward`; and if an input does not require grad or was not used.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.grad.html
    """
    if materialize_grads and allow_unused is False:
        raise errors.materialize_but_not_unused()
    outputs, inputs = _as_tuple(outputs), _as_tuple(inputs)
    if not inputs:
        raise errors.no_inputs("grad")
    grads = checked_root_gradients(outputs, grad_outputs)
    for root, gradient in zip(outputs, grads, strict=True):
        root_gradient(root, gradient)  # its complaints come first
    for index, root in enumerate(outputs):
        if isinstance(root, Tensor) and not root.requires_grad:
            raise errors.root_without_grad(index)
    for end in inputs:
        if isinstance(end, Tensor) and not end.requires_grad:
            raise errors.input_without_grad()
    keep = create_graph if retain_graph is None else bool(retain_graph)
    found = run_backward(outputs, grads, keep, create_graph, inputs, accumulate=False)
    for index, gradient in enumerate(found):
        if gradient is None and materialize_grads:
            found[index] = wrap(np.zeros_like(inputs[index]._data))
        elif gradient is None and not allow_unused:
            raise errors.unused_input(index)
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
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)
