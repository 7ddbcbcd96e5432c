"""Tensors and numbers in derivative rules: other nodes than those of a user's ``x + 1``."""

from __future__ import annotations

from typing import Any

import numpy as np

from minigrad.op import Op
from minigrad.symbol import POWER, PRODUCT, SUM
from minigrad.tensor import Tensor, wrap

# fmt: off
_SUM: Any = {"precedence": SUM, "self": lambda grad: grad}  # pyright: ignore[reportUnknownLambdaType]
add_number = Op("AddBackward1", lambda self, other: self + other, tex="{self} + {other}", **_SUM)
sub_number = Op("SubBackward1", lambda self, other: self - other, tex="{self} - {other}", **_SUM)
scale = Op("MulBackward1", lambda self, other: self * other, tex=r"{other} \cdot {self}",
    promotes="float", precedence=PRODUCT, self=lambda grad, other: scale(grad, other))
div_number = Op("DivBackward1", lambda self, other: self / other, tex=r"\frac{{{self}}}{{{other}}}",
    precedence=POWER, self=lambda grad, other: div_number(grad, other))
# fmt: on


def times(value: Any, factor: Any) -> Any:
    """The product of `value` and a number, or a tensor."""
    return scale(value, factor) if isinstance(factor, (int, float)) else value * factor


def alike(array: Any, value: Any) -> Any:
    """An array that a rule meets `value` with: a Tensor, if that is one."""
    return wrap(array) if isinstance(value, Tensor) else array


def _zeros(self: Any) -> Any:
    return np.zeros(self.shape, self.dtype)[()]


no_gradient = Op("", _zeros, inputs=("self",), tex="0")
