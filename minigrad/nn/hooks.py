"""Calling a module that has hooks.

For backward hooks, a pair of nodes around `forward` sees the gradients on their way.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from minigrad.function import Function
from minigrad.modes import modes
from minigrad.tensor import Tensor

_NO_INPUT_REQUIRES_GRAD = (
    "Full backward hook is firing when gradients are computed with respect to module outputs since "
    "no inputs require gradients. See https://docs.pytorch.org/docs/main/generated/torch.nn.Module."
    "html#torch.nn.Module.register_full_backward_hook for more details."
)
Values = tuple[Any, ...]


def call_with_hooks(module: Any, args: Values, kwargs: dict[str, Any]) -> Any:
    """Run the hooks of `module` and its `forward` in their order."""
    for hook in list(module._forward_pre_hooks.values()):
        args = _as_tuple(_or(hook(module, args), args))
    watched = module._backward_hooks or module._backward_pre_hooks
    watch = _Watch(module)
    if watched:
        args = watch.inputs(args)
    result = module.forward(*args, **kwargs)
    for hook in list(module._forward_hooks.values()):
        result = _or(hook(module, args, result), result)
    return watch.outputs(result) if watched else result


class _Watch:
    """Calls the backward hooks of one run of a module."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.grad_output: Values | None = None

    def inputs(self, args: Values) -> Values:
        """Put a node before the inputs: it sees their gradients."""
        self.count = len(args)
        args, self.inputs_seen = _through(args, "register_hook", self._leave)
        return args

    def outputs(self, result: Any) -> Any:
        """Put a node behind the outputs: it notes their gradients."""
        outputs, _ = _through(_as_tuple(result), "register_prehook", self._enter)
        return outputs if isinstance(result, tuple) else outputs[0]

    def _enter(self, grads: Values) -> Values:
        for hook in list(self.module._backward_pre_hooks.values()):
            grads = _as_tuple(_or(hook(self.module, grads), grads))
        self.grad_output = grads
        if not self.inputs_seen:
            warnings.warn(_NO_INPUT_REQUIRES_GRAD, stacklevel=2)
            self._leave((None,) * self.count)
        return grads

    def _leave(self, grads: Values) -> Values:
        if self.grad_output is not None:
            for hook in list(self.module._backward_hooks.values()):
                grads = _as_tuple(_or(hook(self.module, grads, self.grad_output), grads))
        return grads


class BackwardHookFunction(Function):
    """Pass tensors on unchanged, through one node at which a hook can stand."""

    @staticmethod
    def forward(ctx: Any, *args: Tensor) -> Any:
        ctx.mark_non_differentiable(*[t for t in args if not t.requires_grad])
        return args

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Tensor | None) -> Any:
        return grad_outputs


def _through(values: Values, register: str, change: Callable[[Values], Values]) -> Any:
    """`values` with the tensors passed through one node, and whether there is one.

    `change` gets and returns a gradient for each of `values`.
    """
    places = [place for place, value in enumerate(values) if isinstance(value, Tensor)]
    if not (modes.grad and any(values[place].requires_grad for place in places)):
        return values, False

    def hook(grads: Values, *_: Any) -> Values:
        found = change(_spread(grads, places, (None,) * len(values)))
        return tuple([found[place] for place in places])

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
