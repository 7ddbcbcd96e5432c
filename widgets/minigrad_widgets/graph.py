"""The graph behind a tensor, as plain data: nodes and edges with ids in order of discovery.

Only the protocol that minigrad and PyTorch share is read (``grad_fn``, ``next_functions``,
``AccumulateGrad.variable``, ``_saved_*``), so a graph of either library is traced alike.
https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.Node
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

from .names import Named, NamedTensors, is_node, is_tensor
from .values import Sizes, dtype_text, number_text, printable, shape_of, tensor_text, value_text
from .words import word

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from types import ModuleType

Kind = Literal["op", "function", "leaf", "none", "plain", "group"]

_SAVED = "_saved_"
# Saved numbers that stand where a tensor could: x * 2, x ** 2. Others (dim, eps …) are settings.
_OPERANDS = {"self", "other", "exponent"}


@dataclass(frozen=True, slots=True)
class Saved:
    """A tensor that a node keeps for its backward formula.

    ``name`` is PyTorch's, without ``_saved_``; ``text`` its value when small, else dtype and shape,
    or that it is ``freed``, or was ``changed`` in place.
    """

    name: str
    text: str
    freed: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node of the graph.

    ``kind`` is "op", "function" (a custom Function), "leaf" (AccumulateGrad), "none" (the end of a
    ``(None, 0)`` edge), "plain" (a tensor without a graph, which only the builder draws) or, in a
    folded picture, "group" (several nodes as one). ``label`` is the learner's name for the leaf, or
    for the tensor that the node made. ``grad`` is the text of a ``.grad`` that is kept there (of
    leaves and retain_grad tensors; None: nothing is kept). ``notes`` are lines of a group: how many
    nodes it stands for, what goes in and out.
    """

    id: str
    kind: Kind
    name: str
    label: str | None
    shape: Sizes | None
    dtype: str | None
    value: str | None
    saved: tuple[Saved, ...]
    retains_grad: bool
    sequence: int
    grad: str | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """An edge; the gradient flows from ``source`` to ``target``.

    ``input_nr`` is its place in ``source.next_functions``, ``output_nr`` the second element of the
    pair that stands there: which output of ``target`` the gradient belongs to. In a folded picture
    ``count`` edges may be drawn as one, which begins or ends at a group; 0 is an edge as it is.
    """

    id: str
    source: str
    target: str
    input_nr: int
    output_nr: int
    count: int = 0


@dataclass(frozen=True, slots=True)
class Box:
    """A frame around the nodes of a group that is unfolded; ``items`` are those right inside."""

    id: str
    name: str
    parent: str | None
    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and edges in order of discovery, depth first from ``root``.

    ``handles`` holds the nodes of the library, by id. ``boxes`` are the unfolded groups of a folded
    picture, the outer ones first.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[GraphEdge, ...]
    root: str
    handles: Mapping[str, Any] = field(repr=False, compare=False)
    boxes: tuple[Box, ...] = ()


def trace_graph(root: Any, names: Mapping[str, Any] | None = None) -> Graph:
    """Trace the graph behind a tensor or a node.

    Parameters
    ----------
    root : tensor or node
        A minigrad or PyTorch tensor that requires grad, or a ``grad_fn``.
    names : mapping of str to tensor, optional
        The learner's names, as ``find_names`` returns them.

    Returns
    -------
    Graph

    Raises
    ------
    TypeError
        If ``root`` is neither a tensor nor a node.
    ValueError
        If ``root`` is a tensor without a graph.
    """
    start = root_node(root)
    named = NamedTensors(names or {}, root)
    ids, handles = _discover(start)
    nodes: list[GraphNode] = []
    edges: list[GraphEdge] = []
    for key, node_id in ids.items():
        node = handles.get(node_id)
        if node is None:
            nodes.append(none_node(node_id))
            continue
        nodes.append(describe(node_id, node, named))
        for nr, (target, output_nr) in enumerate(node.next_functions):
            end = ids[(key, nr) if target is None else id(target)]
            edges.append(GraphEdge(f"e{len(edges)}", node_id, end, nr, output_nr))
    return Graph(tuple(nodes), tuple(edges), "n0", handles)


def root_node(root: Any) -> Any:
    """Return the node at which the graph of ``root`` begins; of a leaf, its AccumulateGrad node."""
    if is_node(root):
        return root
    if not is_tensor(root):
        raise TypeError(_not_a_graph(root))
    node = root.grad_fn or node_of(root)  # asked here, it may say that it cannot be told
    if node is not None:
        return node
    raise ValueError(
        "this tensor has no graph: it does not require grad, and nothing that it was computed from "
        "does (or it was computed under no_grad, or detached). Create an input with "
        "requires_grad=True and compute it again."
    )


def node_of(tensor: Any) -> Any:
    """Return the node behind a tensor; of a leaf, its AccumulateGrad node.

    None has one that needs no gradient; so has a view of a leaf that inference mode made, although
    it says that it needs one, and a view whose history nobody can tell.
    """
    try:
        if tensor.grad_fn is not None or not tensor.requires_grad:
            return tensor.grad_fn
        library = library_of(tensor)
        with library.inference_mode(False), library.enable_grad():
            view = tensor.unsqueeze(0)  # the way to the node of a leaf in both libraries
            return view.grad_fn.next_functions[0][0]
    except RuntimeError:  # as `maker` says
        return None


def library_of(tensor: Any) -> ModuleType:
    """Return the library that a tensor belongs to (the module minigrad or torch)."""
    for base in type(tensor).__mro__:  # a learner's own subclass lives in another module
        if "grad_fn" in vars(base) or base.__name__ == "Tensor":
            return sys.modules[base.__module__.split(".", 1)[0]]
    raise TypeError(_not_a_graph(tensor))


