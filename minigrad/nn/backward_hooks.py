"""Backward hooks of modules: a pair of nodes around `forward` sees the gradients on their way."""

from __future__ import annotations

from typing import Any

from minigrad.function import Function
from minigrad.tensor import Tensor


class BackwardHookFunction(Function):
    """Pass tensors on unchanged, through one node at which a hook can stand."""

    @staticmethod
    def forward(ctx: Any, *args: Tensor) -> Any:
        ctx.mark_non_differentiable(*[t for t in args if not t.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> Any:
        return grad_outputs


def watch(module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Run ``module.forward``; its backward hooks will be called when gradients come by.

    The node behind the outputs notes the gradients of the outputs, the one before the inputs those
    of the inputs.
    """
    grad_output: list[tuple[Any, ...]] = []

    def call_hooks(grad_input: tuple[Any, ...]) -> tuple[Any, ...]:
        for hook in list(module._backward_hooks.values()):
            changed = hook(module, grad_input, grad_output[0])
            if changed is not None:
                grad_input = as_tuple(changed)
        return grad_input

    args, places, first = _through(args)
    if first is not None:

        def when_left(grads: tuple[Any, ...], _: Any) -> tuple[Any, ...]:
            found = call_hooks(_spread(grads, places, len(args)))
            return tuple([found[place] for place in places])

        first.register_hook(when_left)
    result = module.forward(*args, **kwargs)
    outputs = as_tuple(result)
    outputs, out_places, last = _through(outputs)
    if last is not None:

        def when_entered(grads: tuple[Any, ...]) -> tuple[Any, ...]:
            found = _spread(grads, out_places, len(outputs))
            for hook in list(module._backward_pre_hooks.values()):
                changed = hook(module, found)
                if changed is not None:
                    found = as_tuple(changed)
            grad_output[:] = [found]
            if first is None:
                call_hooks((None,) * len(args))
            return tuple([found[place] for place in out_places])

        last.register_prehook(when_entered)
    return outputs if isinstance(result, tuple) else outputs[0]


def as_tuple(value: Any) -> tuple[Any, ...]:
    """A tuple as it is, anything else as the one element of a tuple."""
    return value if isinstance(value, tuple) else (value,)  # type: ignore[return-value]


def _through(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int], Any]:
    """`values` with the tensors passed through one node, where they stand, and the node."""
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not any(values[place].requires_grad for place in places):
        return values, places, None
    passed = as_tuple(BackwardHookFunction.apply(*[values[place] for place in places]))
    node = next(tensor.grad_fn for tensor in passed if tensor.grad_fn is not None)
    found = list(values)
    for place, tensor in zip(places, passed, strict=True):
        found[place] = tensor
    return tuple(found), places, node


def _spread(grads: tuple[Any, ...], places: list[int], length: int) -> tuple[Any, ...]:
    found: list[Any] = [None] * length
    for place, grad in zip(places, grads, strict=True):
        found[place] = grad
    return tuple(found)
