"""The optimizers. Each `_update` does PyTorch's operations, in PyTorch's order, on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad import errors
from minigrad.digits import mkl
from minigrad.digits.rounded import fused
from minigrad.factories import zeros
from minigrad.optim.optimizer import Group, Optimizer, add, approach, scale
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
    maximize : bool
        Go up instead of down.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html
    """

    takes = (
        "lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, "
        "foreach=None, differentiable=False, fused=None"
    )

    def _start(self, params: Any, **settings: Any) -> None:
        super()._start(params, **settings)
        undamped = settings["momentum"] > 0 and settings["dampening"] == 0
        errors.check(not settings["nesterov"] or undamped, "nesterov")

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        momentum = group["momentum"]
        if momentum:
            running = self.state[param].get("momentum_buffer")
            if running is None:
                running = self.state[param]["momentum_buffer"] = wrap(np.array(grad))
            else:
                add(scale(running, momentum), grad, 1 - group["dampening"])
            grad = fused(grad, running._data, momentum) if group["nesterov"] else running._data
        add(param, grad, -lr)


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
    maximize : bool
        Go up instead of down.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.Adam.html
    """

    takes = (
        "lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, maximize=False, "
        "foreach=None, capturable=False, differentiable=False, fused=None, "
        "decoupled_weight_decay=False"
    )

    def _start(self, params: Any, **settings: Any) -> None:
        betas = settings["betas"][0], settings["betas"][1]
        for nr, beta in enumerate(betas):
            errors.check(0 <= beta < 1, "beta", nr, beta)
        errors.check(all(isinstance(beta, (float, Tensor)) for beta in betas), "betas")
        super()._start(params, **(settings | {"betas": betas}))

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        state, (beta1, beta2) = self._recall(param, "exp_avg", "exp_avg_sq"), group["betas"]
        step = state["step"].item()
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            scale(param, 1 - lr * group["weight_decay"])
        approach(state["exp_avg"], grad, 1 - beta1)
        add(scale(state["exp_avg_sq"], beta2), (1 - beta2) * grad, grad)
        root = mkl.sqrt(state["exp_avg_sq"]._data) / (1 - beta2**step) ** 0.5 + group["eps"]
        add(param, -(lr / (1 - beta1**step)) * state["exp_avg"]._data / root)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the running means.

    Parameters as for `Adam`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    takes = Adam.takes.replace("weight_decay=0", "weight_decay=0.01").replace(
        "_decay=False", "_decay=True"
    )


class RMSprop(Optimizer):
    """Divide the gradient by the root of a running mean of its square.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate.
    alpha : float
        How much of the running mean is kept at each step.
    eps : float
        Added to the divisor.
    weight_decay, momentum, maximize
        As for `SGD`.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    takes = (
        "lr=1e-2, alpha=0.99, eps=1e-8, weight_decay=0, momentum=0, centered=False, "
        "capturable=False, foreach=None, maximize=False, differentiable=False"
    )
    first = "lr momentum alpha eps centered"

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        alpha, momentum = group["alpha"], group["momentum"]
        state = self._recall(param, "square_avg", *["momentum_buffer"] * (momentum > 0))
        add(scale(state["square_avg"], alpha), (1 - alpha) * grad, grad)
        root = mkl.sqrt(state["square_avg"]._data) + group["eps"]
        if momentum > 0:
            add(scale(state["momentum_buffer"], momentum), grad / root)
            add(param, state["momentum_buffer"]._data, -lr)
        else:
            add(param, -lr * grad / root)


class Adagrad(Optimizer):
    """Divide the gradient by the root of the sum of its squares.

    Parameters
    ----------
    params : iterable
        See `Optimizer`.
    lr : float
        The learning rate.
    lr_decay : float
        At step ``n``, counted from 0, the rate is ``lr / (1 + n * lr_decay)``.
    weight_decay, maximize
        As for `SGD`.
    initial_accumulator_value : float
        What the sum starts with.
    eps : float
        Added to the divisor.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.Adagrad.html
    """

    takes = (
        "lr=1e-2, lr_decay=0, weight_decay=0, initial_accumulator_value=0, eps=1e-10, "
        "foreach=None, *, maximize=False, differentiable=False, fused=None"
    )
    first = "lr lr_decay eps"

    def _start(self, params: Any, **settings: Any) -> None:
        super()._start(params, **settings)
        for param in self._params():
            total = np.full_like(param._data, settings["initial_accumulator_value"])
            self.state[param] = {"step": zeros(()), "sum": wrap(total)}

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        state = self._recall(param, "sum")
        rate = lr / (1 + (state["step"].item() - 1) * group["lr_decay"])
        add(state["sum"], grad, grad)
        add(param, -rate * grad / (mkl.sqrt(state["sum"]._data) + group["eps"]))
