"""Modules, parameters, layers and losses, laid out as ``torch.nn``."""
# ruff: noqa: F403
# pyright: reportUnusedImport=false

from sys import modules as _loaded

from minigrad.missing import absent
from minigrad.nn import functional, init, parameter, utils
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.layers import *
from minigrad.nn.module import Module
from minigrad.nn.parameter import Parameter, UninitializedParameter

# ``from torch.nn.modules.module import Module``, as older lessons write it.
_loaded["minigrad.nn.modules"] = _loaded["minigrad.nn.modules.module"] = _loaded[__name__]
for _name in ("module", "Tensor", "F"):  # usual mistakes: ``nn.module``, ``nn.Tensor``
    del globals()[_name]

__getattr__ = absent("torch.nn")
