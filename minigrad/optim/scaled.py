"""RMSprop and Adagrad: gradients divided by the root of what they have been."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.optim.optimizer import (
    Group,
    Optimizer,
    change,
    check,
    count_step,
    number_of,
    remembered,
)
from minigrad.tensor import Tensor


class RMSprop(Optimizer):
    """Divide the gradient by the root of a running mean of its square.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0,
        momentum: float = 0,
        centered: bool = False,
        capturable: bool = False,
        foreach: bool | None = None,
        maximize: bool = False,
        differentiable: bool = False,
    ) -> None:
        check("learning rate", lr)
        check("epsilon value", eps)
        check("momentum value", momentum)
        check("weight_decay value", weight_decay)
        check("alpha value", alpha)
        settings = {
            "lr": lr,
            "momentum": momentum,
            "alpha": alpha,
            "eps": eps,
            "centered": centered,
        }
        settings |= {"weight_decay": weight_decay, "capturable": capturable, "foreach": foreach}
        super().__init__(
            params, settings | {"maximize": maximize, "differentiable": differentiable}
        )

    def _update(self, param: Tensor, grad: Any, group: Group) -> None:
        state, alpha, momentum = self.state[param], group["alpha"], group["momentum"]
        count_step(state)
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * param._data
        square = remembered(state, "square_avg", grad)
        square[...] = alpha * square + (1 - alpha) * grad * grad
        if momentum:
            remembered(state, "momentum_buffer", grad)
        variance = square
        if group["centered"]:
            mean = remembered(state, "grad_avg", grad)
            mean[...] += (1 - alpha) * (grad - mean)
            variance = square - mean * mean
        step = grad / (np.sqrt(variance) + group["eps"])
        if momentum:
            running = remembered(state, "momentum_buffer", grad)
            running[...] = momentum * running + step
            step = running
        change(param, param._data - number_of(group["lr"]) * step)


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-2,
        lr_decay: float = 0,
        weight_decay: float = 0,
        initial_accumulator_value: float = 0,
        eps: float = 1e-10,
        foreach: bool | None = None,
        *,
        maximize: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
    ) -> None:
        check("learning rate", lr)
        check("lr_decay value", lr_decay)
        check("weight_decay value", weight_decay)
        check("initial_accumulator_value value", initial_accumulator_value)
        check("epsilon value", eps)
        settings = {"lr": lr, "lr_decay": lr_decay, "eps": eps, "weight_decay": weight_decay}
        settings |= {"initial_accumulator_value": initial_accumulator_value, "foreach": foreach}
        settings |= {"maximize": maximize, "differentiable": differentiable, "fused": fused}
        super().__init__(params, settings)
        for group in self.param_groups:
            for param in group["params"]:
                state = self.state[param]
                count_step(state)
                state["step"]._data -= 1
                remembered(state, "sum", param._data)[...] = group["initial_accumulator_value"]

    def _update(self, param: Tensor, grad: Any, group: Group) -> None:
        state = self.state[param]
        step = count_step(state)
        if group["weight_decay"]:
            grad = grad + group["weight_decay"] * param._data
        total = remembered(state, "sum", grad)
        total += grad * grad
        rate = number_of(group["lr"]) / (1 + (step - 1) * group["lr_decay"])
        change(param, param._data - rate * (grad / (np.sqrt(total) + group["eps"])))
