"""``torch.autograd.graph``: nodes and edges, what nodes save, hooks on several tensors at once."""

from __future__ import annotations

from _thread import get_ident  # `threading` takes its time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from minigrad import errors
from minigrad.edges import gradient_edge
from minigrad.node import Node, RemovableHandle, passes, split, watchers
from minigrad.op_node import SavedTensor
from minigrad.tensor import Tensor
from minigrad.walk import reachable


class InputMetadata(NamedTuple):
    """The shape and dtype of a gradient that flows into a node."""

    shape: Any
    dtype: Any
    device: Any = "cpu"
    is_nested_tensor: bool = False
    is_cpp_nested_tensor: bool = False


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


# --- hooks on what nodes save


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
        self.thread = get_ident()  # that of nobody else is watched
        watchers.append(self._watch)

    def __exit__(self, *exception: object) -> None:
        watchers.remove(self._watch)

    def _watch(self, node: Any) -> None:
        names = node._tensors if get_ident() == self.thread else ()
        for saved in [SavedTensor(node, name) for name in names]:
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
