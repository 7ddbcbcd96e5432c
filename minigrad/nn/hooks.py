"""Calling a module that has hooks.

For backward hooks, a pair of nodes around `forward` sees the gradients on their way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from itertools import compress
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
    watched, sees_inputs = bool(module._backward_hooks), False
    grad_output: list[Values] = []

    def enter(grads: Values) -> None:
        grad_output.append(grads)
        if not sees_inputs:
            warnings.warn(errors.NO_INPUT_REQUIRES_GRAD, stacklevel=2)
            leave((None,) * len(args))

    def leave(grads: Values) -> Values:
        for hook in list(module._backward_hooks.values()) if grad_output else ():
            grads = _as_tuple(_or(hook(module, grads, grad_output[-1]), grads))
        return grads

    if watched:
        args, sees_inputs = _through(args, "register_hook", leave)
    result = module.forward(*args, **kwargs)
    for hook in list(module._forward_hooks.values()):
        result = _or(hook(module, args, result), result)
    if watched:
        outputs, _ = _through(_as_tuple(result), "register_prehook", enter)
        result = outputs if isinstance(result, tuple) else outputs[0]
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


def _through(values: Values, register: str, call: Callable[[Values], Any]) -> tuple[Values, bool]:
    """`values` with the tensors passed through one node, and whether there is one.

    `call` gets a gradient for each of `values`, and may return others.
    """
    are_tensors = [isinstance(value, Tensor) for value in values]
    tensors = list(compress(values, are_tensors))
    if not (modes.grad and any(tensor.requires_grad for tensor in tensors)):
        return values, False

    def hook(grads: Values, *_: Any) -> Values:
        given = iter(grads)
        every = tuple([next(given) if is_tensor else None for is_tensor in are_tensors])
        return tuple(compress(_or(call(every), every), are_tensors))

    passed = _as_tuple(BackwardHookFunction.apply(*tensors))
    getattr(next(filter(None, [tensor.grad_fn for tensor in passed])), register)(hook)
    left = iter(passed)
    return tuple([next(left) if isinstance(v, Tensor) else v for v in values]), True


def _or(result: Any, before: Any) -> Any:
    return before if result is None else result


def _as_tuple(value: Any) -> Values:
    return value if isinstance(value, tuple) else (value,)  # type: ignore[return-value]
