"""The nodes of the graph: what `grad_fn` returns and `next_functions` connects.

A node stands for one operation that ran. Backward, it turns the gradient of the operation's result
into the gradients of its inputs: a vector-Jacobian product. It can do so on numpy arrays (`_vjp`,
what ``backward()`` uses) and on Tensors (`_vjp_tensors`, what ``create_graph=True`` and a call by
hand use).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self
from weakref import ref

import numpy as np

from minigrad import errors
from minigrad.disguise import Shown, readonly
from minigrad.dtypes import from_numpy

if TYPE_CHECKING:
    from minigrad.tensor import Tensor

Edge = tuple[Any, int]
"""A node (or None), and for which output of its forward operation the gradient is."""

Target = Any
"""An edge, as the kit keeps it: the node alone for its first output, else an `Output`, or None."""


numbers = itertools.count()
"""Nodes are numbered as they are made; the engine runs the latest first."""

# Who is told of each node that is made, and which backward passes run. Most of the time nobody.

watchers: list[Callable[[Any], None]] = []
"""Called with each node that is complete: its edges, and what it saved."""

passes: list[tuple[list[Any], Any]] = []
"""The passes that run, the innermost last: the edges of the roots, which nodes run (None: all)."""


def made(node: Any) -> None:
    """Tell the watchers of `node`, the last first."""
    for watcher in reversed(watchers):
        watcher(node)


class AnomalyMode:
    """Whether anomaly mode is on, in all threads, as in PyTorch: see `minigrad.anomaly`."""

    enabled, check_nan = False, True


class RemovableHandle:
    """What registering a hook returns: `remove()` or the end of a ``with`` takes it away."""

    __slots__ = ("_hooks", "id")
    __module__ = "torch.utils.hooks"  # as it prints
    _ids = itertools.count()

    def __init__(self, hooks: dict[int, Any]) -> None:
        self._hooks = hooks
        self.id = next(RemovableHandle._ids)

    def remove(self) -> None:
        """Take the hook away; a second time does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.remove()


def add_hook(hooks: dict[int, Any], hook: Any) -> RemovableHandle:
    """Enter `hook` into `hooks`, which run in order of registration."""
    handle = RemovableHandle(hooks)
    hooks[handle.id] = hook
    return handle


class Rare:
    """What only few nodes have: hooks, and what makes their backward special.

    Attributes
    ----------
    tensor : dict
        By output number, the hooks of `Tensor.register_hook`: of each tensor that has some, a weak
        reference and its hooks. A tensor that was unpacked, say, is another than the one saved.
    retained : dict
        By output number, a weak reference to the tensor that keeps its gradient.
    pre, post : dict
        The hooks of the node.
    notes : dict
        Its `metadata`.
    mixed : bool
        The operands had different dtypes, so backward must promote as PyTorch does: the rule runs
        on Tensors.
    shared : (Counter, np.ndarray) or None
        Of a result that is open to in-place changes, which whoever saved it must see.
    plain : bool
        Whether the node runs as others do, for there is nothing but what is `shared`.
    """

    __slots__ = ("mixed", "notes", "plain", "post", "pre", "retained", "shared", "tensor")

    def __init__(self) -> None:
        self.tensor: dict[int, list[tuple[ref[Tensor], dict[int, Any]]]] = {}
        self.retained: dict[int, Any] = {}
        self.pre: dict[int, Callable[..., Any]] = {}
        self.post: dict[int, Callable[..., Any]] = {}
        self.notes: dict[str, Any] = {}
        self.mixed = False
        self.shared: tuple[Any, Any] | None = None
        self.plain = False


SPECIAL = Rare()
"""What all nodes have that run in another way than an operation with one output, and nothing more.
"""


class Output(tuple[Any, int]):
    """``(node, nr)``: output `nr` of the operation that made `node`, as the end of an edge."""

    __slots__ = ()
    _meta = None  # so that they can be asked for, as those of a Node
    _rare = SPECIAL


class _Freed:
    """What stands in place of a saved tensor that was freed: to ask for it is an error."""

    @property
    def _data(self) -> Any:
        raise errors.second_backward()

    _counter = _data


FREED: Any = _Freed()

Meta = Any
"""The shape and dtype of an output, a numpy scalar class or a pair; a list for several outputs."""


