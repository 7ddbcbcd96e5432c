"""Calling a module that has hooks.

For backward hooks, a pair of nodes around `forward` sees the gradients on their way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
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
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not (modes.grad and any(values[place].requires_grad for place in places)):
        return values, False

    def hook(grads: Values, *_: Any) -> Values:
        every = _spread(grads, places, (None,) * len(values))
        every = _or(call(every), every)
        return tuple([every[place] for place in places])

    passed = _as_tuple(BackwardHookFunction.apply(*[values[place] for place in places]))
    node = next(tensor.grad_fn for tensor in passed if tensor.grad_fn is not None)
    getattr(node, register)(hook)
    return _spread(passed, places, values), True


def _spread(given: Values, places: list[int], rest: Values) -> Values:
    """What is `given` in these places, the `rest` in the others."""
    found = dict(zip(places, given, strict=True))
    return tuple([found.get(place, value) for place, value in enumerate(rest)])


def _or(result: Any, before: Any) -> Any:
    return before if result is None else result


def _as_tuple(value: Any) -> Values:
    return value if isinstance(value, tuple) else (value,)  # type: ignore[return-value]
