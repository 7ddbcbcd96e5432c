"""Schedulers: they change the learning rates of an optimizer from epoch to epoch."""

from __future__ import annotations

import warnings
from typing import Any

from minigrad import errors
from minigrad.disguise import Shown
from minigrad.missing import absent
from minigrad.optim.optimizer import Optimizer


class LRScheduler(Shown):
    """The base class. A subclass defines `get_lr`.

    Parameters
    ----------
    optimizer : Optimizer
        Whose learning rates are changed; each group keeps the first as "initial_lr".
    last_epoch : int
        After which epoch training goes on; -1 if it starts.

    Raises
    ------
    TypeError
        If `optimizer` is none.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/generated/torch.optim.lr_scheduler.LRScheduler.html
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        errors.check(isinstance(optimizer, Optimizer), "no_optimizer", optimizer)
        self.optimizer = optimizer
        for nr, group in enumerate(optimizer.param_groups):
            if "initial_lr" not in group:
                errors.check(last_epoch == -1, "no_initial_lr", nr)
                optimizer._opt_called, group["initial_lr"] = False, group["lr"]
        self.base_lrs = [group["initial_lr"] for group in optimizer.param_groups]
        self.last_epoch, self._step_count = last_epoch, 0
        self._is_initial = self._get_lr_called_within_step = False  # of PyTorch's state
        self.step()

    def step(self) -> None:
        """Go to the next epoch: to be called after the optimizer's `step`."""
        tells = type(self.optimizer).step is Optimizer.step
        if self._step_count == 1 and tells and not self.optimizer._opt_called:
            warnings.warn(errors.STEP_TOO_EARLY, stacklevel=2)
        self._step_count += 1
        self.last_epoch += 1
        self._last_lr = self.get_lr()
        for group, lr in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            group["lr"] = lr

    def get_lr(self) -> list[Any]:
        """Compute the learning rates of this epoch, for `step`."""
        raise NotImplementedError

    def get_last_lr(self) -> list[Any]:
        """Return the learning rates that `step` set last."""
        return self._last_lr

    def state_dict(self) -> dict[str, Any]:
        """Everything that the scheduler knows, but for the optimizer."""
        return {n: v for n, v in vars(self).items() if n not in ("optimizer", "lr_lambdas")}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned; functions stay."""
        vars(self).update({n: v for n, v in state_dict.items() if n != "lr_lambdas"})


_LRScheduler = LRScheduler  # its older name


class LambdaLR(LRScheduler):
    """The first learning rate times ``lr_lambda(epoch)``; one function, or one for each group."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Any, last_epoch: int = -1) -> None:
        groups, several = len(optimizer.param_groups), isinstance(lr_lambda, list | tuple)
        self.lr_lambdas: list[Any] = list(lr_lambda) if several else [lr_lambda] * groups
        errors.check(len(self.lr_lambdas) == groups, "lambdas", groups, len(self.lr_lambdas))
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The first rates times what the functions give for this epoch."""
        pairs = zip(self.base_lrs, self.lr_lambdas, strict=True)
        return [lr * function(self.last_epoch) for lr, function in pairs]

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimizer; in the place of functions stands None."""
        return super().state_dict() | {"lr_lambdas": [None] * len(self.lr_lambdas)}


class StepLR(LRScheduler):
    """Every `step_size` epochs, the learning rate is multiplied by `gamma`."""

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1,
            last_epoch: int = -1) -> None:  # fmt: skip
        self.step_size, self.gamma = step_size, gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[Any]:
        """The rates of the last epoch, times `gamma` where a new stretch begins."""
        drops = self.last_epoch > 0 and self.last_epoch % self.step_size == 0
        rates = [group["lr"] for group in self.optimizer.param_groups]
        return [lr * self.gamma for lr in rates] if drops else rates


__getattr__ = absent("torch.optim.lr_scheduler")
