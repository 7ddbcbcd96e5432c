"""A backward pass, taken one node at a time and written down.

The walk is the one that ``backward()`` drains (`minigrad.engine.Walk`). Here it calls each node by
hand, so the graph is not consumed and no ``.grad`` is touched; the same code walks a graph of
PyTorch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from weakref import ref

from minigrad.engine import Walk

from .cards import Card, Surroundings, card
from .graph import Graph, GraphEdge, GraphNode, library_of, trace_graph
from .names import NamedTensors, is_tensor
from .nodes import before_and_after, call, fit, hooked, is_of_several, tensor_hooked, wait_for_grad
from .second import Births, SecondLayer, second_layer
from .table import step_table
from .values import shape_of
from .words import word


@dataclass(frozen=True)
class Part:
    """A gradient that arrived at one output of a node, by one edge; by None, the first one."""

    edge: str | None
    output_nr: int
    value: Any


@dataclass(frozen=True)
class Sent:
    """What left along one edge.

    ``raw`` is what the node returned; ``fitted`` the same after the dimensions ``summed`` were
    summed because the forward pass had broadcast them, in the dtype of what it flows into;
    ``value`` what flows on: ``fitted``, or what the learner's hooks of the node made of it.
    """

    edge: str
    raw: Any
    summed: tuple[int, ...]
    fitted: Any
    value: Any


@dataclass(frozen=True)
class Accumulation:
    """What a ``.grad`` becomes: ``before + incoming = after``; ``before`` may be None.

    ``retained`` tells a retain_grad tensor from a leaf.
    """

    tensor: Any = field(repr=False)
    name: str
    retained: bool
    before: Any
    incoming: Any
    after: Any


@dataclass(frozen=True)
class Frame:
    """One step of the pass.

    Attributes
    ----------
    node : str
        Id of the node in ``trace.graph``.
    parts : tuple of Part
        What arrived, edge by edge.
    received : tuple of Tensor or None
        The sum of the parts, one per output of the node.
    hooked : tuple of Tensor or None
        The same after the learner's hooks, of tensors and of the node: what it was called with.
    card : Card
        Name, plain words, formulas.
    sent : tuple of Sent
        What left, edge by edge.
    accumulated : tuple of Accumulation
        What was added to a ``.grad`` in this step.
    ready : tuple of str
        The nodes that could run next, in the order in which they will, after this step.
    """

    node: str
    parts: tuple[Part, ...]
    received: tuple[Any, ...]
    hooked: tuple[Any, ...]
    card: Card
    sent: tuple[Sent, ...]
    accumulated: tuple[Accumulation, ...]
    ready: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trace:
    """A backward pass as frames; ``str(trace)`` is a table of its steps.

    ``second`` is the graph that the pass has made of itself, where it was recorded. ``later`` are
    the tensors with hooks that did not run here: those that ``backward()`` runs after it has added
    to ``.grad``, and those of ``register_multi_grad_hook``.
    """

    graph: Graph
    gradient: Any
    frames: tuple[Frame, ...]
    second: SecondLayer | None = None
    later: tuple[str, ...] = ()

    @cached_property
    def nodes(self) -> dict[str, GraphNode]:
        """The nodes of the graph by id."""
        return {node.id: node for node in self.graph.nodes}

    @cached_property
    def edges(self) -> dict[str, GraphEdge]:
        """The edges of the graph by id."""
        return {edge.id: edge for edge in self.graph.edges}

    def __str__(self) -> str:
        return step_table(self)


def trace(
    root: Any,
    names: Mapping[str, Any] | None = None,
    gradient: Any = None,
    *,
    create_graph: bool = False,
) -> Trace:
    """Take a backward pass node by node and write it down.

    Nothing changes: the graph can still run backward, and no ``.grad`` is touched. Hooks of nodes,
    of leaves and of the tensors in ``names`` run once, as in ``backward()``; hooks of other tensors
    cannot be seen from Python and do not run. Nor do those that wait for the finished ``.grad`` or
    for the gradients of several tensors: ``later`` has the tensors. PyTorch does not tell whether a
    custom Function called ``set_materialize_grads(False)``: a missing gradient reaches it as zeros.
    A Function whose backward runs a backward pass of its own, over a graph that it kept, frees that
    graph.

    Parameters
    ----------
    root : Tensor
        Of minigrad or PyTorch; not a leaf.
    names : mapping of str to Tensor, optional
        The learner's names, as ``find_names`` returns them. Default: no names.
    gradient : Tensor, number or nested list, optional
        The gradient to start with; needed unless ``root`` has one element.
    create_graph : bool
        Whether the pass itself is recorded, as ``backward(create_graph=True)`` does.

    Returns
    -------
    Trace

    Raises
    ------
    TypeError
        If ``root`` is not a tensor.
    ValueError
        If ``root`` is a leaf.
    RuntimeError
        What ``backward()`` would raise, with PyTorch's text: no graph, a vector without a gradient,
        a gradient of the wrong shape, a graph that was freed, a custom Function that returns
        something wrong.
    """
    check_root(root)
    names = dict(names or {})
    library = library_of(root)
    with library.enable_grad() if create_graph else library.no_grad():
        start = _start(root, gradient, library)
        recorder = _Recorder(trace_graph(root, names), NamedTensors(names, root), library)
        taken = recorder.record(root, start)
        if not create_graph:
            return taken
        leaves = [item for f in taken.frames for item in f.accumulated if not item.retained]
        gradients = {item.name: item.incoming for item in leaves}
        second = second_layer(gradients, names, recorder.births, taken.graph)
        return replace(taken, second=second)


def check_root(root: Any) -> None:
    """Raise a clear error unless ``root`` is a tensor with a graph behind it."""
    if not is_tensor(root):
        raise TypeError(
            "step() needs a tensor that was computed from one with requires_grad=True, "
            f"not {type(root).__name__}"
        )
    if root.grad_fn is None and root.requires_grad:
        raise ValueError(
            "step() was given a leaf: it has no grad_fn, so there is nothing to step through. "
            "Compute something from it and give step() the result"
        )
    if root.grad_fn is None:
        raise RuntimeError(
            "element 0 of tensors does not require grad and does not have a grad_fn. "
            "Create an input with requires_grad=True and compute the tensor again"
        )


def _start(root: Any, gradient: Any, library: Any) -> Any:
    """The gradient that the pass starts with."""
    if gradient is None:
        if root.numel() != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if root.dtype.is_complex:
            raise RuntimeError(
                f"grad can be implicitly created only for real scalar outputs but got {root.dtype}"
            )
        return library.ones_like(root)
    if not is_tensor(gradient):
        gradient = library.tensor(gradient, dtype=root.dtype)
    if shape_of(gradient) != shape_of(root):
        raise RuntimeError(
            f"Mismatch in shape: grad_output[0] has a shape of {gradient.shape} "
            f"and output[0] has a shape of {root.shape}."
        )
    if gradient.dtype.is_complex != root.dtype.is_complex:
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. "
            f"Mismatch in dtype: grad_output[0] has a dtype of {gradient.dtype} "
            f"and output[0] has a dtype of {root.dtype}."
        )
    return gradient.detach().clone()


class _Recorder:
    """Drives the walk and writes a frame for every step."""

    def __init__(self, graph: Graph, named: NamedTensors, library: Any) -> None:
        self.graph = graph
        self.named = named
        self.library = library
        self.nodes = {node.id: node for node in graph.nodes}
        self.ids = {id(node): node_id for node_id, node in graph.handles.items()}
        self.edges: dict[str, list[Any]] = {node.id: [] for node in graph.nodes}
        for edge in graph.edges:
            self.edges[edge.source].append(edge)
        self.arrived: dict[str, list[Part]] = {node.id: [] for node in graph.nodes}
        self.frame: Any = None  # of the step that ran last
        self.births = Births(graph.handles.values())
        self.step = 0
        self.later: list[str] = []
        self.seen = _Seen(keep=not library.is_grad_enabled())

    def record(self, root: Any, start: Any) -> Trace:
        node, output_nr = root.grad_fn, root.output_nr
        shown = self.seen(start)
        self.arrived[self.ids[id(node)]].append(Part(None, output_nr, shown))
        walk = Walk([(node, output_nr)], [start], self.run)
        frames: list[Frame] = []
        for _ in walk:
            ready = tuple(self.ids[id(waiting)] for waiting in walk.ready)
            frames.append(replace(self.frame, ready=ready))
        return Trace(self.graph, shown, tuple(frames), later=tuple(self.later))

    def run(self, node: Any, arrived: Sequence[Any]) -> tuple[Any, ...]:
        """Run one node as the engine would, and write the frame of the step."""
        node_id = self.ids[id(node)]
        received = (*arrived, *[None] * (len(node._input_metadata) - len(arrived)))
        came = self.seen.all(received)
        described = self.nodes[node_id]
        before, after = before_and_after(node)
        if described.kind == "leaf":
            taken, accumulated = self._leaf(node, received, node_id, before)
            called, raw = self.seen.all(taken), ()
        else:
            taken, accumulated = self._tensors(node, received, node_id)
            taken = hooked(before, taken)
            called = self.seen.all(taken)
            raw = call(node, described.kind, taken, self.library)
        written = card(node, described, called, self._around(described))
        edges = self.edges[node_id]
        sent = [self._fit(edge, grad) for edge, grad in zip(edges, raw, strict=True)]
        values = tuple(one.value for one in sent)
        sent = [self._shown(one) for one in sent]
        if after and edges:
            values = hooked(after, values, taken)
            sent = [replace(s, value=self.seen(v)) for s, v in zip(sent, values, strict=True)]
        for edge, one in zip(edges, sent, strict=True):
            if one.value is not None and edge.target in self.graph.handles:
                self.arrived[edge.target].append(Part(edge.id, edge.output_nr, one.value))
        self.step += 1
        self.births.note(self.step, [*raw, *values, *taken])
        arrived_by = tuple(self.arrived[node_id])
        self.frame = Frame(node_id, arrived_by, came, called, written, tuple(sent), accumulated)
        return values

    def _fit(self, edge: Any, raw: Any) -> Sent:
        """Reduce what a node returned to what its edge leads to."""
        target = self.graph.handles.get(edge.target)
        if raw is None or target is None:
            return Sent(edge.id, raw, (), None, None)
        value, summed = fit(raw, target, edge, self.nodes[edge.source].name)
        return Sent(edge.id, raw, summed, value, value)

    def _shown(self, sent: Sent) -> Sent:
        """The same with the gradients as they are now."""
        raw, fitted, value = self.seen.all((sent.raw, sent.fitted, sent.value))
        return replace(sent, raw=raw, fitted=fitted, value=value)

    def _leaf(
        self, node: Any, received: tuple[Any, ...], node_id: str, before: list[Any]
    ) -> tuple[Any, Any]:
        leaf = node.variable
        name = self.named.leaf(leaf).name or word("table", "leaf", id=node_id)
        (incoming,) = hooked(before, (self._hook(leaf, name, received[0]),))
        if incoming is None or not leaf.requires_grad:  # it may have stopped to require it
            return (incoming,), ()
        if wait_for_grad(leaf, node):
            self.later.append(name)
        return (incoming,), (_accumulate(leaf, name, self.seen(incoming), retained=False),)

    def _tensors(self, node: Any, received: tuple[Any, ...], node_id: str) -> tuple[Any, Any]:
        """Run the hooks of the known tensors that a node made; note what retain_grad keeps."""
        taken = list(received)
        accumulated: list[Accumulation] = []
        for name, tensor in self.named.made_by(node):
            nr = tensor.output_nr
            called = name or word("table", "output_of", id=node_id)
            taken[nr] = self._hook(tensor, called, taken[nr])
            if tensor.retains_grad and taken[nr] is not None:
                shown = self.seen(taken[nr])
                accumulated.append(_accumulate(tensor, called, shown, retained=True))
        return tuple(taken), tuple(accumulated)

    def _hook(self, tensor: Any, name: str, grad: Any) -> Any:
        """Pass a gradient through the tensor hooks that the learner registered."""
        hooks = list((tensor._backward_hooks or {}).values())
        if any(map(is_of_several, hooks)):
            self.later.append(name)
        return tensor_hooked((hook for hook in hooks if not is_of_several(hook)), grad)

    def _around(self, described: GraphNode) -> Surroundings:
        targets = [self.nodes[edge.target] for edge in self.edges[described.id]]
        return Surroundings(
            own=described.label,
            inputs=[target.label for target in targets],
            needed=[target.kind != "none" for target in targets],
            name_of=lambda tensor: self.named.leaf(tensor).name,
        )


class _Seen:
    """Gradients as they were when they were seen: hooks and Functions may change theirs in place.

    A pass that is recorded (not ``keep``) shows the gradients themselves, for their history.
    """

    def __init__(self, *, keep: bool) -> None:
        self._keep = keep
        self._copies: dict[int, tuple[Any, int, Any]] = {}

    def __call__(self, grad: Any) -> Any:
        if grad is None or not self._keep:
            return grad
        known, version, copy = self._copies.get(id(grad), (None, 0, None))
        if known is None or known() is not grad or version != grad._version:
            copy = grad.clone()
            self._copies[id(grad)] = (ref(grad), grad._version, copy)
        return copy

    def all(self, grads: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(map(self, grads))


def _accumulate(tensor: Any, name: str, incoming: Any, *, retained: bool) -> Accumulation:
    before = None if tensor.grad is None else tensor.grad.detach().clone()
    after = incoming.clone() if before is None else before + incoming
    return Accumulation(tensor, name, retained, before, incoming, after)