def _not_a_graph(root: Any) -> str:
    expected = "a tensor that requires grad, or a node of its graph (a grad_fn), is needed"
    if root is None:
        return f"{expected}, not None. (A leaf has no grad_fn: give the leaf itself.)"
    if hasattr(type(root), "named_parameters"):
        return (
            f"{expected}, not a module. Call the module first, and give the tensor that it returns."
        )
    if isinstance(root, (list, tuple)):
        return f"{expected}, not a {type(root).__name__}. Give one of its tensors."
    return f"{expected}, not {type(root).__name__}."


def _discover(start: Any) -> tuple[dict[Any, str], dict[str, Any]]:
    """Give each node a number, depth first. A ``None`` is a node of its own, known by its edge."""
    ids: dict[Any, str] = {}
    handles: dict[str, Any] = {}
    stack: list[tuple[Any, Any]] = [(id(start), start)]
    while stack:
        key, node = stack.pop()
        if key in ids:
            continue
        ids[key] = node_id = f"n{len(ids)}"
        if node is None:
            continue
        handles[node_id] = node  # held from here on: PyTorch makes a new wrapper when none is
        inputs = [
            ((key, nr) if target is None else id(target), target)
            for nr, (target, _) in enumerate(node.next_functions)
        ]
        stack.extend(reversed(inputs))
    return ids, handles


def none_node(node_id: str) -> GraphNode:
    """Return the end of a ``(None, 0)`` edge."""
    return GraphNode(node_id, "none", "None", None, None, None, None, (), False, -1)


def describe(node_id: str, node: Any, named: NamedTensors) -> GraphNode:
    """Describe a node of a library as it is now."""
    kind = node_kind(node)
    tensors = [named.leaf(node.variable)] if kind == "leaf" else named.made_by(node)
    labels = [known.name for known in tensors if known.name]
    shape, dtype = _shape_and_dtype(node, tensors)
    kept = [known.tensor for known in tensors if kind == "leaf" or known.tensor.retains_grad]
    return GraphNode(
        id=node_id,
        kind=kind,
        name=node_name(node),
        label=", ".join(labels) or None,
        shape=shape,
        dtype=dtype,
        value=value_text(tensors[0].tensor) if len(tensors) == 1 else None,
        saved=tuple(_saved(node, kind)),
        retains_grad=kind != "leaf" and bool(kept),
        sequence=node._sequence_nr(),
        grad=", ".join(_grad_text(tensor) for tensor in kept) or None,
    )


def node_name(node: Any) -> str:
    """Return PyTorch's name of a node, without the C++ namespace: ``AccumulateGrad``."""
    # Asked of the type: a custom Function may have set ctx.name to something of its own.
    # And a class may be called anything: type("<\\n>", (Function,), …).
    return printable(str(type(node).name(node)).rsplit("::", 1)[-1])


def node_kind(node: Any) -> Kind:
    """Tell an operation from a leaf's AccumulateGrad and from the node of a custom Function."""
    if node_name(node) == "AccumulateGrad":
        return "leaf"
    return "function" if hasattr(type(node), "apply") and not callable(node) else "op"


def _shape_and_dtype(node: Any, tensors: list[Named]) -> tuple[Sizes | None, str | None]:
    """Read them off the one tensor that is known, or off what the node says of its outputs."""
    outputs = [tensors[0].tensor] if len(tensors) == 1 else node._input_metadata
    if not outputs:
        return None, None
    first = outputs[0]
    return shape_of(first), dtype_text(first.dtype)


def _grad_text(tensor: Any) -> str:
    return "None" if tensor.grad is None else tensor_text(tensor.grad)


def _saved(node: Any, kind: Kind) -> Iterator[Saved]:
    if kind == "function":
        yield from _read("saved_tensors", node, "saved_tensors")
    elif kind == "op":
        for name in _saved_names(type(node)):
            yield from _read(name, node, _SAVED + name)


@lru_cache(maxsize=1000)
def _saved_names(kind: type) -> list[str]:
    """Return what nodes of a class save, ``self`` first."""
    names = [name.removeprefix(_SAVED) for name in dir(kind) if name.startswith(_SAVED)]
    return sorted(names, key=lambda name: (name != "self", name))


def _read(name: str, node: Any, attribute: str) -> Iterator[Saved]:
    """Read what a node saved under one name: a tensor, several, a number, or nothing to show."""
    try:
        value = getattr(node, attribute)
    except Exception as error:  # noqa: BLE001 (a hook of the learner may unpack it)
        told = str(error) if isinstance(error, RuntimeError) else ""
        changed, freed = "modified by an inplace operation" in told, "already been freed" in told
        said = word("graph", "changed" if changed else "freed" if freed else "not_unpacked")
        yield Saved(name, said, freed=freed, changed=changed)
        return
    if is_tensor(value):
        yield Saved(name, tensor_text(value))
    elif isinstance(value, (tuple, list)):
        for index, item in enumerate(value):
            if is_tensor(item):
                yield Saved(f"{name}[{index}]", tensor_text(item))
    elif isinstance(value, (int, float)) and name in _OPERANDS:
        yield Saved(name, number_text(value))


__all__ = [
    "Box",
    "Graph",
    "GraphEdge",
    "GraphNode",
    "Kind",
    "Saved",
    "describe",
    "library_of",
    "node_kind",
    "node_name",
    "node_of",
    "none_node",
    "root_node",
    "trace_graph",
]
