"""Adam and AdamW: steps of a size of their own for each element."""

from __future__ import annotations

import math
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


class Adam(Optimizer):
    """Divide a running mean of the gradient by the root of a running mean of its square.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate.
    betas : (float, float)
        How much of the two running means is kept at each step.
    eps : float
        Added to the divisor.
    weight_decay : float
        How much of the parameter is added to its gradient; with `decoupled_weight_decay`, how much
        of it is taken off directly, times `lr`.
    amsgrad : bool
        Divide by the largest mean so far.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0,
        amsgrad: bool = False,
        *,
        foreach: bool | None = None,
        maximize: bool = False,
        capturable: bool = False,
        differentiable: bool = False,
        fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check("learning rate", lr)
        check("epsilon value", eps)
        for nr, beta in enumerate(betas):
            check(f"beta parameter at index {nr}", beta, valid=0 <= beta < 1)
        check("weight_decay value", weight_decay)
        settings = {
            "lr": lr,
            "betas": betas,
            "eps": eps,
            "weight_decay": weight_decay,
            "amsgrad": amsgrad,
        }
        settings |= {"maximize": maximize, "foreach": foreach, "capturable": capturable}
        settings |= {"differentiable": differentiable, "fused": fused}
        super().__init__(params, settings | {"decoupled_weight_decay": decoupled_weight_decay})

    def _update(self, param: Tensor, grad: Any, group: Group) -> None:
        state, lr, decay = self.state[param], number_of(group["lr"]), group["weight_decay"]
        beta1, beta2 = group["betas"]
        data = param._data
        step = count_step(state)
        if decay and group["decoupled_weight_decay"]:
            data = data * (1 - lr * decay)
        elif decay:
            grad = grad + decay * data
        mean = remembered(state, "exp_avg", grad)
        square = remembered(state, "exp_avg_sq", grad)
        mean[...] += (1 - beta1) * (grad - mean)
        square[...] = beta2 * square + (1 - beta2) * grad * grad
        if group["amsgrad"]:
            largest = remembered(state, "max_exp_avg_sq", grad)
            square = np.maximum(largest, square, out=largest)
        divisor = np.sqrt(square) / math.sqrt(1 - beta2**step) + group["eps"]
        change(param, data - lr / (1 - beta1**step) * (mean / divisor))


class AdamW(Adam):
    """Adam whose weight decay does not pass through the running means.

    Parameters as for `Adam`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    def __init__(
        self,
        params: Any,
        lr: Any = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, **options, decoupled_weight_decay=True
        )
