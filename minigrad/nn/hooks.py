"""Calling a module that has hooks.

For backward hooks, a pair of nodes around `forward` sees the gradients on their way.
"""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import errors
from minigrad.function import Function
from minigrad.modes import modes
from minigrad.tensor import Tensor

Values = tuple[Any, ...]


def call_with_hooks(module: Any, args: Values, kwargs: dict[str, Any]) -> Any:
    """Run the hooks of `module` and its `forward` in their order."""
    for hook in list(module._forward_pre_hooks.values()):
        args = _as_tuple(_or(hook(module, args), args))
    node = None
    if module._backward_hooks:
        args, node = _through_node(args)
    result = module.forward(*args, **kwargs)
    for hook in list(module._forward_hooks.values()):
        result = _or(hook(module, args, result), result)
    if module._backward_hooks:
        outputs, last = _through_node(_as_tuple(result))
        result = outputs if isinstance(result, tuple) else outputs[0]
        if last is not None:
            _watch(module, node, last, len(args))
    return result


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


def _watch(module: Any, first: Any, last: Any, count: int) -> None:
    """Call the backward hooks of `module`: `first` and `last` are the nodes around its forward."""
    grad_output: list[Values] = []

    def enter(grads: Values) -> None:
        grad_output[:] = [grads]
        if first is None:
            warnings.warn(errors.NO_INPUT_REQUIRES_GRAD, stacklevel=2)
            leave((None,) * count)

    def leave(grads: Values, _: Any = None) -> Values:
        for hook in list(module._backward_hooks.values()) if grad_output else ():
            grads = _as_tuple(_or(hook(module, grads, grad_output[0]), grads))
        return grads

    last.register_prehook(enter)
    if first is not None:
        first.register_hook(leave)


def _or(result: Any, before: Any) -> Any:
    return before if result is None else result


def _as_tuple(value: Any) -> Values:
    return value if isinstance(value, tuple) else (value,)  # type: ignore[return-value]
