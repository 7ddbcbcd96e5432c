"""Calling one node by hand, as the engine would: minigrad's and PyTorch's, built-in and custom.

Called by hand a node returns gradients as its rule computes them: not yet summed over the
dimensions that the forward pass broadcast, and with one entry per argument for a custom Function.
The engine's part is done here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from .graph import GraphEdge, Kind, node_name
from .values import Sizes, is_nested, shape_of


def call(node: Any, kind: Kind, received: Sequence[Any], library: Any) -> tuple[Any, ...]:
    """Call a node.

    Parameters
    ----------
    node : node
        Not an AccumulateGrad.
    kind : str
        Its kind in the graph: "op" or "function".
    received : sequence of Tensor or None
        One gradient per output of the node.
    library : module
        minigrad or torch.

    Returns
    -------
    tuple of Tensor or None
        One per edge of ``node.next_functions``.

    Raises
    ------
    RuntimeError
        If the graph was freed, or a custom Function returns a wrong number of gradients: PyTorch's
        text.
    """
    if kind == "op":
        returned = node(*received)
        return returned if isinstance(returned, tuple) else (returned,)
    returned = node.apply(*_materialised(node, received, library))
    return _per_edge(node, returned if isinstance(returned, tuple) else (returned,))


def fit(grad: Any, target: Any, edge: GraphEdge, source: str) -> tuple[Any, tuple[int, ...]]:
    """Bring a gradient to the shape and the dtype of what it flows into.

    Parameters
    ----------
    grad : Tensor
        What the node called ``source`` returned for ``edge``.
    target : node
        Where the edge leads.

    Returns
    -------
    grad : Tensor
        Of the shape and dtype of the target.
    summed : tuple of int
        The dimensions that were summed, because the forward pass had broadcast them.

    Raises
    ------
    RuntimeError
        If the gradient is no tensor, or its shape cannot be one that was broadcast: PyTorch's text.
    """
    if not hasattr(grad, "detach"):
        raise RuntimeError(f"expected Variable or None (got {type(grad).__name__})")
    wanted = getattr(target, "variable", None)
    if wanted is None:
        wanted = target._input_metadata[edge.output_nr]
    shape, has = shape_of(wanted), shape_of(grad)
    nested = is_nested(shape) or is_nested(has)  # of PyTorch, which has summed by itself
    summed = () if nested else _broadcast_dims(has, shape)
    if summed is None:
        raise RuntimeError(
            f"Function {source} returned an invalid gradient at index {edge.input_nr} - "
            f"got {list(has)} but expected shape compatible with {list(shape)}"
        )
    if summed:
        grad = grad.sum(summed, keepdim=True)
    if not nested and tuple(grad.shape) != shape:
        grad = grad.reshape(shape)
    return (grad if grad.dtype == wanted.dtype else grad.to(wanted.dtype)), summed


def before_and_after(node: Any) -> tuple[list[Any], list[Any]]:
    """Return the hooks of a node (not of its tensors): those that run before it, and after it."""
    if getattr(node, "_rare", node) is None:  # a node of minigrad that has none
        return [], []
    return _beside(node.register_prehook), _beside(node.register_hook)


def wait_for_grad(leaf: Any, node: Any) -> bool:
    """Tell whether a leaf or its AccumulateGrad has hooks that look at the finished ``.grad``."""
    if before_and_after(node)[1]:
        return True
    if hasattr(leaf, "_post_accumulate_grad_hooks"):  # PyTorch
        return bool(leaf._post_accumulate_grad_hooks)
    return bool(_beside(leaf.register_post_accumulate_grad_hook))


def _beside(register: Callable[[Any], Any]) -> list[Any]:
    """Return the hooks that are there: no library lists them, but one more is put beside them."""
    handle = register(lambda *_: None)
    hooks = handle.hooks_dict_ref() if hasattr(handle, "hooks_dict_ref") else handle._hooks
    handle.remove()
    return list(hooks.values())


def hooked(hooks: Iterable[Any], grads: tuple[Any, ...], *others: Any) -> tuple[Any, ...]:
    """Return what hooks of a node make of gradients."""
    for hook in hooks:
        changed = hook(grads, *others)
        if changed is not None:
            grads = changed if isinstance(changed, tuple) else (changed,)
    return grads


def tensor_hooked(hooks: Iterable[Any], grad: Any) -> Any:
    """Return what hooks of a tensor make of its gradient, which may be None.

    Raises
    ------
    TypeError, RuntimeError
        If a hook returns what does not fit the gradient: PyTorch's texts.
    """
    for hook in hooks:
        changed = hook(grad)
        if changed is not None:
            _check_changed(changed, grad, hook)
            grad = changed
    return grad


def _check_changed(changed: Any, grad: Any, hook: Any) -> None:
    name = getattr(hook, "__name__", "<unknown>")
    if grad is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not hasattr(changed, "detach"):
        raise TypeError(f"expected Variable, but hook returned '{type(changed).__name__}'")
    if changed.dtype != grad.dtype:
        kinds = f"was {grad.type()} got {changed.type()}"
        raise RuntimeError(f"hook '{name}' has changed the type of value ({kinds})")
    if shape_of(changed) != shape_of(grad):
        raise RuntimeError(f"hook '{name}' has changed the size of value")


def is_of_several(hook: Any) -> bool:
    """Tell whether ``register_multi_grad_hook`` made the hook: such ones want a running engine."""
    code = getattr(hook, "__code__", None)
    return getattr(code, "co_qualname", "").startswith("register_multi_grad_hook.")


def _broadcast_dims(shape: Sizes, target: Sizes) -> tuple[int, ...] | None:
    """The dimensions over which ``shape`` is summed to become ``target``; None when it cannot."""
    extra = len(shape) - len(target)
    if extra < 0:
        return None
    summed = list(range(extra))
    for dim, (size, wanted) in enumerate(zip(shape[extra:], target, strict=True), extra):
        if wanted == 1 and size != 1:
            summed.append(dim)
        elif size != wanted:
            return None
    return tuple(summed)


def _materialised(node: Any, received: Sequence[Any], library: Any) -> list[Any]:
    """Put zeros in place of missing gradients, which a custom Function expects by default."""
    try:
        wanted = node.materialize_grads
    except AttributeError:  # PyTorch does not let it be read
        wanted = True
    if not wanted:
        return list(received)
    return [
        library.zeros(tuple(like.shape), dtype=like.dtype) if grad is None else grad
        for grad, like in zip(received, node._input_metadata, strict=True)
    ]


def _per_edge(node: Any, returned: tuple[Any, ...]) -> tuple[Any, ...]:
    """Of the gradients that a custom Function returned, one per argument, keep those with an edge.

    An argument that is no tensor has no edge; a tensor that needs no gradient has an edge to None.
    """
    needs = tuple(node.needs_input_grad)
    if len(returned) < len(needs) or any(grad is not None for grad in returned[len(needs) :]):
        raise RuntimeError(
            f"function {node_name(node)} returned an incorrect number of gradients "
            f"(expected {len(needs)}, got {len(returned)})"
        )
    if all(target is not None for target, _ in node.next_functions):
        for place, (grad, needed) in enumerate(zip(returned, needs, strict=False)):
            if grad is not None and not needed:
                raise RuntimeError(
                    f"function {node_name(node)} returned a gradient different than None at "
                    f"position {place + 1}, but the corresponding forward input was not a Variable"
                )
    wanted = (grad for grad, needed in zip(returned, needs, strict=False) if needed)
    return tuple(None if target is None else next(wanted) for target, _ in node.next_functions)
