"""The optimizers. Each `_update` does PyTorch's operations, in PyTorch's order, on arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.optim.optimizer import Group, Optimizer, settings
from minigrad.optim.rounding import approach, change, fused, opened
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

    def __init__(
        self, params: Any, lr: Any = 1e-3, momentum: float = 0, dampening: float = 0,
        weight_decay: float = 0, nesterov: bool = False, *, maximize: bool = False,
        foreach: bool | None = None, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        defaults = settings(locals())
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        momentum = group["momentum"]
        if momentum:
            state = self.state[param]
            running = state.get("momentum_buffer")
            if running is None:
                running = state["momentum_buffer"] = wrap(np.array(grad))
            else:
                change(running, grad, 1 - group["dampening"], keep=momentum)
            ahead = group["nesterov"]
            grad = fused(grad, running._data, momentum) if ahead else running._data
        change(param, grad, -lr)


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

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 0, amsgrad: bool = False, *,
        maximize: bool = False, foreach: bool | None = None, capturable: bool = False,
        differentiable: bool = False, fused: bool | None = None,
        decoupled_weight_decay: bool = False,
    ) -> None:  # fmt: skip
        defaults = settings(locals())
        for nr, beta in enumerate(betas):
            if not 0 <= beta < 1:
                raise ValueError(f"Invalid beta parameter at index {nr}: {beta}")
        if not all(isinstance(beta, float) for beta in betas):
            raise ValueError("betas must be either both floats or both Tensors")
        super().__init__(params, defaults)

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        names = ["exp_avg", "exp_avg_sq"] + ["max_exp_avg_sq"] * group["amsgrad"]
        state, (beta1, beta2) = self._recall(param, *names), group["betas"]
        step = state["step"].item()
        if group["weight_decay"] and group["decoupled_weight_decay"]:
            change(param, keep=1 - lr * group["weight_decay"])
        approach(state["exp_avg"], grad, 1 - beta1)
        change(state["exp_avg_sq"], grad.dtype.type(1 - beta2) * grad, grad, keep=beta2)
        square = state["exp_avg_sq"]._data
        if group["amsgrad"]:
            largest = opened(state["max_exp_avg_sq"])
            square = np.maximum(largest, square, out=largest)
        root = np.sqrt(square) / (1 - beta2**step) ** 0.5 + group["eps"]
        change(param, -(lr / (1 - beta1**step)) * state["exp_avg"]._data / root)


class AdamW(Adam):
    """Adam whose weight decay does not pass through the running means.

    Parameters as for `Adam`.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.AdamW.html
    """

    def __init__(
        self, params: Any, lr: Any = 1e-3, betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8, weight_decay: float = 1e-2, amsgrad: bool = False, **options: Any,
    ) -> None:  # fmt: skip
        options["decoupled_weight_decay"] = True
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, **options)


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
    centered : bool
        Divide by the root of the variance: the square of a running mean is taken off.

    Raises
    ------
    ValueError
        If a setting is out of range.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.RMSprop.html
    """

    def __init__(
        self, params: Any, lr: Any = 1e-2, alpha: float = 0.99, eps: float = 1e-8,
        weight_decay: float = 0, momentum: float = 0, centered: bool = False,
        capturable: bool = False, foreach: bool | None = None, maximize: bool = False,
        differentiable: bool = False,
    ) -> None:  # fmt: skip
        super().__init__(params, settings(locals(), "lr momentum alpha eps centered"))

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        alpha, momentum, centered = group["alpha"], group["momentum"], group["centered"]
        names = ["momentum_buffer"] * (momentum > 0) + ["grad_avg"] * centered
        state = self._recall(param, "square_avg", *names)
        change(state["square_avg"], grad.dtype.type(1 - alpha) * grad, grad, keep=alpha)
        variance = state["square_avg"]._data
        if centered:
            approach(state["grad_avg"], grad, 1 - alpha)
            mean = state["grad_avg"]._data
            variance = fused(variance, -mean, mean)
        root = np.sqrt(variance) + group["eps"]
        if momentum > 0:
            change(state["momentum_buffer"], grad / root, keep=momentum)
            change(param, state["momentum_buffer"]._data, -lr)
        else:
            change(param, -lr * grad / root)


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

    def __init__(
        self, params: Any, lr: Any = 1e-2, lr_decay: float = 0, weight_decay: float = 0,
        initial_accumulator_value: float = 0, eps: float = 1e-10, foreach: bool | None = None, *,
        maximize: bool = False, differentiable: bool = False, fused: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(params, settings(locals(), "lr lr_decay eps"))

    def add_param_group(self, param_group: Group) -> None:
        super().add_param_group(param_group)
        start = self.defaults["initial_accumulator_value"]
        for param in param_group["params"]:
            self._recall(param, "sum", start=start, count=0)

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        state = self._recall(param)
        rate = lr / (1 + (state["step"].item() - 1) * group["lr_decay"])
        change(state["sum"], grad, grad)
        change(param, -rate * grad / (np.sqrt(state["sum"]._data) + group["eps"]))