def meta_of(data: Any) -> Meta:
    """The `Meta` of an array or numpy scalar."""
    return (data.shape, data.dtype) if data.ndim else data.dtype.type


class Node:
    """A node of the graph.

    Attributes
    ----------
    _sequence : int
        Its number; later nodes are higher.
    _meta : Meta
        The shape and dtype of the operation's output, so of the gradient that flows in.
    _rare : Rare or None

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.Node.html
    """

    __slots__ = ("_meta", "_rare", "_sequence")
    _sequence: int
    _meta: Meta
    _rare: Rare | None

    requires_grad = True
    """As in PyTorch: a node exists because its result requires grad."""

    def name(self) -> str:
        """PyTorch's name of this node: ``"MulBackward0"``."""
        return type(self).__name__

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    _repr_pretty_ = Shown._repr_pretty_

    def _targets(self) -> tuple[Target, ...]:
        """Where the gradient of each input goes."""
        return ()

    @readonly
    def next_functions(self) -> tuple[Edge, ...]:
        """One edge per input of the operation, in order: the node that made it, and its output."""
        return tuple([split(target) for target in self._targets()])

    def _vjp_tensors(self, *grads: Tensor | None) -> tuple[Tensor | None, ...]:
        """Return one gradient per edge, as Tensors, recorded in grad mode."""
        raise NotImplementedError

    def _vjp(self, grads: list[Any], keep: bool = True) -> tuple[Any, ...]:
        """Return one gradient per edge, as arrays of the shape and dtype of where they go.

        Unless `keep`, what was saved is freed afterwards.
        """
        raise NotImplementedError

    def _release(self) -> None:
        """Free what was saved, once backward has used it."""

    @property
    def _n_outputs(self) -> int:
        """How many outputs the forward operation had."""
        return len(self._meta) if self._meta.__class__ is list else 1

    def _output_metadata(self, nr: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
        """The shape and dtype of output `nr` of the forward operation."""
        meta: Any = self._meta[nr] if self._meta.__class__ is list else self._meta
        return meta if meta.__class__ is tuple else ((), np.dtype(meta))

    def _share_result(self, data: Any, counter: Any, nr: int) -> None:
        """Output `nr` became open to in-place changes: a node that saved it must see them."""

    @readonly
    def metadata(self) -> dict[str, Any]:
        """A dictionary for the user's own notes."""
        return rare(self).notes

    @readonly
    def _input_metadata(self) -> tuple[Any, ...]:
        from minigrad.graph import InputMetadata  # a named tuple takes long to make

        described = [self._output_metadata(nr) for nr in range(self._n_outputs)]
        return tuple([InputMetadata(list(s), from_numpy(d)) for s, d in described])

    def _sequence_nr(self) -> int:
        return self._sequence

    def __reduce_ex__(self, protocol: Any) -> Any:
        raise errors.no_pickle(self)

    def register_hook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Call ``fn(grad_inputs, grad_outputs)`` when the engine has run this node.

        What `fn` returns, if not None, replaces `grad_inputs`.
        """
        return add_hook(rare(self).post, fn)

    def register_prehook(self, fn: Callable[..., Any]) -> RemovableHandle:
        """Call ``fn(grad_outputs)`` before the engine runs this node.

        What `fn` returns, if not None, replaces `grad_outputs`.
        """
        return add_hook(rare(self).pre, fn)


def rare(node: Node) -> Rare:
    """What `node` has of `Rare`, made if there is nothing yet."""
    if node._rare is None or node._rare is SPECIAL:
        node._rare = Rare()
    node._rare.plain = False
    return node._rare


def split(target: Target) -> Edge:
    """A target as PyTorch shows it: ``(node, output number)``."""
    return tuple(target) if target.__class__ is Output else (target, 0)


def keep_retaining(tensor: Any, old: Target, new: Target) -> None:
    """If `tensor` retains its gradient at the edge `old`, let it do so at the edge `new`."""
    node, nr = split(old)
    retained: dict[int, Any] = node._rare.retained if node is not None and node._rare else {}
    keeper = retained.get(nr)
    if keeper is not None and keeper() is tensor:
        del retained[nr]
        node, nr = split(new)
        rare(node).retained[nr] = keeper
