"""Reductions along nothing, and positions out of range. See `minigrad.errors`."""

from __future__ import annotations

from minigrad.errors.text import index_error, message, runtime_error

reduction_of_nothing = runtime_error("{}(): Expected reduction dim to be specified for "
    "input.numel() == 0. Specify the reduction dim with the 'dim' argument.")  # fmt: skip
reduction_along_nothing = index_error("{}(): Expected reduction dim {} to have non-zero size.")
position_in_nothing = index_error("{}(): Expected reduction dim to be specified for input.numel() "
    "== 0.")  # fmt: skip
no_bool_input = runtime_error("{}(): does not support bool input")
topk_range = runtime_error("selected index k out of range")
not_implemented_derivative = message(NotImplementedError, "the derivative for '{}' is not "
    "implemented.")  # fmt: skip
