"""Modules, parameters, layers and losses, laid out as ``torch.nn``."""
# ruff: noqa: F403
# pyright: reportUnusedImport=false

from __future__ import annotations

from minigrad.missing import absent
from minigrad.nn import functional, init, parameter, utils
from minigrad.nn.containers import ModuleDict, ModuleList, ParameterDict, ParameterList, Sequential
from minigrad.nn.layers import *
from minigrad.nn.module import Module
from minigrad.nn.parameter import Parameter, UninitializedParameter

__getattr__ = absent("torch.nn")
