"""Gradient descent, with momentum if wanted."""

from __future__ import annotations

from typing import Any

from minigrad.optim.optimizer import Group, Optimizer, change, check, number_of
from minigrad.tensor import Tensor, wrap


class SGD(Optimizer):
    """``param -= lr * grad``; with momentum, `grad` is replaced by a running sum of gradients.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate.
    momentum : float
        How much of the running sum is kept at each step.
    dampening : float
        How much of the new gradient is left out of it.
    weight_decay : float
        How much of the parameter is added to its gradient.
    nesterov : bool
        Look ahead by one step of momentum.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        momentum: float = 0,
        dampening: float = 0,
        weight_decay: float = 0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
        foreach: bool | None = None,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check("learning rate", lr)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        settings = {
            "lr": lr,
            "momentum": momentum,
            "dampening": dampening,
            "weight_decay": weight_decay,
        }
        settings |= {"nesterov": nesterov, "maximize": maximize, "foreach": foreach}
        super().__init__(params, settings | {"differentiable": differentiable, "fused": fused})

    def _update(self, param: Tensor, grad: Any, group: Group) -> None:
        momentum = group["momentum"]
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * param._data
        if momentum:
            state = self.state[param]
            if state.get("momentum_buffer") is None:
                state["momentum_buffer"] = wrap(grad.copy())
            else:
                kept = momentum * state["momentum_buffer"]._data
                state["momentum_buffer"]._data = kept + (1 - group["dampening"]) * grad
            running = state["momentum_buffer"]._data
            grad = grad + momentum * running if group["nesterov"] else running
        change(param, param._data - number_of(group["lr"]) * grad)
