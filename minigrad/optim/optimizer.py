"""Optimizer: groups of parameters with their settings, and what is remembered of each parameter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from minigrad.in_place import write
from minigrad.modes import enable_grad, no_grad
from minigrad.nn.parameter import reset_grad
from minigrad.nn.state import typename
from minigrad.tensor import Tensor, wrap

Group = dict[str, Any]


class Optimizer:
    """The base class; a subclass defines `_update`.

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

    def __init__(self, params: Any, defaults: Group) -> None:
        if isinstance(params, Tensor):
            raise TypeError(
                "params argument given to the optimizer should be an iterable of Tensors or "
                "dicts, but got " + typename(params)
            )
        self.defaults = defaults
        self.state: dict[Any, dict[str, Any]] = defaultdict(dict)
        self.param_groups: list[Group] = []
        groups = list(params)
        if not groups:
            raise ValueError("optimizer got an empty parameter list")
        for group in groups if isinstance(groups[0], dict) else [{"params": groups}]:
            self.add_param_group(group)

    def add_param_group(self, param_group: Group) -> None:
        """Add parameters with settings of their own."""
        if not isinstance(param_group, dict):
            raise TypeError(f"param_group must be a dict, but got {type(param_group)}")
        group = dict(param_group)
        params = group["params"]
        if isinstance(params, set):
            raise TypeError(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead."
            )
        params = [params] if isinstance(params, Tensor) else list(params)
        if params and all(isinstance(param, tuple) for param in params):
            group["param_names"] = [name for name, _ in params]
            params = [param for _, param in params]
        for param in params:
            if not isinstance(param, Tensor):
                raise TypeError(
                    "optimizer can only optimize Tensors, but one of the params is "
                    f"{typename(param)}"
                )
            if not (param.is_leaf or param.retains_grad):
                raise ValueError("can't optimize a non-leaf Tensor")
        group["params"] = params
        known = {id(param) for other in self.param_groups for param in other["params"]}
        if not known.isdisjoint([id(param) for param in params]):
            raise ValueError("some parameters appear in more than one parameter group")
        self.param_groups.append(
            {**group, **{n: group.get(n, v) for n, v in self.defaults.items()}}
        )

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or make them zero."""
        for group in self.param_groups:
            for param in group["params"]:
                reset_grad(param, set_to_none)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Computes the loss anew, and is called first; its result is returned.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for param in group["params"]:
                    if param._grad is not None:
                        grad = param._grad._data
                        self._update(param, -grad if group["maximize"] else grad, group)
        return loss

    def _update(self, param: Tensor, grad: Any, group: Group) -> None:
        """Change one parameter by its gradient, an array."""
        raise NotImplementedError

    def state_dict(self) -> dict[str, Any]:
        """Settings and what is remembered; parameters by their number."""
        numbers = {
            id(p): nr
            for nr, p in enumerate([p for group in self.param_groups for p in group["params"]])
        }
        groups = [
            {
                **{n: v for n, v in group.items() if n != "params"},
                "params": [numbers[id(p)] for p in group["params"]],
            }
            for group in self.param_groups
        ]
        state = {
            numbers[id(p)] if isinstance(p, Tensor) else p: dict(s) for p, s in self.state.items()
        }
        return {"state": state, "param_groups": groups}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over what `state_dict` returned.

        Raises
        ------
        ValueError
            If the groups are of other sizes.
        """
        groups = state_dict["param_groups"]
        if len(groups) != len(self.param_groups):
            raise ValueError("loaded state dict has a different number of parameter groups")
        if any(
            len(a["params"]) != len(b["params"])
            for a, b in zip(groups, self.param_groups, strict=True)
        ):
            raise ValueError(
                "loaded state dict contains a parameter group that doesn't match the size of "
                "optimizer's group"
            )
        by_number: dict[int, Tensor] = {}
        for ours, theirs in zip(self.param_groups, groups, strict=True):
            by_number |= dict(zip(theirs["params"], ours["params"], strict=True))
            ours.update({n: v for n, v in theirs.items() if n != "params"})
        self.state.clear()
        for number, remembered in state_dict["state"].items():
            self.state[by_number.get(number, number)] = {
                name: value.detach().clone() if isinstance(value, Tensor) else value
                for name, value in remembered.items()
            }

    def __repr__(self) -> str:
        groups: list[str] = []
        for nr, group in enumerate(self.param_groups):
            settings = [
                f"    {name}: {group[name]}\n" for name in sorted(group) if name != "params"
            ]
            groups.append(f"\nParameter Group {nr}\n" + "".join(settings))
        return f"{type(self).__name__} (" + "".join(groups) + ")"


def remembered(state: dict[str, Any], name: str, like: Any) -> Any:
    """The array that `state` keeps under `name`; zeros in the shape of `like` at first."""
    if name not in state:
        state[name] = wrap(np.zeros(np.shape(like), like.dtype))
    return state[name]._data


def count_step(state: dict[str, Any]) -> float:
    """The number of this step, from 1; kept as a tensor, as PyTorch does."""
    if "step" not in state:
        state["step"] = wrap(np.zeros((), np.float32))
    state["step"]._data += 1
    return float(state["step"]._data)


def change(param: Tensor, data: Any) -> None:
    """Write `data` into `param`."""
    write(param, data)


def check(name: str, value: Any, *, valid: bool | None = None) -> None:
    """Complain about a setting that is negative, or not `valid`.

    Raises
    ------
    ValueError
    """
    if value < 0.0 if valid is None else not valid:
        raise ValueError(f"Invalid {name}: {value}")


def number_of(lr: Any) -> float:
    """A learning rate that is a tensor, as a number."""
    return lr.item() if isinstance(lr, Tensor) else lr
