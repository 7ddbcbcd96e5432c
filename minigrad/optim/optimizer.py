"""Optimizer: groups of parameters with their settings, and what is remembered of each parameter."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import numpy as np

from minigrad import errors
from minigrad.digits.rounded import fused
from minigrad.disguise import OpenType
from minigrad.factories import zeros
from minigrad.missing import absent_here
from minigrad.modes import enable_grad, modes
from minigrad.nn.layers import write_method
from minigrad.nn.module import typename
from minigrad.nn.parameter import reset_grad
from minigrad.tensor import Tensor, wrap

Group = dict[str, Any]
_NUMBERS = ("lr", "eps", "lr_decay", "momentum", "weight_decay", "alpha",
            "initial_accumulator_value")  # fmt: skip
"""The settings that must not be negative, in the order in which they are checked."""


class _RequiredParameter:
    def __repr__(self) -> str:
        return "<required parameter>"


required = _RequiredParameter()
"""A setting without a default, as older optimizers of one's own write it: `lr=required`."""


class Optimizer(metaclass=OpenType):
    """The base class. A subclass defines `step`, or `_update` for one parameter.

    Parameters
    ----------
    params : iterable of Tensor, or of dict
        What to change. Each dictionary is a group: its "params", and settings that differ from the
        defaults.
    defaults : dict
        The settings.

    Attributes
    ----------
    param_groups : list of dict
    state : dict
        What is remembered, by parameter.
    takes : str
        The settings that the constructor takes after `params`.
    first : str
        Those that stand first in `param_groups`.

    Raises
    ------
    TypeError, ValueError
        If `params` is empty or holds something else than leaf tensors.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/optim.html
    """

    __getattr__ = absent_here("torch.optim.Optimizer")

    takes: str
    first = ""
    _opt_called = False

    defaults: dict[str, Any]
    state: dict[Any, dict[str, Tensor]]
    param_groups: list[Group]

    def __init_subclass__(cls) -> None:
        if "takes" in vars(cls):
            write_method(cls, "__init__", f"params, {cls.takes}", "type(self)._start(**locals())")

    if TYPE_CHECKING:  # that of a subclass is written from `takes`

        def __init__(self, params: Any, *args: Any, **settings: Any) -> None: ...

    else:

        def __init__(self, params: Any, defaults: Any) -> None:
            errors.check(not isinstance(params, Tensor), "params_tensor", typename(params))
            self.defaults = defaults
            self.state = defaultdict(dict)
            self.param_groups = []
            groups = list(params)
            errors.check(groups, "no_params")
            for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
                self.add_param_group(group)

    def _start(self, params: Any, **settings: Any) -> None:
        """Check the settings, and begin with them."""
        for name in ("amsgrad", "centered", "differentiable"):
            errors.check(not settings.get(name), "no_setting", name)
        for name in [name for name in _NUMBERS if name in settings]:
            value = settings[name]
            low = value < 0.0 if "nesterov" in settings else not 0.0 <= value  # noqa: SIM300 - nan
            label = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
            errors.check(not low, "setting", label, value)
        Optimizer.__init__(self, params, {n: settings[n] for n in (*self.first.split(), *settings)})

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with settings of their own."""
        errors.check(isinstance(param_group, dict), "param_group_type", type(param_group))
        given = param_group["params"]
        errors.check(not isinstance(given, set), "params_set")
        params: list[Any] = [given] if isinstance(given, Tensor) else list(given)
        for param in params:
            errors.check(isinstance(param, Tensor), "param_type", typename(param))
            errors.check(param.is_leaf or param.retains_grad, "param_no_leaf")
        for name, default in self.defaults.items():
            errors.check(default is not required or name in param_group, "required", name)
        if len(params) != len(set(params)):
            warnings.warn(errors.DUPLICATE_PARAMS, stacklevel=1)
        errors.check(set(params).isdisjoint(self._params()), "param_in_two_groups")
        self.param_groups.append(param_group | self.defaults | param_group | {"params": params})

    def _params(self) -> list[Tensor]:
        return [param for group in self.param_groups for param in group["params"]]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        reset_grad(self._params(), set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, and is called first; its result is returned.
        """
        if type(self)._update is Optimizer._update:  # a class of the user's that has no `step`
            raise NotImplementedError
        self._opt_called = True
        loss = None if closure is None else enable_grad()(closure)()
        modes.quiet(self._step)
        return loss

    def _step(self) -> None:
        for group in self.param_groups:
            lr, decay = float(group["lr"]), group["weight_decay"]
            decay = 0 if group.get("decoupled_weight_decay") else decay
            for param in group["params"]:
                if param._grad is not None:
                    grad = param._grad._data
                    if grad.shape != param._data.shape:
                        errors.check_broadcast(param._data.shape, grad.shape)
                    grad = -grad if group["maximize"] else grad
                    grad = fused(grad, param._data, decay) if decay else grad
                    self._update(param, grad, lr, group)

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        """Change one parameter by its gradient, an array."""

    def _recall(self, param: Tensor, *names: str) -> Any:
        """What is remembered of `param`; under `names`, arrays of zeros at first."""
        state = self.state[param]
        if not state:
            state["step"] = zeros(())
            state |= {name: wrap(np.zeros_like(param._data)) for name in names}
        opened(state["step"])[...] += 1
        return state

    def state_dict(self) -> dict[str, Any]:
        """Settings and what is remembered; parameters by their number."""
        numbers: dict[Any, int] = {param: nr for nr, param in enumerate(self._params())}
        groups = [dict(group) for group in self.param_groups]
        for group in groups:
            group["params"] = [numbers[param] for param in group.pop("params")]
        state = {numbers[param]: kept for param, kept in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises
        ------
        ValueError
            If the groups are of other sizes.
        """
        groups = deepcopy(state_dict.copy()["param_groups"])  # what is no dict has no `copy`
        errors.check(len(groups) == len(self.param_groups), "loaded_groups")
        for ours, theirs in zip(self.param_groups, groups, strict=True):
            errors.check(len(ours["params"]) == len(theirs["params"]), "loaded_size")
            theirs["params"] = ours["params"]
        params, saved = self._params(), state_dict["state"]
        state: dict[Any, Any] = {params[nr]: dict(saved[nr]) for nr in saved}
        self.__setstate__({"state": defaultdict(dict, state), "param_groups": groups})

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over what was loaded or unpickled; a subclass may complete it."""
        vars(self).update(state)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for nr, group in enumerate(self.param_groups):
            names = sorted(group.keys() - {"params"})
            text += f"\nParameter Group {nr}\n"
            text += "".join([f"    {name}: {group[name]}\n" for name in names])
        return text + ")"


# --- changing the numbers of a tensor in place, with the roundings and the versions of PyTorch


def opened(tensor: Tensor) -> Any:
    """The numbers of `tensor`, to be changed once: its version goes up by one."""
    tensor._share().version += 1
    return tensor._data


def scale(tensor: Tensor, factor: float) -> Tensor:
    """Multiply `tensor` by `factor`, and return it."""
    opened(tensor)[...] *= factor
    return tensor


def add(tensor: Tensor, a: Any, b: Any = 1.0) -> None:
    """Add ``a * b`` to `tensor`."""
    array = opened(tensor)
    fused(array, a, b, array)


def approach(tensor: Tensor, end: Any, weight: float) -> None:
    """Bring `tensor` nearer to `end` by the part `weight` of the way: ``lerp_``."""
    array = opened(tensor)
    start, part = (array, weight) if weight < 0.5 else (end, weight - 1)
    fused(start, end - array, part, out=array)
