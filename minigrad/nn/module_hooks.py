"""The hooks of a module around its `forward`.

For backward hooks, a pair of nodes around `forward` sees the gradients on their way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

from minigrad import errors
from minigrad.function import Function
from minigrad.modes import modes
from minigrad.operands import as_tuple
from minigrad.tensor import Tensor

Values = tuple[Any, ...]


def call_with_hooks(module: Any, args: Values, kwargs: dict[str, Any]) -> Any:
    """Run the hooks of `module` and its `forward` in their order."""
    hooks = list(module._backward_hooks.values())  # they run even if they are removed meanwhile
    for hook in list(module._forward_pre_hooks.values()):
        args = as_tuple(_or(hook(module, args), args))
    args, node = _through_node(args) if hooks else (args, None)
    result = module.forward(*args, **kwargs)
    for hook in list(module._forward_hooks.values()):
        result = _or(hook(module, args, result), result)
    if hooks:
        if not isinstance(result, (Tensor, tuple)):
            warnings.warn(errors.HOOKED_OUTPUT.format(type(result)), stacklevel=2)
        outputs, last = _through_node(as_tuple(result))
        result = outputs if isinstance(result, tuple) else outputs[0]
        if last is not None:
            _watch(module, hooks, node, last, len(args))
    return result


def at_last_node(hook: Callable[..., Any], module: Any, args: Values, output: Any) -> None:
    """Put a hook of the older kind at the node behind `output`, which may be the last of many."""
    first = output
    while not isinstance(first, Tensor):
        first = next(iter(first.values())) if hasattr(first, "values") else first[0]
    if first.grad_fn is not None:
        before = {node for node, _ in first.grad_fn.next_functions}
        if not _are_tensors(as_tuple(output)):
            warnings.warn(errors.HOOK_MISSES_OUTPUTS, FutureWarning, stacklevel=2)
        elif not _are_tensors(args):
            warnings.warn(errors.HOOK_MISSES_INPUTS, FutureWarning, stacklevel=2)
        elif before != {each.grad_fn for each in args} - {None}:
            warnings.warn(errors.HOOK_MISSES_NODES, FutureWarning, stacklevel=2)
        first.grad_fn.register_hook(partial(hook, module))


class BackwardHookFunction(Function):
    """Pass tensors on unchanged, through one node at which a hook can stand."""

    @staticmethod
    def forward(ctx: Any, *args: Tensor) -> Any:
        ctx.mark_non_differentiable(*[t for t in args if not t.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> Any:
        return grad_outputs


def _through_node(values: Values) -> tuple[Values, Any]:
    """`values` with the tensors passed through one node, and that node, or None."""
    tensors = [value for value in values if isinstance(value, Tensor)]
    if not (modes.grad and any(tensor.requires_grad for tensor in tensors)):
        return values, None
    passed = BackwardHookFunction.apply(*tensors)
    node = next(tensor.grad_fn for tensor in passed if tensor.requires_grad)
    left = iter(passed)
    return tuple([next(left) if isinstance(v, Tensor) else v for v in values]), node


def _watch(module: Any, hooks: list[Any], first: Any, last: Any, count: int) -> None:
    """Call backward `hooks` of `module`: `first` and `last` are the nodes around its forward."""
    grad_output: list[Values] = []

    def enter(_: Values, grads: Values) -> Values:
        grad_output[:] = [grads]
        if first is None:
            # Past the frames of the engine: PyTorch names the line that called backward(), too.
            warnings.warn(errors.NO_INPUT_REQUIRES_GRAD, stacklevel=10)
            hook((None,) * count)
        return grads  # with None where the node made zeros of it

    def hook(grads: Values, _: Any = None) -> Values:
        for each in hooks if grad_output else ():
            result = each(module, grads, grad_output[0])
            if result is not None:
                free = first is not None or (result.__class__ is tuple and {*result} == {None})
                errors.check(free, "hook_without_gradients")
                counts = len(result), len(grads)
                errors.check(counts[0] == counts[1], "module_hook_count", *counts)
                grads = result
        grad_output.clear()  # in a second backward gradients come here past the output
        return tuple(grads)

    last.register_hook(enter)
    if first is not None:
        first.register_hook(hook)


def _or(result: Any, before: Any) -> Any:
    return before if result is None else result


def _are_tensors(values: Values) -> bool:
    return all(isinstance(value, Tensor) for value in values)
