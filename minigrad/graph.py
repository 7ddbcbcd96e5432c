"""``torch.autograd.graph``: nodes and edges, what nodes save, hooks on several tensors at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from minigrad import errors
from minigrad.edges import AccumulateGrad, gradient_edge
from minigrad.modes import no_grad
from minigrad.node import FREED, Node, Output, RemovableHandle, rare, split
from minigrad.operands import Constant
from minigrad.tensor import Leaf, Tensor
from minigrad.walk import reachable
from minigrad.watch import passes, watchers


class GradientEdge(NamedTuple):
    """Where a gradient flows in backward; `backward` and `grad` take it in place of a tensor.

    Attributes
    ----------
    node : Node
    output_nr : int
        Which output of the forward operation of `node`.
    ownership_token : None
        PyTorch keeps nodes alive by it; here `node` does.
    """

    node: Node
    output_nr: int
    ownership_token: Any = None


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """Return where the gradient of `tensor` flows.

    Raises
    ------
    RuntimeError
        If the tensor does not require grad.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.get_gradient_edge.html
    """
    errors.check(tensor.requires_grad, "edge_without_grad")
    return GradientEdge(*gradient_edge(tensor))


# --- what nodes save


class Packed:
    """What stands in a node, in place of a saved tensor that a hook has packed."""

    __slots__ = ("_data", "_edge", "_unpack")

    def __init__(self, node: Any, tensor: Any, pack: Any, unpack: Any) -> None:
        version = tensor._version
        with no_grad():
            self._data = pack(tensor)
        errors.check(tensor._version == version, "packing_in_place")
        self._unpack = unpack
        target, nr = gradient_edge(tensor)
        self._edge = ("own" if target is node else target, nr)  # no cycle of references

    def unpack(self, node: Any) -> Tensor:
        """What the unpack hook gives, at the place in the graph of the tensor that was saved.

        Raises
        ------
        TypeError
            If it gives no tensor.
        """
        tensor = self._unpack(self._data)
        errors.check(isinstance(tensor, Tensor), "unpacked_no_tensor", tensor)
        tensor = tensor.detach()  # of the same memory, so that changes of it are noticed
        target, nr = self._edge
        tensor._requires_grad = target is not None
        if type(target) is AccumulateGrad:
            tensor._leaf = Leaf(target)
        elif target is not None:
            tensor._edge = Output(node if target == "own" else target, nr)
        return tensor


class SavedTensor:
    """What a node saved under a name, of a custom Function by number: ``node._raw_saved_self``."""

    __slots__ = ("_name", "_node")
    __module__ = "torch._C._autograd"  # as it prints

    def __init__(self, node: Any, name: Any) -> None:
        self._node, self._name = node, name

    def _kept(self) -> Any:
        return getattr(self._node, f"_kept_{self._name}", FREED)

    def unpack(self) -> Tensor | None:
        """The tensor, if it has not been packed."""
        is_plain = not isinstance(self._kept(), (Packed, Constant, type(None)))
        return self._node._unpack(self._name) if is_plain else None

    def register_hooks(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Keep what ``pack_hook(tensor)`` returns; `unpack_hook` makes a tensor of that again."""
        errors.check(type(self._kept()) is not Packed, "packed_twice")
        errors.check(self._kept() is not FREED, "packed_after_backward")
        errors.check(self.unpack() is not None, "packed_none")

        def pack(tensor: Any) -> Any:  # here PyTorch shows hooks no history
            return pack_hook(tensor.detach())

        self.pack(pack, unpack_hook)

    def pack(self, pack_hook: Any, unpack_hook: Any) -> None:
        """Let the hooks pack the tensor, if there is one and it has not been packed."""
        tensor = self.unpack()
        if tensor is not None:
            rare(self._node)  # which takes the general path
            packed = Packed(self._node, tensor, pack_hook, unpack_hook)
            setattr(self._node, f"_kept_{self._name}", packed)


class saved_tensors_hooks:  # noqa: N801 - PyTorch's name
    """Let ``pack_hook(tensor)`` say what nodes made inside keep of the tensors they save.

    ``unpack_hook(what it returned)`` must give a tensor of the same numbers when it is needed.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/autograd.html#torch.autograd.graph.saved_tensors_hooks
    """

    def __init__(self, pack_hook: Any, unpack_hook: Any) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        watchers.append(self._watch)

    def __exit__(self, *exception: object) -> None:
        watchers.remove(self._watch)

    def _watch(self, node: Any) -> None:
        for saved in [SavedTensor(node, name) for name in node._tensors]:
            saved.pack(self.pack_hook, self.unpack_hook)


# --- hooks on several tensors


class _MultiHandle(RemovableHandle):
    """What `register_multi_grad_hook` returns: `remove()` takes all its hooks away."""

    __module__ = "torch.autograd.graph"

    def __init__(self, handles: list[RemovableHandle]) -> None:
        self.handles = handles

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[[Any], None], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` once in each backward pass.

    Parameters
    ----------
    tensors : sequence of Tensor
    fn : callable
        Called with the list of gradients, None for a tensor that receives none, when the last of
        them is there; in mode ``"any"`` with the first gradient.
    mode : str

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.autograd.graph.register_multi_grad_hook.html
    """
    errors.check(mode in ("all", "any"), "multi_hook_mode", mode)
    nodes = [gradient_edge(tensor)[0] for tensor in tensors]
    errors.check(mode == "any" or None not in nodes, "multi_hook_without_grad")
    current: Any = None  # the pass that `grads` and `missing` are about
    grads: list[Tensor | None] = []
    missing = 0

    def receive(nr: int, grad: Tensor) -> None:
        nonlocal current, grads, missing
        if current is not passes[-1]:
            current, grads = passes[-1], [None] * len(nodes)
            roots, execute = current
            runs = set(reachable(roots) if execute is None else execute)
            if len(roots) == 1:
                runs.discard(split(roots[0])[0])  # PyTorch does not count a root that is alone
            missing = sum(node in runs for node in nodes) if mode == "all" else 1
        grads[nr] = grad
        missing -= 1
        if missing == 0:
            fn(grads if mode == "all" else grad)
            current = current if mode == "any" else None

    wanted = [(nr, tensor) for nr, tensor in enumerate(tensors) if tensor.requires_grad]
    return _MultiHandle([t.register_hook(lambda g, nr=nr: receive(nr, g)) for nr, t in wanted])
