"""Optimizer: groups of parameters with their settings, and what is remembered of each parameter."""

from __future__ import annotations

import warnings
from collections import defaultdict
from collections.abc import Callable
from copy import deepcopy
from typing import Any

import numpy as np

from minigrad import dtypes
from minigrad.modes import enable_grad
from minigrad.nn.parameter import reset_grad
from minigrad.nn.state import typename
from minigrad.node import RemovableHandle, add_hook
from minigrad.optim.rounding import change, fused
from minigrad.tensor import Tensor, wrap

Group = dict[str, Any]


class Optimizer:
    """The base class. A subclass defines `step`, or `_update` for one parameter.

    Parameters
    ----------
    params : iterable of Tensor, of (name, Tensor), or of dict
        What to change. Each dictionary is a group: its "params", and settings that differ from the
        defaults.
    defaults : dict
        The settings.

    Attributes
    ----------
    param_groups : list of dict
    state : dict
        What is remembered, by parameter.

    Raises
    ------
    TypeError, ValueError
        If `params` is empty or holds something else than leaf tensors.

    See Also
    --------
    https://docs.pytorch.org/docs/stable/optim.html
    """

    _opt_called = False

    def __init__(self, params: Any, defaults: Group) -> None:
        if isinstance(params, Tensor):
            text = (
                "params argument given to the optimizer should be an iterable of Tensors or dicts"
            )
            raise TypeError(f"{text}, but got {typename(params)}")
        if defaults.get("differentiable"):
            raise NotImplementedError("minigrad has no optimizer with differentiable=True")
        self.defaults = defaults
        self.state: dict[Any, dict[str, Tensor]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        self._hooks: dict[str, dict[int, Any]] = {"pre": {}, "post": {}}
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with settings of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        given: Any = param_group["params"]
        if isinstance(given, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params: list[Any] = [given] if isinstance(given, Tensor) else list(given)
        if params and isinstance(params[0], tuple):
            param_group["param_names"], params = (list(part) for part in zip(*params, strict=True))
        param_group["params"] = params
        for param in params:
            if not isinstance(param, Tensor):
                text = "optimizer can only optimize Tensors, but one of the params is"
                raise TypeError(f"{text} {typename(param)}")
            if not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        param_group |= self.defaults | param_group
        if len(params) != len(set(params)):
            warnings.warn(DUPLICATE, stacklevel=3)
        if not set(params).isdisjoint(self._params()):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(param_group)

    def _params(self) -> list[Tensor]:
        return [param for group in self.param_groups for param in group["params"]]

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        for param in self._params():
            reset_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, and is called first; its result is returned.
        """
        self._opt_called = True
        args: Any = (self,) if closure is None else (self, closure)
        for hook in list(self._hooks["pre"].values()):
            args = (hook(self, args, {}) or [args])[0]
        loss = None
        if len(args) > 1:
            with enable_grad():
                loss = args[1]()
        with np.errstate(all="ignore"):
            for group in self.param_groups:
                for param in group["params"]:
                    if param._grad is not None:
                        self._update(param, _direction(param, group), float(group["lr"]), group)
        for hook in list(self._hooks["post"].values()):
            hook(self, args, {})
        return loss

    def _update(self, param: Tensor, grad: Any, lr: float, group: Group) -> None:
        """Change one parameter by its gradient, an array."""
        raise NotImplementedError

    def _recall(self, param: Tensor, *names: str, start: float = 0, count: int = 1) -> Any:
        """What is remembered of `param`; under `names`, arrays filled with `start` at first."""
        state = self.state[param]
        if not state:
            state["step"] = wrap(np.zeros((), dtypes.get_default_dtype().numpy))
            state |= {name: wrap(np.full_like(param._data, start)) for name in names}
        change(state["step"], count or None)
        return state

    def register_step_pre_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` before each step; it may return new ones."""
        return add_hook(self._hooks["pre"], hook)

    def register_step_post_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call ``hook(optimizer, args, kwargs)`` after each step."""
        return add_hook(self._hooks["post"], hook)

    def state_dict(self) -> dict[str, Any]:
        """Settings and what is remembered; parameters by their number."""
        numbers: dict[Any, int] = {param: nr for nr, param in enumerate(self._params())}
        groups = [dict(group) for group in self.param_groups]
        for group in groups:
            group["params"] = [numbers[param] for param in group.pop("params")]
        state = {numbers.get(param, param): kept for param, kept in self.state.items()}
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises
        ------
        ValueError
            If the groups are of other sizes.
        """
        groups = deepcopy(state_dict["param_groups"])
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        params: dict[Any, Any] = {}
        for ours, theirs in zip(self.param_groups, groups, strict=True):
            if len(ours["params"]) != len(theirs["params"]):
                text = "loaded state dict contains a parameter group that doesn't match the size"
                raise ValueError(f"{text} of optimizer's group")
            params |= zip(theirs["params"], ours["params"], strict=True)
            theirs["params"] = ours["params"]
        self.param_groups, self.state = groups, defaultdict(dict)
        for number, kept in state_dict["state"].items():
            self.state[params.get(number, number)] = dict(kept)

    def __repr__(self) -> str:
        text = f"{type(self).__name__} ("
        for nr, group in enumerate(self.param_groups):
            names = sorted(group.keys() - {"params"})
            text += f"\nParameter Group {nr}\n"
            text += "".join([f"    {name}: {group[name]}\n" for name in names])
        return text + ")"


DUPLICATE = (
    "optimizer contains a parameter group with duplicate parameters; in future, this will cause an "
    "error; see github.com/pytorch/pytorch/issues/40967 for more information"
)


def _direction(param: Any, group: Group) -> Any:
    """The gradient, an array: turned round to maximize, and with the decay of weights."""
    grad = -param._grad._data if group["maximize"] else param._grad._data
    decay = group["weight_decay"]
    if not decay or group.get("decoupled_weight_decay"):
        return grad
    return fused(grad, param._data, decay)


def settings(given: dict[str, Any], first: str = "") -> Group:
    """The arguments `given` to ``__init__`` as settings; those that `first` lists come first.

    Raises
    ------
    ValueError
        If one that must not be negative is.
    """
    names = dict.fromkeys([*first.split(), *given])
    chosen = {n: given[n] for n in names if n not in ("self", "params", "__class__")}
    for name, value in chosen.items():
        if name not in ("betas", "dampening", "foreach", "fused") and value < 0.0:
            label = {"lr": "learning rate", "eps": "epsilon value"}.get(name, f"{name} value")
            raise ValueError(f"Invalid {label}: {value}")
    return chosen
